"""Incidents at one provider and routes at another: models of others, resellers, the platform below. Only where the facts or the words support it."""

from statuswatch.core.finding import Finding, RelevanceReason
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Route, Surface
from statuswatch.core.incident import Impact, Incident
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.lexicon import lexicon
from statuswatch.core.modelnames import parse_model
from statuswatch.core.modelstate import Standing
from statuswatch.core.phrasing import Polarity
from statuswatch.core.scope import Claim, Said

_NONE = Finding(Relevance.UNAFFECTED, RelevanceReason.OTHER_PROVIDER)
_GRAVE = (Impact.MAJOR, Impact.CRITICAL)


def crossed(incident: Incident, said: tuple[Said, ...], standing: Standing, route: Route, knowledge: Knowledge) -> Finding:
    """POSSIBLE at most: what one page says about another provider is a lead, not its word."""
    ours = knowledge.providers.get(route.provider)
    theirs = knowledge.providers.get(incident.provider)
    if ours is None or theirs is None:
        return _NONE
    claims = [claim for part in said for claim in part.claims]
    if theirs.id in ours.serves:
        return _from_upstream(claims, standing, route, theirs, knowledge)
    if ours.id in theirs.serves:
        return _from_reseller(claims, standing, ours)
    if theirs.id in ours.runs_on:
        return _from_platform(incident, claims, ours, theirs)
    return _NONE


def _from_upstream(claims: list[Claim], standing: Standing, route: Route, theirs: ProviderFacts, knowledge: Knowledge) -> Finding:
    """The route resells what the posting provider makes: its models, called through its API."""
    if not _makes(route, theirs, knowledge) or _chat_only(claims) or any(claim.topic and claim.position is None for claim in claims):
        return _NONE
    finding = standing.finding
    if finding is not None and finding.relevance is Relevance.UNAFFECTED:
        return Finding(Relevance.UNAFFECTED, finding.reason, finding.sentence, finding.position)
    if finding is not None:
        return Finding(Relevance.POSSIBLE, RelevanceReason.UPSTREAM, finding.sentence, finding.position)
    first = next((claim for claim in claims if claim.trouble), None)
    return _NONE if first is None else Finding(Relevance.POSSIBLE, RelevanceReason.UPSTREAM, first.sentence, first.position)


def _makes(route: Route, theirs: ProviderFacts, knowledge: Knowledge) -> bool:
    """Whether the route's model may be one that the provider makes."""
    families = lexicon(knowledge).makers.get(theirs.id, frozenset())
    return route.model == "*" or any(parse_model(family).words <= route.name.words for family in families)


def _chat_only(claims: list[Claim]) -> bool:
    """The words speak of surfaces, and of none that a reseller calls."""
    named = {surface for claim in claims if claim.polarity is Polarity.IMPACT for surface in claim.surfaces}
    spared = {surface for claim in claims if claim.polarity is Polarity.EXCLUDED for surface in claim.surfaces}
    return Surface.API in spared or bool(named and not named & {Surface.API, Surface.CLOUD})


def _from_reseller(claims: list[Claim], standing: Standing, ours: ProviderFacts) -> Finding:
    """A page that resells the route's models puts the cause at its upstream, or names the route's provider."""
    blamed = next((claim for claim in claims if claim.polarity is not Polarity.EXCLUDED and (claim.upstream or ours.id in claim.providers)), None)
    if blamed is None or not standing.named:
        return _NONE
    return Finding(Relevance.POSSIBLE, RelevanceReason.UPSTREAM, blamed.sentence, blamed.position)


def _from_platform(incident: Incident, claims: list[Claim], ours: ProviderFacts, theirs: ProviderFacts) -> Finding:
    """The platform below the route's provider: where it names the provider, or is down as a whole."""
    told = next((claim for claim in claims if ours.id in claim.providers and claim.polarity is Polarity.IMPACT), None)
    if told is None and incident.impact in _GRAVE and (not theirs.components or not incident.components):
        told = next((claim for claim in claims if claim.trouble), None)
    if told is None and incident.impact is Impact.CRITICAL:
        told = next((claim for claim in claims if claim.trouble and not claim.regions), None)
    return _NONE if told is None else Finding(Relevance.POSSIBLE, RelevanceReason.PLATFORM, told.sentence, told.position)

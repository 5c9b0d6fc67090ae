"""Incidents at one provider and routes at another: models of others, resellers, the platform below. Only where the facts or the words support it."""

from collections.abc import Sequence

from statuswatch.core.finding import Finding, RelevanceReason
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Route
from statuswatch.core.incident import Impact, Incident
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.lexicon import lexicon
from statuswatch.core.modelnames import parse_model
from statuswatch.core.modelstate import Standing
from statuswatch.core.phrasing import Polarity
from statuswatch.core.scope import Claim
from statuswatch.core.view import View

_NONE = Finding(Relevance.UNAFFECTED, RelevanceReason.OTHER_PROVIDER)
_GRAVE = (Impact.MAJOR, Impact.CRITICAL)


def related(theirs: ProviderFacts, ours: ProviderFacts | None) -> bool:
    """Whether an incident at one provider can concern a route at the other at all."""
    return ours is not None and (theirs.id in ours.serves or ours.id in theirs.serves or theirs.id in ours.runs_on)


def crossed(incident: Incident, view: View, standing: Standing, route: Route, knowledge: Knowledge) -> Finding:
    """POSSIBLE at most: what one page says about another provider is a lead, not its word. The two providers are `related`."""
    ours, theirs = knowledge.providers[route.provider], knowledge.providers.get(incident.provider, ProviderFacts(incident.provider, incident.provider))
    if theirs.id in ours.serves:
        return _from_upstream(view, standing, route, theirs, knowledge)
    if ours.id in theirs.serves:
        return _from_reseller(view.claims, standing, ours)
    return _from_platform(incident, view.claims, ours, theirs)


def _from_upstream(view: View, standing: Standing, route: Route, theirs: ProviderFacts, knowledge: Knowledge) -> Finding:
    """The route resells what the posting provider makes: its models, called through its API."""
    if view.topical or view.uncalled or not _makes(route, theirs, knowledge):
        return _NONE
    finding = standing.finding
    if finding is not None and finding.relevance is Relevance.UNAFFECTED:
        return Finding(Relevance.UNAFFECTED, finding.reason, finding.sentence, finding.position)
    if finding is not None:
        return Finding(Relevance.POSSIBLE, RelevanceReason.UPSTREAM, finding.sentence, finding.position)
    first = next((claim for claim in view.claims if claim.trouble), None)
    return _NONE if first is None else Finding(Relevance.POSSIBLE, RelevanceReason.UPSTREAM, first.sentence, first.position)


def _makes(route: Route, theirs: ProviderFacts, knowledge: Knowledge) -> bool:
    """Whether the route's model may be one that the provider makes."""
    families = lexicon(knowledge).makers.get(theirs.id, frozenset())
    return route.model == "*" or any(parse_model(family).words <= route.name.words for family in families)


def _from_reseller(claims: Sequence[Claim], standing: Standing, ours: ProviderFacts) -> Finding:
    """A page that resells the route's models puts the cause at its upstream, or names the route's provider."""
    if not standing.named:
        return _NONE
    blamed = next((claim for claim in claims if claim.polarity is not Polarity.EXCLUDED and (claim.upstream or ours.id in claim.providers)), None)
    if blamed is None:
        return _NONE
    return Finding(Relevance.POSSIBLE, RelevanceReason.UPSTREAM, blamed.sentence, blamed.position)


def _from_platform(incident: Incident, claims: Sequence[Claim], ours: ProviderFacts, theirs: ProviderFacts) -> Finding:
    """The platform below the route's provider: where it names the provider, or is down as a whole."""
    told = next((claim for claim in claims if ours.id in claim.providers and claim.polarity is Polarity.IMPACT), None)
    if told is None and incident.impact in _GRAVE and (not theirs.components or not incident.components):
        told = next((claim for claim in claims if claim.trouble), None)
    if told is None and incident.impact is Impact.CRITICAL:
        told = next((claim for claim in claims if claim.trouble and not claim.regions), None)
    return _NONE if told is None else Finding(Relevance.POSSIBLE, RelevanceReason.PLATFORM, told.sentence, told.position)

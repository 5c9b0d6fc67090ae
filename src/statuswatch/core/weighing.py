"""From what an incident says to what it means for one route: provider, topic, surface, models, region, a person's rules, in that order."""

from dataclasses import dataclass, replace

from statuswatch.core.crossing import crossed
from statuswatch.core.finding import Finding, RelevanceReason, Turn
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Route, Surface
from statuswatch.core.incident import Incident
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts
from statuswatch.core.lexicon import lexicon
from statuswatch.core.modelstate import Standing, stand
from statuswatch.core.pagewords import shared_page
from statuswatch.core.phrasing import Breadth, Polarity
from statuswatch.core.regions import same_region
from statuswatch.core.rules import Topic, personal
from statuswatch.core.scope import Claim, Said, Scope

_AFFECTED, _POSSIBLE, _UNAFFECTED = Relevance.AFFECTED, Relevance.POSSIBLE, Relevance.UNAFFECTED


@dataclass(frozen=True, slots=True)
class _View:
    """The part of a scope that was known at one time: the title and the first updates."""

    scope: Scope
    said: tuple[Said, ...]
    components: tuple[ComponentFacts, ...]

    @property
    def claims(self) -> list[Claim]:
        return [claim for said in self.said for claim in said.claims]


def weigh(incident: Incident, scope: Scope, route: Route, knowledge: Knowledge) -> Finding:
    """What the incident means for the route now. `scope` is `read_scope(incident, knowledge)`."""
    return _weigh(incident, _view(scope, len(scope.said)), route, knowledge)


def turns(incident: Incident, scope: Scope, route: Route, knowledge: Knowledge) -> tuple[Turn, ...]:
    """The first finding, then each that differs in relevance or reason, at the time of its update."""
    found: list[Turn] = []
    for count, update in enumerate(incident.updates[: len(scope.said) - 1], start=2):
        finding = _weigh(incident, _view(scope, count), route, knowledge)
        if not found or (found[-1].finding.relevance, found[-1].finding.reason) != (finding.relevance, finding.reason):
            found.append(Turn(update.at, finding))
    if not found and incident.last_at is not None:
        found.append(Turn(incident.last_at, weigh(incident, scope, route, knowledge)))
    return tuple(found)


def _view(scope: Scope, count: int) -> _View:
    """Components as far as they were known: those that updates list, and at the newest state those of the incident as well."""
    said = scope.said[:count]
    listed = {facts.names[0]: facts for part in said for facts in part.components}
    if not listed or count == len(scope.said):
        listed |= {facts.names[0]: facts for facts in scope.components}
    return _View(scope, said, tuple(listed.values()))


def _weigh(incident: Incident, view: _View, route: Route, knowledge: Knowledge) -> Finding:
    facts = knowledge.providers.get(view.scope.provider, ProviderFacts(view.scope.provider, view.scope.provider))
    standing = stand(view.said, view.components, route, lexicon(knowledge))
    own = route.provider == view.scope.provider
    finding = _own(view, route, facts, standing) if own else crossed(incident, view.said, standing, route, knowledge)
    surfaces = _surfaces(view)[0]
    finding = replace(finding, models=standing.models, surfaces=tuple(surface for surface in Surface if surface in surfaces))
    moved, rule = personal(knowledge.rules, incident, route, finding.relevance)
    return finding if rule is None else replace(finding, relevance=moved, reason=RelevanceReason.RULE, sentence="", position=None, rule=rule.id)


def _own(view: _View, route: Route, facts: ProviderFacts, standing: Standing) -> Finding:
    """The route is one of the provider that posts."""
    beside, elsewhere = _beside_requests(view, route), _elsewhere(view, route, facts)
    for other in (elsewhere, beside):
        if other is not None and other.relevance is _UNAFFECTED:
            return other
    other = beside or elsewhere
    finding = standing.finding
    if finding is None:
        finding = _unnamed(view, facts)
    if finding.relevance is _AFFECTED and other is not None:
        return other
    return _regional(view, route, finding)


def _unnamed(view: _View, facts: ProviderFacts) -> Finding:
    """No model is spoken of: everything on the surfaces that are hit."""
    first = next((claim for claim in view.claims if claim.trouble or claim.surfaces), None)
    sentence, position = (first.sentence, first.position) if first else ("", None)
    spoken = any(claim.surfaces or (claim.request and not shared_page(facts)) for claim in view.claims)
    if view.components or spoken or (first is not None and not shared_page(facts)):
        return Finding(_AFFECTED, RelevanceReason.SURFACE_ONLY, sentence, position)
    if shared_page(facts) and not _vague(view):
        return Finding(_UNAFFECTED, RelevanceReason.OTHER_SURFACE, _title(view), None)
    return Finding(_POSSIBLE, RelevanceReason.NOTHING_SAID, sentence or _title(view), position)


def _vague(view: _View) -> bool:
    """Whether the title leaves open which service is meant: "some services", the site as a whole, nothing."""
    title = f" {_title(view).lower()} "
    return not title.strip() or any(
        word in title for word in (" services", " service ", ".com", " platform", " website", " multiple ", " all ", " network", " outage ")
    )


def _title(view: _View) -> str:
    return view.said[0].claims[0].sentence if view.said[0].claims else ""


def _beside_requests(view: _View, route: Route) -> Finding | None:
    """UNAFFECTED where plain requests do not suffer, POSSIBLE where they may, None where they do."""
    title = list(view.said[0].claims)
    # The story that is told at the end (a cause, a metric) is no word about what suffered, where something was said before.
    running = [said for said in view.said[1:] if not said.over] or list(view.said[1:])
    bodies = [claim for said in running for claim in said.claims if claim.polarity in (Polarity.IMPACT, Polarity.RECOVERED)]
    topic = next((claim for claim in title if claim.topic), None)
    if topic is not None and not any(claim.beside for claim in title):
        return _titled(topic, title, bodies, route)
    if any(_plain(claim) or claim.surfaces for claim in title):
        return _closed_components(view, title)
    evidence = any(claim.trouble and (claim.request if claim.topic else _plain(claim)) for claim in bodies)
    topic = next((claim for claim in bodies if claim.topic), None)
    if topic is None or evidence:
        return _closed_components(view, title)
    relevance = _POSSIBLE if any(claim.trouble and not claim.upstream for claim in title) and _errors(title) else _UNAFFECTED
    return Finding(relevance, RelevanceReason.NOT_INFERENCE, topic.sentence, topic.position, rule=topic.topic.id if topic.topic else "")


def _plain(claim: Claim) -> bool:
    return bool(claim.names) or claim.request or claim.breadth is not Breadth.NONE or Surface.API in claim.surfaces


def _errors(title: list[Claim]) -> bool:
    return any(" error" in f" {claim.sentence.lower()}" or " outage" in claim.sentence.lower() for claim in title)


def _titled(topic: Claim, title: list[Claim], bodies: list[Claim], route: Route) -> Finding | None:
    """The title speaks of something beside plain requests."""
    rule = topic.topic
    kind = rule.topic if rule else Topic.OTHER
    finding = Finding(_UNAFFECTED, RelevanceReason.NOT_INFERENCE, topic.sentence, topic.position, rule=rule.id if rule else "")
    if kind is not Topic.FEATURE and any(claim.request and _joined(claim) for claim in title):
        return None
    plain = kind is Topic.FEATURE and any(claim.request for claim in title)
    named = kind is Topic.FEATURE and any(claim.names for claim in title)
    told = kind is not Topic.BILLING and any(claim.request and not claim.topic and claim.trouble and claim.polarity is Polarity.IMPACT for claim in bodies)
    if plain or named or told:
        return replace(finding, relevance=_POSSIBLE)
    if kind is Topic.LOGIN and route.surface in (Surface.CHAT, Surface.CODE, Surface.CONSOLE):
        return replace(finding, relevance=_POSSIBLE)
    return finding


def _joined(claim: Claim) -> bool:
    text = f" {claim.sentence.lower()} "
    return " and requests" in text or " requests and " in text or " and api " in text


def _closed_components(view: _View, title: list[Claim]) -> Finding | None:
    """Every component that is listed has nothing to do with model requests, and the words name no model."""
    if not view.components or any(facts.inference for facts in view.components) or any(claim.names for claim in view.claims):
        return None
    return Finding(_UNAFFECTED, RelevanceReason.NOT_INFERENCE, title[0].sentence if title else "", None)


def _surfaces(view: _View) -> tuple[frozenset[Surface], dict[Surface, Claim]]:
    """The surfaces that are hit, by component and by word, and those that are said not to be, each with the claim."""
    hit = {surface for facts in view.components for surface in facts.surfaces if facts.inference or surface is Surface.CONSOLE}
    spared: dict[Surface, Claim] = {}
    told: set[Surface] = set()
    for claim in view.claims:
        if claim.polarity in (Polarity.EXCLUDED, Polarity.FINE) and not claim.names and not claim.topic:
            rest = claim.polarity is Polarity.FINE or " other " in f" {claim.sentence.lower()} "
            spared |= {surface: claim for surface in claim.surfaces if not rest or surface not in (told if claim.polarity is Polarity.EXCLUDED else hit)}
        elif claim.trouble and claim.polarity is Polarity.IMPACT and claim.surfaces:
            hit |= claim.surfaces
            told |= claim.surfaces
            spared = {surface: why for surface, why in spared.items() if surface not in claim.surfaces or claim.position is None}
    return frozenset(hit - set(spared)), spared


def _elsewhere(view: _View, route: Route, facts: ProviderFacts) -> Finding | None:
    """UNAFFECTED where the route's surface is not hit, POSSIBLE where it stands on one that is, None where it is hit."""
    hit, spared = _surfaces(view)
    used = route.surface or facts.usual_surface
    if used in spared:
        claim = spared[used]
        return Finding(_UNAFFECTED, RelevanceReason.SURFACE_EXCLUDED, claim.sentence, claim.position)
    if not hit:
        if view.components and not any(component.inference for component in view.components):
            return Finding(_UNAFFECTED, RelevanceReason.OTHER_SURFACE, _title(view), None)
        return None
    if used in hit or _same_tool(used, hit, facts, spared):
        return None
    # A coding tool calls the API of its provider; and a route without a surface may be any of them.
    leans = (used is Surface.CODE and Surface.API in hit) or route.surface is None
    return Finding(_POSSIBLE if leans else _UNAFFECTED, RelevanceReason.OTHER_SURFACE, _title(view), None)


def _same_tool(used: Surface, hit: frozenset[Surface], facts: ProviderFacts, spared: dict[Surface, Claim]) -> bool:
    """Where a provider is a coding tool, its chat is the tool's own; where it has no app, people chat in its console."""
    tool = {Surface.CODE, Surface.CHAT}
    if used is Surface.CHAT and Surface.CONSOLE in hit and not any(Surface.CHAT in component.surfaces for component in facts.components):
        return True
    return facts.usual_surface is Surface.CODE and used in tool and bool(tool & hit) and not (tool & set(spared))


def _regional(view: _View, route: Route, finding: Finding) -> Finding:
    """A region that the title names bounds the trouble; a route that does not tell its region may be in it."""
    named = frozenset(region for claim in view.said[0].claims for region in claim.regions)
    if not named or "*" in named or finding.relevance is _UNAFFECTED:
        return finding
    if route.region is None:
        return replace(finding, relevance=_POSSIBLE, reason=RelevanceReason.OTHER_REGION)
    if same_region(named, route.region):
        return finding
    return Finding(_UNAFFECTED, RelevanceReason.OTHER_REGION, _title(view), None)

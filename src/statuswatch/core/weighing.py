"""From what an incident says to what it means for one route: provider, topic, surface, models, region, a person's rules, in that order."""

from dataclasses import replace
from itertools import pairwise

from statuswatch.core.crossing import crossed, related
from statuswatch.core.finding import Finding, RelevanceReason, Turn
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Route, Surface
from statuswatch.core.incident import Impact, Incident
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.lexicon import lexicon
from statuswatch.core.modelstate import Standing, standings
from statuswatch.core.pagewords import shared_page
from statuswatch.core.regions import same_region
from statuswatch.core.rules import PERSONAL, personal
from statuswatch.core.scope import Claim, Scope
from statuswatch.core.view import View

_AFFECTED, _POSSIBLE, _UNAFFECTED = Relevance.AFFECTED, Relevance.POSSIBLE, Relevance.UNAFFECTED


def weigh(incident: Incident, scope: Scope, route: Route, knowledge: Knowledge) -> Finding:
    """What the incident means for the route now. `scope` is `read_scope(incident, knowledge)`."""
    return _scales(incident, scope, knowledge).weigh(route, len(scope.said))


def turns(incident: Incident, scope: Scope, route: Route, knowledge: Knowledge) -> tuple[Turn, ...]:
    """The first finding, then each that differs in relevance or reason, at the time of its update."""
    scales = _scales(incident, scope, knowledge)
    found: list[Turn] = []
    for count, update in enumerate(incident.updates[: len(scope.said) - 1], start=2):
        if found and not (scales.moves[count - 1] and scales.concerns(route)):
            continue
        finding = scales.weigh(route, count)
        if not found or found[-1].finding.relevance is not finding.relevance or found[-1].finding.reason is not finding.reason:
            found.append(Turn(update.at, finding))
    if not found and incident.last_at is not None:
        found.append(Turn(incident.last_at, scales.weigh(route, len(scope.said))))
    return tuple(found)


# The newest scales are kept: one incident is weighed for every route in turn. They depend on nothing but these three values.
_MEMO: "list[Scales]" = []


def _scales(incident: Incident, scope: Scope, knowledge: Knowledge) -> "Scales":
    if not _MEMO or _MEMO[0].scope is not scope or _MEMO[0].incident is not incident or _MEMO[0].knowledge is not knowledge:
        _MEMO[:] = [Scales(incident, scope, knowledge)]
    return _MEMO[0]


class Scales:
    """Weighs one incident, at any of its updates, for any number of routes. What routes share is worked out once."""

    def __init__(self, incident: Incident, scope: Scope, knowledge: Knowledge) -> None:
        self.incident, self.scope, self.knowledge = incident, scope, knowledge
        self.facts = knowledge.providers.get(scope.provider, ProviderFacts(scope.provider, scope.provider))
        self.views = [View(scope, count) for count in range(1, len(scope.said) + 1)]
        self.moves = [True, *(view.moves or view.components != before.components for before, view in pairwise(self.views))]
        self.rules = tuple(rule for rule in knowledge.rules if rule.result in PERSONAL)
        self.standings: dict[str, tuple[Standing, ...]] = {}
        self.related: dict[str, bool] = {}
        self.newest: tuple[Route, int, Finding] | None = None

    def weigh(self, route: Route, count: int) -> Finding:
        """What the title and the updates before `count` mean for the route."""
        if self.newest is not None and self.newest[0] is route and self.newest[1] == count:
            return self.newest[2]
        finding = self._weigh(route, count)
        self.newest = (route, count, finding)
        return finding

    def _weigh(self, route: Route, count: int) -> Finding:
        view = self.views[count - 1]
        if route.provider == self.scope.provider:
            finding = self._wider(view, self._own(view, route, self._standing(route, count)))
        elif self.concerns(route):
            finding = crossed(self.incident, view, self._standing(route, count), route, self.knowledge)
        else:
            finding = Finding(_UNAFFECTED, RelevanceReason.OTHER_PROVIDER)
        if self.rules:
            moved, rule = personal(self.rules, self.incident, route, finding.relevance)
            if rule is not None:
                finding = Finding(moved, RelevanceReason.RULE, rule=rule.id)
        return Finding(finding.relevance, finding.reason, finding.sentence, finding.position, view.models, view.listed_surfaces, finding.rule)

    def concerns(self, route: Route) -> bool:
        """Whether the incident can concern a route of this provider at all."""
        known = self.related.get(route.provider)
        if known is None:
            own = route.provider == self.scope.provider
            known = self.related[route.provider] = own or related(self.facts, self.knowledge.providers.get(route.provider))
        return known

    def _standing(self, route: Route, count: int) -> Standing:
        known = self.standings.get(route.model)
        if known is None:
            known = self.standings[route.model] = standings(self.scope.said, [view.components for view in self.views], route, lexicon(self.knowledge))
        return known[count - 1]

    def _own(self, view: View, route: Route, standing: Standing) -> Finding:
        """The route is one of the provider that posts."""
        elsewhere, beside = self._elsewhere(view, route, standing), view.beside(route.surface)
        if beside is not None and route.model == "*" and any(facts.inference and facts.models for facts in view.components):
            beside = replace(beside, relevance=_POSSIBLE)  # models of a kind of their own are among any models
        for other in (elsewhere, beside):
            if other is not None and other.relevance is _UNAFFECTED:
                return other
        finding = standing.finding or self._unnamed(view)
        other = beside or elsewhere
        if finding.relevance is _AFFECTED and other is not None:
            return other
        return _regional(view, route, finding)

    def _wider(self, view: View, finding: Finding) -> Finding:
        """A cloud that is down at large lists its products one by one: that ours is not listed yet says nothing. What words spare stays spared."""
        listed = finding.relevance is _UNAFFECTED and finding.position is None and finding.sentence == view.title
        if not listed or self.facts.usual_surface is not Surface.CLOUD or self.incident.impact is not Impact.CRITICAL or not view.sweeping:
            return finding
        return Finding(_POSSIBLE, RelevanceReason.NOTHING_SAID, view.title, None)

    def _unnamed(self, view: View) -> Finding:
        """No model is spoken of: everything on the surfaces that are hit."""
        first = next((claim for claim in view.claims if claim.trouble or claim.surfaces), None)
        sentence, position = (first.sentence, first.position) if first else ("", None)
        shared = shared_page(self.facts)
        spoken = any(claim.surfaces or (claim.request and not shared) for claim in view.claims)
        if view.components or spoken or (first is not None and not shared):
            return Finding(_AFFECTED, RelevanceReason.SURFACE_ONLY, sentence, position)
        if shared and not view.vague:
            return Finding(_UNAFFECTED, RelevanceReason.OTHER_SURFACE, view.title, None)
        return Finding(_POSSIBLE, RelevanceReason.NOTHING_SAID, sentence or view.title, position)

    def _elsewhere(self, view: View, route: Route, standing: Standing) -> Finding | None:
        """UNAFFECTED where the route's surface is not hit, POSSIBLE where it stands on one that is, None where it is hit."""
        hit, spared = view.surfaces
        used = route.surface or self.facts.usual_surface
        if used in spared:
            claim = spared[used]
            return Finding(_UNAFFECTED, RelevanceReason.SURFACE_EXCLUDED, claim.sentence, claim.position)
        if not hit:
            return Finding(_UNAFFECTED, RelevanceReason.OTHER_SURFACE, view.title, None) if view.unserving else None
        if used in hit or self._same_tool(used, hit, spared):
            return None
        if used is Surface.CODE and self._below_the_tool(view, hit, standing):
            return None
        # A coding tool calls the API of its provider; and a route without a surface may be any of them.
        leans = (used is Surface.CODE and Surface.API in hit) or route.surface is None
        return Finding(_POSSIBLE if leans else _UNAFFECTED, RelevanceReason.OTHER_SURFACE, view.title, None)

    def _below_the_tool(self, view: View, hit: frozenset[Surface], standing: Standing) -> bool:
        """Whether what is hit lies below the coding tool as well: the API where the page has no place for the tool; or a model, on the API and in the chat.

        Where the words say which surfaces they mean, or the API is listed alone, the page speaks of that way of calling.
        """
        if Surface.API not in hit:
            return False
        listed = any(Surface.CODE in component.surfaces for component in self.facts.components)
        return not listed or (Surface.CHAT in hit and standing.finding is not None and not view.worded)

    def _same_tool(self, used: Surface, hit: frozenset[Surface], spared: dict[Surface, Claim]) -> bool:
        """Where a provider is a coding tool, its chat is the tool's own; where it has no app, people chat in its console."""
        tool = {Surface.CODE, Surface.CHAT}
        if used is Surface.CHAT and Surface.CONSOLE in hit and not any(Surface.CHAT in component.surfaces for component in self.facts.components):
            return True
        return self.facts.usual_surface is Surface.CODE and used in tool and bool(tool & hit) and not (tool & set(spared))


def _regional(view: View, route: Route, finding: Finding) -> Finding:
    """A region that the title names bounds the trouble; a route that does not tell its region may be in it."""
    if not view.regions or "*" in view.regions or finding.relevance is _UNAFFECTED:
        return finding
    if route.region is None:
        return replace(finding, relevance=_POSSIBLE, reason=RelevanceReason.OTHER_REGION)
    if same_region(view.regions, route.region):
        return finding
    return Finding(_UNAFFECTED, RelevanceReason.OTHER_REGION, view.title, None)

"""Which tracked incidents concern a route, strongest first."""

from dataclasses import dataclass
from datetime import datetime

from statuswatch.core.health import Health, Relevance
from statuswatch.core.ids import Route
from statuswatch.core.incident import Impact, Incident, Kind
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.lifecycle import Phase
from statuswatch.core.relevance import Finding, assess
from statuswatch.core.world import Tracked, World


@dataclass(frozen=True, slots=True)
class Concern:
    """An incident and what it means for one route."""

    tracked: Tracked
    finding: Finding

    @property
    def incident(self) -> Incident:
        """The incident itself."""
        return self.tracked.incident


_RELEVANCE_RANK = {Relevance.AFFECTED: 2, Relevance.POSSIBLE: 1, Relevance.UNAFFECTED: 0}
_IMPACT_RANK = {Impact.CRITICAL: 3, Impact.MAJOR: 2, Impact.MINOR: 1}


def _rank(concern: Concern) -> tuple[int, bool, int, datetime]:
    return (
        _RELEVANCE_RANK[concern.finding.relevance],
        concern.tracked.phase is not Phase.MONITORING,
        _IMPACT_RANK.get(concern.incident.impact, 0),
        concern.tracked.first_seen,
    )


def concerns(world: World, route: Route, knowledge: Knowledge, now: datetime, kind: Kind = Kind.INCIDENT) -> tuple[Concern, ...]:
    """The live incidents of `kind` that are affected or possible for `route`, strongest first."""
    found = []
    for tracked in world.incidents.values():
        if tracked.incident.kind is kind and tracked.live(now):
            finding = assess(tracked.incident, route, knowledge)
            if finding.relevance is not Relevance.UNAFFECTED:
                found.append(Concern(tracked, finding))
    return tuple(sorted(found, key=_rank, reverse=True))


def ended_since(world: World, route: Route, knowledge: Knowledge, since: datetime) -> Concern | None:
    """The newest incident that concerned `route` and ended after `since`: the page's word that it is over."""
    found = []
    for tracked in world.incidents.values():
        if tracked.phase is Phase.ENDED and tracked.ended_at and tracked.ended_at > since and tracked.incident.kind is Kind.INCIDENT:
            finding = assess(tracked.incident, route, knowledge)
            if finding.relevance is not Relevance.UNAFFECTED:
                found.append(Concern(tracked, finding))
    return max(found, key=lambda concern: concern.tracked.ended_at or since, default=None)


def stated_health(concern: Concern) -> Health:
    """How bad the page says it is: its weight and the components it moved; never better than failing while it is open."""
    if concern.tracked.phase is Phase.MONITORING:
        return Health.RECOVERING
    incident = concern.incident
    newest: dict[str, Health] = {}
    for update in incident.updates:
        for change in update.components:
            if change.new is not None:
                newest[change.id or change.name] = change.new
    if incident.impact is Impact.CRITICAL or Health.DOWN in newest.values():
        return Health.DOWN
    return Health.DEGRADED

"""Which tracked incidents concern a route, strongest first."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from statuswatch.core.finding import Finding
from statuswatch.core.health import Health, Relevance
from statuswatch.core.ids import Route
from statuswatch.core.incident import OVER_STAGES, Impact, Incident, Kind
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.lifecycle import LIVE_PHASES, Phase
from statuswatch.core.scope import Scope, read_scope
from statuswatch.core.weighing import weigh
from statuswatch.core.world import Tracked, World

_REMEMBERED = 2048
_ROUTES_REMEMBERED = 512
_KEYS = re.compile(
    r"\b(?:authenticat\w*|authoriz\w*|log-?ins?|logging in|log in|sign-?ins?|signing in|sign in|api keys?|credentials?|401s?|403s?)\b", re.IGNORECASE
)


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


@dataclass(frozen=True, slots=True)
class Docket:
    """The incidents of one instant that can matter to any route: the `live` ones, those that `ended`, and open ones that pages forgot (`old`)."""

    live: tuple[Tracked, ...] = ()
    ended: tuple[Tracked, ...] = ()
    old: tuple[Tracked, ...] = ()


def docket(world: World, now: datetime) -> Docket:
    """Sort the incidents once for all routes."""
    known = world.incidents.values()
    live = tuple(item for item in known if item.live(now))
    old = tuple(item for item in known if item.phase in LIVE_PHASES and not item.live(now))
    return Docket(live, tuple(item for item in known if item.phase is Phase.ENDED), old)


def concerns(listed: Docket, route: Route, knowledge: Knowledge, kind: Kind = Kind.INCIDENT) -> tuple[Concern, ...]:
    """The live incidents of `kind` that are affected or possible for `route`, strongest first."""
    found = [Concern(tracked, finding_of(tracked.incident, route, knowledge)) for tracked in listed.live if tracked.incident.kind is kind]
    return tuple(sorted((item for item in found if item.finding.relevance is not Relevance.UNAFFECTED), key=_rank, reverse=True))


def ended_since(listed: Docket, route: Route, knowledge: Knowledge, since: datetime) -> Concern | None:
    """The newest incident that concerned `route` and ended after `since`: the page's word that it is over."""
    over = [item for item in listed.ended if item.ended_at and item.ended_at > since and item.incident.kind is Kind.INCIDENT]
    found = [Concern(tracked, finding_of(tracked.incident, route, knowledge)) for tracked in over]
    concerning = (item for item in found if item.finding.relevance is not Relevance.UNAFFECTED)
    return max(concerning, key=lambda concern: concern.tracked.ended_at or since, default=None)


def forgotten(listed: Docket, route: Route, knowledge: Knowledge) -> Concern | None:
    """The open incident that would concern `route` had its page not left it untouched for too long; of several the one touched last."""
    found = [Concern(tracked, finding_of(tracked.incident, route, knowledge)) for tracked in listed.old if tracked.incident.kind is Kind.INCIDENT]
    concerning = (item for item in found if item.finding.relevance is not Relevance.UNAFFECTED)
    return max(concerning, key=lambda concern: concern.incident.last_at or concern.tracked.first_seen, default=None)


class _Read:
    """An incident as it was read once, with its findings so far. Equal to another only where it is the same value in memory, which costs nothing to ask."""

    __slots__ = ("_findings", "_scope", "incident", "knowledge")

    def __init__(self, incident: Incident, knowledge: Knowledge) -> None:
        self.incident, self.knowledge = incident, knowledge
        self._scope: Scope | None = None
        self._findings: dict[Route, Finding] = {}

    def __hash__(self) -> int:
        return id(self.incident)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Read) and self.incident is other.incident and self.knowledge is other.knowledge

    def finding(self, route: Route) -> Finding:
        known = self._findings.get(route)
        if known is None:
            self._scope = self._scope or read_scope(self.incident, self.knowledge)
            known = weigh(self.incident, self._scope, route, self.knowledge)
            if len(self._findings) >= _ROUTES_REMEMBERED:
                self._findings.clear()
            self._findings[route] = known
        return known


@lru_cache(maxsize=_REMEMBERED)
def _remembered(read: _Read) -> _Read:
    return read


def finding_of(incident: Incident, route: Route, knowledge: Knowledge) -> Finding:
    """What `assess` says, remembered: the same words are weighed at every step for every route."""
    return _remembered(_Read(incident, knowledge)).finding(route)


def episode_start(tracked: Tracked) -> datetime:
    """When the trouble that is now open began: the incident's start, or the first word after its last end where it was opened again."""
    incident = tracked.incident
    again: datetime | None = None
    over = False
    for update in incident.updates:
        ends = update.stage in OVER_STAGES
        again = update.at if over and not ends else again
        over = ends
    return again or incident.started_at or incident.posted_at or tracked.first_seen


def speaks_of_keys(incident: Incident) -> bool:
    """Whether the incident is about keys or logins being refused, so that a refused one need not be the person's own fault."""
    return any(_KEYS.search(text) for text in (incident.title, *(update.body for update in incident.updates)))


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

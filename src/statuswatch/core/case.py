"""What the rows of the verdict table look at, gathered once for each route."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.concern import Concern, Docket, concerns, ended_since, forgotten
from statuswatch.core.earlywarning import Warned
from statuswatch.core.health import Fault, FeedState, Health, Relevance
from statuswatch.core.ids import Route
from statuswatch.core.incident import Kind
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts
from statuswatch.core.network import Network
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.core.owncalls import OwnCalls, leading, own_calls
from statuswatch.core.world import FeedStatus, World

TOGETHER = timedelta(minutes=10)
"""Logins that are refused for one cause are refused within this time."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Several logins of one provider that had worked were refused at the same time. `proven`: they are known to be different ones."""

    since: datetime
    logins: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One route at one instant: own calls, what leads among them, incidents, feeds, and what answers elsewhere (`answered_at`: newest of all).

    `parts`: components that stand for the route, that the page shows in trouble, and that no incident explains. `forgotten`: an open incident that
    would concern the route, and that its page has left untouched for too long to count.
    """

    route: Route
    now: datetime
    calls: OwnCalls
    leading: Diagnosis | None
    concerns: tuple[Concern, ...]
    maintenance: tuple[Concern, ...]
    ended: Concern | None
    feeds: tuple[FeedStatus, ...]
    listed: bool
    network: Network | None
    answered_at: datetime | None
    refusal: Refusal | None
    parts: tuple[str, ...] = ()
    forgotten: Concern | None = None

    @property
    def top(self) -> Concern | None:
        """The incident that concerns the route most."""
        return self.concerns[0] if self.concerns else None

    @property
    def affected(self) -> Concern | None:
        """That incident, where it says that the route is hit."""
        return self.top if self.top and self.top.finding.relevance is Relevance.AFFECTED else None

    @property
    def warned(self) -> Warned | None:
        """The early warning, unless a page has closed an incident since."""
        return None if self.ended is not None else self.calls.warned

    @property
    def spell(self) -> tuple[Call, ...]:
        """The failures that the leading diagnosis stands for."""
        if not self.calls.streak:
            return self.calls.failing if self.warned else ()
        return self.calls.spell(self.leading.side) if self.leading else self.calls.streak

    @property
    def fresh(self) -> tuple[FeedStatus, ...]:
        """The feeds that speak of now."""
        return tuple(feed for feed in self.feeds if feed.state_at(self.now) is FeedState.FRESH)

    @property
    def others_answer(self) -> bool:
        """Whether anything outside has answered since the newest failures began, so that they are not for want of a network."""
        return self.answered_at is not None and bool(self.spell) and self.answered_at > self.spell[0].at


def gather(world: World, listed: Docket, route: Route, knowledge: Knowledge, now: datetime, way_out: Network | None, answered_at: datetime | None) -> Case:
    """The case of `route` at `now`; `answered_at`: when anything outside answered last."""
    calls = own_calls(world, route, now)
    facts = knowledge.providers.get(route.provider)
    names = {route.provider, *(facts.feeds_of if facts else ())}
    failed_at = calls.last_failed or (calls.warned.last_failed if calls.warned else None)
    first = leading(calls.streak or calls.failing)
    feeds = tuple(feed for feed in world.feeds.values() if feed.provider in names)
    spoken = any(item.incident.provider in names and item.incident.kind is Kind.INCIDENT for item in listed.live)
    return Case(
        route=route,
        now=now,
        calls=calls,
        leading=first,
        concerns=concerns(listed, route, knowledge),
        maintenance=concerns(listed, route, knowledge, Kind.MAINTENANCE),
        ended=ended_since(listed, route, knowledge, failed_at) if failed_at else None,
        feeds=feeds,
        listed=spoken,
        network=way_out,
        answered_at=answered_at,
        refusal=_refusal(world, route.provider) if first is not None and first.fault is Fault.AUTH else None,
        parts=() if spoken else _failing_parts(feeds, route, facts, now),
        forgotten=forgotten(listed, route, knowledge),
    )


def _failing_parts(feeds: tuple[FeedStatus, ...], route: Route, facts: ProviderFacts | None, now: datetime) -> tuple[str, ...]:
    """The components that a fresh page shows as failing and that are known to stand for this route."""
    failing = [part for feed in feeds if feed.state_at(now) is FeedState.FRESH for part in feed.components if part.health in {Health.DEGRADED, Health.DOWN}]
    mine = [known for known in (facts.components if failing and facts else ()) if known.inference and _stands_for(known, route)]
    return tuple(part.name for part in failing if any(part.name in known.names or (part.id is not None and part.id == known.id) for known in mine))


def _stands_for(known: ComponentFacts, route: Route) -> bool:
    surface = bool(known.surfaces) and (route.surface is None or route.surface in known.surfaces)
    return surface and (not known.models or any(route.model.startswith(model) for model in known.models))


def _refusal(world: World, provider: str) -> Refusal | None:
    """Two logins and more that worked within the day and whose newest calls were all refused, the first of each at one time."""
    by_login: dict[str, list[Call]] = {}
    for group in world.calls.values():
        for call in group if group and group[-1].provider == provider else ():
            by_login.setdefault(call.credential or f"client {call.client}", []).append(call)
    # A client whose exports name its login has other records that do not: those are no login more, and speak only by working still.
    named = {f"client {call.client}" for calls in by_login.values() for call in calls if call.credential}
    wordless = max((call.at for login in named for call in by_login.pop(login, ()) if call.outcome is Outcome.OK), default=None)
    turned: dict[str, datetime] = {}
    for login, calls in by_login.items():
        calls.sort(key=lambda call: (call.at, call.key))
        worked = max((call.at for call in calls if call.outcome is Outcome.OK), default=None)
        refused = [call for call in calls if worked is not None and call.at > worked and call.diagnosis is not None and call.diagnosis.fault is Fault.AUTH]
        if refused:
            turned[login] = refused[0].at
    newest = max(turned.values(), default=None)
    together = {login: at for login, at in turned.items() if newest is not None and newest - at <= TOGETHER}
    if len(together) < 2 or len(together) < len(by_login):  # noqa: PLR2004 - two logins; one that still works speaks for the others' keys
        return None
    if wordless is not None and wordless > min(together.values()):
        return None
    known = sum(not login.startswith("client ") for login in together)
    return Refusal(min(together.values()), len(together), proven=known > 1)

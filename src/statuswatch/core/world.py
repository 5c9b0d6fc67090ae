"""Everything observed so far, and the one function that takes the next observation in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from statuswatch.core.change import Change, ChangeKind
from statuswatch.core.health import FeedState, Health
from statuswatch.core.ids import Route, Surface
from statuswatch.core.incident import OVER_STAGES, Component, Impact, Incident, Page
from statuswatch.core.lifecycle import LIVE_PHASES, Absent, Phase, step
from statuswatch.core.modelnames import parse_model
from statuswatch.core.moment import Moment
from statuswatch.core.observation import (
    Call,
    CallSeen,
    ClockCompared,
    ClockJumped,
    Command,
    CommandKind,
    FeedFailed,
    Link,
    LocalServer,
    LocalServersSeen,
    NetworkSeen,
    Observation,
    Obstacle,
    Outcome,
    PageRead,
    PageUnchanged,
)

CALLS_KEPT = 240
CALLS_WHOLE = 160
CALLS_AGE = timedelta(hours=24)
ROUTES_KEPT = 200
SKEW = timedelta(minutes=1)
WISHES_KEPT = timedelta(days=30)
SNOOZES_KEPT = timedelta(days=1)
ENDED_KEPT = timedelta(days=3)
ZOMBIE_AFTER = timedelta(days=15)
STALE_AFTER = timedelta(minutes=15)
_WEIGHT = {Impact.UNKNOWN: 0, Impact.NONE: 0, Impact.MAINTENANCE: 0, Impact.MINOR: 1, Impact.MAJOR: 2, Impact.CRITICAL: 3}


@dataclass(frozen=True, slots=True)
class Tracked:
    """An incident with what we know beyond its text: its phase, when we saw it first and last, and by which feed."""

    incident: Incident
    phase: Phase
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime
    feed: str = ""
    ended_at: datetime | None = None
    reopened: int = 0

    def live(self, now: datetime) -> bool:
        """Open and touched within 15 days: pages forget incidents that nobody works on any more."""
        if self.phase not in LIVE_PHASES:
            return False
        last = max(self.incident.last_at or self.first_seen, self.incident.posted_at or self.first_seen)
        return now - last < ZOMBIE_AFTER


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """What is known of one feed. `state` None: not read yet. `since`: when `state` became what it is."""

    feed: str
    provider: str
    state: FeedState | None = None
    page_health: Health = Health.UNKNOWN
    components: tuple[Component, ...] = ()
    as_of: datetime | None = None
    last_ok: datetime | None = None
    last_tried: datetime | None = None
    since: datetime | None = None
    detail: str = ""
    failures: int = 0
    transport: bool = False
    obstacle: Obstacle | None = None

    def state_at(self, now: datetime) -> FeedState | None:
        """The state as it must be read at `now`: a fresh read grows stale with time, and by the age the body itself admits."""
        if self.state is not FeedState.FRESH or self.last_ok is None:
            return self.state
        newest = min(self.last_ok, self.as_of) if self.as_of else self.last_ok
        return FeedState.STALE if now - newest > STALE_AFTER else FeedState.FRESH


@dataclass(frozen=True, slots=True)
class World:
    """All that was observed. Immutable: `advance` returns the next one and shares what did not change."""

    incidents: Mapping[str, Tracked] = field(default_factory=dict)
    feeds: Mapping[str, FeedStatus] = field(default_factory=dict)
    calls: Mapping[str, tuple[Call, ...]] = field(default_factory=dict)
    mutes: Mapping[str, datetime] = field(default_factory=dict)
    acknowledged: Mapping[str, datetime] = field(default_factory=dict)
    waits: Mapping[str, datetime] = field(default_factory=dict)
    jumped_at: datetime | None = None
    link: Link = Link.UNKNOWN
    link_since: datetime | None = None
    local: tuple[LocalServer, ...] = ()
    ahead_s: float | None = None
    snoozes: Mapping[str, datetime] = field(default_factory=dict)


def call_route(call: Call) -> Route:
    """The route that `call` went over."""
    return _route_of(call.provider, call.surface or Surface.API, call.model)


@lru_cache(maxsize=1024)
def _route_of(provider: str, surface: Surface, model: str) -> Route:
    return Route(provider, surface, parse_model(model).canonical if model else "*")


@lru_cache(maxsize=4096)
def covers(route: Route, call: Route) -> bool:
    """Whether a call over `call` is a call of `route`, which may be a family, any model, or leave its surface open."""
    if route.provider != call.provider or (route.surface is not None and route.surface is not call.surface):
        return False
    if route.model in {"*", call.model}:
        return True
    wanted, used = route.name, call.name
    return wanted.family == used.family and wanted.version in {None, used.version} and wanted.variant in {None, used.variant}


def advance(world: World, observation: Observation, now: Moment) -> tuple[World, tuple[Change, ...]]:
    """The world after `observation`, and the changes it made, in order. Pure; the same observation twice changes nothing the second time."""
    match observation:
        case PageRead():
            return _page_read(world, observation, now.at)
        case PageUnchanged():
            return _page_unchanged(world, observation, now.at)
        case FeedFailed():
            return _feed_failed(world, observation, now.at)
        case CallSeen():
            return _call_seen(world, observation, now.at)
        case NetworkSeen():
            return _network_seen(world, observation, now.at)
        case LocalServersSeen():
            return replace(world, local=observation.servers), ()
        case ClockCompared():
            return replace(world, ahead_s=observation.ahead_s), ()
        case ClockJumped():
            return _clock_jumped(world, observation, now.at)
    return _command(world, observation, now.at)


def _page_read(world: World, read: PageRead, now: datetime) -> tuple[World, tuple[Change, ...]]:
    page = read.page
    before = world.feeds.get(read.feed) or FeedStatus(read.feed, read.provider)
    status = _answered(before, now, page.as_of)
    status = replace(status, page_health=page.health, components=page.components)
    feeds = {**world.feeds, read.feed: status}
    incidents = dict(world.incidents)
    changes = list(_feed_change(before, status, now))
    listed = (*page.incidents, *page.maintenances)
    for incident in listed:
        changes.extend(_take_in(incidents, incident, read.feed, now))
    if page.lists_open:
        changes.extend(_miss(incidents, {incident.key for incident in listed}, page, read.feed, now))
    kept = {incident.key for incident in listed}
    for key in [key for key, tracked in incidents.items() if tracked.ended_at and now - max(tracked.ended_at, tracked.first_seen) > ENDED_KEPT]:
        if key not in kept:
            del incidents[key]
    return replace(world, feeds=feeds, incidents=incidents), tuple(changes)


def _take_in(incidents: dict[str, Tracked], incident: Incident, feed: str, now: datetime) -> tuple[Change, ...]:
    known = incidents.get(incident.key)
    if known is None:
        phase, kind = step(None, incident.stage)
        ended = _ended_at(incident, now) if phase is Phase.ENDED else None
        incidents[incident.key] = Tracked(incident, phase, now, now, now, feed, ended)
        return (Change(kind, now, incident.key, incident.provider, "", incident.stage),) if kind else ()
    merged = _merged(known, incident, feed)
    phase, kind = step(known.phase, merged.stage)
    # What was taken off the list of what is open and stands there again is open again, though not a word of it has changed.
    relisted = phase is not known.phase and (known.phase is Phase.LOST or (known.phase is Phase.ENDED and feed == known.feed))
    if merged == known.incident and not relisted:
        incidents[incident.key] = replace(known, last_seen=now)
        return ()
    ended = (known.ended_at or _ended_at(merged, now)) if phase is Phase.ENDED else None
    reopened = known.reopened + (kind is ChangeKind.REOPENED)
    incidents[incident.key] = replace(known, incident=merged, phase=phase, last_seen=now, changed_at=now, ended_at=ended, reopened=reopened)
    return tuple(_incident_changes(known.incident, merged, kind, now))


def _ended_at(incident: Incident, now: datetime) -> datetime:
    """When the page wrote that it is over, which may be long before we read it: a call that failed in between contradicts the page."""
    end: datetime | None = None
    for update in incident.updates:
        over = update.stage in OVER_STAGES
        end = (end or update.posted_at or update.at) if over else None
    return min(now, end or incident.resolved_at or now)


def _incident_changes(old: Incident, new: Incident, kind: ChangeKind | None, now: datetime) -> list[Change]:
    changes = [Change(kind, now, new.key, new.provider, old.stage, new.stage)] if kind else []
    if _WEIGHT[new.impact] > _WEIGHT[old.impact]:
        changes.append(Change(ChangeKind.WORSENED, now, new.key, new.provider, old.impact, new.impact))
    if (old.title, old.components) != (new.title, new.components):
        changes.append(Change(ChangeKind.SCOPE_CHANGED, now, new.key, new.provider))
    if old.updates != new.updates:
        changes.append(Change(ChangeKind.UPDATED, now, new.key, new.provider, str(len(old.updates)), str(len(new.updates))))
    return changes


def _merged(known: Tracked, new: Incident, feed: str) -> Incident:
    """The truer of two readings of one incident: a cache may serve yesterday's, and a second feed may tell less."""
    old = known.incident
    old_last, new_last = old.last_at, new.last_at
    if old_last and new_last and (new_last < old_last or (len(new.updates) < len(old.updates) and new_last == old_last)):
        return old
    if feed != known.feed:
        components = new.components or old.components
        return replace(new, components=components, impact=new.impact if new.impact is not Impact.UNKNOWN else old.impact, url=new.url or old.url)
    return new


def _miss(incidents: dict[str, Tracked], listed: set[str], page: Page, feed: str, now: datetime) -> list[Change]:
    changes: list[Change] = []
    for key, tracked in incidents.items():
        if key in listed or tracked.feed != feed or tracked.phase is Phase.ENDED or (tracked.phase is Phase.LOST and tracked.changed_at == now):
            continue
        phase, kind = step(tracked.phase, Absent.ABSENT)
        incidents[key] = replace(tracked, phase=phase, changed_at=now, ended_at=now if phase is Phase.ENDED else None)
        changes += [Change(kind, now, key, page.provider, tracked.phase, phase)] if kind else []
    return changes


def _page_unchanged(world: World, seen: PageUnchanged, now: datetime) -> tuple[World, tuple[Change, ...]]:
    before = world.feeds.get(seen.feed) or FeedStatus(seen.feed, seen.provider)
    status = _answered(before, now, seen.as_of)
    incidents = world.incidents
    lost = [key for key, tracked in incidents.items() if tracked.feed == seen.feed and tracked.phase is Phase.LOST]
    changes = list(_feed_change(before, status, now))
    if lost:  # the same list a second time: what was missing is still missing
        incidents = dict(incidents)
        for key in lost:
            incidents[key] = replace(incidents[key], phase=Phase.ENDED, changed_at=now, ended_at=now)
            changes.append(Change(ChangeKind.ENDED, now, key, seen.provider, Phase.LOST, Phase.ENDED))
    return replace(world, feeds={**world.feeds, seen.feed: status}, incidents=incidents), tuple(changes)


def _answered(before: FeedStatus, now: datetime, as_of: datetime | None) -> FeedStatus:
    since = before.since if before.state is FeedState.FRESH else now
    good = replace(before, state=FeedState.FRESH, last_ok=now, last_tried=now, as_of=as_of, since=since)
    return replace(good, detail="", failures=0, transport=False, obstacle=None)


def _feed_failed(world: World, failed: FeedFailed, now: datetime) -> tuple[World, tuple[Change, ...]]:
    before = world.feeds.get(failed.feed) or FeedStatus(failed.feed, failed.provider)
    since = before.since if before.state is failed.state else now
    status = replace(before, state=failed.state, last_tried=now, since=since, detail=failed.detail, failures=before.failures + 1)
    status = replace(status, transport=failed.transport, obstacle=failed.obstacle)
    return replace(world, feeds={**world.feeds, failed.feed: status}), _feed_change(before, status, now)


def _feed_change(before: FeedStatus, after: FeedStatus, now: datetime) -> tuple[Change, ...]:
    if before.state is after.state:
        return ()
    return (Change(ChangeKind.FEED_STATE, now, after.feed, after.provider, before.state or "", after.state or ""),)


def _network_seen(world: World, seen: NetworkSeen, now: datetime) -> tuple[World, tuple[Change, ...]]:
    if world.link is seen.link:
        return world, ()
    return replace(world, link=seen.link, link_since=now), (Change(ChangeKind.NETWORK, now, "network", "", world.link, seen.link),)


def _call_seen(world: World, seen: CallSeen, now: datetime) -> tuple[World, tuple[Change, ...]]:
    call = seen.call
    key = call_route(call).canonical
    known = world.calls.get(key, ())
    if now - call.at > CALLS_AGE or any(other.key == call.key for other in known):
        return world, ()
    if call.at - now > SKEW:  # seen now, so made by now, whatever the clock of the record says
        call = replace(call, at=now)
    group = sorted((*known, call), key=lambda item: (item.at, item.key))
    kind = ChangeKind.CALL_SUCCEEDED if call.outcome is Outcome.OK else ChangeKind.CALL_FAILED
    word = call.diagnosis.fault.value if call.diagnosis else ""
    calls = _recent_groups({**world.calls, key: _thinned(group)}, now) if known == () else {**world.calls, key: _thinned(group)}
    return replace(world, calls=calls), (Change(kind, now, key, call.provider, "", word),)


def _thinned(group: list[Call]) -> tuple[Call, ...]:
    """At most so many calls: the newest whole, the older ones thinned where they stand closest. The first of a run of failures stays: it says since when."""
    while len(group) > CALLS_KEPT:
        old = range(1, len(group) - CALLS_WHOLE)
        repeats = [index for index in old if group[index].outcome is group[index - 1].outcome]
        del group[min(repeats, key=lambda index: group[index].at - group[index - 1].at) if repeats else 0]
    return tuple(group)


def _recent_groups(calls: dict[str, tuple[Call, ...]], now: datetime) -> dict[str, tuple[Call, ...]]:
    """Without routes that nobody called for a day; of very many, those called last. Names of models come from records and have no end."""
    fresh = sorted((group[-1].at, key) for key, group in calls.items() if now - group[-1].at <= CALLS_AGE)
    kept = {key for _, key in fresh[-ROUTES_KEPT:]}
    return {key: group for key, group in calls.items() if key in kept}


def _clock_jumped(world: World, jump: ClockJumped, now: datetime) -> tuple[World, tuple[Change, ...]]:
    """What a clock that ran ahead has stamped in what is now the future happened earlier by as much as the clock was put back."""
    calls = {key: _put_back(group, jump.seconds, now) for key, group in world.calls.items()} if jump.seconds < 0 else world.calls
    change = Change(ChangeKind.CLOCK_JUMPED, now, "clock", now=f"{jump.seconds:+.0f}s")
    return replace(world, calls=calls, jumped_at=now), (change,)


def _put_back(group: tuple[Call, ...], seconds: float, now: datetime) -> tuple[Call, ...]:
    if group[-1].at <= now:
        return group
    moved = (replace(call, at=min(now, call.at + timedelta(seconds=seconds))) if call.at > now else call for call in group)
    return tuple(sorted(moved, key=lambda call: (call.at, call.key)))


def _command(world: World, command: Command, now: datetime) -> tuple[World, tuple[Change, ...]]:
    change = Change(ChangeKind.COMMANDED, now, command.target, now=command.kind)
    mutes = {target: until for target, until in world.mutes.items() if until > now}
    snoozes = {target: until for target, until in world.snoozes.items() if now - until < SNOOZES_KEPT}
    match command.kind:
        case CommandKind.MUTE:
            mutes[command.target] = command.until or now + timedelta(hours=1)
            world = replace(world, mutes=mutes)
        case CommandKind.SNOOZE:
            snoozes[command.target] = command.until or now + timedelta(hours=1)
            world = replace(world, snoozes=snoozes)
        case CommandKind.UNMUTE:  # undoes whatever keeps notices about the target back
            kept = (lambda _: False) if command.target == "*" else (lambda target: target != command.target)
            mutes = {target: until for target, until in mutes.items() if kept(target)}
            snoozes = {target: until for target, until in snoozes.items() if kept(target)}
            world = replace(world, mutes=mutes, snoozes=snoozes)
        case CommandKind.ACKNOWLEDGE:
            world = replace(world, acknowledged=_wished(world.acknowledged, command.target, now))
        case CommandKind.WAIT:
            world = replace(world, waits=_wished(world.waits, command.target, now))
    return world, (change,)  # a refresh changes nothing here: the shell reads the feeds


def _wished(wishes: Mapping[str, datetime], target: str, now: datetime) -> dict[str, datetime]:
    """The wishes with a new one, without those that are too old to matter to anyone."""
    return {**{known: at for known, at in wishes.items() if now - at < WISHES_KEPT}, target: now}

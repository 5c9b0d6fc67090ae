"""What a person wants kept back, and for how long: mutes, snoozes, quiet hours. A mute is for good; what is held is told afterwards if it still lasts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from statuswatch.core.errors import RouteError
from statuswatch.core.ids import parse_route
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.notice import NoticeKind, Policy, SuppressReason, Trouble
from statuswatch.core.snapshot import HushView, Snapshot
from statuswatch.core.verdict import Verdict
from statuswatch.core.wording import route_title
from statuswatch.core.world import World

EVERYTHING = "*"
FOR_GOOD = timedelta(days=3660)
"""A mute that lasts longer than this is one without an end."""


@dataclass(frozen=True, slots=True)
class Held:
    """Something is kept back for `reason` until `until`."""

    reason: SuppressReason
    until: datetime


@dataclass(frozen=True, slots=True)
class Hush:
    """The wishes that count at `now`: those of the settings (`policy`) and those made since (`mutes`, `snoozes`: target to end)."""

    policy: Policy
    mutes: Mapping[str, datetime]
    snoozes: Mapping[str, datetime]
    now: datetime

    def muted(self, kind: NoticeKind, verdict: Verdict, trouble: Trouble) -> bool:
        """Whether nothing of this kind is told of this trouble. That it is over is told to whoever asked for it, muted or not."""
        if trouble.asked and kind is NoticeKind.RESOLVED:
            return False
        if kind in self.policy.muted_kinds:
            return True
        active = {target for target, until in (*self.policy.muted, *self.mutes.items()) if until > self.now}
        return bool(active & names_of(verdict, trouble.incidents))

    def held(self, verdict: Verdict, incidents: Iterable[str] = ()) -> Held | None:
        """Why news of this verdict waits, and until when: the later of two ends."""
        names = names_of(verdict, incidents)
        ends = [Held(SuppressReason.SNOOZED, until) for target, until in self.snoozes.items() if target in names and until > self.now]
        if self.policy.quiet_until is not None and self.policy.quiet_until > self.now:
            ends.append(Held(SuppressReason.QUIET_HOURS, self.policy.quiet_until))
        return max(ends, key=lambda held: held.until, default=None)

    def snoozed_until(self, verdict: Verdict, trouble: Trouble) -> datetime | None:
        """When the newest snooze of this trouble ends or ended, where it was asked for after the trouble was last told of."""
        names = names_of(verdict, trouble.incidents)
        told_at = trouble.reminded_at or trouble.opened_at
        return max((until for target, until in self.snoozes.items() if target in names and until > told_at), default=None)


def names_of(verdict: Verdict, incidents: Iterable[str] = ()) -> frozenset[str]:
    """All that a wish may call this trouble by: everything, the route in either spelling, the provider, an incident."""
    own = (verdict.incident,) if verdict.incident else ()
    return frozenset({EVERYTHING, verdict.route.canonical, str(verdict.route), verdict.route.provider, *own, *incidents})


def names_something(target: str, snapshot: Snapshot, knowledge: Knowledge) -> bool:
    """Whether keeping back what `target` names can keep anything back.

    It can for everything, for a provider that is known or watched, for an incident that is shown or was told of, for what is kept back already, and for
    a route of such a provider, in a spelling that verdicts have.
    """
    told = {notice.incident or "" for notice in snapshot.notices}
    kept = {view.target for view in snapshot.hushed}
    watched = {view.provider for view in snapshot.routes}
    if target == EVERYTHING or target in knowledge.providers or target in watched | told | kept | {item.key for item in snapshot.incidents}:
        return True
    try:
        route = parse_route(target)
    except RouteError:
        return False
    known = route.provider in knowledge.providers or route.provider in watched
    return (known and target == route.canonical) or any(target == str(view.verdict.route) for view in snapshot.routes)


def hushed(policy: Policy, world: World, knowledge: Knowledge, now: datetime) -> tuple[HushView, ...]:
    """All that is kept back at `now`: what the person asked for, then what the settings say; of each, what ends first comes first."""
    asked = [("mute", target, until) for target, until in world.mutes.items()] + [("snooze", target, until) for target, until in world.snoozes.items()]
    found = [HushView(by, *_named(target, world, knowledge), until) for by, target, until in asked if until > now]
    said = [HushView("mute", *_named(target, world, knowledge), until, "settings") for target, until in policy.muted if until > now]
    said += [HushView("mute", "kind", kind.value, f"notices of the kind {kind.value}", None, "settings") for kind in policy.muted_kinds]
    if policy.quiet_until is not None and policy.quiet_until > now:
        said.append(HushView("quiet_hours", "everything", EVERYTHING, "everything", policy.quiet_until, "settings"))
    ordered = (*sorted(found, key=lambda view: (view.until or now, view.target)), *sorted(said, key=lambda view: (view.by, view.target)))
    return tuple(replace(view, until=None) if view.until is not None and view.until - now > FOR_GOOD else view for view in ordered)


def _named(target: str, world: World, knowledge: Knowledge) -> tuple[str, str, str]:
    """What a target is, the target, and what it is called where people read it."""
    if target == EVERYTHING:
        return "everything", target, "everything"
    tracked = world.incidents.get(target)
    if tracked is not None:
        return "incident", target, tracked.incident.title
    if target in knowledge.providers:
        return "provider", target, knowledge.name_of(target)
    try:
        return "route", target, route_title(parse_route(target), knowledge)
    except RouteError:
        return "unknown", target, target

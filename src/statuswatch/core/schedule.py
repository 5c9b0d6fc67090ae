"""When to read a feed next, and why. One pure function; a feed's place among the slots is drawn outside and passed in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from statuswatch.core.health import FeedState
from statuswatch.core.politeness import Allowance, HostFacts, Pause, PauseReason, pause

SLOTS = 60
"""An interval has so many slots. A feed keeps its own: readers are spread over the interval, and each one's own reads do not bunch."""

_DOUBLINGS = 20
"""More would change nothing, and a feed that is gone for weeks has failed thousands of times."""
_GRID = datetime(2000, 1, 1, tzinfo=UTC)


class DueReason(StrEnum):
    """Why a feed is due when it is."""

    FIRST = "first"
    CALL_FAILED = "call_failed"
    ASKED = "asked"
    TROUBLE = "trouble"
    WATCHED = "watched"
    UNWATCHED = "unwatched"
    IDLE = "idle"
    CACHED = "cached"
    SERVER_SAYS = "server_says"
    BACKOFF = "backoff"
    BLOCKED = "blocked"
    BUDGET = "budget"


_PAUSES = {
    PauseReason.WISH: DueReason.SERVER_SAYS,
    PauseReason.BLOCKED: DueReason.BLOCKED,
    PauseReason.BACKOFF: DueReason.BACKOFF,
    PauseReason.BUDGET: DueReason.BUDGET,
}
INSISTING = frozenset({DueReason.FIRST, DueReason.ASKED})
"""Reasons for which a host that merely did not answer is tried again at once: a start, a machine that woke up, a person."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The intervals in seconds, the first three from the configuration. `cached_s`: how long a page may ask for its copy to be kept (Cache-Control)."""

    trouble_s: float = 30.0
    watched_s: float = 60.0
    unwatched_s: float = 180.0
    least_s: float = 15.0
    blocked_s: float = 900.0
    longest_s: float = 3600.0
    idle_s: float = 600.0
    cached_s: float = 600.0
    allowance: Allowance = field(default_factory=Allowance)


@dataclass(frozen=True, slots=True)
class PollFacts:
    """What the choice depends on.

    `hurried`: an own call failed or a person asked since the last read. `hosts`: one for each address of the feed. `fresh_until`: until when the page
    said that its copy serves. `idle`: nobody looks, and the person whose calls are seen has made none for long.
    """

    last_tried: datetime | None = None
    state: FeedState | None = None
    failures: int = 0
    trouble: bool = False
    listeners: int = 0
    hurried: DueReason | None = None
    hosts: tuple[HostFacts, ...] = ()
    fresh_until: datetime | None = None
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When the next read is due, and why."""

    at: datetime
    reason: DueReason


def next_poll(facts: PollFacts, pace: Pace, now: datetime, jitter: float) -> Due:
    """The next read of one feed. `jitter` in [0, 1) is the feed's place in its interval; a hurried read waits for no slot.

    Whatever the feed wants, a host that is to be left alone is: the feed waits for the first of its hosts that may be asked.
    """
    due = _wanted(facts, pace, now, jitter)
    insisting = due.reason in INSISTING
    pauses = [pause(host, pace.allowance, due.at, insisting=insisting) for host in facts.hosts]
    standing = [each for each in pauses if each is not None]
    if not standing or len(standing) < len(pauses):
        return due
    first = min(standing, key=_until)
    return Due(first.until, _PAUSES[first.reason])


def slot_of(jitter: float) -> int:
    """The slot, counted from 0, that a feed with this `jitter` in [0, 1) has."""
    return int(jitter * SLOTS)


def _wanted(facts: PollFacts, pace: Pace, now: datetime, jitter: float) -> Due:
    last = facts.last_tried
    if last is None:
        return Due(now, DueReason.FIRST)
    soonest = max(now, last + timedelta(seconds=pace.least_s))
    if facts.hurried is not None and facts.state is not FeedState.BLOCKED:
        return Due(soonest, facts.hurried)
    interval, reason = _interval(facts, pace)
    # After a failure it is counted from there: the next slot could lie in a moment, and then it would be no pause.
    due = last + timedelta(seconds=interval * (1 + jitter / 10)) if facts.failures else _next_slot(last, timedelta(seconds=interval), jitter)
    kept = min(facts.fresh_until or last, last + timedelta(seconds=pace.cached_s))
    if kept > max(due, soonest):
        return Due(kept, DueReason.CACHED)
    return Due(max(soonest, due), reason)


def _next_slot(last: datetime, interval: timedelta, jitter: float) -> datetime:
    """The feed's slot that is at least half an interval after the last read, and less than one and a half."""
    phase = interval * slot_of(jitter) / SLOTS
    passed = last + interval / 2 - _GRID - phase
    return _GRID + phase + -(-passed // interval) * interval


def _interval(facts: PollFacts, pace: Pace) -> tuple[float, DueReason]:
    doubled = 2.0 ** min(max(0, facts.failures - 1), _DOUBLINGS)
    if facts.state is FeedState.BLOCKED:
        return min(pace.blocked_s * doubled, pace.longest_s), DueReason.BLOCKED
    if facts.failures:
        base = pace.trouble_s if facts.trouble else pace.watched_s
        return min(base * doubled, pace.blocked_s), DueReason.BACKOFF
    if facts.trouble:
        return pace.trouble_s, DueReason.TROUBLE
    if facts.listeners:
        return pace.watched_s, DueReason.WATCHED
    if facts.idle:
        return max(pace.idle_s, pace.unwatched_s), DueReason.IDLE
    return pace.unwatched_s, DueReason.UNWATCHED


def _until(found: Pause) -> datetime:
    return found.until

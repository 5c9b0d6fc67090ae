"""When to read a feed next, and why. One pure function; the jitter is drawn outside and passed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from statuswatch.core.health import FeedState

_DOUBLINGS = 20
"""More would change nothing, and a feed that is gone for weeks has failed thousands of times."""


class DueReason(StrEnum):
    """Why a feed is due when it is."""

    FIRST = "first"
    CALL_FAILED = "call_failed"
    ASKED = "asked"
    TROUBLE = "trouble"
    WATCHED = "watched"
    UNWATCHED = "unwatched"
    SERVER_SAYS = "server_says"
    BACKOFF = "backoff"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Pace:
    """The intervals in seconds, from the configuration."""

    trouble_s: float = 30.0
    watched_s: float = 60.0
    unwatched_s: float = 180.0
    least_s: float = 15.0
    blocked_s: float = 900.0
    longest_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class PollFacts:
    """What the choice depends on. `hurried`: an own call failed or a person asked since the last read; `not_before`: the server's own wish."""

    last_tried: datetime | None = None
    state: FeedState | None = None
    failures: int = 0
    trouble: bool = False
    listeners: int = 0
    hurried: DueReason | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When the next read is due, and why."""

    at: datetime
    reason: DueReason


def next_poll(facts: PollFacts, pace: Pace, now: datetime, jitter: float) -> Due:
    """The next read of one feed. `jitter` in [0, 1) spreads regular reads over a tenth of their interval; a hurried read is spread by nothing."""
    last = facts.last_tried
    if last is None:
        return Due(now, DueReason.FIRST)
    wished = min(facts.not_before or last, last + timedelta(seconds=pace.longest_s))
    floor = max(last + timedelta(seconds=pace.least_s), wished)
    if facts.hurried is not None and facts.state is not FeedState.BLOCKED:
        return Due(max(now, floor), facts.hurried)
    interval, reason = _interval(facts, pace)
    due = last + timedelta(seconds=interval * (1 + jitter / 10))
    if wished > due:
        return Due(max(now, wished), DueReason.SERVER_SAYS)
    return Due(max(now, due), reason)


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
    return pace.unwatched_s, DueReason.UNWATCHED

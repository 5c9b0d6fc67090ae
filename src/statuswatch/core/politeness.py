"""How often one host may be asked, whatever feeds lie on it: its budget of requests, its backoff, and the pause that it asked for itself."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from statuswatch.core.health import FeedState

_DOUBLINGS = 20
"""More would change nothing, and a host that is gone for weeks has failed thousands of times."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one host is asked for at most, in seconds and requests.

    `burst` requests may follow each other as fast as their reasons do; one more is earned every `earn_s`. A host that does not answer is left alone for
    `retry_s`, doubled with each failure up to `down_s`; one that turns readers away for `blocked_s`, doubled up to `longest_s`.
    """

    burst: int = 10
    earn_s: float = 15.0
    retry_s: float = 30.0
    down_s: float = 300.0
    blocked_s: float = 900.0
    longest_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What is known of one host. `spent` requests were not yet earned back at `counted_at`; `until` is the host's own wish (Retry-After)."""

    spent: float = 0.0
    counted_at: datetime | None = None
    failures: int = 0
    state: FeedState | None = None
    failed_at: datetime | None = None
    until: datetime | None = None


class PauseReason(StrEnum):
    """Why a host is left alone for now."""

    WISH = "wish"
    BLOCKED = "blocked"
    BACKOFF = "backoff"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when a host is left alone, and why."""

    until: datetime
    reason: PauseReason


def asked(host: HostFacts, allowance: Allowance, now: datetime) -> HostFacts:
    """One request more."""
    return replace(host, spent=_owed(host, allowance, now) + 1.0, counted_at=now)


def answered(host: HostFacts) -> HostFacts:
    """It answered, whatever it said of the page that was asked for."""
    return replace(host, failures=0, state=None, failed_at=None, until=None)


def refused(host: HostFacts, state: FeedState, retry_after_s: float | None, now: datetime) -> HostFacts:
    """It turned us away (BLOCKED) or did not answer (UNREACHABLE), perhaps with a wish of its own in seconds."""
    until = now + timedelta(seconds=retry_after_s) if retry_after_s is not None else None
    return replace(host, failures=host.failures + 1, state=state, failed_at=now, until=until)


def budget_left(host: HostFacts, allowance: Allowance, now: datetime) -> int:
    """Whole requests that may follow each other at once."""
    return max(0, int(allowance.burst - _owed(host, allowance, now)))


def pause(host: HostFacts, allowance: Allowance, now: datetime, *, insisting: bool = False) -> Pause | None:
    """Why the host must not be asked at `now`; None where it may be. Of several reasons the one that holds longest.

    `insisting`: a person asks, or the machine woke up; then a host that merely did not answer is tried again.
    """
    reasons = (*_wish(host, allowance), *_backoff(host, allowance), _budget(host, allowance, now))
    standing = (each for each in reasons if each.until > now and not (insisting and each.reason is PauseReason.BACKOFF))
    return max(standing, key=lambda each: each.until, default=None)


def _wish(host: HostFacts, allowance: Allowance) -> tuple[Pause, ...]:
    """A wish of days is one of an hour: a header must not switch a feed off."""
    if host.until is None or host.failed_at is None:
        return ()
    return (Pause(min(host.until, host.failed_at + timedelta(seconds=allowance.longest_s)), PauseReason.WISH),)


def _backoff(host: HostFacts, allowance: Allowance) -> tuple[Pause, ...]:
    if host.failed_at is None:
        return ()
    blocked = host.state is FeedState.BLOCKED
    first, most = (allowance.blocked_s, allowance.longest_s) if blocked else (allowance.retry_s, allowance.down_s)
    seconds = min(first * 2.0 ** min(max(0, host.failures - 1), _DOUBLINGS), most)
    return (Pause(host.failed_at + timedelta(seconds=seconds), PauseReason.BLOCKED if blocked else PauseReason.BACKOFF),)


def _budget(host: HostFacts, allowance: Allowance, now: datetime) -> Pause:
    missing = _owed(host, allowance, now) + 1.0 - allowance.burst
    return Pause(now + timedelta(seconds=round(max(0.0, missing) * allowance.earn_s, 3)), PauseReason.BUDGET)


def _owed(host: HostFacts, allowance: Allowance, now: datetime) -> float:
    """Requests that are not earned back yet."""
    if host.counted_at is None:
        return 0.0
    return max(0.0, host.spent - max(0.0, (now - host.counted_at).total_seconds()) / allowance.earn_s)

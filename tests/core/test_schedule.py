"""When a feed is read next: the table of cases is the specification."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.health import FeedState
from statuswatch.core.schedule import DueReason, Pace, PollFacts, next_poll
from support.facts import at

_PACE = Pace()
_LAST = at("10:00")


@pytest.mark.parametrize(
    ("facts", "seconds", "reason"),
    [
        (PollFacts(_LAST, FeedState.FRESH), 180, "unwatched"),
        (PollFacts(_LAST, FeedState.FRESH, listeners=1), 60, "watched"),
        (PollFacts(_LAST, FeedState.FRESH, trouble=True), 30, "trouble"),
        (PollFacts(_LAST, FeedState.FRESH, listeners=3, trouble=True), 30, "trouble"),
        (PollFacts(_LAST, FeedState.UNREACHABLE, failures=1), 60, "backoff"),
        (PollFacts(_LAST, FeedState.UNREACHABLE, failures=3), 240, "backoff"),
        (PollFacts(_LAST, FeedState.UNREADABLE, failures=1, trouble=True), 30, "backoff"),
        (PollFacts(_LAST, FeedState.UNREACHABLE, failures=40), 900, "backoff"),
        (PollFacts(_LAST, FeedState.UNREACHABLE, failures=5000), 900, "backoff"),
        (PollFacts(_LAST, FeedState.BLOCKED, failures=5000), 3600, "blocked"),
        (PollFacts(_LAST, FeedState.BLOCKED, failures=1), 900, "blocked"),
        (PollFacts(_LAST, FeedState.BLOCKED, failures=9), 3600, "blocked"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.CALL_FAILED), 15, "call_failed"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.ASKED), 15, "asked"),
        (PollFacts(_LAST, FeedState.BLOCKED, failures=1, hurried=DueReason.CALL_FAILED), 900, "blocked"),
        (PollFacts(_LAST, FeedState.FRESH, not_before=_LAST + timedelta(seconds=600)), 600, "server_says"),
        (PollFacts(_LAST, FeedState.FRESH, not_before=_LAST + timedelta(days=30)), 3600, "server_says"),
        (PollFacts(_LAST, FeedState.FRESH, not_before=_LAST + timedelta(seconds=20)), 180, "unwatched"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.ASKED, not_before=_LAST + timedelta(seconds=100)), 100, "asked"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.ASKED, not_before=_LAST + timedelta(days=30)), 3600, "asked"),
    ],
)
def test_the_next_read_follows_from_the_facts(facts: PollFacts, seconds: float, reason: str) -> None:
    due = next_poll(facts, _PACE, _LAST, 0.0)

    assert (due.at - _LAST, due.reason) == (timedelta(seconds=seconds), DueReason(reason))


def test_a_feed_never_read_is_due_now() -> None:
    assert next_poll(PollFacts(), _PACE, _LAST, 0.5).reason is DueReason.FIRST
    assert next_poll(PollFacts(), _PACE, _LAST, 0.5).at == _LAST


def test_jitter_spreads_a_regular_read_over_a_tenth_of_its_interval() -> None:
    assert next_poll(PollFacts(_LAST, FeedState.FRESH), _PACE, _LAST, 0.5).at - _LAST == timedelta(seconds=189)


@given(
    st.sampled_from([None, *FeedState]),
    st.integers(0, 60),
    st.booleans(),
    st.integers(0, 9),
    st.floats(0, 0.999),
    st.integers(0, 7200),
    st.none() | st.sampled_from(DueReason),
)
def test_a_read_is_never_due_in_the_past_nor_sooner_than_the_least_gap(
    state: FeedState | None, failures: int, trouble: bool, listeners: int, jitter: float, later: int, hurried: DueReason | None
) -> None:
    now: datetime = _LAST + timedelta(seconds=later)
    due = next_poll(PollFacts(_LAST, state, failures, trouble, listeners, hurried), _PACE, now, jitter)

    assert due.at >= now
    assert due.at - _LAST >= timedelta(seconds=_PACE.least_s)
    assert due.at - _LAST <= timedelta(seconds=max(later, 1.1 * _PACE.longest_s))

"""When a feed is read next: the table of cases is the specification."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.health import FeedState
from statuswatch.core.politeness import HostFacts
from statuswatch.core.schedule import DueReason, Pace, PollFacts, next_poll, slot_of
from support.facts import at

_PACE = Pace()
_LAST = at("10:00")


def _after(seconds: float) -> datetime:
    return _LAST + timedelta(seconds=seconds)


def _wishing(seconds: float) -> HostFacts:
    return HostFacts(failures=1, state=FeedState.UNREACHABLE, failed_at=_LAST, until=_after(seconds))


def _failing(state: FeedState, failures: int) -> HostFacts:
    return HostFacts(failures=failures, state=state, failed_at=_LAST)


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
        (PollFacts(_LAST, FeedState.FRESH, idle=True), 600, "idle"),
        (PollFacts(_LAST, FeedState.FRESH, idle=True, listeners=1), 60, "watched"),
        (PollFacts(_LAST, FeedState.FRESH, idle=True, trouble=True), 30, "trouble"),
        (PollFacts(_LAST, FeedState.FRESH, fresh_until=_after(400)), 400, "cached"),
        (PollFacts(_LAST, FeedState.FRESH, fresh_until=_after(100)), 180, "unwatched"),
        (PollFacts(_LAST, FeedState.FRESH, fresh_until=_after(86400)), 600, "cached"),
        (PollFacts(_LAST, FeedState.FRESH, trouble=True, fresh_until=_after(50)), 50, "cached"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.CALL_FAILED, fresh_until=_after(400)), 15, "call_failed"),
        (PollFacts(_LAST, FeedState.FRESH, hosts=(HostFacts(),)), 180, "unwatched"),
        (PollFacts(_LAST, FeedState.FRESH, hosts=(_wishing(600),)), 600, "server_says"),
        (PollFacts(_LAST, FeedState.FRESH, hosts=(_wishing(86400),)), 3600, "server_says"),
        (PollFacts(_LAST, FeedState.FRESH, hosts=(_wishing(100),)), 180, "unwatched"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.ASKED, hosts=(_wishing(100),)), 100, "server_says"),
        (PollFacts(_LAST, FeedState.FRESH, hosts=(_wishing(600), HostFacts())), 180, "unwatched"),
        (PollFacts(_LAST, FeedState.FRESH, hosts=(_wishing(600), _wishing(400))), 400, "server_says"),
        (PollFacts(_LAST, FeedState.FRESH, hosts=(_failing(FeedState.BLOCKED, 1),)), 900, "blocked"),
        (PollFacts(_LAST, FeedState.FRESH, hosts=(_failing(FeedState.UNREACHABLE, 4),)), 240, "backoff"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.CALL_FAILED, hosts=(_failing(FeedState.UNREACHABLE, 4),)), 240, "backoff"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.ASKED, hosts=(_failing(FeedState.UNREACHABLE, 4),)), 15, "asked"),
        (PollFacts(_LAST, FeedState.FRESH, hurried=DueReason.ASKED, hosts=(_failing(FeedState.BLOCKED, 1),)), 900, "blocked"),
        (PollFacts(_LAST, FeedState.FRESH, trouble=True, hosts=(HostFacts(spent=13.0, counted_at=_LAST),)), 60, "budget"),
        (PollFacts(hosts=(_failing(FeedState.BLOCKED, 1),)), 900, "blocked"),
    ],
)
def test_the_next_read_follows_from_the_facts(facts: PollFacts, seconds: float, reason: str) -> None:
    due = next_poll(facts, _PACE, _LAST, 0.0)

    assert (due.at - _LAST, due.reason) == (timedelta(seconds=seconds), DueReason(reason))


def test_a_feed_never_read_is_due_now() -> None:
    assert next_poll(PollFacts(), _PACE, _LAST, 0.5).reason is DueReason.FIRST
    assert next_poll(PollFacts(), _PACE, _LAST, 0.5).at == _LAST


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 180), (0.25, 225), (0.49, 267), (0.5, 90), (0.999, 177)])
def test_a_feed_keeps_its_slot_in_the_interval(jitter: float, seconds: float) -> None:
    due = next_poll(PollFacts(_LAST, FeedState.FRESH), _PACE, _LAST, jitter)
    assert due.at - _LAST == timedelta(seconds=seconds)
    assert next_poll(PollFacts(due.at + timedelta(seconds=1), FeedState.FRESH), _PACE, due.at, jitter).at - due.at == timedelta(seconds=180)


def test_a_read_out_of_turn_leads_back_to_the_slot() -> None:
    hurried = _LAST + timedelta(seconds=40)
    assert next_poll(PollFacts(hurried, FeedState.FRESH), _PACE, hurried, 0.0).at == _LAST + timedelta(seconds=180)


def test_a_failed_read_is_repeated_after_a_pause_that_no_slot_shortens() -> None:
    assert next_poll(PollFacts(_LAST, FeedState.UNREADABLE, failures=1), _PACE, _LAST, 0.5).at - _LAST == timedelta(seconds=63)


@pytest.mark.parametrize(("jitter", "slot"), [(0.0, 0), (0.5, 30), (0.9999, 59)])
def test_the_slot_is_told_as_a_number(jitter: float, slot: int) -> None:
    assert slot_of(jitter) == slot


def test_ten_feeds_of_a_person_who_is_away_are_asked_1440_times_a_day() -> None:
    count, now = 0, _LAST
    while now < _LAST + timedelta(days=1):
        now = next_poll(PollFacts(now, FeedState.FRESH, idle=True), _PACE, now, 0.3).at
        count += 10
    assert count == 1440


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
    assert due.at - _LAST <= timedelta(seconds=max(later, 1.5 * _PACE.longest_s))

"""What one host may be asked: the table of cases is the specification."""

from datetime import timedelta

import pytest

from statuswatch.core.health import FeedState
from statuswatch.core.politeness import Allowance, HostFacts, PauseReason, answered, asked, budget_left, pause, refused
from support.facts import at

_RULES = Allowance(burst=4, earn_s=15.0)
_NOW = at("10:00")


def _later(seconds: float):
    return _NOW + timedelta(seconds=seconds)


def test_a_host_that_was_never_asked_may_be_asked() -> None:
    assert pause(HostFacts(), _RULES, _NOW) is None
    assert budget_left(HostFacts(), _RULES, _NOW) == 4


def test_a_burst_is_allowed_and_then_one_request_for_each_that_was_earned_back() -> None:
    host = HostFacts()
    for _ in range(4):
        assert pause(host, _RULES, _NOW) is None
        host = asked(host, _RULES, _NOW)
    found = pause(host, _RULES, _NOW)
    assert found is not None
    assert (found.until, found.reason) == (_later(15), PauseReason.BUDGET)
    assert [budget_left(host, _RULES, _later(seconds)) for seconds in (0, 14, 15, 30, 600)] == [0, 0, 1, 2, 4]
    assert pause(host, _RULES, _later(15)) is None


def test_time_that_goes_back_earns_nothing_and_takes_nothing() -> None:
    host = asked(HostFacts(), _RULES, _NOW)
    assert budget_left(host, _RULES, _later(-3600)) == 3


@pytest.mark.parametrize(
    ("state", "failures", "seconds", "reason"),
    [
        (FeedState.UNREACHABLE, 1, 30, "backoff"),
        (FeedState.UNREACHABLE, 2, 60, "backoff"),
        (FeedState.UNREACHABLE, 3, 120, "backoff"),
        (FeedState.UNREACHABLE, 9, 300, "backoff"),
        (FeedState.UNREACHABLE, 9000, 300, "backoff"),
        (FeedState.BLOCKED, 1, 900, "blocked"),
        (FeedState.BLOCKED, 2, 1800, "blocked"),
        (FeedState.BLOCKED, 9, 3600, "blocked"),
    ],
)
def test_the_pause_doubles_with_each_failure(state: FeedState, failures: int, seconds: float, reason: str) -> None:
    host = HostFacts()
    for _ in range(failures):
        host = refused(host, state, None, _NOW)
    found = pause(host, _RULES, _NOW)
    assert found is not None
    assert (found.until, found.reason) == (_later(seconds), PauseReason(reason))
    assert pause(host, _RULES, _later(seconds)) is None


def test_the_hosts_own_wish_holds_where_it_is_longer_and_for_an_hour_at_most() -> None:
    assert pause(refused(HostFacts(), FeedState.UNREACHABLE, 200.0, _NOW), _RULES, _NOW).until == _later(200)
    assert pause(refused(HostFacts(), FeedState.UNREACHABLE, 1.0, _NOW), _RULES, _NOW).until == _later(30)
    assert pause(refused(HostFacts(), FeedState.BLOCKED, 1e6, _NOW), _RULES, _NOW).reason is PauseReason.WISH
    assert pause(refused(HostFacts(), FeedState.BLOCKED, 1e6, _NOW), _RULES, _NOW).until == _later(3600)


def test_an_answer_ends_the_pause_but_is_no_budget() -> None:
    host = answered(refused(asked(HostFacts(), _RULES, _NOW), FeedState.BLOCKED, 600.0, _NOW))
    assert pause(host, _RULES, _NOW) is None
    assert budget_left(host, _RULES, _NOW) == 3


def test_who_insists_is_let_to_a_host_that_did_not_answer_and_to_none_that_refuses_or_asked_for_peace() -> None:
    silent = refused(HostFacts(), FeedState.UNREACHABLE, None, _NOW)
    assert pause(silent, _RULES, _NOW, insisting=True) is None
    assert pause(refused(HostFacts(), FeedState.BLOCKED, None, _NOW), _RULES, _NOW, insisting=True) is not None
    assert pause(refused(HostFacts(), FeedState.UNREACHABLE, 10.0, _NOW), _RULES, _NOW, insisting=True).reason is PauseReason.WISH

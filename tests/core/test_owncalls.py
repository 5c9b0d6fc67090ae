"""Own calls: the streak since the newest success, retries as one request, and which diagnosis stands for a streak."""

import pytest

from statuswatch.core.ids import parse_route
from statuswatch.core.observation import Diagnosis
from statuswatch.core.owncalls import leading, own_calls, requests
from support.facts import AUTH, NETWORK, OPUS, OVERLOADED, SERVER, UNCLEAR, at, call, world

_ROUTE = parse_route(OPUS)


def test_the_streak_begins_after_the_newest_success() -> None:
    state = world(call("10:00", OPUS, SERVER), call("10:01"), call("10:02", OPUS, SERVER), call("10:03", OPUS, OVERLOADED))
    calls = own_calls(state, _ROUTE, at("10:05"))

    assert [item.at for item in calls.streak] == [at("10:02"), at("10:03")]
    assert (calls.last_ok, calls.last_failed, calls.ok_after_failure) == (at("10:01"), at("10:03"), False)


def test_a_success_ends_the_streak() -> None:
    calls = own_calls(world(call("10:00", OPUS, SERVER), call("10:01")), _ROUTE, at("10:05"))

    assert (calls.streak, calls.last_failed, calls.ok_after_failure) == ((), None, True)


def test_without_calls_there_is_nothing() -> None:
    calls = own_calls(world(), _ROUTE, at("10:05"))

    assert (calls.recent, calls.streak, calls.last_ok, calls.turns, calls.gave_up) == ((), (), None, 0, False)


def test_retries_are_one_request_and_giving_up_after_them_is_seen() -> None:
    tries = [call(f"10:00:0{n}", OPUS, OVERLOADED, final=n == 2, turn="t") for n in range(3)]
    calls = own_calls(world(*tries), _ROUTE, at("10:01"))

    assert (len(calls.streak), calls.turns, calls.gave_up) == (3, 1, True)
    assert not own_calls(world(call("10:00", OPUS, OVERLOADED)), _ROUTE, at("10:01")).gave_up
    assert requests(calls.streak) == 1


def test_only_the_last_hour_is_recent_and_only_the_last_five_minutes_are_a_burst() -> None:
    state = world(call("08:30"), call("09:10", OPUS, SERVER), call("09:58", OPUS, SERVER), call("10:00", OPUS, SERVER))
    calls = own_calls(state, _ROUTE, at("10:05"))

    assert [item.at for item in calls.recent] == [at("09:10"), at("09:58"), at("10:00")]
    assert [item.at for item in calls.burst] == [at("09:58"), at("10:00")]


def test_failures_hours_before_the_newest_belong_to_another_trouble() -> None:
    calls = own_calls(world(call("06:00", OPUS, SERVER), call("10:00", OPUS, SERVER)), _ROUTE, at("10:05"))

    assert [item.at for item in calls.streak] == [at("10:00")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], None),
        ([UNCLEAR], UNCLEAR),
        ([UNCLEAR, SERVER], SERVER),
        ([SERVER, OVERLOADED, SERVER], OVERLOADED),
        ([AUTH, OVERLOADED, OVERLOADED], OVERLOADED),
        ([AUTH, AUTH, OVERLOADED], AUTH),
        ([NETWORK, UNCLEAR], NETWORK),
    ],
)
def test_the_side_named_most_and_its_most_exact_word_lead(said: list[Diagnosis], expected: Diagnosis | None) -> None:
    streak = tuple(call(f"10:0{n}", OPUS, diagnosis).call for n, diagnosis in enumerate(said))

    assert leading(streak) is expected

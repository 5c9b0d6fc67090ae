"""Own calls: the streak since the newest success, retries as one request, and which diagnosis stands for a streak."""

from datetime import timedelta

import pytest

from statuswatch.core.health import Side
from statuswatch.core.ids import parse_route
from statuswatch.core.observation import CallSeen, Diagnosis
from statuswatch.core.owncalls import leading, own_calls, requests
from support.facts import AUTH, NETWORK, OPUS, OVERLOADED, QUOTA, SERVER, UNCLEAR, at, call, world

_ROUTE = parse_route(OPUS)


def test_the_streak_begins_after_the_newest_success() -> None:
    state = world(call("10:00", OPUS, SERVER), call("10:01"), call("10:02", OPUS, SERVER), call("10:03", OPUS, OVERLOADED))
    calls = own_calls(state, _ROUTE, at("10:05"))

    assert [item.at for item in calls.streak] == [at("10:02"), at("10:03")]
    assert (calls.last_ok, calls.last_failed, calls.ok_after_failure) == (at("10:01"), at("10:03"), False)


def test_a_success_ends_the_streak() -> None:
    calls = own_calls(world(call("10:00", OPUS, SERVER), call("10:01")), _ROUTE, at("10:05"))

    assert (calls.streak, calls.last_failed, calls.ok_after_failure) == ((), None, True)


def test_a_family_is_spoken_for_by_the_calls_of_all_its_models_in_their_order() -> None:
    state = world(call("10:02", OPUS, SERVER), call("10:01", "anthropic/api:claude-opus-4.6"), call("10:03", "anthropic/api:claude-opus-4.6", SERVER))
    calls = own_calls(state, parse_route("anthropic/api:claude-opus"), at("10:05"))

    assert [item.at for item in calls.recent] == [at("10:01"), at("10:02"), at("10:03")]
    assert len(calls.streak) == 2


def test_without_calls_there_is_nothing() -> None:
    calls = own_calls(world(), _ROUTE, at("10:05"))

    assert (calls.recent, calls.streak, calls.last_ok, calls.failed_before, calls.turns) == ((), (), None, None, 0)
    assert not calls.proven(Side.THEIRS)


def test_retries_are_one_request_and_giving_up_after_them_is_seen() -> None:
    tries = [call(f"10:00:0{n}", OPUS, OVERLOADED, final=n == 2, turn="t") for n in range(3)]
    calls = own_calls(world(*tries), _ROUTE, at("10:01"))

    assert (len(calls.streak), calls.turns) == (3, 1)
    assert requests(calls.streak) == 1


def _tried(clock: str, *said: Diagnosis, turn: str | None = None) -> list[CallSeen]:
    return [call(f"{clock}:{n:02d}", OPUS, diagnosis, final=n == len(said) - 1, turn=turn) for n, diagnosis in enumerate(said)]


@pytest.mark.parametrize(
    ("facts", "side", "proven"),
    [
        (_tried("10:00", OVERLOADED), Side.THEIRS, False),
        (_tried("10:00", OVERLOADED, OVERLOADED), Side.THEIRS, False),
        (_tried("10:00", OVERLOADED, OVERLOADED, turn="t"), Side.THEIRS, True),
        (_tried("10:00", OVERLOADED, OVERLOADED, OVERLOADED), Side.THEIRS, True),
        (_tried("10:00", UNCLEAR, UNCLEAR, OVERLOADED), Side.THEIRS, False),
        (_tried("10:00", AUTH, AUTH, OVERLOADED, turn="t"), Side.THEIRS, False),
        (_tried("10:00", AUTH, AUTH, OVERLOADED, turn="t"), Side.YOURS, False),
        ([*_tried("09:50", OVERLOADED, OVERLOADED), *_tried("10:00", OVERLOADED)], Side.THEIRS, False),
    ],
)
def test_a_side_is_proven_by_its_own_failures_alone(facts: list[CallSeen], side: Side, *, proven: bool) -> None:
    assert own_calls(world(*facts), _ROUTE, at("10:01")).proven(side) is proven


@pytest.mark.parametrize(
    ("facts", "side", "first"),
    [
        ([*_tried("10:00", QUOTA), *_tried("10:02", OVERLOADED, UNCLEAR)], Side.THEIRS, "10:02"),
        ([*_tried("10:00", QUOTA), *_tried("10:02", OVERLOADED)], Side.YOURS, "10:00"),
        ([*_tried("10:00", UNCLEAR), *_tried("10:02", OVERLOADED)], Side.THEIRS, "10:00"),
        ([*_tried("10:00", OVERLOADED), *_tried("10:01", QUOTA), *_tried("10:02", OVERLOADED)], Side.THEIRS, "10:02"),
        (_tried("10:00", UNCLEAR, UNCLEAR), Side.UNDECIDED, "10:00"),
    ],
)
def test_a_spell_begins_after_the_last_failure_of_another_side(facts: list[CallSeen], side: Side, first: str) -> None:
    assert own_calls(world(*facts), _ROUTE, at("10:03")).spell(side)[0].at == at(first)


def test_only_the_last_hour_is_recent() -> None:
    state = world(call("08:30"), call("09:10", OPUS, SERVER), call("09:58", OPUS, SERVER), call("10:00", OPUS, SERVER))
    calls = own_calls(state, _ROUTE, at("10:05"))

    assert [item.at for item in calls.recent] == [at("09:10"), at("09:58"), at("10:00")]


def test_what_is_dated_ahead_of_the_clock_or_a_day_back_says_nothing() -> None:
    state = world(call("09:00", OPUS, SERVER), call("10:05:30"), call("10:07"))

    assert own_calls(state, _ROUTE, at("10:05")).last_ok == at("10:05:30")
    assert own_calls(state, _ROUTE, at("10:04")).last_ok is None
    assert own_calls(state, _ROUTE, at("09:30") + timedelta(days=1)).failed_before is None


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
        ([QUOTA, QUOTA, QUOTA, OVERLOADED, OVERLOADED], OVERLOADED),
        ([AUTH, OVERLOADED], OVERLOADED),
    ],
)
def test_the_side_named_most_and_its_most_exact_word_lead(said: list[Diagnosis], expected: Diagnosis | None) -> None:
    streak = tuple(call(f"10:0{n}", OPUS, diagnosis).call for n, diagnosis in enumerate(said))

    assert leading(streak) is expected


def test_the_retries_of_one_request_do_not_outvote_other_requests() -> None:
    tries = [call(f"10:00:{n:02d}", OPUS, QUOTA, turn="q") for n in range(10)]
    other = [call("10:01", OPUS, OVERLOADED, turn="a"), call("10:02", OPUS, QUOTA, turn="b"), call("10:03", OPUS, OVERLOADED, turn="c")]

    assert leading(tuple(seen.call for seen in (*tries, *other))) is OVERLOADED

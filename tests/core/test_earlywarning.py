"""The early warning: what raises it, what says nothing, and what ends it."""

from datetime import timedelta

import pytest

from statuswatch.core.earlywarning import GAP, THRESHOLD, early_warning
from statuswatch.core.observation import Call, Diagnosis
from support.facts import AUTH, OPUS, OVERLOADED, QUOTA, SERVER, UNCLEAR, WORDS, at, call


def _calls(*said: tuple[str, Diagnosis | None], turn: str | None = None) -> list[Call]:
    return [call(clock, OPUS, diagnosis, turn=turn, key=f"{clock}{number}").call for number, (clock, diagnosis) in enumerate(said)]


def _minutely(*said: Diagnosis | None, start: int = 0) -> list[Call]:
    return _calls(*((f"10:{start + number:02d}", diagnosis) for number, diagnosis in enumerate(said)))


@pytest.mark.parametrize("diagnosis", [OVERLOADED, SERVER])
def test_three_requests_that_fail_a_minute_apart_raise_it(diagnosis: Diagnosis) -> None:
    warned = early_warning(_minutely(None, diagnosis, diagnosis, diagnosis))

    assert warned is not None
    assert (warned.since, warned.raised_at, warned.last_failed) == (at("10:01"), at("10:03"), at("10:03"))
    assert (warned.failed, warned.total) == (3, 3)
    assert early_warning(_minutely(None, diagnosis, diagnosis)) is None


def test_what_fails_within_one_minute_is_one_failure() -> None:
    assert early_warning(_calls(*((f"10:00:{n:02d}", OVERLOADED) for n in range(0, 59, 2)))) is None


@pytest.mark.parametrize("diagnosis", [AUTH, QUOTA, UNCLEAR, WORDS])
def test_what_is_yours_or_blames_nobody_or_is_wording_alone_is_left_out(diagnosis: Diagnosis) -> None:
    assert early_warning(_minutely(*[diagnosis] * 9)) is None


def test_retries_of_one_request_are_one_failure_unless_a_code_names_the_cause_again_and_again() -> None:
    minutes = [f"10:{n:02d}" for n in range(6)]

    assert early_warning(_calls(*((clock, SERVER) for clock in minutes), turn="t")) is None
    assert early_warning(_calls(*((clock, OVERLOADED) for clock in minutes[:5]), turn="t")) is None
    assert early_warning(_calls(*((clock, OVERLOADED) for clock in minutes), turn="t")) is not None


def test_a_third_of_all_requests_failing_is_found_and_one_in_a_hundred_is_not() -> None:
    assert early_warning(_minutely(*[OVERLOADED, None, None] * 6)) is not None
    spread = [(f"{10 + n // 60}:{n % 60:02d}", OVERLOADED if n % 100 == 50 else None) for n in range(600)]
    assert early_warning(_calls(*spread)) is None


def test_evidence_fades_so_that_an_error_an_hour_never_adds_up() -> None:
    assert early_warning(_calls(*((f"{hour:02d}:00", OVERLOADED) for hour in range(24)))) is None


def test_after_a_whole_outage_the_first_success_ends_it() -> None:
    failing = _minutely(*[OVERLOADED] * 5)

    assert early_warning(failing) is not None
    assert early_warning([*failing, *_minutely(None, start=6)]) is None


def test_after_a_partial_outage_it_takes_as_many_successes_as_chance_would_not_give() -> None:
    failing = _minutely(*[OVERLOADED, None] * 8)
    warned = early_warning(failing)

    assert warned is not None
    assert warned.failed < warned.total
    assert early_warning([*failing, *_minutely(None, None, start=16)]) is not None
    assert early_warning([*failing, *_minutely(None, None, None, None, None, start=16)]) is None


def test_a_retry_that_works_shows_that_it_works_again() -> None:
    failing = [*_minutely(OVERLOADED, OVERLOADED), call("10:02", OPUS, OVERLOADED, turn="t").call]

    assert early_warning(failing) is not None
    assert early_warning([*failing, call("10:02:30", OPUS, turn="t").call]) is None


def test_a_request_that_works_after_its_retry_before_any_warning_leaves_one_failure() -> None:
    once = [call("10:00", OPUS, OVERLOADED, turn="t").call, call("10:00:02", OPUS, turn="t").call]

    assert early_warning([*once, *_minutely(OVERLOADED, start=1)]) is None
    assert early_warning([*once, *_minutely(OVERLOADED, OVERLOADED, start=1)]) is not None


def test_a_long_pause_neither_ends_a_warning_nor_lets_it_stand_beyond_the_next_call() -> None:
    failing = _minutely(*[OVERLOADED] * 4)
    later = call("10:04", OPUS, OVERLOADED).call
    after = call(f"{at('10:03') + GAP + timedelta(minutes=1):%H:%M}", OPUS, OVERLOADED).call

    assert early_warning([*failing, later]) is not None
    assert early_warning([*failing, after]) is None


def test_successes_bring_the_sum_back_to_nothing() -> None:
    worked = [(f"10:{n:02d}:{s:02d}", None) for n in range(3, 10) for s in (0, 10, 20, 30, 40, 50)]

    assert early_warning([*_minutely(OVERLOADED, OVERLOADED), *_calls(*worked), *_minutely(OVERLOADED, start=11)]) is None
    assert THRESHOLD > 0

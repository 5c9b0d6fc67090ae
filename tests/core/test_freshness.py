"""How old an answer is, whatever caches and clocks say."""

from datetime import datetime, timedelta

import pytest

from statuswatch.core.freshness import Dates, age_of, dated, middle, usual_distance
from support.facts import at

_NOW = at("10:00")


def _in(seconds: float) -> datetime:
    return _NOW + timedelta(seconds=seconds)


def _read(known: Dates, now: float, date: float | None, age: float | None = None, usual: float | None = None) -> tuple[Dates, float]:
    said = None if date is None else _in(date)
    known = dated(known, said, _in(now))
    return known, age_of(known, said, age, _in(now), usual)


def test_an_answer_without_any_time_is_as_new_as_it_seems() -> None:
    assert _read(Dates(), 0, None) == (Dates(), 0.0)


def test_the_age_that_a_cache_admits_counts() -> None:
    assert _read(Dates(), 0, None, 24.0)[1] == 24.0
    assert _read(Dates(), 0, 0, 24.0)[1] == 24.0


@pytest.mark.parametrize("wrong", [-7200.0, -30.0, 0.0, 30.0, 7200.0])
def test_a_clock_that_is_wrong_makes_no_page_old_whosever_it_is(wrong: float) -> None:
    known = Dates()
    for seconds in (0, 60, 120, 180):
        known, age = _read(known, seconds, seconds + wrong)
        assert age == 0.0
    assert known.distance == -wrong


def test_a_copy_that_a_cache_keeps_handing_out_grows_old_though_it_says_nothing() -> None:
    known = Dates()
    for seconds in (0, 60):
        known, _ = _read(known, seconds, seconds)
    ages = []
    for seconds in (120, 180, 1200):
        known, age = _read(known, seconds, 60)
        ages.append(age)
    assert ages == [60.0, 120.0, 1140.0]


def test_an_age_that_is_too_small_is_not_believed() -> None:
    known, _ = _read(_read(Dates(), 0, 0)[0], 60, 60)
    assert _read(known, 660, 60, 5.0)[1] == 600.0
    assert _read(known, 660, 60, 900.0)[1] == 900.0


def test_a_second_or_two_is_no_age() -> None:
    known, _ = _read(_read(Dates(), 0, 0)[0], 60, 60)
    assert _read(known, 120, 117)[1] == 0.0


def test_a_host_that_is_new_is_measured_by_what_is_usual() -> None:
    assert _read(Dates(), 0, -7200, usual=0.5)[1] == 7199.5
    assert _read(Dates(), 0, -7200, usual=7200.0)[1] == 0.0
    assert _read(Dates(), 0, -7200, usual=None)[1] == 0.0


def test_the_usual_distance_is_that_of_most_hosts_and_known_from_three_on() -> None:
    def hosts(*distances: float | None) -> list[Dates]:
        return [Dates(_NOW, distance) for distance in distances]

    assert usual_distance(hosts(1.0, 2.0, None)) is None
    assert usual_distance(hosts(1.0, 2.0, 9000.0, None)) == 2.0


@pytest.mark.parametrize(("values", "expected"), [([3.0], 3.0), ([9.0, 1.0], 5.0), ([5.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 3.0, 2.0], 2.5)])
def test_the_middle_is_the_median(values: list[float], expected: float) -> None:
    assert middle(values) == expected

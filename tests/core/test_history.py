"""Ninety days of a route: what nobody looked at stays unknown, trouble is told apart by side, requests are counted once."""

from datetime import datetime, timedelta

import pytest

from statuswatch.core.codec import decode, encode
from statuswatch.core.health import Fault, Health, Side
from statuswatch.core.history import Attempt, Day, DayBounds, History, Past, RouteHistory, TroubleSpan, Turn, Watched, look_back
from statuswatch.core.moment import parse_time

ROUTE = "anthropic/api:claude-opus-4.5"


def on(day: int, clock: str = "00:00") -> datetime:
    return parse_time(f"2026-03-{day:02d}T{clock}:00Z")


DAYS = tuple(DayBounds(f"2026-03-{day:02d}", on(day), on(day + 1)) for day in (1, 2, 3))
NOW = on(3, "12:00")
ALWAYS = (Watched(on(1), NOW),)


def turn(at: datetime, health: Health, fault: Fault = Fault.PROVIDER, **more: str) -> Turn:
    return Turn(at, ROUTE, health, fault, **more)


def past_of(*turns: Turn, watched: tuple[Watched, ...] = ALWAYS, attempts: tuple[Attempt, ...] = ()) -> RouteHistory:
    history = look_back(Past(turns, watched, attempts), (ROUTE,), DAYS, NOW)
    assert history.at == NOW
    return history.routes[0]


def healths(route: RouteHistory) -> list[Health]:
    return [day.worst for day in route.days]


def test_of_a_route_without_a_past_every_day_is_unknown() -> None:
    assert past_of() == RouteHistory(ROUTE, tuple(Day(bounds.day) for bounds in DAYS))


def test_a_day_shows_its_worst_health_and_how_long_there_was_trouble() -> None:
    route = past_of(
        turn(on(1), Health.OK),
        turn(on(2, "10:00"), Health.DEGRADED),
        turn(on(2, "10:20"), Health.DOWN, incident="anthropic:i1", reason="own_failures"),
        turn(on(2, "11:00"), Health.RECOVERING),
        turn(on(2, "11:10"), Health.OK),
    )

    assert healths(route) == [Health.OK, Health.DOWN, Health.OK]
    assert [day.trouble_s for day in route.days] == [0.0, 70 * 60.0, 0.0]
    assert [day.known_s for day in route.days] == [86400.0, 86400.0, 43200.0]
    assert route.troubles == (TroubleSpan(on(2, "10:00"), on(2, "11:10"), Health.DOWN, 4200.0, Fault.PROVIDER, "own_failures", "anthropic:i1"),)
    assert route.troubles[0].side is Side.THEIRS


def test_what_nobody_looked_at_is_unknown_and_no_health_carries_over_it() -> None:
    route = past_of(turn(on(1), Health.OK), watched=(Watched(on(1), on(1, "01:00")), Watched(on(3, "11:00"), NOW)))

    assert healths(route) == [Health.OK, Health.UNKNOWN, Health.OK]
    assert [day.known_s for day in route.days] == [3600.0, 0.0, 3600.0]


def test_a_watched_hour_of_unknown_health_is_unknown() -> None:
    assert [(day.worst, day.known_s) for day in past_of(turn(on(1), Health.UNKNOWN)).days] == [(Health.UNKNOWN, 0.0)] * 3


def test_of_a_trouble_that_began_unwatched_time_does_not_count() -> None:
    route = past_of(turn(on(1), Health.DOWN), turn(on(2), Health.OK), watched=(Watched(on(1), on(1, "02:00")), Watched(on(1, "22:00"), NOW)))

    assert route.days[0].trouble_s == 4 * 3600.0
    assert (route.troubles[0].ended, route.troubles[0].seen_s) == (on(2), 4 * 3600.0)


def test_a_turn_that_came_while_nobody_looked_holds_from_when_somebody_did() -> None:
    watched = (Watched(on(1), on(1, "01:00")), Watched(on(1, "03:00"), on(1, "04:00")), Watched(on(2), on(2, "01:00")))
    route = past_of(turn(on(1), Health.OK), turn(on(1, "02:00"), Health.DOWN), turn(on(1, "03:30"), Health.OK), watched=watched)

    assert [(day.known_s, day.trouble_s) for day in route.days] == [(7200.0, 1800.0), (3600.0, 0.0), (0.0, 0.0)]


def test_trouble_over_midnight_counts_on_both_days() -> None:
    route = past_of(turn(on(1), Health.OK), turn(on(1, "23:30"), Health.DOWN), turn(on(2, "00:45"), Health.OK))

    assert [day.trouble_s for day in route.days] == [1800.0, 2700.0, 0.0]
    assert len(route.troubles) == 1


def test_trouble_that_lasts_has_no_end_and_counts_up_to_now() -> None:
    route = past_of(turn(on(3, "11:00"), Health.DEGRADED))

    assert route.troubles == (TroubleSpan(on(3, "11:00"), None, Health.DEGRADED, 3600.0, Fault.PROVIDER),)


def test_a_trouble_of_which_nothing_is_known_any_more_is_not_over_but_out_of_sight() -> None:
    route = past_of(turn(on(1, "10:00"), Health.DOWN), turn(on(1, "11:00"), Health.UNKNOWN))

    assert route.troubles == (TroubleSpan(on(1, "10:00"), None, Health.DOWN, 3600.0, Fault.PROVIDER, unknown_since=on(1, "11:00")),)
    assert (route.days[0].trouble_s, route.days[0].known_s) == (3600.0, 3600.0)


def test_what_is_known_later_says_nothing_of_when_a_trouble_out_of_sight_was_over() -> None:
    route = past_of(
        turn(on(1, "10:00"), Health.DOWN),
        turn(on(1, "11:00"), Health.UNKNOWN),
        turn(on(1, "12:00"), Health.OK),
        turn(on(2, "10:00"), Health.DOWN),
        turn(on(2, "10:30"), Health.UNKNOWN),
        turn(on(2, "10:40"), Health.DOWN),
        turn(on(2, "11:00"), Health.OK),
    )

    ends = [(on(1, "11:00"), None), (on(2, "10:30"), None), (None, on(2, "11:00"))]
    assert [(span.unknown_since, span.ended) for span in route.troubles] == ends


def test_a_trouble_is_out_of_sight_from_when_nobody_looked() -> None:
    watched = (Watched(on(1), on(1, "10:20")), Watched(on(2), NOW))
    route = past_of(turn(on(1, "10:00"), Health.DOWN), turn(on(2), Health.UNKNOWN), watched=watched)

    assert [(span.unknown_since, span.ended, span.seen_s) for span in route.troubles] == [(on(1, "10:20"), None, 1200.0)]
    assert past_of(turn(on(1, "10:00"), Health.DOWN), turn(on(2), Health.OK), watched=watched).troubles[0].ended == on(2)


@pytest.mark.parametrize(
    ("until", "lost"),
    [(NOW, None), (NOW - timedelta(minutes=9), None), (NOW - timedelta(minutes=10), NOW - timedelta(minutes=10)), (on(1, "10:05"), on(1, "10:05"))],
)
def test_a_trouble_lasts_only_as_long_as_somebody_looks(until: datetime, lost: datetime | None) -> None:
    (span,) = past_of(turn(on(1, "10:00"), Health.DOWN), watched=(Watched(on(1), until),)).troubles

    assert (span.ended, span.unknown_since) == (None, lost)


def test_a_trouble_that_was_never_watched_is_out_of_sight_from_its_beginning() -> None:
    assert [span.unknown_since for span in past_of(turn(on(2), Health.DOWN), watched=()).troubles] == [on(2)]


def test_a_trouble_that_was_out_of_sight_before_the_frame_is_left_out() -> None:
    before = on(1) - timedelta(days=2)
    watched = (Watched(before, before + timedelta(hours=1)), Watched(on(2), NOW))

    assert past_of(turn(before, Health.DOWN), turn(on(2), Health.UNKNOWN), watched=watched).troubles == ()
    assert past_of(turn(before, Health.DOWN), watched=watched[:1]).troubles == ()


def test_trouble_on_the_persons_own_side_is_counted_apart() -> None:
    route = past_of(turn(on(1, "10:00"), Health.DOWN, Fault.BILLING), turn(on(1, "11:00"), Health.DOWN), turn(on(1, "11:30"), Health.OK, Fault.UNKNOWN))

    assert (route.days[0].trouble_s, route.days[0].yours_s) == (1800.0, 3600.0)


def test_a_recovery_alone_is_the_end_of_something_older_and_no_trouble_of_its_own() -> None:
    assert past_of(turn(on(1), Health.RECOVERING), turn(on(1, "00:10"), Health.OK)).troubles == ()


def test_a_doubt_is_no_trouble_but_worse_than_a_good_day() -> None:
    route = past_of(turn(on(1), Health.OK), turn(on(1, "10:00"), Health.SUSPECT), turn(on(1, "10:05"), Health.OK))

    assert (route.days[0].worst, route.days[0].trouble_s, route.troubles) == (Health.SUSPECT, 0.0, ())


@pytest.mark.parametrize(
    ("after", "ended", "lost"),
    [
        ((), None, None),
        ((turn(on(1, "11:00"), Health.OK),), on(1, "11:00"), None),
        ((turn(on(1, "11:00"), Health.DOWN), turn(on(1, "11:30"), Health.OK)), on(1, "11:30"), None),
        ((turn(on(1, "11:00"), Health.UNKNOWN),), None, on(1, "11:00")),
    ],
)
def test_a_doubt_ends_no_trouble(after: tuple[Turn, ...], ended: datetime | None, lost: datetime | None) -> None:
    (trouble,) = past_of(turn(on(1, "10:00"), Health.DOWN), turn(on(1, "10:30"), Health.SUSPECT), *after).troubles

    assert (trouble.started, trouble.worst, trouble.ended, trouble.unknown_since) == (on(1, "10:00"), Health.DOWN, ended, lost)


def test_the_incident_of_a_trouble_may_come_with_a_lighter_turn() -> None:
    route = past_of(turn(on(1, "10:00"), Health.DOWN), turn(on(1, "10:30"), Health.DEGRADED, incident="anthropic:i1"), turn(on(1, "11:00"), Health.OK))

    assert (route.troubles[0].worst, route.troubles[0].incident) == (Health.DOWN, "anthropic:i1")


def test_what_was_over_before_the_frame_is_left_out_and_what_reached_into_it_is_not() -> None:
    before = on(1) - timedelta(days=2)
    watched = (Watched(before, NOW),)
    over = past_of(turn(before, Health.DOWN), turn(before + timedelta(hours=1), Health.OK), watched=watched)
    lasting = past_of(turn(before, Health.DOWN), turn(on(1, "06:00"), Health.OK), watched=watched)

    assert over.troubles == ()
    assert healths(over) == [Health.OK] * 3
    assert lasting.days[0].trouble_s == 6 * 3600.0
    assert lasting.troubles[0].seen_s == 54 * 3600.0


def test_stretches_that_overlap_are_counted_once() -> None:
    watched = (Watched(on(1), on(1, "02:00")), Watched(on(1, "01:00"), on(1, "03:00")), Watched(on(1, "01:30"), on(1, "01:40")))

    assert past_of(turn(on(1), Health.OK), watched=watched).days[0].known_s == 3 * 3600.0


def test_nothing_after_now_is_known() -> None:
    assert past_of(turn(on(1), Health.OK), watched=(Watched(on(1), on(4)),)).days[2].known_s == 43200.0


def attempt(at: datetime, request: str, *, worked: bool, route: str = ROUTE) -> Attempt:
    return Attempt(at, route, request, worked)


def test_retries_of_a_request_are_one_and_it_worked_if_one_of_them_did() -> None:
    route = past_of(
        attempts=(
            attempt(on(1, "23:59"), "a", worked=False),
            attempt(on(2, "00:01"), "a", worked=True),
            attempt(on(2, "09:00"), "b", worked=False),
            attempt(on(2, "09:01"), "b", worked=False),
            attempt(on(3, "09:00"), "c", worked=True),
        )
    )

    assert [(day.ok, day.failed) for day in route.days] == [(0, 0), (1, 1), (1, 0)]
    assert healths(route) == [Health.UNKNOWN] * 3


def test_calls_outside_of_the_days_are_not_counted() -> None:
    route = past_of(attempts=(attempt(on(1) - timedelta(seconds=1), "a", worked=True), attempt(on(4), "b", worked=True)))

    assert [(day.ok, day.failed) for day in route.days] == [(0, 0)] * 3


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        (ROUTE, 1),
        ("anthropic/api:claude-opus-4-5-20251101", 1),
        ("anthropic:claude-opus", 1),
        ("anthropic/code:claude-opus-4.5", 0),
        ("openai/api:*", 0),
        ("no route at all", 0),
    ],
)
def test_a_call_counts_for_each_route_that_covers_it(asked: str, counted: int) -> None:
    past = Past(attempts=(attempt(on(1, "10:00"), "a", worked=True), attempt(on(1, "10:00"), "b", worked=True, route="what a broken row says")))
    history = look_back(past, (asked,), DAYS, NOW)

    assert [(route.route, route.days[0].ok) for route in history.routes] == [(asked, counted)]


def test_any_spelling_of_a_route_finds_its_turns() -> None:
    history = look_back(Past((turn(on(1), Health.OK),), ALWAYS), ("anthropic/api:claude-opus-4-5", "anthropic/api:claude-opus-4-5"), DAYS, NOW)

    assert [(route.route, healths(route)) for route in history.routes] == [("anthropic/api:claude-opus-4-5", [Health.OK] * 3)]


def test_without_days_there_is_nothing_to_tell() -> None:
    assert look_back(Past((turn(on(1), Health.OK),), ALWAYS), (ROUTE,), (), NOW) == History(NOW, (RouteHistory(ROUTE, ()),))


def test_that_something_of_the_past_could_not_be_read_is_told_with_it() -> None:
    history = look_back(Past((turn(on(1), Health.OK),), ALWAYS, unread="the store is locked", skipped=3), (ROUTE,), DAYS, NOW)

    assert (history.unread, history.skipped, len(history.routes)) == ("the store is locked", 3, 1)


def test_what_an_older_engine_told_of_the_past_can_be_read() -> None:
    old = encode(look_back(Past((turn(on(2), Health.DOWN),), ALWAYS), (ROUTE,), DAYS, NOW))
    del old["unread"], old["skipped"], old["routes"][0]["troubles"][0]["unknown_since"]

    read = decode(History, old)
    assert (read.unread, read.skipped, read.routes[0].troubles[0].unknown_since) == ("", 0, None)


def test_a_history_survives_its_way_as_json() -> None:
    history = look_back(Past((turn(on(2), Health.DOWN, incident="anthropic:i1"),), ALWAYS), (ROUTE,), DAYS, NOW)

    assert decode(History, encode(history)) == history

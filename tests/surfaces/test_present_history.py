"""Ninety days for people: a mark a day that no colour is needed for, what they come to, the troubles one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from statuswatch.core.health import Fault, Health
from statuswatch.core.history import Day, History, RouteHistory, TroubleSpan
from statuswatch.surfaces.present_history import bars, day_mark, days_a_mark, gaps, history_lines, legend, name_of, summary, when
from statuswatch.surfaces.present_text import Tone, plain, width_of
from statuswatch.surfaces.present_words import Look
from support.snapshots import HOSTILE_TITLES

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
ROUTE = "anthropic/code:claude-opus-4.5"
GOOD = Day("2026-03-01", Health.OK, 3600.0)
UNKNOWN = Day("2026-03-01")


def bad(seconds: float, worst: Health = Health.DOWN, yours: float = 0.0) -> Day:
    return Day("2026-03-01", worst, 86400.0, seconds, yours)


def dated(*days: Day) -> tuple[Day, ...]:
    first = NOW.date() - timedelta(days=len(days) - 1)
    return tuple(replace(day, day=(first + timedelta(days=number)).isoformat()) for number, day in enumerate(days))


@pytest.mark.parametrize(
    ("days", "mark", "plain_mark", "tone"),
    [
        ([UNKNOWN], "·", "?", Tone.UNKNOWN),
        ([GOOD], "▁", "_", Tone.OK),
        ([bad(60)], "▂", ".", Tone.DOWN),
        ([bad(6 * 60, Health.DEGRADED)], "▃", ":", Tone.FAILING),
        ([bad(3600)], "▅", "!", Tone.DOWN),
        ([bad(9 * 3600)], "▇", "#", Tone.DOWN),
        ([bad(0, Health.DOWN, yours=600)], "y", "y", Tone.UNSURE),
        ([bad(0, Health.SUSPECT)], "▁", "_", Tone.OK),
        ([GOOD, bad(60), UNKNOWN], "▂", ".", Tone.DOWN),
        ([GOOD, UNKNOWN], "▁", "_", Tone.OK),
        ([UNKNOWN, UNKNOWN], "·", "?", Tone.UNKNOWN),
    ],
)
def test_the_mark_of_a_day_tells_by_its_shape(days: list[Day], mark: str, plain_mark: str, tone: Tone) -> None:
    assert (day_mark(days, Look()).text, day_mark(days, Look()).tone) == (mark, tone)
    assert day_mark(days, Look(ascii=True)).text == plain_mark


@pytest.mark.parametrize(("count", "width", "size"), [(90, 90, 1), (90, 200, 1), (90, 78, 2), (90, 38, 3), (1, 1, 1), (90, 0, 90)])
def test_days_share_a_mark_where_there_is_no_room_for_each(count: int, width: int, size: int) -> None:
    assert days_a_mark(count, width) == size


@pytest.mark.parametrize("width", [1, 7, 38, 45, 78, 89, 90, 91, 250])
def test_bars_fit_and_lose_no_trouble(width: int) -> None:
    for place in (0, 44, 89):
        days = [GOOD] * 90
        days[place] = bad(3600)
        line = bars(days, Look(), width)
        assert width_of(line) <= width
        assert plain(line).count("▅") == 1
    assert bars([], Look(), width) == ()


def test_the_newest_mark_is_at_the_right_end_and_whole() -> None:
    assert plain(bars([bad(3600), *[GOOD] * 4], Look(), 3)) == "▅▁▁"
    assert plain(bars([*[GOOD] * 4, bad(3600)], Look(), 3)) == "▁▁▅"


def test_the_legend_names_every_mark() -> None:
    for look in (Look(), Look(ascii=True)):
        marks = {day_mark([day], look).text for day in (UNKNOWN, GOOD, bad(60), bad(900), bad(3600), bad(9 * 3600), bad(0, yours=60))}
        assert marks <= set(legend(look).split())


def test_what_the_days_come_to() -> None:
    span = TroubleSpan(NOW - timedelta(hours=3), NOW - timedelta(hours=2), Health.DOWN, 3600.0, Fault.PROVIDER)
    days = dated(UNKNOWN, GOOD, Day("", Health.DOWN, 7200.0, 3600.0, 600.0, ok=40, failed=3))

    told = summary(RouteHistory(ROUTE, days, (span,)))
    assert told == "watched on 2 of 3 days, 3h in all; trouble once, 1h, 33.3 % of the watched time; 10m on your side; your requests: 40 worked, 3 failed"
    assert summary(RouteHistory(ROUTE, dated(UNKNOWN, UNKNOWN))) == "not watched in these 2 days"
    assert summary(RouteHistory(ROUTE, dated(GOOD))).endswith("no trouble seen")


def test_one_route_shows_its_troubles_newest_first_with_what_was_not_seen_of_them() -> None:
    spans = (
        TroubleSpan(
            datetime(2025, 12, 14, 21, 25, tzinfo=UTC), datetime(2025, 12, 14, 22, 43, tzinfo=UTC), Health.DOWN, 4680.0, Fault.PROVIDER, "", "anthropic:a"
        ),
        TroubleSpan(NOW - timedelta(days=2), NOW - timedelta(days=1), Health.DEGRADED, 600.0, Fault.BILLING),
        TroubleSpan(NOW - timedelta(hours=2), None, Health.DEGRADED, 60.0, Fault.UNKNOWN),
        TroubleSpan(NOW - timedelta(minutes=41), None, Health.DOWN, 41 * 60.0, Fault.PROVIDER, "", "anthropic:b"),
    )
    history = History(NOW, (RouteHistory(ROUTE, dated(*[GOOD] * 90), spans),))
    page = [plain(line) for line in history_lines(history, {ROUTE: "Claude Opus 4.5, code"}, Look(100), UTC)]

    rows = [line.split() for line in page if line.startswith("  ") and ("theirs" in line or "yours" in line or "not sure" in line)]
    assert rows[0][-1] == "lasts"
    assert rows[0][:2] == ["11:19", "41m"]
    assert "lasts, seen 1m of it" in page[page.index(next(line for line in page if "not sure" in line))]
    assert any("seen 10m of it" in line and "yours" in line for line in page)
    assert any("Dec 14 2025 21:25" in line and "1h18m" in line and "anthropic:a" in line for line in page)


@pytest.mark.parametrize(("width", "since"), [(100, "not known since 10:40"), (130, "not known since 10:40, seen 10m of it"), (40, "")])
def test_a_trouble_out_of_sight_is_shown_neither_as_over_nor_as_lasting(width: int, since: str) -> None:
    spans = (TroubleSpan(NOW - timedelta(hours=3), None, Health.DOWN, 600.0, Fault.PROVIDER, unknown_since=NOW - timedelta(minutes=80)),)
    page = [plain(line) for line in history_lines(History(NOW, (RouteHistory(ROUTE, dated(GOOD), spans),)), {}, Look(width), UTC)]

    (row,) = (line for line in page if "1h40m" in line)
    assert "1h40m+" in row  # where there is no room for words, too
    assert since in row
    assert "lasts" not in row


def test_what_could_not_be_read_is_said_and_is_no_empty_past() -> None:
    whole = History(NOW, (RouteHistory(ROUTE, dated(GOOD)),))
    assert gaps(whole) == ()
    assert gaps(replace(whole, unread="the store is locked")) == ("The past could not be read: the store is locked.",)
    assert gaps(replace(whole, skipped=1)) == ("An entry of what was kept could not be read, and what that told is missing.",)

    locked = [plain(line) for line in history_lines(replace(whole, unread="the store is locked"), {}, Look(100), UTC)]
    assert locked == ["The past could not be read: the store is locked."]
    odd = [plain(line) for line in history_lines(replace(whole, skipped=7), {}, Look(100), UTC)]
    assert odd[0].startswith("7 entries of what was kept could not be read")
    assert any("no trouble seen" in line for line in odd)


def test_several_routes_are_bars_alone() -> None:
    span = TroubleSpan(NOW - timedelta(hours=2), None, Health.DOWN, 60.0, Fault.PROVIDER, "", "anthropic:a")
    history = History(NOW, tuple(RouteHistory(f"acme/api:m-{number}", dated(*[GOOD] * 90), (span,)) for number in range(2)))
    page = "\n".join(plain(line) for line in history_lines(history, {}, Look(100), UTC))

    assert page.count("▁" * 90) == 2
    assert "anthropic:a" not in page


def test_the_list_has_a_line_a_day_and_one_for_days_of_which_nothing_is_known() -> None:
    days = dated(UNKNOWN, UNKNOWN, Day("", Health.DOWN, 7200.0, 3600.0, 0.0, ok=40, failed=3), UNKNOWN, Day("", Health.UNKNOWN, ok=2), GOOD)
    page = [plain(line) for line in history_lines(History(NOW, (RouteHistory(ROUTE, days),)), {}, Look(100), UTC, listed=True)]
    rows = [" ".join(line.split()) for line in page if line.startswith("  2026-03")]

    assert rows == [
        "2026-03-31 ✓ ok 1h",
        "2026-03-30 \u2013 unknown 2 worked",
        "2026-03-29 \u2013 unknown",
        "2026-03-28 ● down 1h 3 of 43 failed 2h",
        "2026-03-26 \u2013 2 days unknown",
    ]
    assert not any("▁" in line for line in page)


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 250])
@pytest.mark.parametrize("name", ["Claude Opus 4.5, code", "通义千问 Max 🚀🚀🚀 模型 很长很长很长很长很长"])
def test_no_line_is_wider_than_the_screen(name: str, width: int, listed: bool) -> None:
    spans = tuple(TroubleSpan(NOW - timedelta(days=day), None, Health.DOWN, 60.0, Fault.PROVIDER, "", "anthropic:" + "a" * 80) for day in range(3))
    history = History(NOW, (RouteHistory(ROUTE, dated(*[bad(3600), GOOD, UNKNOWN] * 30), spans),))

    assert max(width_of(line) for line in history_lines(history, {ROUTE: name}, Look(width), UTC, listed=listed)) <= width


@pytest.mark.parametrize("text", HOSTILE_TITLES, ids=range(len(HOSTILE_TITLES)))
def test_names_and_incidents_are_inert(text: str) -> None:
    span = TroubleSpan(NOW, None, Health.DOWN, 60.0, Fault.PROVIDER, text, text)
    history = History(NOW, (RouteHistory(text, dated(GOOD), (span,)),))
    page = "\n".join(plain(line) for line in history_lines(history, {}, Look(100), UTC))

    assert all(char == "\n" or char.isprintable() for char in page)


@pytest.mark.parametrize(
    ("route", "named"),
    [
        (ROUTE, "Claude Opus 4.5, anthropic code"),
        ("openai/api:*", "openai, openai API"),
        ("no route", "no route"),
    ],
)
def test_a_route_that_is_not_watched_any_more_has_a_name_too(route: str, named: str) -> None:
    assert name_of(route, {}) == named
    assert name_of(route, {route: "mine"}) == "mine"


def test_times_are_those_of_the_persons_clock() -> None:
    east = timezone(timedelta(hours=13))
    assert when(NOW, east, NOW) == "01:00"
    assert when(NOW - timedelta(hours=2), east, NOW) == "Mar 31 23:00"
    assert when(NOW - timedelta(days=20), UTC, NOW) == "Mar 11 12:00"

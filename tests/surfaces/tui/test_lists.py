"""The lists over the dashboard, what is new since the last look, ninety days, and what a mouse does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from statuswatch.core.health import Health
from statuswatch.core.history import Day, History, RouteHistory
from statuswatch.core.observation import CommandKind
from statuswatch.core.snapshot import HushView, SourceView, UpdateView
from statuswatch.surfaces.present_text import plain
from statuswatch.surfaces.tui.app import Dashboard
from statuswatch.surfaces.tui.board import Board
from statuswatch.surfaces.tui.lines import Lines, Rows
from statuswatch.surfaces.tui.lists import CallsList, HistoryList, IncidentsList
from statuswatch.surfaces.tui.looked import newest_posts, read_looked, write_looked
from statuswatch.surfaces.tui.scenery import Place
from statuswatch.surfaces.tui.screens import Page
from statuswatch.surfaces.tui.source import Connection, Linked
from support import snapshots
from support.boards import settled, text_of, toasts
from support.snapshots import HAIKU, NOW, OPUS, incident_view, minutes_ago
from support.sources import FakeSource

SIZE = (120, 40)
KEY = "anthropic:9g6qpr72ttbr"
URL = "https://status.example/incidents/9g6qpr72ttbr"


def dashboard(source: FakeSource, **place: object) -> Dashboard:
    return Dashboard(source, Place(lambda: NOW + timedelta(seconds=5), zone=UTC, **place))


async def until(pilot: Pilot[int], app: Dashboard, words: str) -> str:
    """What the screen shows, once it has `words`: some of it comes from a thread."""
    for _ in range(3000):
        if words in text_of(app):
            break
        await pilot.pause(0.01)
    return text_of(app)


def past(routes: tuple[str, ...], now: datetime, days: int) -> History:
    """Sixty days unknown, then good ones, but for one with an hour of trouble and one of the person's own."""
    known = (Day("d", Health.OK, 86400.0), Day("d", Health.DOWN, 86400.0, 3600.0, 0.0, 4, 3), Day("d", Health.DEGRADED, 86400.0, 0.0, 600.0))
    lived = tuple(replace(known[{10: 1, 20: 2}.get(n, 0)], day=f"day {n}") for n in range(30))
    return History(now, tuple(RouteHistory(route, (*(Day(f"old {n}") for n in range(days - 30)), *lived)) for route in routes))


async def test_a_call_is_shown_with_its_fault_and_enter_shows_the_evidence() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("c")
        await settled(pilot)
        assert isinstance(app.screen, CallsList)
        assert "theirs: provider" in text_of(app, "rows")
        assert "their capacity" in text_of(app, "rows")
        await pilot.press("enter")
        await settled(pilot)
        shown = text_of(app, "body")
        assert "Because: their capacity code." in shown
        assert "7 of your last 9 calls failed" in shown
        await pilot.press("escape", "slash", *"haiku", "enter")
        await settled(pilot)
        assert text_of(app, "title").endswith("2 of 6")
        assert "529" not in text_of(app, "rows")
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, Board)


async def test_every_incident_is_listed_and_those_of_others_say_why_they_are() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("i")
        await settled(pilot)
        assert isinstance(app.screen, IncidentsList)
        rows = text_of(app, "rows").splitlines()
        assert '"Several models answer with errors"' in rows[0]
        assert [reason for reason in ("not about model calls", "names other models", "in another region") if reason not in "\n".join(rows[1:])] == []
        await pilot.press("enter")
        await settled(pilot)
        assert "Other models are fine." in text_of(app, "body")
        assert URL in text_of(app, "body")


@pytest.mark.parametrize(("key", "kind", "target"), [("m", CommandKind.MUTE, KEY), ("a", CommandKind.ACKNOWLEDGE, KEY), ("w", CommandKind.WAIT, OPUS)])
async def test_what_is_done_in_the_list_is_done_about_the_chosen_incident(key: str, kind: CommandKind, target: str) -> None:
    source = FakeSource(snapshots.trouble())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("i", key)
        await settled(pilot)
        assert [(command.kind, command.target) for command in source.asked] == [(kind, target)]
        assert len(toasts(app)) == 1


async def test_what_is_known_does_not_lead_and_is_never_called_fine() -> None:
    source = FakeSource(snapshots.trouble())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert [(command.kind, command.target) for command in source.asked] == [(CommandKind.ACKNOWLEDGE, OPUS)]
        old = snapshots.trouble()
        source.say(replace(old, routes=(replace(old.routes[0], acknowledged=True), *old.routes[1:])))
        await settled(pilot)
        assert "▲ Nothing else is wrong. As you know: It's them. Anthropic" in text_of(app, "verdict")
        assert "failing, known" in text_of(app, "routes")


async def test_a_link_is_copied_and_nothing_is_copied_where_there_is_none() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("l")
        await settled(pilot)
        assert app.clipboard == URL
    app = dashboard(FakeSource(snapshots.hostile()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("l")
        await settled(pilot)
        assert app.clipboard == ""
        assert "no incident with a usable address" in toasts(app)[0]


async def test_what_was_posted_since_the_last_look_is_marked_until_the_person_has_seen_it(tmp_path: Path) -> None:
    file = tmp_path / "looked.json"
    write_looked(file, {KEY: minutes_ago(10)})
    source = FakeSource(snapshots.trouble())
    app = dashboard(source, looked=file)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        shown = text_of(app, "rest")
        assert "Incidents that concern you (1), 1 new post since you looked" in shown
        assert '● new "Several models answer with errors"' in shown
        marked = [line for line in shown.splitlines() if "new  " in line]
        assert marked == [line for line in shown.splitlines() if "21:46  " in line and "investigating" in line]
        await pilot.press("a")
        await settled(pilot)
        assert "new" not in text_of(app, "rest")

        app.post_message(events.AppBlur())
        await settled(pilot)
        later = incident_view(updates=(*incident_view().updates, UpdateView(NOW, "monitoring", "A fix is in place.")))
        source.say(replace(snapshots.trouble(), incidents=(later,)))
        await settled(pilot)
        assert "1 new post" in text_of(app, "rest")
        app.post_message(events.AppFocus())
        await settled(pilot)
        assert '21:48  new  monitoring  "A fix is in place."' in text_of(app, "rest")
        app.leave()
    assert (read_looked(file) or {})[KEY] == NOW


def test_a_first_look_calls_nothing_new_and_a_broken_file_is_a_first_look(tmp_path: Path) -> None:
    file = tmp_path / "looked.json"
    assert read_looked(file) is None
    for text in ("", "[]", '{"posts": 1}', '{"posts": {"a": "never"}}', "\x00", '{"posts": {"a": 1}}'):
        file.write_text(text)
        assert read_looked(file) is None
    write_looked(tmp_path / "no folder" / "looked.json", {})
    many = {f"p:{n}": NOW + timedelta(seconds=n) for n in range(700)}
    assert len(newest_posts((), many)) == 500
    assert newest_posts((incident_view(),), {KEY: NOW})[KEY] == NOW


async def test_ninety_days_are_a_row_a_route_and_what_was_not_watched_is_never_good() -> None:
    app = dashboard(FakeSource(snapshots.trouble()), recall=past)
    async with app.run_test(size=(140, 40)) as pilot:
        await settled(pilot)
        assert "·" in await until(pilot, app, "90 days")
        await pilot.press("h")
        await until(pilot, app, "days to today")
        assert isinstance(app.screen, HistoryList)
        row = text_of(app, "rows").splitlines()[0]
        assert "·" * 60 in row
        assert row.count("▁") == 28
        assert row.count("▅") == 1
        assert row.count("y") == 1
        assert "not watched" in text_of(app, "note")
        await pilot.press("enter")
        await settled(pilot)
        assert "watched on 30 of 90 days" in text_of(app, "body")


async def test_a_store_that_is_locked_is_no_empty_past_and_is_read_again_when_asked_for() -> None:
    locked = [True]

    def recall(routes: tuple[str, ...], now: datetime, days: int) -> History:
        return replace(past(routes, now, days), unread="another program has locked the store") if locked[0] else replace(past(routes, now, days), skipped=2)

    app = dashboard(FakeSource(snapshots.trouble()), recall=recall)
    async with app.run_test(size=(140, 40)) as pilot:
        await settled(pilot)
        await pilot.press("h")
        assert "The past could not be read: another program has locked the store." in await until(pilot, app, "could not be read")
        assert text_of(app, "rows").strip() == ""
        assert "Nothing is kept" not in text_of(app, "note")
        await pilot.press("escape")
        await settled(pilot)
        assert "·····" not in text_of(app, "routes")
        if reading := [worker for worker in app.workers if worker.group == "history"]:
            await app.workers.wait_for_complete(reading)
        locked[0] = False
        await pilot.press("h")
        await until(pilot, app, "2 entries of what was kept could not be read")
        assert "▁" in text_of(app, "rows")


async def test_a_past_that_cannot_be_read_says_so() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("h")
        await settled(pilot)
        assert "The past cannot be read here." in text_of(app, "note")


async def test_a_feed_tells_how_it_is_read_and_a_source_what_hinders_it() -> None:
    source = SourceView("codex", "Codex CLI's records", "~/.codex/sessions", enabled=True, asked=True, note="no permission")
    app = dashboard(FakeSource(replace(snapshots.trouble(), sources=(source,))))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("f", "enter")
        await settled(pilot)
        shown = text_of(app, "body")
        assert "unreadable, since 19:48 (2h)" in shown
        assert "because    HTML instead of JSON" in shown
        await pilot.press("escape", "escape", "s")
        await settled(pilot)
        assert "no permission" in text_of(app, "rows")
        await pilot.press("enter")
        await settled(pilot)
        assert "no permission" in text_of(app, "body")


async def test_what_is_kept_back_stands_on_the_screen() -> None:
    hushed = (HushView("mute", "route", HAIKU, "Claude Haiku 4.5", NOW + timedelta(hours=1)),)
    app = dashboard(FakeSource(replace(snapshots.trouble(), hushed=hushed)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "No notices about Claude Haiku 4.5 until 22:48, muted by you" in text_of(app, "rest")


async def test_one_key_turns_light_and_dark() -> None:
    app = dashboard(FakeSource(snapshots.calm()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("t")
        assert app.theme == "statuswatch-light"
        await pilot.press("t")
        assert app.theme == "statuswatch-dark"


async def test_a_mouse_chooses_opens_and_presses_keys() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.click("#routes", offset=(5, 2))
        assert app.screen.query_one("#routes", Rows).chosen is not None
        assert isinstance(app.screen, Board)
        await pilot.click("#rest", offset=(5, 0))
        await settled(pilot)
        assert "Sora" in text_of(app, "rest")
        await pilot.click("#rest", offset=(5, 1))
        await settled(pilot)
        assert isinstance(app.screen, IncidentsList)
        bar = plain(app.screen.query_one("#keys", Lines).lines[0])
        await pilot.click("#keys", offset=(1 + bar.index("Esc"), 0))
        await settled(pilot)
        assert isinstance(app.screen, Board)
        await pilot.click("#verdict", offset=(5, 1))
        await settled(pilot)
        assert isinstance(app.screen, Page)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160, 250])
async def test_no_line_is_wider_than_the_screen_at_any_width(width: int) -> None:
    app = dashboard(FakeSource(snapshots.hostile()), recall=past)
    async with app.run_test(size=(width, 30)) as pilot:
        await settled(pilot)
        for key in ("c", "i", "f", "s", "h", ""):
            await pilot.press(*([key] if key else []))
            await settled(pilot)
            for part in app.screen.query(Lines):
                assert [plain(line) for line in part.lines if sum(len(span.text) for span in line) > width] == []
            await pilot.press(*(["escape"] if key else []))


async def test_without_colours_none_is_asked_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = dashboard(FakeSource(snapshots.trouble(), Linked(Connection.LIVE)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        strips = app.screen._compositor.render_strips()
        styles = []
        for strip in strips:
            segments = list(strip)
            for part in app.get_line_filters():
                segments = part.apply(segments, app.screen.background_colors[0])
            styles += [segment.style for segment in segments if segment.style]
        colours = {str(colour.name) for style in styles for colour in (style.color, style.bgcolor) if colour}
        assert styles
        assert colours == {"default"}

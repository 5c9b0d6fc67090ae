"""The dashboard as a person uses it: keys, what they see, what the engine is asked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme
from textual.widgets import Input
from textual.widgets._toast import Toast

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.core.observation import CommandKind
from statuswatch.surfaces.present_text import plain
from statuswatch.surfaces.tui.app import Dashboard
from statuswatch.surfaces.tui.board import Board
from statuswatch.surfaces.tui.lines import Lines, Rows
from statuswatch.surfaces.tui.scenery import Place, View
from statuswatch.surfaces.tui.screens import Ask, Page
from statuswatch.surfaces.tui.source import Connection, Linked, Reply
from statuswatch.surfaces.tui.theme import DARK, LIGHT, theme_for
from support import snapshots
from support.boards import settled, text_of, toasts
from support.snapshots import GPT, HAIKU, NOW, OPUS
from support.sources import FakeSource

SIZE = (100, 32)


class Clock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOW + timedelta(seconds=5)

    def __call__(self) -> datetime:
        return self.at


def dashboard(source: FakeSource, clock: Callable[[], datetime] | None = None, **place: object) -> Dashboard:
    return Dashboard(source, Place(clock or Clock(), zone=UTC, **place))


async def told(pilot: Pilot[int], app: Dashboard) -> None:
    """Until a toast is there: some answers come from a thread."""
    for _ in range(3000):
        if app._notifications:
            return
        await pilot.pause(0.01)


async def test_the_first_screen_answers_in_the_order_of_a_persons_questions() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        shown = text_of(app)
        order = [
            "live · 3 of 4 feeds fresh",
            "It's them. Anthropic",
            "Works now: Claude Haiku 4.5",
            "What you use",
            "Incidents that concern you (1)",
            "Your last calls",
        ]
        places = [shown.index(words) for words in order]
        assert places == sorted(places)


async def test_without_any_picture_it_says_that_it_waits() -> None:
    app = dashboard(FakeSource(live=False))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "No picture yet: no engine answers." in text_of(app, "verdict")
        await pilot.press("y", "w", "m", "o", "c", "escape", "n")
        await settled(pilot)
        assert "ok" not in text_of(app, "verdict").split()


async def test_a_new_picture_repaints_only_the_lines_that_changed() -> None:
    source = FakeSource(snapshots.trouble())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        rows = app.screen.query_one("#routes", Rows)
        painted: list[int] = []
        original = rows.refresh_line
        rows.refresh_line = lambda y: (painted.append(y), original(y))[1]  # type: ignore[method-assign]
        old = snapshots.trouble()
        source.say(replace(old, routes=(old.routes[0], replace(old.routes[1], page_word="quiet"), *old.routes[2:])))
        await settled(pilot)
        assert painted == [1]


async def test_the_chosen_line_stays_chosen_when_others_overtake_it() -> None:
    source = FakeSource(snapshots.calm())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("down")
        assert app.screen.query_one("#routes", Rows).chosen == GPT
        source.say(snapshots.trouble())
        await settled(pilot)
        assert app.screen.query_one("#routes", Rows).chosen == GPT


async def test_until_the_person_chooses_the_worst_line_is_the_chosen_one() -> None:
    source = FakeSource(snapshots.calm())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.screen.query_one("#routes", Rows).chosen == HAIKU
        source.say(snapshots.trouble())
        await settled(pilot)
        assert app.screen.query_one("#routes", Rows).chosen == OPUS


@pytest.mark.parametrize(
    ("key", "kind", "target", "told"),
    [
        ("r", CommandKind.REFRESH, "*", "Looking again at every feed."),
        ("m", CommandKind.MUTE, OPUS, "No notices about Claude Opus 4.5 until 22:48. M undoes it."),
        ("M", CommandKind.UNMUTE, OPUS, "Nothing about Claude Opus 4.5 was muted: notices about it are on."),
        ("w", CommandKind.WAIT, OPUS, "You will be told when Claude Opus 4.5 is back."),
    ],
)
async def test_a_key_becomes_a_command_and_its_taking_is_told(key: str, kind: CommandKind, target: str, told: str) -> None:
    source = FakeSource(snapshots.trouble())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert [(command.kind, command.target) for command in source.asked] == [(kind, target)]
        assert source.asked[0].until == (NOW + timedelta(hours=1, seconds=5) if key == "m" else None)
        assert toasts(app) == [told]


@pytest.mark.parametrize("key", ["w", "m", "M", "y", "n"])
async def test_a_key_with_nothing_to_act_on_says_a_word(key: str) -> None:
    source = FakeSource(snapshots.empty())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert source.asked == []
        assert toasts(app)[0].startswith("No incident is folded" if key == "n" else "No line is chosen")


async def test_in_a_simulation_an_hour_is_counted_on_the_clock_that_is_shown() -> None:
    picture = snapshots.trouble()
    source = FakeSource(replace(picture, engine=replace(picture.engine, simulated="x", expires_at=NOW + timedelta(days=900, minutes=1))))
    clock = Clock()
    clock.at = NOW + timedelta(days=900)
    app = dashboard(source, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("m")
        await settled(pilot)
        assert source.asked[0].until == NOW + timedelta(hours=1)
        assert "until 22:48." in toasts(app)[0]


async def test_a_small_screen_keeps_two_keys_in_sight() -> None:
    app = dashboard(FakeSource(snapshots.empty()))
    async with app.run_test(size=(40, 20)) as pilot:
        await settled(pilot)
        assert text_of(app, "keys").strip() == "w when back  y why  ? help  q quit"
        await pilot.resize_terminal(200, 32)
        await settled(pilot)
        assert "r refresh" in text_of(app, "keys")


@pytest.mark.parametrize("key", ["question_mark", "y"])
async def test_no_toast_covers_a_page(key: str) -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settled(pilot)
        await pilot.press(key)
        app.tell("A word.")
        await settled(pilot)
        assert [toast.display for toast in app.screen.query(Toast)] == [False]
        await pilot.press("escape")
        app.tell("Another.")
        await settled(pilot)
        assert all(toast.display for toast in app.screen.query(Toast))


async def test_a_refused_command_is_told_with_the_reason() -> None:
    source = FakeSource(snapshots.trouble())
    source.reply = Reply(ok=False, detail="the engine is busy; ask again")
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        assert toasts(app) == ["Not done: the engine is busy; ask again."]


async def test_waiting_for_what_works_asks_nothing() -> None:
    source = FakeSource(snapshots.calm())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("w")
        await settled(pilot)
        assert source.asked == []
        assert "nothing to wait for" in toasts(app)[0]


@pytest.mark.parametrize("key", ["y", "enter"])
async def test_why_shows_the_evidence_of_the_chosen_line_and_follows_the_picture(key: str) -> None:
    source = FakeSource(snapshots.trouble())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert "because  7 of your last 9 calls failed" in text_of(app, "body")
        source.say(snapshots.recovering())
        await settled(pilot)
        assert "works again for you" in text_of(app, "body")
        source.say(snapshots.empty())
        await settled(pilot)
        assert text_of(app, "body") == "This is not watched any more."
        await pilot.press("escape")
        assert not isinstance(app.screen, Page)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("c", "theirs: provider"),
        ("f", "HTML instead of JSON"),
        ("question_mark", "tell me when the chosen line is back"),
        ("s", "Nothing on this machine is read."),
    ],
)
async def test_a_page_opens_with_its_key_and_closes_with_escape(key: str, words: str) -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert words in text_of(app)
        await pilot.press("j", "k", "escape")
        assert isinstance(app.screen, Board)


async def test_what_is_not_yours_is_folded_and_unfolds() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=(100, 50)) as pilot:
        await settled(pilot)
        assert "Sora" not in text_of(app, "rest")
        await pilot.press("n")
        assert '"Sora is slow for some"' in text_of(app, "rest")
        assert "not about model calls" in text_of(app, "rest")
        await pilot.press("n")
        assert "Sora" not in text_of(app, "rest")


async def test_an_incident_is_opened_only_after_its_host_was_shown_and_agreed_to() -> None:
    opened: list[str] = []
    app = dashboard(FakeSource(snapshots.trouble()), opener=opened.append)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("o")
        await settled(pilot)
        assert "Open status.example in your browser?" in text_of(app, "question")
        await pilot.press("n")
        await settled(pilot)
        assert opened == []
        await pilot.press("o")
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
        assert opened == ["https://status.example/incidents/9g6qpr72ttbr"]


async def test_without_a_browser_the_address_is_offered_for_copying() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("o")
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
        assert app.clipboard == "https://status.example/incidents/9g6qpr72ttbr"


async def test_an_address_that_is_not_plain_web_cannot_be_opened() -> None:
    opened: list[str] = []
    app = dashboard(FakeSource(snapshots.hostile()), opener=opened.append)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("o")
        await settled(pilot)
        assert not isinstance(app.screen, Ask)
        assert "no incident with a usable address" in toasts(app)[0]


@pytest.mark.parametrize(("key", "agreed"), [("y", True), ("n", False)])
async def test_the_first_run_lists_what_would_be_read_and_asks_with_one_key(key: str, agreed: bool) -> None:
    answers: list[bool] = []
    source = FakeSource(snapshots.first_run())
    app = dashboard(source, consent=answers.append)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        shown = text_of(app, "question")
        assert "~/.claude/projects" in shown
        assert "~/.codex/sessions" in shown
        assert "OPENAI_API_KEY is set" in shown
        await pilot.press(key)
        await told(pilot, app)
        assert answers == [agreed]
        source.say(snapshots.first_run())
        await settled(pilot)
        assert not isinstance(app.screen, Ask)


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_leaving_the_first_run_without_an_answer_stores_none(key: str) -> None:
    answers: list[bool] = []
    app = dashboard(FakeSource(snapshots.first_run()), consent=answers.append)
    async with app.run_test(size=(40, 20)) as pilot:
        await settled(pilot)
        assert "y  agree    n  status pages only" in str(app.screen.query_one("#question").border_subtitle)
        await pilot.press("j", "j", key)
        await settled(pilot)
        assert answers == []
    assert app._exit is (key == "q")


async def test_an_answer_that_cannot_be_stored_is_told() -> None:
    def refuse(_yes: bool) -> None:
        raise OSError(28, "No space left on device")

    app = dashboard(FakeSource(snapshots.first_run()), consent=refuse)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("y")
        await told(pilot, app)
        assert "could not be stored" in toasts(app)[0]


async def test_nobody_is_asked_where_no_consent_can_be_stored_or_all_was_asked() -> None:
    for picture, place in ((snapshots.first_run(), {}), (snapshots.calm(), {"consent": lambda _yes: None})):
        app = dashboard(FakeSource(picture), **place)
        async with app.run_test(size=SIZE) as pilot:
            await settled(pilot)
            assert not isinstance(app.screen, Ask)


async def test_the_filter_narrows_the_list_and_escape_clears_it() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"gem", "enter")
        await settled(pilot)
        assert [plain(line)[2:14] for line in app.screen.query_one("#routes", Rows).lines] == ["gemini-3-pro"]
        assert "4 more do not contain 'gem'" in text_of(app, "rest")
        await pilot.press("escape")
        await settled(pilot)
        assert len(app.screen.query_one("#routes", Rows).lines) == 5
        assert app.screen.query_one("#filter", Input).value == ""


async def test_the_last_picture_of_an_engine_that_is_gone_is_grey_and_says_its_age() -> None:
    source, clock = FakeSource(snapshots.trouble()), Clock()
    app = dashboard(source, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        clock.at = NOW + timedelta(minutes=12)
        source.say(Linked(Connection.GONE, "no engine answers"))
        await settled(pilot)
        assert app.screen.has_class("-old")
        assert "The last picture is 12m old" in text_of(app, "banner")
        for part in ("verdict", "routes", "rest"):
            lines = app.screen.query_one(f"#{part}", Lines)
            strips = [lines.render_line(y) for y in range(min(lines.size.height, len(lines.lines)))]
            colours = {segment.style.color for strip in strips for segment in strip if segment.style and segment.text.strip()}
            assert len({colour.name for colour in colours if colour} - {DARK.accent}) == 1, part  # a key is one still
        source.say(Linked(Connection.LIVE))
        source.say(replace(snapshots.trouble(), engine=snapshots.engine_view(expires_at=clock.at + timedelta(seconds=150))))
        await settled(pilot)
        assert not app.screen.has_class("-old")


@pytest.mark.parametrize(("name", "ours"), [("nord", DARK), ("solarized-light", LIGHT)])
async def test_a_theme_of_textuals_own_keeps_the_tones_of_its_ground(name: str, ours: Theme) -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.theme = name
        await settled(pilot)
        strips = [app.screen.query_one("#routes", Lines).render_line(y) for y in range(3)]
        assert {str(ours.variables["tone-failing"]), str(ours.variables["tone-dim"])} & {
            segment.style.color.name for strip in strips for segment in strip if segment.style and segment.style.color
        }


async def test_a_picture_grows_old_by_itself_when_nothing_comes() -> None:
    clock = Clock()
    app = dashboard(FakeSource(snapshots.calm()), clock)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        clock.at = NOW + timedelta(seconds=151)
        app._draw()
        await settled(pilot)
        assert "old, 2m" in text_of(app, "top")


async def test_a_notice_is_told_once_and_its_text_is_inert() -> None:
    source = FakeSource(snapshots.trouble())
    app = dashboard(source)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        notice = Notice(
            "n1",
            "t1",
            NoticeKind.OPENED,
            NOW,
            NoticeReason.OWN_FAILURES,
            (OPUS,),
            "Title [/oops]\x1b[2J",
            'Page: "R&D [/oops]"\x07',
            "anthropic",
            fault=Fault.PROVIDER,
        )
        source.say(replace(notice, confidence=Confidence.HIGH))
        source.say(replace(notice, kind=NoticeKind.AMENDED))
        await settled(pilot)
        notes = list(app._notifications)
        assert [(note.title, note.message, note.markup) for note in notes] == [("Title [/oops]", 'Page: "R&D [/oops]"', False)]


async def test_hostile_text_reaches_the_screen_only_as_text() -> None:
    app = dashboard(FakeSource(snapshots.hostile()))
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
        await pilot.press("escape", "c")
        await settled(pilot)
        await pilot.press("escape")
        assert "R&D [/oops] [red]us-east-1[/]" in text_of(app, "rest")
        for strip in app.screen._compositor.render_strips():
            assert not set(strip.text) & {chr(code) for code in (*range(32), 0x7F, *range(0x80, 0xA0), 0x202E, 0x200B)}


async def test_two_hundred_routes_are_drawn_as_far_as_they_are_seen() -> None:
    app = dashboard(FakeSource(snapshots.many(200)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        rows = app.screen.query_one("#routes", Rows)
        drawn: set[int] = set()
        original = rows.render_line
        rows.render_line = lambda y: (drawn.add(y), original(y))[1]  # type: ignore[method-assign]
        await pilot.press("end")
        await settled(pilot)
        assert rows.chosen == "provider-0/api:model-198.0"
        assert rows.scroll_offset.y == 200 - rows.size.height
        assert max(drawn) < SIZE[1]
        await pilot.press("home", "pagedown", "pageup", "k")
        assert rows.chosen == "provider-3/api:model-3.0"


async def test_a_click_chooses_a_line_and_a_second_one_explains_it() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.click("#routes", offset=(5, 1))
        assert app.screen.query_one("#routes", Rows).chosen == HAIKU
        await pilot.click("#routes", offset=(5, 1))
        await settled(pilot)
        assert isinstance(app.screen, Page)


async def test_a_resize_lays_everything_out_again() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.resize_terminal(40, 24)
        await settled(pilot)
        assert plain(app.screen.query_one("#routes", Rows).lines[0]) == "▲ Claude Opus 4.5 failing 23m"
        await pilot.resize_terminal(20, 8)
        await settled(pilot)
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert "What you use" in text_of(app, "heading")


async def test_every_command_of_the_palette_does_what_its_key_does() -> None:
    app = dashboard(FakeSource(snapshots.trouble()))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        await commands["Feeds"].callback()
        await settled(pilot)
        assert "HTML instead of JSON" in text_of(app)
        assert {"Theme", "Quit"} <= set(commands)


async def test_notes_are_told_at_the_start_and_q_leaves() -> None:
    app = Dashboard(FakeSource(snapshots.calm()), Place(Clock(), zone=UTC), notes=("An engine was started for you (stop ends it; log: /far/away/engine.log)",))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert toasts(app) == ["An engine was started for you (stop ends it)"]
        await pilot.press("q")
    assert app.return_code == 0


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_tone_can_be_read_on_its_background(theme: Theme) -> None:
    grounds = [Color.parse(str(theme.background)), Color.parse(theme.variables["chosen"])]
    tones = {name: Color.parse(value) for name, value in theme.variables.items() if name.startswith("tone-")}
    assert len(tones) == 8
    assert [(name, ground.hex) for ground in grounds for name, colour in tones.items() if contrast(ground, colour) < 4.5] == []


def contrast(one: Color, other: Color) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""

    def luminance(colour: Color) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("said", "name"), [(None, DARK.name), ("15;0", DARK.name), ("0;15", LIGHT.name), ("0;default;15", LIGHT.name), ("odd", DARK.name)])
def test_the_theme_follows_what_the_terminal_says_of_its_background(said: str | None, name: str) -> None:
    assert theme_for(said) == name


def test_the_app_ends_with_what_status_would_say() -> None:
    app = dashboard(FakeSource())
    assert app.exit_status == 4


async def test_the_theme_of_the_settings_is_taken_and_one_that_nobody_knows_is_told_of() -> None:
    for chosen, theme, told in (
        ("nord", "nord", 0),
        ("statuswatch-light", "statuswatch-light", 0),
        ("no-such", "statuswatch-dark", 1),
        ("", "statuswatch-dark", 0),
    ):
        app = dashboard(FakeSource(snapshots.calm()), chosen=chosen)
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.pause()
            assert app.theme == theme
            assert len([note for note in app._notifications if "none is called no-such" in note.message]) == told


def test_the_first_screen_is_told_where_the_settings_lie() -> None:
    assert View(Place(lambda: NOW, settings="/home/ann/config.toml")).look(80).settings == "/home/ann/config.toml"

"""The dashboard itself: verdict, what you use, incidents, last calls. It lays ready lines out and turns keys into commands; it decides nothing."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from statuswatch.core.health import Health
from statuswatch.core.snapshot import RouteView
from statuswatch.surfaces.present import NARROW, Reading, Scene, answer, banner, calls, find_route, hushed_lines, incidents, routes, top_line
from statuswatch.surfaces.present_incidents import first_lines
from statuswatch.surfaces.present_text import EMPTY, Line, Tone, apart, clean, say, wrap
from statuswatch.surfaces.tui.acting import Acting, Aim, incident_of
from statuswatch.surfaces.tui.keybar import Key, KeyBar
from statuswatch.surfaces.tui.lines import Lines, Rows
from statuswatch.surfaces.tui.scenery import View
from statuswatch.surfaces.tui.screens import Page, help_page, why_page

_LAST_CALLS = 6
_WHOLE = 8  # incidents with their posts; of more the titles, and all of each is a key away
_KEYS = (
    Key("w", "when back", "wait", 7),
    Key("m", "mute", "mute", 6),
    Key("a", "I know", "acknowledge", 3),
    Key("o", "open", "open", 5),
    Key("l", "copy link", "copy_link", 0),
    Key("y", "why", "why", 8),
    Key("i", "incidents", "page('incidents')", 1),
    Key("c", "calls", "page('calls')", 4),
    Key("h", "history", "page('history')", 4),
    Key("f", "feeds", "page('feeds')", 2),
    Key("s", "sources", "page('sources')", 0),
    Key("/", "filter", "filter", 4),
    Key("r", "refresh", "refresh", 0),
    Key("t", "light/dark", "app.turn_theme", 0),
    Key("?", "help", "help", 9),
    Key("q", "quit", "app.quit", 9),
)
_STATES = frozenset(Health)


class Board(Acting):
    """The first screen."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it as an instance variable
        (0, "-narrow"),
        (NARROW, "-wide"),
    ]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "why", "why"),
        Binding("n", "fold", "not yours"),
        *(Binding(key, f"page('{name}')", name) for key, name in (("c", "calls"), ("i", "incidents"), ("h", "history"), ("f", "feeds"), ("s", "sources"))),
        Binding("slash", "filter", "filter"),
        Binding("r", "refresh", "refresh"),
        Binding("question_mark", "help", "help"),
        Binding("escape", "clear", "clear the filter"),
        Binding("q", "app.quit", "quit"),
    ]

    def __init__(self, view: View) -> None:
        self._unfolded = False
        self._wanted = ""
        self._places: tuple[str, ...] = ()
        super().__init__(view)

    def compose(self) -> ComposeResult:
        """All of it is ready lines, but for the filter's input."""
        yield Lines(id="top")
        yield Lines(id="banner")
        yield Lines(id="verdict", ages=True)
        yield Lines(id="heading")
        yield Rows(id="routes", ages=True)
        yield Input(placeholder="show only what contains…", id="filter", compact=True)
        yield Lines(id="rest", ages=True)
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        """Keys go to the table first."""
        self.query_one("#rest", Lines).can_focus = True
        self.query_one("#routes", Rows).focus()

    def draw(self) -> None:
        """Present the newest picture for the present width; widgets repaint only the lines that changed."""
        scene = self.view.scene(self.size.width - 3)
        self.set_class(scene is not None and scene.old_s is not None, "-old")
        self.query_one(KeyBar).fit(self.size.width - 3)
        if scene is None:
            self._draw_waiting()
            return
        self._draw_top(top_line(scene))
        notes = banner(scene)
        self._lines("banner").show(notes)
        self._lines("banner").display = bool(notes)
        told = answer(scene, scene.look.width - (0 if self.size.width < NARROW else 2))
        self._draw_verdict(told.health, told.lines)
        table = routes(scene, self._wanted, self.view.past)
        self._lines("heading").show([table.heading] if table.heading else [])
        self.query_one("#routes", Rows).show_rows([row.route for row in table.rows], [row.line for row in table.rows])
        self._draw_rest(scene, table.hidden)

    def _draw_rest(self, scene: Scene, hidden: int) -> None:
        told = say(f"{hidden} more do not contain {self._wanted!r} (Esc shows them)", Tone.DIM)
        reading = Reading(unfolded=self._unfolded, wanted=self._wanted, looked=self.view.looked, whole=_WHOLE)
        parts = [("", [told, EMPTY] if hidden else []), *_rest(scene, reading)]
        self._places = tuple(place for place, lines in parts for _ in lines)
        self._lines("rest").show([line for _, lines in parts for line in lines])

    def _draw_waiting(self) -> None:
        width = max(20, self.size.width - 5)
        self._draw_top(say(self.view.detail or "connecting", Tone.DIM))
        text = f"No picture yet: {self.view.detail}." if self.view.detail else "Waiting for the engine's first picture."
        self._draw_verdict(
            Health.UNKNOWN,
            (
                *wrap(say(f"{self.view.look(width).glyphs.health[Health.UNKNOWN]} {text}", Tone.STRONG), width, 2),
                *wrap(say("  `statuswatch engine start` starts it; this screen joins by itself.", Tone.DIM), width),
            ),
        )

    def _draw_top(self, state: Line) -> None:
        self._lines("top").show([apart(say("statuswatch", Tone.STRONG), state, max(20, self.size.width - 3))])

    def _draw_verdict(self, health: Health, lines: tuple[Line, ...]) -> None:
        panel = self._lines("verdict")
        for state in _STATES:
            panel.set_class(state is health, state.value)
        panel.show(lines)

    def _lines(self, name: str) -> Lines:
        return self.query_one(f"#{name}", Lines)

    def _chosen(self) -> RouteView | None:
        key = self.query_one("#routes", Rows).chosen
        return find_route(self.view.snapshot, key) if key and self.view.snapshot else None

    def aim(self) -> Aim | None:
        """The chosen route, with its incident."""
        chosen, snapshot = self._chosen(), self.view.snapshot
        return Aim(chosen, incident_of(chosen, snapshot)) if chosen and snapshot else None

    @on(Rows.Chosen)
    def action_why(self) -> None:
        """The evidence for the chosen route."""
        aim = self.aim_or_told()
        if aim is not None and aim.route is not None:
            self.app.push_screen(Page(self.view, f"Why: {aim.name}, {clean(aim.route.surface_name, 40)}", why_page(aim.route.route)))

    def action_page(self, name: str) -> None:
        """One of the lists."""
        from statuswatch.surfaces.tui.lists import LISTS

        self.app.push_screen(LISTS[name](self.view))

    def action_help(self) -> None:
        """Keys and symbols."""
        self.app.push_screen(Page(self.view, "Keys and symbols", help_page))

    def action_fold(self) -> None:
        """Show or fold what does not concern the person."""
        snapshot = self.view.snapshot
        if snapshot is None or all(item.concerns or item.resolved_at for item in snapshot.incidents):
            self.app.tell("No incident is folded: none but yours is open.")
            return
        self._unfolded = not self._unfolded
        self.draw()

    def action_refresh(self) -> None:
        """Ask for a fresh look at everything."""
        self.app.look_at_feeds()

    @on(Lines.Clicked)
    def _show_clicked(self, event: Lines.Clicked) -> None:
        """A click on a part opens all of it."""
        name = self._places[event.index] if event.part == "rest" and event.index < len(self._places) else ""
        if name == "fold":
            self.action_fold()
        elif name:
            self.action_page(name)
        elif event.part == "verdict" and self._chosen() is not None:
            self.action_why()

    def action_filter(self) -> None:
        """Type what to show."""
        box = self.query_one("#filter", Input)
        box.display = True
        self.set_focus(box)

    def action_clear(self) -> None:
        """Show all again."""
        box = self.query_one("#filter", Input)
        box.value = ""
        self.set_focus(self.query_one("#routes", Rows))
        box.display = False

    @on(Input.Changed, "#filter")
    def _narrow_down(self, event: Input.Changed) -> None:
        self._wanted = event.value
        self.draw()

    @on(Input.Submitted, "#filter")
    def _done_typing(self) -> None:
        self.query_one("#routes", Rows).focus()


def _rest(scene: Scene, reading: Reading) -> list[tuple[str, list[Line]]]:
    """The parts below the routes, each with the name of what a click on it opens."""
    found = incidents(scene, reading=reading)
    narrow = scene.look.width < NARROW
    parts: list[tuple[str, list[Line]]] = []
    if found.yours or found.others:
        lines = list(first_lines(found.yours, scene.look.width, scene.look.glyphs.cut))
        parts += [("fold" if found.others else "incidents", [found.heading])]
        parts += [("incidents", lines if narrow else [line for block in found.yours for line in block.lines])]
        parts += [("incidents", list(found.others) if reading.unfolded else []), ("", [EMPTY])]
    table = calls(scene, _LAST_CALLS, reading.wanted)
    if table.rows and not narrow:
        heading = apart(say("Your last calls", Tone.STRONG), say("c all calls", Tone.DIM), scene.look.width)
        parts += [("calls", [heading, *table.rows]), ("", [EMPTY])]
    return [*parts, ("", list(hushed_lines(scene)))]

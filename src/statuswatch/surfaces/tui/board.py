"""The dashboard itself: verdict, what you use, incidents, last calls. It lays ready lines out and turns keys into commands; it decides nothing."""

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Input

from statuswatch.core.health import Health
from statuswatch.core.observation import CommandKind
from statuswatch.core.snapshot import RouteView
from statuswatch.surfaces.present import NARROW, Scene, answer, banner, calls, find_route, incidents, routes, top_line
from statuswatch.surfaces.present_incidents import first_lines
from statuswatch.surfaces.present_text import EMPTY, Line, Link, Span, Tone, apart, clean, safe_link, say, wrap
from statuswatch.surfaces.tui.lines import Lines, Rows
from statuswatch.surfaces.tui.scenery import View, Viewing
from statuswatch.surfaces.tui.screens import Ask, Page, calls_page, feeds_page, help_page, open_lines, sources_page, why_page

if TYPE_CHECKING:
    from statuswatch.surfaces.tui.app import Dashboard

MUTE_HOURS = 1
_LAST_CALLS = 6
_KEYS: Line = (Span("?", Tone.KEY), Span(" help  "), Span("q", Tone.KEY), Span(" quit"))
_STATES = frozenset(Health)


class Board(Viewing):
    """The first screen."""

    app: "Dashboard"

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it as an instance variable
        (0, "-narrow"),
        (NARROW, "-wide"),
    ]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "wait", "tell me when back"),
        Binding("m", "mute", "mute"),
        Binding("M", "unmute", "unmute", show=False),
        Binding("o", "open", "open"),
        Binding("y", "why", "why"),
        Binding("n", "fold", "not yours", show=False),
        Binding("c", "page('calls')", "calls", show=False),
        Binding("f", "page('feeds')", "feeds"),
        Binding("s", "page('sources')", "sources", show=False),
        Binding("slash", "filter", "filter", key_display="/"),
        Binding("r", "refresh", "refresh"),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("escape", "clear", "clear the filter", show=False),
        Binding("q", "app.quit", "quit"),
    ]

    def __init__(self, view: View) -> None:
        self._unfolded = False
        self._wanted = ""
        super().__init__(view)

    def compose(self) -> ComposeResult:
        """All of it is ready lines, but for the filter's input."""
        yield Lines(id="top")
        yield Lines(id="banner")
        yield Lines(id="verdict")
        yield Lines(id="heading")
        yield Rows(id="routes")
        yield Input(placeholder="show only what contains…", id="filter", compact=True)
        yield Lines(id="rest")
        yield Lines(id="keys")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Keys go to the table first."""
        self.query_one("#rest", Lines).can_focus = True
        self.query_one("#routes", Rows).focus()

    def draw(self) -> None:
        """Present the newest picture for the present width; widgets repaint only the lines that changed."""
        scene = self.view.scene(self.size.width - 3)
        self.set_class(scene is not None and scene.old_s is not None, "-old")
        if scene is None:
            self._draw_waiting()
            return
        self._draw_top(top_line(scene))
        notes = banner(scene)
        self._lines("banner").show(notes)
        self._lines("banner").display = bool(notes)
        told = answer(scene, scene.look.width - (0 if self.size.width < NARROW else 2))
        self._draw_verdict(told.health, told.lines)
        table = routes(scene, self._wanted)
        self._lines("heading").show([table.heading] if table.heading else [])
        self.query_one("#routes", Rows).show_rows([row.route for row in table.rows], [row.line for row in table.rows])
        hidden = [say(f"{table.hidden} more do not contain {self._wanted!r} (Esc shows them)", Tone.DIM), EMPTY] if table.hidden else []
        self._lines("keys").show([_KEYS])
        self._lines("rest").show([*hidden, *_rest(scene, self._unfolded)])

    def _draw_waiting(self) -> None:
        self._lines("keys").show([_KEYS])
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

    def _chosen_or_told(self) -> RouteView | None:
        chosen = self._chosen()
        if chosen is None:
            self.app.tell("No line is chosen: none is shown.")
        return chosen

    def _title(self, view: RouteView) -> str:
        return clean(view.title, 60)

    @on(Rows.Chosen)
    def action_why(self) -> None:
        """The evidence for the chosen route."""
        chosen = self._chosen_or_told()
        if chosen is not None:
            self.app.push_screen(Page(self.view, f"Why: {self._title(chosen)}, {clean(chosen.surface_name, 40)}", why_page(chosen.route)))

    def action_page(self, name: str) -> None:
        """One of the lists."""
        title, draw = {"calls": ("Your last calls", calls_page), "feeds": ("Feeds", feeds_page), "sources": ("Read on this machine", sources_page)}[name]
        self.app.push_screen(Page(self.view, title, draw))

    def action_help(self) -> None:
        """Keys and symbols."""
        self.app.push_screen(Page(self.view, "Keys and symbols", help_page))

    def action_fold(self) -> None:
        """Show or hide the incidents that are not yours."""
        snapshot = self.view.snapshot
        if snapshot is None or all(item.concerns or item.resolved_at for item in snapshot.incidents):
            self.app.tell("No incident is folded: every open one that is known concerns you, or there is none.")
            return
        self._unfolded = not self._unfolded
        self.draw()

    def action_refresh(self) -> None:
        """Ask for a fresh look at everything."""
        self.app.ask(CommandKind.REFRESH, "*", "Looking again at every feed.")

    def action_wait(self) -> None:
        """Be told when the chosen route is back."""
        chosen = self._chosen_or_told()
        if chosen is None:
            return
        if not chosen.verdict.trouble:
            self.app.tell(f"{self._title(chosen)} is in no trouble that is known, so there is nothing to wait for.")
            return
        self.app.ask(CommandKind.WAIT, chosen.verdict.route.canonical, f"You will be told when {self._title(chosen)} is back.")

    def action_mute(self) -> None:
        """No notices about the chosen route for an hour."""
        chosen, scene = self._chosen_or_told(), self.view.scene(self.size.width)
        if chosen is not None and scene is not None:
            until = scene.now + timedelta(hours=MUTE_HOURS)  # the picture's own time where that is simulated: the engine counts in it
            clock = scene.clock(until)
            self.app.ask(CommandKind.MUTE, chosen.verdict.route.canonical, f"No notices about {self._title(chosen)} until {clock}. M undoes it.", until)

    def action_unmute(self) -> None:
        """Notices about the chosen route again."""
        chosen = self._chosen_or_told()
        if chosen is not None:
            self.app.ask(CommandKind.UNMUTE, chosen.verdict.route.canonical, f"Notices about {self._title(chosen)} are on.")

    def action_open(self) -> None:
        """Ask whether to open the page of the chosen route's incident."""
        link = self._link()
        if link is None:
            self.app.tell("There is no page to open: no incident with a usable address is known.")
            return
        opener = self.view.place.opener

        def answered(yes: bool | None) -> None:
            if yes and opener is not None:
                opener(link.url)
            elif yes:
                self.app.copy_to_clipboard(link.url)

        self.app.push_screen(Ask(open_lines(link, can_open=opener is not None), "open" if opener else "copy it", "stay here"), answered)

    def _link(self) -> Link | None:
        chosen, snapshot = self._chosen(), self.view.snapshot
        if snapshot is None:
            return None
        key = chosen.verdict.incident if chosen else None
        mine = [item for item in snapshot.incidents if item.key == key] or [item for item in snapshot.incidents if item.concerns]
        return next((link for item in mine if (link := safe_link(item.url))), None)

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


def _rest(scene: Scene, unfolded: bool) -> list[Line]:
    found = incidents(scene, unfolded=unfolded)
    narrow = scene.look.width < NARROW
    lines: list[Line] = []
    if found.yours or found.others:
        lines.append(found.heading)
        lines += first_lines(found.yours, scene.look.width, scene.look.glyphs.cut) if narrow else [line for block in found.yours for line in block.lines]
        lines += [*found.others] if unfolded else []
        lines.append(EMPTY)
    table = calls(scene, _LAST_CALLS)
    if table.rows and not narrow:
        lines += [apart(say("Your last calls", Tone.STRONG), say("c all calls", Tone.DIM), scene.look.width), *table.rows]
    return lines

"""The screens over the dashboard: a page of text that lives on, a question, and the first run."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from statuswatch.core.health import Health
from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.present import Look, Scene, find_route, reasoning
from statuswatch.surfaces.present_text import EMPTY, Line, Link, Span, Tone, clean, join, say, wrap
from statuswatch.surfaces.present_verdict import TONES
from statuswatch.surfaces.present_words import health_word
from statuswatch.surfaces.tui.keybar import Key, KeyBar
from statuswatch.surfaces.tui.lines import Lines
from statuswatch.surfaces.tui.scenery import View, Viewing

Draw = Callable[[View, Scene], tuple[Line, ...]]
"""Makes a page of what is known, for the width of the scene."""

KEYS = (
    ("Enter y", "why: all about the chosen line", ""),
    ("w", "tell me when the chosen line is back", ""),
    ("m / M", "mute the chosen line for an hour / undo it", "it stays on this screen"),
    ("a", "I know: it leads no more, its posts are no news", "until something new happens"),
    ("o", "open the incident's page", "the host is shown first"),
    ("l", "copy the page's address", "OSC 52"),
    ("i", "all incidents, those that are not yours with the reason", ""),
    ("n", "show or fold incidents that are not yours", ""),
    ("c", "your calls, with whose fault and why", ""),
    ("h", "the last 90 days", ""),
    ("f", "the feeds, and which of them can be believed", ""),
    ("s", "what is read on this machine", ""),
    ("/", "show only what contains some text", "Esc clears it"),
    ("r", "look again now", ""),
    ("t", "light or dark", ""),
    ("Ctrl+P", "all commands by name, themes", ""),
    ("q", "leave; the engine keeps watching", ""),
)


class Page(Viewing):
    """A page of lines over the dashboard, kept up to date while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "back", key_display="Esc"),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
        Binding("pagedown,space", "scroll(10)", "page down", show=False),
    ]

    def __init__(self, view: View, title: str, draw: Draw) -> None:
        self._title = title
        self._draw = draw
        super().__init__(view)

    def compose(self) -> ComposeResult:
        """A title, the lines, the keys."""
        yield Lines(id="title")
        yield Lines(id="body")
        yield KeyBar((Key("j/k", "scroll", "scroll(1)", 1), Key("Esc", "back", "back", 9)))

    def draw(self) -> None:
        """Make the lines for the present width."""
        scene = self.view.scene(self.size.width - 3)
        self.query_one("#title", Lines).show([say(self._title, Tone.STRONG)])
        self.query_one("#body", Lines).show(self._draw(self.view, scene) if scene else [say("There is no picture yet.", Tone.DIM)])
        self.query_one(KeyBar).fit(self.size.width - 3)

    def action_back(self) -> None:
        """Return to the dashboard."""
        self.dismiss(False)

    def action_scroll(self, lines: int) -> None:
        """Scroll the page."""
        self.query_one("#body", Lines).scroll_relative(y=lines, animate=False)


def why_page(route: str) -> Draw:
    """The reasoning for `route`, as long as it is watched."""

    def draw(_view: View, scene: Scene) -> tuple[Line, ...]:
        view = find_route(scene.snapshot, route)
        return reasoning(view, scene) if view else (say("This is not watched any more.", Tone.DIM),)

    return draw


def help_page(_view: View, scene: Scene) -> tuple[Line, ...]:
    """Keys and symbols."""
    look = scene.look
    lines: list[Line] = []
    for key, what, more in KEYS:
        lines += wrap((Span(f"{key:<8}", Tone.KEY), Span(what), *((Span(f" ({more})", Tone.DIM),) if more else ())), look.width, 8)
    legend = join([say(f"{look.glyphs.health[health]} {health_word(health)}", TONES[health]) for health in Health], "   ")
    return (*lines, EMPTY, *wrap(legend, look.width))


class Ask(ModalScreen[bool | None]):
    """A question with yes and no; the keys stand on its frame, where no small screen hides them. Escape answers nothing: the result is None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n", "answer(False)", "no"),
        Binding("escape", "leave", "later", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("q", "app.quit", "quit", show=False),
    ]

    def __init__(self, lines: Callable[[int], tuple[Line, ...]], yes: str, no: str) -> None:
        self._lines = lines
        self._keys = f" y  {yes}    n  {no} "
        super().__init__()

    def compose(self) -> ComposeResult:
        """The question, framed."""
        question = Lines(id="question")
        question.border_subtitle = self._keys
        yield question

    def on_resize(self) -> None:
        """Fit the question to the screen."""
        self.query_one("#question", Lines).show(self._lines(min(66, self.size.width - 8)))

    def action_answer(self, yes: bool) -> None:
        """Give the answer."""
        self.dismiss(yes)

    def action_leave(self) -> None:
        """Give none."""
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        """Scroll what does not fit."""
        self.query_one("#question", Lines).scroll_relative(y=lines, animate=False)


def first_run_lines(snapshot: Snapshot, look: Look) -> Callable[[int], tuple[Line, ...]]:
    """What was found, and what would be read."""

    def draw(width: int) -> tuple[Line, ...]:
        mark = f" {look.glyphs.mark} "
        lines: list[Line] = [say("Before anything of yours is read", Tone.STRONG), EMPTY]
        found = [join([say(clean(view.title, 40)), say(clean(view.note, 80), Tone.DIM)], "  ") for view in snapshot.routes[:8]]
        if found:
            lines += [say("Found on this machine:"), *(line for item in found for line in wrap((Span(mark, Tone.DIM), *item), width, 3)), EMPTY]
        lines += wrap(say("If you agree, these are read on this machine, and nothing of them leaves it:"), width)
        for source in snapshot.sources:
            if not source.asked:
                lines += wrap((Span(mark, Tone.DIM), Span(clean(source.what, 200)), Span(f"  {clean(source.path, 120)}", Tone.DIM)), width, 3)
        lines += [
            EMPTY,
            *wrap(say("Of a call, only its time, model, outcome and error are kept. Prompts, replies, keys and files never are.", Tone.DIM), width),
        ]
        return tuple(lines)

    return draw


def open_lines(link: Link, *, can_open: bool) -> Callable[[int], tuple[Line, ...]]:
    """Which address would be opened, its host first."""

    def draw(width: int) -> tuple[Line, ...]:
        host = Span(link.host, Tone.STRONG)
        asked: Line = (
            (Span("Open "), host, Span(" in your browser?")) if can_open else (Span("No browser can be opened here. The address, on "), host, Span(":"))
        )
        return (*wrap(asked, width), *wrap(say(link.url, Tone.DIM), width))

    return draw

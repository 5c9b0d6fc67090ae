"""Two widgets that show ready lines: they parse no markup, draw only what is in view, and repaint only what has changed."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from statuswatch.surfaces.present_text import EMPTY, Line
from statuswatch.surfaces.tui.theme import cursor, tones


class Lines(ScrollView, can_focus=False):
    """Lines of toned text, as tall as they are many unless the style says otherwise. Those that `ages` grow grey with the picture."""

    class Clicked(Message):
        """A line was clicked: `part` is the widget's id, `index` the line's."""

        def __init__(self, part: str, index: int) -> None:
            self.part = part
            self.index = index
            super().__init__()

    def __init__(self, *, id: str | None = None, classes: str | None = None, ages: bool = False) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes)
        self._ages = ages
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Replace what is shown; lines that stay the same are not painted again."""
        old, self._lines = self._lines, tuple(lines)
        if len(old) != len(self._lines):
            self.virtual_size = Size(self.size.width, len(self._lines))
            self.refresh(layout=True)
            return
        for index, (was, now) in enumerate(zip(old, self._lines, strict=True)):
            if was != now:
                self.refresh_line(index)

    def on_resize(self, event: events.Resize) -> None:
        """Never wider than what is in view: lines are made for the width."""
        self.virtual_size = Size(event.size.width, len(self._lines))

    def on_click(self, event: events.Click) -> None:
        """Tell which line it was."""
        index = event.y - self.gutter.top + self.scroll_offset.y
        if 0 <= index < len(self._lines):
            self.post_message(self.Clicked(self.id or "", index))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as lines."""
        del container, viewport, width
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """One visible row."""
        index = y + self.scroll_offset.y
        line = self._lines[index] if index < len(self._lines) else EMPTY
        return self._strip(line, index)

    def _strip(self, line: Line, index: int) -> Strip:
        del index
        base = self.visual_style.rich_style
        looks = tones(dark=self.app.current_theme.dark, greyed=self._ages and self.screen.has_class("-old"), colourless=self.app.no_color)
        segments = [Segment(span.text, base + looks[span.tone]) for span in line]
        return Strip(segments).adjust_cell_length(self.scrollable_content_region.width, base)


class Rows(Lines, can_focus=True):
    """Lines of which one is chosen; each has a key that outlives a change of order."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "edge(0)", "First", show=False),
        Binding("end,G", "edge(1)", "Last", show=False),
        Binding("enter", "choose", "Why", show=False),
    ]

    class Chosen(Message):
        """A row was chosen with Enter or a click."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def __init__(self, *, id: str | None = None, ages: bool = False) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, ages=ages)
        self._keys: tuple[str, ...] = ()
        self._cursor = 0
        self._moved = False

    @property
    def chosen(self) -> str | None:
        """The key of the chosen row; None where there is no row."""
        return self._keys[self._cursor] if self._keys else None

    def show_rows(self, keys: Sequence[str], lines: Sequence[Line]) -> None:
        """Replace the rows; a row that the person chose stays chosen where it is still there, else the first one is."""
        before = self.chosen if self._moved else None
        self._keys = tuple(keys)
        place = self._keys.index(before) if before in self._keys else 0
        self.show(lines)
        self._point(place)

    def _point(self, place: int) -> None:
        if place != self._cursor:
            old, self._cursor = self._cursor, place
            self.refresh_line(old)
            self.refresh_line(place)
        self.scroll_to_region(Region(0, place, 1, 1), animate=False, force=True)

    def action_move(self, step: int) -> None:
        """One row up or down."""
        if self._keys:
            self._moved = True
            self._point(max(0, min(len(self._keys) - 1, self._cursor + step)))

    def action_page(self, direction: int) -> None:
        """As many rows as are in view."""
        self.action_move(direction * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, last: int) -> None:
        """The first or the last row."""
        self.action_move(len(self._keys) * (1 if last else -1))

    def action_choose(self) -> None:
        """Tell that the row was chosen."""
        if self.chosen is not None:
            self.post_message(self.Chosen(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """A click chooses; a second one on the same row tells it."""
        event.prevent_default()
        place = event.y - self.gutter.top + self.scroll_offset.y
        if 0 <= place < len(self._keys):
            again = place == self._cursor
            self._moved = True
            self._point(place)
            if again:
                self.action_choose()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh_line(self._cursor)

    def on_blur(self) -> None:
        """Show the cursor less."""
        self.refresh_line(self._cursor)

    def _strip(self, line: Line, index: int) -> Strip:
        strip = super()._strip(line, index)
        if index != self._cursor or not self.has_focus or len(self._keys) < 2:  # noqa: PLR2004 - one row needs no cursor
            return strip
        look = cursor(dark=self.app.current_theme.dark, colourless=self.app.no_color)
        return Strip(Segment.apply_style(strip, post_style=look), strip.cell_length)

"""The line of keys at the foot of a screen: as many as fit, the most wanted first; a click on one does what the key does."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events

from statuswatch.surfaces.present_text import Line, Span, Tone, cells
from statuswatch.surfaces.tui.lines import Lines


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is shown, the word beside it, the action, and how much it is wanted where room is short (the highest stays longest)."""

    key: str
    word: str
    action: str
    wanted: int = 1

    @property
    def width(self) -> int:
        """Cells, with the gap behind it."""
        return cells(self.key) + cells(self.word) + 3


class KeyBar(Lines):
    """One line of keys."""

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__(id="keys")
        self._all = tuple(keys)
        self._places: tuple[tuple[int, int, str], ...] = ()

    def fit(self, width: int) -> None:
        """Show the keys that `width` cells hold, in their usual order."""
        chosen: set[str] = set()
        room = width + 2  # behind the last one no gap is needed
        for key in sorted(self._all, key=lambda key: -key.wanted):
            if key.width > room:
                break
            chosen.add(key.key)
            room -= key.width
        line: Line = ()
        places, start = [], 0
        for key in (key for key in self._all if key.key in chosen):
            places.append((start, start + key.width - 2, key.action))
            line = (*line, Span(key.key, Tone.KEY), Span(f" {key.word}  "))
            start += key.width
        self._places = tuple(places)
        self.show([line])

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        event.prevent_default()
        at = event.x - self.gutter.left
        for start, end, action in self._places:
            if start <= at < end:
                self.app.call_later(self.app.run_action, action, self.screen)
                return

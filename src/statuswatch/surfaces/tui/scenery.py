"""What screens need of the app: the newest picture as seen now, and a redraw when it changes."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from textual.css.query import NoMatches
from textual.screen import Screen

from statuswatch.core.notice import Notice
from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.present import Look, Scene, scene
from statuswatch.surfaces.tui.looked import Looked

if TYPE_CHECKING:  # the past loads a half of core, and the first picture does not wait for it
    from statuswatch.core.history import History, RouteHistory

Now = Callable[[], datetime]
"""The wall clock, in UTC."""

Consent = Callable[[bool], None]
"""Stores the answer of the first run: true to read the listed sources, false for status pages only. Called on a thread; may write files."""

Opener = Callable[[str], None]
"""Shows an address in the person's browser."""

Alert = Callable[[Notice, Snapshot], str]
"""What to write to this terminal so that it calls for the person; empty where the engine has shown the notice itself, or nothing would be understood."""


Recall = Callable[[tuple[str, ...], datetime, int], "History"]
"""The past of these routes up to a time, for so many days. Called on a thread; reads files."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the dashboard runs: its clock, how it asks for consent and opens a browser (None: it cannot), and how the terminal shows text.

    `alert`: how this terminal calls for a person who looks elsewhere (None: it does not). `recall`: how the past is read (None: it cannot be).
    `looked`: the file that keeps which posts were seen (None: nothing is marked as new). `theme` fits the terminal; `chosen` is what the settings name.
    `settings`: the path of their file.
    """

    now: Now
    consent: Consent | None = None
    opener: Opener | None = None
    ascii: bool = False
    zone: tzinfo | None = None
    theme: str = "statuswatch-dark"
    alert: Alert | None = None
    recall: Recall | None = None
    looked: Path | None = None
    chosen: str = ""
    settings: str = "config.toml"


@dataclass(frozen=True, slots=True)
class View:
    """What is known now: the newest picture (None: none yet), whether an engine is connected, and why not.

    `history`: the last 90 days, where they have been read. `looked`: the posts that the person had seen before (None: not known).
    """

    place: Place
    snapshot: Snapshot | None = None
    connected: bool = False
    detail: str = ""
    history: "History | None" = None
    looked: Looked | None = None

    @property
    def past(self) -> "Mapping[str, RouteHistory] | None":
        """The last 90 days by route; None where they could not be read, which are no days that nobody watched."""
        return {route.route: route for route in self.history.routes} if self.history and not self.history.unread else None

    def look(self, width: int) -> Look:
        """How this terminal shows lines of `width` cells."""
        return Look(max(20, width), self.place.ascii, self.place.zone, self.place.settings)

    def scene(self, width: int) -> Scene | None:
        """The picture as seen now, for lines of `width` cells; None while there is none."""
        return scene(self.snapshot, self.place.now(), self.look(width), connected=self.connected) if self.snapshot else None


class Viewing(Screen[bool]):
    """A screen that draws a view, and draws it again when the app has a newer one."""

    def __init__(self, view: View) -> None:
        self.view = view
        super().__init__()

    def look_again(self, view: View) -> None:
        """Take a newer view and draw it."""
        self.view = view
        if self.is_mounted:
            with suppress(NoMatches):  # while the dashboard is being closed its parts go one by one, and a picture may still come
                self.draw()

    def draw(self) -> None:
        """Bring what is shown up to date; subclasses do it."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Lines are made for the width, so another width means other lines."""
        self.draw()

"""How the dashboard is started: on a terminal the full screen, elsewhere one page of text."""

import asyncio
import os
import sys
import webbrowser
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from statuswatch.config import paths
from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.glyphs import speaks_ascii
from statuswatch.surfaces.present import Look, status_text
from statuswatch.surfaces.tui.scenery import Alert, Consent, Now, Opener, Place, Recall
from statuswatch.surfaces.tui.source import Source
from statuswatch.surfaces.tui.theme import theme_for

CANNOT_TELL = 4
_FIRST_PICTURE_SECONDS = 3.0


def wall_clock() -> datetime:
    """The time of day, the one clock of this surface."""
    return datetime.now(UTC)  # noqa: TID251 - a surface may not import the engine's clock; everything below gets it passed in


@dataclass(frozen=True, slots=True)
class Kept:
    """What earlier times left: how the past is read, and the file that keeps which posts were seen (None: it is not); and how it should look.

    `ascii`: no symbols beyond ASCII; `theme`: its name, `auto` for that of the terminal.
    """

    recall: Recall | None = None
    looked: Path | None = None
    ascii: bool = False
    theme: str = "auto"


def run(
    source: Source,
    consent: Consent | None = None,
    notes: tuple[str, ...] = (),
    now: Now = wall_clock,
    alert: Alert | None = None,
    past: Kept = Kept(),
) -> int:
    """Show the dashboard until the person leaves (0). Without a terminal: print the picture once, and return the status that `statuswatch status` would.

    `consent` stores the first run's answer (None: it is not asked); `notes` are sentences to tell at the start; `alert` is how the terminal calls.
    """
    if not in_browser() and (not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb"):
        return asyncio.run(_once(source, notes, now, ascii_only=past.ascii))
    from statuswatch.surfaces.tui.app import Dashboard

    plain = past.ascii or (not in_browser() and speaks_ascii(sys.stdout.encoding, os.environ.get("TERM")))
    theme = theme_for(os.environ.get("COLORFGBG"))
    place = Place(now, consent, opener(), plain, None, theme, alert, past.recall, past.looked, "" if past.theme == "auto" else past.theme, paths.config_file())
    dashboard = Dashboard(source, place, notes)
    dashboard.run()
    dashboard.leave()
    return dashboard.return_code or 0


async def _once(source: Source, notes: tuple[str, ...], now: Now, *, ascii_only: bool) -> int:
    for note in notes:
        sys.stderr.write(f"{note}\n")
    picture = await _first_picture(source)
    if picture is None:
        sys.stdout.write("Cannot tell: no engine answers, and there is no last picture.\n")
        return CANNOT_TELL
    sys.stdout.write(status_text(picture, now(), look=Look(100, ascii_only or speaks_ascii(sys.stdout.encoding, None), settings=paths.config_file())))
    return picture.summary.exit_status if now() < picture.engine.expires_at else CANNOT_TELL


async def _first_picture(source: Source) -> Snapshot | None:
    async def look() -> Snapshot | None:
        async with aclosing(source.events()) as events:
            async for event in events:
                if isinstance(event, Snapshot):
                    return event
        return None

    try:
        return await asyncio.wait_for(look(), _FIRST_PICTURE_SECONDS)
    except TimeoutError:
        return None


def in_browser() -> bool:
    """Whether a browser shows this dashboard, through textual-serve; then there is no terminal."""
    return os.environ.get("TEXTUAL_DRIVER", "").startswith("textual.drivers.web_driver:")


def opener() -> Opener | None:
    """How to open a browser here; None without a desktop, where a text browser would draw over the dashboard, and where it is in one: it copies the address."""
    if in_browser():
        return None
    if sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return _open
    return None


def _open(url: str) -> None:
    webbrowser.open(url)

"""Keeps tmux's status line at what the prompt line says."""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from statuswatch.core.snapshot import Level, Snapshot
from statuswatch.engine.clock import epoch
from statuswatch.surfaces.glyphs import LEVEL_HEALTH, UNICODE

_SILENT = frozenset({Level.OK, Level.UNKNOWN})
_COLOURS = {Level.DOWN: "red", Level.RECOVERING: "cyan"}
_RENEWED_SECONDS = 45
"""How much later a text's end must be before it is told again for that alone: it lasts 150 s and is renewed every 60."""

Shown = tuple[str, str, int]
"""Text, colour, and until when it holds, in seconds since 1970."""


def shown_of(snapshot: Snapshot) -> Shown:
    """What the status line shows for a picture; nothing while all is well or nothing is known."""
    level = snapshot.summary.level
    if level in _SILENT:
        return "", "", 0
    label = snapshot.summary.label or level.value
    return f"{UNICODE.health[LEVEL_HEALTH[level]]} {label}", _COLOURS.get(level, "yellow"), epoch(snapshot.engine.expires_at)


class StatusLine:
    """Tells tmux when the picture's line changes, one telling at a time and always the newest. While all is well nothing is run."""

    def __init__(self, environ: Mapping[str, str], picture: Callable[[], Snapshot | None]) -> None:
        self._environ = environ
        self._picture = picture
        self._stepped = asyncio.Event()
        self._told: Shown | None = None

    def stepped(self) -> None:
        """Look again: a step of the engine is done."""
        self._stepped.set()

    async def run(self) -> None:
        """Tell, for ever."""
        while True:
            await self._stepped.wait()
            self._stepped.clear()
            picture = self._picture()
            if picture is not None:
                await self._tell(shown_of(picture))

    async def _tell(self, shown: Shown) -> None:
        told = self._told
        if told is not None and told[:2] == shown[:2] and shown[2] - told[2] < _RENEWED_SECONDS:
            return
        self._told = shown
        if not self._place().is_dir() and "TMUX" not in self._environ:
            return
        from statuswatch.notify.tmuxline import show  # a machine without tmux does not pay for it

        await show(self._environ, *shown)

    def _place(self) -> Path:
        """Where tmux puts the sockets of its servers."""
        return Path(self._environ.get("TMUX_TMPDIR") or "/tmp") / f"tmux-{os.geteuid()}"  # noqa: S108 - looked at, never written

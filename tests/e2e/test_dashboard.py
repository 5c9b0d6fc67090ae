"""The dashboard in a real terminal: tmux shows it, types keys, moves the mouse and changes its size, while the engine behind it dies and comes back."""

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from statuswatch.config import paths
from support import snapshots
from support.published import Engine
from support.terminals import PATIENCE_SECONDS, Tmux, tmux

pytestmark = pytest.mark.timeout(400)

_SHOW = """
from pathlib import Path
from statuswatch.config import paths
from statuswatch.surfaces.tui.run import run
from statuswatch.surfaces.tui.source import SocketSource
run(SocketSource(Path(paths.socket_file()), Path(paths.snapshot_file())))
"""


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", os.environ["XDG_RUNTIME_DIR"] if len(str(tmp_path)) > 60 else str(tmp_path))
    paths.ensure_private(paths.runtime_dir())


def still(snapshot: snapshots.Snapshot) -> snapshots.Snapshot:
    """A picture whose ages do not depend on the day of the test."""
    return replace(snapshot, engine=replace(snapshot.engine, simulated="test"))


async def screen(server: Tmux, *wanted: str, gone: str = "", colours: bool = False) -> str:
    """What the terminal shows, once it shows every one of `wanted` and not `gone`."""
    shown = ""
    for _ in range(int(PATIENCE_SECONDS / 0.1)):
        shown = await server.run("capture-pane", "-p", *(["-e"] if colours else []), "-t", "main")
        if all(words in shown for words in wanted) and not (gone and gone in shown):
            return shown
        await asyncio.sleep(0.1)
    raise AssertionError(f"not {wanted} (or still {gone!r}):\n{shown}")


async def keys(server: Tmux, *names: str) -> None:
    await server.run("send-keys", "-t", "main", *names)


async def click(server: Tmux, column: int, row: int) -> None:
    """Press and release at a cell, counted from 1, in the SGR encoding (xterm's ctlseqs, mode 1006)."""
    for final in ("M", "m"):
        await server.run("send-keys", "-t", "main", "-l", f"\x1b[<0;{column};{row}{final}")


@asynccontextmanager
async def shown(**environ: str) -> AsyncIterator[Tmux]:
    """The dashboard in tmux."""
    given = {"STATUSWATCH_HOME": os.environ["STATUSWATCH_HOME"], "TZ": "UTC", "COLORTERM": "truecolor", **environ}
    words = " ".join(f"{name}={shlex.quote(value)}" for name, value in given.items())
    async with tmux(command=f"env {words} {shlex.quote(sys.executable)} -c {shlex.quote(_SHOW)}") as server:
        yield server


async def test_a_person_works_with_it_while_the_engine_dies_and_comes_back() -> None:
    with Engine() as engine:
        engine.show(still(snapshots.trouble()))
        async with shown() as server:
            first = await screen(server, "It's them. Anthropic is failing for Claude Opus 4.5", "q quit")
            lines = first.splitlines()
            await keys(server, "h")
            await screen(server, "The past cannot be read here.")
            await keys(server, "Escape")
            await screen(server, "What you use")
            await keys(server, "c", "Enter")
            await screen(server, "Because: their capacity code.")
            await keys(server, "Escape")
            await screen(server, "Your calls of the last hour")
            await keys(server, "Escape")
            await screen(server, "What you use")

            row = next(number for number, line in enumerate(lines, start=1) if "not yours: 3 (n to show)" in line)
            await click(server, 5, row)
            await screen(server, "n to fold")
            await click(server, lines[-1].index("? help") + 1, len(lines))
            await screen(server, "Keys and symbols")
            await keys(server, "Escape")
            await screen(server, "What you use", gone="Keys and symbols")

            await keys(server, "m")
            assert await asyncio.to_thread(engine.came.wait, PATIENCE_SECONDS)
            assert [command.kind.value for command in engine.commands] == ["mute"]

            await server.run("resize-window", "-t", "main", "-x", "40", "-y", "20")
            narrow = await screen(server, "It's them. Anthropic", gone="What you use")
            assert max(map(len, narrow.splitlines())) <= 40
            await server.run("resize-window", "-t", "main", "-x", "200", "-y", "40")
            await screen(server, "What you use", "worked")

            engine.stop()
            await screen(server, "No engine renews the last picture")
            with Engine() as again:
                again.show(still(snapshots.calm()))
                await screen(server, "All 2 things you use are fine.", gone="No engine renews")
            await keys(server, "q")


async def test_texts_of_others_reach_the_terminal_as_text_alone() -> None:
    with Engine() as engine:
        engine.show(still(snapshots.hostile()))
        async with shown() as server:
            await screen(server, "It's them", "What you use")
            title = await server.run("display-message", "-p", "-t", "main", "#{pane_title}")
            assert "TITLE-HACK" not in title
            await keys(server, "i")
            await screen(server, "Incidents at your providers")
            await keys(server, "Enter")
            await screen(server, "Incident", "concerns")
            assert await server.run("display-message", "-p", "-t", "main", "#{pane_title}") == title
            assert (await server.run("display-message", "-p", "-t", "main", "#{pane_dead}")).strip() == "0"


async def test_without_colours_the_words_and_symbols_stay() -> None:
    with Engine() as engine:
        engine.show(still(snapshots.trouble()))
        async with shown(NO_COLOR="1") as server:
            seen = await screen(server, "It's them. Anthropic", "failing", "unknown", colours=True)
            assert "\x1b[38;" not in seen
            assert "\x1b[48;" not in seen
            assert [code for code in (*range(31, 38), *range(41, 48)) if f"\x1b[{code}m" in seen or f";{code}m" in seen] == []

"""The plugin in a real Neovim on a terminal, through the played outage: without an engine, while it fails, when it is back, when the engine dies."""

import asyncio
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.neovim import EDITORS, setup, with_plugin
from support.outage import HAIKU, OPUS, environment, playing
from support.terminals import Tmux, tmux

pytestmark = [pytest.mark.surface("neovim"), pytest.mark.timeout(600), pytest.mark.xdist_group("outage")]

WIDTH = 120
STATUSLINE = "%f %=%{%v:lua.require'statuswatch'.statusline(v:true)%} "


@pytest.fixture
def home() -> Iterator[Path]:
    """A path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="swn") as folder:
        yield Path(folder) / "h"


@pytest.fixture(params=EDITORS, ids=lambda name: Path(name).parent.name or name)
def nvim(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _in_trouble(line: str) -> bool:
    """Whether the status line says so; which of the two words depends on how many calls have failed by then."""
    return re.match("[▲●] opus (failing|down) [^(]*$", line) is not None


class Screen:
    """The editor's terminal."""

    def __init__(self, server: Tmux) -> None:
        self._server = server
        self.shown = ""

    async def until(self, holds: Callable[[str], bool], within: float = 150.0) -> str:
        """The screen, once that holds for it."""
        for _ in range(int(within / 0.1)):
            self.shown = await self._server.run("capture-pane", "-p", "-t", "main:nvim")
            if holds(self.shown):
                return self.shown
            await asyncio.sleep(0.1)
        raise AssertionError(f"not within {within} s:\n{self.shown}")

    async def type(self, *keys: str) -> None:
        await self._server.run("send-keys", "-t", "main:nvim", *keys)

    def line(self) -> str:
        """The status line's right end, of the last window."""
        return self.shown.splitlines()[-2].ljust(WIDTH)[-40:].strip()


@asynccontextmanager
async def neovim(name: str, home: Path) -> AsyncIterator[Screen]:
    """An editor in tmux, as wide as a person's, set up by an init file of its own."""
    with tempfile.TemporaryDirectory(prefix="swni") as folder:
        init = Path(folder) / "init.lua"
        init.write_text(f'{setup()}\nvim.o.laststatus = 2\nvim.o.statusline = "{STATUSLINE}"\n', encoding="utf-8")
        argv = with_plugin(name, "-c", f"luafile {init}")
        given = [word for key, value in environment(home).items() for word in ("-e", f"{key}={value}")]
        async with tmux() as server:
            await server.run("resize-window", "-t", "main", "-x", str(WIDTH), "-y", "40")
            await server.run("new-window", "-n", "nvim", *given, *argv)
            yield Screen(server)


async def test_through_the_outage_the_person_sees_it_come_and_go_and_is_told_twice(nvim: str, home: Path) -> None:
    async with neovim(nvim, home) as screen:
        await screen.until(lambda shown: "no engine" in shown)
        async with playing(home, "--speed", "100", "--no-desktop", "--using", OPUS, "--using", HAIKU) as played:
            await screen.until(lambda shown: "no engine" not in shown)
            await screen.type(":Statuswatch", "Enter", ":only", "Enter")
            await screen.until(lambda shown: "What you use" in shown)
            await screen.until(lambda shown: "statuswatch: Simulation: Anthropic is failing for Claude Opus 4.5" in shown)
            await screen.until(lambda _: _in_trouble(screen.line()))
            page = await screen.until(lambda shown: "investigating" in shown and "Incidents that concern you (1)" in shown)
            assert "Simulation claude-2025-12-14: nothing of this is happening now." in page
            assert any(re.match("[▲●] Claude Opus 4.5 .*(failing|down) .* failed", row) for row in page.splitlines()), page
            assert any(row.startswith("✓ Claude Haiku 4.5") and "ok" in row for row in page.splitlines()), page
            assert "It's them: Anthropic, Claude Opus 4.5" in page
            await screen.type("q")
            await screen.until(lambda shown: "What you use" not in shown)
            await screen.until(lambda shown: "statuswatch: Simulation: Claude Opus 4.5 is back" in shown)
            await screen.until(lambda _: screen.line() == "" or "back" in screen.line())
            await played.until(lambda: any(event["event"] == "page" and "22:51" in event["at"] for event in played.events))
            await screen.until(lambda _: screen.line() == "")
            await screen.type(":messages", "Enter")
            told = await screen.until(lambda shown: "is back" in shown and "is failing" in shown)
            assert told.count("statuswatch: Simulation:") == 2, told
            await screen.type("Enter")
        await screen.until(lambda shown: "no engine" in shown)
        await screen.type(":qa!", "Enter")


async def test_an_engine_that_is_killed_leaves_an_old_picture_and_a_new_one_is_found(nvim: str, home: Path) -> None:
    async with neovim(nvim, home) as screen:
        async with playing(home, "--speed", "100", "--no-desktop", "--using", OPUS) as played:
            await screen.until(lambda _: _in_trouble(screen.line()))
            await screen.type(":Statuswatch", "Enter")
            await screen.until(lambda shown: "What you use" in shown)
            os.kill(played.process.pid, signal.SIGKILL)
            old = await screen.until(
                lambda shown: "No engine is running (:Statuswatch start). Nothing below is newer." in shown and screen.line().endswith("old)")
            )
            assert "Claude Opus 4.5" in old
            shutil.rmtree(home)
        async with playing(home, "--speed", "100", "--no-desktop", "--using", OPUS):
            await screen.until(lambda shown: "No engine is running" not in shown and not screen.line().endswith("old)") and "no engine" not in screen.line())
            await screen.until(lambda _: _in_trouble(screen.line()))
            await screen.type("q")
            await screen.until(lambda shown: "What you use" not in shown)
            await screen.type(":Statuswatch wait", "Enter")
            await screen.until(lambda shown: f"you will be told when it is back: {OPUS}" in shown)
            await screen.until(lambda _: screen.line() == "")
        await screen.type(":qa!", "Enter")


async def test_a_bridge_that_is_killed_is_started_again_and_one_whose_editor_dies_ends(nvim: str, home: Path) -> None:
    def bridges() -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0") if folder.name.isdigit() else []
                if b"bridge" in words and f"STATUSWATCH_HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    async with neovim(nvim, home) as screen:
        await screen.until(lambda shown: "no engine" in shown)
        (bridge,) = bridges()
        os.kill(bridge, signal.SIGKILL)
        await screen.until(lambda _: [pid for pid in bridges() if pid != bridge] != [])
        await screen.type(":lua vim.loop.kill(vim.fn.getpid(), 9)", "Enter")
        for _ in range(600):
            if not bridges():
                break
            await asyncio.sleep(0.1)
        assert bridges() == []

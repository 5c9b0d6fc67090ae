"""Runs the played outage as a person would see it: the real program, and every surface looked at while it runs."""

import asyncio
import contextlib
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.recordings import missing

OPUS = "anthropic/code:claude-opus-4-5"
HAIKU = "anthropic/code:claude-haiku-4-5"
SHELLS = {
    "zsh": (["zsh", "-df", "-i"], "PROMPT='end> '; eval \"$(cat {segment})\""),
    "bash": (["bash", "--norc", "--noprofile", "-i"], "PS1='end> '; eval \"$(cat {segment})\""),
    "fish": (["fish", "--no-config", "-i"], "function fish_prompt; echo -n 'end> '; end; source {segment}"),
}


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a person who uses that home and nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "XDG_RUNTIME_DIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "TZ": "UTC", "TMUX_TMPDIR": str(home), "STATUSWATCH_HOME": str(home), **more}


@dataclass
class Played:
    """A simulation that runs: its process, and the lines that it has printed."""

    home: Path
    process: asyncio.subprocess.Process
    events: list[dict[str, Any]] = field(default_factory=list)

    async def read(self) -> None:
        assert self.process.stdout
        async for line in self.process.stdout:
            self.events.append(json.loads(line))

    def notices(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == "notice"]

    def verdicts(self, route: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == "verdict" and event["route"] == route]

    async def until(self, holds: Callable[[], bool], within: float = 120.0) -> None:
        """Wait until `holds`, or fail with the last words of the program."""
        for _ in range(int(within / 0.02)):
            if holds():
                return
            assert self.process.returncode is None, f"the simulation ended early with {self.process.returncode}"
            await asyncio.sleep(0.02)
        raise AssertionError(f"not within {within} s; the last events: {self.events[-5:]}")

    def snapshot(self) -> dict[str, Any]:
        return json.loads((self.home / "run" / "snapshot.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@contextlib.asynccontextmanager
async def playing(home: Path, *arguments: str, program: Sequence[str] = ("-m", "statuswatch"), **env: str) -> AsyncIterator[Played]:
    """`statuswatch simulate claude-2025-12-14 --json --home HOME ...`, running. `program`: how Python is to start it."""
    argv = [sys.executable, *program, "simulate", "claude-2025-12-14", "--json", "--home", str(home), *arguments]
    process = await asyncio.create_subprocess_exec(*argv, env=environment(home, **env), stdout=asyncio.subprocess.PIPE, limit=1 << 20)
    played = Played(home, process)
    reading = asyncio.create_task(played.read())
    try:
        yield played
        await asyncio.wait_for(process.wait(), 300)
        await reading
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def output(*argv: str, env: dict[str, str]) -> tuple[int, str]:
    """Exit status and standard output of a program."""
    process = await asyncio.create_subprocess_exec(*argv, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 100)
    return process.returncode or 0, out.decode()


class Terminals:
    """One tmux server of its own, with a window for each shell and one for the dashboard."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home = home
        self._folder = folder
        self._socket = str(folder / "tmux")
        self._asked = 0

    async def _tmux(self, *words: str) -> str:
        status, text = await output("tmux", "-S", self._socket, "-f", "/dev/null", *words, env=environment(self._home))
        assert status == 0, (words, text)
        return text

    async def start(self, shells: tuple[str, ...] = tuple(SHELLS)) -> None:
        for program in ("tmux", *shells):
            if shutil.which(program) is None:
                missing(program, f"{program} is not installed")
        await self._tmux("new-session", "-d", "-s", "look", "-n", "dashboard", "-x", "100", "-y", "40", f"{sys.executable} -m statuswatch")
        for shell in shells:
            argv, setup = SHELLS[shell]
            segment = self._folder / f"segment.{shell}"
            _, code = await output(sys.executable, "-m", "statuswatch", "prompt", "init", shell, env=environment(self._home))
            segment.write_text(code, encoding="utf-8")
            await self._tmux("new-window", "-d", "-t", "look", "-n", shell, " ".join(argv))
            await asyncio.sleep(0.3)
            await self._tmux("send-keys", "-t", f"look:{shell}", setup.format(segment=segment), "Enter")

    async def dashboard(self) -> str:
        return await self._tmux("capture-pane", "-p", "-t", "look:dashboard")

    async def prompt(self, shell: str) -> str:
        """The prompt line that the shell draws after a command that does nothing."""
        self._asked += 1
        command = f": {self._asked}"
        await self._tmux("send-keys", "-t", f"look:{shell}", command, "Enter")
        for _ in range(600):
            lines = [line.rstrip() for line in (await self._tmux("capture-pane", "-p", "-t", f"look:{shell}")).splitlines()]
            done = next((number for number, line in enumerate(lines) if line.endswith(f"> {command}")), len(lines))
            if drawn := [line for line in lines[done + 1 :] if "end>" in line]:
                return drawn[-1]
            await asyncio.sleep(0.1)
        raise AssertionError(f"{shell} drew no prompt: {lines}")

    async def stop(self) -> None:
        await output("tmux", "-S", self._socket, "kill-server", env=environment(self._home))

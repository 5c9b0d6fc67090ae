"""Claude Code as it is, with our plugins: installed from this repository, through a failing provider, and taken out again.

`python plugin.py '{}'`, started by the test in namespaces of its own (see cell.py); prints one JSON object of what was seen.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cell import Cell, Names, green, raise_loopback, route_nowhere

from statuswatch.engine.clock import SystemClock
from statuswatch.simulate.play import Play
from statuswatch.simulate.provider import Provider
from support.realclients import CLIENTS, environment

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = ("statuswatch", "statuswatch-tools")
LEAVE_S = 240.0
KNOCK_S = 60.0
PROMPTS, AGAIN_S = 4, 62.0  # what fails within a minute of a failure counts for the same one


class Person:
    """Someone who has Claude Code and statuswatch, and types commands."""

    def __init__(self, cell: Cell, url: str) -> None:
        self.cell = cell
        ground = cell.agree(url)
        self.home = ground.home
        self.log = cell.folder / "asked"
        bins = cell.folder / "bin"
        bins.mkdir()
        program = bins / "statuswatch"
        program.write_text(f'#!/bin/sh\necho "$*" >>"{self.log}"\nexec "{sys.executable}" -m statuswatch "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        env = environment(cell.client, ground)
        mine = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        self.env = {**env, **mine, "STATUSWATCH_HOME": str(cell.own), "PATH": f"{bins}:{env['PATH']}"}
        self.program = shutil.which("claude", path=env["PATH"]) or "claude"

    async def claude(self, *words: str, without: bool = False) -> dict[str, Any]:
        """What a run of it says. `without`: the program of statuswatch is not on PATH."""
        env = {**self.env, "PATH": self.env["PATH"].partition(":")[2]} if without else self.env
        pipe = asyncio.subprocess.PIPE
        null = asyncio.subprocess.DEVNULL
        project = self.home / "project"
        process = await asyncio.create_subprocess_exec(self.program, *words, env=env, cwd=project, stdin=null, stdout=pipe, stderr=pipe)
        out, err = await asyncio.wait_for(process.communicate(), LEAVE_S)
        return {"exit": process.returncode, "out": out.decode("utf-8", "replace"), "err": err.decode("utf-8", "replace")[-1500:]}

    async def calls(self, *words: str, without: bool = False) -> dict[str, Any]:
        """The same, with how many calls to the model it made."""
        before = len(self.cell.served)
        return {**await self.claude("-p", *words, "--model", self.cell.client.model, without=without), "calls": len(self.cell.served) - before}

    def traces(self) -> list[str]:
        """Where our name is found below the home: in names, and in settings and lists; not in the records of what was said, which are the person's."""
        return sorted(self._named())

    def _named(self) -> Iterator[str]:
        for path in self.home.rglob("*"):
            place = path.relative_to(self.home).as_posix()
            if place.startswith((".claude/projects/", ".claude/backups/", ".claude/debug/")):
                continue
            if "statuswatch" in path.name or (path.is_file() and b"statuswatch" in path.read_bytes()):
                yield place


async def knocked(person: Person) -> dict[str, Any]:
    """What a failing prompt has the hook send, where the test itself listens in the engine's place."""
    place = person.cell.own / "run" / "observe.sock"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(place))
        door.setblocking(False)
        ran = await person.calls("Say hello.")
        async with asyncio.timeout(KNOCK_S):
            heard = await asyncio.get_running_loop().sock_recv(door, 1 << 16)
    place.unlink()
    return {"ran": ran, "heard": json.loads(heard)}


async def run(folder: Path, names: Names) -> dict[str, Any]:
    """Play it."""
    clock, client = SystemClock(), CLIENTS["claude-code"]
    cell = Cell(client, {"failure": "overloaded"}, folder)
    seen: dict[str, Any] = {}
    play = Play(green(clock.now().at, client.provider, "mistral"), clock, cell.own, lambda _event: None)
    async with play, Provider(clock, "overloaded", None, cell.served.append) as provider:
        person = Person(cell, provider.url)
        seen["clean"] = person.traces()
        checked = (ROOT, *(ROOT / "extensions" / "claude-code" / name for name in PLUGINS))
        seen["valid"] = [await person.claude("plugin", "validate", "--strict", str(place)) for place in checked]
        seen["added"] = [await person.claude("plugin", "marketplace", "add", str(ROOT))]
        seen["added"] += [await person.claude("plugin", "install", f"{name}@statuswatch") for name in PLUGINS]
        seen["listed"] = await person.claude("plugin", "list")
        seen["servers"] = await person.claude("mcp", "list")
        seen["no_engine"] = await person.calls("/statuswatch:status")
        async with cell.engine():
            for seen["prompts"] in range(1, PROMPTS + 1):
                seen["failed"] = await person.calls("Say hello.")
                if await cell.until(cell.told, AGAIN_S):
                    break
            seen["status"] = await person.calls("/statuswatch:status")
            seen["why"] = await person.calls("/statuswatch:why")
            seen["picture"] = {
                "told": [notice["title"] for notice in cell.told()],
                "clients": sorted({call["client"] for call in cell.watcher.newest["calls"]}),
            }
        seen["knock"] = await knocked(person)
        seen["uninstalled_program"] = await person.calls("/statuswatch:status", without=True)
        seen["asked"] = person.log.read_text(encoding="utf-8").splitlines()
        seen["removed"] = [await person.claude("plugin", "uninstall", f"{name}@statuswatch") for name in PLUGINS]
        seen["removed"] += [await person.claude("plugin", "marketplace", "remove", "statuswatch")]
        seen["listed_after"] = await person.claude("plugin", "list", "--json")
        seen["failed_after"] = await person.calls("Say hello.")
        seen["asked_after"] = person.log.read_text(encoding="utf-8").splitlines()[len(seen["asked"]) :]
        seen["left"] = person.traces()
        settings = person.home / ".claude" / "settings.json"
        seen["settings"] = settings.read_text(encoding="utf-8") if settings.exists() else None
    return {**seen, "names": sorted(set(names.asked))}


def main() -> None:
    raise_loopback()
    route_nowhere()
    # The engine's socket lies below it, so its path is short.
    with tempfile.TemporaryDirectory(prefix="swp", dir="/tmp", ignore_cleanup_errors=True) as folder:
        names = Names(Path(folder))
        names.start()
        result = asyncio.run(run(Path(folder), names))
        subprocess.run(["umount", "/etc/resolv.conf"], check=False, capture_output=True)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()

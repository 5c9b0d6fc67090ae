"""A real engine, as a process of its own, that reads what a test puts into a home; it knows no status page, so nothing leaves the machine."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statuswatch.catalog.loader import read_built_in
from statuswatch.config.consent import save_consent
from statuswatch.config.token import make_token
from statuswatch.engine.single import alive
from support.outage import environment

WITHIN = 60.0
ROOTS = {
    "claude-code": ".claude/projects",
    "codex": ".codex/sessions",
    "opencode": ".local/share/opencode/log",
    "copilot-cli": ".copilot",
    "gemini-cli": ".gemini",
}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Tapped:
    """An engine's home, `home` with its `person` folder where clients keep their records, and the process while it runs."""

    home: Path
    port: int
    token: str
    process: asyncio.subprocess.Process | None = None

    @property
    def person(self) -> Path:
        return self.home / "person"

    @property
    def env(self) -> dict[str, str]:
        return environment(self.home, HOME=str(self.person))

    @property
    def exports(self) -> str:
        """The address for exports."""
        return f"http://127.0.0.1:{self.port}/{self.token}"

    def root(self, client: str) -> Path:
        return self.person / ROOTS[client]

    def record(self, client: str, relative: str, *lines: bytes) -> Path:
        """Append lines to a record, made with its folders where it is not there."""
        path = self.root(client) / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))
        return path

    def snapshot(self) -> dict[str, Any]:
        try:
            return json.loads((self.home / "run" / "snapshot.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
        except (OSError, ValueError):
            return {}

    def calls(self, route: str) -> int:
        """How many own calls the picture counts on a route."""
        found = next((view for view in self.snapshot().get("routes", []) if view["route"] == route), None)
        return found["calls"]["ok"] + found["calls"]["failed"] if found else 0

    async def until(self, holds: Callable[[], object], what: str) -> None:
        for _ in range(int(WITHIN / 0.05)):
            if holds():
                return
            assert self.process is None or self.process.returncode is None, (self.home / "log").read_text()
            await asyncio.sleep(0.05)
        raise AssertionError(f"{what}: not within {WITHIN} s; {json.dumps(self.snapshot())[:3000]}")

    async def start(self) -> None:
        with (self.home / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "statuswatch", "engine", "run", env=self.env, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
        await self.until(lambda: alive(self.home / "run" / "bridge.sock"), "the engine answers")

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), WITHIN)

    def settled(self) -> bool:
        """Whether every record that was written has a place in the store: it was read."""
        written = {f"tail:{path}" for root in ROOTS.values() for path in (self.person / root).rglob("*") if path.is_file()}
        with contextlib.closing(sqlite3.connect(f"file:{self.home / 'state' / 'store.db'}?mode=ro", uri=True)) as store:
            return written <= {name for (name,) in store.execute("SELECT name FROM memory")}

    def holding(self, mark: bytes) -> list[str]:
        """The regions of the engine's memory in which `mark` is found, with a few bytes around it: what a memory dump would show."""
        assert self.process is not None
        found: list[str] = []
        with Path(f"/proc/{self.process.pid}/maps").open() as maps, Path(f"/proc/{self.process.pid}/mem").open("rb", 0) as memory:
            for line in maps:
                span, rights, *rest = line.split()
                if not rights.startswith("rw") or rest[-1] in ("[vvar]", "[vsyscall]"):
                    continue
                start, end = (int(part, 16) for part in span.split("-"))
                memory.seek(start)
                with contextlib.suppress(OSError):
                    data = memory.read(end - start)
                    at = data.find(mark)
                    while at >= 0:
                        found.append(f"{rest[-1] if len(rest) > 3 else 'anonymous'}: {data[max(0, at - 30) : at + 40]!r}")
                        at = data.find(mark, at + 1)
        return found


@contextlib.asynccontextmanager
async def tapped(name: str, *, consent: tuple[str, ...] = (*ROOTS, "otlp"), pages: Mapping[str, str] | None = None) -> AsyncIterator[Tapped]:
    """A home below /tmp (sockets need short paths), with consent to the sources named; its engine started, and ended.

    `pages`: addresses of status pages in Statuspage's form, by provider; the engine knows no others.
    """
    home = Path("/tmp") / f"swt{os.getpid()}{name}"
    shutil.rmtree(home, ignore_errors=True)
    for folder in ("config", "state", "person"):
        (home / folder).mkdir(mode=0o700, parents=True)
    port = free_port()
    (home / "config" / "providers").mkdir()
    for entry in read_built_in([]):
        url = (pages or {}).get(entry.id)
        feeds = f'[[feed]]\nformat = "statuspage-summary"\nurl = "{url}"\nsource = "test"\n' if url else "feed = []\n"
        (home / "config" / "providers" / f"{entry.id}.toml").write_text(f'id = "{entry.id}"\n{feeds}', encoding="utf-8")
    (home / "config" / "config.toml").write_text(f"[otlp]\nport = {port}\n[notices]\ndesktop = false\n", encoding="utf-8")
    save_consent(home / "config" / "sources.toml", dict.fromkeys(consent, True))
    made = Tapped(home, port, make_token(home / "state" / "otlp-token"))
    try:
        await made.start()
        yield made
    finally:
        await made.stop()
        shutil.rmtree(home, ignore_errors=True)

"""One client, one failure, in a network namespace of their own: what the client wrote, what statuswatch made of it, and who was asked for on the network.

`python cell.py '{"client": …, "failure": …}'`, started by `support.realclients.played` in namespaces of its own; prints one JSON object. Nothing here can
reach beyond this machine: the namespace has a loopback and nothing else, and its only name server is this program, which knows no name and remembers each.
`prompts`: how often the person tries again until they know enough; `times`: how many calls fail before the provider is well again (null: all); `keep`: a
folder in which everything that was written is left; `slots`: files of which one is locked while the first prompt runs, so that many cells may wait side by
side and few begin; `want`: what is waited for at last, as long as it takes on a busy machine (`faults` among which all verdicts are, `told`, `ok`: a call
that worked); whether it came is not judged here; `leash`: end, with everything in here, when the standard input ends.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from statuswatch.engine.clock import SystemClock, read_monotonic
from statuswatch.simulate.play import Play
from statuswatch.simulate.provider import Provider, Served
from statuswatch.simulate.script import Habit, Script, ScriptComponent, ScriptFeed, ScriptProvider
from statuswatch.surfaces.client import EngineGoneError, Link
from support.realclients import CLIENTS, Client, Ground, environment, settle_in

REFUSED, UNRESOLVABLE, NONE = "refused", "unresolvable", "none"
NOWHERE = "no-such-host.invalid"
_SIOCADDRT, _SIOCGIFFLAGS, _SIOCSIFFLAGS, _UP = 0x890B, 0x8913, 0x8914, 1
# How long things may take on a machine that does much else: none of these is waited for when what it waits for is there.
_START_S = 240.0
_NO_SERVER_S = 5.0
_RECORD_S = 120.0
_LEAVE_S = 300.0
_SEEN_S = 90.0  # longer than the tail takes where it was not notified
_COME_S = 90.0
_GIVE_UP_S = 180.0
_TRY_AGAIN_S = 62.0  # what fails within a minute of a failure counts for the same one
_OTLP_PORT = 14318


def raise_loopback() -> None:
    """Switch the namespace's loopback on, as `ip link set lo up` does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = b"lo".ljust(16, b"\0")
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, name + b"\0" * 16)[:18])[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", name, flags | _UP))


def route_nowhere() -> None:
    """A default route over the loopback: to programs that look for one this machine has a way out, and whatever takes it is dropped."""
    empty = struct.pack("Hxx4s8x", socket.AF_INET, b"")
    device = ctypes.create_string_buffer(b"lo")
    # struct rtentry of linux/route.h: destination, gateway and mask are all 0.0.0.0.
    entry = struct.pack("L16s16s16sHh4xLPh6xPLLH", 0, empty, empty, empty, _UP, 0, 0, 0, 0, ctypes.addressof(device), 0, 0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCADDRT, entry)


class Names(threading.Thread):
    """The name server of the namespace (RFC 1035): every name is unknown, and remembered in `asked`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.asked: list[str] = []
        resolv = folder / "resolv.conf"
        resolv.write_text("nameserver 127.0.0.1\n")
        subprocess.run(["mount", "--bind", resolv, os.path.realpath("/etc/resolv.conf")], check=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))

    def run(self) -> None:
        while True:
            query, sender = self._socket.recvfrom(4096)
            labels, at = [], 12
            while at < len(query) and query[at]:
                labels.append(query[at + 1 : at + 1 + query[at]].decode("latin-1"))
                at += 1 + query[at]
            self.asked.append(".".join(labels))
            # Answer, recursion available, NXDOMAIN; the question as it came and nothing else.
            self._socket.sendto(query[:2] + b"\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00" + query[12 : at + 5], sender)


def party(name: str) -> ScriptProvider:
    """A provider whose page is served here and says that all is well."""
    component = ScriptComponent("c1", "API", datetime(2025, 1, 1, tzinfo=UTC))
    feed = ScriptFeed("", "statuspage-summary", "/api/v2/summary.json")
    return ScriptProvider(name, "p1", name, f"https://status.{name}.example", "messages", None, ("any-model",), (feed,), (component,))


def green(now: datetime, *names: str) -> Script:
    """A day on which nothing is reported anywhere and nobody calls."""
    habit = Habit((60.0, 90.0), (), 0.0, 0.0)
    return Script("green", "green", now, now + timedelta(days=1), (), habit, tuple(party(name) for name in names), (), ())


@contextlib.asynccontextmanager
async def slot(files: list[str]) -> AsyncIterator[None]:
    """Hold one of the locks, whichever is free first; none are given: go ahead."""
    with contextlib.ExitStack() as held:
        handles = [held.enter_context(open(name, "ab")) for name in files]  # noqa: ASYNC230, PTH123 - an empty file
        while handles:
            for handle in handles:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
            else:
                await asyncio.sleep(0.25)
                continue
            break
        yield


class Watcher(threading.Thread):
    """Hears every picture that the engine publishes, with the time at which it came."""

    def __init__(self, path: str) -> None:
        super().__init__(daemon=True)
        self.heard: list[tuple[datetime, dict[str, Any]]] = []
        self._path = path

    def run(self) -> None:
        end = read_monotonic() + _GIVE_UP_S
        while not self.heard and read_monotonic() < end:
            with contextlib.suppress(EngineGoneError):
                self._listen(Link.open(5.0, self._path))
            time.sleep(0.1)

    def _listen(self, link: Link) -> None:
        for message in link.messages():
            if "snapshot" in message:
                self.heard.append((datetime.now(UTC), message["snapshot"]))

    @property
    def newest(self) -> dict[str, Any]:
        return self.heard[-1][1] if self.heard else {}


def started(argv: Sequence[str], words: BinaryIO, **more: Any) -> "subprocess.Popen[bytes]":
    """A program whose words go to a file; it ends with this namespace at the latest."""
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=words, stderr=words, **more)


def troubled(snapshot: dict[str, Any], client: str) -> list[dict[str, Any]]:
    """The verdicts of routes on which a call of the client failed."""
    failed = {call["route"] for call in snapshot.get("calls", ()) if call["client"] == client and call["outcome"] == "failed"}
    return [view["verdict"] for view in snapshot.get("routes", ()) if view["route"] in failed]


class Cell:
    """The running cell."""

    def __init__(self, client: Client, wanted: dict[str, Any], folder: Path) -> None:
        self.client, self.failure, self.folder = client, wanted["failure"], folder
        self.prompts, self.times, self.want = wanted.get("prompts", 1), wanted.get("times"), wanted.get("want") or {}
        self.at_server = self.failure not in {REFUSED, UNRESOLVABLE}
        self.home, self.own = folder / "home", folder / "sw"
        self.served: list[Served] = []
        self.env = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "STATUSWATCH_HOME": str(self.own), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self.env |= {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        self.watcher = Watcher(str(self.own / "run" / "bridge.sock"))
        self.runs: list[dict[str, Any]] = []

    def verb(self, *words: str) -> tuple[int, str]:
        """A command of statuswatch, as the person would type it."""
        done = subprocess.run([sys.executable, "-m", "statuswatch", *words], env=self.env, capture_output=True, text=True, timeout=_GIVE_UP_S, check=False)
        return done.returncode, done.stdout

    async def until(self, holds: Callable[[], object], within: float) -> bool:
        end = read_monotonic() + within
        while not holds():
            if read_monotonic() > end:
                return False
            await asyncio.sleep(0.02)
        return True

    def agree(self, url: str) -> Ground:
        """Let this client's records be read, and its exports taken where it makes any; the client is set up accordingly."""
        (self.own / "config" / "config.toml").write_text("[notices]\ndesktop = false\n")
        status, said = self.verb("sources", "on", self.client.name, *(("otlp",) if self.client.exports else ()))
        assert status == 0, said
        token = self.own / "state" / "otlp-token"
        ground = Ground(url, self.home, f"http://127.0.0.1:{_OTLP_PORT}/{token.read_text().strip()}" if self.client.exports else "")
        settle_in(self.client, ground)
        return ground

    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[None]:
        """A real engine in this home, with this client's records read and no pop-ups."""
        log = (self.folder / "engine.log").open("wb")
        process = started([sys.executable, "-m", "statuswatch", "engine", "run"], log, env=self.env)
        try:
            self.watcher.start()
            assert await self.until(lambda: self.watcher.heard, _GIVE_UP_S), "nothing was published"
            yield
        finally:
            process.terminate()
            process.wait(_GIVE_UP_S)
            log.close()

    def told(self) -> list[dict[str, Any]]:
        return [notice for notice in self.watcher.newest.get("notices", ()) if notice["kind"] == "opened"]

    def decided(self) -> bool:
        """Whether a person need not try again: it was told, or it is on their side."""
        fault = {"quota", "billing", "auth", "request", "model", "network", "gateway"}
        return bool(self.told()) or any(verdict["fault"] in fault for verdict in troubled(self.watcher.newest, self.client.name))

    async def prompt(self, ground: Ground) -> None:
        """One prompt of the person, until the client gives up, or until they know enough and end it."""
        env = environment(self.client, ground)
        before = len(self.watcher.newest.get("calls", ()))
        began = datetime.now(UTC)
        with (self.folder / f"said-{len(self.runs)}").open("wb+") as said:
            process = started(self.client.argv, said, env=env, cwd=self.home / "project", start_new_session=True)
            left = await self._left(process)
            if not left:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait(_GIVE_UP_S)
            said.seek(0)
            words = said.read().decode("utf-8", "replace")[-1500:]
        await self.until(lambda: len(self.watcher.newest.get("calls", ())) > before, _SEEN_S)
        await self._settled()
        self.runs.append({"began": began.isoformat(), "ended": datetime.now(UTC).isoformat(), "exit": process.returncode if left else None, "said": words})

    async def _settled(self) -> None:
        """Wait until the client's records have been read to their end: one of its files may tell the cause of what another has the status of."""
        for _ in range(10):
            count = len(self.watcher.newest.get("calls", ()))
            if not await self.until(lambda count=count: len(self.watcher.newest.get("calls", ())) != count, 1.5):
                return

    def come(self) -> bool:
        """Whether what is wanted is there."""
        verdicts = troubled(self.watcher.newest, self.client.name)
        faults = {verdict["fault"] for verdict in verdicts if verdict["health"] != "ok"}
        worked = any(call["outcome"] == "ok" for call in self.watcher.newest.get("calls", ()))
        wanted = set(self.want.get("faults", ()))
        return faults <= wanted and bool(faults) == bool(wanted) and bool(self.told()) == self.want.get("told", False) and (worked or not self.want.get("ok"))

    async def _left(self, process: "subprocess.Popen[bytes]") -> bool:
        """Wait for the client: as long as it has not called anyone, then as long as a person would, and not much longer than it takes to know enough."""
        served = len(self.served)

        def called() -> bool:
            return len(self.served) > served if self.at_server else bool(troubled(self.watcher.newest, self.client.name))

        await self.until(lambda: process.poll() is not None or called(), _START_S)
        if self._well():
            return await self.until(lambda: process.poll() is not None, _LEAVE_S)
        end = read_monotonic() + (self.client.patience_s if self.at_server else _NO_SERVER_S)
        await self.until(lambda: process.poll() is not None or self.decided(), end - read_monotonic())
        await self.until(lambda: process.poll() is not None or troubled(self.watcher.newest, self.client.name), _RECORD_S)  # what it writes may come late
        return process.poll() is not None or await self.until(lambda: process.poll() is not None, 2.0)

    def _well(self) -> bool:
        """Whether the provider works by now, or after so few failures that no client gives up: then it ends by itself."""
        return self.failure == NONE or self.times is not None

    def result(self, names: list[str]) -> dict[str, Any]:
        client = self.client.name
        wire = [served.at.isoformat() for served in self.served if served.failure]
        pictures = [(at, troubled(snapshot, client), snapshot) for at, snapshot in self.watcher.heard]
        first = next(((at, snapshot) for at, verdicts, snapshot in pictures if verdicts), None)
        told = next((at for at, _, snapshot in pictures if any(notice["kind"] == "opened" for notice in snapshot["notices"])), None)
        return {
            "client": client,
            "failure": self.failure,
            "runs": self.runs,
            "served": [f"{served.at.isoformat()} {served.method} {served.path} {served.status} {served.failure or ''}" for served in self.served],
            "wire_at": wire[0] if wire else None,
            "record_at": min((call["at"] for call in first[1]["calls"] if call["outcome"] == "failed"), default=None) if first else None,
            "verdict_at": first[0].isoformat() if first else None,
            "told_at": told.isoformat() if told else None,
            "names": sorted(set(names)),
            "status": json.loads(self.verb("status", "--json")[1]),
            "why": json.loads(self.verb("why", "--json")[1]),
            "notices": [json.loads(line) for line in self.verb("notices", "--all", "--json")[1].splitlines()],
        }


async def run(wanted: dict[str, Any], folder: Path, names: Names) -> dict[str, Any]:
    """Play the cell; the failures `refused` and `unresolvable` are addresses at which nobody is."""
    clock, client = SystemClock(), CLIENTS[wanted["client"]]
    cell = Cell(client, wanted, folder)
    failure = cell.failure if cell.at_server and cell.failure != NONE else None
    play = Play(green(clock.now().at, client.provider, "mistral"), clock, cell.own, lambda _event: None)
    async with play, Provider(clock, failure, wanted.get("times"), cell.served.append) as provider:
        url = {REFUSED: "http://127.0.0.1:9", UNRESOLVABLE: f"http://{NOWHERE}"}.get(cell.failure, provider.url)
        slots = wanted.get("slots", [])
        async with contextlib.AsyncExitStack() as running:
            async with slot(slots):
                ground = cell.agree(url)
                await running.enter_async_context(cell.engine())
                await cell.prompt(ground)
            for _ in range(cell.prompts - 1):
                if await cell.until(cell.decided, _TRY_AGAIN_S):
                    break
                await cell.prompt(ground)  # without waiting: what is late is no evidence of the same trouble any more
            if cell.want:
                await cell.until(cell.come, _COME_S)
            return cell.result(names.asked)


def leash(folder: str) -> None:
    """Wait for the end of the input and end; this process is the first of its namespace, so all others end with it."""
    while os.read(0, 4096):  # unbuffered: this thread may still wait here when the interpreter ends
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(3)


def main() -> None:
    wanted = json.loads(sys.argv[1])
    raise_loopback()
    route_nowhere()
    # The engine's socket lies below it, so its path is short.
    with tempfile.TemporaryDirectory(prefix="swc", dir="/tmp", ignore_cleanup_errors=True) as folder:
        if wanted.get("leash"):
            threading.Thread(target=leash, args=(folder,), daemon=True).start()
        names = Names(Path(folder))
        names.start()
        result = asyncio.run(run(wanted, Path(folder), names))
        if wanted.get("keep"):  # for a person who wants to look at what the client wrote
            subprocess.run(["cp", "-r", folder, wanted["keep"]], check=True)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()

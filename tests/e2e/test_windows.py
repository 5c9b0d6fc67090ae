"""Two windows of editors beside a desktop, through the replayed outage: each notice is shown once, by one of the three."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.notifications import FakeService, private_bus
from support.outage import OPUS, environment, playing

pytestmark = [pytest.mark.surface("desktop"), pytest.mark.timeout(400)]

# Ten minutes go by before the first notice: time for the windows to find the engine, also where the machine is busy.
SPEED = ("--speed", "100", "--using", OPUS)
# The same program, but that a window in front of the person may take ten seconds over its claim instead of the third of one.
PATIENT = ("-c", "from statuswatch.engine import claims; claims.HEAD_START_SECONDS = 10.0; from statuswatch.cli import entry; entry()")


@pytest.fixture
def home() -> Iterator[Path]:
    """A path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="sww") as folder:
        yield Path(folder)


class Window:
    """One `statuswatch bridge` that claims every notice; `shows` is what it was granted, `others` what it was told that others show."""

    def __init__(self, home: Path, *, attends: bool) -> None:
        self._home = home
        self._attends = attends
        self.shows: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.others: list[tuple[str, str]] = []
        self.ready = asyncio.Event()

    async def run(self) -> None:
        pipe = asyncio.subprocess.PIPE
        argv = (sys.executable, "-m", "statuswatch", "bridge")
        process = await asyncio.create_subprocess_exec(*argv, env=environment(self._home), stdin=pipe, stdout=pipe, limit=1 << 24)
        assert process.stdin
        assert process.stdout
        try:
            async for line in process.stdout:
                self._hear(json.loads(line), process.stdin)
        finally:
            process.stdin.close()
            if process.returncode is None:
                process.kill()
            await process.wait()

    def _hear(self, message: dict[str, Any], to: asyncio.StreamWriter) -> None:
        match message:
            case {"type": "hello", "engine": True}:
                self._say(to, "attend", id="attend", on=self._attends)
            case {"type": "hello"}:
                self.ready.set()
            case {"type": "notice", "notice": {"kind": kind, "id": name}} if kind != "amended":
                self._say(to, "claim", id=name, target=name)
            case {"type": "done", "id": "attend"}:
                pass
            case {"type": "done", "id": name, "ok": True}:
                self.shows.append(name)
            case {"type": "done", "id": name, "by": by}:
                self.refused.append((name, by))
            case {"type": "claimed", "notice": name, "by": by}:
                self.others.append((name, by))

    @staticmethod
    def _say(to: asyncio.StreamWriter, command: str, **more: object) -> None:
        to.write(json.dumps({"type": "command", "command": command, **more}).encode() + b"\n")


async def play(home: Path, *windows: Window) -> tuple[list[str], FakeService]:
    """The outage with these windows, which are there before the engine is; the ids of the notices told, and the desktop as it was used."""
    tasks = [asyncio.create_task(window.run()) for window in windows]
    try:
        await asyncio.gather(*(asyncio.wait_for(window.ready.wait(), 60) for window in windows))
        async with private_bus() as bus:
            service = await FakeService(name="Xfce Notify Daemon").start(bus)
            async with playing(home, *SPEED, program=PATIENT, DBUS_SESSION_BUS_ADDRESS=bus.address) as played:
                await played.until(lambda: any(event["kind"] == "resolved" for event in played.notices()), 120)
                told = [notice["id"] for notice in played.snapshot()["notices"] if notice["kind"] != "amended"]
                settled = len(told)
                await played.until(lambda: all(len(window.shows) + len(window.refused) >= settled for window in windows), 60)
                played.process.terminate()
            await service.stop()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return sorted(told), service


async def test_an_attending_window_shows_each_notice_and_neither_the_other_nor_the_desktop_does(home: Path) -> None:
    front, behind = Window(home, attends=True), Window(home, attends=False)

    told, service = await play(home, front, behind)

    assert len(told) >= 2
    assert sorted(front.shows) == told
    assert behind.shows == []
    assert sorted(behind.refused) == [(name, "window") for name in told]
    assert sorted(behind.others) == [(name, "window") for name in told]
    assert service.shown == []


async def test_where_no_window_attends_the_desktop_shows_each_notice_and_no_window_does(home: Path) -> None:
    one, two = Window(home, attends=False), Window(home, attends=False)

    told, service = await play(home, one, two)

    assert len(told) >= 2
    assert [one.shows, two.shows] == [[], []]
    assert sorted(one.refused) == sorted(two.refused) == [(name, "desktop") for name in told]
    assert len({shown.number for shown in service.shown}) == 1, "one trouble is one pop-up"


async def test_two_attending_windows_never_show_the_same_notice(home: Path) -> None:
    one, two = Window(home, attends=True), Window(home, attends=True)

    told, service = await play(home, one, two)

    assert sorted([*one.shows, *two.shows]) == told
    assert service.shown == []

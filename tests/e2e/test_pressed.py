"""What a person presses, types or asks for, with the real engine in a replayed outage: each does its thing."""

import asyncio
import json
import os
import stat
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statuswatch.surfaces.cli import wait
from statuswatch.surfaces.tui.app import Dashboard
from statuswatch.surfaces.tui.scenery import Place
from statuswatch.surfaces.tui.source import SocketSource
from support.notifications import FakeService, Shown, private_bus
from support.outage import OPUS, Played, environment, output, playing

pytestmark = [pytest.mark.surface("desktop"), pytest.mark.timeout(400)]

# Slow enough to press something while the outage lasts (78 minutes, here half of one), also where the machine is busy; fast enough to wait for its end.
SPEED = ("--speed", "150", "--using", OPUS)


@dataclass
class Person:
    """A replayed outage, a desktop that a test presses buttons on, and a browser that writes down what it is to open."""

    played: Played
    service: FakeService
    opened: Path

    async def pop_up(self) -> Shown:
        """The newest pop-up that says that something fails."""
        await self.played.until(lambda: bool(self.service.shown))
        return self.service.shown[-1]

    async def press(self, label: str) -> None:
        shown = await self.pop_up()
        key = next(key for key, text in shown.labels.items() if text == label and key != "default")
        await self.service.press(shown.number, key)

    async def has_opened(self, within: float = 3.0) -> bool:
        """Whether the browser was started, after at most `within` seconds."""
        for _ in range(int(within / 0.05)):
            if self.opened.exists() and self.opened.read_text().count("|") > 1:
                return True
            await asyncio.sleep(0.05)
        return False

    async def over(self) -> list[str]:
        """The kinds of notices told, some minutes of the outage's time after calls work again."""
        await self.played.until(lambda: any(str(event["at"])[11:16] >= "22:49" for event in self.played.events), 300)
        return [event["kind"] for event in self.played.notices()]

    async def listed(self) -> str:
        return (await output(sys.executable, "-m", "statuswatch", "notices", "--all", env=environment(self.played.home)))[1]


@pytest.fixture
def home() -> Iterator[Path]:
    """A path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="swp") as folder:
        yield Path(folder)


def browser(folder: Path) -> tuple[str, Path]:
    """A stand-in for xdg-open, first on the path; and where it writes what it was given."""
    written, program = folder / "opened", folder / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$#" "$@" >> {written}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return f"{program.parent}:{os.environ['PATH']}", written


@asynccontextmanager
async def person(home: Path, folder: Path, *arguments: str) -> AsyncIterator[Person]:
    path, opened = browser(folder)
    async with private_bus() as bus:
        service = await FakeService(name="Xfce Notify Daemon").start(bus)
        async with playing(home, *SPEED, *arguments, DBUS_SESSION_BUS_ADDRESS=bus.address, PATH=path) as played:
            yield Person(played, service, opened)
        await service.stop()


async def test_open_starts_the_browser_with_the_page_and_nothing_else(home: Path, tmp_path: Path) -> None:
    async with person(home, tmp_path) as here:
        shown = await here.pop_up()
        key, label = next(iter(shown.labels.items()))
        assert label in {"Status page", "Open incident"}  # the page may have posted meanwhile
        assert list(shown.labels.values())[1:] == ["Tell me when back", "Mute 1 h", "Snooze 1 h"]
        while not await here.has_opened():  # pressed again where the pop-up was replaced under the finger
            shown = await here.pop_up()
            key = next(iter(shown.labels))
            await here.service.press(shown.number, key)
        urls = {notice["url"] for notice in here.played.snapshot()["notices"]}
        words = here.opened.read_text().split("|")[:-1]
        assert words[0::2] == ["1"] * (len(words) // 2), "one word, and no shell between"
        assert set(words[1::2]) <= urls
        assert all(url.startswith("https://") for url in words[1::2])
        here.played.process.terminate()


async def test_muted_is_not_told_and_listed_with_the_reason(home: Path, tmp_path: Path) -> None:
    async with person(home, tmp_path) as here:
        # In the middle between what would end the hour before the outage is over and what would be too late to press.
        await here.played.until(lambda: any(str(event["at"])[11:16] >= "22:10" for event in here.played.events))
        await here.press("Mute 1 h")
        assert await here.over() == ["opened"], "it is back within the hour"
        assert "muted by you" in await here.listed()
        here.played.process.terminate()


async def test_snoozed_is_told_again_at_the_end_of_the_hour(home: Path, tmp_path: Path) -> None:
    # The hour has to end before the outage does: 14 of its minutes to see the pop-up and press, here 14 seconds.
    async with person(home, tmp_path, "--speed", "60") as here:
        await here.press("Snooze 1 h")
        assert await here.over() == ["opened", "opened", "resolved"]
        first, again, _ = here.played.notices()
        assert again["reason"] == "still"
        minutes = (datetime.fromisoformat(again["at"]) - datetime.fromisoformat(first["at"])).total_seconds() / 60
        assert 60 <= minutes < 75
        assert {shown.number for shown in here.service.shown} == {1}, "one trouble is one pop-up"
        here.played.process.terminate()


async def by_button(here: Person) -> None:
    await here.press("Tell me when back")


async def by_key(here: Person) -> None:
    app = Dashboard(SocketSource(here.played.home / "run" / "bridge.sock", here.played.home / "run" / "snapshot.json"), Place(lambda: datetime.now(UTC)))
    async with app.run_test(size=(100, 32)) as pilot:
        for _ in range(3000):
            if app.view.snapshot and app.view.snapshot.routes:
                break
            await pilot.pause(0.01)
        await pilot.press("w")
        for _ in range(3000):
            if any(note.message == "You will be told when Claude Opus 4.5 is back." for note in app._notifications):
                return
            await pilot.pause(0.01)
    raise AssertionError("the dashboard did not say that it asked")


async def by_command(_here: Person) -> None:
    for _ in range(5):  # an engine that is too busy to greet within a second counts as none
        if (status := await asyncio.to_thread(wait.run, ["opus", "--notify"])) == 0:
            break
    assert status == 0


async def by_bridge(here: Person) -> None:
    pipe = asyncio.subprocess.PIPE
    bridge = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "statuswatch", "bridge", env=environment(here.played.home), stdin=pipe, stdout=pipe, limit=1 << 22
    )
    assert bridge.stdin
    assert bridge.stdout
    bridge.stdin.write(json.dumps({"type": "command", "id": "1", "command": "wait", "target": OPUS}).encode() + b"\n")
    async for line in bridge.stdout:
        message = json.loads(line)
        if message.get("id") == "1":
            assert message["ok"] is True
            break
    bridge.terminate()
    await bridge.communicate()


@pytest.mark.parametrize("ask", [by_button, by_key, by_command, by_bridge], ids=lambda ask: ask.__name__)
async def test_who_asked_is_told_when_it_is_back_though_all_else_is_muted(
    ask: Callable[[Person], Awaitable[None]], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", str(home))
    async with person(home, tmp_path) as here:
        await here.pop_up()
        while (await output(sys.executable, "-m", "statuswatch", "mute", "all", "--for", "1d", env=environment(home)))[0]:
            assert not here.played.notices()[1:], "it is over, and nothing could be muted"
        await ask(here)
        assert await here.over() == ["opened", "resolved"]
        here.played.process.terminate()

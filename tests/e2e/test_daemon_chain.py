"""The real engine and a real notification daemon through a whole outage: shown, brought up to date, closed by a person's mouse, told back; and when it dies."""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.desktop import Desktop, desktop, program
from support.outage import OPUS, Played, environment, output, playing

pytestmark = [pytest.mark.surface("desktop"), pytest.mark.timeout(500)]

# 78 minutes of trouble in little more than one: time to look and to press, also where the machine is busy.
SPEED = ("--speed", "60", "--using", OPUS)
WITHIN_S = 60.0


@dataclass
class Scene:
    """A replayed outage whose engine speaks to the dunst of a screen."""

    played: Played
    screen: Desktop
    folder: Path

    async def shown(self) -> int:
        """How many pop-ups are on the screen."""
        return int(await self.screen.run("dunstctl", "count", "displayed"))

    async def waits_for(self, count: int, within_s: float = WITHIN_S) -> None:
        async with asyncio.timeout(within_s):
            while await self.shown() != count:
                assert self.played.process.returncode is None, "the outage ended first"
                await asyncio.sleep(0.05)

    async def closed(self) -> list[tuple[str, str]]:
        """Title and body of what was on the screen and is not any more, the newest first."""
        told = json.loads(await self.screen.run("dunstctl", "history"))["data"][0]
        return [(item["summary"]["data"], item["body"]["data"]) for item in told]

    async def middle(self) -> tuple[int, int]:
        """Where the pop-up is, once it stands still."""
        last = ""
        async with asyncio.timeout(WITHIN_S):
            while True:
                picture = await self.screen.screenshot(self.folder / "screen.png")
                box = (await self.screen.run(program("convert", "imagemagick"), str(picture), "-format", "%@", "info:")).strip()
                found = re.fullmatch(r"(\d+)x(\d+)\+(\d+)\+(\d+)", box)
                if found and box == last and int(found[1]) > 50:
                    width, height, x, y = map(int, found.groups())
                    return x + width // 2, y + height // 2
                last = box

    async def doctor_says(self, words: str) -> None:
        """Doctor says so while the outage lasts: there is news still to come. It asks again where the machine was too busy for an answer."""
        for _ in range(4):
            if words in await self.doctor():
                break
        else:
            assert words in await self.doctor()
        assert not any(event["kind"] == "resolved" for event in self.played.notices()), "too slow to see it in mid-outage"

    async def ends_with_news(self) -> None:
        """The next notice, the end, is on the screen, and nothing is complained of."""
        await self.waits_for(1, 200)
        assert self.played.snapshot()["delivery"] == []
        await self.screen.run("dunstctl", "close")
        assert "is back" in (await self.closed())[0][0]

    async def doctor(self) -> str:
        environ = environment(self.played.home, **_environ(self.screen))
        return " ".join((await output(sys.executable, "-m", "statuswatch", "doctor", env=environ))[1].split())


@pytest.fixture
def home() -> Iterator[Path]:
    """A path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="swd") as folder:
        yield Path(folder)


def _environ(screen: Desktop) -> dict[str, str]:
    return {"DBUS_SESSION_BUS_ADDRESS": screen.bus.address, "DISPLAY": screen.environ["DISPLAY"]}


@asynccontextmanager
async def outage(home: Path, folder: Path) -> AsyncIterator[Scene]:
    program("dunstctl", "dunst")
    settings = folder / ".config" / "dunst" / "dunstrc"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        "[global]\ntimeout = 0\n[urgency_low]\ntimeout = 0\n[urgency_normal]\ntimeout = 0\n"
    )  # what is on the screen stays until somebody ends it
    async with desktop(["dunst"], "dunst", folder) as screen, playing(home, *SPEED, **_environ(screen)) as played:
        yield Scene(played, screen, folder)
        played.process.terminate()


async def test_shown_brought_up_to_date_closed_with_the_mouse_and_told_back(home: Path, tmp_path: Path) -> None:
    async with outage(home, tmp_path) as scene:
        await scene.waits_for(1)
        await scene.played.until(lambda: any(item["kind"] == "amended" and item["incident"] for item in scene.played.snapshot()["notices"]))
        assert await scene.shown() == 1, "one trouble is one pop-up"

        x, y = await scene.middle()
        await scene.screen.click(x, y)
        await scene.waits_for(0)
        title, body = (await scene.closed())[0]
        assert title.startswith("[simulated] Anthropic")
        assert "Page:" in body, "what was closed had the page's words"

        while not any(event["kind"] == "resolved" for event in scene.played.notices()):
            if await scene.shown():
                await asyncio.sleep(1)  # for the line about that notice, which goes another way
                assert scene.played.notices()[-1]["kind"] == "resolved", "nothing brings back what the person closed but news"
            await asyncio.sleep(0.05)
        await scene.waits_for(1)
        await scene.screen.run("dunstctl", "close")
        assert "is back" in (await scene.closed())[0][0]


async def test_a_daemon_that_was_killed_gets_the_next_notice_when_it_is_there_again(home: Path, tmp_path: Path) -> None:
    async with outage(home, tmp_path) as scene:
        await scene.waits_for(1)
        await scene.screen.stop_daemon()
        await scene.doctor_says("nothing on the session bus shows notifications")

        await scene.screen.start_daemon()
        await scene.doctor_says("dunst shows pop-ups")
        await scene.ends_with_news()


async def test_a_bus_that_dies_is_told_and_comes_back_for_the_next_notice(home: Path, tmp_path: Path) -> None:
    async with outage(home, tmp_path) as scene:
        await scene.waits_for(1)
        await scene.screen.stop_daemon()
        await scene.screen.bus.stop()
        await scene.doctor_says("the session bus cannot be reached")

        await scene.screen.bus.start()
        await scene.screen.start_daemon()
        await scene.ends_with_news()

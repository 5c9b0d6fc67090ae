"""Pop-ups on real notification daemons, as a person sees and presses them: a screen of its own, pictures of it, clicks on it."""

import asyncio
import json
import os
import re
import signal
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.notify.base import Action
from statuswatch.notify.desktop.freedesktop import FreedesktopNotifier
from support.desktop import Desktop, desktop, program
from support.notifications import FakeService, private_bus
from support.outage import OPUS

pytestmark = [pytest.mark.surface("desktop"), pytest.mark.timeout(400)]

OPENED = Notice(
    id="n7",
    trouble="t7",
    kind=NoticeKind.OPENED,
    at=datetime(2025, 12, 14, 21, 27, tzinfo=UTC),
    reason=NoticeReason.OWN_FAILURES,
    routes=("anthropic/code:claude-opus-4.5",),
    title="Anthropic is failing for Claude Opus 4.5",
    body="Not you: 3 of 4 calls got 529. Page says nothing yet.",
    provider="anthropic",
    url="https://status.claude.com",
)


@dataclass(frozen=True)
class Daemon:
    """A daemon and what is pressed on its pop-up: how far from the lower right corner, with which button of the mouse, and what that is."""

    name: str
    package: str
    presses: tuple[tuple[int, int, int, Action], ...]


DAEMONS = [
    Daemon("dunst", "dunst", ((100, 30, 2, Action.OPEN),)),  # it draws no buttons: a middle click is the default action
    Daemon(
        "xfce4-notifyd",
        "xfce4-notifyd",
        ((79, 30, 1, Action.SNOOZE), (218, 30, 1, Action.MUTE), (357, 30, 1, Action.WAIT), (496, 30, 1, Action.OPEN)),
    ),
    Daemon("notification-daemon", "notification-daemon", ((63, 38, 1, Action.MUTE), (166, 38, 1, Action.WAIT), (278, 38, 1, Action.OPEN))),
]


@dataclass(frozen=True)
class Box:
    """What of the black screen is not black."""

    width: int
    height: int
    x: int
    y: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


async def _look(screen: Desktop, path: Path) -> Box | None:
    await screen.screenshot(path)
    told = await screen.run(program("convert", "imagemagick"), str(path), "-format", "%@", "info:")
    found = re.fullmatch(r"(\d+)x(\d+)\+(\d+)\+(\d+)", told.strip())
    width, height, x, y = map(int, found.groups()) if found else (0, 0, 0, 0)
    return Box(width, height, x, y) if width > 50 and height > 20 else None


async def _see(screen: Desktop, path: Path) -> Box:
    """The pop-up once it stands still."""
    async with asyncio.timeout(60):
        last = None
        while True:
            box = await _look(screen, path)
            if box and box == last:
                return box
            last = box
            await asyncio.sleep(0.3)


Press = tuple[int, int, int, Action]


async def _pressed(screen: Desktop, notifier: FreedesktopNotifier, heard: "asyncio.Queue[tuple[str, Action]]", handle: str | None, press: Press) -> str | None:
    """Show a pop-up and press a button of it, again where a slow daemon was still moving it; the handle of the one that was pressed."""
    left, up, button, action = press
    for attempt in range(6):
        number = f"{action}{attempt}"
        shown = await notifier.deliver(replace(OPENED, id=number), handle)
        assert shown.ok, shown.detail
        handle, box = shown.handle, await _see(screen, Path(screen.environ["HOME"]) / f"{number}.png")
        await screen.click(box.right - left, box.bottom - up, button)
        try:
            assert await asyncio.wait_for(heard.get(), 10) in {(f"{action}{tried}", action) for tried in range(attempt + 1)}
        except TimeoutError:
            continue
        return handle
    raise AssertionError(f"no press of {action} was heard")


@pytest.mark.parametrize("daemon", DAEMONS, ids=lambda daemon: daemon.name)
async def test_a_pop_up_is_seen_replaced_in_place_and_pressed(daemon: Daemon, tmp_path: Path) -> None:
    pressed: asyncio.Queue[tuple[str, Action]] = asyncio.Queue()
    async with desktop([daemon.name], daemon.package, tmp_path) as screen:
        notifier = FreedesktopNotifier(lambda notice, action: pressed.put_nowait((notice, action)), screen.environ)
        assert await _look(screen, tmp_path / "0-before.png") is None
        first = await notifier.deliver(OPENED, None)
        assert first.ok, first.detail
        seen = await _see(screen, tmp_path / "1-opened.png")

        hostile = "Page: <b>x</b> & <a href='https://evil.example/x'>official</a>"
        second = await notifier.deliver(replace(OPENED, id="n8", kind=NoticeKind.AMENDED, body=hostile, simulated=True), first.handle)
        assert second.handle == first.handle
        await asyncio.sleep(0.5)
        amended = await _see(screen, tmp_path / "2-amended.png")
        assert (amended.right, amended.y) == (seen.right, seen.y)
        assert amended.height < 1.6 * seen.height  # one pop-up, not two

        handle = second.handle
        for left, up, button, action in daemon.presses:
            handle = await _pressed(screen, notifier, pressed, handle, (left, up, button, action))
        shown = await notifier.deliver(replace(OPENED, id="n9"), handle)
        assert shown.ok, shown.detail
        handle = shown.handle

        third = await notifier.deliver(replace(OPENED, id="n10", kind=NoticeKind.RESOLVED, title="Claude Opus 4.5 is back", body="Down 78 min."), handle)
        assert third.handle == handle
        await asyncio.sleep(0.5)
        assert (await _see(screen, tmp_path / "3-back.png")).y == seen.y
        await notifier.close()


async def test_a_daemon_that_dies_and_comes_back_is_survived(tmp_path: Path) -> None:
    async with desktop(["dunst"], "dunst", tmp_path) as screen:
        notifier = FreedesktopNotifier(lambda *_: None, screen.environ)
        first = await notifier.deliver(OPENED, None)
        assert first.ok, first.detail
        await screen.stop_daemon()
        without = await notifier.deliver(replace(OPENED, id="n8", kind=NoticeKind.GREW), first.handle)
        assert not without.ok
        assert "start your desktop's notification service" in without.detail
        await screen.start_daemon()
        again = await notifier.deliver(replace(OPENED, id="n8", kind=NoticeKind.GREW), first.handle)
        assert again.ok, again.detail
        assert again.handle != first.handle
        await _see(screen, tmp_path / "again.png")
        await notifier.close()


async def test_a_daemon_that_hung_shows_nothing_twice_when_it_goes_on(tmp_path: Path) -> None:
    async with desktop(["dunst"], "dunst", tmp_path) as screen:
        notifier = FreedesktopNotifier(lambda *_: None, screen.environ, timeout_s=5.0)
        assert (await notifier.available())[0]
        screen.signal_daemon(signal.SIGSTOP)
        try:
            for _ in range(3):
                hung = await notifier.deliver(OPENED, None)
                assert not hung.ok
                assert "did not answer" in hung.detail
        finally:
            screen.signal_daemon(signal.SIGCONT)
        patient = FreedesktopNotifier(lambda *_: None, screen.environ, timeout_s=30.0)
        shown = await patient.deliver(OPENED, None)
        assert shown.ok, shown.detail
        await _see(screen, tmp_path / "after.png")
        assert await _counts(screen) == (1, 0)
        await notifier.close()
        await patient.close()


async def _counts(screen: Desktop) -> tuple[int, int]:
    """How many pop-ups dunst shows, and how many it still means to show."""
    return int(await screen.run("dunstctl", "count", "displayed")), int(await screen.run("dunstctl", "count", "waiting"))


async def test_a_simulated_outage_is_one_pop_up_from_its_first_failure_to_its_end(tmp_path: Path) -> None:
    async with private_bus() as bus:
        service = await FakeService().start(bus)
        environ = os.environ | {"DBUS_SESSION_BUS_ADDRESS": bus.address}
        command = (sys.executable, "-m", "statuswatch", "simulate", "claude-2025-12-14", "--speed", "300", "--using", OPUS, "--json")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, env=environ, cwd=tmp_path, stdout=pipe, stderr=pipe)
        out, err = await asyncio.wait_for(process.communicate(), 300)
        await service.stop()
    assert process.returncode == 0, err.decode()
    told = [event for event in map(json.loads, out.splitlines()) if event["event"] == "notice"]
    assert [event["kind"] for event in told] == ["opened", "resolved"]
    assert all(shown.title.startswith("[simulated] ") for shown in service.shown)
    assert {shown.number for shown in service.shown} == {1}
    assert service.shown[0].replaces == 0
    assert all(shown.replaces == 1 for shown in service.shown[1:])
    assert service.shown[0].title.removeprefix("[simulated] ") == told[0]["title"]
    assert service.shown[-1].title.removeprefix("[simulated] ") == told[1]["title"]

"""What this machine says of its way out: the kernel's routes, and a NetworkManager on a bus of the test's own."""

import asyncio
from pathlib import Path

import pytest
from dbus_fast.aio import MessageBus
from dbus_fast.service import PropertyAccess, ServiceInterface, dbus_property

from statuswatch.core.observation import Link, NetworkSeen
from statuswatch.engine.clock import SystemClock
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.netcheck import NetCheck, has_way_out, system_bus
from support.notifications import private_bus

_HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
_DEFAULT = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
_LOCAL = "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
_DOWN = "eth0\t00000000\t0101A8C0\t0002\t0\t0\t100\t00000000\t0\t0\t0\n"
_REJECTED6 = f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200       lo\n"
_DEFAULT6 = f"{'0' * 32} 00 {'0' * 32} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"


def _kernel(folder: Path, route: str | None, route6: str | None = None) -> Path:
    for name, text in (("route", route), ("ipv6_route", route6)):
        if text is not None:
            (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("route", "route6", "out"),
    [
        (_HEAD + _DEFAULT + _LOCAL, None, True),
        (_HEAD + _LOCAL, None, False),
        (_HEAD, _REJECTED6, False),
        (_HEAD + _DOWN, _DEFAULT6, True),
        (_HEAD + _DOWN, "", False),
        (None, None, None),
        ("\x00 broken\n\n1 2 3\n", "zz\n", False),
    ],
)
def test_a_default_route_that_is_up_is_a_way_out(tmp_path: Path, route: str | None, route6: str | None, out: bool | None) -> None:
    assert has_way_out(_kernel(tmp_path, route, route6)) is out


async def _links(inbox: Inbox, count: int) -> list[Link]:
    found: list[Link] = []
    async with asyncio.timeout(60):
        while len(found) < count:
            found += [arrival.observation.link for arrival in await inbox.take() if isinstance(arrival.observation, NetworkSeen)]
    return found


async def test_only_changes_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statuswatch.engine.netcheck.LOOK_SECONDS", 0.02)
    inbox = Inbox()
    running = asyncio.create_task(NetCheck(inbox, SystemClock(), _kernel(tmp_path, _HEAD)).run())
    assert await _links(inbox, 1) == [Link.NONE]
    _kernel(tmp_path, _HEAD + _DEFAULT)
    assert await _links(inbox, 1) == [Link.UNKNOWN], "without a way out it is looked for by the clock"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class _Counting(SystemClock):
    """Machine time that counts who sleeps by it."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeps = 0

    async def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        await super().sleep(min(seconds, 0.02))


async def test_while_nothing_is_wrong_a_step_is_what_has_it_look(tmp_path: Path) -> None:
    inbox, clock, doubted = Inbox(), _Counting(), [False]
    check = NetCheck(inbox, clock, _kernel(tmp_path, _HEAD + _DEFAULT), doubted=lambda: doubted[0])
    running = asyncio.create_task(check.run())
    await asyncio.sleep(0)
    check.stepped()
    await asyncio.sleep(0)
    assert clock.sleeps == 0
    _kernel(tmp_path, _HEAD)
    check.stepped()
    assert await _links(inbox, 1) == [Link.NONE]
    _kernel(tmp_path, _HEAD + _DEFAULT)
    assert await _links(inbox, 1) == [Link.UNKNOWN]
    doubted[0] = True
    check.stepped()
    slept = clock.sleeps
    async with asyncio.timeout(60):
        while clock.sleeps < slept + 3:  # noqa: ASYNC110 - a clock tells nobody
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class _Manager(ServiceInterface):
    """As much of NetworkManager as is asked for."""

    def __init__(self) -> None:
        super().__init__("org.freedesktop.NetworkManager")
        self.value = 4

    @dbus_property(access=PropertyAccess.READ)
    def Connectivity(self) -> "u":  # type: ignore[name-defined]  # noqa: N802, F821 - the interface's own name and signature
        return self.value

    def becomes(self, value: int) -> None:
        self.value = value
        self.emit_properties_changed({"Connectivity": value})


async def test_what_networkmanager_says_is_followed_until_it_is_gone(tmp_path: Path) -> None:
    async with private_bus() as bus:
        manager = _Manager()
        theirs = await MessageBus(bus_address=bus.address).connect()
        theirs.export("/org/freedesktop/NetworkManager", manager)
        await theirs.request_name("org.freedesktop.NetworkManager")
        inbox = Inbox()
        running = asyncio.create_task(NetCheck(inbox, SystemClock(), _kernel(tmp_path, _HEAD + _DEFAULT), bus.address).run())
        assert await _links(inbox, 1) == [Link.FULL]
        manager.becomes(2)
        assert await _links(inbox, 1) == [Link.PORTAL]
        manager.becomes(1)
        assert await _links(inbox, 1) == [Link.NONE]
        theirs.disconnect()
        assert await _links(inbox, 1) == [Link.UNKNOWN]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_without_a_manager_or_a_bus_the_routes_alone_speak(tmp_path: Path) -> None:
    async with private_bus() as bus:
        for address in (bus.address, "unix:path=/nowhere/at/all"):
            inbox = Inbox()
            running = asyncio.create_task(NetCheck(inbox, SystemClock(), _kernel(tmp_path, _HEAD), address).run())
            assert await _links(inbox, 1) == [Link.NONE]
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def test_the_bus_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/somewhere")
    assert system_bus() == "unix:path=/somewhere"
    monkeypatch.delenv("DBUS_SYSTEM_BUS_ADDRESS")
    monkeypatch.setattr("statuswatch.engine.netcheck._SYSTEM_BUS", "/nowhere/at/all")
    assert system_bus() is None

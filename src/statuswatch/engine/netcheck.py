"""What this machine itself says of its way out, without sending anything: routes of the kernel, and NetworkManager's word where it runs.

A hint for `core.network`, told when it changes. Absent sources are nothing to complain of: servers, containers and other systems have none.
While nothing is wrong it has no clock of its own: it looks when the engine makes a step, and a step is what the first failure brings.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from statuswatch.core.observation import Link, NetworkSeen
from statuswatch.engine.clock import Clock, sleep_unless
from statuswatch.engine.inbox import Arrival, Inbox

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

LOOK_SECONDS = 5.0
"""Between two looks at the routes, which are two small files of the kernel, while something is wrong."""

_ASK_AGAIN_SECONDS = 600.0
_CALL_SECONDS = 5.0
_UP, _REJECT = 0x1, 0x200  # linux/route.h: RTF_UP, RTF_REJECT
_SYSTEM_BUS = "/run/dbus/system_bus_socket"
_NAME, _PATH = "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager"
_WORDS = {1: Link.NONE, 2: Link.PORTAL, 3: Link.LIMITED, 4: Link.FULL}  # NMConnectivityState

Changed = Callable[[Link], None]


class NetCheck:
    """A tap that tells of changes. `kernel` is the folder of the kernel's network tables; `bus` the address of the system bus, None to ask none.

    `doubted` says whether something is wrong that the network could be the reason of.
    """

    def __init__(
        self, inbox: Inbox, clock: Clock, kernel: Path = Path("/proc/net"), bus: str | None = None, doubted: Callable[[], bool] = lambda: False
    ) -> None:
        self._inbox, self._clock, self._kernel, self._bus, self._doubted = inbox, clock, kernel, bus, doubted
        self._manager = Link.UNKNOWN
        self._told = Link.UNKNOWN
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Look until cancelled."""
        asking = asyncio.create_task(self._ask_manager()) if self._bus else None
        try:
            while True:
                self._woken.clear()
                await self._tell(self.link())
                if self._told is Link.NONE or self._doubted():
                    await sleep_unless(self._clock, LOOK_SECONDS, self._woken)
                else:
                    await self._woken.wait()
        finally:
            if asking:
                asking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await asking

    def stepped(self) -> None:
        """The engine has made a step: look again."""
        self._woken.set()

    def link(self) -> Link:
        """What is known now: the manager's bad word, else whether the kernel knows a way out, else the manager's good one."""
        if self._manager in {Link.NONE, Link.PORTAL, Link.LIMITED}:
            return self._manager
        routed = has_way_out(self._kernel)
        return Link.NONE if routed is False else self._manager

    async def _tell(self, link: Link) -> None:
        if link is not self._told:
            self._told = link
            await self._inbox.put(Arrival(NetworkSeen(self._clock.now().at, link)))

    async def _ask_manager(self) -> None:
        """Follow NetworkManager for as long as it runs; look for it again now and then. Named boundary: whatever a bus does is no matter of the engine."""
        while True:
            with contextlib.suppress(Exception):  # no bus, no manager, no permission, a library that is missing
                await follow_manager(self._bus or "", self._heard)
            self._heard(Link.UNKNOWN)
            await self._clock.sleep(_ASK_AGAIN_SECONDS)

    def _heard(self, link: Link) -> None:
        self._manager = link
        self._woken.set()


def system_bus() -> str | None:
    """The address of the system bus; None where there is none, so that its library is not even loaded."""
    address = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    return address or (f"unix:path={_SYSTEM_BUS}" if Path(_SYSTEM_BUS).exists() else None)


def has_way_out(kernel: Path) -> bool | None:
    """Whether a default route is up, in either version of IP; None where the system does not say (no Linux)."""
    known = [table for table in (_routes(kernel / "route"), _routes(kernel / "ipv6_route")) if table is not None]
    if not known:
        return None
    return any(_is_default(fields) for table in known for fields in table)


def _routes(path: Path) -> list[list[str]] | None:
    try:
        return [line.split() for line in path.read_text(encoding="ascii", errors="replace").splitlines()]
    except OSError:
        return None


def _is_default(fields: list[str]) -> bool:
    """proc(5): `iface destination gateway flags ... mask` for version 4; `destination prefix ... flags iface` for version 6."""
    try:
        if len(fields) == 11:  # noqa: PLR2004 - columns of /proc/net/route
            return fields[1] == fields[7] == "00000000" and bool(int(fields[3], 16) & _UP)
        flags = int(fields[8], 16)
        return fields[0] == "0" * 32 and fields[1] == "00" and bool(flags & _UP) and not flags & _REJECT
    except (IndexError, ValueError):
        return False


async def follow_manager(address: str, heard: Changed) -> None:
    """Tell `heard` of NetworkManager's connectivity, now and at each change, until it is gone. Raises what the library raises."""
    from dbus_fast import Message, MessageFlag, MessageType
    from dbus_fast.aio import MessageBus

    bus = await MessageBus(bus_address=address).connect()
    changed = asyncio.Event()

    def signalled(message: "Message") -> None:
        if message.message_type is MessageType.SIGNAL and message.member in {"PropertiesChanged", "NameOwnerChanged"}:
            changed.set()

    try:
        bus.add_message_handler(signalled)
        for rule in (
            f"type='signal',sender='{_NAME}',path='{_PATH}',interface='org.freedesktop.DBus.Properties'",
            f"type='signal',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{_NAME}'",
        ):
            await _call(bus, Message("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", signature="s", body=[rule]))
        while True:
            changed.clear()
            asked = Message(_NAME, _PATH, "org.freedesktop.DBus.Properties", "Get", signature="ss", body=[_NAME, "Connectivity"])
            asked.flags = MessageFlag.NO_AUTOSTART
            reply = await _call(bus, asked)
            heard(_WORDS.get(reply.body[0].value, Link.UNKNOWN))
            await changed.wait()
    finally:
        bus.disconnect()


async def _call(bus: "MessageBus", message: "Message") -> "Message":
    async with asyncio.timeout(_CALL_SECONDS):
        reply = await bus.call(message)
    if reply.message_type.name != "METHOD_RETURN":
        raise ConnectionError(message.member)
    return reply

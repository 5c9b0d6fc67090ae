"""A notification service of our own on a private bus: what it was asked is kept, and a test presses, closes, restarts and misbehaves through it."""

import asyncio
import contextlib
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, NameFlag
from dbus_fast.aio import MessageBus

from support.recordings import missing

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

# No service directories: nothing on this bus is ever started by the bus itself.
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""

# What a client that asks for the interface before it speaks it is told (Desktop Notifications Specification 1.2).
_IN, _OUT = '<arg direction="in" type="{}"/>', '<arg direction="out" type="{}"/>'
_METHODS = {
    "GetCapabilities": ((), ("as",)),
    "GetServerInformation": ((), ("s", "s", "s", "s")),
    "Notify": (("s", "u", "s", "s", "s", "as", "a{sv}", "i"), ("u",)),
    "CloseNotification": (("u",), ()),
}
_SIGNALS = {"ActionInvoked": ("u", "s"), "NotificationClosed": ("u", "u")}
_INTROSPECTION = (
    f'<node><interface name="{SERVICE}">'
    + "".join(f'<method name="{name}">{"".join(map(_IN.format, into))}{"".join(map(_OUT.format, out))}</method>' for name, (into, out) in _METHODS.items())
    + "".join(f'<signal name="{name}">{"".join(map(_OUT.format, out))}</signal>' for name, out in _SIGNALS.items())
    + "</interface></node>"
)


@dataclass
class Bus:
    """A private session bus in a folder of its own."""

    folder: Path
    process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"unix:path={self.folder / 'bus'}"

    async def start(self) -> None:
        config = self.folder / "bus.conf"
        config.write_text(_CONFIG.format(socket=self.folder / "bus"))
        (self.folder / "bus").unlink(missing_ok=True)
        self.process = await asyncio.create_subprocess_exec(
            "dbus-daemon", f"--config-file={config}", "--nofork", "--print-address", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert self.process.stdout
        assert await asyncio.wait_for(self.process.stdout.readline(), 60), "the private bus did not start"

    async def stop(self) -> None:
        process, self.process = self.process, None
        if process and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 60)
        if process and process.stdout:
            await process.stdout.read()


@contextlib.asynccontextmanager
async def private_bus() -> AsyncIterator[Bus]:
    """A bus for one test; the test is skipped, or failed where `desktop` is required, without dbus-daemon."""
    if shutil.which("dbus-daemon") is None:
        missing("desktop", "dbus-daemon is not installed")
    with tempfile.TemporaryDirectory(prefix="swbus") as folder:
        bus = Bus(Path(folder))
        await bus.start()
        try:
            yield bus
        finally:
            await bus.stop()


@dataclass
class Shown:
    """One call of Notify."""

    app: str
    replaces: int
    icon: str
    title: str
    body: str
    actions: list[str]
    hints: dict[str, Any]
    timeout: int
    number: int

    @property
    def labels(self) -> dict[str, str]:
        """Action key to label."""
        return dict(zip(self.actions[::2], self.actions[1::2], strict=True))


@dataclass
class FakeService:
    """The service. `capabilities` and `name` are what it claims; `silent` makes it never answer; `refuse` makes it answer Notify with an error."""

    capabilities: tuple[str, ...] = ("body", "actions", "body-markup")
    name: str = "fake"
    silent: bool = False
    refuse: str = ""
    close_at_once: bool = False
    shown: list[Shown] = field(default_factory=list)
    asked_to_show: list[str] = field(default_factory=list)
    cleared: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    bus: MessageBus | None = None
    _number: int = 0

    async def start(self, bus: Bus) -> "FakeService":
        self.bus = await MessageBus(bus_address=bus.address).connect()
        self.bus.add_message_handler(self._answer)
        await self.bus.request_name(SERVICE, NameFlag.DO_NOT_QUEUE)
        return self

    async def stop(self) -> None:
        bus, self.bus = self.bus, None
        if bus:
            bus.disconnect()
            with contextlib.suppress(Exception):
                await asyncio.wait_for(bus.wait_for_disconnect(), 5)

    async def restart(self, bus: Bus) -> None:
        """Another instance: its numbers begin anew, and nothing is on screen."""
        await self.stop()
        self._number = 0
        await self.start(bus)

    async def press(self, number: int, key: str) -> None:
        await self.signal("ActionInvoked", "us", [number, key])

    async def close(self, number: int, reason: int = 2) -> None:
        await self.signal("NotificationClosed", "uu", [number, reason])

    async def signal(self, member: str, signature: str, body: list[Any]) -> None:
        assert self.bus
        await emit(self.bus, member, signature, body)

    def _answer(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        if message.member == "Introspect":
            return Message.new_method_return(message, "s", [_INTROSPECTION])
        if message.interface != SERVICE:
            return None
        return self._asked(message)

    def _asked(self, message: Message) -> Message | None:
        self.calls.append(message.member or "")
        if message.member == "Notify":
            self.asked_to_show.append(message.body[3])
        if self.silent:
            # Handled, never answered: the same as a service that hangs.
            return Message(message_type=MessageType.SIGNAL, path=PATH, interface="test.Silence", member="Kept")
        if message.member == "Notify":
            if self.refuse:
                return Message.new_error(message, "org.freedesktop.Notifications.Error.ExcessNotificationGeneration", self.refuse)
            return self._notify(message)
        if message.member == "CloseNotification":
            self.cleared.append(message.body[0])
        told = {
            "CloseNotification": ("", []),
            "GetCapabilities": ("as", [list(self.capabilities)]),
            "GetServerInformation": ("ssss", [self.name, "tests", "1", "1.2"]),
        }
        return Message.new_method_return(message, *told[message.member]) if message.member in told else None

    def _notify(self, message: Message) -> Message:
        app, replaces, icon, title, body, actions, hints, timeout = message.body
        if replaces:
            number = replaces
        else:
            self._number += 1
            number = self._number
        self.shown.append(Shown(app, replaces, icon, title, body, actions, {key: value.value for key, value in hints.items()}, timeout, number))
        if self.close_at_once:
            assert self.bus
            asyncio.get_running_loop().call_soon(self.bus.send, _signal("NotificationClosed", "uu", [number, 4]))
        return Message.new_method_return(message, "u", [number])


def _signal(member: str, signature: str, body: list[Any]) -> Message:
    return Message(message_type=MessageType.SIGNAL, path=PATH, interface=SERVICE, member=member, signature=signature, body=body)


async def emit(bus: MessageBus, member: str, signature: str, body: list[Any]) -> None:
    """Send a signal of the notification interface from any connection, and return once the bus has passed it on."""
    bus.send(_signal(member, signature, body))
    await bus.call(Message(destination="org.freedesktop.DBus", path="/org/freedesktop/DBus", interface="org.freedesktop.DBus", member="GetId"))

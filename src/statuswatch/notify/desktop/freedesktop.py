"""Pop-ups over D-Bus (Desktop Notifications Specification 1.2), spoken directly: see docs/decisions/desktop-notices.md for why."""

import asyncio
import contextlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusFastError

from statuswatch.core.notice import Notice, NoticeKind
from statuswatch.notify.base import Action, Delivery, OnAction
from statuswatch.notify.desktop.look import APP_NAME, buttons_of, icon_of, low, silent
from statuswatch.notify.text import body_of, title_of

_SERVICE = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_BUS = "org.freedesktop.DBus"
_TIMEOUT_S = 5.0
_DEFAULT = "default"
# Urgency as the specification numbers it. Never 2 (critical): that stays until dismissed and breaks through "do not disturb".
_LOW, _NORMAL = 0, 1
_SERVER_DECIDES = -1
# The specification has a click on the pop-up itself invoke "default"; these services draw one more button for it instead (seen at xfce4-notifyd 0.7.3).
_DRAWS_DEFAULT = frozenset({"Xfce Notify Daemon"})
# How many buttons fit. GNOME's shell draws three and no more, and notification-daemon cuts off the words of a pop-up that is wider than three are;
# these lay out four (seen at xfce4-notifyd 0.7.3) or list them in a menu (dunst).
_ROOM, _MORE_ROOM = 3, {"Xfce Notify Daemon": 4, "dunst": 4}
# Services tell of every program's pop-ups. A forgotten one costs nothing: the service is then asked to replace a number that it no longer has.
_CLOSED_KEPT = 256

_NO_BUS = "no session bus: DBUS_SESSION_BUS_ADDRESS is not set and there is no $XDG_RUNTIME_DIR/bus; start the engine from your desktop session"
_NO_SERVICE = "nothing on the session bus shows notifications; start your desktop's notification service (for example dunst, mako or xfce4-notifyd)"


class _RefusedError(Exception):
    """An error reply; `name` is the D-Bus error name."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name

    @property
    def absent(self) -> bool:
        """Whether nobody was there to answer."""
        return self.name.endswith((".ServiceUnknown", ".NameHasNoOwner"))


class _NoBusError(Exception):
    """There is no session bus of this machine to talk to."""


@dataclass(frozen=True, slots=True)
class _Server:
    """The running notification service. `owner` is its unique bus name: a restart gets another one, and its numbers start anew."""

    owner: str
    name: str
    capabilities: frozenset[str]


@dataclass(slots=True)
class _Link:
    """One connection to the bus. `bus_id` differs after a new login, when unique names begin anew."""

    bus: MessageBus
    bus_id: str
    server: _Server | None = None


class FreedesktopNotifier:
    """One pop-up per trouble, replaced in place. Survives restarts of the service, of the bus and of the engine."""

    def __init__(self, on_action: OnAction, environ: Mapping[str, str] | None = None, timeout_s: float = _TIMEOUT_S, *, sound: bool = False) -> None:
        self._on_action = on_action
        self._sound = sound
        self._environ = os.environ if environ is None else environ
        self._timeout_s = timeout_s
        self._link: _Link | None = None
        self._connecting = asyncio.Lock()
        self._shown: dict[str, str] = {}  # handle -> id of the notice that it shows now
        self._closed: dict[str, None] = {}  # handles that a person or the service closed, oldest first

    @property
    def name(self) -> str:
        """The kind."""
        return "desktop"

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        """Show `notice`, in place of `replaces` where that is still there. Confirmed by the number the service returns, never assumed."""
        try:
            async with asyncio.timeout(self._timeout_s):
                try:
                    return await self._deliver(notice, replaces)
                except _RefusedError as error:
                    if not error.absent:
                        raise
                    return await self._deliver(notice, replaces)  # it went away between two of our calls; perhaps another one took over
        except Exception as error:  # noqa: BLE001 - the boundary of one delivery: whatever the bus or the service does, the engine goes on
            nowhere = isinstance(error, _NoBusError) and str(error) == _NO_BUS
            return Delivery(ok=False, handle=None, detail=await self._failed(error), nowhere=nowhere)

    async def available(self) -> tuple[bool, str]:
        """Whether a delivery would work now. Leaves the connection open."""
        try:
            async with asyncio.timeout(self._timeout_s):
                _, server = await self._ready()
        except Exception as error:  # noqa: BLE001 - as in deliver
            return False, await self._failed(error)
        buttons = "with buttons" if "actions" in server.capabilities else "without buttons"
        return True, f"{server.name} shows pop-ups, {buttons}"

    async def warm(self) -> None:
        """Connect now, and ask a service that runs what it can do, so that the first notice need not wait for either."""
        await self.look()

    async def look(self) -> tuple[bool, str]:
        """Like `available`, but a service that does not run is not started for it: the bus is asked whether it could be."""
        try:
            async with asyncio.timeout(self._timeout_s):
                link = self._link = self._link or await self._connect()
                if await _owner(link.bus) is None:
                    names = (await _call(link.bus, _BUS, "ListActivatableNames", "", [])).body[0]
                    return (True, "the desktop starts its notification service when there is something to show") if _SERVICE in names else (False, _NO_SERVICE)
        except Exception as error:  # noqa: BLE001 - as in deliver
            return False, await self._failed(error)
        return await self.available()

    async def close(self) -> None:
        """Disconnect. Pop-ups stay on screen."""
        link, self._link = self._link, None
        if link is None:
            return
        link.bus.disconnect()
        with contextlib.suppress(Exception):  # it may have died in any way; there is nothing to save
            async with asyncio.timeout(1):
                await link.bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast leaves this one method without types

    async def _deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        link, server = await self._ready()
        if notice.kind is NoticeKind.AMENDED and replaces not in self._shown:
            # Closed, or of an earlier run so that nobody knows: a correction must never bring a pop-up back.
            gone = replaces is None or replaces in self._closed
            return Delivery(ok=True, handle=None if gone else replaces, detail="the pop-up is no longer there; nothing shown")
        old = self._number(replaces, link, server)
        reply = await _call(link.bus, server.owner, "Notify", "susssasa{sv}i", _arguments(notice, old, server, sound=self._sound))
        number = reply.body[0]
        handle = f"{link.bus_id}/{server.owner}/{number}"
        if replaces is not None and replaces != handle:
            self._shown.pop(replaces, None)
        if handle not in self._closed:  # a service that is told not to disturb may close it before its answer is read
            self._shown[handle] = notice.id
        return Delivery(ok=True, handle=handle, detail=f"shown by {server.name}")

    def _number(self, handle: str | None, link: _Link, server: _Server) -> int:
        """The number to replace, or 0 for a new pop-up: after a restart of the service, the old number would be somebody else's."""
        if handle is None or handle in self._closed:
            return 0
        bus_id, _, rest = handle.partition("/")
        owner, _, number = rest.partition("/")
        same = bus_id == link.bus_id and owner == server.owner
        return int(number) if same and number.isdecimal() and int(number) < 1 << 32 else 0

    async def _ready(self) -> tuple[_Link, _Server]:
        """The connection and the service of this moment; starts the service where the bus knows how to."""
        async with self._connecting:
            if self._link is None or not self._link.bus.connected:
                self._link = await self._connect()
            link = self._link
            known, link.server = link.server, await _meet(link.bus, link.server)
            if known is None or known.owner != link.server.owner:
                self._forget_others(link)
            return link, link.server

    async def _connect(self) -> _Link:
        bus = await MessageBus(bus_address=session_address(self._environ)).connect()
        try:
            bus.add_message_handler(self._on_message)
            await _call(bus, _BUS, "AddMatch", "s", [f"type='signal',interface='{_SERVICE}',path='{_PATH}'"])
            bus_id = (await _call(bus, _BUS, "GetId", "", [])).body[0]
        except BaseException:
            bus.disconnect()
            raise
        return _Link(bus, str(bus_id))

    def _forget_others(self, link: _Link) -> None:
        """What another instance of the service showed is gone from the screen."""
        mine = f"{link.bus_id}/{link.server.owner}/" if link.server else ""
        self._shown = {handle: notice for handle, notice in self._shown.items() if handle.startswith(mine)}

    def _on_message(self, message: Message) -> None:
        """A signal. Only the service itself is believed: any program on the bus can send one."""
        link = self._link
        if message.message_type is not MessageType.SIGNAL or link is None or link.server is None or message.sender != link.server.owner:
            return
        if message.interface != _SERVICE or not message.body or not isinstance(message.body[0], int):
            return
        handle = f"{link.bus_id}/{link.server.owner}/{message.body[0]}"
        if message.member == "ActionInvoked" and message.signature == "us":
            self._pressed(self._shown.get(handle), str(message.body[1]))
        elif message.member == "NotificationClosed":
            self._shown.pop(handle, None)
            self._closed[handle] = None
            if len(self._closed) > _CLOSED_KEPT:
                del self._closed[next(iter(self._closed))]

    def _pressed(self, shown: str | None, key: str) -> None:
        """Hand on what was pressed. Keys carry the notice's id, so that a pop-up from before a restart of the engine still works."""
        if key == _DEFAULT:
            key = f"{Action.OPEN}:{shown}" if shown else ""
        word, _, notice = key.partition(":")
        action = next((action for action in Action if action.value == word), None)
        if notice and action:
            self._on_action(notice, action)

    async def _failed(self, error: Exception) -> str:
        """Let go of a connection that may be dead, and say what happened and what to do."""
        if isinstance(error, _NoBusError):
            return str(error)
        if isinstance(error, _RefusedError):
            return _NO_SERVICE if error.absent else f"the notification service refused: {str(error)[:200] or error.name}"
        await self.close()
        if isinstance(error, TimeoutError):
            return f"the notification service did not answer within {self._timeout_s:g} s; restart it"
        if isinstance(error, (OSError, EOFError, DBusFastError)):
            return f"the session bus cannot be reached: {str(error)[:200] or type(error).__name__}; log in to your desktop again or unset its address"
        return f"the notification service answered oddly: {type(error).__name__}"


def session_address(environ: Mapping[str, str]) -> str:
    """The session bus's address: the variable, else the socket systemd puts beside it (SSH, cron and some units have no variable).

    Raises _NoBusError where there is none, or none that is a socket of this machine.
    """
    given = environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if given:
        local = ";".join(part for part in given.split(";") if part.startswith("unix:"))
        if not local:
            raise _NoBusError("DBUS_SESSION_BUS_ADDRESS names no socket of this machine (unix:…); notices never leave it")
        return local
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    socket = Path(runtime) / "bus"
    try:
        if runtime and stat.S_ISSOCK(socket.stat().st_mode):
            return f"unix:path={_quoted(str(socket))}"
    except OSError:
        pass
    raise _NoBusError(_NO_BUS)


def _quoted(path: str) -> str:
    """A path as D-Bus addresses write it: all but a few characters as %xx (D-Bus specification, server addresses)."""
    return "".join(chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "-_/.") else f"%{byte:02x}" for byte in os.fsencode(path))


async def _call(bus: MessageBus, destination: str, member: str, signature: str, body: list[Any]) -> Message:
    """One method call of the bus itself or of the notification service; raises _RefusedError on an error reply."""
    path, interface = ("/org/freedesktop/DBus", _BUS) if destination == _BUS else (_PATH, _SERVICE)
    reply = await bus.call(Message(destination=destination, path=path, interface=interface, member=member, signature=signature, body=body))
    if reply is None:
        raise EOFError("the bus closed the connection")
    if reply.message_type is MessageType.ERROR:
        raise _RefusedError(reply.error_name or "", str(reply.body[0]) if reply.body else "")
    return reply


async def _owner(bus: MessageBus) -> str | None:
    try:
        return str((await _call(bus, _BUS, "GetNameOwner", "s", [_SERVICE])).body[0])
    except _RefusedError:
        return None


async def _meet(bus: MessageBus, known: _Server | None) -> _Server:
    """Ask the service what it can do, by its well-known name, which makes the bus start it where it can.

    Asked before each notice: a service that hangs would keep it, and show it beside the next one when it goes on; and another one may have taken over.
    """
    reply = await _call(bus, _SERVICE, "GetCapabilities", "", [])
    owner, capabilities = str(reply.sender), frozenset(str(word) for word in reply.body[0])
    if known is not None and known.owner == owner:
        return replace(known, capabilities=capabilities)
    try:
        told = str((await _call(bus, _SERVICE, "GetServerInformation", "", [])).body[0])
    except _RefusedError:
        told = ""
    name = "".join(char for char in told if char.isprintable())[:40]
    return _Server(owner, name or "the notification service", capabilities)


def _arguments(notice: Notice, replaces: int, server: _Server, *, sound: bool) -> list[Any]:
    """The eight arguments of Notify."""
    actions: list[str] = []
    if "actions" in server.capabilities:
        for action, label in buttons_of(notice)[: _MORE_ROOM.get(server.name, _ROOM)]:
            if action is Action.OPEN and server.name not in _DRAWS_DEFAULT:
                actions += [_DEFAULT, label]
            actions += [f"{action}:{notice.id}", label]
    hints = {"urgency": Variant("y", _LOW if low(notice) else _NORMAL), "category": Variant("s", "network"), "desktop-entry": Variant("s", APP_NAME)}
    if silent(notice, sound=sound):
        hints["suppress-sound"] = Variant("b", True)
    markup = "body-markup" in server.capabilities
    return [APP_NAME, replaces, icon_of(notice), title_of(notice), body_of(notice, markup=markup), actions, hints, _SERVER_DECIDES]

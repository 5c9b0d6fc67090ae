"""The socket side of publishing: protocol 1, JSON lines, for programs of the same user.

Each listener has room for one picture on its way and one that waits, the newest. However slow a reader is, it costs no more than that.
"""

import asyncio
import json
import logging
import os
import socket
import struct
import sys
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from statuswatch import __version__
from statuswatch.core.codec import encode
from statuswatch.core.history import History
from statuswatch.core.moment import Moment, parse_time
from statuswatch.core.notice import Notice
from statuswatch.core.observation import Command, CommandKind
from statuswatch.core.offers import offers
from statuswatch.core.snapshot import Snapshot
from statuswatch.engine.claims import Claims, Shower
from statuswatch.engine.messages import PROTOCOL, Messages
from statuswatch.engine.mishap import describe
from statuswatch.engine.pictures import Picture
from statuswatch.engine.single import listening_socket

CAPABILITIES = ("snapshot", "changes", "notice", "command", "ping", "observe", "history", "open", "why", "claim", "actions")
LISTENERS_MAX = 256
LINE_MAX = 8192
NOTICES_KEPT = 32

_logger = logging.getLogger(__name__)

Submit = Callable[[Command], "asyncio.Future[None] | None"]
"""Takes a command in; the future is done when its effect is stored. None: there is no room, ask again."""
Observe = Callable[[Mapping[str, Any]], bool | None]
"""Takes a message `observe` in (see sources.observed); false: it may not be followed or there is no room, None: it tells of no call and no record."""

Ask = Callable[[str, str, int, Snapshot, Mapping[str, Notice]], Mapping[str, Any]]
"""Answers `why` or `open` about a target, in lines of a width, from a picture and the notices told lately; gives the fields of the answer, `ok` first."""
Means = Callable[[str, Snapshot], bool]
"""Whether a target names anything that could be kept back, waited for or acknowledged."""
Recall = Callable[[tuple[str, ...]], Awaitable[History]]
"""Gives the past of the routes of these names; of all that are watched where there are none."""
_ABOUT_SOMETHING = frozenset({CommandKind.MUTE, CommandKind.SNOOZE, CommandKind.WAIT, CommandKind.ACKNOWLEDGE})


class Server:
    """Accepts listeners at one Unix socket and tells all of them the newest picture."""

    def __init__(
        self,
        path: Path,
        submit: Submit,
        now: Callable[[], Moment],
        observe: Observe | None = None,
        recall: Recall | None = None,
        ask: Ask | None = None,
        means: Means | None = None,
    ) -> None:
        self._path = path
        self._ask = ask
        self._means = means
        self._told: OrderedDict[str, Notice] = OrderedDict()
        self.claims = Claims(self._settled)
        self._recall = recall
        self._observe = observe
        self._submit = submit
        self._now = now
        self._listeners: set[_Listener] = set()
        self._server: asyncio.Server | None = None
        self._inode: int | None = None
        self._recalling: dict[tuple[str, ...], asyncio.Future[History]] = {}
        self.newest: Picture | None = None

    @property
    def path(self) -> Path:
        """Where it listens."""
        return self._path

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    async def start(self) -> None:
        """Open the socket, in place of a stale one. Call it only while holding the lock; raises PlaceError."""
        listening = listening_socket(self._path)
        self._inode = self._path.stat().st_ino
        self._server = await asyncio.get_running_loop().create_unix_server(lambda: _Listener(self), sock=listening)

    async def stop(self) -> None:
        """Close all connections and remove the socket, unless another engine has put its own there."""
        if self._server is None:
            return
        self._server.close()
        for listener in tuple(self._listeners):
            listener.close()
        await self._server.wait_closed()
        self._server = None
        try:
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        except OSError:
            _logger.debug("the socket was gone already")

    def publish(self, snapshot: Snapshot, data: str) -> None:
        """Send `snapshot`, whose JSON is `data`, to everyone who is ready; the others get the newest when they are."""
        if self.newest:
            self.newest.supersede()
        self.newest = Picture(snapshot, data)
        for listener in tuple(self._listeners):
            listener.refresh()

    def tell(self, notice: Notice) -> None:
        """Send a notice to everyone; a slow reader keeps the newest few."""
        self._told[notice.id] = notice
        if len(self._told) > NOTICES_KEPT:
            self._told.popitem(last=False)
        self.claims.told(notice)
        line = _line({"type": "notice", "notice": encode(notice), "actions": encode(offers(notice))})
        for listener in tuple(self._listeners):
            listener.tell(line)

    def _settled(self, notice: Notice, by: Shower, window: object | None) -> None:
        """Tell all but the one that shows it who shows a notice."""
        line = _line({"type": "claimed", "notice": notice.id, "trouble": notice.trouble, "by": by})
        for listener in tuple(self._listeners):
            if listener is not window:
                listener.tell(line)

    def command(self, kind: CommandKind, target: str, until: str | None, for_s: float | None = None) -> "asyncio.Future[None] | None":
        """Take a listener's command in, bounded by a time or by seconds from now; raises DataError where `until` is no time."""
        now = self._now().at
        end = now + timedelta(seconds=for_s) if for_s is not None else parse_time(until) if until is not None else None
        return self._submit(Command(now, kind, target, end))

    def ask(self, command: str, target: str, width: int) -> Mapping[str, Any]:
        """The fields of the answer to `why` or `open`. Named boundary: a picture that cannot be put in words ends nothing."""
        if self._ask is None or self.newest is None or self.newest.snapshot is None:
            return {"ok": False, "error": "there is no picture yet; ask again"}
        try:
            return self._ask(command, target, width, self.newest.snapshot, self._told)
        except Exception as error:  # noqa: BLE001 - see above
            _logger.error("%s: failed inside statuswatch (%s)", command, describe(error))  # noqa: TRY400 - its text may quote a feed
            return {"ok": False, "error": "this failed inside statuswatch; see its log"}

    def observe(self, message: Mapping[str, Any]) -> bool | None:
        """Take a message `observe` in; see Observe."""
        return self._observe(message) if self._observe else False

    def means_nothing(self, kind: CommandKind, target: str) -> bool:
        """Whether a command would come to nothing: its target is misspelt, or nothing of that name is known. Undoing a wish and reading anew never does."""
        picture = self.newest.snapshot if self.newest else None
        if kind not in _ABOUT_SOMETHING or self._means is None or picture is None or target in self._told_of():
            return False
        return not self._means(target, picture)

    def _told_of(self) -> set[str]:
        return {name for notice in self._told.values() for name in (notice.incident, notice.provider, *notice.routes) if name}

    def recall(self, routes: tuple[str, ...]) -> "asyncio.Future[History] | None":
        """The past of `routes`; None where nobody keeps any. The same question is not asked twice at once."""
        if self._recall is None:
            return None
        asked = self._recalling.get(routes)
        if asked is None or asked.done():
            asked = self._recalling[routes] = asyncio.ensure_future(self._recall(routes))
            asked.add_done_callback(lambda _: self._recalling.pop(routes, None))
        return asked

    def joined(self, listener: "_Listener") -> bool:
        """Count a new listener; False when there are too many already."""
        if len(self._listeners) >= LISTENERS_MAX:
            return False
        self._listeners.add(listener)
        return True

    def left(self, listener: "_Listener") -> None:
        """Forget a listener."""
        self._listeners.discard(listener)
        self.claims.leave(listener)


class _Listener(asyncio.Protocol):
    """One connection. While the other side does not read, nothing is sent and nothing is read from it either."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._messages = Messages(server, self, self._send)
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._seen: Picture | None = None
        self._notices: deque[bytes] = deque(maxlen=NOTICES_KEPT)
        self._input = bytearray()
        self._skipping = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream socket's transport always is
        self._transport = transport
        if not same_user(transport.get_extra_info("socket")):
            _logger.warning("a connection of another user was refused")
            transport.abort()
            return
        transport.set_write_buffer_limits(high=0)  # paused as soon as the system's buffer is full
        if not self._server.joined(self):
            self._send({"type": "error", "error": f"there are {LISTENERS_MAX} listeners already"})
            transport.close()
            return
        self._send({"type": "hello", "v": PROTOCOL, "version": __version__, "capabilities": list(CAPABILITIES), "pid": os.getpid()})
        self.refresh()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        self._server.left(self)
        self._seen = None
        self._notices.clear()

    def pause_writing(self) -> None:
        self._paused = True
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._paused = False
        self._take_lines()
        while self._notices and not self._paused:
            self._write(self._notices.popleft())
        self.refresh()
        if self._transport and not self._paused and not self._transport.is_closing():
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._input += data
        self._take_lines()

    def close(self) -> None:
        if self._transport:
            self._transport.abort()

    def refresh(self) -> None:
        """Send the newest picture, if it is new to this reader and the reader is ready."""
        newest = self._server.newest
        if self._paused or self._transport is None or newest is None or newest is self._seen:
            return
        line = newest.line_after(self._seen)
        self._seen = newest
        self._write(line)

    def tell(self, line: bytes) -> None:
        if self._paused:
            self._notices.append(line)
        else:
            self._write(line)

    def _write(self, line: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(line)

    def _send(self, message: dict[str, Any]) -> None:
        self._write(_line(message))

    def _take_lines(self) -> None:
        while not self._paused and self._transport is not None:
            end = self._input.find(b"\n")
            if end < 0:
                if len(self._input) > LINE_MAX:
                    self._input.clear()
                    self._too_long()
                    self._skipping = True
                return
            line = bytes(self._input[:end])
            del self._input[: end + 1]
            if self._skipping:
                self._skipping = False
            elif len(line) > LINE_MAX:
                self._too_long()
            elif line.strip():
                self._messages.take(line)

    def _too_long(self) -> None:
        if not self._skipping:
            self._send({"type": "error", "error": f"a line is longer than {LINE_MAX} bytes"})


def same_user(connection: socket.socket) -> bool:
    """Whether the other end of a Unix socket belongs to this user. Where the system cannot say, the file's mode alone protects."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None or sys.platform == "darwin":
        return True
    try:
        _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    except OSError:
        return False
    return bool(uid == os.getuid())


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"

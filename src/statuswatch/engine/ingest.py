"""Calls that are told to the engine rather than read by it: by programs and hooks, in messages `observe` (see sources.observed).

They come as lines on the engine's socket, or as datagrams at `observe.sock` beside it. A datagram costs its sender one system call, whether an engine runs or
not, and nothing ever waits: where there is no engine, or no room, it is lost. Both sockets lie in a folder that only this user may enter.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from statuswatch.config.errors import PlaceError
from statuswatch.config.paths import ensure_private
from statuswatch.core.observation import CallSeen
from statuswatch.core.tellings import Tellings
from statuswatch.engine.clock import Clock
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.sources.clients.attempt import NO_PROVIDER
from statuswatch.sources.clients.diagnose import Diagnose
from statuswatch.sources.observed import MESSAGE_MAX, PlaceAt, call_in, pointer_in

AT_ONCE = 64
"""Datagrams that are read before the loop does something else."""

_AGAIN_AFTER = 1.0

Knock = Callable[[str, str], bool]
"""Looks at once into the record of a client at a path; false where that is no record that may be read."""


class Ingest:
    """Turns messages into observations. `knock` is asked to look into a record; None where no record is read."""

    def __init__(self, inbox: Inbox, clock: Clock, diagnose: Diagnose, place_at: PlaceAt, tellings: Tellings, knock: Knock | None = None) -> None:
        self._inbox = inbox
        self._clock = clock
        self._diagnose = diagnose
        self._place_at = place_at
        self._tellings = tellings
        self._knock = knock

    def take(self, message: Mapping[str, Any]) -> bool | None:
        """Take a message in: true where it says something that is followed, false where it may not or there is no room, None where it is none of ours."""
        pointer = pointer_in(message)
        if pointer is not None:
            return self._point(pointer.client, pointer.path)
        now = self._clock.now().at
        call = call_in(message, self._diagnose, now, self._place_at)
        if call is None:
            return None
        if call.provider == NO_PROVIDER:  # a call to nobody known says nothing about anybody
            return False
        told = self._tellings.take("observed", call)
        return told is None or self._inbox.offer(Arrival(CallSeen(now, told)))

    def _point(self, client: str, path: str) -> bool:
        if self._knock is None or not self._knock(client, path):
            return False
        # A client may call its hook before it has written the line that the hook is about.
        asyncio.get_running_loop().call_later(_AGAIN_AFTER, self._knock, client, path)
        return True


class Mailbox:
    """The datagram socket at `path`."""

    def __init__(self, path: Path, take: Callable[[Mapping[str, Any]], object]) -> None:
        self._path = path
        self._take = take

    async def run(self) -> None:
        """Read datagrams until cancelled; the socket is removed then. Raises PlaceError where it has no place."""
        box = _bound(self._path)
        inode = self._path.stat().st_ino
        loop = asyncio.get_running_loop()
        loop.add_reader(box, self._read, box)
        try:
            await asyncio.Event().wait()
        finally:
            loop.remove_reader(box)
            box.close()
            with contextlib.suppress(OSError):
                if self._path.stat().st_ino == inode:
                    self._path.unlink()

    def _read(self, box: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                data = box.recv(MESSAGE_MAX + 1)
            except OSError:  # nothing more for now
                return
            message = _message(data)
            if message is not None:
                self._take(message)


def _bound(path: Path) -> socket.socket:
    """A datagram socket at `path` that only its owner may send to, in place of a stale one. Call it only while holding the engine's lock."""
    ensure_private(str(path.parent))
    temporary = path.with_name(f".o{os.getpid()}")  # no longer than the name that it gets
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        temporary.unlink(missing_ok=True)
        box.bind(str(temporary))
        temporary.chmod(0o600)
        temporary.rename(path)
    except OSError as error:
        box.close()
        raise PlaceError(f"{path}: no socket could be made here ({error.strerror})") from error
    box.setblocking(False)
    return box


def _message(data: bytes) -> dict[str, Any] | None:
    """The message `observe` in a datagram; None for anything else, longer ones included."""
    if len(data) > MESSAGE_MAX:
        return None
    try:
        message = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and message.get("type") == "observe" else None

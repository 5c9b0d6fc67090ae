"""Tells shells that wait at a prompt that their line has changed: at a socket beside it each change is one line, and nothing is ever read.

A shell that shows its prompt anew reads the line where it always does, so what is sent is only a knock. Who does not read is not waited for; the end of
the connection says that the engine is gone.
"""

import asyncio
import contextlib
import socket
from pathlib import Path

from statuswatch.config.errors import PlaceError
from statuswatch.engine.serve import same_user
from statuswatch.engine.single import listening_socket

WAITING_MOST = 256

_KNOCK = b"1\n"


class Doorbell:
    """The socket at `path`. It opens with the first knock inside a loop, and a place that cannot be used leaves it closed: prompts do without."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listening: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[socket.socket] = set()
        self._line = ""
        self._inode = 0

    @property
    def waiting(self) -> int:
        """How many shells are connected."""
        return len(self._waiting)

    def knock(self, line: str) -> None:
        """Say that the line is this now; nothing is said where it was already."""
        if self._listening is None:
            self._open()
        if line == self._line:
            return
        self._line = line
        for connection in tuple(self._waiting):
            try:
                connection.send(_KNOCK)
            except BlockingIOError:
                continue  # it has knocks to read
            except OSError:
                self._leave(connection)

    def close(self) -> None:
        """Close all connections and the socket."""
        for connection in tuple(self._waiting):
            self._leave(connection)
        if self._listening is not None and self._loop is not None:
            self._loop.remove_reader(self._listening)
            self._listening.close()
            with contextlib.suppress(OSError):
                if self._path.stat().st_ino == self._inode:  # another engine may have put its own there
                    self._path.unlink()
        self._listening = None

    def _open(self) -> None:
        try:
            self._loop = asyncio.get_running_loop()
            self._listening = listening_socket(self._path)
            self._inode = self._path.stat().st_ino
        except (RuntimeError, OSError, PlaceError):
            return
        self._loop.add_reader(self._listening, self._come)

    def _come(self) -> None:
        assert self._listening is not None  # noqa: S101 - it is what called
        assert self._loop is not None  # noqa: S101 - the same
        try:
            connection, _ = self._listening.accept()
        except OSError:
            return
        if len(self._waiting) >= WAITING_MOST or not same_user(connection):
            connection.close()
            return
        connection.setblocking(False)
        self._waiting.add(connection)
        self._loop.add_reader(connection, self._hear, connection)

    def _hear(self, connection: socket.socket) -> None:
        """Nothing is to be said here: whoever does has gone, or does not belong."""
        self._leave(connection)

    def _leave(self, connection: socket.socket) -> None:
        self._waiting.discard(connection)
        if self._loop is not None:
            self._loop.remove_reader(connection)
        connection.close()

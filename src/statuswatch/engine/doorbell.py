"""Tells shells that wait at a prompt that their line has changed: at a socket beside it each change is one line, and nothing is ever read.

A shell that shows its prompt anew reads the line where it always does, so what is sent is only a knock. Who does not read is not waited for; the end of
the connection says that the engine is gone.
"""

import asyncio
import contextlib
import errno
import logging
import socket
from pathlib import Path

from statuswatch.config.errors import PlaceError
from statuswatch.engine.serve import same_user
from statuswatch.engine.single import listening_socket

WAITING_MOST = 256
PAUSE_SECONDS = 1.0
"""How long nobody is let in after the system has run out of what a connection takes."""

_KNOCK = b"1\n"
# What accept() fails with while the connection stays in the queue: asking again at once would ask for ever.
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_logger = logging.getLogger(__name__)


class Doorbell:
    """The socket at `path`. It opens with the first knock inside a loop; a place that cannot be used is a problem, and is tried again with the next one."""

    def __init__(self, path: Path, pause_s: float = PAUSE_SECONDS) -> None:
        self._path = path
        self._pause_s = pause_s
        self._resting: asyncio.TimerHandle | None = None
        self._refused = ""
        self._exhausted = ""
        self._listening: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[socket.socket] = set()
        self._line = ""
        self._inode = 0

    @property
    def waiting(self) -> int:
        """How many shells are connected."""
        return len(self._waiting)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why shells that wait at a prompt do not hear of a change, a sentence each."""
        return tuple(sentence for sentence in (self._refused, self._exhausted) if sentence)

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
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
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
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # a picture that is published before the loop runs; the next one comes inside it
        listening = None
        try:
            listening = listening_socket(self._path)
            self._inode = self._path.stat().st_ino
        except (OSError, PlaceError) as error:
            if listening is not None:
                listening.close()
            reason = str(error) if isinstance(error, PlaceError) else f"{self._path}: no socket could be made here ({error.strerror or type(error).__name__})"
            self._refused = self._noted(f"{reason}; prompts that are on the screen do not change until the next command", self._refused)
            return
        self._refused = ""
        self._loop, self._listening = loop, listening
        loop.add_reader(listening, self._come)

    def _noted(self, sentence: str, before: str) -> str:
        if sentence != before:
            _logger.warning("%s", sentence)
        return sentence

    def _rest(self, reason: str) -> None:
        """Let nobody in for a while. Whoever knocks meanwhile waits in the system's queue."""
        assert self._listening is not None  # noqa: S101 - only what listens can be refused a connection
        assert self._loop is not None  # noqa: S101 - the same
        self._exhausted = self._noted(f"{self._path}: a prompt could not be let in ({reason}); it is tried again", self._exhausted)
        self._loop.remove_reader(self._listening)
        self._resting = self._loop.call_later(self._pause_s, self._rested)

    def _rested(self) -> None:
        self._resting = None
        if self._listening is not None and self._loop is not None:
            self._loop.add_reader(self._listening, self._come)

    def _come(self) -> None:
        assert self._listening is not None  # noqa: S101 - it is what called
        assert self._loop is not None  # noqa: S101 - the same
        try:
            connection, _ = self._listening.accept()
        except OSError as error:
            if error.errno in _EXHAUSTED:
                self._rest(error.strerror or type(error).__name__)
            return
        self._exhausted = ""
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

"""One engine per user: a lock that the system frees with its holder, a socket that replaces a stale one, and the detached start.

An engine is alive when its socket answers, not when a process with some number exists.
"""

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from statuswatch.config.errors import PlaceError
from statuswatch.config.paths import ensure_private

ANSWER_WITHIN = 0.2
LOG_BYTES = 1024 * 1024
_SOCKET_PATH_MAX = 103 if sys.platform == "darwin" else 107
_BACKLOG = 128
_LINE_MAX = 65536


class Lock:
    """Held as long as this process lives, or until `release`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def named(self) -> bool:
        """Whether `path` still means the file that is held. Where the folder was removed, or another file lies there, this lock keeps nobody out."""
        try:
            there = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # a disk that does not answer for a moment proves nothing
            return True
        held = os.fstat(self._descriptor)
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def release(self) -> None:
        """Let the next engine start. The file stays: removing it would let two engines hold two locks of one name."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def acquire(path: Path) -> Lock | None:
    """The lock, or None where another process holds it; raises PlaceError or OSError where there is no place for it.

    Its file holds the number of the holder, for people only.
    """
    ensure_private(str(path.parent))
    return hold(path)


def hold(path: Path) -> Lock | None:
    """As `acquire`, in a folder that is there and left as it is. Raises OSError where the file cannot be opened."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    with contextlib.suppress(OSError):  # a full disk must not keep the engine from running
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
    return Lock(path, descriptor)


def simulation_marker(home: Path) -> Path:
    """The file that a simulation holds (see `hold`) in the home that it plays in, from before its engine starts until all it made there is gone."""
    return home / "simulation"


def simulating(home: Path) -> bool:
    """Whether a simulation runs or is ending in `home`. The kernel's word: the file of one that was killed means nothing."""
    marker = simulation_marker(home)
    if not marker.exists():
        return False
    lock = hold(marker)
    if lock is None:
        return True
    lock.release()
    return False


def listening_socket(path: Path) -> socket.socket:
    """A listening Unix socket at `path` that only its owner may open. It is bound under another name and renamed, so it replaces a stale one at once.

    Call it only while holding the lock. Raises PlaceError where the path is too long for a socket, or its folder cannot be used.
    """
    ensure_private(str(path.parent))
    temporary = path.with_name(f".{os.getpid()}")  # no longer than the name that it gets
    length = max(len(os.fsencode(temporary)), len(os.fsencode(path)))
    if length > _SOCKET_PATH_MAX:
        raise PlaceError(f"{path}: {length} bytes are too long for a socket (at most {_SOCKET_PATH_MAX}); set STATUSWATCH_HOME to a shorter place")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        server.bind(str(temporary))
        temporary.chmod(0o600)
        server.listen(_BACKLOG)
        temporary.rename(path)
    except OSError as error:
        server.close()
        raise PlaceError(f"{path}: no socket could be made here ({error.strerror})") from error
    server.setblocking(False)
    return server


def alive(path: Path, within: float = ANSWER_WITHIN) -> bool:
    """Whether an engine answers at `path` within `within` real seconds: its greeting is enough."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(within)
        try:
            client.connect(str(path))
            line = b""
            while b"\n" not in line and len(line) < _LINE_MAX:
                piece = client.recv(4096)
                if not piece:
                    return False
                line += piece
        except OSError:
            return False
    try:
        greeting = json.loads(line.partition(b"\n")[0])
    except ValueError:
        return False
    return isinstance(greeting, dict) and greeting.get("type") == "hello"


def spawn(argv: Sequence[str], env: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Start `argv` in a session of its own, with nothing of the caller's terminal; what it says goes to the end of `log`.

    Several callers may do so at once: all but one of the engines find the lock taken and end.
    """
    ensure_private(str(log.parent))
    keep_small(log)
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - argv is our own program
            list(argv), env=dict(env), stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor, cwd="/", start_new_session=True
        )
    finally:
        os.close(descriptor)


def keep_small(log: Path, limit: int = LOG_BYTES) -> None:
    """Move a log that has grown beyond `limit` bytes to `.1`, in place: the engine keeps writing at the end of the same file."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > limit:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            log.with_name(f"{log.name}.1").chmod(0o600)
            os.truncate(log, 0)

"""The way from a program to the engine: one datagram socket that nobody waits for."""

import atexit
import contextlib
import errno
import itertools
import json
import os
import socket
import stat
import threading
import time
from collections import OrderedDict, deque
from typing import Any

# pathlib is a program's to load or not.
# ruff: noqa: PTH116, PTH117, PTH118

ASK_EVERY_S = 5.0
"""How often an engine is looked for where there is none."""
MESSAGE_MAX = 8000

_WAITING = 64
_SUN_PATH = 103


class Link:
    """The way to the engine: one datagram socket, asked for again at most every ASK_EVERY_S where nobody listens. Messages that find no room wait, a few."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.renew()

    def renew(self) -> None:
        """Begin anew, in a forked child: what waits is the parent's to send, and a lock may be held by a thread that is not there any more."""
        self._socket: socket.socket | None = None
        self._ask_at = 0.0
        self._lock = threading.Lock()
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_WAITING)
        self._name = f"{os.getpid():x}-{time.time_ns():x}"
        self.turns: OrderedDict[int, tuple[str, int, float]] = OrderedDict()

    def next_id(self) -> str:
        """A name for one attempt, unlike those of all other programs."""
        return f"{self._name}-{next(self._numbers):x}"

    def listens(self) -> bool:
        """Whether an engine listens, as far as is known."""
        if self._socket is not None:
            return True
        if time.perf_counter() < self._ask_at or not self._lock.acquire(blocking=False):
            return False
        try:
            self._ask_at = time.perf_counter() + ASK_EVERY_S
            self._socket = _connected()
            return self._socket is not None
        finally:
            self._lock.release()

    def send(self, call: dict[str, Any]) -> None:
        """Hand over what is known of a call, and what waits. Never blocks."""
        self._waiting.append(call)
        for _ in range(_WAITING):
            if not self._waiting or not self.listens():
                return
            out, first = self._socket, self._waiting.popleft()
            try:
                if out is not None:
                    _send(out, first)
            except (BlockingIOError, InterruptedError):  # no room now: the next call takes it along
                self._waiting.appendleft(first)
                return
            except OSError:  # the engine went; a new one may be there already
                self._waiting.appendleft(first)
                self._lost(out)

    def _lost(self, out: socket.socket | None) -> None:
        if out is not None and self._socket is out:
            self._socket, self._ask_at = None, 0.0
            out.close()

    def close(self) -> None:
        """Say what still waits, if that needs no waiting, and close."""
        with contextlib.suppress(OSError):
            while self._socket is not None and self._waiting:
                _send(self._socket, self._waiting.popleft())
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _connected() -> socket.socket | None:
    family = getattr(socket, "AF_UNIX", None)
    path = place() if family is not None else None
    if family is None or path is None:
        return None
    out = socket.socket(family, socket.SOCK_DGRAM)
    try:
        out.setblocking(False)
        out.connect(path)
    except OSError:
        out.close()
        return None
    return out


def _send(out: socket.socket, call: dict[str, Any]) -> None:
    """Send a call, without what makes it too long for a message or for this system's datagrams."""
    for left_out in ((), ("body",), ("body", "headers")):
        data = json.dumps({"type": "observe", "call": {key: value for key, value in call.items() if key not in left_out}}, separators=(",", ":")).encode()
        if len(data) <= MESSAGE_MAX:
            try:
                out.send(data)
            except OSError as error:
                if error.errno == errno.EMSGSIZE:
                    continue
                raise
            return


def place() -> str | None:
    """Where the engine listens, by the rule of `statuswatch.config.paths`, and None where that refuses the place."""
    home = os.environ.get("STATUSWATCH_HOME", "")
    if home and not os.path.isabs(home):
        return None
    base, tmp = os.environ.get("XDG_RUNTIME_DIR", ""), f"/tmp/statuswatch-{os.geteuid()}"  # noqa: S108 - used only where it is private
    if home:
        folder = os.path.join(home, "run")
    elif os.path.isabs(base) and _mine(base):
        folder = os.path.join(base, "statuswatch")
    else:
        folder = tmp
    path = os.path.join(folder, "observe.sock")
    if len(os.fsencode(path)) > _SUN_PATH:
        from hashlib import sha256

        folder, path = tmp, os.path.join(tmp, sha256(os.fsencode(path)).hexdigest()[:16], "observe.sock")
    return path if folder != tmp or _private(tmp) else None


def _mine(folder: str) -> bool:
    try:
        return os.lstat(folder).st_uid == os.stat(folder).st_uid == os.geteuid()
    except OSError:
        return False


def _private(folder: str) -> bool:
    """`/tmp` is everyone's: what is there is used only where it is ours, a folder, and closed to others."""
    try:
        found = os.lstat(folder)
    except FileNotFoundError:
        return True
    return found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077


LINK = Link()
atexit.register(LINK.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=LINK.renew)

"""How a surface hears of the engine: the last picture in its file, messages at its socket (protocol 1, JSON lines), and commands sent back.

Nothing here starts an engine or decides anything. `Link` is synchronous and bounded by deadlines; it has `fileno`, for those who wait on several things.
"""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from statuswatch.config import paths
from statuswatch.core.codec import decode
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.health import Health, Side
from statuswatch.core.moment import format_time
from statuswatch.core.snapshot import SNAPSHOT_VERSION, Snapshot
from statuswatch.core.verdict import Verdict

PROTOCOL = 1
CAPABILITIES = ("snapshot", "changes", "notice", "command", "ping", "observe", "history", "open", "why", "claim", "actions")
"""What an engine of this version says that it understands. One that says less is older."""
ANSWER_WITHIN = 0.2
NO_ENGINE = "no engine answers (statuswatch engine start)"
FINE, THEIRS, USAGE, YOURS, CANNOT_TELL = 0, 1, 2, 3, 4

_LINE_MAX = 32 * 1024 * 1024
_FILE_MAX = 32 * 1024 * 1024
_PIECE = 1 << 18
_SEND_WITHIN = 5.0
_WHOLE_SECOND = timedelta(seconds=1)
_STATUS = {
    Health.OK: FINE,
    Health.MAINTENANCE: FINE,
    Health.DEGRADED: THEIRS,
    Health.DOWN: THEIRS,
    Health.RECOVERING: THEIRS,
    Health.SUSPECT: CANNOT_TELL,
    Health.UNKNOWN: CANNOT_TELL,
}


class EngineGoneError(StatuswatchError):
    """No engine can be heard, or no longer; the text says why."""


def exit_status(verdict: Verdict) -> int:
    """What `why` and `wait` end with for one verdict: the same scale as `Summary.exit_status` for the whole picture."""
    return YOURS if verdict.side is Side.YOURS else _STATUS[verdict.health]


def wall_clock() -> datetime:
    """The time of day, for surfaces that run once."""
    return datetime.now(UTC)  # noqa: TID251 - a surface may not import the engine's clock; everything below gets it passed in


def monotonic() -> float:
    """Seconds for deadlines, of no meaning but their differences."""
    return time.monotonic()  # noqa: TID251 - waiting for a program, not deciding anything


def read_snapshot(path: str | None = None) -> Snapshot | None:
    """The last published picture, however old: see its `engine.expires_at`. None where there is none that this version can read.

    An engine that ends on purpose lets its ready text expire at once and leaves the picture as it was, so the earlier of the two times counts.
    """
    text = read_snapshot_text(path)
    picture = parse_snapshot(text) if text is not None else None
    if picture is None or path is not None:
        return picture
    last = _ready_until()
    if last is None or picture.engine.expires_at - last < _WHOLE_SECOND:  # the ready text counts in whole seconds
        return picture
    return replace(picture, engine=replace(picture.engine, expires_at=last))


def _ready_until() -> datetime | None:
    """When the ready text of `statuswatch status` expires; None where there is none."""
    try:
        with Path(paths.status_file()).open("rb") as file:
            fields = file.readline(64).split(b"\t")
        return datetime.fromtimestamp(int(fields[1]), UTC)
    except (OSError, ValueError, IndexError, OverflowError):
        return None


def parse_snapshot(text: str) -> Snapshot | None:
    """The picture that this JSON is; None where it is none that this version can read."""
    try:
        picture = decode(Snapshot, json.loads(text))
    except (ValueError, RecursionError, StatuswatchError):
        return None
    return picture if picture.v == SNAPSHOT_VERSION else None


def read_snapshot_text(path: str | None = None) -> str | None:
    """The published picture as it lies in its file, one line of JSON without the newline; None where there is none. Nothing in it is checked."""
    try:
        place = Path(path or paths.snapshot_file())
        if not place.is_file() or place.stat().st_size > _FILE_MAX:
            return None
        return place.read_text(encoding="utf-8").strip() or None
    except (OSError, ValueError):
        return None


def engine_answers(within: float = ANSWER_WITHIN) -> bool:
    """Whether an engine greets at the socket within `within` seconds: that, and no process id, is what alive means."""
    try:
        Link.open(within).close()
    except EngineGoneError:
        return False
    return True


class Link:
    """One connection to the engine, greeted. `hello` is the engine's greeting."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()
        self._lines: list[bytes] = []
        self.hello: dict[str, Any] = {}

    @classmethod
    def open(cls, within: float = ANSWER_WITHIN, path: str | None = None) -> "Link":
        """Connect and take the greeting, all within `within` seconds. Raises EngineGoneError."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link = cls(connection)
        deadline = monotonic() + within
        try:
            connection.settimeout(within)
            connection.connect(path or paths.socket_file())
            while not link._lines:
                link.fill(max(0.001, deadline - monotonic()))
            link.hello = link._greeting()
        except OSError as error:
            connection.close()
            raise EngineGoneError(NO_ENGINE) from error
        except EngineGoneError:
            connection.close()
            raise
        return link

    def _greeting(self) -> dict[str, Any]:
        said = _object(self._lines.pop(0))
        if said.get("type") == "error":
            raise EngineGoneError(f"the engine refuses: {str(said.get('error', 'no reason given'))[:200]}")
        if said.get("type") != "hello" or said.get("v") != PROTOCOL:
            raise EngineGoneError(f"the engine speaks another protocol (expected v {PROTOCOL}): stop it and start it again")
        return said

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._connection.fileno()

    def fill(self, within: float) -> None:
        """Receive once, waiting at most `within` seconds. Raises EngineGoneError at the end of the connection, TimeoutError where nothing came."""
        self._connection.settimeout(within)
        try:
            piece = self._connection.recv(_PIECE)
        except TimeoutError:
            raise
        except OSError as error:
            raise EngineGoneError("the engine went away") from error
        if not piece:
            raise EngineGoneError("the engine went away")
        self._buffer += piece
        if b"\n" in piece:
            *whole, rest = bytes(self._buffer).split(b"\n")
            self._lines += whole
            self._buffer = bytearray(rest)
        elif len(self._buffer) > _LINE_MAX:
            raise EngineGoneError("what the engine says is too long to be read")

    def take(self) -> list[bytes]:
        """The whole lines that have come so far, without their newlines."""
        lines, self._lines = self._lines, []
        return lines

    def send(self, line: bytes) -> None:
        """Send one line (without its newline). Raises EngineGoneError."""
        self._connection.settimeout(_SEND_WITHIN)
        try:
            self._connection.sendall(line + b"\n")
        except OSError as error:
            raise EngineGoneError("the engine went away") from error

    def command(self, name: str, command: str, target: str, until: datetime | None = None) -> None:
        """Ask for something; the answer comes as a `done` or `error` message with that `id`. Raises EngineGoneError."""
        end = {} if until is None else {"until": format_time(until)}
        self.send(json.dumps({"type": "command", "id": name, "command": command, "target": target, **end}).encode())

    def messages(self, until: float | None = None) -> Iterator[dict[str, Any]]:
        """Each message as it comes, up to the instant `until` of `monotonic()` (None: for ever). Raises EngineGoneError when the engine ends."""
        while True:
            for line in self.take():
                yield _object(line)
            left = None if until is None else until - monotonic()
            if left is not None and left <= 0:
                return
            try:
                self.fill(3600.0 if left is None else max(0.001, left))
            except TimeoutError:
                continue

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def snapshot_in(message: dict[str, Any]) -> Snapshot | None:
    """The picture that a message carries, if it carries one that can be read."""
    if message.get("type") not in {"snapshot", "changes"}:
        return None
    try:
        return decode(Snapshot, message.get("snapshot"))
    except StatuswatchError:
        return None


def _object(line: bytes) -> dict[str, Any]:
    """What a line of the engine says; an unreadable line is a message of no type."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}

"""Where the dashboard's pictures come from: a small protocol, and the real one over the engine's socket (protocol 1, JSON lines)."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from statuswatch.core.codec import decode
from statuswatch.core.errors import DataError
from statuswatch.core.moment import format_time
from statuswatch.core.notice import Notice
from statuswatch.core.observation import Command
from statuswatch.core.snapshot import SNAPSHOT_VERSION, Snapshot

PROTOCOL = 1
_LINE_LIMIT = 32 * 1024 * 1024
_HELLO_SECONDS = 2.0
_REPLY_SECONDS = 10.0
_BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Connection(StrEnum):
    """Whether an engine is at the other end."""

    CONNECTING = "connecting"
    LIVE = "live"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Linked:
    """The connection changed; `detail` says why, in words for a person."""

    state: Connection
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Whether the engine took a command in; `detail` says why not."""

    ok: bool
    detail: str = ""


Event = Snapshot | Notice | Linked


class Source(Protocol):
    """What the dashboard needs from the rest of the world."""

    def events(self) -> AsyncGenerator[Event, None]:
        """Pictures, notices and the connection's changes, until the dashboard ends. It never raises for a missing engine: that is an event."""
        ...

    async def send(self, command: Command) -> Reply:
        """Ask the engine for something; a refusal is a reply, not an exception."""
        ...


class _LostError(Exception):
    """The engine cannot be heard; the text says why."""


class SocketSource:
    """The engine's own socket, with the snapshot file as the last picture while no engine answers. Reconnects by itself, ever more slowly."""

    def __init__(self, socket: Path, stored: Path) -> None:
        self._socket = socket
        self._stored = stored
        self._writer: asyncio.StreamWriter | None = None
        self._replies: dict[str, asyncio.Future[Reply]] = {}
        self._ids = count(1)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield pictures as they come; see `Source`."""
        yield Linked(Connection.CONNECTING)
        tries = 0
        while True:
            try:
                async with aclosing(self._session()) as session:
                    async for event in session:
                        tries = 0
                        yield event
            except _LostError as error:
                # A connection that was live is tried once more before anybody is told: an engine that restarts is no news.
                if tries:
                    yield Linked(Connection.GONE, str(error))
                    last = await asyncio.to_thread(self._last)
                    if last is not None and tries == 1:
                        yield last
            await asyncio.sleep(_BACKOFF[min(tries, len(_BACKOFF) - 1)])
            tries += 1

    async def _session(self) -> AsyncGenerator[Event, None]:
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket, limit=_LINE_LIMIT)
        except OSError as error:
            raise _LostError("no engine answers") from error
        try:
            _check_hello(await asyncio.wait_for(_line(reader), _HELLO_SECONDS))
            self._writer = writer
            live = False
            while True:
                event = self._understood(await _line(reader))
                if isinstance(event, Snapshot) and not live:
                    # An engine is believed to be there once it has shown a picture that can be read, not when it says hello.
                    live = True
                    yield Linked(Connection.LIVE)
                if event is not None:
                    yield event
        except TimeoutError as error:
            raise _LostError("the engine does not answer") from error
        except (OSError, ValueError, DataError) as error:
            raise _LostError(f"what the engine says cannot be read: {error}") from error
        finally:
            self._writer = None
            self._give_up()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _understood(self, said: dict[str, Any]) -> Event | None:
        match said.get("type"):
            case "snapshot" | "changes":
                return _snapshot(said.get("snapshot"))
            case "notice":
                return decode(Notice, said.get("notice"))
            case "done" | "error":
                waiting = self._replies.get(str(said.get("id")))
                if waiting is not None and not waiting.done():
                    waiting.set_result(Reply(said.get("ok") is True, str(said.get("error", ""))))
        return None

    def _give_up(self) -> None:
        for waiting in self._replies.values():
            if not waiting.done():
                waiting.set_result(Reply(ok=False, detail="the engine went away"))

    def _last(self) -> Snapshot | None:
        try:
            return _snapshot(json.loads(self._stored.read_bytes()))
        except (OSError, ValueError, DataError):
            return None

    async def send(self, command: Command) -> Reply:
        """Send one command and wait for its answer, at most ten seconds; see `Source`."""
        writer = self._writer
        if writer is None:
            return Reply(ok=False, detail="no engine answers")
        name = str(next(self._ids))
        line: dict[str, Any] = {"type": "command", "id": name, "command": command.kind.value, "target": command.target}
        if command.until is not None:
            line["until"] = format_time(command.until)
        waiting: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies[name] = waiting
        try:
            writer.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
            await writer.drain()
            return await asyncio.wait_for(waiting, _REPLY_SECONDS)
        except TimeoutError:
            return Reply(ok=False, detail="the engine did not answer in time")
        except OSError:
            return Reply(ok=False, detail="the engine went away")
        finally:
            self._replies.pop(name, None)


async def _line(reader: asyncio.StreamReader) -> dict[str, Any]:
    data = await reader.readline()
    if not data.endswith(b"\n"):
        raise _LostError("the engine went away")
    said = json.loads(data)
    if not isinstance(said, dict):
        raise _LostError("what the engine says cannot be read: a line is no object")
    return said


def _check_hello(said: dict[str, Any]) -> None:
    if said.get("type") == "error":
        raise _LostError(f"the engine refuses: {said.get('error', 'no reason given')}")
    if said.get("type") != "hello" or said.get("v") != PROTOCOL:
        raise _LostError(f"the engine speaks another protocol (v {said.get('v')}, expected {PROTOCOL}): stop it and start it again")


def _snapshot(data: object) -> Snapshot:
    picture = decode(Snapshot, data)
    if picture.v != SNAPSHOT_VERSION:
        raise DataError(f"the picture has form v {picture.v}, expected {SNAPSHOT_VERSION}")
    return picture

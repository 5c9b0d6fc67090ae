"""A bridge on a thread of its own, for programs with a loop: what they get is what an editor gets, and one that does not read is treated the same."""

import asyncio
import contextlib
import itertools
import json
import os
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

from statuswatch.surfaces.bridging import Bridge

_PIECE = 1 << 16
_ANSWER_SECONDS = 10.0
_CLAIM_SECONDS = 60.0
"""A claim is answered once it is settled who shows the notice, after a pop-up that hangs too. What is granted then, nobody else shows."""


class Relay:
    """One bridge. `piece` gives what it says as bytes as they come, `say` hands it a line."""

    def __init__(self) -> None:
        self._reader = asyncio.StreamReader(limit=_PIECE)
        self._hearing: asyncio.BaseTransport | None = None
        self._saying: asyncio.WriteTransport | None = None

    @classmethod
    async def open(cls) -> "Relay":
        """Start one."""
        relay, loop = cls(), asyncio.get_running_loop()
        (bridge_in, to_say), (to_hear, bridge_out) = os.pipe(), os.pipe()
        relay._hearing, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(relay._reader), os.fdopen(to_hear, "rb", 0))
        relay._saying, _ = await loop.connect_write_pipe(asyncio.Protocol, os.fdopen(to_say, "wb", 0))
        threading.Thread(target=_run, args=(bridge_in, bridge_out), daemon=True).start()
        return relay

    def say(self, line: bytes) -> bool:
        """Hand on one line (without its newline); false where there is no room, because the answers are not read."""
        if self._saying is None or self._saying.is_closing() or self._saying.get_write_buffer_size() > _PIECE:
            return False
        self._saying.write(line + b"\n")
        return True

    def no_more(self) -> None:
        """Nothing else will be said: the bridge ends when it has answered."""
        if self._saying:
            self._saying.close()

    async def piece(self) -> bytes:
        """The next bytes; empty at the end."""
        return await self._reader.read(_PIECE)

    async def rest(self) -> bytes:
        """All that is still said."""
        return await self._reader.read()

    def close(self) -> None:
        """Hang up."""
        for transport in (self._saying, self._hearing):
            if transport:
                transport.close()


class Peer:
    """A program's end of a relay: hears messages as they come, asks and gets its answers."""

    def __init__(self, hear: Callable[[dict[str, Any]], None]) -> None:
        self._hear = hear
        self._relay: Relay | None = None
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._names = (f"p{number}" for number in itertools.count())

    async def run(self) -> None:
        """Hand on what is said until cancelled, or until the relay ends."""
        self._relay = await Relay.open()
        try:
            async for message in _messages(self._relay):
                waiting = self._waiting.pop(str(message.get("id")), None)
                if waiting is None:
                    self._hear(message)
                elif not waiting.done():
                    waiting.set_result(message)
        finally:
            self._relay.close()

    async def ask(self, command: str, target: str = "*", **more: Any) -> dict[str, Any]:
        """The answer to a command, `ok` false with an `error` where none comes in time."""
        name = next(self._names)
        answer = self._waiting[name] = asyncio.get_running_loop().create_future()
        line = json.dumps({"type": "command", "id": name, "command": command, "target": target, **more}, separators=(",", ":")).encode()
        try:
            if self._relay is None or not self._relay.say(line):
                return {"ok": False, "error": "not connected; ask again"}
            async with asyncio.timeout(_CLAIM_SECONDS if command == "claim" else _ANSWER_SECONDS):
                said = await answer
        except TimeoutError:
            return {"ok": False, "error": "the engine did not answer; look at it: statuswatch engine status"}
        finally:
            self._waiting.pop(name, None)
        return {"ok": False, **said}


async def _messages(relay: Relay) -> AsyncIterator[dict[str, Any]]:
    rest = bytearray()
    while piece := await relay.piece():
        rest += piece
        if b"\n" not in piece:
            continue
        *lines, last = bytes(rest).split(b"\n")
        rest = bytearray(last)
        for line in lines:
            try:
                message = json.loads(line)
            except (ValueError, RecursionError):  # whatever sits at the socket may say anything
                continue
            if isinstance(message, dict):
                yield message


def _run(bridge_in: int, bridge_out: int) -> None:
    with os.fdopen(bridge_in, encoding="utf-8") as source, os.fdopen(bridge_out, "w", encoding="utf-8") as sink, contextlib.suppress(OSError):
        Bridge(source, sink).run()

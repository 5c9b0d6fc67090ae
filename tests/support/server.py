"""A status server on loopback: real sockets, real HTTP/1.1, answers that a test writes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send. `pieces` overrides `body`: sent with `pause` seconds between; `length` overrides Content-Length; `cut` closes without an end."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: tuple[bytes, ...] = ()
    pause: float = 0.0
    before: float = 0.0
    length: int | None = None
    cut: bool = False


Handler = Callable[[Seen], Answer | Awaitable[Answer]]


class StatusServer:
    """Answers each path by its handler (404 where there is none) and remembers what was asked."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.seen: list[Seen] = []
        self.connections = 0
        self.port = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(self, path: str, answer: Answer) -> str:
        """Answer `path` always the same way; its address."""
        self.handlers[path] = lambda _seen: answer
        return self.url(path)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        seen = Seen(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
        self.seen.append(seen)
        handler = self.handlers.get(target.partition("?")[0])
        found = handler(seen) if handler else Answer(404)
        answer = found if isinstance(found, Answer) else await found
        if answer.before:
            await asyncio.sleep(answer.before)
        pieces = answer.pieces or (answer.body,)
        length = sum(map(len, pieces)) if answer.length is None else answer.length
        lines = [f"HTTP/1.1 {answer.status} Answer", *(f"{name}: {value}" for name, value in answer.headers.items())]
        if answer.status != 304:
            lines.append(f"Content-Length: {length}")
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if answer.pause:
                await asyncio.sleep(answer.pause)
        return not answer.cut


@asynccontextmanager
async def status_server() -> AsyncIterator[StatusServer]:
    """A running server that is gone afterwards, with all that it was doing."""
    server = StatusServer()
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server._connected(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listening.wait_closed()

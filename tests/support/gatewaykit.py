"""A gateway with servers behind it that say exactly the bytes they are told to, and callers that read exactly the bytes they get."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, Self

from statuswatch.core.knowledge import Knowledge
from statuswatch.gateway.server import Gateway
from statuswatch.gateway.upstreams import Upstreams

TOKEN = "test-token-0123456789"
GENEROUS = 60.0

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """One head, up to and with its empty line; nothing where the other side hung up before."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        return error.partial


def field(head: bytes, name: str) -> str | None:
    """The value of a field, as it came."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name.lower().encode():
            return value.strip().decode("latin-1")
    return None


async def read_body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """The bytes of a body as they came, framing included."""
    if (field(head, "transfer-encoding") or "").lower() == "chunked":
        came = b""
        while True:
            line = await reader.readline()
            came += line
            size = int(line.split(b";")[0] or b"0", 16)
            if not size:
                break
            came += await reader.readexactly(size + 2)
        while line and not came.endswith(b"\r\n\r\n"):
            line = await reader.readline()
            came += line
        return came
    length = field(head, "content-length")
    return await reader.readexactly(int(length)) if length else b""


class Server:
    """A server at a free port of this machine; `requests` are the bytes that each request had, `connections` how many were made."""

    def __init__(self, serve: Serve | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._serve = serve
        self._tls = tls
        self.requests: list[bytes] = []
        self.connections = 0
        self.ended = 0
        self.port = 0
        self.answers: list[bytes] = []
        """What is answered, one a request; the last one again and again."""
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.hang_up()
        await self._server.wait_closed()

    def hang_up(self) -> None:
        """Close all connections."""
        for writer in self._writers:
            writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            await (self._serve or self._answer)(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.ended += 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            if not head.endswith(b"\r\n\r\n"):
                return
            self.requests.append(head + await read_body(reader, head))
            writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
            await writer.drain()


@contextlib.asynccontextmanager
async def gateway_to(
    upstreams: Mapping[str, str], *, environ: Mapping[str, str] | None = None, knowledge: Knowledge | None = None, **options: Any
) -> AsyncIterator[Gateway]:
    """A gateway that listens, for APIs by name."""
    made = Gateway(0, TOKEN, Upstreams(knowledge or Knowledge(), upstreams), environ or {}, **options)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@contextlib.asynccontextmanager
async def before(server: Server, **options: Any) -> AsyncIterator[Gateway]:
    """A gateway before one server, which is called `sim`."""
    async with gateway_to({"sim": f"http://127.0.0.1:{server.port}"}, **options) as made:
        yield made


class Caller:
    """A connection that sends and reads raw bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        """Send each piece by itself."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def head(self) -> bytes:
        """The next head."""
        async with asyncio.timeout(GENEROUS):
            return await read_head(self.reader)

    async def exactly(self, count: int) -> bytes:
        """So many bytes."""
        async with asyncio.timeout(GENEROUS):
            return await self.reader.readexactly(count)

    async def answer(self) -> bytes:
        """One answer: its head and its body."""
        async with asyncio.timeout(GENEROUS):
            head = await read_head(self.reader)
            return head + await read_body(self.reader, head)

    async def rest(self) -> bytes:
        """All that comes until the connection ends."""
        async with asyncio.timeout(GENEROUS):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""


@contextlib.asynccontextmanager
async def calling(port: int | None) -> AsyncIterator[Caller]:
    """A connection to a port of this machine."""
    assert port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()


def request(
    port: int | None, method: str = "POST", path: str = "/v1/messages", fields: Iterable[str] = (), body: bytes | None = b"{}", name: str = "sim"
) -> bytes:
    """A request to the gateway as a client would write it."""
    lines = [f"{method} /{TOKEN}/{name}{path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(GENEROUS):
        while not true():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.005)

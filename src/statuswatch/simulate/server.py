"""The simulated providers, over real HTTP on this machine: each one's status page on a port of its own, and one model API for all of them."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self

from statuswatch.core.moment import Moment
from statuswatch.simulate.answers import Answer, answer_at
from statuswatch.simulate.pages import body_at
from statuswatch.simulate.script import Script, page_at

LOOPBACK = "127.0.0.1"
PROVIDER_HEADER = "x-simulated-provider"
_HEAD_MAX = 65_536
_BODY_MAX = 1 << 23  # a coding client sends all its tools with every call
_PIECE_S = 0.02
_SERVED = ("GET", "HEAD", "POST")
# As status.claude.com answers (recorded 2026-10-08).
_PAGE_CACHING = "max-age=10, public, s-maxage=15, stale-while-revalidate=30, stale-if-error=3600"


class SimulationClock(Protocol):
    """What a simulation needs of a clock; `engine.clock.ScaledClock` is one."""

    def now(self) -> Moment:
        """The simulated instant."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of simulated time."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One response, before the headers that every response gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    pieces: tuple[bytes, ...] = ()
    """Sent after `body`, each as a chunk of its own, as a stream of events comes; none: the body has a length."""


Handler = Callable[[Request], Awaitable[Reply]]


class _BadRequestError(Exception):
    """What came is no HTTP/1.1 request that this server reads."""


class HttpServer:
    """HTTP/1.1 with keep-alive on a free port of 127.0.0.1. `Date` is the simulated time. Closing it ends every connection."""

    def __init__(self, handler: Handler, clock: SimulationClock) -> None:
        self._handler = handler
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.url = ""

    async def start(self) -> Self:
        """Listen; `url` is the origin, without a final slash."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0, limit=_HEAD_MAX)
        self.url = f"http://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._open[task] = writer
        task.add_done_callback(lambda done: self._open.pop(done, None))

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                reply = await self._handler(request)
                writer.write(self._bytes(request, reply))
                await writer.drain()
                if request.method != "HEAD":
                    await self._stream(writer, reply.pieces)
        except _BadRequestError as error:
            writer.write(self._bytes(None, Reply(400, {"content-type": "text/plain", "connection": "close"}, str(error).encode())))
        except ConnectionError:
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _stream(self, writer: asyncio.StreamWriter, pieces: tuple[bytes, ...]) -> None:
        """Send the pieces one after the other, each seen by the other side before the next is sent, as a model's words come."""
        for piece in (*pieces, b"") if pieces else ():
            await self._clock.sleep(_PIECE_S)
            writer.write(_chunk(piece))
            await writer.drain()

    def _bytes(self, request: Request | None, reply: Reply) -> bytes:
        headers = {"date": format_datetime(self._clock.now().at.replace(microsecond=0), usegmt=True), **reply.headers}
        body = reply.body
        if reply.pieces:
            headers["transfer-encoding"] = "chunked"
            body = _chunk(body) if body else b""
        elif reply.status != HTTPStatus.NOT_MODIFIED:
            headers["content-length"] = str(len(body))
        head = f"HTTP/1.1 {reply.status} {_phrase(reply.status)}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return head.encode("latin-1") + b"\r\n" + (b"" if request is not None and request.method == "HEAD" else body)


def _chunk(piece: bytes) -> bytes:
    """One chunk (RFC 9112, section 7.1); an empty one ends the body."""
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def _phrase(status: int) -> str:
    """The reason phrase; providers use statuses that no RFC names (529)."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request, None at the end of the connection. Raises _BadRequestError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise _BadRequestError("the connection ended within a request") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise _BadRequestError("the header is too long") from error
    first, *lines = head.decode("latin-1").split("\r\n")
    method, _, rest = first.partition(" ")
    target, _, version = rest.partition(" ")
    if method not in _SERVED or not target.startswith("/") or not version.startswith("HTTP/1."):
        raise _BadRequestError("expected GET, HEAD or POST of a path over HTTP/1.1")
    headers = {name.strip().lower(): value.strip() for name, mark, value in (line.partition(":") for line in lines) if mark}
    try:
        body = await (_chunks(reader) if headers.get("transfer-encoding", "").lower() == "chunked" else _sized(reader, headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise _BadRequestError("the connection ended within a body") from error
    return Request(method, target.partition("?")[0], headers, body)


async def _sized(reader: asyncio.StreamReader, length: str) -> bytes:
    """A body of a known length (RFC 9112, section 6.2)."""
    if not length.isdecimal() or int(length) > _BODY_MAX:
        raise _BadRequestError(f"expected a body of at most {_BODY_MAX} bytes")
    return await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """A body in chunks (RFC 9112, section 7.1); extensions and trailers are passed over."""
    body = bytearray()
    while True:
        size, _, _ = (await reader.readuntil(b"\n")).partition(b";")
        try:
            length = int(size.strip(), 16)
        except ValueError as error:
            raise _BadRequestError("expected the size of a chunk") from error
        if length < 0 or len(body) + length > _BODY_MAX:
            raise _BadRequestError(f"expected a body of at most {_BODY_MAX} bytes")
        if length == 0:
            while (await reader.readuntil(b"\n")).strip():
                pass
            return bytes(body)
        body += await reader.readexactly(length)
        await reader.readuntil(b"\n")


def reply_of(answer: Answer) -> Reply:
    """An answer as it is sent; JSON unless it says otherwise."""
    return Reply(answer.status, {"content-type": "application/json", **answer.headers}, answer.body, answer.pieces)


class World:
    """All servers of one script. `pages` maps each provider's id to its status page's origin, `api` is the model API's."""

    def __init__(self, script: Script, clock: SimulationClock) -> None:
        self._script = script
        self._clock = clock
        self._served = 0
        self._api = HttpServer(self._answer, clock)
        self._pages = {party.id: HttpServer(self._page_of(party.id), clock) for party in script.providers}

    @property
    def pages(self) -> dict[str, str]:
        """Provider id to origin."""
        return {name: server.url for name, server in self._pages.items()}

    @property
    def api(self) -> str:
        """Origin of the model API."""
        return self._api.url

    async def __aenter__(self) -> Self:
        try:
            for server in (self._api, *self._pages.values()):
                await server.start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stop()

    async def _stop(self) -> None:
        for server in (self._api, *self._pages.values()):
            await server.stop()

    def _page_of(self, provider: str) -> Handler:
        async def page(request: Request) -> Reply:
            found = body_at(page_at(self._script, provider, self._clock.now().at), request.path)
            if found is None or request.method == "POST":
                return Reply(404, {"content-type": "text/plain"}, b"not found")
            kind, body = found
            etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers = {"content-type": kind, "etag": etag, "cache-control": _PAGE_CACHING, "age": "0", "access-control-allow-origin": "*"}
            if etag in (known.strip() for known in request.headers.get("if-none-match", "").split(",")):
                return Reply(304, headers)
            return Reply(200, headers, body)

        return page

    async def _answer(self, request: Request) -> Reply:
        """One call of a model. What it gets is decided at the time it came."""
        self._served += 1
        at = self._clock.now().at
        answer: Answer = answer_at(self._script, request.headers.get(PROVIDER_HEADER), request.path, request.body, at, self._served)
        habit = self._script.habit
        await self._clock.sleep(habit.answer_s if answer.status == HTTPStatus.OK else habit.refusal_s)
        return reply_of(answer)

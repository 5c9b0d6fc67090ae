"""The side that asks: connections of this user's programs, their requests one after the other."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

from statuswatch.gateway.exchange import Exchange
from statuswatch.gateway.framing import FramingError
from statuswatch.gateway.guard import Guard
from statuswatch.gateway.heads import HeadError, find_end, read_request
from statuswatch.gateway.known import Known, known
from statuswatch.gateway.later import Later
from statuswatch.gateway.onward import request_bytes
from statuswatch.gateway.pool import Pool
from statuswatch.gateway.reading import Buffer, now, stream

EARLY_MAX = 64 << 10
"""Bytes of requests that may wait for the answer of the one before."""
LINGER_SECONDS = 2.0
"""How long a caller that was refused may go on sending before the connection is closed: closed at once, it would not get to read the answer."""

PROXY_NAME = "statuswatch"
"""What the gateway calls itself in Proxy-Status."""

_REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
}


@dataclass(frozen=True, slots=True)
class House:
    """What all connections share. `later` makes what notes one exchange, `stranger` tells another user's connection, `left` and `joined` count."""

    guard: Guard
    pool: Pool
    buffer: Buffer
    later: Later
    stranger: Callable[[asyncio.Transport], bool]
    joined: Callable[["CallerLink"], bool]
    left: Callable[["CallerLink"], None]


class CallerLink(asyncio.BufferedProtocol):
    """One connection of a program."""

    def __init__(self, house: House) -> None:
        self.transport: asyncio.Transport | None = None
        self.exchange: Exchange | None = None
        self.since = 0.0
        """When it became idle, or began the head that it has not finished (monotonic time)."""
        self.head_begun = False
        self.full = False
        self._house = house
        self._buffer = house.buffer
        self._loop = asyncio.get_running_loop()  # asking for it anew costs a system call in Python 3.11
        self._pending = b""
        self._method = b""
        self._known: Known | None = None
        self._held = False
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self.transport = stream(transport)
        if self._house.stranger(self.transport):
            self._closing = True
            self.transport.abort()
            return
        self.since = now()
        if not self._house.joined(self):
            self._closing = True
            self.transport.write(own_answer(503, "too many connections", "connection_limit_reached"))
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        del exc
        self.transport = None
        self._house.left(self)
        self._drop()

    def eof_received(self) -> bool:
        """See asyncio."""
        self._drop()
        return False

    def get_buffer(self, sizehint: int) -> memoryview:
        """See asyncio."""
        del sizehint
        return self._buffer.view

    def buffer_updated(self, nbytes: int) -> None:
        """See asyncio."""
        if self._closing:
            return
        data = self._buffer.view[:nbytes]
        exchange = self.exchange
        if exchange is None:
            self._take(self._pending + bytes(data) if self._pending else bytes(data))
        elif exchange.takes_more:
            try:
                exchange.request(data)
            except FramingError as error:
                self._drop()
                self.refuse(400, str(error))
        else:
            self._early(bytes(data))

    def pause_writing(self) -> None:
        """See asyncio."""
        self.full = True
        if self.exchange is not None:
            self.exchange.caller_full(True)

    def resume_writing(self) -> None:
        """See asyncio."""
        self.full = False
        if self.exchange is not None:
            self.exchange.caller_full(False)

    # What an exchange asks for

    def hold(self, full: bool) -> None:
        """See Caller."""
        if full is self._held or self.transport is None or self.transport.is_closing():
            return
        self._held = full
        if full:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def failed(self, status: int, kind: str, sentence: str, added: tuple[bytes, ...]) -> None:
        """See Caller."""
        self.exchange = None
        self.refuse(status, sentence, kind, added)

    def finished(self, rest: bytes, *, keep: bool) -> None:
        """See Caller."""
        exchange, self.exchange = self.exchange, None
        self.since = now()
        if not keep:
            if exchange is not None and exchange.takes_more and not exchange.head.upgrade:
                self._linger()
            elif self.transport is not None:
                self._closing = True
                self.transport.close()
            return
        if self._held:
            self.hold(False)
        if rest:
            self._pending = rest
            self._loop.call_soon(self._resume)

    def refuse(self, status: int, sentence: str, kind: str = "", added: tuple[bytes, ...] = ()) -> None:
        """Answer by ourselves and close the connection. `kind`: the reason in the words of RFC 9209, where the server could not be asked."""
        if self.transport is None or self._closing:
            return
        self.transport.write(own_answer(status, sentence, kind, added, body=self._method != b"HEAD"))
        self._linger()

    def hang_up(self) -> None:
        """Close the connection at once."""
        if self.transport is not None:
            self.transport.abort()

    # Requests

    def _take(self, data: bytes) -> None:
        """Bytes that begin with a request's head."""
        if self.transport is None or self._closing:
            return
        if self.exchange is not None:
            self._early(data)
            return
        if data.startswith(b"\r\n"):  # an old habit after a body (RFC 9112, section 2.2)
            data = data[2:]
        house, last = self._house, self._known
        found = last.again(data) if last is not None else None
        try:
            if found is not None and last is not None:
                way = last.way
                head, onward, end, stop = found
            else:
                end = find_end(data)
                if end < 0:
                    self._wait_for(data)
                    return
                self._method = b""
                head = read_request(data[:end])
                self._method = head.method
                way = house.guard.admit(head)
                onward = request_bytes(head, way.target, way.host)
                stop = head.framing.take(data, end)
        except HeadError as error:
            self.refuse(error.status, str(error))
            return
        except FramingError as error:
            self.refuse(400, str(error))
            return
        self._pending, self.head_begun = b"", False
        self.exchange = exchange = Exchange(self, head, way, house.pool, house.buffer, house.later)
        exchange.start(onward, data[end:stop], data[stop:])
        if found is None:
            self._known = known(head, way, onward)

    def _resume(self) -> None:
        """Go on with requests that came early."""
        if self.exchange is None and self._pending:
            data, self._pending = self._pending, b""
            self._take(data)

    def _wait_for(self, data: bytes) -> None:
        if data and not self.head_begun:
            self.head_begun = True
            self.since = now()
        self._pending = data

    def _early(self, data: bytes) -> None:
        """A next request while the one before is under way: kept, and where it is much, no more is read until then."""
        exchange = self.exchange
        assert exchange is not None  # noqa: S101 - asked by the callers
        if exchange.came_early(data) > EARLY_MAX:
            self.hold(True)

    def _drop(self) -> None:
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.caller_gone()

    def _linger(self) -> None:
        """Close after the answer has gone out, and after what was under way has been read (RFC 9112, section 9.6)."""
        self._closing = True
        transport = self.transport
        if transport is None:
            return
        if transport.can_write_eof():
            transport.write_eof()
        if self._held:
            self._held = False
            transport.resume_reading()
        self._loop.call_later(LINGER_SECONDS, transport.close)


def own_answer(status: int, sentence: str, kind: str = "", added: tuple[bytes, ...] = (), *, body: bool = True) -> bytes:
    """An answer of the gateway itself. Its JSON is what clients of the usual APIs read an error's message from."""
    document = {"type": "error", "error": {"type": "gateway_error", "code": kind or None, "message": f"statuswatch gateway: {sentence}"}}
    data = json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}", "Content-Type: application/json", f"Content-Length: {len(data)}"]
    lines.append(f"Proxy-Status: {proxy_status(kind or 'http_request_error', sentence)}")
    lines.append("Connection: close")
    head = b"\r\n".join((*(line.encode("ascii", "replace") for line in lines), *added))
    return head + b"\r\n\r\n" + (data if body else b"")


def proxy_status(kind: str, sentence: str) -> str:
    """A Proxy-Status value of this hop (RFC 9209, section 2): a token with its error, and the details as a string."""
    details = "".join(char if " " <= char <= "~" else "?" for char in sentence)[:200].replace("\\", "\\\\").replace('"', '\\"')
    return f'{PROXY_NAME}; error={kind}; details="{details}"'

"""One connection to a server: what comes goes to who uses it."""

import asyncio
import select
from collections.abc import Callable
from typing import Protocol

from statuswatch.gateway.reading import Buffer, stream
from statuswatch.gateway.upstreams import Origin


class ConnectError(Exception):
    """No connection. `kind` is the type that RFC 9209, section 2.3, gives it; `status` what the client is told."""

    def __init__(self, status: int, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.kind = kind


class Taker(Protocol):
    """Who uses a connection: gets what comes, and is told of its end."""

    def answer(self, data: memoryview) -> None:
        """Bytes came. They are valid during this call only."""
        ...

    def upstream_ended(self) -> None:
        """The server has sent all it will send."""
        ...

    def upstream_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        ...

    def upstream_full(self, full: bool) -> None:
        """The server reads more slowly than is sent to it; or no more so."""
        ...


class Link(asyncio.BufferedProtocol):
    """One connection to a server; in use by `taker`, or idle where that is None."""

    def __init__(self, origin: Origin, buffer: Buffer, forget: Callable[["Link"], None]) -> None:
        self.origin = origin
        self.taker: Taker | None = None
        self.transport: asyncio.Transport | None = None
        self.since = 0.0
        """When it was last given back (monotonic time)."""
        self.open = True
        self._buffer = buffer
        self._forget = forget
        self.held = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self.transport = stream(transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """See asyncio."""
        del sizehint
        return self._buffer.view

    def buffer_updated(self, nbytes: int) -> None:
        """See asyncio."""
        if self.taker is not None:
            self.taker.answer(self._buffer.view[:nbytes])
        else:  # nobody asked anything: whatever this is, it answers no request of ours
            self.abort()

    def eof_received(self) -> bool:
        """See asyncio."""
        self.open = False
        if self.taker is not None:
            self.taker.upstream_ended()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self.transport = None
        self.open = False
        self._forget(self)
        if self.taker is not None:
            self.taker.upstream_lost(exc)

    def pause_writing(self) -> None:
        """See asyncio."""
        if self.taker is not None:
            self.taker.upstream_full(True)

    def resume_writing(self) -> None:
        """See asyncio."""
        if self.taker is not None:
            self.taker.upstream_full(False)

    @property
    def ready(self) -> bool:
        """Whether it is open, and all that was sent has left."""
        return self.open and self.transport is not None and not self.transport.get_write_buffer_size()

    def hold(self, full: bool) -> None:
        """Read no more of the answer for now; or go on."""
        if full is not self.held and self.open and self.transport is not None:
            self.held = full
            if full:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    def abort(self) -> None:
        """Hang up at once."""
        self.open = False
        if self.transport is not None:
            self.transport.abort()

    def sound(self) -> bool:
        """Whether it can be used again: open, and nothing has come that was not read yet (the server's goodbye)."""
        if not self.open or self.transport is None:
            return False
        number = self.transport.get_extra_info("socket").fileno()
        look = select.poll()
        look.register(number, select.POLLIN | select.POLLERR | select.POLLHUP)
        return not look.poll(0)

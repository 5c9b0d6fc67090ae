"""One buffer that all connections read into, so that ten thousand idle ones cost no memory for what they might send."""

import asyncio
from time import monotonic as now  # noqa: TID251 - what the loop's time() is, three times a request, without the call

__all__ = ["SIZE", "Buffer", "now", "stream"]

SIZE = 128 << 10
"""Bytes that are read at once at most."""


class Buffer:
    """Bytes are looked at, and written on, where they were read. A transport that could not send all keeps them: then the next read gets other memory."""

    __slots__ = ("view",)

    def __init__(self) -> None:
        self.view = memoryview(bytearray(SIZE))

    def settle(self, transport: asyncio.Transport) -> None:
        """Call after a write from this buffer to `transport`."""
        if transport.get_write_buffer_size():
            self.view = memoryview(bytearray(SIZE))


def stream(transport: asyncio.BaseTransport) -> asyncio.Transport:
    """The transport of a stream socket, which is what a Protocol is given."""
    assert isinstance(transport, asyncio.Transport)  # noqa: S101 - true by the way the connection was made
    return transport

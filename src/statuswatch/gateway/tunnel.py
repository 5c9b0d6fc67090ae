"""The way through a person's HTTP proxy: it is asked to CONNECT, and what follows is between the two ends (RFC 9110, section 9.3.6)."""

import asyncio

from statuswatch.gateway.link import ConnectError
from statuswatch.gateway.reading import stream
from statuswatch.gateway.upstreams import Origin
from statuswatch.gateway.ways_out import Proxy

_ANSWER_MAX = 16 << 10
_OK = 200


class Tunnel(asyncio.Protocol):
    """Asks a proxy for a tunnel."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._said = b""
        self._status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport = stream(transport)

    async def connect(self, origin: Origin, proxy: Proxy) -> None:
        """Wait until the tunnel is there. Raises ConnectError where the proxy refuses, hangs up or says something else."""
        authority = f"[{origin.host}]:{origin.port}" if ":" in origin.host else f"{origin.host}:{origin.port}"
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        lines += [f"Proxy-Authorization: {proxy.credentials}"] if proxy.credentials else []
        assert self._transport is not None  # noqa: S101 - create_connection returns after connection_made
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        status = await self._status
        if status != _OK:
            raise ConnectError(502, "http_request_denied", f"the proxy {proxy.host}:{proxy.port} of HTTPS_PROXY answered {status or 'nothing'} to CONNECT")

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._said += data
        head, end, rest = self._said.partition(b"\r\n\r\n")
        if not end and len(self._said) <= _ANSWER_MAX:
            return
        words = head.split(b"\r\n", 1)[0].split(b" ", 2)
        good = end and len(words) > 1 and words[0].startswith(b"HTTP/1.") and words[1].isdigit() and not rest
        self._tell(int(words[1][:3]) if good else 0)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        del exc
        self._tell(0)

    def _tell(self, status: int) -> None:
        if not self._status.done():
            self._status.set_result(_OK if status // 100 == 2 else status)  # noqa: PLR2004 - any 2xx opens the tunnel (RFC 9110, section 9.3.6)

"""Connections to APIs: made over verified TLS, through the person's proxy where there is one, and kept warm for the next request."""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from dataclasses import dataclass

from statuswatch.gateway.link import ConnectError, Link
from statuswatch.gateway.reading import Buffer, now
from statuswatch.gateway.tunnel import Tunnel
from statuswatch.gateway.upstreams import Origin
from statuswatch.gateway.ways_out import Proxy, WayOut

IDLE_SECONDS = 50.0
"""A connection that nobody used for so long is closed: load balancers commonly do so after 60, and what they close while it is taken costs a request."""
IDLE_MAX = 64
"""Idle connections that are kept for one server."""

_DOUBT_SECONDS = 1.0
# openssl-verification-options(1): X509_V_ERR_CERT_HAS_EXPIRED, HOSTNAME_MISMATCH, IP_ADDRESS_MISMATCH
_VERIFY = {10: "has expired", 62: "is not for that name", 64: "is not for that name"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds: `connect` for a connection with TLS, `head` for a request's head once it has begun, `idle` for a next request."""

    connect: float = 20.0
    head: float = 10.0
    idle: float = 600.0


class Pool:
    """Idle connections by server, and the making of new ones."""

    def __init__(self, buffer: Buffer, way_out: WayOut, patience: Patience, context: ssl.SSLContext | None = None) -> None:
        self._buffer = buffer
        self._way_out = way_out
        self._patience = patience
        self._context = context
        self._idle: dict[Origin, deque[Link]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    def take(self, origin: Origin) -> Link | None:
        """A warm connection, the one that was used last; None where there is none."""
        idle = self._idle.get(origin)
        if not idle:
            return None
        moment = now()
        while idle:
            link = idle.pop()
            if (moment - link.since < _DOUBT_SECONDS and link.open) or link.sound():
                return link
            link.abort()
        return None

    def give(self, link: Link) -> None:
        """Keep a connection whose answer is complete."""
        link.taker = None
        link.since = now()
        if link.held:
            link.hold(False)  # a slow reader may have had it stopped
        idle = self._idle.get(link.origin)
        if idle is None:
            idle = self._idle[link.origin] = deque()
        idle.append(link)
        if len(idle) > IDLE_MAX:
            idle.popleft().abort()
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._close_old)

    async def warm(self, origin: Origin) -> None:
        """Have a connection ready, where none is. One that cannot be made is not told of here: the first request is."""
        if not self._idle.get(origin):
            with contextlib.suppress(ConnectError):
                self.give(await self.connect(origin))

    async def connect(self, origin: Origin) -> Link:
        """A new connection. Raises ConnectError."""
        proxy = self._way_out.proxy_for(origin)
        try:
            async with asyncio.timeout(self._patience.connect):
                return await (self._straight(origin) if proxy is None else self._through(proxy, origin))
        except TimeoutError as error:
            raise ConnectError(504, "connection_timeout", f"{origin.host} did not answer within {self._patience.connect:.0f} s") from error
        except ssl.SSLCertVerificationError as error:
            why = _VERIFY.get(error.verify_code, "is not one that this machine trusts")
            raise ConnectError(502, "tls_certificate_error", f"the certificate of {origin.host} {why}") from error
        except ssl.SSLError as error:
            raise ConnectError(502, "tls_protocol_error", f"no TLS connection to {origin.host} could be made") from error
        except (socket.gaierror, UnicodeError) as error:
            raise ConnectError(502, "dns_error", f"the name {origin.host} could not be resolved") from error
        except ConnectionRefusedError as error:
            raise ConnectError(502, "connection_refused", f"{origin.host} refused the connection") from error
        except ConnectionError as error:
            raise ConnectError(502, "connection_terminated", f"{origin.host} closed the connection while it was made") from error
        except OSError as error:
            raise ConnectError(502, "destination_ip_unroutable", f"{origin.host} cannot be reached: {error.strerror}") from error

    def close(self) -> None:
        """Hang up on all idle connections."""
        if self._sweep is not None:
            self._sweep.cancel()
        for idle in self._idle.values():
            while idle:
                idle.pop().abort()

    @property
    def idle(self) -> int:
        """Connections that wait for a request."""
        return sum(map(len, self._idle.values()))

    async def _straight(self, origin: Origin) -> Link:
        loop = asyncio.get_running_loop()
        tls, name = (self._tls(), origin.host) if origin.tls else (None, None)
        _, link = await loop.create_connection(lambda: Link(origin, self._buffer, self._forget), origin.host, origin.port, ssl=tls, server_hostname=name)
        return link

    async def _through(self, proxy: Proxy, origin: Origin) -> Link:
        loop = asyncio.get_running_loop()
        tls, name = (self._tls(), proxy.host) if proxy.tls else (None, None)
        try:
            transport, ask = await loop.create_connection(Tunnel, proxy.host, proxy.port, ssl=tls, server_hostname=name)
        except OSError as error:
            raise ConnectError(502, "destination_unavailable", f"the proxy {proxy.host}:{proxy.port} of HTTPS_PROXY cannot be reached") from error
        try:
            await ask.connect(origin, proxy)
            link = Link(origin, self._buffer, self._forget)
            secure = await loop.start_tls(transport, link, self._tls(), server_hostname=origin.host)
        except BaseException:
            transport.abort()
            raise
        if secure is None:
            raise ConnectError(502, "connection_terminated", f"{origin.host} closed the connection while it was made")
        link.connection_made(secure)
        return link

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
            self._context.set_alpn_protocols(["http/1.1"])
        return self._context

    def _forget(self, link: Link) -> None:
        idle = self._idle.get(link.origin)
        if idle and link in idle:
            idle.remove(link)

    def _close_old(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweep = None
        oldest = moment = now()
        for idle in self._idle.values():
            while idle and moment - idle[0].since >= IDLE_SECONDS:
                idle.popleft().abort()
            oldest = min(oldest, idle[0].since) if idle else oldest
        if self.idle:
            self._sweep = loop.call_later(oldest + IDLE_SECONDS - moment, self._close_old)

"""The gateway as it listens on this machine."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Mapping

from statuswatch.gateway.callers import CallerLink, House
from statuswatch.gateway.guard import Guard, Way
from statuswatch.gateway.heads import RequestHead
from statuswatch.gateway.later import Later
from statuswatch.gateway.peers import Peers
from statuswatch.gateway.pool import Patience, Pool
from statuswatch.gateway.reading import Buffer, now
from statuswatch.gateway.upstreams import Upstreams
from statuswatch.gateway.watch import Careful, Unwatched, Watch
from statuswatch.gateway.ways_out import WayOut

CONNECTIONS_MAX = 1024
"""Connections of callers at once; fewer where the system allows this process few files."""

_SHARE_OF_FILES = 4
_LOOK_SECONDS = 2.0


class Gateway:
    """One gateway at `port` of 127.0.0.1 (0: any free one), for addresses `http://127.0.0.1:PORT/TOKEN/NAME`.

    `watch` makes what notes an exchange, `context` what verifies servers (default: the system's authorities), `environ` holds the proxy variables.
    """

    def __init__(
        self,
        port: int,
        token: str,
        upstreams: Upstreams,
        environ: Mapping[str, str],
        watch: Callable[[RequestHead, Way], Watch] | None = None,
        patience: Patience | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._wanted = port
        self._token = token
        self._patience = patience or Patience()
        self._upstreams = upstreams
        self._guard = Guard(token, upstreams)
        self._way_out = WayOut(environ)
        buffer = Buffer()
        self._pool = Pool(buffer, self._way_out, self._patience, context)
        self._house = House(self._guard, self._pool, buffer, Later(_careful(watch)), self._stranger, self._joined, self._left)
        self._peers = Peers()
        self._callers: dict[CallerLink, None] = {}
        self._most = min(CONNECTIONS_MAX, _files() // _SHARE_OF_FILES)
        self._server: asyncio.Server | None = None
        self._look: asyncio.TimerHandle | None = None

    @property
    def port(self) -> int | None:
        """Where it listens; None while it does not."""
        return self._guard.port or None

    @property
    def callers(self) -> int:
        """How many connections of programs there are."""
        return len(self._callers)

    @property
    def problem(self) -> str:
        """What of the proxy variables cannot be followed, for a person; empty where all can."""
        return self._way_out.problem

    def address(self, name: str) -> str | None:
        """The address that stands for the API `name`, for a client's settings; None while it does not listen, or where no API is called that."""
        return f"{self.base}/{name}" if self.base and self._upstreams.find(name) is not None else None

    @property
    def base(self) -> str | None:
        """What all its addresses begin with: `BASE/NAME`; None while it does not listen."""
        return f"http://127.0.0.1:{self.port}/{self._token}" if self.port else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the APIs that it passes calls on to; hosts of the catalogue's APIs stand for themselves besides."""
        return self._upstreams.names

    def add(self, url: str, like: str = "") -> str:
        """The name under which the API at this address is reached from now on (see Upstreams.add)."""
        return self._upstreams.add(url, like).name

    def restore(self, url: str) -> None:
        """Have the name that the API at this address was once reached under (see Upstreams.restore)."""
        self._upstreams.restore(url)

    async def start(self, port: int | None = None) -> None:
        """Listen, at another port where one is given. Raises OSError where the port is taken."""
        loop = asyncio.get_running_loop()
        wanted = self._wanted if port is None else port
        self._server = await loop.create_server(lambda: CallerLink(self._house), "127.0.0.1", wanted, backlog=512)
        self._guard.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        if self._server is not None:
            self._server.close()
            self._guard.port = 0
        for caller in tuple(self._callers):
            caller.hang_up()
        self._pool.close()
        self._peers.close()
        if self._look is not None:
            self._look.cancel()
            self._look = None
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    async def warm(self, name: str) -> None:
        """Have a connection to the API `name` ready before the first request."""
        found = self._upstreams.find(name)
        if found is not None:
            await self._pool.warm(found.origin)

    def _stranger(self, transport: asyncio.Transport) -> bool:
        return self._peers.is_stranger(transport.get_extra_info("socket"))

    def _joined(self, caller: CallerLink) -> bool:
        """Count a connection; false where there are too many and none of them idle: the one that has been idle longest makes room."""
        if len(self._callers) >= self._most:
            idle = min((one for one in self._callers if one.exchange is None), key=lambda one: one.since, default=None)
            if idle is None:
                return False
            del self._callers[idle]
            idle.hang_up()
        self._callers[caller] = None
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look_around)
        return True

    def _left(self, caller: CallerLink) -> None:
        self._callers.pop(caller, None)

    def _look_around(self) -> None:
        """Refuse those whose head takes too long, hang up on those who have been silent for long. Only while anybody is connected."""
        loop = asyncio.get_running_loop()
        moment = now()
        for caller in tuple(self._callers):
            waited = moment - caller.since
            if caller.exchange is None and caller.head_begun and waited > self._patience.head:
                caller.refuse(408, "the request's head took too long")
            elif caller.exchange is None and waited > self._patience.idle:
                caller.hang_up()
        self._look = loop.call_later(_LOOK_SECONDS, self._look_around) if self._callers else None


def _careful(watch: Callable[[RequestHead, Way], Watch] | None) -> Callable[[RequestHead, Way], Watch]:
    """What follows exchanges without being able to harm them."""
    if watch is None:
        nothing = Unwatched()
        return lambda _head, _way: nothing

    def careful(head: RequestHead, way: Way) -> Watch:
        return Careful(watch(head, way))

    return careful


def _files() -> int:
    """How many files this process may open."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return soft if soft != resource.RLIM_INFINITY else CONNECTIONS_MAX * _SHARE_OF_FILES
    return 256

"""One request and its answer on their way through. Bytes go on as they come; what is learned from them is learned afterwards."""

import asyncio
from typing import Protocol

from statuswatch.gateway.framing import FramingError
from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import HeadError, RequestHead, ResponseHead
from statuswatch.gateway.later import Later
from statuswatch.gateway.link import ConnectError, Link
from statuswatch.gateway.onward import whole_answer
from statuswatch.gateway.pool import Pool
from statuswatch.gateway.reading import Buffer, now
from statuswatch.gateway.reply import Reply
from statuswatch.gateway.watch import Watch

# Methods whose request may be sent a second time without harm (RFC 9110, section 9.2.2).
_IDEMPOTENT = frozenset({b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE"})


class Caller(Protocol):
    """The side that asked, as an exchange needs it."""

    transport: asyncio.Transport | None
    full: bool
    """Whether it reads more slowly than is sent to it."""

    def hold(self, full: bool) -> None:
        """Read no more of the request for now; or go on."""

    def failed(self, status: int, kind: str, sentence: str, added: tuple[bytes, ...]) -> None:
        """Answer in place of the server, which gave no answer; with these lines."""

    def finished(self, rest: bytes, *, keep: bool) -> None:
        """The answer is complete, or as complete as it gets. `rest`: what came after the request; `keep`: whether the connection can be used again."""


class Exchange:
    """One request. What `later` makes is told what passes, after it has; of a good answer that comes as a whole later still."""

    _link: Link | None = None
    _connecting: asyncio.Task[None] | None = None
    _watch: Watch | None = None
    _reply: Reply | None = None  # the answer, where it does not come as a whole
    _body = b""
    _started = 0.0
    _again = b""
    _rest = b""
    _over = False

    def __init__(self, caller: Caller, head: RequestHead, way: Way, pool: Pool, buffer: Buffer, later: Later) -> None:
        self.head = head
        self._caller = caller
        self._way = way
        self._pool = pool
        self._buffer = buffer
        self._later = later

    @property
    def takes_more(self) -> bool:
        """Whether what the caller sends still belongs to this request."""
        return not self.head.framing.done

    def start(self, first: bytes, body: bytes, rest: bytes) -> None:
        """Send the request on: its head as `first`, and the first of its body. `rest` came after it."""
        if rest:
            self._rest = rest
        self._body = body
        head, pool = self.head, self._pool
        done = head.framing.done
        link = pool.take(self._way.upstream.origin)
        if link is None or link.transport is None:
            self._unsent = [first, body]
            self._connect()
        else:
            first += body
            if done and head.method in _IDEMPOTENT:
                self._again = first
            self._use(link)
            link.transport.write(first)
        self._started = now()
        if not done:
            self._watched()

    def request(self, data: memoryview) -> None:
        """More of the request came. Raises FramingError."""
        framing = self.head.framing
        end = framing.take(bytes(data) if framing.reads else data)
        piece = data if end == len(data) else data[:end]
        if end < len(data):
            self._rest = bytes(data[end:])
        if self._link is None or self._link.transport is None:
            if not self._over:
                self._unsent.append(bytes(piece))
        else:
            self._link.transport.write(piece)
            self._buffer.settle(self._link.transport)
        self._watched().asked(piece)

    def came_early(self, data: bytes) -> int:
        """The caller has sent a next request already; how many bytes of such there are."""
        self._rest += data
        return len(self._rest)

    def caller_gone(self) -> None:
        """Nobody waits for the answer any more: the server is not to go on with it."""
        self._over = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._reply is not None:
            self._reply.cancel()
            self._reply.over()
        if self._link is not None:
            self._link.taker = None
            self._link.abort()
        if self._watch is not None:
            self._watch.cancelled()

    def caller_full(self, full: bool) -> None:
        """The caller reads more slowly than the server sends; or no more so."""
        if self._link is not None:
            self._link.hold(full)

    # What the server does

    def upstream_full(self, full: bool) -> None:
        """See link.Taker."""
        self._caller.hold(full)

    def answer(self, data: memoryview) -> None:
        """See link.Taker."""
        reply = self._reply
        if reply is not None and reply.chunks is not None:
            came = bytes(data)
            if reply.chunks.one(came):  # an event of a stream
                self._send(came, 0)
                return
        elif reply is None:
            came = bytes(data)
            whole = whole_answer(came, self.head) if self._watch is None else None
            if whole is not None:
                self._pass_whole(*whole)
                return
            self._again = b""
            reply = self._reply = Reply(self.head, self._watched(), self._send, self._complete)
        try:
            reply.take(data)
        except HeadError as error:
            self._fail(error.status, "http_protocol_error", str(error))
        except FramingError:
            self._cut()

    def _pass_whole(self, answer: bytes, came: bytes) -> None:
        """A good answer has come as a whole, and nothing after it: this is how most exchanges end."""
        caller, link, head = self._caller, self._link, self.head
        assert link is not None  # noqa: S101 - the answer came through it
        if caller.transport is not None:
            caller.transport.write(came)
        self._over = True
        self._link = None
        done = head.framing.done
        if done and link.ready:
            self._pool.give(link)
        else:
            link.taker = None
            link.abort()
        caller.finished(self._rest, keep=done)
        self._later.note(head, self._way, self._body, self._started, now(), answer)

    def _watched(self) -> Watch:
        """What is told of this exchange, which has begun."""
        watch = self._watch
        if watch is None:
            watch = self._watch = self._later.observe(self.head, self._way)
            watch.began(self._body, self._started)
        return watch

    def upstream_ended(self) -> None:
        """See link.Taker."""
        if self._reply is not None:
            self._reply.ended()

    def upstream_lost(self, error: Exception | None) -> None:
        """See link.Taker."""
        reply = self._reply
        if self._over or (reply is not None and (reply.judging is not None or (error is None and reply.ended()))):
            return
        if reply is not None and reply.response is not None:
            self._cut()
        elif self._again:
            # A connection that was idle, and a request that may be repeated: it is, on a new one.
            self._link = None
            self._unsent, self._again = [self._again], b""
            self._connect()
        else:
            self._fail(502, "connection_terminated", f"{self._way.upstream.origin.host} closed the connection without an answer")

    def _send(self, piece: bytes | memoryview, head: int) -> None:
        transport = self._caller.transport
        if transport is None:
            return
        transport.write(piece)
        if not isinstance(piece, bytes):
            self._buffer.settle(transport)
        watch = self._watch
        if watch is not None and watch.follows:
            watch.passed(piece, head)

    # How it ends

    def _complete(self, clean: bool) -> None:
        """The answer is complete. `clean`: and nothing came after it."""
        reply = self._reply
        assert reply is not None  # noqa: S101 - it tells
        response = reply.response
        assert response is not None  # noqa: S101 - it is complete
        reply.over()
        self._finish(response, clean=clean)
        self._watched().completed(response.status)

    def _finish(self, response: ResponseHead, *, clean: bool) -> None:
        """Both connections are free again, where they can be used again."""
        self._over = True
        head, link = self.head, self._link
        assert link is not None  # noqa: S101 - the answer came through it
        self._link = None
        sent = head.framing.done
        if clean and sent and response.keep_alive and link.ready:
            self._pool.give(link)
        else:
            link.taker = None
            link.abort()
        self._caller.finished(self._rest, keep=sent and not head.close and not response.framing.open_end)

    def _cut(self) -> None:
        """The answer stops in the middle: so it does for the caller."""
        if self._reply is not None:
            self._reply.let_go()
        self._over = True
        self._drop_link()
        self._caller.finished(b"", keep=False)
        self._watched().interrupted()

    def _fail(self, status: int, kind: str, sentence: str) -> None:
        self._over = True
        self._drop_link()
        watch = self._watched()
        watch.failed(status, kind)
        self._caller.failed(status, kind, sentence, watch.gateway_fields())

    def _drop_link(self) -> None:
        if self._reply is not None:
            self._reply.over()
        if self._link is not None:
            self._link.taker = None
            self._link.abort()
            self._link = None

    # How a connection is got

    def _use(self, link: Link) -> None:
        self._link = link
        link.taker = self
        if self._caller.full:
            self.caller_full(True)

    def _connect(self) -> None:
        self._caller.hold(True)
        self._connecting = asyncio.get_running_loop().create_task(self._connected())

    async def _connected(self) -> None:
        try:
            link = await self._pool.connect(self._way.upstream.origin)
        except ConnectError as error:
            self._connecting = None
            self._fail(error.status, error.kind, str(error))
            return
        self._connecting = None
        self._use(link)
        if link.transport is None:  # gone again before it could be used
            self.upstream_lost(None)
            return
        link.transport.write(b"".join(self._unsent))
        self._unsent.clear()
        self._caller.hold(False)

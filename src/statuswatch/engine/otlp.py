"""The OTLP/HTTP receiver: what clients export of their own calls, on loopback, for who was given the address (opentelemetry.io/docs/specs/otlp).

It is on only where the person switched it on. The address holds a word that only this user can read, so that no other user of the machine and no page in
a browser can send to it; browsers are refused by their own headers besides (Host, Origin, Sec-Fetch-Site). Bodies are bounded, alone and together; slow and
idle senders are hung up on. Logs and spans of calls are read, everything else is taken and dropped, so that exporters have nothing to complain of.
"""

import asyncio
import hmac
import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

import h11

from statuswatch.engine.clock import Clock
from statuswatch.sources.otlp import Facts, Signal, read_json, read_protobuf

BODY_MAX = 4 << 20
"""Bytes of one body as it is sent."""
PLAIN_MAX = 16 << 20
"""Bytes of one body after decompression."""
TOGETHER_MAX = 16 << 20
"""Bytes of all bodies that are under way."""
CONNECTIONS_MAX = 64

JSON, PROTOBUF = "application/json", "application/x-protobuf"
_HEAD_MAX = 16 << 10
_PIECE = 1 << 16
_RETRY_S = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_OK = 200

Take = Callable[[tuple[Facts, ...]], Awaitable[None]]
"""Takes the facts of one export in."""


class _Refusal(Exception):  # noqa: N818 - an answer, not a failure of ours
    """The request is answered with `status` and a sentence, and the connection closed."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class _Want(NamedTuple):
    """What a request's head says about its body."""

    signal: Signal | None
    form: str
    packed: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds: `idle` for a next request, `request` for the whole of one."""

    idle: float = 75.0
    request: float = 20.0


class Receiver:
    """One receiver at `port` of 127.0.0.1 (0: any free one), for addresses `http://127.0.0.1:PORT/TOKEN`."""

    def __init__(self, port: int, token: str, take: Take, clock: Clock, patience: Patience | None = None) -> None:
        self._wanted = port
        self._token = token
        self._take = take
        self._clock = clock
        self._patience = patience or Patience()
        self._connections = 0
        self._under_way = 0
        self._decoding = asyncio.Lock()
        self.port: int | None = None
        """Where it listens; None while it does not."""
        self.note = ""
        """Why it does not listen, for a person; empty where it does."""

    async def run(self) -> None:
        """Listen until cancelled; where the port is taken, try again every half minute and say so in `note`."""
        while True:
            try:
                server = await asyncio.start_server(self._serve, "127.0.0.1", self._wanted, limit=_PIECE)
            except OSError as error:
                self.note = f"cannot listen on 127.0.0.1:{self._wanted} ({error.strerror}); choose another [otlp] port in config.toml"
                await self._clock.sleep(_RETRY_S * self._clock.speed)
                continue
            self.note = ""
            async with server:
                self.port = server.sockets[0].getsockname()[1]
                try:
                    await server.serve_forever()
                finally:
                    self.port = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection. Named boundary: whatever a sender does ends its connection and nothing else."""
        self._connections += 1
        try:
            if self._connections <= CONNECTIONS_MAX:
                await _Exchanges(self, reader, writer).run()
        except (OSError, TimeoutError, h11.ProtocolError):
            pass
        except asyncio.CancelledError:  # the engine ends; Python 3.11 would log the cancelling of a connection's task as an error
            pass
        finally:
            self._connections -= 1
            writer.close()

    @property
    def patience(self) -> Patience:
        """How long is waited."""
        return self._patience

    def want(self, request: h11.Request) -> _Want:
        """What is asked, if it may be: raises _Refusal for browsers, other methods and addresses, and bodies that cannot be read."""
        headers = dict(request.headers)  # names come in lower case
        host = headers.get(b"host", b"").decode("latin-1").lower()
        name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        if (name or host) not in _LOOPBACK or (name and port and port != str(self.port)):
            raise _Refusal(403, "only for programs on this machine, at the address that statuswatch printed")
        if b"origin" in headers or b"sec-fetch-site" in headers:
            raise _Refusal(403, "not for web pages")
        signal = self._signal_at(request.target)
        if request.method != b"POST":
            raise _Refusal(405, "expected POST")
        form = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        packed = headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
        if form not in (JSON, PROTOBUF) or packed not in ("identity", "gzip", "deflate"):
            raise _Refusal(415, f"expected {JSON} or {PROTOBUF}, plain or with gzip")
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:12]) > BODY_MAX:
            raise _Refusal(413, f"a body has at most {BODY_MAX} bytes")
        return _Want(signal, form, packed)

    def _signal_at(self, target: bytes) -> Signal | None:
        """The signal that a path names. Some exporters send all three to the bare address; then the body says which it is."""
        token, _, rest = target.partition(b"?")[0].strip(b"/").partition(b"/")
        if not hmac.compare_digest(token, self._token.encode()):
            raise _Refusal(404, "nothing is here; `statuswatch sources otlp` prints the address")
        if not rest:
            return None
        for signal in Signal:
            if rest == f"v1/{signal}".encode():
                return signal
        raise _Refusal(404, "expected v1/logs, v1/traces or v1/metrics")

    def reserve(self, count: int) -> None:
        """Count bytes of a body that is under way; raises _Refusal where there are too many."""
        if count > 0 and self._under_way + count > TOGETHER_MAX:
            raise _Refusal(503, "too much at once; send it again later")
        self._under_way += count

    async def received(self, want: _Want, body: bytes) -> None:
        """Decode one body and hand its facts on; raises _Refusal where it is not what its head says."""
        if want.signal is Signal.METRICS:
            return
        async with self._decoding:  # one at a time: that bounds what decompression takes
            facts = await asyncio.to_thread(_decoded, want, body)
        if facts is None:
            raise _Refusal(400, "the body is not what its headers say")
        if facts:
            await self._take(facts)


class _Exchanges:
    """The requests of one connection, one after the other."""

    def __init__(self, receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._receiver = receiver
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_MAX)

    async def run(self) -> None:
        """Answer requests until the sender has no more, or has to be refused."""
        patience = self._receiver.patience
        while True:
            async with asyncio.timeout(patience.idle):
                first = await self._event()
            if not isinstance(first, h11.Request):
                return
            try:
                async with asyncio.timeout(patience.request):
                    form = await self._answer(first)
            except TimeoutError:
                await self._refuse(_Refusal(408, "too slow"), JSON)
                return
            if not form or self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _answer(self, request: h11.Request) -> bool:
        """Take one request; false where it was refused."""
        form = JSON
        try:
            want = self._receiver.want(request)
            form = want.form
            await self._receiver.received(want, await self._body(want))
        except _Refusal as refusal:
            await self._refuse(refusal, form)
            return False
        await self._send(_OK, b"{}" if form == JSON else b"", form, close=False)
        return True

    async def _body(self, want: _Want) -> bytes:
        if self._http.they_are_waiting_for_100_continue:
            await self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
        pieces = bytearray()
        taken = held = 0
        try:
            while True:
                event = await self._event()
                if isinstance(event, h11.EndOfMessage):
                    return bytes(pieces)
                if not isinstance(event, h11.Data):
                    raise _Refusal(400, "the body ended too early")
                taken += len(event.data)
                if taken > BODY_MAX:
                    raise _Refusal(413, f"a body has at most {BODY_MAX} bytes")
                if want.signal is not Signal.METRICS:  # those are not even gathered
                    self._receiver.reserve(len(event.data))
                    held += len(event.data)
                    pieces += event.data
        finally:
            self._receiver.reserve(-held)

    async def _event(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._http.receive_data(await self._reader.read(_PIECE))

    async def _refuse(self, refusal: _Refusal, form: str) -> None:
        """Errors have a google.rpc.Status as their body, in the encoding of the request: its field 2 is the message."""
        said = refusal.sentence.encode()
        body = json.dumps({"message": refusal.sentence}).encode() if form == JSON else bytes((0x12, len(said))) + said
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self._send(refusal.status, body, form, close=True)

    async def _send(self, status: int, body: bytes, form: str, *, close: bool) -> None:
        headers = [("content-type", form), ("content-length", str(len(body)))]
        headers += [("connection", "close")] if close else []
        headers += [("retry-after", "30")] if status == 503 else []  # noqa: PLR2004 - Service Unavailable
        data = self._http.send(h11.Response(status_code=status, headers=headers)) or b""
        data += self._http.send(h11.Data(data=body)) or b""
        await self._write(data + (self._http.send(h11.EndOfMessage()) or b""))

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            await self._writer.drain()


def _decoded(want: _Want, body: bytes) -> tuple[Facts, ...] | None:
    plain = body if want.packed == "identity" else _unpacked(body, gzip=want.packed == "gzip")
    if plain is None:
        return None
    if want.form == JSON:
        return read_json(plain)
    return read_protobuf(plain, want.signal) if want.signal else None


def _unpacked(body: bytes, *, gzip: bool) -> bytes | None:
    """The body decompressed; None where it is broken, cut short or too long."""
    machine = zlib.decompressobj(16 + zlib.MAX_WBITS if gzip else zlib.MAX_WBITS)
    try:
        plain = machine.decompress(body, PLAIN_MAX)
    except zlib.error:
        return None
    return plain if machine.eof else None

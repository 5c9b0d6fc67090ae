"""Makes calls of what passes: whose it was, which model, how it ended, how long it took, and how much of the limits is left."""

import asyncio
import logging
import re
import tomllib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files

from statuswatch.core.ids import Surface
from statuswatch.core.modelnames import parse_model
from statuswatch.core.observation import Call
from statuswatch.gateway.annotate import BODY_MAX, StreamEditor, annotated, recoded, unpacked
from statuswatch.gateway.asked import KEPT, Turns, gives_up, model_first, model_in
from statuswatch.gateway.framing import Chunked
from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import RequestHead, ResponseHead
from statuswatch.gateway.reading import now
from statuswatch.gateway.saying import Outlook, added_lines
from statuswatch.gateway.upstreams import Upstream
from statuswatch.gateway.watch import Addition
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import NO_MODEL, NO_PROVIDER, Attempt
from statuswatch.sources.clients.diagnose import Diagnose
from statuswatch.sources.clients.failure import Failure
from statuswatch.sources.clients.places import HOME, Place, place_by_id
from statuswatch.sources.headroom import headroom_in
from statuswatch.sources.stream import has_ended, stream_errors

WAIT_SECONDS = 0.25
"""How long a failing answer waits for the engine to have judged it."""
AT_ONCE = 16
"""Calls that are told of in one go; of more in so short a time the oldest that worked are left out."""

_TELL_AFTER = 0.05
_PIECES = 8
_PIECE_MAX = 16 << 10
_ERROR_TEXT = 64 << 10
_HINTS = (b"error", b"fail", b"xception")
_FAILING = 400
_OK = range(200, 300)
_NO_CALL = re.compile(rb"count_?tokens|/batches|/files|/embeddings|/moderations", re.IGNORECASE)
_INTERRUPTED = "stream_interrupted"

_logger = logging.getLogger(__name__)

Report = Callable[[Call], Awaitable[None] | None]
"""Takes a call in; what it returns, if anything, is done when the call has been judged."""
OutlookFor = Callable[[str, Surface | None, str], Outlook | None]
"""What is known of a provider's model (canonical, or `*`) as used there."""


def agents() -> tuple[tuple[bytes, str], ...]:
    """Which client a User-Agent begins with."""
    told = tomllib.loads((files("statuswatch.gateway") / "agents.toml").read_text(encoding="utf-8"))["agents"]
    return tuple((start.encode("ascii"), str(client)) for start, client in told.items())


@dataclass(slots=True)
class Tap:
    """What all exchanges tell their calls through. `now` is the engine's time; `surfaces` how a provider is used by those whose client is not known."""

    report: Report
    outlook_for: OutlookFor
    diagnose: Diagnose
    now: Callable[[], datetime]
    surfaces: Mapping[str, Surface]
    annotate: bool = False
    _agents: tuple[tuple[bytes, str], ...] = field(default_factory=agents)
    _turns: Turns = field(default_factory=Turns)
    _count: int = 0
    _waiting: deque["Sighting"] = field(default_factory=lambda: deque(maxlen=AT_ONCE))
    _timer: asyncio.TimerHandle | None = None

    def watch(self, head: RequestHead, way: Way) -> "Sighting":
        """What follows one exchange."""
        return Sighting(self, head, way)

    def worked(self, sighting: "Sighting") -> None:
        """A call worked: told soon, when nothing is under way that would wait for it."""
        self._waiting.append(sighting)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TELL_AFTER, self._tell)

    def _tell(self) -> None:
        """All at once, so that the engine takes one step for them and not one each."""
        self._timer = None
        while self._waiting:
            sighting = self._waiting.popleft()
            try:
                attempt, _ = self.attempt(sighting, failed=False)
                if attempt.model is not None:
                    self.report(sighting.completed_as(attempt.answered()))
            except Exception as error:  # noqa: BLE001 - named boundary: one call
                _logger.warning("a call that passed the gateway could not be told (%s)", type(error).__name__)

    def attempt(self, sighting: "Sighting", *, failed: bool) -> tuple[Attempt, int]:
        """The attempt that was seen, and which one of its request it is."""
        head, provider = sighting.head, sighting.upstream.provider
        turn, count = self._turns.of(head, sighting.begun, sighting.started, failed=failed)
        self._count += 1
        model = sighting.model or model_in(head.target, sighting.body())
        at = self.now()
        took = (sighting.first or sighting.last) - sighting.started
        return Attempt(
            key=record.digest("gateway", self._count, at.isoformat()),
            at=at,
            client=sighting.client,
            place=place_by_id(model) or self.place(sighting.client, provider),
            model=model,
            turn=turn or None,
            request_id=sighting.request_id(),
            latency_ms=took * 1000 if took > 0 else None,
        ), count

    def client(self, agent: bytes) -> str:
        """Which client a User-Agent is."""
        return next((client for start, client in self._agents if agent.startswith(start)), "program")

    def place(self, client: str, provider: str | None) -> Place:
        """How a client uses a provider."""
        home = HOME.get(client)
        if home is not None and home.provider == provider:
            return home
        return Place(provider or NO_PROVIDER, self.surfaces.get(provider or ""))


class Sighting:
    """One exchange as it is seen."""

    __slots__ = (
        "_annotate",
        "_client",
        "_kept",
        "_model",
        "_size",
        "_tail",
        "_tap",
        "_told",
        "begun",
        "first",
        "head",
        "last",
        "response",
        "stall",
        "started",
        "upstream",
    )

    def __init__(self, tap: Tap, head: RequestHead, way: Way) -> None:
        self._tap = tap
        self.head = head
        self.upstream: Upstream = way.upstream
        self._client = way.client
        self._annotate = way.annotate
        self.response: ResponseHead | None = None
        self.begun = b""
        """The first bytes of the request's body, by which a retry is known."""
        self.started = self.first = self.last = 0.0
        """When the request was sent on, when the answer began, and when the last of it came."""
        self.stall = 0.0
        """The longest pause in the answer, in seconds."""
        self._model: str | None = None
        self._kept: list[bytes] | None = None
        self._size = 0
        self._told = False
        self._tail: deque[bytes] | None = None

    @property
    def client(self) -> str:
        """Which client calls."""
        if not self._client:
            self._client = self._tap.client(self.head.fields.get(b"user-agent", b""))
        return self._client

    @property
    def model(self) -> str | None:
        """The model, as far as it is known without reading all of the body."""
        if self._model is None:
            self._model = model_first(self.begun)
        return self._model

    @model.setter
    def model(self, model: str | None) -> None:
        self._model = model

    @property
    def _annotates(self) -> bool:
        return self._annotate or self._tap.annotate

    @property
    def adds(self) -> bool:
        """See Watch."""
        return True

    @property
    def follows(self) -> bool:
        """See Watch."""
        return self._tail is not None

    def began(self, body: bytes, at: float) -> None:
        """See Watch."""
        self.begun = body
        self.started = self.last = at
        self._size = len(body)

    def whole(self, body: bytes, sent: float, came: float, head: ResponseHead) -> None:
        """See Watch."""
        self.began(body, sent)
        self.response = head
        self.first = self.last = came
        if self._is_call():
            self._tap.worked(self)

    def asked(self, piece: memoryview) -> None:
        """See Watch."""
        if self._size <= KEPT:
            if self._kept is None:
                self._kept = []
            if self.model is None:
                self._kept.append(bytes(piece))
            self._size += len(piece)

    def answered(self, head: ResponseHead) -> StreamEditor | None:
        """See Watch."""
        self.response = head
        self.first = self.last = now()
        if head.status in _OK and head.content_type.startswith(b"text/event-stream"):
            self._tail = deque(maxlen=_PIECES)
            plain = b"content-encoding" not in head.fields and b"trailer" not in head.fields
            if self._annotates and plain and isinstance(head.framing, Chunked):
                return StreamEditor(self._sentence)
        return None

    def passed(self, piece: bytes | memoryview, head: int) -> None:
        """See Watch."""
        if self._tail is not None:
            moment = now()
            self.stall = max(self.stall, moment - self.last)
            self.last = moment
            short = isinstance(piece, bytes) and not head and len(piece) <= _PIECE_MAX
            self._tail.append(piece if short else bytes(piece[max(head, len(piece) - _PIECE_MAX) :]))  # type: ignore[arg-type]  # a short one is bytes

    async def conclude(self, head: ResponseHead, body: bytes) -> Addition:
        """See Watch."""
        plain = unpacked(body, head.fields.get(b"content-encoding", b"").decode("latin-1"))
        judged = self._failed(head, (plain or b"")[:_ERROR_TEXT].decode("utf-8", "replace"))
        if judged is not None:
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await judged
            except TimeoutError:
                pass
        outlook = self._outlook()
        lines = added_lines(outlook, head.fields)
        return lines, self._changed(head, body, outlook)

    def hasten(self, head: ResponseHead) -> Addition:
        """See Watch."""
        self._failed(head, "")
        return added_lines(self._outlook(), head.fields), None

    def gateway_fields(self) -> tuple[bytes, ...]:
        """See Watch."""
        return added_lines(self._outlook(), {})

    def completed(self, status: int) -> None:
        """See Watch."""
        if status >= _FAILING or status not in _OK or not self._is_call():
            return
        if self._tail is not None and self._stream_failed():
            return
        self._tap.worked(self)

    def interrupted(self) -> None:
        """See Watch."""
        self._lost(_INTERRUPTED)

    def failed(self, status: int, kind: str) -> None:
        """See Watch."""
        del status
        self._lost(_WORDS.get(kind, "ECONNRESET"))

    def cancelled(self) -> None:
        """See Watch. That a person pressed Escape says nothing about anybody."""

    def body(self) -> bytes:
        """The request's body, where all of it was kept."""
        if self._size > KEPT or not self.head.framing.done:
            return b""
        raw = b"".join((self.begun, *(self._kept or ())))
        self._kept = None
        if isinstance(self.head.framing, Chunked):
            return b"".join(Chunked(extensions=False).payload(raw)[0])
        return raw

    def request_id(self) -> str | None:
        """The provider's id of the request."""
        head = self.response
        found = head and next((value for name in (b"request-id", b"x-request-id", b"x-amzn-requestid") if (value := head.value(name))), None)
        return found.decode("latin-1") if found else None

    def completed_as(self, call: Call) -> Call:
        """The call with what only the gateway sees of it."""
        head = self.response
        room = headroom_in(_texts(head), call.at) if head is not None and b"ratelimit" in head.low else None
        return replace(call, stall_ms=self.stall * 1000 or None, headroom=room)

    def _is_call(self) -> bool:
        """Whether it may be a call to a model: lists of models and counts of tokens say little of whether those answer."""
        return self.head.method == b"POST" and _NO_CALL.search(self.head.target) is None

    def _seen_whole(self) -> bool:
        return self._size <= KEPT and self.head.framing.done

    def _failed(self, head: ResponseHead, text: str) -> Awaitable[None] | None:
        if self._told or not self._is_call():
            return None
        self._told = True
        attempt, count = self._tap.attempt(self, failed=True)
        if attempt.model is None and self._seen_whole():  # it names none: something else than a call
            return None
        self.model = attempt.model
        failure = Failure(status=head.status, sentence=text, headers=_texts(head), url=self.upstream.url)
        call = attempt.failed(failure, self._tap.diagnose, final=gives_up(head.status, head.fields, count))
        return self._tap.report(self.completed_as(call))

    def _stream_failed(self) -> bool:
        """Whether the stream ended with an error in it; told, where it did."""
        assert self._tail is not None  # noqa: S101 - asked by the caller
        assert self.response is not None  # noqa: S101 - streams have begun
        tail = b"".join(self._tail)
        if b"content-encoding" in self.response.fields or not any(hint in tail for hint in _HINTS):
            return False
        text = tail.decode("utf-8", "replace")
        if not stream_errors(text) or has_ended(text):
            return False
        self._failed(self.response, text)
        return True

    def _lost(self, word: str) -> None:
        if self._told or not self._is_call():
            return
        self._told = True
        attempt, count = self._tap.attempt(self, failed=True)
        if attempt.model is None and self._seen_whole():
            return
        failure = Failure(transport=word, url=self.upstream.url)
        self._tap.report(attempt.failed(failure, self._tap.diagnose, final=count >= 3))  # noqa: PLR2004 - as gives_up

    def _outlook(self) -> Outlook | None:
        provider = self.upstream.provider
        if provider is None:
            return None
        place = place_by_id(self.model) or self._tap.place(self.client, provider)
        known = record.model_id(self.model)
        return self._tap.outlook_for(place.provider, place.surface, (parse_model(known).canonical if known else "") or NO_MODEL)

    def _sentence(self) -> str:
        outlook = self._outlook()
        return outlook.sentence if outlook is not None else ""

    def _changed(self, head: ResponseHead, body: bytes, outlook: Outlook | None) -> bytes | None:
        if not self._annotates or outlook is None or not outlook.sentence or len(body) > BODY_MAX or not _SIGNED.isdisjoint(head.fields):
            return None
        return recoded(body, head.fields.get(b"content-encoding", b"").decode("latin-1"), lambda plain: annotated(plain, outlook.sentence))


def _texts(head: ResponseHead) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in head.fields.items()}


# A body that a field of its head vouches for is not touched (RFC 9530, RFC 9421).
_SIGNED = frozenset({b"content-digest", b"repr-digest", b"digest", b"content-md5", b"signature"})
# How a failure to get an answer is called elsewhere, by the words of RFC 9209.
_WORDS = {
    "dns_error": "ENOTFOUND",
    "connection_refused": "ECONNREFUSED",
    "connection_timeout": "ETIMEDOUT",
    "connection_terminated": "ECONNRESET",
    "tls_certificate_error": "CERT_VERIFY_FAILED",
    "tls_protocol_error": "EPROTO",
    "destination_ip_unroutable": "EHOSTUNREACH",
    "destination_unavailable": "ERR_PROXY_CONNECTION_FAILED",
    "http_request_denied": "ERR_TUNNEL_CONNECTION_FAILED",
}

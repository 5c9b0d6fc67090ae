"""Makes calls of what passes: whose it was, which model, how it ended, how long it took, and how much of the limits is left."""

import asyncio
import logging
import tomllib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files

from statuswatch.core.ids import Surface
from statuswatch.core.modelnames import parse_model
from statuswatch.core.observation import Call
from statuswatch.gateway.annotate import StreamEditor, changed, unpacked
from statuswatch.gateway.asked import Turns, gives_up, model_in
from statuswatch.gateway.framing import Chunked
from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import RequestHead, ResponseHead
from statuswatch.gateway.reading import now
from statuswatch.gateway.saying import Outlook, added_lines
from statuswatch.gateway.seen import Seen
from statuswatch.gateway.tail import Tail
from statuswatch.gateway.watch import Addition
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import NO_MODEL, NO_PROVIDER, Attempt
from statuswatch.sources.clients.diagnose import Diagnose
from statuswatch.sources.clients.failure import Failure
from statuswatch.sources.clients.places import HOME, Place, place_by_id
from statuswatch.sources.headroom import headroom_in

WAIT_SECONDS = 0.25
"""How long a failing answer waits for the engine to have judged it."""
AT_ONCE = 64
"""Calls that are told of in one go; of more in so short a time those that worked last are left out."""

_TELL_AFTER = 0.05
# Each telling is a step of the engine, in which no call moves: where many come they are told of in few steps.
_MANY, _TELL_MANY_AFTER = 16, 2.0
_ERROR_TEXT = 64 << 10
_OK = range(200, 300)

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
    _waiting: deque[Call] = field(default_factory=deque)
    _timer: asyncio.TimerHandle | None = None
    _many: bool = False

    def watch(self, head: RequestHead, way: Way) -> "Sighting":
        """What follows one exchange."""
        return Sighting(self, head, way)

    def worked(self, sighting: "Sighting") -> None:
        """A call worked: told soon, when nothing is under way that would wait for it."""
        if len(self._waiting) >= AT_ONCE:
            return
        attempt, _ = self.attempt(sighting, failed=False)
        if attempt.model is None:
            return
        self._waiting.append(sighting.completed_as(attempt.answered()))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TELL_MANY_AFTER if self._many else _TELL_AFTER, self._tell)

    def _tell(self) -> None:
        """All at once, so that the engine takes one step for them and not one each."""
        self._timer = None
        self._many = len(self._waiting) >= _MANY
        while self._waiting:
            try:
                self.report(self._waiting.popleft())
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
            request_id=sighting.request_id,
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


class Sighting(Seen):
    """One exchange that is followed."""

    __slots__ = ("_annotates", "_client", "_tap", "_told")

    def __init__(self, tap: Tap, head: RequestHead, way: Way) -> None:
        super().__init__(head, way)
        self._tap = tap
        self._client = way.client
        self._annotates = way.annotate or tap.annotate
        self._told = False

    @property
    def client(self) -> str:
        """Which client calls."""
        if not self._client:
            self._client = self._tap.client(self.head.fields.get(b"user-agent", b""))
        return self._client

    @property
    def adds(self) -> bool:
        """See Watch."""
        return True

    @property
    def follows(self) -> bool:
        """See Watch."""
        return self.tail is not None

    def whole(self, body: bytes, sent: float, came: float, head: ResponseHead) -> None:
        """See Watch."""
        self.began(body, sent)
        self.response = head
        self.first = self.last = came
        if self.is_call:
            self._tap.worked(self)

    def answered(self, head: ResponseHead) -> StreamEditor | None:
        """See Watch."""
        self.response = head
        self.first = self.last = now()
        if head.status in _OK and head.content_type.startswith(b"text/event-stream"):
            self.tail = Tail(self.last)
            plain = b"content-encoding" not in head.fields and b"trailer" not in head.fields
            if self._annotates and plain and isinstance(head.framing, Chunked):
                return StreamEditor(self._sentence)
        return None

    def passed(self, piece: bytes | memoryview, head: int) -> None:
        """See Watch."""
        if self.tail is not None:
            self.tail.add(piece, head)

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
        return lines, changed(head.fields, body, outlook.sentence) if self._annotates and outlook is not None else None

    def hasten(self, head: ResponseHead) -> Addition:
        """See Watch."""
        self._failed(head, "")
        return added_lines(self._outlook(), head.fields), None

    def gateway_fields(self) -> tuple[bytes, ...]:
        """See Watch."""
        return added_lines(self._outlook(), {})

    def completed(self, status: int) -> None:
        """See Watch."""
        if status in _OK and self.is_call and not self._stream_failed():
            self._tap.worked(self)

    def interrupted(self) -> None:
        """See Watch."""
        if not self._ended_in_the_stream():
            self._lost("stream_interrupted")

    def failed(self, status: int, kind: str) -> None:
        """See Watch."""
        del status
        self._lost(_WORDS.get(kind, "ECONNRESET"))

    def cancelled(self) -> None:
        """See Watch. That a person pressed Escape says nothing about anybody; a client that has had the last event leaves without waiting for more."""
        self._ended_in_the_stream()

    def completed_as(self, call: Call) -> Call:
        """The call with what only the gateway sees of it."""
        head = self.response
        room = headroom_in(_texts(head), call.at) if head is not None and b"ratelimit" in head.low else None
        return replace(call, stall_ms=self.tail.stall * 1000 or None if self.tail is not None else None, headroom=room)

    def _failed(self, head: ResponseHead, text: str) -> Awaitable[None] | None:
        if self._told or not self.is_call:
            return None
        self._told = True
        attempt, count = self._tap.attempt(self, failed=True)
        if attempt.model is None and self.seen_whole:  # it names none: something else than a call
            return None
        self.model = attempt.model
        failure = Failure(status=head.status, sentence=text, headers=_texts(head), url=self.upstream.url)
        call = attempt.failed(failure, self._tap.diagnose, final=gives_up(head.status, head.fields, count))
        return self._tap.report(self.completed_as(call))

    def _ended_in_the_stream(self) -> bool:
        """Whether the stream itself told its end before the message had one; told here, as what it was."""
        if self.tail is None or not self.is_call:
            return False
        failed = self._stream_failed()
        if not failed and self.tail.ended:
            self._tap.worked(self)
        return failed or self.tail.ended

    def _stream_failed(self) -> bool:
        """Whether the answer is a stream that ended with an error in it; told, where it did. A compressed one is not looked into."""
        head = self.response
        if self.tail is None or head is None or b"content-encoding" in head.fields:
            return False
        text = self.tail.error()
        if text:
            self._failed(head, text)
        return bool(text)

    def _lost(self, word: str) -> None:
        if self._told or not self.is_call:
            return
        self._told = True
        attempt, count = self._tap.attempt(self, failed=True)
        if attempt.model is None and self.seen_whole:
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


def _texts(head: ResponseHead) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in head.fields.items()}


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

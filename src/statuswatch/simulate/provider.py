"""A model API on this machine that fails as it is told to, in the words of each vendor; coding clients and SDKs can be pointed at it.

It answers Anthropic's Messages, OpenAI's Chat Completions and Responses and Gemini's generateContent, as JSON and as streams of events, and says of each
answer when it went out. It knows no keys: every credential is taken.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

from statuswatch.simulate.answers import Answer, Asked, answered, as_json, asked, name_of
from statuswatch.simulate.server import HttpServer, Reply, Request, SimulationClock, reply_of
from statuswatch.simulate.streams import event

ANY = "any"
"""The shape of a failure that is the same whatever was asked."""
STREAMLESS = "overloaded"
"""What a call meets that asked for no stream, while streams break off."""
_UPGRADE_REQUIRED = 426


@dataclass(frozen=True, slots=True)
class Failure:
    """How one failure looks at one kind of endpoint. `after`: the answer begins as a stream, and `body` is its next event, of the name `event`.

    `bare`: it is no event but the plain object.
    """

    status: int
    body: str
    headers: Mapping[str, str]
    after: bool = False
    event: str | None = None
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Served:
    """One answer that went out: when (the server's clock), what was asked and what came. `failure` is None where it was a success."""

    at: datetime
    method: str
    path: str
    status: int
    model: str | None
    failure: str | None


@cache
def failures() -> Mapping[str, Mapping[str, Failure]]:
    """All failures by name, then by the endpoint's wire shape (`any`: whichever)."""
    data = tomllib.loads(files(__package__).joinpath("failures.toml").read_text(encoding="utf-8"))
    return {name: {shape: _failure(row) for shape, row in rows.items()} for name, rows in data.items()}


def _failure(row: Mapping[str, Any]) -> Failure:
    return Failure(row["status"], row["body"], row.get("headers", {}), row.get("after", False), row.get("event"), row.get("bare", False))


class Provider:
    """`async with Provider(clock) as provider`: serves at `provider.url` until the block ends.

    `failure` may be set at any time to a name in `failures()`, or to None: what comes from then on is answered so. `times` is after how many failed answers
    it answers well again (None: never). `heard` is told of every answer just before its first byte goes out.
    """

    def __init__(
        self, clock: SimulationClock, failure: str | None = None, times: int | None = None, heard: Callable[[Served], None] = lambda _served: None
    ) -> None:
        self.failure = failure
        self.times = times
        self._clock = clock
        self._heard = heard
        self._count = 0
        self._server = HttpServer(self._answer, clock)

    @property
    def url(self) -> str:
        """The origin, without a final slash."""
        return self._server.url

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._server.stop()

    async def _answer(self, request: Request) -> Reply:
        self._count += 1
        at = self._clock.now().at
        call = asked(request.path, request.body)
        failing = self._failing() if call is not None or "upgrade" in request.headers else None
        answer = self._answer_of(request, call, failing, at)
        model = call.model if call else None
        self._heard(Served(at, request.method, request.path, answer.status, model, failing))
        return reply_of(answer)

    def _failing(self) -> str | None:
        """The failure that the next call meets."""
        if self.failure is None or self.times == 0:
            return None
        if self.times is not None:
            self.times -= 1
        return self.failure

    def _answer_of(self, request: Request, call: Asked | None, failing: str | None, at: datetime) -> Answer:
        name = name_of(at, self._count)
        if "upgrade" in request.headers:
            # A socket instead of a request: this API has none, which clients take as a hint to ask over plain HTTP.
            return Answer(
                _UPGRADE_REQUIRED, {"upgrade": "HTTP/1.1"}, as_json({"error": {"message": "only plain HTTP is spoken here", "type": "upgrade_required"}})
            )
        if call is None:
            return _beside(request)
        if failing is None:
            return answered(call, call.model or "unnamed-model", name, at)
        return failed(failures()[failing], call, name, at)


def failed(rows: Mapping[str, Failure], call: Asked, name: str, at: datetime) -> Answer:
    """The failure of a call, in the words of its endpoint."""
    row = rows.get(call.shape.api) or rows[ANY]
    if row.after and not call.stream:  # nothing can break off that does not come bit by bit
        return failed(failures()[STREAMLESS], call, name, at)
    request = f"req_{name}"
    own = {call.shape.request_header: request} if ANY not in rows else {}
    body = row.body.replace("{request}", request)
    if not row.after:
        return Answer(row.status, {**own, **row.headers}, body.encode())
    begun = call.shape.streamed(call.model or "unnamed-model", name, int(at.timestamp()))[: call.shape.begun]
    return Answer(row.status, {**own, "content-type": "text/event-stream", **row.headers}, b"", (*begun, body.encode() if row.bare else event(body, row.event)))


def _beside(request: Request) -> Answer:
    """What clients ask beside calls of a model: the list of models, a count of tokens, whether anyone is there."""
    if request.path.endswith("/models"):
        return Answer(200, {}, as_json({"object": "list", "data": [], "models": []}))
    if request.path.endswith(("/count_tokens", ":countTokens")):
        return Answer(200, {}, as_json({"input_tokens": 12, "totalTokens": 12}))
    if request.path == "/":
        return Answer(200, {}, as_json({"simulated": True}))
    return Answer(404, {}, as_json({"error": {"message": "there is no such endpoint", "type": "not_found_error"}}))

"""From one record to one Call: the shape every reader fills, and the two ways an attempt ends."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Protocol

from statuswatch.core.modelnames import parse_model
from statuswatch.core.observation import Call, Outcome
from statuswatch.sources.clients import record
from statuswatch.sources.clients.diagnose import Diagnose
from statuswatch.sources.clients.failure import Failure, diagnosis_of
from statuswatch.sources.clients.places import Place

NO_MODEL = "*"
NO_PROVIDER = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a reader's lines come from: `name` tells files of one client apart, `at` stands in for the time of records that carry none.

    `usual` is the place that the client's own settings name, for records that say nothing of it; in `shared` the files of one client leave each other word.
    """

    name: str
    diagnose: Diagnose
    at: datetime
    usual: Place | None = None
    shared: dict[str, Any] = field(default_factory=dict)


class Reader(Protocol):
    """Reads one kind of a client's record line by line. It never raises, and keeps no more than ids, a model's name and a project's label.

    `unanswered` counts attempts seen since the last answer or verdict: more than one means retries that the record does not speak about yet.
    """

    client: ClassVar[str]
    unanswered: int

    def __init__(self, origin: Origin) -> None: ...

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """The calls this line completes; `at` is when the line was seen, for records without a time of their own."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known of one attempt before its end is. `key` and `turn` are made from the record's ids, never from its place in the file."""

    key: str
    at: datetime
    client: str
    place: Place
    model: str | None = None
    turn: str | None = None
    request_id: str | None = None
    project: str | None = None
    latency_ms: float | None = None
    credential: str | None = None

    def _call(self) -> Call:
        model = record.model_id(self.model)
        return Call(
            key=f"{self.client}:{self.key}",
            at=self.at,
            client=self.client,
            provider=self.place.provider,
            surface=self.place.surface,
            model=parse_model(model).canonical or NO_MODEL if model else NO_MODEL,
            outcome=Outcome.OK,
            turn=f"{self.client}:{self.turn}" if self.turn else None,
            request_id=record.identifier(self.request_id),
            project=self.project,
            latency_ms=self.latency_ms,
            credential=self.credential,
        )

    def answered(self) -> Call:
        """The call that ended with an answer of the model."""
        return self._call()

    def failed(self, failure: Failure, diagnose: Diagnose, *, final: bool) -> Call:
        """The call that failed; `final` where the client gave up."""
        diagnosis = diagnosis_of(failure, diagnose, self.place.provider)
        call = self._call()
        provider = diagnosis.provider if call.provider == NO_PROVIDER and diagnosis.provider else call.provider
        request_id = call.request_id or record.identifier(failure.request_id)
        return replace(call, provider=provider, outcome=Outcome.FAILED, diagnosis=diagnosis, final=final, request_id=request_id)

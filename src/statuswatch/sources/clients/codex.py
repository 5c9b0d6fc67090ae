"""Codex: rollouts (`sessions/YYYY/MM/DD/rollout-*.jsonl`) and the stream of `codex exec --json`. Seen with 0.169.0.

The enum `codex_error_info` is Codex's own reading of the response; what each word stands for is a table below, as two of its names and one of its
sentences say something else than what happened. While there is no network Codex waits and writes nothing into the rollout.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from statuswatch.core.health import Fault
from statuswatch.core.observation import Call
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import Attempt, Origin
from statuswatch.sources.clients.failure import Failure, url_in
from statuswatch.sources.clients.places import HOME, Place, place_by_id, place_named

_TOP = re.compile(rb'"type"\s*:\s*"(session_meta|turn_context|event_msg)"')
_EVENT = re.compile(
    rb'"type"\s*:\s*"(?:task_started|turn_started|task_complete|turn_complete|turn_aborted|thread_settings_applied|token_count|stream_error|error)"',
)
_ITEM = re.compile(rb'"type"\s*:\s*"(?:response_item|world_state|compacted)"')
_REQUEST_ID = re.compile(r"\brequest[ -]id:?\s*([A-Za-z0-9_-]{4,80})", re.IGNORECASE)
_RAY = re.compile(r"\bcf-ray:\s*([A-Za-z0-9-]{4,40})")
_RECONNECTING = re.compile(r"(?i)^reconnecting\b[^(]*\((.*)\)\s*$", re.DOTALL)

# codex_error_info -> what it stands for as a response: status, the API's code, transport code, or what the word can mean (low confidence).
_INFO: Mapping[str, Failure] = {
    "server_overloaded": Failure(kind="server_is_overloaded"),
    "internal_server_error": Failure(status=500),
    "rate_limit_exceeded": Failure(kind="rate_limit_exceeded"),
    "usage_limit_exceeded": Failure(label=(Fault.QUOTA, "client_label")),
    "unauthorized": Failure(status=401),
    "bad_request": Failure(status=400),
    "context_window_exceeded": Failure(kind="context_length_exceeded"),
    "cyber_policy": Failure(label=(Fault.REQUEST, "client_label")),
    "response_stream_disconnected": Failure(transport="stream_interrupted"),
    "response_stream_connection_failed": Failure(transport="connection_failed"),
    "http_connection_failed": Failure(transport="connection_failed"),
}
_NO_CALL = frozenset({"sandbox_error", "thread_rollback_failed", "active_turn_not_steerable"})
_ENDS = ("task_complete", "turn_complete")


def failure_of(error: object) -> Failure | None:
    """What Codex's error object says: its sentence, with the facts that its enum carries. None where no call to a model failed."""
    sentence = error[:8192] if isinstance(error, str) else record.text(error, "message") or ""
    info = record.sub(error, "codex_error_info")
    status = None
    word = info if isinstance(info, str) else ""
    if isinstance(info, dict) and len(info) == 1:
        word, inner = next(iter(info.items()))
        status = record.status(inner, "http_status_code", "httpStatusCode")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower()
    if name in _NO_CALL:
        return None
    known = _INFO.get(name, Failure())
    request, ray = _REQUEST_ID.search(sentence), _RAY.search(sentence)
    headers = {"x-request-id": request[1]} if request else {}
    if ray:
        headers["cf-ray"] = ray[1]
    stated = status if status is not None else known.status
    transport = known.transport if stated is None else None
    return Failure(status=stated, kind=known.kind, sentence=sentence, transport=transport, headers=headers, url=url_in(sentence), label=known.label)


class RolloutReader:
    """One rollout file, line by line. See Reader."""

    client: ClassVar[str] = "codex"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._session = record.digest(origin.name)
        self._place: Place = HOME[self.client]
        self._model: str | None = None
        self._project: str | None = None
        self._turn: str | None = None
        self._used: int | None = None
        self._answered = False
        self._failed = False
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        top = _TOP.search(line) if len(line) <= record.LINE_CAP else None
        if top is None or _ITEM.search(line) or (top[1] == b"event_msg" and not _EVENT.search(line)):
            return ()
        entry = record.load(line)
        payload = record.sub(entry, "payload")
        if entry is None or not isinstance(payload, dict):
            return ()
        kind = entry.get("type")
        if kind == "event_msg":
            return self._event(entry, payload, at)
        if kind == "session_meta":
            self._session = record.digest(record.text(payload, "id", "session_id") or self._origin.name)
            self._used = 0
        if kind in ("session_meta", "turn_context"):
            self._settle(payload, "model_provider")
        return ()

    def _settle(self, settings: object, provider_key: str) -> None:
        provider = record.text(settings, provider_key)
        if provider:
            self._place = place_named(provider, HOME[self.client])
        self._model = record.model_id(record.sub(settings, "model")) or self._model
        self._place = place_by_id(self._model) or self._place
        self._project = record.project_of(record.sub(settings, "cwd")) or self._project

    def _event(self, entry: Mapping[str, Any], payload: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        kind = payload.get("type")
        if kind == "thread_settings_applied":
            self._settle(payload.get("thread_settings"), "model_provider_id")
        elif kind in ("task_started", "turn_started"):
            self._enter(payload)
        elif kind == "token_count":
            return self._tokens(entry, payload, at)
        elif kind == "stream_error":
            return self._failure(entry, payload, at, final=False)
        elif kind == "error":
            self._failed = True
            return self._failure(entry, payload, at, final=True)
        elif kind in _ENDS:
            return self._end(entry, payload, at)
        return ()

    def _enter(self, payload: Mapping[str, Any]) -> None:
        turn = record.text(payload, "turn_id")
        name = record.digest(turn)
        if turn is not None and name != self._turn:
            self._turn = name
            self._answered = self._failed = False

    def _tokens(self, entry: Mapping[str, Any], payload: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        """A response was counted. The same event also carries rate limits alone: then the total has not moved."""
        total = record.number(record.sub(payload, "info", "total_token_usage"), "total_tokens")
        before, self._used = self._used, total if total is not None else self._used
        if total is None or before is None or total <= before:
            return ()
        self._answered, self.unanswered = True, 0
        return (self._attempt(entry, "tokens", at).answered(),)

    def _end(self, entry: Mapping[str, Any], payload: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        self._enter(payload)
        error = payload.get("error")
        self.unanswered = 0
        if error:
            return () if self._failed else self._failure(entry, error, at, final=True)
        if self._answered or self._failed or not isinstance(payload.get("last_agent_message"), str):
            return ()
        return (self._attempt(entry, "end", at).answered(),)

    def _failure(self, entry: Mapping[str, Any], error: object, at: datetime | None, *, final: bool) -> tuple[Call, ...]:
        failure = failure_of(error)
        if failure is None:
            return ()
        self.unanswered = 0 if final else self.unanswered + 1
        attempt = self._attempt(entry, "final" if final else "retry", at)
        return (attempt.failed(failure, self._origin.diagnose, final=final),)

    def _attempt(self, entry: Mapping[str, Any], what: str, at: datetime | None) -> Attempt:
        return Attempt(
            key=record.digest(self._session, self._turn, what, entry.get("timestamp"), entry.get("ordinal")),
            at=record.time(entry, "timestamp") or at or self._origin.at,
            client=self.client,
            place=self._place,
            model=self._model,
            turn=record.digest(self._session, self._turn),
            project=self._project,
        )


class ExecReader:
    """The stream of `codex exec --json`, line by line; it carries neither times nor the model. See Reader."""

    client: ClassVar[str] = "codex"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._session = record.digest(origin.name)
        self._turn = 0
        self._count = 0
        self._told: str | None = None
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        if b'"item.' in line[:200]:
            return ()
        entry = record.load(line) or {}
        kind = entry.get("type")
        if kind == "thread.started":
            self._session = record.digest(record.text(entry, "thread_id") or self._origin.name)
        elif kind == "turn.started":
            self._turn, self._count, self._told = self._turn + 1, 0, None
        elif kind == "turn.completed":
            self.unanswered = 0
            return (self._attempt(at).answered(),)
        elif kind == "error":
            return self._error(entry, at)
        elif kind == "turn.failed":
            return self._failed(record.sub(entry, "error"), at, final=True)
        return ()

    def _error(self, entry: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        waiting = _RECONNECTING.match(record.text(entry, "message") or "")
        if waiting:
            return self._failed(waiting[1], at, final=False)
        return self._failed(entry, at, final=True)

    def _failed(self, error: object, at: datetime | None, *, final: bool) -> tuple[Call, ...]:
        failure = failure_of(error)
        if failure is None or not failure.sentence:
            return ()
        # The last error is written twice, as an event and as the end of the turn.
        told = record.digest(failure.sentence)
        if final and told == self._told:
            return ()
        self._told = told if final else None
        self.unanswered = 0 if final else self.unanswered + 1
        return (self._attempt(at).failed(failure, self._origin.diagnose, final=final),)

    def _attempt(self, at: datetime | None) -> Attempt:
        self._count += 1
        return Attempt(
            key=record.digest(self._session, self._turn, self._count),
            at=at or self._origin.at,
            client=self.client,
            place=HOME[self.client],
            turn=record.digest(self._session, self._turn),
        )

"""Copilot CLI: `session-state/<id>/events.jsonl`, `logs/process-*.log` and the inputs of an `errorOccurred` hook. Seen with 1.0.102, own provider keys only.

The log has one line an attempt with a status and no cause; the events have the cause of the last one; the hook has the provider's error body each time.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from statuswatch.core.health import Fault
from statuswatch.core.observation import Call
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import NO_PROVIDER, Attempt, Origin
from statuswatch.sources.clients.failure import Failure, url_in
from statuswatch.sources.clients.places import HOME, Place
from statuswatch.sources.clients.wording import cancelled

_EVENT = re.compile(
    rb'"type"\s*:\s*"(?:session\.(?:start|resume|error|model_change)|assistant\.(?:turn_start|message|usage)|hook\.start)"',
)
_LAST_ERROR = re.compile(r"(?is)^.*\blast error:\s*")
_REQUEST = re.compile(r"\(Request-ID ([A-Za-z0-9_:-]{4,80})\)")
_LOG = re.compile(r"^(\S{20,32}) \[(\w+)\] (?:\[[^\]]{1,120}\] )?(.*)$", re.DOTALL)
_LOG_FAILED = re.compile(r"(?i)model (?:provider )?(?:request|call) failed\b[^{]{0,40}(\{.*\})\s*$")
_LOG_SESSION = re.compile(r"(?:Workspace initialized|session(?: id)?):\s*([0-9a-f-]{36})", re.IGNORECASE)
_LOG_MODEL = re.compile(r"(?i)\b(?:using|default|selected) model:?\s+([A-Za-z][\w.-]{2,60})")

# Only a provider of one's own works offline (docs.github.com, "Using your own LLM models in Copilot CLI"); which one it is stands in no record.
_LOG_OWN = re.compile(r"(?i)running in offline mode\b|\bcustom provider active\b")
_OWN = Place(NO_PROVIDER)
_SESSIONS = 64

_LABELS: Mapping[str, tuple[Fault, str]] = {
    "authentication": (Fault.AUTH, "client_label"),
    "authorization": (Fault.AUTH, "client_label"),
    "quota": (Fault.QUOTA, "client_label"),
    "rate_limit": (Fault.UNKNOWN, "client_label"),
    "context_limit": (Fault.REQUEST, "client_label"),
}
# Kinds of session errors and hook contexts that are not about a call to a model.
_NO_CALL = frozenset({"tool", "tool_execution", "mcp", "hook", "plugin", "extension", "user_input", "system", "permission"})
# Words for a call without a response in the log, as codes.
_KINDS = {
    "transport": "connection_failed",
    "connection": "connection_failed",
    "network": "connection_failed",
    "timeout": "ETIMEDOUT",
    "stream": "stream_interrupted",
}


def failure_of(message: str, status: int | None = None, label: str | None = None) -> Failure:
    """What Copilot's message says: a provider's body, a quoted sentence, or a sentence that ends with the last error."""
    sentence = _LAST_ERROR.sub("", message, count=1)
    request = _REQUEST.search(message)
    if sentence.startswith('"'):
        try:
            inner = json.loads(sentence)
        except (ValueError, RecursionError):
            inner = None
        sentence = inner if isinstance(inner, str) else sentence
    return Failure(
        status=status,
        sentence=sentence,
        headers={"x-request-id": request[1]} if request else {},
        url=url_in(sentence),
        label=_LABELS.get(label or ""),
    )


def hook_attempt(data: object, origin: Origin, model: str | None, turn: str | None, at: datetime | None) -> tuple[Call, ...]:
    """One input of the errorOccurred hook: a failed attempt, told with the same key by the hook's own file and by the session's events."""
    message = record.text(record.sub(data, "error"), "message")
    context = record.text(data, "errorContext")
    if message is None or context in _NO_CALL or cancelled(message):
        return ()
    session = record.text(data, "sessionId") or origin.name
    attempt = Attempt(
        key=record.digest("hook", session, record.sub(data, "timestamp"), None if record.number(data, "timestamp") else message),
        at=record.time(data, "timestamp") or at or origin.at,
        client="copilot-cli",
        place=HOME["copilot-cli"],
        model=model,
        turn=turn or record.digest(session),
        project=record.project_of(record.sub(data, "cwd")),
    )
    return (attempt.failed(failure_of(message), origin.diagnose, final=record.sub(data, "recoverable") is False),)


@dataclass(slots=True)
class _Session:
    """What a session's log and its events know of each other. `own`: its models are not those that GitHub hosts."""

    own: bool = False
    model: str | None = None

    @property
    def place(self) -> Place:
        return _OWN if self.own else HOME["copilot-cli"]


def _session(origin: Origin, name: str) -> _Session:
    known: dict[str, _Session] = origin.shared
    if name not in known and len(known) >= _SESSIONS:
        known.pop(next(iter(known)))
    return known.setdefault(name, _Session())


class EventsReader:
    """A session's events, line by line. See Reader."""

    client: ClassVar[str] = "copilot-cli"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._session = origin.name
        self._model: str | None = None
        self._project: str | None = None
        self._turn: str | None = None
        self._answer: str | None = None
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        if len(line) > record.LINE_CAP or not _EVENT.search(line) or (b'"hook.start"' in line and b"errorOccurred" not in line):
            return ()
        entry = record.load(line)
        data = record.sub(entry, "data")
        if entry is None or not isinstance(data, dict):
            return ()
        kind = entry.get("type")
        if kind in ("session.start", "session.resume", "session.model_change"):
            self._settle(data)
        elif kind == "assistant.turn_start":
            self._turn = record.digest(record.text(data, "interactionId"))
        elif kind in ("assistant.message", "assistant.usage"):
            return self._answered(entry, data, at)
        elif kind == "hook.start" and data.get("hookType") == "errorOccurred":
            calls = hook_attempt(data.get("input"), self._origin, self._model, self._group(), record.time(entry, "timestamp") or at)
            self.unanswered += len(calls)
            return calls
        elif kind == "session.error":
            return self._gave_up(entry, data, at)
        return ()

    def _settle(self, data: Mapping[str, Any]) -> None:
        session = record.text(data, "sessionId")
        self._session = record.digest(session) if session else self._session
        self._model = record.model_id(record.text(data, "newModel", "selectedModel", "model")) or self._model
        _session(self._origin, self._session).model = self._model
        self._project = record.project_of(record.sub(data, "context", "cwd")) or self._project

    def _group(self) -> str:
        return record.digest(self._session, self._turn, self._answer)

    def _answered(self, entry: Mapping[str, Any], data: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        self._model = record.model_id(record.text(data, "model")) or self._model
        self.unanswered = 0
        name = record.digest(self._session, record.text(data, "messageId", "apiCallId") or record.text(entry, "id"))
        if name == self._answer or entry.get("type") == "assistant.usage":
            return ()
        call = self._attempt(entry, name, at).answered()
        self._answer = name
        return (call,)

    def _gave_up(self, entry: Mapping[str, Any], data: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        kind = record.text(data, "errorType") or ""
        if kind in _NO_CALL or cancelled(record.text(data, "message") or ""):
            return ()
        self.unanswered = 0
        failure = failure_of(record.text(data, "message") or "", record.status(data, "statusCode"), kind)
        name = record.digest(self._session, record.text(entry, "id") or entry.get("timestamp"))
        return (self._attempt(entry, name, at, record.text(data, "providerCallId")).failed(failure, self._origin.diagnose, final=True),)

    def _attempt(self, entry: Mapping[str, Any], name: str, at: datetime | None, request_id: str | None = None) -> Attempt:
        return Attempt(
            key=name,
            at=record.time(entry, "timestamp") or at or self._origin.at,
            client=self.client,
            place=_session(self._origin, self._session).place,
            model=self._model,
            turn=self._group(),
            request_id=request_id,
            project=self._project,
        )


class ProcessLogReader:
    """A process's log, line by line: attempts, never the end of them. See Reader."""

    client: ClassVar[str] = "copilot-cli"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._session = origin.name
        self._model: str | None = None
        self._own = False
        self._nameless: tuple[Attempt, Failure] | None = None
        self._waited = False
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        found = _LOG.match(line.decode("utf-8", "replace").rstrip()) if len(line) <= record.LINE_CAP else None
        if found is None:
            return ()
        said = found[3]
        session, model, failed = _LOG_SESSION.match(said), _LOG_MODEL.search(said[:300]), _LOG_FAILED.match(said)
        if session:
            self._session = record.digest(session[1])
        self._own = self._own or bool(_LOG_OWN.search(said[:300]))
        known = _session(self._origin, self._session)
        known.own = known.own or self._own
        if model and not failed:
            self._model = record.model_id(model[1]) or self._model
        facts = record.load(failed[1].encode()) if failed else None
        if facts is None:
            return self._named(known.model)
        earlier = self._named(known.model)
        kind = record.text(facts, "failure_kind") or ""
        status = record.status(facts, "http_status", "status", "statusCode")
        failure = Failure(status=status, transport=_KINDS.get(kind) if status is None else None, kind=record.identifier(facts.get("error_code")))
        attempt = Attempt(
            key=record.digest(self._session, line.strip()),
            at=record.moment(found[1]) or at or self._origin.at,
            client=self.client,
            place=known.place,
            model=record.text(facts, "model") or self._model or known.model,
            turn=record.digest(self._session),
        )
        if attempt.model is None and not self._waited:
            self._nameless, self._waited = (attempt, failure), True
            return ()
        return (*earlier, attempt.failed(failure, self._origin.diagnose, final=False))

    def _named(self, model: str | None) -> tuple[Call, ...]:
        """The attempt that came before its model: the session's events name it, often a moment later. Only the first waits, for one line."""
        waiting, self._nameless = self._nameless, None
        if waiting is None:
            return ()
        attempt, failure = waiting
        return (replace(attempt, model=model).failed(failure, self._origin.diagnose, final=False),)


class ErrorHookReader:
    """Inputs of an errorOccurred hook, one JSON object a line. See Reader."""

    client: ClassVar[str] = "copilot-cli"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        entry = record.load(line) if b'"error"' in line else None
        return hook_attempt(entry, self._origin, None, None, at) if entry is not None and "errorContext" in entry else ()

"""Claude Code's transcripts (`projects/<folder>/<session>.jsonl` and `<session>/subagents/*.jsonl`): 2.0.76, 2.1.197, 2.1.330 and what is like them.

Read: record type, time, ids, model names, working directory, status, error type and the client's own error sentence. Prompts, replies, tool results
and the stored requests are passed over, most before the line is decoded. Shapes: recorded runs; the record kinds are undocumented by the vendor.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from statuswatch.core.health import Fault
from statuswatch.core.modelnames import parse_model
from statuswatch.core.observation import Call
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import Attempt, Origin
from statuswatch.sources.clients.failure import Failure, url_in
from statuswatch.sources.clients.places import HOME, Place, place_by_id
from statuswatch.sources.clients.wording import cancelled

# What a line must hold, unescaped, to be worth decoding. A quoted record inside a prompt has its quotation marks escaped, so it does not match.
_WANTED = re.compile(rb'"type"\s*:\s*"(?:assistant|api-request|system|attachment)"')
_FIRST_TYPE = re.compile(rb'\s*\{\s*"type"\s*:\s*"([A-Za-z_-]{1,40})"')
_KINDS = frozenset({b"assistant", b"api-request", b"system", b"attachment"})
_NARROW = {b"system": b"api_error", b"attachment": b'"modelId"'}
_SNAPSHOT = re.compile(rb'"type"\s*:\s*"(?:prompt_snapshot|api-request-blob|api-request-shape)"')
_SYNTHETIC = "<synthetic>"
_THREADS = 32

# The client's label, the weakest word in the record: a dead network is labelled server_error too, an overload has been labelled a rate limit.
LABELS: Mapping[str, tuple[Fault, str]] = {
    "authentication_failed": (Fault.AUTH, "client_label"),
    "oauth_org_not_allowed": (Fault.AUTH, "client_label"),
    "billing_error": (Fault.BILLING, "client_label"),
    "model_not_found": (Fault.MODEL, "client_label"),
    "invalid_request": (Fault.REQUEST, "client_label"),
    "max_output_tokens": (Fault.REQUEST, "client_label"),
}
_UNKNOWN_LABEL = (Fault.UNKNOWN, "client_label")


@dataclass(slots=True)
class _Thread:
    """What is remembered of one conversation in a file: the main one or a subagent's."""

    model: str | None = None
    source: str | None = None
    place: Place | None = None
    turn: str | None = None
    message: str | None = None
    pending: int = 0


class TranscriptReader:
    """One transcript file, line by line. See Reader."""

    client: ClassVar[str] = "claude-code"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._threads: dict[str, _Thread] = {}
        self._project: str | None = None

    @property
    def unanswered(self) -> int:
        """The most attempts any conversation of this file has made since its last answer or verdict."""
        return max((thread.pending for thread in self._threads.values()), default=0)

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        if not worth_decoding(line):
            return ()
        entry = record.load(line)
        if entry is None:
            return ()
        kind = entry.get("type")
        if kind == "assistant":
            return self._assistant(entry, at)
        if kind == "system" and entry.get("subtype") == "api_error":
            return self._retry(entry, at)
        if kind == "api-request":
            self._request(entry)
        elif kind == "attachment":
            self._attachment(entry)
        return ()

    def _thread(self, entry: Mapping[str, Any]) -> _Thread:
        name = record.text(entry, "agentId") or ("side" if entry.get("isSidechain") is True else "")
        key = record.digest(name) if name else ""
        if key not in self._threads:
            if len(self._threads) >= _THREADS:
                self._threads.pop(next(iter(self._threads)))
            self._threads[key] = _Thread()
        self._project = record.project_of(entry.get("cwd")) or self._project
        return self._threads[key]

    def _attachment(self, entry: Mapping[str, Any]) -> None:
        model = record.model_id(record.sub(entry, "attachment", "identity", "modelId"))
        if record.sub(entry, "attachment", "type") == "model" and model:
            thread = self._thread(entry)
            thread.model, thread.source = model, None
            thread.place = place_by_id(model) or thread.place

    def _request(self, entry: Mapping[str, Any]) -> None:
        """A request was sent. Its model counts where it is the conversation's own: background requests use other models."""
        thread = self._thread(entry)
        model = record.model_id(record.sub(entry, "params", "model"))
        source = record.digest(record.text(entry, "querySource"))
        if not model:
            return
        known = thread.model
        if known is None or source == thread.source or (thread.source is None and parse_model(model).canonical == parse_model(known).canonical):
            thread.model, thread.source = model, source
            thread.place = place_by_id(model) or thread.place
            thread.pending += 1

    def _assistant(self, entry: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        message = entry.get("message")
        if is_api_failure(entry):
            return self._gave_up(entry, at)
        model = record.model_id(record.sub(message, "model"))
        message_id = record.text(message, "id") or record.text(entry, "requestId")
        if model is None or message_id is None or not isinstance(record.sub(message, "usage"), dict):
            return ()
        thread = self._thread(entry)
        thread.model, thread.pending = model, 0
        thread.place = place_by_id(model, message_id) or thread.place
        name = record.digest(message_id)
        if name == thread.message:
            return ()
        attempt = self._attempt(entry, thread, name, at)
        thread.message = thread.turn = name
        return (attempt.answered(),)

    def _gave_up(self, entry: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        thread = self._thread(entry)
        name = key_of(entry, self._origin.name)
        failure = failure_of(entry)
        if cancelled(failure.sentence) and failure.status is None:
            return ()
        call = self._attempt(entry, thread, name, at).failed(failure, self._origin.diagnose, final=True)
        thread.turn, thread.pending = name, 0
        return (call,)

    def _retry(self, entry: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        thread = self._thread(entry)
        attempt = self._attempt(entry, thread, key_of(entry, self._origin.name), at)
        return (attempt.failed(retry_failure(entry), self._origin.diagnose, final=False),)

    def _attempt(self, entry: Mapping[str, Any], thread: _Thread, name: str, at: datetime | None) -> Attempt:
        return Attempt(
            key=name,
            at=record.time(entry, "timestamp") or at or self._origin.at,
            client=self.client,
            place=thread.place or HOME[self.client],
            model=thread.model,
            turn=record.digest(record.text(entry, "sessionId") or self._origin.name, thread.turn),
            request_id=record.text(entry, "requestId", "request_id") or record.sub(entry, "error", "requestId") or record.sub(entry, "error", "requestID"),
            project=self._project,
        )


def worth_decoding(line: bytes) -> bool:
    """Whether a line can be one of the records that are read, told without decoding it."""
    if len(line) > record.LINE_CAP:
        return False
    first = _FIRST_TYPE.match(line)
    if first and first[1] not in _KINDS:
        return False
    wanted = _WANTED.search(line)
    if wanted is None or _SNAPSHOT.search(line):
        return False
    kinds = {kind for kind in _KINDS if re.search(rb'"type"\s*:\s*"' + kind + rb'"', line)}
    return any(_NARROW.get(kind, b"") in line for kind in kinds)


def is_api_failure(entry: Mapping[str, Any]) -> bool:
    """Whether the client itself marks this assistant record as a failed call. What the model or the user wrote never decides."""
    if entry.get("isApiErrorMessage") is True or entry.get("is_api_error_message") is True:
        return True
    if record.sub(entry, "message", "model") != _SYNTHETIC:
        return False
    return isinstance(entry.get("error"), (str, dict)) or sentence_of(entry).startswith("API Error")


def sentence_of(entry: Mapping[str, Any]) -> str:
    """The client's own sentence in a record that it made itself."""
    content = record.sub(entry, "message", "content")
    if isinstance(content, str):
        return content[:8192]
    parts = [record.text(block, "text") or "" for block in content[:4]] if isinstance(content, list) else []
    return "\n".join(part for part in parts if part)


def key_of(entry: Mapping[str, Any], name: str) -> str:
    """The record's id; without one, a digest of its time and kind, which a second reading gives again."""
    own = record.text(entry, "uuid")
    return record.digest(own) if own else record.digest(name, entry.get("timestamp"), entry.get("type"), entry.get("retryAttempt"))


def failure_of(entry: Mapping[str, Any]) -> Failure:
    """The failure that a final record tells, in any of the versions' spellings."""
    inner = entry.get("error") if isinstance(entry.get("error"), dict) else None
    label = record.text(entry, "error")
    details = record.text(entry, "errorDetails", "error_details")
    sentence = sentence_of(entry)
    return Failure(
        status=record.status(entry, "apiErrorStatus", "api_error_status") or record.status(inner, "status"),
        kind=record.identifier(record.text(entry, "apiErrorType", "api_error_type") or record.text(inner, "type")),
        sentence=f"{sentence} {details}" if details and details not in sentence else sentence,
        url=None,
        label=LABELS.get(label, _UNKNOWN_LABEL) if label else None,
    )


def retry_failure(entry: Mapping[str, Any]) -> Failure:
    """The failure that a retry record tells: the error as an object, with a cause inside it, or as a sentence only."""
    error = entry.get("error")
    sentence = record.text(error, "message") or record.text(error, "formatted") or record.text(entry, "error", "content") or ""
    inner = record.sub(error, "error")
    kind = record.text(record.sub(inner, "error"), "type") or record.text(inner, "type") or record.text(error, "type")
    connection = record.text(record.sub(error, "connection"), "code") or record.text(record.sub(error, "cause"), "code") or record.text(error, "code")
    if record.sub(error, "connection", "isSSLError") is True and not connection:
        connection = "CERT_VERIFY_FAILED"
    where = record.text(record.sub(error, "cause"), "path") or record.text(record.sub(error, "connection"), "message") or ""
    headers = record.sub(error, "headers")
    return Failure(
        status=record.status(error, "status") or record.status(entry, "apiErrorStatus"),
        kind=record.identifier(kind) if kind != "error" else None,
        sentence=sentence,
        transport=record.identifier(connection) if record.status(error, "status") is None else None,
        headers={str(name): value for name, value in headers.items() if isinstance(value, str)} if isinstance(headers, dict) else {},
        url=url_in(where),
    )

"""Claude Code's `--output-format stream-json`: retries as `system/api_retry`, failures as synthetic assistant records, the end as `result`.

The label of a retry is closer to the truth here than in transcripts (an overload is `overloaded`), a dead network is `unknown` without a status.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from statuswatch.core.observation import Call
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import Attempt, Origin
from statuswatch.sources.clients.claude_code import LABELS, failure_of, is_api_failure
from statuswatch.sources.clients.failure import Failure
from statuswatch.sources.clients.places import HOME, Place, place_by_id

_WANTED = re.compile(rb'"type"\s*:\s*"(?:assistant|system|result|tool_progress)"')
_RESULT_SENTENCE = "API Error"


class StreamReader:
    """One stream of a headless run, line by line. See Reader."""

    client: ClassVar[str] = "claude-code"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._session = origin.name
        self._model: str | None = None
        self._place: Place = HOME[self.client]
        self._project: str | None = None
        self._turn: str | None = None
        self._told = False
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        if len(line) > record.LINE_CAP or not _WANTED.search(line):
            return ()
        entry = record.load(line)
        if entry is None:
            return ()
        session = record.text(entry, "session_id")
        if session:
            self._session = record.digest(session)
        kind = entry.get("type")
        if kind == "system":
            return self._system(entry, at)
        if kind == "assistant":
            return self._assistant(entry, at)
        if kind == "result":
            return self._result(entry, at)
        retry = record.sub(entry, "subagent_retry")
        return self._retry(entry, retry, at) if kind == "tool_progress" and isinstance(retry, dict) else ()

    def _system(self, entry: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        if entry.get("subtype") == "init":
            self._model = record.model_id(entry.get("model")) or self._model
            self._place = place_by_id(self._model) or self._place
            self._project = record.project_of(entry.get("cwd")) or self._project
            self._told = False
        if entry.get("subtype") != "api_retry":
            return ()
        return self._retry(entry, entry, at)

    def _retry(self, entry: Mapping[str, Any], retry: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        label = record.text(retry, "error", "error_category")
        # Only the status is a fact; the label beside it may refine it where it is one of the API's own words.
        failure = Failure(status=record.status(retry, "error_status"), sentence="Overloaded" if label == "overloaded" else "", label=LABELS.get(label or ""))
        self.unanswered += 1
        return (self._attempt(entry, at).failed(failure, self._origin.diagnose, final=False),)

    def _assistant(self, entry: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        if is_api_failure(entry):
            call = self._attempt(entry, at).failed(failure_of(entry), self._origin.diagnose, final=True)
            self._told, self.unanswered = True, 0
            self._turn = call.key
            return (call,)
        model = record.model_id(record.sub(entry, "message", "model"))
        message = record.text(record.sub(entry, "message"), "id")
        if model is None or message is None or not isinstance(record.sub(entry, "message", "usage"), dict):
            return ()
        name = record.digest(message)
        self._place = place_by_id(model, message) or self._place
        self.unanswered = 0
        if name == self._turn:
            return ()
        call = self._attempt(entry, at, key=name, model=model).answered()
        self._turn, self._told = name, False
        return (call,)

    def _result(self, entry: Mapping[str, Any], at: datetime | None) -> tuple[Call, ...]:
        sentence = record.text(entry, "result") or ""
        told, self._told = self._told, False
        failed = entry.get("is_error") is True and (
            record.status(entry, "api_error_status") is not None or entry.get("terminal_reason") == "api_error" or sentence.startswith(_RESULT_SENTENCE)
        )
        if told or not failed:
            return ()
        failure = Failure(
            status=record.status(entry, "api_error_status"),
            kind=record.identifier(record.text(entry, "api_error_type")),
            sentence=sentence,
        )
        return (self._attempt(entry, at).failed(failure, self._origin.diagnose, final=True),)

    def _attempt(self, entry: Mapping[str, Any], at: datetime | None, key: str | None = None, model: str | None = None) -> Attempt:
        own = record.text(entry, "uuid")
        return Attempt(
            key=key or record.digest(own or (self._session, entry.get("type"), entry.get("attempt"), self._turn)),
            at=record.time(entry, "timestamp") or at or self._origin.at,
            client=self.client,
            place=self._place,
            model=model or self._model,
            turn=record.digest(self._session, self._turn),
            request_id=record.text(entry, "request_id", "requestId"),
            project=self._project,
        )

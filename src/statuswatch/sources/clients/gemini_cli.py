"""Gemini CLI: its telemetry file (objects written over many lines) and its chat files. Seen with 0.61.0.

The telemetry file holds prompts and tool definitions as single lines; only lines with an allow-listed key are decoded, so none of those ever is.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from statuswatch.core.observation import Call
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import Attempt, Origin
from statuswatch.sources.clients.failure import Failure
from statuswatch.sources.clients.places import HOME, place_named
from statuswatch.sources.clients.wording import cancelled

_KEYS = (
    *("event.name", "event.timestamp", "session.id", "prompt_id", "auth_type", "role", "model", "model_name", "duration_ms"),
    *("status_code", "http.status_code", "error", "error.message", "error_message", "error.type", "error_type"),
)
# The client's own words for how it is logged in (its AuthType): they tell logins apart, any other value is left out.
_LOGINS = ("gemini-api-key", "oauth-personal", "login_with_google", "vertex-ai", "cloud-shell", "compute-default-credentials")
_NAMES = frozenset({"session.id", "prompt_id"})
_LINE = re.compile(rf'^    "({"|".join(map(re.escape, _KEYS))})": (.{{1,20000}}?),?$'.encode())
_CHAT = re.compile(rb'"type"\s*:\s*"(?:gemini|error)"')
_SHOUT = re.compile(r"^\[?API Error:?\s*", re.IGNORECASE)


def call_of(facts: Mapping[str, Any], origin: Origin, at: datetime | None) -> tuple[Call, ...]:
    """The call that one telemetry event's attributes tell, for the file and for OTLP alike."""
    event = facts.get("event.name")
    if event not in ("gemini_cli.api_error", "gemini_cli.api_response"):
        return ()
    session = record.text(facts, "session.id") or origin.name
    model = record.text(facts, "model", "model_name")
    attempt = Attempt(
        key=record.digest(session, event, facts.get("event.timestamp"), model),
        at=record.time(facts, "event.timestamp") or at or origin.at,
        client="gemini-cli",
        place=place_named(facts.get("auth_type"), HOME["gemini-cli"]),
        model=model,
        turn=record.digest(session, record.text(facts, "prompt_id")),
        latency_ms=record.millis(facts, "duration_ms"),
        credential=next((kind for kind in _LOGINS if kind == facts.get("auth_type")), None),
    )
    if event == "gemini_cli.api_response":
        return (attempt.answered(),)
    sentence = record.text(facts, "error.message", "error", "error_message") or ""
    if cancelled(sentence) or record.text(facts, "error.type", "error_type") == "AbortError":
        return ()
    failure = Failure(status=record.status(facts, "status_code", "http.status_code"), sentence=sentence)
    return (attempt.failed(failure, origin.diagnose, final=True),)


class TelemetryReader:
    """The telemetry outfile, line by line: each object over many lines, or one object a line. See Reader."""

    client: ClassVar[str] = "gemini-cli"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._facts: dict[str, Any] = {}
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        line = line.rstrip()
        if line == b"{":
            self._facts = {}
            return ()
        if line == b"}":
            facts, self._facts = self._facts, {}
            return call_of(facts, self._origin, at)
        if line.startswith(b"{"):
            attributes = record.sub(record.load(line), "attributes") if b"gemini_cli.api_" in line else None
            return call_of(attributes, self._origin, at) if isinstance(attributes, dict) else ()
        found = _LINE.match(line) if len(line) <= record.LINE_CAP else None
        if found:
            self._keep(found[1].decode(), found[2])
        return ()

    def _keep(self, key: str, value: bytes) -> None:
        try:
            decoded = json.loads(value)
        except (ValueError, RecursionError):
            return
        if key in _NAMES and isinstance(decoded, str):
            decoded = record.digest(decoded)  # an object may stay unfinished for long: what is only compared is not kept as it is
        if isinstance(decoded, (str, int, float)):
            self._facts.setdefault(key, decoded[:8192] if isinstance(decoded, str) else decoded)


class ChatReader:
    """A chat file, line by line: answers with their model, and errors where a version writes them. See Reader."""

    client: ClassVar[str] = "gemini-cli"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._session = origin.name
        self._model: str | None = None
        self._last: str | None = None
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        if b'"projectHash"' in line[:400]:
            self._session = record.digest(record.text(record.load(line), "sessionId"))
        entry = record.load(line) if len(line) <= record.LINE_CAP and _CHAT.search(line) else None
        kind, own = record.text(entry, "type"), record.text(entry, "id")
        if entry is None or own is None:
            return ()
        attempt = Attempt(
            key=record.digest(self._session, own),
            at=record.time(entry, "timestamp") or at or self._origin.at,
            client=self.client,
            place=self._origin.usual or HOME[self.client],
            model=record.text(entry, "model") or self._model,
            turn=record.digest(self._session),
        )
        if kind == "gemini" and isinstance(entry.get("tokens"), dict) and attempt.key != self._last:
            self._model, self._last = record.model_id(entry.get("model")) or self._model, attempt.key
            return (attempt.answered(),)
        sentence = record.text(entry, "content") or ""
        if kind == "error" and _SHOUT.match(sentence):
            return (attempt.failed(Failure(sentence=_SHOUT.sub("", sentence, count=1).rstrip("]")), self._origin.diagnose, final=True),)
        return ()

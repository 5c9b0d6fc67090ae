"""Bodies of OTLP/HTTP log exports in JSON, one a line (as a receiver or a file exporter writes them), from Claude Code, Codex and Gemini CLI.

Attribute names as the recorded exports have them. Claude Code tells a failure once, after its retries; Codex tells every attempt.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from statuswatch.core.observation import Call
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import Attempt, Origin
from statuswatch.sources.clients.failure import Failure
from statuswatch.sources.clients.gemini_cli import call_of as gemini_call
from statuswatch.sources.clients.places import HOME, place_by_id, place_named

_MOST = 2000
_VALUES = ("stringValue", "intValue", "doubleValue", "boolValue")


class OtlpReader:
    """Exports of any client, one body a line. See Reader."""

    client: ClassVar[str] = "otlp"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        entry = record.load(line) if b'"resourceLogs"' in line else None
        body = record.sub(entry, "body")
        calls: list[Call] = []
        for facts in _events(body if isinstance(body, dict) else entry):
            reader = _EVENTS.get(str(facts.get("event.name")))
            if reader is not None:
                calls.extend(reader(facts, self._origin, at))
        return tuple(calls)


def _items(value: object) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else []


def _events(body: object) -> Iterator[dict[str, Any]]:
    """The attributes of each log record; the record's own name and time where the attributes lack them."""
    for resource in _items(record.sub(body, "resourceLogs")):
        for scope in _items(record.sub(resource, "scopeLogs")):
            for entry in _items(record.sub(scope, "logRecords")):
                facts = _attributes(record.sub(entry, "attributes"))
                name = facts.get("event.name") or record.text(entry, "eventName") or record.text(record.sub(entry, "body"), "stringValue")
                facts["event.name"] = name
                facts.setdefault("event.timestamp", record.text(entry, "timeUnixNano", "observedTimeUnixNano"))
                yield facts


def _attributes(pairs: object) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for pair in _items(pairs):
        key, value = record.text(pair, "key"), record.sub(pair, "value")
        if key is not None and isinstance(value, dict):
            found = next((value[kind] for kind in _VALUES if isinstance(value.get(kind), (str, int, float))), None)
            if found is not None:
                facts.setdefault(key, found[:8192] if isinstance(found, str) else found)
    return facts


def _claude(facts: Mapping[str, Any], origin: Origin, at: datetime | None) -> tuple[Call, ...]:
    session, prompt = record.text(facts, "session.id") or origin.name, record.text(facts, "prompt.id")
    model = record.text(facts, "model")
    attempt = Attempt(
        key=record.digest(session, facts.get("event.name"), facts.get("event.timestamp"), facts.get("event.sequence"), model),
        at=record.time(facts, "event.timestamp") or at or origin.at,
        client="claude-code",
        place=place_by_id(model) or place_named(facts.get("anthropic.provider"), HOME["claude-code"]),
        model=model,
        turn=record.digest(session, prompt, record.text(facts, "query_source")),
        request_id=record.text(facts, "request_id"),
        latency_ms=record.millis(facts, "duration_ms"),
    )
    if str(facts["event.name"]).endswith("api_request"):
        return (attempt.answered(),)
    failure = Failure(status=record.status(facts, "status_code"), sentence=record.text(facts, "error") or "")
    return (attempt.failed(failure, origin.diagnose, final=True),)


def _codex(facts: Mapping[str, Any], origin: Origin, at: datetime | None) -> tuple[Call, ...]:
    session = record.text(facts, "conversation.id") or origin.name
    status = record.status(facts, "http.response.status_code")
    request, ray = record.text(facts, "auth.request_id"), record.text(facts, "auth.cf_ray")
    attempt = Attempt(
        key=record.digest(session, facts.get("event.timestamp"), facts.get("attempt")),
        at=record.time(facts, "event.timestamp") or at or origin.at,
        client="codex",
        place=HOME["codex"],
        model=record.text(facts, "model", "slug"),
        turn=record.digest(session),
        request_id=request,
        latency_ms=record.millis(facts, "duration_ms"),
    )
    sentence = record.text(facts, "error.message") or ""
    if not sentence and status is not None and status < 300:  # noqa: PLR2004 - a success of HTTP
        return (attempt.answered(),)
    headers = {name: value for name, value in (("x-request-id", request), ("cf-ray", ray)) if value}
    failure = Failure(status=status, sentence="" if sentence == f"http {status}" else sentence, headers=headers)
    return (attempt.failed(failure, origin.diagnose, final=False),)


_EVENTS: Mapping[str, Callable[[Mapping[str, Any], Origin, datetime | None], tuple[Call, ...]]] = {
    "api_error": _claude,
    "api_request": _claude,
    "claude_code.api_error": _claude,
    "claude_code.api_request": _claude,
    "codex.api_request": _codex,
    "gemini_cli.api_error": gemini_call,
    "gemini_cli.api_response": gemini_call,
}

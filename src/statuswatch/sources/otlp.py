"""Bodies of OTLP/HTTP exports as facts: the allow-listed attributes of each log record, and of each span that is a call to a model.

Both encodings of the protocol are read, JSON and protobuf (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"). Attributes that are not on the list (prompts, tool
arguments, addresses of people) are passed over while decoding, so that they are in no value that leaves this module. Nothing here raises on any bytes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

Facts = dict[str, Any]
"""Attribute names with their values: strings (at most 8192 characters), numbers or booleans."""

MOST_RECORDS = 4000
"""Log records and spans of one body that are looked at; an exporter's batch holds 512."""

_TEXT = 8192
_PAIRS = 200
_VALUES = ("stringValue", "intValue", "doubleValue", "boolValue")
_SERVICE = "service.name"
_CALLS = frozenset({"chat", "text_completion", "generate_content"})

KEPT = frozenset(
    {
        *("event.name", "event.timestamp", "event.sequence", "session.id", "prompt.id", "prompt_id", "conversation.id", "query_source", "attempt"),
        *("model", "model_name", "slug", "status_code", "http.status_code", "http.response.status_code", "request_id", "auth.request_id", "auth.cf_ray"),
        *("error", "error.message", "error_message", "error.type", "error_type", "exception.message", "duration_ms", "total_attempts"),
        *("anthropic.provider", "auth_type", "role", "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.request.model"),
        *("gen_ai.response.model", "gen_ai.conversation.id", "server.address", _SERVICE),
    },
)
"""The attributes that are read at all; whoever reads an event takes some of them."""


class Signal(StrEnum):
    """The three kinds of exports, named as in their paths (`/v1/logs`)."""

    LOGS = "logs"
    TRACES = "traces"
    METRICS = "metrics"


def read_json(data: bytes) -> tuple[Facts, ...] | None:
    """The facts in a JSON body, whichever signals it holds; None where it is no JSON object."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return tuple(facts_in(document)) if isinstance(document, dict) else None


def read_protobuf(data: bytes, signal: Signal) -> tuple[Facts, ...] | None:
    """The facts in a protobuf body; None where it is no message of that signal."""
    # Half a megabyte of code, 55 ms: loaded when the first such body comes.
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    if signal is Signal.METRICS:
        return ()
    try:
        if signal is Signal.LOGS:
            return tuple(_limited(_message_logs(ExportLogsServiceRequest.FromString(data))))
        return tuple(_limited(_message_spans(ExportTraceServiceRequest.FromString(data))))
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None


def facts_in(document: object) -> Iterator[Facts]:
    """The facts in a decoded JSON body."""
    return _limited(_all_in(document))


def _limited(found: Iterable[Facts]) -> Iterator[Facts]:
    for facts, _ in zip(found, range(MOST_RECORDS), strict=False):
        yield facts


def _all_in(document: object) -> Iterator[Facts]:
    for resource in _items(document, "resourceLogs"):
        service = _service(_json_pairs(_get(resource, "resource")))
        for scope in _items(resource, "scopeLogs"):
            for entry in _items(scope, "logRecords"):
                name = _text(_get(entry, "eventName")) or _text(_get(_get(entry, "body"), "stringValue"))
                yield _log(_json_pairs(entry), name, _get(entry, "timeUnixNano") or _get(entry, "observedTimeUnixNano"), service)
    for resource in _items(document, "resourceSpans"):
        service = _service(_json_pairs(_get(resource, "resource")))
        for scope in _items(resource, "scopeSpans"):
            for span in _items(scope, "spans"):
                status = _get(span, "status")
                said = next((pairs for event in _items(span, "events") if (pairs := _kept(_json_pairs(event))).get("exception.message")), {})
                times = (_get(span, "startTimeUnixNano"), _get(span, "endTimeUnixNano"))
                failed = _get(status, "code") in (2, "2", "STATUS_CODE_ERROR")
                call = _span(
                    _json_pairs(span), said, _text(_get(span, "spanId")), times, failed=failed, message=_text(_get(status, "message")), service=service
                )
                if call is not None:
                    yield call


def _message_logs(request: Any) -> Iterator[Facts]:
    for resource in request.resource_logs:
        service = _service(_message_pairs(resource.resource.attributes))
        for scope in resource.scope_logs:
            for entry in scope.log_records:
                name = _text(getattr(entry, "event_name", "")) or _text(entry.body.string_value)
                yield _log(_message_pairs(entry.attributes), name, entry.time_unix_nano or entry.observed_time_unix_nano, service)


def _message_spans(request: Any) -> Iterator[Facts]:
    for resource in request.resource_spans:
        service = _service(_message_pairs(resource.resource.attributes))
        for scope in resource.scope_spans:
            for span in scope.spans:
                said = next((pairs for event in span.events if (pairs := _kept(_message_pairs(event.attributes))).get("exception.message")), {})
                times = (span.start_time_unix_nano, span.end_time_unix_nano)
                failed = span.status.code == span.status.STATUS_CODE_ERROR
                own = _message_pairs(span.attributes)
                call = _span(own, said, span.span_id.hex(), times, failed=failed, message=_text(span.status.message), service=service)
                if call is not None:
                    yield call


def _log(pairs: Iterable[tuple[str, Any]], name: str | None, time: Any, service: str | None) -> Facts:
    """One log record: its attributes; its own name and time where they lack them."""
    facts = _kept(pairs)
    facts["event.name"] = facts.get("event.name") or name
    facts.setdefault("event.timestamp", time)
    facts[_SERVICE] = service
    return facts


def _span(
    pairs: Iterable[tuple[str, Any]],
    said: Mapping[str, Any],
    own: str | None,
    times: tuple[Any, Any],
    *,
    failed: bool,
    message: str | None,
    service: str | None,
) -> Facts | None:
    """One span as facts, None where it is no call to a model (agents, tools, plain HTTP)."""
    facts = _kept(pairs)
    if facts.get("gen_ai.operation.name") not in _CALLS:
        return None
    start, end = (_whole(time) for time in times)
    facts["event.name"] = "span"
    facts["event.timestamp"] = end
    facts["duration_ms"] = (end - start) / 1e6 if start and end and end >= start else None
    facts["span.id"] = own
    facts["span.failed"] = failed or "error.type" in facts
    facts["error.message"] = said.get("exception.message") or message or ""
    facts[_SERVICE] = service
    return facts


def _kept(pairs: Iterable[tuple[str, Any]]) -> Facts:
    facts: Facts = {}
    for key, value in pairs:
        if key in KEPT and isinstance(value, (str, int, float)):
            facts.setdefault(key, value[:_TEXT] if isinstance(value, str) else value)
    return facts


def _service(pairs: Iterable[tuple[str, Any]]) -> str | None:
    return next((value[:80] for key, value in pairs if key == _SERVICE and isinstance(value, str)), None)


def _json_pairs(owner: object) -> Iterator[tuple[str, Any]]:
    for pair in _items(owner, "attributes")[:_PAIRS]:
        key, value = _get(pair, "key"), _get(pair, "value")
        if isinstance(key, str) and isinstance(value, dict):
            yield key, next((value[kind] for kind in _VALUES if isinstance(value.get(kind), (str, int, float))), None)


def _message_pairs(attributes: Any) -> Iterator[tuple[str, Any]]:
    for pair in attributes[:_PAIRS]:
        kind = pair.value.WhichOneof("value") if pair.key in KEPT else None
        if kind in ("string_value", "int_value", "double_value", "bool_value"):
            yield pair.key, getattr(pair.value, kind)


def _items(owner: object, name: str) -> list[Any]:
    value = _get(owner, name)
    return value[:MOST_RECORDS] if isinstance(value, list) else []


def _get(owner: object, name: str) -> Any:
    return owner.get(name) if isinstance(owner, dict) else None


def _text(value: object) -> str | None:
    return value[:_TEXT] if isinstance(value, str) and value else None


def _whole(value: object) -> int | None:
    """Nanoseconds: a number, or digits as protobuf's JSON writes 64 bits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len("18446744073709551615"):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None

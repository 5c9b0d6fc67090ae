"""Errors inside an answer that began well: event streams (SSE), lines of JSON, and Amazon's binary event stream."""

import re
from typing import Any

from statuswatch.sources.envelope import is_error
from statuswatch.sources.literal import NotDataError, strict

_FIELD = re.compile(r"^(event|data)[ \t]*:[ ]?(.*)$")
# An event may be an error only if one of these stands in it; all others are not even parsed.
_HINTS = ("error", "fail", "exception", "fault")
_ENDS = (
    "[DONE]",
    "message_stop",
    "response.completed",
    "response.incomplete",
    '"finish_reason":"',
    '"finish_reason": "',
    '"finishReason"',
    '"done":true',
    '"done": true',
)
_MOST_EVENTS = 400
_LONGEST_EVENT = 262_144
_TAIL = 1_048_576
_STARTS = ("event:", "data:", ":", "id:", "retry:")
# Amazon's event stream: a header `:exception-type` of type string (7) with a length of two bytes, then its value.
_EXCEPTION_HEADER = re.compile(r":exception-type.{1,6}?([A-Za-z]{3,60}Exception)", re.DOTALL)


def looks_like_stream(body: str, content_type: str) -> bool:
    """Whether a body is an event stream: by its type, else by how it begins."""
    return content_type.startswith(("text/event-stream", "application/vnd.amazon.eventstream")) or body.lstrip()[:8].startswith(_STARTS)


def events(body: str) -> list[tuple[str, str]]:
    """The events of an SSE stream as (name, data), the last 400 that could be errors. Of a longer stream the last megabyte counts: errors end streams."""
    found: list[tuple[str, str]] = []
    name, data = "", []
    for line in [*body[-_TAIL:].splitlines(), ""]:
        if match := _FIELD.match(line):
            if match[1] == "event":
                name = match[2].strip()
            else:
                data.append(match[2])
        elif not line.strip():
            if data or name:
                found.append((name, "\n".join(data)))
            name, data = "", []
    return [event for event in found if any(hint in f"{event[0]} {event[1][:_LONGEST_EVENT]}".lower() for hint in _HINTS)][-_MOST_EVENTS:]


def stream_errors(body: str) -> list[Any]:
    """The error objects inside a stream, in order. Text that an answer or a prompt carries is never one: only an event's own fields make it an error.

    Google breaks a stream off with a bare object instead of an event (its SDK for JavaScript looks for one); such a line counts where no event does.
    """
    found: list[Any] = []
    for name, data in events(body):
        try:
            value = strict(data[:_LONGEST_EVENT])
        except NotDataError:
            if name == "error" and data.strip():
                found.append({"type": "error", "message": data[:2000]})
            continue
        if name == "error" and isinstance(value, str):
            found.append({"type": "error", "message": value})
        elif isinstance(value, dict) and (name in ("error", "response.failed") or is_error(value)):
            found.append(value)
    found += [{"__type": kind} for kind in _EXCEPTION_HEADER.findall(body[-_TAIL:])[:5]]
    return found or line_errors(body)


def line_errors(body: str) -> list[Any]:
    """The error objects in a body of JSON lines (Ollama streams this way), in order; nothing where it is not one object a line."""
    found: list[Any] = []
    for line in body[-_TAIL:].splitlines()[-_MOST_EVENTS:]:
        if "error" not in line.lower() or not line.lstrip().startswith("{"):
            continue
        try:
            value = strict(line)
        except NotDataError:
            continue
        if is_error(value):
            found.append(value)
    return found


def has_ended(body: str) -> bool:
    """Whether a stream shows any of the known ends: one without was cut off."""
    tail = body[-4096:]
    return any(end in tail for end in _ENDS)

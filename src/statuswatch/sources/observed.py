"""What a program tells of its own calls: the message `observe`, one JSON object, over the engine's socket or as a datagram beside it.

    {"type": "observe", "call": {...}}      one attempt to call a model, with its outcome
    {"type": "observe", "record": {...}}    a client's own record has something new: {"client": "claude-code", "path": "/.../session.jsonl"}

Keys of `call`; others are not looked at, and only `outcome` is required:

| key | value |
|---|---|
| `outcome` | `ok` or `failed` |
| `at` | when the attempt ended: RFC 3339, or seconds since 1970; else the time it came in |
| `id` | unique for each attempt of this program, so that one told twice counts once |
| `turn` | the same for all attempts of one request, so that retries are not failures of their own |
| `final` | false where the program will try again itself (default true) |
| `client` | the program's short name, `[a-z][a-z0-9-]*` (default `program`) |
| `url` | the address called; user name, query and fragment are dropped |
| `provider` | whom it was meant for, where the program knows better than the address says |
| `model` | the model's id |
| `status` | the HTTP status; absent where no response came |
| `transport` | where no response came: an errno name or a word for it (`ENOTFOUND`, `ECONNREFUSED`, `ETIMEDOUT`, `CERT_VERIFY_FAILED`, `stream_interrupted`) |
| `headers` | of a failed response; only those that say something about the cause are looked at |
| `body` | of a failed response, the first 4096 characters: decides the cause and is dropped, never kept |
| `code` | the API's own error type or code, where the body is not at hand |
| `request_id` | the provider's id of the request |
| `latency_ms` | how long it took |
| `project` | the working directory; its last part is kept as a label |

A message is at most 8192 bytes, as any line to the engine. Nothing of it is kept but what `core.observation.Call` holds.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from statuswatch.core.observation import Call
from statuswatch.sources.clients import CLIENTS, record
from statuswatch.sources.clients.attempt import NO_PROVIDER, Attempt
from statuswatch.sources.clients.diagnose import Diagnose
from statuswatch.sources.clients.failure import Failure, url_in
from statuswatch.sources.clients.places import Place, place_by_id, place_named

MESSAGE_MAX = 8192
"""Bytes of one message."""

_CLIENT = re.compile(r"[a-z][a-z0-9-]{0,30}")
# Where the address names the model: Gemini and Vertex (`/models/ID:method`), Bedrock (`/model/ID/invoke`).
_IN_PATH = re.compile(r"/models?/([A-Za-z][A-Za-z0-9._%:-]{1,119}?)(?::[A-Za-z]+$|/|$)")
_HEADERS = 64
_NOWHERE = Place(NO_PROVIDER)
_PATH_MAX = 4096

PlaceAt = Callable[[str], Place | None]
"""Which provider answers at a host, and how it is used there; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A client says that its record at `path` has something new. It is believed to be a path, nothing more."""

    client: str
    path: str


def pointer_in(message: Mapping[str, Any]) -> Pointer | None:
    """The pointer that a message carries; None where it carries none that can be one."""
    told = message.get("record")
    client, path = record.sub(told, "client"), record.sub(told, "path")
    if not isinstance(client, str) or client not in CLIENTS or not isinstance(path, str):
        return None
    return Pointer(client, path) if 0 < len(path) <= _PATH_MAX and "\0" not in path and path.startswith("/") else None


def call_in(message: Mapping[str, Any], diagnose: Diagnose, now: datetime, place_at: PlaceAt) -> Call | None:
    """The call that a message tells; None where it tells none. `place_at` names the provider of a host."""
    told = message.get("call")
    outcome = record.sub(told, "outcome")
    if not isinstance(told, dict) or outcome not in ("ok", "failed"):
        return None
    url = url_in(record.text(told, "url") or "")
    model = record.model_id(told.get("model")) or _model_in(url)
    client = record.text(told, "client") or ""
    at = record.time(told, "at") or now
    own, turn = record.text(told, "id"), record.text(told, "turn")
    attempt = Attempt(
        key=record.digest("observed", client, own) if own else record.digest("observed", client, at, sorted(told), model, url, told.get("status")),
        at=min(at, now),
        client=client if _CLIENT.fullmatch(client) and record.identifier(client) else "program",
        place=_place(told, url, model, place_at),
        model=model,
        turn=record.digest("observed", client, turn) if turn else None,
        request_id=record.text(told, "request_id"),
        project=record.project_of(told.get("project")),
        latency_ms=record.millis(told, "latency_ms"),
    )
    if outcome == "ok":
        return attempt.answered()
    return attempt.failed(_failure(told, url), diagnose, final=told.get("final") is not False)


def _model_in(url: str | None) -> str | None:
    found = _IN_PATH.search(url or "")
    return record.model_id(unquote(found[1])) if found else None


def _place(told: Mapping[str, Any], url: str | None, model: str | None, place_at: PlaceAt) -> Place:
    """Where the call went. The address is a fact, the program's word for the provider a name for it, the model's shape a hint."""
    found = place_at(urlsplit(url).hostname or "") if url else None
    return found or place_by_id(model) or place_named(record.text(told, "provider"), _NOWHERE)


def _failure(told: Mapping[str, Any], url: str | None) -> Failure:
    headers = told.get("headers")
    pairs = list(headers.items())[:_HEADERS] if isinstance(headers, dict) else []
    status = record.status(told, "status")
    return Failure(
        status=status,
        kind=record.identifier(record.text(told, "code")),
        sentence=record.text(told, "body") or "",
        transport=record.identifier(told.get("transport")) if status is None else None,
        headers={name.lower(): value[:1000] for name, value in pairs if isinstance(value, str)},
        url=url,
    )

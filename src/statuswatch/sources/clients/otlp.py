"""Calls in OTLP exports of Claude Code, Codex, Gemini CLI and Copilot, and of any program whose spans follow the GenAI conventions.

Attribute names as the recorded exports have them. Claude Code tells a failure once, after its retries; Codex tells every attempt; spans tell each call.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from statuswatch.core.observation import Call
from statuswatch.sources import otlp
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import NO_PROVIDER, Attempt, Origin
from statuswatch.sources.clients.failure import Failure
from statuswatch.sources.clients.gemini_cli import call_of as gemini_call
from statuswatch.sources.clients.places import HOME, Place, place_by_id, place_named

_CONVERSATIONS = 64
_RETRIED_WITHIN = timedelta(seconds=60)
_NOWHERE = Place(NO_PROVIDER)
_ABORTED = re.compile(r"(?i)^(?:abort|cancel)")

# Services whose log records tell the same calls as their spans do: the spans are passed over, or each call would count twice.
_TOLD_BY_LOGS = re.compile(r"(?i)claude[-_]code|gemini[-_]cli|codex\b.*|codex_.*")
_COPILOT = re.compile(r"(?i)(?:github[-_])?copilot.*")


class Exports:
    """Reads facts of exports in the order they came. Remembers no more than when a conversation of Codex last failed."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, tuple[datetime, datetime]] = OrderedDict()
        self._readers: Mapping[str, Callable[[Mapping[str, Any], Origin, datetime | None], tuple[Call, ...]]] = {
            "api_error": _claude,
            "api_request": _claude,
            "api_retries_exhausted": _claude,
            "claude_code.api_error": _claude,
            "claude_code.api_request": _claude,
            "claude_code.api_retries_exhausted": _claude,
            "codex.api_request": self._codex,
            "gemini_cli.api_error": gemini_call,
            "gemini_cli.api_response": gemini_call,
            "span": _span,
        }

    def calls(self, found: Iterable[Mapping[str, Any]], origin: Origin, at: datetime | None = None) -> tuple[Call, ...]:
        """The calls that `found` tells; `at` is when it came, for records without a time."""
        calls: list[Call] = []
        for facts in found:
            reader = self._readers.get(str(facts.get("event.name")))
            if reader is not None:
                calls.extend(reader(facts, origin, at))
        return tuple(calls)

    def _codex(self, facts: Mapping[str, Any], origin: Origin, at: datetime | None) -> tuple[Call, ...]:
        session = record.text(facts, "conversation.id") or origin.name
        status = record.status(facts, "http.response.status_code")
        sentence = record.text(facts, "error.message") or ""
        ok = not sentence and status is not None and status < 300  # noqa: PLR2004 - a success of HTTP
        when = record.time(facts, "event.timestamp") or at or origin.at
        request, ray = record.text(facts, "auth.request_id"), record.text(facts, "auth.cf_ray")
        attempt = Attempt(
            key=record.digest(session, facts.get("event.timestamp"), facts.get("attempt")),
            at=when,
            client="codex",
            place=HOME["codex"],
            model=record.text(facts, "model", "slug"),
            turn=record.digest(session, self._request(session, when, ok=ok)),
            request_id=request,
            latency_ms=record.millis(facts, "duration_ms"),
        )
        if ok:
            return (attempt.answered(),)
        headers = {name: value for name, value in (("x-request-id", request), ("cf-ray", ray)) if value}
        failure = Failure(status=status, sentence="" if sentence == f"http {status}" else sentence, headers=headers)
        return (attempt.failed(failure, origin.diagnose, final=False),)

    def _request(self, session: str, at: datetime, *, ok: bool) -> datetime:
        """When the request began that an attempt of a conversation belongs to. The event's own number is no help: Codex retries on two levels."""
        name = record.digest(session)
        last, begun = self._attempts.pop(name, (at, at))
        if at - last > _RETRIED_WITHIN:
            begun = at
        if not ok:
            self._attempts[name] = (at, begun)
            if len(self._attempts) > _CONVERSATIONS:
                self._attempts.popitem(last=False)
        return begun


class OtlpReader:
    """Exports of any client in JSON, one body a line, as a receiver or a file exporter writes them. See Reader."""

    client: ClassVar[str] = "otlp"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._exports = Exports()
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        entry = record.load(line) if b'"resourceLogs"' in line or b'"resourceSpans"' in line else None
        body = record.sub(entry, "body")
        return self._exports.calls(otlp.facts_in(body if isinstance(body, dict) else entry), self._origin, at)


def _claude(facts: Mapping[str, Any], origin: Origin, at: datetime | None) -> tuple[Call, ...]:
    session, prompt = record.text(facts, "session.id") or origin.name, record.text(facts, "prompt.id")
    name = str(facts["event.name"]).rpartition(".")[2]
    model = record.text(facts, "model")
    attempt = Attempt(
        key=record.digest(session, name, facts.get("event.timestamp"), facts.get("event.sequence"), model),
        at=record.time(facts, "event.timestamp") or at or origin.at,
        client="claude-code",
        place=place_by_id(model) or place_named(facts.get("anthropic.provider"), HOME["claude-code"]),
        model=model,
        turn=record.digest(session, prompt, record.text(facts, "query_source")),
        request_id=record.text(facts, "request_id"),
        latency_ms=record.millis(facts, "duration_ms"),
    )
    if name == "api_request":
        return (attempt.answered(),)
    if name == "api_retries_exhausted" and (record.number(facts, "total_attempts") or 0) < 2:  # noqa: PLR2004 - nothing was tried again
        return ()
    failure = Failure(status=record.status(facts, "status_code"), sentence=record.text(facts, "error") or "")
    return (attempt.failed(failure, origin.diagnose, final=True),)


def _span(facts: Mapping[str, Any], origin: Origin, at: datetime | None) -> tuple[Call, ...]:
    """A span that is a call to a model (GenAI conventions): Copilot's, or those of a program that exports here."""
    service = record.text(facts, "service.name") or ""
    if _TOLD_BY_LOGS.fullmatch(service):
        return ()
    copilot = bool(_COPILOT.fullmatch(service))
    model = record.text(facts, "gen_ai.request.model") or record.text(facts, "gen_ai.response.model")
    named = place_named(record.text(facts, "gen_ai.provider.name", "gen_ai.system"), _NOWHERE)
    kind = record.text(facts, "error.type") or ""
    attempt = Attempt(
        key=record.digest(service, facts.get("span.id"), facts.get("event.timestamp"), model),
        at=record.time(facts, "event.timestamp") or at or origin.at,
        client="copilot-cli" if copilot else "otlp",
        place=HOME["copilot-cli"] if copilot else place_by_id(model) or named,
        model=model,
        turn=record.digest(service, record.text(facts, "gen_ai.conversation.id") or "", facts.get("span.id")),
        latency_ms=record.millis(facts, "duration_ms"),
    )
    if not facts.get("span.failed"):
        return (attempt.answered(),)
    sentence = record.text(facts, "error.message") or ""
    if _ABORTED.match(kind):
        return ()
    status = record.status(facts, "error.type") or record.status(facts, "http.response.status_code")
    host = record.text(facts, "server.address") or ""
    url = f"https://{host}" if re.fullmatch(r"[A-Za-z0-9.:\[\]-]{1,200}", host) else None
    return (attempt.failed(Failure(status=status, sentence=sentence, url=url), origin.diagnose, final=True),)

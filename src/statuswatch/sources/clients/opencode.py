"""opencode: its log (`log/opencode.log`, a line an attempt) and the events of `opencode run --format json`. Seen with 1.18.33; older logs start with the level.

The log names provider and model of every attempt and the error's first sentence only; the event holds status, headers and body of the response.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from statuswatch.core.health import Fault, Side
from statuswatch.core.observation import Call
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import NO_PROVIDER, Attempt, Origin
from statuswatch.sources.clients.failure import Failure, url_in
from statuswatch.sources.clients.places import Place, place_named
from statuswatch.sources.clients.wording import cancelled, embedded_json

_PAIR = re.compile(r'(?:^|\s)([A-Za-z][A-Za-z0-9._]{0,40})=("(?:[^"\\]|\\.)*"|\{.*\}(?=\s|$)|\S*)')
_OLD = re.compile(r"^(ERROR|INFO|WARN|DEBUG)\s+(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z?)\s")
_NAME = re.compile(r"^(?:Error:\s*)?(AI_[A-Za-z]+|[A-Z][A-Za-z]+Error):\s*")
_GAVE_UP = re.compile(r"(?i)failed after \d+ attempts?\.?\s*last error:\s*")
_NOWHERE = Place(NO_PROVIDER)
_SESSIONS = 32

# Names of errors that never reached a provider, or say by themselves what is wrong.
_NAMES: Mapping[str, tuple[Fault, str]] = {
    "AI_LoadAPIKeyError": (Fault.AUTH, "client_label"),
    "ProviderAuthError": (Fault.AUTH, "client_label"),
    "AI_NoSuchModelError": (Fault.MODEL, "client_label"),
    "ProviderModelNotFoundError": (Fault.MODEL, "client_label"),
    "AI_InvalidPromptError": (Fault.REQUEST, "client_label"),
    "ContextOverflowError": (Fault.REQUEST, "client_label"),
    "MessageOutputLengthError": (Fault.REQUEST, "client_label"),
}
_NO_CALL = frozenset({"MessageAbortedError", "AbortError"})


class LogReader:
    """The log, line by line. See Reader."""

    client: ClassVar[str] = "opencode"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._project: str | None = None
        self._open: dict[str, tuple[Place, str, int]] = {}
        self._steps: dict[str, str] = {}

    @property
    def unanswered(self) -> int:
        """The most attempts any session has made since its last answer."""
        return max((count for _, _, count in self._open.values()), default=0)

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        if len(line) > record.LINE_CAP or not (b"providerID=" in line or b"directory=" in line or b"step=" in line):
            return ()
        text = line.decode("utf-8", "replace").rstrip()
        fields = _fields(text)
        old = _OLD.match(text)
        when = record.moment(fields.get("timestamp")) or (record.moment(f"{old[2]}Z") if old else None) or at or self._origin.at
        self._project = record.project_of(fields.get("directory")) or self._project
        session = record.digest(fields.get("session.id") or fields.get("sessionID") or fields.get("run") or self._origin.name)
        if "step" in fields and "providerID" not in fields:
            return self._stepped(session, fields, when, line)
        if "providerID" not in fields or "modelID" not in fields:
            return ()
        place = place_named(fields["providerID"], _NOWHERE)
        if (fields.get("level") or (old[1] if old else "")) == "ERROR":
            return self._failed(session, fields, when, line, place)
        if fields.get("small") != "true":
            self._remember(session, place, fields["modelID"])
        return ()

    def _remember(self, session: str, place: Place, model: str) -> None:
        if session not in self._open and len(self._open) >= _SESSIONS:
            self._open.pop(next(iter(self._open)))
        count = self._open[session][2] if session in self._open else 0
        self._open[session] = (place, record.model_id(model) or "", count + 1)

    def _stepped(self, session: str, fields: Mapping[str, str], when: datetime, line: bytes) -> tuple[Call, ...]:
        """The next step of a session begins: only an answer to the step before leads there."""
        waiting = self._open.pop(session, None)
        turn = self._turn(session, "false")
        if session not in self._steps and len(self._steps) >= _SESSIONS:
            self._steps.pop(next(iter(self._steps)))
        self._steps[session] = record.digest(line)
        if waiting is None or not fields["step"].isdigit() or int(fields["step"][:6]) == 0:
            return ()
        return (Attempt(record.digest(line), when, self.client, waiting[0], waiting[1] or None, turn, project=self._project).answered(),)

    def _turn(self, session: str, small: str | None) -> str:
        """One step of a session is one request, however often it is tried; the small model's requests are its own."""
        return record.digest(session, self._steps.get(session), small)

    def _failed(self, session: str, fields: Mapping[str, str], when: datetime, line: bytes, place: Place) -> tuple[Call, ...]:
        sentence = fields.get("error.error") or fields.get("error.message") or fields.get("error") or fields.get("cause") or ""
        failure, final = failure_of(sentence)
        if failure is None:
            return ()
        turn = self._turn(session, fields.get("small"))
        attempt = Attempt(record.digest(line), when, self.client, place, fields["modelID"], turn, project=self._project)
        call = attempt.failed(failure, self._origin.diagnose, final=final)
        yours = call.diagnosis is not None and call.diagnosis.side is Side.YOURS and call.diagnosis.fault not in (Fault.QUOTA, Fault.NETWORK, Fault.GATEWAY)
        return (call if final or not yours else attempt.failed(failure, self._origin.diagnose, final=True),)


def _fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for found in _PAIR.finditer(text):
        value = found[2]
        if value.startswith('"') and value.endswith('"') and len(value) > 1:
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        fields.setdefault(found[1], value[:8192])
    return fields


def failure_of(sentence: str) -> tuple[Failure | None, bool]:
    """What an error's sentence in the log says, and whether opencode gave up; None where no call to a model failed."""
    named = _NAME.match(sentence)
    name = named[1] if named else ""
    if name in _NO_CALL or cancelled(sentence):
        return None, False
    rest = sentence[named.end() :] if named else sentence
    gave_up = _GAVE_UP.search(rest)
    rest = rest[gave_up.end() :] if gave_up else rest
    inner = record.load((embedded_json(rest) or "").encode("utf-8", "replace")) or {}
    whole = inner.get("error") if isinstance(inner.get("error"), dict) else inner
    if record.status(whole, "statusCode") is not None or record.text(whole, "responseBody"):
        return response_failure(whole, _NAMES.get(name)), bool(gave_up)
    return Failure(sentence=rest, url=url_in(rest), label=_NAMES.get(name)), bool(gave_up) or name in _NAMES


def response_failure(data: object, label: tuple[Fault, str] | None) -> Failure:
    """An AI SDK error object: status, headers and body of the response as they came."""
    headers = record.sub(data, "responseHeaders")
    return Failure(
        status=record.status(data, "statusCode"),
        sentence=record.text(data, "responseBody", "message") or "",
        headers={str(name): value for name, value in headers.items() if isinstance(value, str)} if isinstance(headers, dict) else {},
        url=url_in(record.text(record.sub(data, "metadata"), "url") or record.text(data, "url") or ""),
        label=label,
    )


class EventReader:
    """Events of a headless run, one JSON object a line. See Reader."""

    client: ClassVar[str] = "opencode"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        entry = record.load(line) if b'"error"' in line else None
        if entry is None or entry.get("type") not in ("error", "session.error"):
            return ()
        error: Any = entry.get("error") or record.sub(entry, "properties", "error")
        name = record.text(error, "name") or ""
        if not isinstance(error, dict) or name in _NO_CALL:
            return ()
        data = error.get("data") if isinstance(error.get("data"), dict) else error
        failure = response_failure(data, _NAMES.get(name))
        attempt = Attempt(
            key=record.digest(entry.get("sessionID"), entry.get("timestamp"), name),
            at=record.time(entry, "timestamp") or at or self._origin.at,
            client=self.client,
            place=place_named(record.text(data, "providerID"), _NOWHERE),
            model=record.text(data, "modelID"),
            turn=record.digest(entry.get("sessionID") or self._origin.name),
        )
        return (attempt.failed(failure, self._origin.diagnose, final=True),)

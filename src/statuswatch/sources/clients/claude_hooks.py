"""Claude Code's `StopFailure` hook input, one JSON object a line: a knock on the door, not evidence.

The hook's label names a dead network, a captive portal and an overload alike `server_error`, so it decides nothing; its sentence is read at low
confidence, and the transcript that it points at is where the facts are. Key names differ between sources; both spellings are accepted.
"""

import re
from datetime import datetime
from typing import ClassVar

from statuswatch.core.observation import Call
from statuswatch.sources.clients import record
from statuswatch.sources.clients.attempt import Attempt, Origin
from statuswatch.sources.clients.failure import Failure
from statuswatch.sources.clients.places import HOME, Place, place_by_id

_WANTED = re.compile(rb'"hook_event_name"\s*:\s*"(?:StopFailure|SessionStart)"')


class HookReader:
    """Inputs of hooks in the order they came. See Reader."""

    client: ClassVar[str] = "claude-code"

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._model: str | None = None
        self._place: Place = HOME[self.client]
        self.unanswered = 0

    def feed(self, line: bytes, at: datetime | None = None) -> tuple[Call, ...]:
        """See Reader."""
        entry = record.load(line) if len(line) <= record.LINE_CAP and _WANTED.search(line) else None
        if entry is None:
            return ()
        if entry.get("hook_event_name") == "SessionStart":
            self._model = record.model_id(entry.get("model"))
            self._place = place_by_id(self._model) or HOME[self.client]
            return ()
        if entry.get("hook_event_name") != "StopFailure":
            return ()
        session, prompt = record.text(entry, "session_id") or self._origin.name, record.text(entry, "prompt_id")
        details = record.text(entry, "error_details", "error_message") or ""
        sentence = record.text(entry, "last_assistant_message") or ""
        attempt = Attempt(
            key=record.digest("hook", session, prompt or record.digest(line)),
            at=record.time(entry, "timestamp") or at or self._origin.at,
            client=self.client,
            place=self._place,
            model=self._model,
            turn=record.digest(session, prompt),
            project=record.project_of(entry.get("cwd")),
        )
        return (attempt.failed(Failure(sentence=sentence or details, weak=True), self._origin.diagnose, final=True),)


def transcript_of(line: bytes) -> str | None:
    """The transcript that a hook's input points at, for the caller to check against the agreed folders before it reads there."""
    entry = record.load(line) or {}
    path = entry.get("transcript_path")
    return path if isinstance(path, str) and path.endswith(".jsonl") and "\0" not in path else None

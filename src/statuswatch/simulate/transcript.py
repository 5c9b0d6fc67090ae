"""A coding client's own record of simulated calls, in the shape of Claude Code 2.1.330: one JSON line an event, times as the simulation has them."""

import json
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

_VERSION = "2.1.330"
_NAMES = uuid.UUID("6f1d6a8e-7a0a-4d0e-9b63-0f6f2b7c9d10")


class Transcript:
    """One session's file below a `CLAUDE_CONFIG_DIR`. Holds no words of anyone: prompts are the word `simulated`."""

    def __init__(self, folder: Path, route: str, project: str) -> None:
        self._cwd = f"/simulated/{project}"
        self._session = str(uuid.uuid5(_NAMES, route))
        self._last: str | None = None
        self._lines = 0
        self._turns = 0
        self._model = ""
        self.path = folder / "projects" / self._cwd.replace("/", "-") / f"{self._session}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def asked(self, at: datetime, model: str) -> None:
        """The person asked something."""
        self._turns += 1
        turn = {"promptIndex": self._turns - 1, "turnIndex": self._turns}
        self._add(at, "user", {"message": {"role": "user", "content": "simulated"}, "permissionMode": "default", "promptSource": "sdk", "turnPosition": turn})
        if model != self._model:
            self._model = model
            self._add(at, "attachment", {"attachment": {"type": "model", "identity": {"modelId": model, "marketingName": model}, "text": model}})

    def answered(self, at: datetime, request: str, message: dict[str, Any]) -> None:
        """The API answered with `message`."""
        self._add(at, "assistant", {"message": message, "requestId": request})

    def retried(self, at: datetime, failure: "Failure", attempt: int, retries: int, wait_s: float) -> None:
        """Attempt `attempt` (from 1) failed and another follows after `wait_s`."""
        error = {
            "message": f"{failure.status} {failure.body}",
            "status": failure.status,
            "requestId": failure.request,
            "formatted": f"{failure.status} {failure.message}",
            "connection": None,
            "isNetworkDown": False,
            "rateLimits": None,
            "noResponse": None,
        }
        retry = {"retryInMs": round(wait_s * 1000), "retryAttempt": attempt, "maxRetries": retries, "source": "request_retry"}
        self._add(at, "system", {"subtype": "api_error", "level": "error", "error": error, **retry})

    def gave_up(self, at: datetime, failure: "Failure") -> None:
        """The last attempt failed."""
        usage = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
        said = [{"type": "text", "text": f"API Error: {failure.status} {failure.message} (simulated)"}]
        message = {
            "id": self._name(),
            "model": "<synthetic>",
            "role": "assistant",
            "type": "message",
            "stop_reason": "stop_sequence",
            "usage": usage,
            "content": said,
        }
        marks = {"error": "server_error", "isApiErrorMessage": True, "apiErrorStatus": failure.status, "apiErrorType": failure.type}
        self._add(at, "assistant", {"message": message, "requestId": failure.request, **marks})

    def _name(self) -> str:
        return str(uuid.uuid5(_NAMES, f"{self._session}/{self._lines}"))

    def _add(self, at: datetime, kind: str, fields: dict[str, Any]) -> None:
        self._lines += 1
        name = self._name()
        line: dict[str, Any] = {"parentUuid": self._last, "isSidechain": False, "type": kind, **fields}
        line |= {"uuid": name, "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "userType": "external", "entrypoint": "sdk-cli"}
        line |= {"cwd": self._cwd, "sessionId": self._session, "version": _VERSION, "gitBranch": "HEAD"}
        self._last = name
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


class Failure:
    """What a failed attempt got, as the transcript tells it."""

    def __init__(self, status: int, request: str | None, body: str) -> None:
        self.status = status
        self.request = request
        self.body = body
        try:
            error = json.loads(body)["error"]
        except (ValueError, KeyError, TypeError):
            error = {}
        self.type = str(error.get("type", "")) or "unknown"
        self.message = str(error.get("message", "")) or "error"

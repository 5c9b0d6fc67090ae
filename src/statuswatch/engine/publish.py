"""The one way out: after each step the picture goes to three small files, for programs that may not wait, and to the socket, for those that listen.

A file that cannot be written stops nothing: the engine goes on and the reason is part of the next picture.
"""

import contextlib
import json
import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from statuswatch.config.errors import PlaceError
from statuswatch.config.paths import ensure_private
from statuswatch.core.codec import encode
from statuswatch.core.notice import Notice
from statuswatch.core.snapshot import Snapshot, Summary
from statuswatch.engine.clock import epoch
from statuswatch.engine.doorbell import Doorbell
from statuswatch.engine.serve import Server

BEAT_SECONDS = 60.0
EXPIRES_SECONDS = 150.0

_LABEL_MAX = 40
_NOT_LABEL = re.compile(r"[^A-Za-z0-9 .:+_-]")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the picture goes."""

    snapshot: Path
    status: Path
    prompt: Path


Render = Callable[[Snapshot], str]
"""The ready text of `statuswatch status`, without colour. Injected: the engine knows no surface."""


class Publisher:
    """Writes the files and feeds the socket. `server` may be None where nobody is to listen; `doorbell` tells waiting prompts of their line."""

    def __init__(self, outlets: Outlets, render: Render, server: Server | None = None, doorbell: Doorbell | None = None) -> None:
        self._outlets = outlets
        self._render = render
        self._server = server
        self._doorbell = doorbell
        self._problems: dict[Path, str] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be written last time, and why waiting prompts hear nothing, one sentence each."""
        return (*self._problems.values(), *(self._doorbell.problems if self._doorbell else ()))

    @property
    def listeners(self) -> int:
        """How many programs listen at the socket."""
        return self._server.listeners if self._server else 0

    def publish(self, snapshot: Snapshot) -> None:
        """Bring all outlets up to date. Never raises for a place that cannot be written."""
        expires = epoch(snapshot.engine.expires_at)
        data = json.dumps(encode(snapshot), ensure_ascii=False, separators=(",", ":"))
        self._write(self._outlets.prompt, lambda: prompt_line(snapshot.summary, expires))
        self._write(self._outlets.snapshot, lambda: data + "\n")
        if self._server:
            self._server.publish(snapshot, data)
        if self._doorbell:
            self._doorbell.knock(prompt_line(snapshot.summary, 0))
        # Last, because composing it takes longer than all of the above, and nobody who listens waits for it.
        self._write(self._outlets.status, lambda: f"1\t{expires}\t{snapshot.summary.exit_status}\n{self._render(snapshot)}")

    def tell(self, notice: Notice) -> None:
        """Pass a notice on to those who listen."""
        if self._server:
            self._server.tell(notice)

    def farewell(self, snapshot: Snapshot, at: datetime) -> None:
        """The last word of an engine that ends on purpose: what is shown expires at once, at real time `at`."""
        expires = epoch(at)
        self._write(self._outlets.prompt, lambda: prompt_line(snapshot.summary, expires))
        self._write(self._outlets.status, lambda: f"1\t{expires}\t{snapshot.summary.exit_status}\n{self._render(snapshot)}")

    def close(self) -> None:
        """Let go of the prompts that wait, with or without a last word."""
        if self._doorbell:
            self._doorbell.close()

    def _write(self, path: Path, content: Callable[[], str]) -> None:
        """Write one outlet. Named boundary: whatever one outlet does, the others are written."""
        try:
            write_whole(path, content())
        except PlaceError as error:
            self._note(path, str(error))
        except OSError as error:
            self._note(path, f"{path}: cannot be written ({error.strerror or type(error).__name__}); what reads it will call it out of date")
        except Exception as error:  # noqa: BLE001 - a rendering that fails must not silence the other outlets
            self._note(path, f"{path}: could not be composed ({type(error).__name__})")
        else:
            self._problems.pop(path, None)

    def _note(self, path: Path, sentence: str) -> None:
        if self._problems.get(path) != sentence:
            _logger.warning("%s", sentence)
        self._problems[path] = sentence


def prompt_line(summary: Summary, expires: int) -> str:
    """The prompt file: `1`, expiry in seconds since 1970, level and label, tab-separated.

    Shells expand what they print. So no character outside the label's set gets here, whoever composed it.
    """
    label = _NOT_LABEL.sub("", summary.label)[:_LABEL_MAX]
    return f"1\t{expires}\t{summary.level.value}\t{label}\n"


def write_whole(path: Path, text: str) -> None:
    """Replace `path` in one move, so that a reader sees the old text or the new and never half. Raises OSError, PlaceError."""
    ensure_private(str(path.parent))
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="replace", newline="\n") as file:  # noqa: PTH123 - a descriptor with its mode set
            file.write(text)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise

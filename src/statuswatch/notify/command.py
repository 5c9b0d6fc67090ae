"""A program of the person's own, run once for each notice. What the notice says reaches it as environment variables; no shell reads any of it."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Mapping

from statuswatch.core.moment import format_time
from statuswatch.core.notice import Notice, NoticeKind
from statuswatch.notify.base import Delivery
from statuswatch.notify.secret import HIDDEN
from statuswatch.notify.text import body_of, title_of

PREFIX = "STATUSWATCH_"
_RUN_SECONDS = 10.0


class CommandNotifier:
    """Runs `argv` for notices of `kinds` (all where it is empty). A program that runs too long is ended with all that it started."""

    def __init__(self, argv: tuple[str, ...], kinds: frozenset[NoticeKind] = frozenset(), run_s: float = _RUN_SECONDS) -> None:
        self._argv = argv
        self._kinds = kinds
        self._run_s = run_s

    @property
    def name(self) -> str:
        """The kind."""
        return "command"

    @property
    def missing(self) -> str:
        """That the program is not there, in a sentence; empty where it is."""
        found = shutil.which(self._argv[0])
        return "" if found else f"[notices] command: no program {self._argv[0]!r:.120} was found; give its whole path"

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        """Run it. That it was started is the delivery: a program that fails is not run again for the same notice."""
        del replaces
        if notice.kind is NoticeKind.AMENDED or (self._kinds and notice.kind not in self._kinds):
            return Delivery(ok=True, handle=None, detail="not a kind that the command is for")
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                env={**_environment(), **facts_of(notice)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return Delivery(ok=False, handle=None, detail=f"[notices] command {self._argv[0]!r:.120} could not be started: {reason}")
        try:
            status = await asyncio.wait_for(process.wait(), self._run_s)
        except TimeoutError:
            await _end(process)
            return Delivery(ok=True, handle=None, detail=f"[notices] command was ended after {self._run_s:g} s")
        except asyncio.CancelledError:
            await _end(process)
            raise
        return Delivery(ok=True, handle=None, detail="ran" if status == 0 else f"[notices] command ended with status {status}")

    async def available(self) -> tuple[bool, str]:
        """Whether the program is there. It is not run."""
        return not self.missing, self.missing or f"runs {shutil.which(self._argv[0])}"

    async def close(self) -> None:
        """Nothing to let go of."""


def _environment() -> Mapping[str, str]:
    """The engine's own, without what it alone must know: the keys of other ways of telling."""
    return {name: value for name, value in os.environ.items() if name not in HIDDEN}


def facts_of(notice: Notice) -> Mapping[str, str]:
    """The notice as environment variables. Text that stems from a feed is one line without control characters; absent facts are empty."""
    facts = {
        "ID": notice.id,
        "TROUBLE": notice.trouble,
        "KIND": notice.kind.value,
        "REASON": notice.reason.value,
        "AT": format_time(notice.at),
        "TITLE": title_of(notice),
        "BODY": body_of(notice, markup=False),
        "PROVIDER": notice.provider,
        "ROUTES": " ".join(notice.routes),
        "INCIDENT": notice.incident or "",
        "URL": notice.url or "",
        "FAULT": notice.fault.value,
        "CONFIDENCE": notice.confidence.value,
        "QUIET": "1" if notice.quiet else "",
        "SIMULATED": "1" if notice.simulated else "",
    }
    return {PREFIX + name: "".join(char for char in value if char.isprintable()) for name, value in facts.items()}


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()

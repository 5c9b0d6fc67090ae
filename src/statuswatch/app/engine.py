"""`statuswatch engine`: the background process, one a user. Everything that starts it starts this module."""

import asyncio
import gc
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from statuswatch.config import paths
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.moment import parse_time
from statuswatch.core.schedule import Pace
from statuswatch.engine import single, wiping

if TYPE_CHECKING:
    from statuswatch.app.wiring import Start

FINE, CANNOT_TELL, USAGE = 0, 4, 2
INTERRUPTED = 130  # as shells report a program that Ctrl-C ended: 128 + SIGINT
START_SECONDS = 15.0
RUNS_ALREADY = "an engine is running already"
_WORDS_BYTES = 65536
_WORDS_LINES = 60
"""Of its last words: settings with many mistakes are told a line each, and all of them are wanted."""


def run(argv: list[str]) -> int:
    """Run one of the sub-verbs; returns the exit status."""
    verbs = {"start": _start, "stop": _stop, "status": _status, "run": _run, "install": _install, "uninstall": _uninstall}
    if len(argv) != 1 or argv[0] not in verbs:
        from statuswatch.surfaces.cli.asked import read

        given = read("engine", argv)
        if isinstance(given, int):
            return given
    return verbs[argv[0]](argv[1:])


def ensure_running(wait: bool = True) -> str:
    """Start an engine where none answers. Returns a sentence on what was done: none is started in the home of a simulation.

    Raises StatuswatchError where it did not come up.
    """
    socket, log = Path(paths.socket_file()), Path(paths.log_file())
    if single.alive(socket):
        return RUNS_ALREADY
    home = os.environ.get("STATUSWATCH_HOME")
    if home and single.simulating(Path(home)):
        return f"a simulation runs or is ending in {home}, so no engine was started there"
    single.keep_small(log)
    before = log.stat().st_size if log.exists() else 0
    process = single.spawn([sys.executable, "-m", "statuswatch", "engine", "run"], os.environ, log)
    deadline = time.monotonic() + START_SECONDS  # noqa: TID251 - waiting for a process, not deciding anything
    while wait and not single.alive(socket):
        ended = process.poll()
        if ended not in {None, 0} or time.monotonic() > deadline:  # noqa: TID251 - see above
            raise StatuswatchError(f"the engine did not start; its last words are in {log}:\n{_last_words(log, before)}")
        time.sleep(0.05)
    return f"the engine was started in the background (statuswatch engine stop ends it; log: {log})"


def _last_words(log: Path, before: int) -> str:
    """What was written to `log` since it had `before` bytes: the words of earlier starts explain nothing about this one."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(before if before <= size else 0, size - _WORDS_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return "(no log)"
    left = len(lines) - _WORDS_LINES
    cut = [f"({left} lines before these are in the log)"] if left > 0 else []
    return "\n".join([*cut, *(line[:300] for line in lines[-_WORDS_LINES:])]) or "(it said nothing)"


def _start(_argv: list[str]) -> int:
    _tell(ensure_running())
    return FINE if single.alive(Path(paths.socket_file())) else CANNOT_TELL


def _tell(sentence: str, stream: TextIO | None = None) -> None:
    """Say one sentence; what lays it out is loaded by those verbs that say something, not by the engine."""
    from statuswatch.surfaces.cli.printing import tell

    tell(sentence, stream or sys.stdout)


def _stop(_argv: list[str]) -> int:
    number = _holder()
    if number is None:
        _tell("no engine is running")
        return FINE
    os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + START_SECONDS  # noqa: TID251 - waiting for a process
    while time.monotonic() < deadline:  # noqa: TID251 - see above
        if _holder() is None:
            _tell("the engine has ended")
            return FINE
        time.sleep(0.05)
    _tell(f"the engine (process {number}) was asked to end and has not; look into {paths.log_file()}", sys.stderr)
    return CANNOT_TELL


def _holder() -> int | None:
    """The process that holds the lock: the kernel's word, not a number in a file that may be old."""
    path = Path(paths.lock_file())
    if not path.exists():
        return None
    lock = single.acquire(path)
    if lock is not None:
        lock.release()
        return None
    try:
        return int(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def _status(argv: list[str]) -> int:
    answers = single.alive(Path(paths.socket_file()))
    if "--json" in argv:
        sys.stdout.write(json.dumps({"running": answers, "pid": _holder(), "socket": paths.socket_file(), "store": paths.store_file()}) + "\n")
    else:
        _tell(f"the engine answers at {paths.socket_file()}" if answers else "no engine answers")
    return FINE if answers else CANNOT_TELL


def _install(argv: list[str]) -> int:
    from statuswatch.app.setup import run as settle

    return settle(["login", *argv])


def _uninstall(argv: list[str]) -> int:
    return _install(["--undo", *argv])


def _run(_argv: list[str]) -> int:
    wiping.begin(os.environ, sys.orig_argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    lock = _acquire()
    if lock is None:
        sys.stderr.write("an engine of yours is running already\n")
        return FINE
    try:
        return asyncio.run(_serve(lock))
    finally:
        lock.release()


def _acquire() -> single.Lock | None:
    """The lock. `engine status` looks by taking it for a moment, so one refusal without an answering engine is not the last word."""
    for _ in range(5):
        lock = single.acquire(Path(paths.lock_file()))
        if lock is not None or single.alive(Path(paths.socket_file())):
            return lock
        time.sleep(0.1)
    return None


async def _serve(lock: single.Lock) -> int:
    from statuswatch.app.wiring import make_engine, read_setting
    from statuswatch.engine.fetch import quiet_library_logs

    quiet_library_logs()
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    start = replace(_start_of(os.environ), after_step=lambda: single.keep_small(Path(paths.log_file())), holds=lock.named)
    made = make_engine(read_setting(), start)
    set_aside()
    await made.run()
    return INTERRUPTED if made.engine.ended_by is signal.SIGINT else FINE


def set_aside() -> None:
    """Have what is loaded by now never looked through for garbage again: it lives as long as the engine, and took 60 ms, some in the midst of a notice."""
    gc.collect()
    gc.freeze()


def _start_of(environ: Mapping[str, str]) -> "Start":
    """How this engine is to run: on the machine's clock, or on that of a simulation which plays outside this process ($STATUSWATCH_SIMULATION)."""
    from statuswatch.app.wiring import Start
    from statuswatch.engine.clock import ScaledClock, SystemClock, read_monotonic

    played = environ.get("STATUSWATCH_SIMULATION")
    if not played:
        return Start(SystemClock())
    script = json.loads(played)
    elapsed = timedelta(seconds=(read_monotonic() - script["zero"]) * script["speed"])
    return Start(ScaledClock(parse_time(script["start"]) + elapsed, script["speed"]), simulated=script["name"], pace=Pace())

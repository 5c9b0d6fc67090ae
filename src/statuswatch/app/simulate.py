"""`statuswatch simulate`: a recorded outage, played by servers on this machine against a real engine in a home of its own."""

import argparse
import asyncio
import contextlib
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from statuswatch.app.wiring import Made, Start, make_engine, read_setting
from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.config import paths
from statuswatch.core.errors import DataError, StatuswatchError
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.moment import format_time, parse_time
from statuswatch.core.notice import Notice, NoticeKind
from statuswatch.core.observation import CallSeen
from statuswatch.core.schedule import Pace
from statuswatch.core.snapshot import Snapshot
from statuswatch.core.verdict import Verdict
from statuswatch.core.wording import health_word
from statuswatch.engine import single
from statuswatch.engine.clock import ScaledClock
from statuswatch.engine.inbox import Arrival
from statuswatch.engine.runner import Engine
from statuswatch.simulate.play import Event, Play
from statuswatch.simulate.reading import load, outages
from statuswatch.simulate.script import Script
from statuswatch.sources.apierror import diagnose
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.plain import plain

FINE, USAGE = 0, 2
_CLOCK_WIDTH = len("hh:mm:ss")
DEFAULT_SPEED = 60.0
_SETTLE_REAL_SECONDS = 0.5
# A page is read twice a minute while there is trouble, as in life; the clock is all that a simulation changes.
_PACE = Pace()


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for on the command line."""

    script: Script
    speed: float
    routes: tuple[Route, ...]
    quiet_after: datetime | None
    as_json: bool
    desktop: bool
    home: Path | None


def run(argv: list[str]) -> int:
    """Play the outage that `argv` names; returns the exit status."""
    wish = _read(argv)
    return wish if isinstance(wish, int) else asyncio.run(_play(wish, sys.stdout))


def _read(argv: list[str]) -> _Wish | int:
    """What is to be played, or the exit status where nothing is."""
    given = read("simulate", argv, {"speed": _speed, "home": Path}, {"speed": DEFAULT_SPEED})
    if isinstance(given, int):
        return given
    if given.name is None and argv:
        sys.stderr.write(f"statuswatch simulate: which outage? name one of: {', '.join(outages())}\n")
        return USAGE
    if given.name is None:
        sys.stdout.write("\n".join(outages()) + "\n")
        return FINE
    script = load(given.name)
    routes = tuple(parse_route(text) for text in given.using)
    quiet = _time_in(script, given.quiet_after) if given.quiet_after else None
    return _Wish(script, given.speed, routes, quiet, given.json, not given.no_desktop, given.home)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:  # noqa: PLR2004 - beyond that the loopback itself is slower than the outage
        raise argparse.ArgumentTypeError(f"expected a number above 0 and at most 100000, got {text[:40]!r}")
    return speed


def _time_in(script: Script, text: str) -> datetime:
    """A time of the outage: whole, or the clock of its day."""
    try:
        return parse_time(text if "T" in text else f"{script.start:%Y-%m-%d}T{text}{':00' if text.count(':') == 1 else ''}Z")
    except DataError as error:
        raise StatuswatchError(f"--quiet-after {text}: expected a time of the outage's day as hh:mm (UTC), for example 21:30") from error


async def _play(wish: _Wish, out: TextIO) -> int:
    with contextlib.ExitStack() as last, _home(wish) as home:
        clock = ScaledClock(wish.script.start, wish.speed)
        teller = _Teller(out, wish)
        stage = _Stage(teller)
        async with Play(wish.script, clock, home, stage.happened, wish.routes, wish.quiet_after) as play:
            last.enter_context(_marked(home))
            if wish.home and not wish.as_json:
                sys.stderr.write(f"look at it from another terminal: STATUSWATCH_HOME={shlex.quote(str(home))} statuswatch\n")
            with _as_environment(play.environment):
                ended_by = await _run_engine(wish, clock, play, stage, teller)
    if ended_by is not None:
        return 128 + ended_by  # as shells report a program that a signal ended
    teller.sum_up()
    if teller.unread:
        raise BrokenPipeError
    return FINE


async def _run_engine(wish: _Wish, clock: ScaledClock, play: Play, stage: "_Stage", teller: "_Teller") -> signal.Signals | None:
    """Play until the end; the signal that ended it before, if one did."""
    lock = single.acquire(Path(paths.lock_file()))
    if lock is None:
        raise StatuswatchError(f"an engine is running in {os.environ['STATUSWATCH_HOME']}; a simulation needs a home of its own")
    start = Start(clock, dict(os.environ), Path(os.environ["HOME"]), wish.script.name, wish.desktop, _PACE, teller.look, lock.named)
    made = make_engine(read_setting(), start)
    engine = teller.engine = made.engine
    stage.made = made
    clock.begin()
    running = asyncio.create_task(made.run())
    finished = asyncio.create_task(play.finished())
    try:
        await asyncio.wait({running, finished}, return_when=asyncio.FIRST_COMPLETED)
        if finished.done():
            finished.result()
            await asyncio.sleep(_SETTLE_REAL_SECONDS)
    finally:
        engine.stop()
        finished.cancel()
        await asyncio.gather(running, finished, return_exceptions=True)
        lock.release()
    running.result()
    return engine.ended_by


@contextlib.contextmanager
def _home(wish: _Wish) -> Iterator[Path]:
    """The simulation's own home; removed afterwards, unless the person named one: then what the simulation put there goes, and the folder stays."""
    if wish.home is None:
        folder = Path(tempfile.mkdtemp(prefix="statuswatch-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    folder = wish.home.absolute()
    _prove_usable(folder)
    try:
        yield folder
    finally:
        for name in ("state", "run"):
            shutil.rmtree(folder / name, ignore_errors=True)


def _prove_usable(folder: Path) -> None:
    """Raises StatuswatchError where files cannot be made in `folder`, or where something of the person's lies in it: nothing of theirs may be removed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        used = any(folder.iterdir())
    except OSError as error:
        raise StatuswatchError(f"--home {folder}: no folder that can be used ({error.strerror or type(error).__name__}); name another one") from error
    if used:
        raise StatuswatchError(f"--home {folder}: the folder is not empty; a simulation needs one of its own")


@contextlib.contextmanager
def _marked(home: Path) -> Iterator[None]:
    """Nobody starts an engine in `home` meanwhile. Leave it last, so that nobody does while what the simulation made is being removed."""
    marker = single.simulation_marker(home)
    held = single.hold(marker)
    if held is None:
        raise StatuswatchError(f"a simulation runs in {home}; another one needs a folder of its own")
    try:
        yield
    finally:
        marker.unlink(missing_ok=True)
        held.release()


@contextlib.contextmanager
def _as_environment(values: dict[str, str]) -> Iterator[None]:
    """The process sees the simulated home and client folders while it lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Stage:
    """Passes on what the simulation itself did, and hands the engine those calls that no client's record tells."""

    def __init__(self, teller: "_Teller") -> None:
        self._teller = teller
        self.made: Made | None = None

    def happened(self, event: Event) -> None:
        """Tell of `event`; a call without a record goes to the engine as the transport of an SDK would hand it in."""
        self._teller.tell(event.line())
        attempt = event.attempt
        if attempt is not None and not attempt.recorded and self.made is not None:
            diagnosis = None if attempt.ok else diagnose(attempt.response, builtin_signatures(), self.made.knowledge)
            self.made.inbox.offer(Arrival(CallSeen(attempt.at, attempt.call(diagnosis))))


class _Teller:
    """Prints what happens, a line each: JSON, or words."""

    def __init__(self, out: TextIO, wish: _Wish) -> None:
        self._out = out
        self._render: Callable[[dict[str, Any]], str] = _json_line if wish.as_json else _words
        self._as_json = wish.as_json
        self._verdicts: dict[str, tuple[str, ...]] = {}
        self._titles: dict[str, str] = {}
        self._notices: set[str] = set()
        self._posted: datetime | None = None
        self._told: datetime | None = None
        self.engine: Engine | None = None
        self.unread = False
        """Whether the reader of the output has gone away."""

    def tell(self, event: dict[str, Any]) -> None:
        """Print one event. For people, a verdict that reads as the one before of the same route is not said again."""
        if event["event"] == "page":
            self._posted = self._posted or parse_time(event["at"])
        line = self._render(event)
        if event["event"] == "verdict" and not self._as_json:
            text = line[_CLOCK_WIDTH:]
            if self._titles.get(event["route"]) == text:
                return
            self._titles[event["route"]] = text
        self._write(line)

    def _write(self, line: str) -> None:
        """Print a line. Where nobody reads any more the simulation ends: this runs within its callbacks, whose own errors would reach the person."""
        if self.unread:
            return
        try:
            self._out.write(line + "\n")
            self._out.flush()
        except BrokenPipeError:
            self.unread = True
            if self.engine:
                self.engine.stop()

    def sum_up(self) -> None:
        """For people, the one line that says what came of it."""
        if not self._as_json:
            self._write(_sum(len(self._notices), self._told, self._posted))

    def look(self) -> None:
        """After a step of the engine: print the verdicts that changed, and the notices that are new."""
        snapshot = self.engine.snapshot if self.engine else None
        if snapshot is not None:
            self._tell_verdicts(snapshot)
            self._tell_notices(snapshot)

    def _tell_verdicts(self, snapshot: Snapshot) -> None:
        for view in snapshot.routes:
            verdict = view.verdict
            state = (verdict.health, verdict.fault, verdict.confidence, verdict.reason, verdict.relevance or "")
            if self._verdicts.get(view.route) != state:
                self._verdicts[view.route] = state
                self.tell(_verdict_event(snapshot.at, view.route, view.title, verdict))

    def _tell_notices(self, snapshot: Snapshot) -> None:
        for notice in snapshot.notices:
            if notice.id not in self._notices and notice.kind is not NoticeKind.AMENDED:
                self._notices.add(notice.id)
                self._told = self._told or notice.at
                self.tell(_notice_event(snapshot, notice))


def _sum(notices: int, told: datetime | None, posted: datetime | None) -> str:
    if told is None:
        return "It told nothing."
    head = f"It told {notices} notice{'' if notices == 1 else 's'}"
    if posted is None:
        return f"{head}; the page posted nothing."
    minutes = round((posted - told).total_seconds() / 60)
    when = f"{abs(minutes)} minute{'' if abs(minutes) == 1 else 's'} {'before' if minutes > 0 else 'after'}" if minutes else "in the same minute as"
    return f"{head}, the first {when} the page's first post."


def _notice_event(snapshot: Snapshot, notice: Notice) -> dict[str, Any]:
    shown = [view.route for view in snapshot.routes if view.verdict.route.canonical in notice.routes] or list(notice.routes)
    return {
        "at": format_time(notice.at),
        "event": "notice",
        "route": shown[0],
        "kind": notice.kind,
        "title": notice.title,
        "body": notice.body,
        "fault": notice.fault,
        "confidence": notice.confidence,
        "reason": notice.reason,
        "incident": notice.incident,
        "routes": shown,
        "simulated": notice.simulated,
    }


def _verdict_event(at: datetime, route: str, title: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "at": format_time(at),
        "event": "verdict",
        "route": route,
        "kind": verdict.health,
        "title": f"{title}: {health_word(verdict.health, verdict.reason)}",
        "fault": verdict.fault,
        "confidence": verdict.confidence,
        "reason": verdict.reason,
        "health": verdict.health,
        "relevance": verdict.relevance,
        "incident": verdict.incident,
    }


def _json_line(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False)


def _words(event: dict[str, Any]) -> str:
    clock = parse_time(event["at"]).strftime("%H:%M:%S")
    what = event["event"]
    if what == "notice":
        return f"{clock}  NOTICE   {plain(event['title'])}\n                   {plain(event['body'])}"
    if what == "page":
        return f'{clock}  page     {plain(event["kind"])}: "{plain(event["title"])}" {plain(event.get("reason", ""))}'
    if what == "call":
        return f"{clock}  call     {plain(event['title'])}: {plain(event.get('reason', ''))}"
    why = f"{event['reason']}, {event['confidence']}".replace("_", " ")
    return f"{clock}  verdict  {plain(event['title'])} ({why})"

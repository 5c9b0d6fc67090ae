"""`statuswatch mute`, `unmute` and `snooze`: what is kept back, said in one line and undone in one."""

import argparse
import re
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.errors import DataError
from statuswatch.core.moment import format_time, parse_time
from statuswatch.core.observation import CommandKind
from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.asking import named_by, several
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put_json, tell
from statuswatch.surfaces.client import CANNOT_TELL, FINE, USAGE, EngineGoneError, Link, monotonic, snapshot_in, wall_clock
from statuswatch.surfaces.present import Scene, find_route, scene
from statuswatch.surfaces.present_hushed import kept_as, unmuted_words
from statuswatch.surfaces.present_text import clean

ALL = "*"
_ANSWER_SECONDS = 5.0
_LONGEST = timedelta(days=366)
_DURATION = re.compile(r"(\d{1,4}) *([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class _Target:
    """What is meant: the name that the engine knows it by, and the one that people read."""

    name: str
    title: str


def run(argv: list[str]) -> int:
    """`statuswatch mute`; returns 0 done, 2 usage, 4 no engine."""
    return carry_out(CommandKind.MUTE, argv)


def carry_out(kind: CommandKind, argv: list[str]) -> int:
    """Parse, resolve the target against the picture of the engine, and ask the engine."""
    given = read(kind.value, argv)
    if isinstance(given, int):
        return given
    try:
        link = Link.open(1.0)
    except EngineGoneError as error:
        tell(f"Cannot tell: {error}", sys.stderr)
        return CANNOT_TELL
    try:
        return _ask(link, kind, given)
    except (DataError, _SlipError) as error:
        tell(f"statuswatch {kind.value}: {error}", sys.stderr)
        return USAGE
    except EngineGoneError as error:
        tell(f"Cannot tell: {error}", sys.stderr)
        return CANNOT_TELL
    finally:
        link.close()


class _SlipError(Exception):
    """The target is none, or more than one."""


def _ask(link: Link, kind: CommandKind, given: argparse.Namespace) -> int:
    snapshot: Snapshot | None = None
    for message in link.messages(monotonic() + _ANSWER_SECONDS):
        snapshot = snapshot_in(message)
        if snapshot is not None:
            break
    if snapshot is None:
        raise EngineGoneError("the engine gave no picture; look at it: statuswatch engine status")
    target = _target(snapshot, given.target)
    if kind is CommandKind.UNMUTE:
        target = _Target(kept_as(target.name, snapshot), target.title)
    until = None if kind is CommandKind.UNMUTE else _until(vars(given)["for"], given.until, snapshot.at)
    link.command(kind.value, kind.value, target.name, until)
    for message in link.messages(monotonic() + _ANSWER_SECONDS):
        if message.get("id") == kind.value and message.get("type") in {"done", "error"}:
            if message.get("ok") is True:
                _say(kind, target, until, scene(snapshot, wall_clock(), look_here()), as_json=given.json)
                return FINE
            raise EngineGoneError(f"the engine did not take it: {str(message.get('error', 'no reason given'))[:200]}")
    raise EngineGoneError("the engine did not answer; look at it: statuswatch engine status")


def _say(kind: CommandKind, target: _Target, until: datetime | None, look: Scene, *, as_json: bool) -> None:
    """Say what is so now, or give it as an object."""
    if as_json:
        put_json({"target": target.name, "kind": kind.value, "until": format_time(until) if until else None})
        return
    if until is None:
        tell(unmuted_words(target.name, target.title, look), sys.stdout)
        return
    clock = until.astimezone()
    when = f"{clock:%H:%M}" if until - wall_clock() < timedelta(hours=20) else f"{clock:%a %d %b, %H:%M}"
    after = " What still lasts is told then." if kind is CommandKind.SNOOZE else ""
    undo = f"statuswatch unmute {'all' if target.name == ALL else look.spelled(target.name)}"
    tell(f"No notices about {target.title} until {when}.{after} To undo: {undo}", sys.stdout)


def _target(snapshot: Snapshot, text: str) -> _Target:
    """The one thing that `text` means: what the picture holds, or a provider of the catalogue. Raises _SlipError."""
    if text in {ALL, "all"}:
        return _Target(ALL, "anything")
    kept = next((item for item in snapshot.hushed if item.target == text), None)
    provider = next((item for item in snapshot.routes if item.provider == text), None)
    if provider is not None:
        return _Target(text, clean(provider.provider_name, 60))
    incident = next((item for item in snapshot.incidents if item.key == text), None)
    if incident is not None:
        return _Target(text, f'"{clean(incident.title, 80)}"')
    view = find_route(snapshot, text)
    if view is not None:
        return _Target(view.verdict.route.canonical, clean(view.title, 60))
    if kept is not None:  # kept back already, though it is no longer there to be looked at
        return _Target(text, clean(kept.title, 80))
    named = named_by(snapshot, text)
    if len(named) > 1:
        raise _SlipError(several(text, named))
    return _unwatched(snapshot, text)


def _unwatched(snapshot: Snapshot, text: str) -> _Target:
    """A provider that nobody watches yet, by its id. Raises _SlipError with what is known, and what `text` comes nearest to."""
    from statuswatch.catalog.knowing import know
    from statuswatch.catalog.located import nearest
    from statuswatch.config import paths
    from statuswatch.sources.formats import FORMATS

    knowledge = know(paths.config_dir(), FORMATS).knowledge
    if text in knowledge.providers:
        return _Target(text, clean(knowledge.name_of(text), 60))
    known = [view.route for view in snapshot.routes]
    meant = nearest(text, [*known, *(item.key for item in snapshot.incidents), *knowledge.providers])
    hint = f"did you mean {clean(meant, 80)}? " if meant else ""
    routes = ", ".join(clean(route, 60) for route in known[:12]) or "none yet"
    raise _SlipError(f"{clean(text, 60)!r} is no route, provider or incident that is known; {hint}routes: {routes}; providers: statuswatch providers list")


def _until(length: str | None, until: str | None, now: datetime) -> datetime:
    """The end, always ahead of the engine's `now`. Raises DataError."""
    if until is not None:
        end = _clock_time(until, now)
    else:
        found = _DURATION.fullmatch((length or "1h").strip().lower())
        if found is None:
            raise DataError(f"--for {length!r:.40}: expected a time as 30m, 2h or 1d")
        end = now + int(found[1]) * _UNITS[found[2]]
    if not now < end <= now + _LONGEST:
        said = f"--until {until}" if until is not None else f"--for {length}"
        raise DataError(f"{said:.50}: expected a time ahead, within a year; for good, use [notices] mute in config.toml")
    return end


def _clock_time(text: str, now: datetime) -> datetime:
    if found := re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip()):
        hour, minute = int(found[1]), int(found[2])
        if hour > 23 or minute > 59:  # noqa: PLR2004 - a clock
            raise DataError(f"--until {text}: expected a time of the day as 18:30")
        local = now.astimezone().replace(hour=hour, minute=minute, second=0, microsecond=0)
        return local if local > now else local + timedelta(days=1)
    try:
        return parse_time(text)
    except DataError as error:
        raise DataError(f"--until {text:.40}: expected 18:30, or 2026-01-01T12:00:00Z") from error

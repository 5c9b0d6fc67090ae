"""`statuswatch calls`: your own calls, with whose fault each failure was."""

import argparse
import sys
from datetime import UTC, datetime, timedelta

from statuswatch.core.codec import encode
from statuswatch.core.errors import RouteError, StatuswatchError
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.moment import parse_time
from statuswatch.core.snapshot import CALLS_SHOWN, Snapshot
from statuswatch.core.world import covers
from statuswatch.surfaces.asking import NO_PICTURE
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put, put_json, tell
from statuswatch.surfaces.client import CANNOT_TELL, FINE, USAGE, read_snapshot, wall_clock
from statuswatch.surfaces.present import banner, scene
from statuswatch.surfaces.present_calls import Numbered, Wish, call_table, side_of, wanted_calls
from statuswatch.surfaces.present_text import EMPTY, Line, Tone, clean, say, wrap
from statuswatch.surfaces.present_words import Scene

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_OLDER = f"At most the {CALLS_SHOWN} newest are looked at; older ones, if there are any, are counted in: statuswatch history"
_LONGEST = 366 * 86400


def run(argv: list[str]) -> int:
    """Run the verb; returns 0, 2 for a route or time that means nothing here, 4 where there is no picture."""
    given = read("calls", argv, {"since": since_words})
    if isinstance(given, int):
        return given
    snapshot = read_snapshot()
    if snapshot is None:
        tell(NO_PICTURE, sys.stderr)
        return CANNOT_TELL
    now = snapshot.at if snapshot.engine.simulated is not None else wall_clock()
    routes = _routes(given.route, snapshot)
    if isinstance(routes, str):
        sys.stderr.write(f"statuswatch calls: {routes}\n")
        return USAGE
    calls = wanted_calls(snapshot, Wish(given.failed, routes, None if given.since is None else instant(given.since, now)))
    if given.json:
        for number, call in calls:
            put_json({"number": number, "side": side_of(call), **encode(call)})
        if _older_left_out(snapshot):
            tell(f"statuswatch calls: {_OLDER}", sys.stderr)
    else:
        put(page(snapshot, calls, scene(snapshot, wall_clock(), look_here()), narrowed=bool(argv)))
    return FINE


def page(snapshot: Snapshot, calls: tuple[Numbered, ...], look: Scene, *, narrowed: bool) -> tuple[Line, ...]:
    """The page of the verb."""
    lines: list[Line] = [*banner(look)]
    if not calls:
        none = "No such call among" if narrowed and snapshot.calls else "No call of yours was seen yet; statuswatch sources shows what may be read."
        told = f"{none} the {len(snapshot.calls)} newest of yours." if narrowed and snapshot.calls else none
        told += f" {_OLDER}" if narrowed and _older_left_out(snapshot) else ""
        return (*lines, *wrap(say(told), look.look.width))
    laid = call_table(calls, look)
    failed = sum(call.outcome != "ok" for _, call in calls)
    lines += [laid.heading, *laid.rows, EMPTY]
    told = f"{len(calls)} call{'' if len(calls) == 1 else 's'}, {failed} failed. statuswatch why NUMBER tells more about one."
    told += f" {_OLDER}" if _older_left_out(snapshot) else ""
    return (*lines, *wrap(say(told, Tone.DIM), look.look.width))


def _older_left_out(snapshot: Snapshot) -> bool:
    """Whether there may be calls that the picture has no room for."""
    return len(snapshot.calls) >= CALLS_SHOWN


def since_words(text: str) -> timedelta | str:
    """A length such as `30m`, `2h`, `3d`, or the text of a clock time or of an RFC 3339 time; raises argparse.ArgumentTypeError."""
    word = text.strip()
    if word[-1:].lower() in _UNITS and word[:-1].isascii() and word[:-1].isdigit() and len(word) <= 9:  # noqa: PLR2004 - a year in seconds, and its unit
        return timedelta(seconds=min(int(word[:-1]) * _UNITS[word[-1].lower()], _LONGEST))
    try:
        instant(word, datetime(2000, 1, 1, tzinfo=UTC))
    except (StatuswatchError, ValueError) as error:
        raise argparse.ArgumentTypeError(
            f"expected an age such as 30m, 2h or 3d, a time of your clock such as 14:25, or 2026-01-01T12:00:00Z, got {text[:40]!r}"
        ) from error
    return word


def instant(since: timedelta | str, now: datetime) -> datetime:
    """The time that is meant: so long ago, the newest such time of the person's clock, or that very time. Raises ValueError or DataError."""
    if isinstance(since, timedelta):
        return now - since
    if "T" in since or "-" in since:
        return parse_time(since)
    clock = datetime.strptime(since, "%H:%M")  # noqa: DTZ007 - hours and minutes of the person's own clock
    local = now.astimezone()
    at = local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return (at if at <= local else at - timedelta(days=1)).astimezone(UTC)


def _routes(text: str | None, snapshot: Snapshot) -> frozenset[str] | str | None:
    """The routes of calls that `text` means, or a sentence where it means none."""
    if text is None:
        return None
    seen = {call.route for call in snapshot.calls}
    try:
        wanted = parse_route(text)
    except RouteError:
        needle = text.casefold().strip()
        titles = {view.verdict.route.canonical: view.title for view in snapshot.routes}
        found = frozenset(route for route in (*seen, *titles) if needle and needle in f"{titles.get(route, '')} {route}".casefold())
        spelled = {view.verdict.route.canonical: view.route for view in snapshot.routes}
        known = ", ".join(sorted(clean(spelled.get(route, route), 60) for route in seen)[:12]) or "none yet"
        return found or f"{clean(text, 60)!r} is no route and no part of the name of one; calls were seen over: {known}"
    return frozenset(route for route in seen if _covered(wanted, route))


def _covered(wanted: Route, called: str) -> bool:
    try:
        return covers(wanted, parse_route(called))
    except RouteError:
        return False

"""`statuswatch history`: the last 90 days of what you use."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from statuswatch.core.codec import encode
from statuswatch.core.errors import RouteError
from statuswatch.core.health import Health
from statuswatch.core.history import DAYS, History
from statuswatch.core.ids import parse_route
from statuswatch.core.snapshot import RouteView, Snapshot
from statuswatch.surfaces.asking import hint, named_by, several
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put, put_json, tell
from statuswatch.surfaces.client import CANNOT_TELL, FINE, USAGE, read_snapshot, wall_clock
from statuswatch.surfaces.present import find_route
from statuswatch.surfaces.present_history import gaps, history_lines
from statuswatch.surfaces.present_text import EMPTY, Tone, clean, say, wrap
from statuswatch.surfaces.present_words import EXAMPLE_ROUTES, REREAD, add_words

MOST_DAYS = 366
_NOTHING = "Nothing is kept yet: no engine runs, and none has watched anything here. To begin: statuswatch engine start"

Recall = Callable[[tuple[str, ...], datetime, int], History]
"""The past of these routes (of all that were ever watched where there are none), up to a time, for so many days."""


def run(argv: list[str], recall: Recall) -> int:
    """Run the verb; returns 0, 2 for a route that means nothing here, 4 where nothing is kept or it cannot be read."""
    given = read("history", argv, {"days": _days})
    if isinstance(given, int):
        return given
    snapshot = read_snapshot()
    wanted = _wanted(given.route, snapshot)
    if isinstance(wanted, str):
        sys.stderr.write(f"statuswatch history: {wanted}\n")
        return USAGE
    now = snapshot.at if snapshot and snapshot.engine.simulated is not None else wall_clock()
    history = recall(wanted, now, given.days or DAYS)
    names = _names(snapshot)
    if history.unread or given.json or not history.routes:
        for sentence in gaps(history):
            tell(sentence, sys.stderr)
    if history.unread:
        return CANNOT_TELL
    if given.json:
        for route in history.routes:
            put_json({"at": encode(history.at), "title": names.get(route.route), **encode(route)})
    elif history.routes:
        _show(history, snapshot, names, now, listed=given.list)
    else:
        tell(_nothing(snapshot, now), sys.stderr)
    return FINE if any(day.worst is not Health.UNKNOWN or day.ok or day.failed for route in history.routes for day in route.days) else CANNOT_TELL


def _show(history: History, snapshot: Snapshot | None, names: Mapping[str, str], now: datetime, *, listed: bool) -> None:
    look = look_here()
    if not _runs(snapshot, now):
        put([*wrap(say("No engine runs: what happens now is not written down.", Tone.UNSURE), look.width), EMPTY])
    put(history_lines(history, names, look, look.zone or now.astimezone().tzinfo or UTC, listed=listed))


def _runs(snapshot: Snapshot | None, now: datetime) -> bool:
    return snapshot is not None and now < snapshot.engine.expires_at


def _nothing(snapshot: Snapshot | None, now: datetime) -> str:
    """Why there is no past, and what to do."""
    if not _runs(snapshot, now):
        return _NOTHING
    return f"Nothing is kept yet: the engine runs, but no model or tool of yours was found to watch. {add_words(look_here())}{EXAMPLE_ROUTES}. {REREAD}"


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_DAYS)) and 0 < int(text) <= MOST_DAYS):
        raise argparse.ArgumentTypeError(f"expected a number of days from 1 to {MOST_DAYS}, got {text[:40]!r}")
    return int(text)


def _wanted(text: str | None, snapshot: Snapshot | None) -> tuple[str, ...] | str:
    """The routes that are asked for, or a sentence on what is wrong."""
    if text is None:
        return tuple(view.route for view in snapshot.routes) if snapshot else ()
    view = find_route(snapshot, text) if snapshot else None
    if view is not None:
        return (view.route,)
    named: tuple[RouteView, ...] = named_by(snapshot, text) if snapshot else ()
    if len(named) > 1:
        return several(text, named)
    try:
        return (str(parse_route(text)),)
    except RouteError:
        known = ", ".join(clean(view.route, 60) for view in snapshot.routes[:12]) if snapshot else ""
        return f"{clean(text, 60)!r} is no route; {hint(snapshot, text) if snapshot else ''}watched: {known or 'none yet'}"


def _names(snapshot: Snapshot | None) -> dict[str, str]:
    """What people call the watched routes, with where they are used."""
    views = snapshot.routes if snapshot else ()
    return {view.route: f"{clean(view.title, 60)}, {clean(view.surface_name, 30)}" for view in views}

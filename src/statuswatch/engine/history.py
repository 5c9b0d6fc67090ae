"""Reads the past from the store: turns of health, the time in which the engine looked, own calls. On a connection of its own that cannot write."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from statuswatch.core.health import Fault, Health
from statuswatch.core.history import DAYS, Attempt, DayBounds, History, Past, Turn, Watched, look_back
from statuswatch.core.observation import Outcome

_BUSY_SECONDS = 2.0
_OUTCOMES, _HEALTHS, _FAULTS = frozenset(Outcome), frozenset(Health), frozenset(Fault)
_TURNS = """
SELECT at, route, now, fault, reason, incident FROM health
WHERE at >= :since OR number IN (SELECT max(number) FROM health WHERE at < :since GROUP BY route) ORDER BY number
"""
_WATCHED = "SELECT start, until FROM watched WHERE until >= :since ORDER BY number"
_CALLS = "SELECT at, route, key, data FROM calls WHERE at >= :since ORDER BY number"

Connect = Callable[[Path], sqlite3.Connection]


def read_history(path: Path, routes: Sequence[str], now: datetime, count: int = DAYS, zone: tzinfo | None = None) -> History:
    """The last `count` days of `routes` up to `now`, today included; of every route that the store knows where `routes` is empty.

    Days are those of `zone` (None: the machine's). A store that is not there, or cannot be read, is a past of which nothing is known.
    """
    days = calendar(now, count, zone)
    past = read_past(path, days[0].start) if days else Past()
    return look_back(past, routes or sorted({turn.route for turn in past.turns}), days, now)


def calendar(now: datetime, count: int, zone: tzinfo | None = None) -> tuple[DayBounds, ...]:
    """The last `count` days of the person's calendar, today the last. A day of 23 or 25 hours is one."""
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=back) for back in range(count - 1, -2, -1)]
    starts = [_midnight(day, zone) for day in dates]
    return tuple(DayBounds(day.isoformat(), start, end) for day, start, end in zip(dates, starts, starts[1:], strict=False))


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)  # without a zone it is read as the machine's time


def read_past(path: Path, since: datetime) -> Past:
    """What the store keeps from `since` on, with the newest turn of each route before it."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            frame = {"since": since.timestamp()}
            turns = tuple(_turns(connection, frame))
            watched = tuple(Watched(_time(start), _time(until)) for start, until in connection.execute(_WATCHED, frame))
            return Past(turns, watched, tuple(_attempts(connection, frame)))
    except (sqlite3.Error, OverflowError, ValueError):  # not there, of an older form, broken: the engine tells of that
        return Past()


def _turns(connection: sqlite3.Connection, frame: Mapping[str, float]) -> Iterator[Turn]:
    for at, route, health, fault, reason, incident in connection.execute(_TURNS, frame):
        yield Turn(_time(at), route, _health(health), _fault(fault), reason, incident)


def _attempts(connection: sqlite3.Connection, frame: Mapping[str, float]) -> Iterator[Attempt]:
    for at, route, key, text in connection.execute(_CALLS, frame):
        data = _object(text)
        outcome = data.get("outcome")
        if isinstance(outcome, str) and outcome in _OUTCOMES:
            yield Attempt(_time(at), route, str(data.get("turn") or key), outcome == Outcome.OK)


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _health(word: str) -> Health:
    return Health(word) if word in _HEALTHS else Health.UNKNOWN


def _fault(word: str) -> Fault:
    return Fault(word) if word in _FAULTS else Fault.UNKNOWN


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

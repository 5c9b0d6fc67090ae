"""Reads the past from the store: turns of health, the time in which the engine looked, own calls. On a connection of its own that cannot write."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, TypeVar

from statuswatch.core.health import Fault, Health
from statuswatch.core.history import DAYS, Attempt, DayBounds, History, Past, Turn, Watched, look_back
from statuswatch.core.observation import Outcome

_BUSY_SECONDS = 2.0
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_PRIMARY = 0xFF  # an extended error code of SQLite has its primary one in the lowest byte
_OUTCOMES, _HEALTHS, _FAULTS = frozenset(Outcome), frozenset(Health), frozenset(Fault)
_TURNS = """
SELECT at, route, now, fault, reason, incident FROM health
WHERE at >= :since OR number IN (SELECT max(number) FROM health WHERE at < :since GROUP BY route) ORDER BY number
"""
_WATCHED = "SELECT start, until FROM watched WHERE until >= :since ORDER BY number"
_CALLS = "SELECT at, route, key, data FROM calls WHERE at >= :since ORDER BY number"

Row = TypeVar("Row")


def read_history(path: Path, routes: Sequence[str], now: datetime, count: int = DAYS, zone: tzinfo | None = None) -> History:
    """The last `count` days of `routes` up to `now`, today included; of every route that the store knows where `routes` is empty.

    Days are those of `zone` (None: the machine's). Of a store that is not there nothing is known, and neither of one that cannot be read, which is said.
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
    """What the store keeps from `since` on, with the newest turn of each route before it.

    A store that is not there yet is an empty past; one that cannot be read is said to be so in `unread`. A row that cannot be is counted in `skipped`.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            if not connection.execute("PRAGMA user_version").fetchone()[0]:  # it is being made
                return Past()
            return _past(connection, {"since": since.timestamp()})
    except sqlite3.Error as error:
        return Past() if _is_missing(path) else Past(unread=_why(error))


def _past(connection: sqlite3.Connection, frame: Mapping[str, float]) -> Past:
    turns, odd_turns = _rows(connection.execute(_TURNS, frame), _turn)
    watched, odd_watched = _rows(connection.execute(_WATCHED, frame), _watch)
    attempts, odd_attempts = _rows(connection.execute(_CALLS, frame), _attempt)
    return Past(turns, watched, attempts, skipped=odd_turns + odd_watched + odd_attempts)


def _rows(rows: Iterable[Sequence[Any]], read: Callable[[Sequence[Any]], Row]) -> tuple[tuple[Row, ...], int]:
    """The rows as values, and how many are none: columns keep what a foreign hand writes into them, whatever their type."""
    found, odd = [], 0
    for row in rows:
        try:
            found.append(read(row))
        except (TypeError, ValueError, OverflowError, RecursionError):
            odd += 1
    return tuple(found), odd


def _turn(row: Sequence[Any]) -> Turn:
    at, route, health, fault, reason, incident = row
    return Turn(_time(at), _text(route), _health(health), _fault(fault), _text(reason), None if incident is None else _text(incident))


def _watch(row: Sequence[Any]) -> Watched:
    start, until = row
    return Watched(_time(start), _time(until))


def _attempt(row: Sequence[Any]) -> Attempt:
    at, route, key, text = row
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("outcome") not in _OUTCOMES:
        raise ValueError
    return Attempt(_time(at), _text(route), str(data.get("turn") or key), data["outcome"] == Outcome.OK)


def _health(word: str) -> Health:
    return Health(word) if word in _HEALTHS else Health.UNKNOWN


def _fault(word: str) -> Fault:
    return Fault(word) if word in _FAULTS else Fault.UNKNOWN


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _time(seconds: float) -> datetime:
    """A time that every zone can show; raises ValueError for others, OverflowError and TypeError for what is none."""
    if not 0 <= seconds < _LATEST:
        raise ValueError
    return datetime.fromtimestamp(seconds, UTC)


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _why(error: sqlite3.Error) -> str:
    """What hinders the reading, and what helps."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return "another program has locked the store; ask again when it is done"
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return "the store is damaged; the engine puts it aside and begins a new one when it starts"
    if code == sqlite3.SQLITE_ERROR:  # a table or a column is not there
        return "the store is of another version of statuswatch; an older one is brought up to date when the engine starts"
    return f"the store cannot be opened ({error}); expected a file that you may read"

"""What outlives a kill: one SQLite file, and one transaction a step of the engine.

WAL with synchronous=NORMAL: a transaction that was committed survives a kill of the process at any moment, because its pages are with the system
by then; only a crash of the system or a power loss may roll back the last ones (never corrupt the file), and then the pop-ups of that moment are
gone from the screen too. FULL would cost an fsync a step, twelve times the rest of it (sqlite.org/pragma.html#pragma_synchronous).
"""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from statuswatch.config.paths import ensure_private
from statuswatch.core.codec import decode, encode
from statuswatch.core.errors import DataError
from statuswatch.core.history import PAUSE
from statuswatch.core.notice import Notice, Suppressed, Told
from statuswatch.core.observation import Call
from statuswatch.core.verdict import Verdict
from statuswatch.core.watchlist import Watchlist
from statuswatch.core.world import CALLS_AGE, CALLS_KEPT, FeedStatus, Tracked, World, call_route
from statuswatch.engine.schema import MIGRATIONS, StoreError, connect, move_aside

CALLS_FOR = timedelta(days=90)
CALLS_MOST = 50_000
NOTICES_MOST = 2_000
SUPPRESSED_MOST = 2_000
HEALTH_MOST = 50_000
WATCHED_EACH = 30.0
"""Seconds after which the time in which the engine looked is written down anew: no more of it is lost to a kill."""
WATCHED_GAP = PAUSE.total_seconds()
"""Seconds without a step after which nobody is said to have looked in between: the engine beats each minute, and a machine that sleeps does not."""
RECENT_NOTICES = 50
RECENT_SUPPRESSED = 50

_PRUNE_EVERY = 500
_TIDY_EVERY = 50
_logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HealthTurn:
    """A route's health became another; `was` None: it was not known before."""

    at: datetime
    route: str
    was: str | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """All that one step of the engine leaves behind. `ways`: how each of `notices` is to be told; an empty `memory` is forgotten."""

    at: datetime
    world: World
    told: Told
    watchlist: Watchlist
    notices: tuple[Notice, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    turns: tuple[HealthTurn, ...] = ()
    memory: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What the last engine left. `watchlist` None: there was none. `problems`: what could not be read, a sentence each."""

    world: World
    told: Told
    watchlist: Watchlist | None
    memory: Mapping[str, str]
    notices: tuple[Notice, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    healths: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice that waits to be told one way. `replaces` names what the last notice of the same trouble left on screen."""

    notice: Notice
    way: str
    attempts: int
    replaces: str | None


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is in the file already, to write only what differs."""

    world: World
    told: Told | None = None
    watchlist: Watchlist | None = None
    rest: str = ""


class Store:
    """The one writer of the file. Not thread-safe; its transactions take microseconds, so it is used from the loop itself."""

    def __init__(self, connection: sqlite3.Connection, path: Path, migrations: Sequence[str], problems: tuple[str, ...] = ()) -> None:
        self._connection = connection
        self._path = path
        self._migrations = migrations
        self._problems = problems
        self._mark = _Mark(World())
        self._until_prune = 1
        self._untidied = 0
        self._watched: tuple[int, float] | None = None

    @classmethod
    def open(cls, path: Path, now: datetime, migrations: Sequence[str] = MIGRATIONS) -> "Store":
        """Open the store, make it where there is none, bring an older one up to date (a copy stays beside it).

        A file that is broken is moved aside, with a sentence among the problems. Raises StoreTooNewError, and StoreError where no file can be made.
        """
        try:
            ensure_private(str(path.parent))
        except OSError as error:
            raise StoreError(str(error)) from error
        try:
            return cls(connect(path, migrations), path, migrations)
        except sqlite3.OperationalError as error:
            raise StoreError(f"{path}: the store cannot be opened ({error}); expected a file that you may write to, on a disk with room") from error
        except sqlite3.DatabaseError as error:
            sentence = _begin_anew(path, now, error)
            return cls(connect(path, migrations), path, migrations, (sentence,))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def load(self, now: datetime) -> Stored:
        """What the last step left. A row that cannot be read is left out, with a sentence; a file that cannot is moved aside as by `open`."""
        try:
            return self._load(now)
        except sqlite3.Error as error:
            self.close()
            self._problems = (_begin_anew(self._path, now, error),)
            self._connection = connect(self._path, self._migrations)
            return self._load(now)

    def _load(self, now: datetime) -> Stored:
        problems = list(self._problems)
        world = replace(
            self._state(World, "world", problems) or World(),
            incidents=dict(self._rows(Tracked, "SELECT key, data FROM incidents", problems)),
            feeds=dict(self._rows(FeedStatus, "SELECT name, data FROM feeds", problems)),
            calls=self._calls(now, problems),
        )
        told = self._state(Told, "told", problems)
        watchlist = self._state(Watchlist, "watchlist", problems)
        recent = "SELECT id, data FROM (SELECT * FROM notices ORDER BY number DESC LIMIT ?) ORDER BY number"
        quiet = "SELECT number, data FROM (SELECT * FROM suppressed ORDER BY number DESC LIMIT ?) ORDER BY number"
        newest = "SELECT route, now FROM health WHERE number IN (SELECT max(number) FROM health GROUP BY route)"
        self._mark = _Mark(world, told, watchlist, _rest(world))
        return Stored(
            world,
            told or Told(),
            watchlist,
            dict(self._connection.execute("SELECT name, data FROM memory")),
            tuple(notice for _, notice in self._rows(Notice, recent, problems, RECENT_NOTICES)),
            tuple(item for _, item in self._rows(Suppressed, quiet, problems, RECENT_SUPPRESSED)),
            dict(self._connection.execute(newest)),
            tuple(problems),
        )

    def commit(self, step: Step) -> None:
        """Write all of `step` or nothing of it. Raises StoreError; the next commit then writes what this one could not."""
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                self._write_world(step.world)
                self._write_state(step)
                self._write_told(step)
                watched = self._write_watched(step.at.timestamp())
                self._prune(step.at)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: this step could not be stored ({error}); free some room, or make the file writable") from error
        self._mark = _Mark(step.world, step.told, step.watchlist, _rest(step.world))
        self._watched = watched
        self._untidied += 1

    def tidy(self) -> None:
        """Bring what was committed from the log into the file, once there is enough of it. It waits for the disk, so it is called when nobody waits."""
        if self._untidied < _TIDY_EVERY:
            return
        self._untidied = 0
        with suppress(sqlite3.Error):  # all of it is in the log still; a disk that fails is told by the next commit
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def remember(self, memory: Mapping[str, str]) -> None:
        """Write a source's notes at once, without a step. Raises StoreError."""
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO memory (name, data) VALUES (?, ?)", memory.items())
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: what pages were asked could not be stored ({error})") from error

    def pending(self) -> tuple[Outgoing, ...]:
        """What is still to be told, oldest first."""
        with self._complaining():
            rows = self._connection.execute(
                "SELECT n.data, n.trouble, o.way, o.attempts FROM outbox o JOIN notices n ON n.id = o.notice WHERE o.state = 'pending' ORDER BY o.number"
            ).fetchall()
        found = []
        for data, trouble, way, attempts in rows:
            notice = _read(Notice, data, [], "a notice")
            if notice is not None:
                found.append(Outgoing(notice, way, attempts, self.handle(trouble, way)))
        return tuple(found)

    def handle(self, trouble: str, way: str) -> str | None:
        """What the newest delivered notice of `trouble` left on screen."""
        joined = "SELECT o.handle FROM outbox o JOIN notices n ON n.id = o.notice"
        with self._complaining():
            return self._one(f"{joined} WHERE n.trouble = ? AND o.way = ? AND o.state = 'delivered' ORDER BY o.number DESC", trouble, way)

    def mark_delivered(self, notice: str, way: str, handle: str | None, detail: str) -> None:
        """It was told: never again. Raises StoreError."""
        self._settle(notice, way, "delivered", handle, detail)

    def mark_failed(self, notice: str, way: str, detail: str) -> None:
        """It could not be told this time. Raises StoreError."""
        self._settle(notice, way, "pending", None, detail)

    def give_up(self, notice: str, way: str, detail: str) -> None:
        """It is not tried any more: too old or too often. Raises StoreError."""
        self._settle(notice, way, "given_up", None, detail)

    def _settle(self, notice: str, way: str, state: str, handle: str | None, detail: str) -> None:
        with self._complaining(), self._connection:
            self._connection.execute(
                "UPDATE outbox SET state = ?, handle = ?, detail = ?, attempts = attempts + 1 WHERE notice = ? AND way = ?",
                (state, handle, detail[:300], notice, way),
            )

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: the outbox could not be read or written ({error})") from error

    def _write_world(self, world: World) -> None:
        known = self._mark.world
        self._replace("incidents", "key", known.incidents, world.incidents)
        self._replace("feeds", "name", known.feeds, world.feeds)
        fresh = [
            (call.key, call.at.timestamp(), call_route(call).canonical, _text(call))
            for route, calls in world.calls.items()
            if calls is not known.calls.get(route)
            for call in _new_calls(known.calls.get(route, ()), calls)
        ]
        self._connection.executemany("INSERT INTO calls (key, at, route, data) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING", fresh)

    def _replace(self, table: str, key: str, known: Mapping[str, object], wanted: Mapping[str, object]) -> None:
        if known is wanted:
            return
        changed = [(name, _text(value)) for name, value in wanted.items() if known.get(name) is not value]
        gone = [(name,) for name in known if name not in wanted]
        self._connection.executemany(f"INSERT OR REPLACE INTO {table} ({key}, data) VALUES (?, ?)", changed)  # noqa: S608 - names of ours
        self._connection.executemany(f"DELETE FROM {table} WHERE {key} = ?", gone)  # noqa: S608 - names of ours

    def _write_state(self, step: Step) -> None:
        rows = []
        if step.told != self._mark.told:
            rows.append(("told", _text(step.told)))
        if step.watchlist != self._mark.watchlist:
            rows.append(("watchlist", _text(step.watchlist)))
        rest = _rest(step.world)
        if rest != self._mark.rest:
            rows.append(("world", rest))
        self._connection.executemany("INSERT OR REPLACE INTO state (name, data) VALUES (?, ?)", rows)
        self._connection.executemany("INSERT OR REPLACE INTO memory (name, data) VALUES (?, ?)", step.memory.items())
        self._connection.executemany("DELETE FROM memory WHERE name = ?", [(name,) for name, note in step.memory.items() if not note])

    def _write_told(self, step: Step) -> None:
        execute = self._connection.executemany
        notices = [(notice.id, notice.trouble, notice.at.timestamp(), _text(notice)) for notice in step.notices]
        execute("INSERT INTO notices (id, trouble, at, data) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", notices)
        outgoing = [(notice.id, way) for notice in step.notices for way in step.ways]
        execute("INSERT INTO outbox (notice, way) VALUES (?, ?) ON CONFLICT (notice, way) DO NOTHING", outgoing)
        execute("INSERT INTO suppressed (at, data) VALUES (?, ?)", [(item.at.timestamp(), _text(item)) for item in step.suppressed])
        turns = [
            (turn.at.timestamp(), turn.route, turn.was, verdict.health, verdict.fault, verdict.confidence, verdict.reason, verdict.incident)
            for turn in step.turns
            for verdict in (turn.verdict,)
        ]
        execute("INSERT INTO health (at, route, was, now, fault, confidence, reason, incident) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", turns)

    def _write_watched(self, now: float) -> tuple[int, float]:
        """Say that the engine looks at `now`: the row of this stretch and up to when it is written, in seconds since 1970."""
        known = self._watched
        if known is None or not -WATCHED_GAP < now - known[1] < WATCHED_GAP:
            added = self._connection.execute("INSERT INTO watched (start, until) VALUES (?, ?)", (now, now))
            return int(added.lastrowid or 0), now
        if now - known[1] < WATCHED_EACH:
            return known
        self._connection.execute("UPDATE watched SET until = ? WHERE number = ?", (now, known[0]))
        return known[0], now

    def _prune(self, now: datetime) -> None:
        self._until_prune -= 1
        if self._until_prune > 0:
            return
        self._until_prune = _PRUNE_EVERY
        self._connection.execute("DELETE FROM calls WHERE at < ?", ((now - CALLS_FOR).timestamp(),))
        self._connection.execute("DELETE FROM watched WHERE until < ?", ((now - CALLS_FOR).timestamp(),))
        most = (("calls", CALLS_MOST), ("suppressed", SUPPRESSED_MOST), ("health", HEALTH_MOST))
        for table, rows in most:
            self._connection.execute(f"DELETE FROM {table} WHERE number <= (SELECT max(number) FROM {table}) - ?", (rows,))  # noqa: S608 - names of ours
        self._connection.execute(
            "DELETE FROM notices WHERE number <= (SELECT max(number) FROM notices) - ? AND id NOT IN (SELECT notice FROM outbox WHERE state = 'pending')",
            (NOTICES_MOST,),
        )

    def _calls(self, now: datetime, problems: list[str]) -> dict[str, tuple[Call, ...]]:
        query = "SELECT key, data FROM calls WHERE at >= ? ORDER BY at, key"
        found: dict[str, list[Call]] = {}
        for _, call in self._rows(Call, query, problems, (now - CALLS_AGE).timestamp()):
            found.setdefault(call_route(call).canonical, []).append(call)
        return {route: tuple(calls[-CALLS_KEPT:]) for route, calls in found.items()}

    def _state(self, kind: type[T], name: str, problems: list[str]) -> T | None:
        text = self._one("SELECT data FROM state WHERE name = ?", name)
        return _read(kind, text, problems, name) if text else None

    def _rows(self, kind: type[T], query: str, problems: list[str], *values: object) -> Iterable[tuple[str, T]]:
        for name, text in self._connection.execute(query, values).fetchall():
            value = _read(kind, text, problems, str(name))
            if value is not None:
                yield name, value

    def _one(self, query: str, *values: object) -> str | None:
        row = self._connection.execute(query, values).fetchone()
        return str(row[0]) if row and row[0] is not None else None


def _begin_anew(path: Path, now: datetime, error: sqlite3.Error) -> str:
    """Put the broken file out of the way; the sentence that says so."""
    aside = move_aside(path, now)
    sentence = f"{path}: the store was broken ({error}) and is now {aside.name}; a new one was begun, and what it held is not shown"
    _logger.error("%s", sentence)
    return sentence


def _text(value: object) -> str:
    return json.dumps(encode(value), ensure_ascii=True, separators=(",", ":"))


def _rest(world: World) -> str:
    """The small parts of the world, which are written as one."""
    return _text(replace(world, incidents={}, feeds={}, calls={}))


def _read(kind: type[T], text: str, problems: list[str], name: str) -> T | None:
    try:
        return decode(kind, json.loads(text))
    except (DataError, ValueError, TypeError) as error:
        problems.append(f"stored by another version and left out: {name[:80]} ({type(error).__name__})")
        return None


def _new_calls(known: tuple[Call, ...], calls: tuple[Call, ...]) -> Iterator[Call]:
    keys = {call.key for call in known}
    return (call for call in calls if call.key not in keys)

"""The store's file: its tables, one migration a version, and how it is opened, brought up to date or refused.

A migration is never changed once released; a new one is added at the end.
"""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from statuswatch.core.errors import StatuswatchError
from statuswatch.core.moment import format_time

_BUSY_SECONDS = 2.0
_WAL_PAGES_MOST = 8000

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE incidents (key TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE feeds (name TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE calls (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at REAL NOT NULL, route TEXT NOT NULL, data TEXT NOT NULL);
    CREATE INDEX calls_by_time ON calls (at);
    CREATE TABLE state (name TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE memory (name TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE notices (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, trouble TEXT NOT NULL, at REAL NOT NULL, data TEXT NOT NULL);
    CREATE TABLE outbox (
        number INTEGER PRIMARY KEY,
        notice TEXT NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
        way TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'given_up')),
        attempts INTEGER NOT NULL DEFAULT 0,
        handle TEXT,
        detail TEXT NOT NULL DEFAULT '',
        UNIQUE (notice, way)
    );
    CREATE INDEX outbox_pending ON outbox (state) WHERE state = 'pending';
    CREATE TABLE suppressed (number INTEGER PRIMARY KEY, at REAL NOT NULL, data TEXT NOT NULL);
    CREATE TABLE health (number INTEGER PRIMARY KEY, at REAL NOT NULL, route TEXT NOT NULL, was TEXT, now TEXT NOT NULL, fault TEXT NOT NULL,
                         confidence TEXT NOT NULL, reason TEXT NOT NULL, incident TEXT);
    CREATE INDEX health_by_route ON health (route, at);
    """,
    """
    CREATE TABLE watched (number INTEGER PRIMARY KEY, start REAL NOT NULL, until REAL NOT NULL);
    """,
)


class StoreError(StatuswatchError):
    """The store cannot be used; the text names its file and what to do."""


class StoreTooNewError(StoreError):
    """A newer statuswatch has written the file. It is left as it is."""


def connect(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    """A checked connection to an up-to-date store; raises sqlite3.DatabaseError for a broken file, StoreTooNewError for a newer one."""
    # Made here, so that it is never for a moment readable by others; SQLite gives its companions the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    # A row with damaged text is to be left out by its reader, not to end the reading of all others.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        # The store syncs between steps, not in the middle of the one that is to be told (`Store.tidy`); this is for the case that it never comes to it.
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES_MOST}")
        connection.execute("PRAGMA foreign_keys = ON")
        _check(connection)
        _migrate(connection, path, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("its pages do not fit together")


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(migrations):
        raise StoreTooNewError(
            f"{path}: written by a newer statuswatch (version {version} of the store, this one knows {len(migrations)}); "
            "upgrade statuswatch, or move the file away to begin a new one"
        )
    if 0 < version < len(migrations):
        _back_up(connection, path.with_name(f"{path.name}.v{version}"))
    for number, script in enumerate(migrations[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)


def move_aside(path: Path, now: datetime) -> Path:
    """Put a broken store out of the way, whole, for whoever wants to look at it."""
    aside = path.with_name(f"{path.name}.broken-{format_time(now).replace(':', '')}")
    path.replace(aside)
    for companion in ("-wal", "-shm"):
        path.with_name(path.name + companion).unlink(missing_ok=True)
    return aside

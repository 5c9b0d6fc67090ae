"""Reads from the store how each notice was told, way by way. On a connection of its own that cannot write; an engine need not run for it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_BUSY_SECONDS = 2.0
_MOST = 2000
_ROWS = "SELECT notice, way, state, attempts, detail FROM outbox ORDER BY number DESC LIMIT ?"


@dataclass(frozen=True, slots=True)
class Told:
    """One way and one notice. `state`: `pending`, `delivered` or `given_up`; `tried`: how often it was tried; `detail`: the way's own sentence, or why not."""

    way: str
    state: str
    tried: int
    detail: str


def read_deliveries(path: Path) -> Mapping[str, tuple[Told, ...]]:
    """The ways of each notice that the store still knows, by the notice's id. Nothing where there is no store, or none that can be read."""
    found: dict[str, tuple[Told, ...]] = {}
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            for notice, way, state, tried, detail in connection.execute(_ROWS, (_MOST,)):
                found[str(notice)] = (Told(str(way), str(state), tried if isinstance(tried, int) else 0, str(detail)), *found.get(str(notice), ()))
    except sqlite3.Error:
        return {}
    return found

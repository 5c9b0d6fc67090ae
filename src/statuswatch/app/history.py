"""`statuswatch history`: the verb with what only the engine has, its way of reading the store. An engine need not run for it."""

from datetime import datetime
from pathlib import Path

from statuswatch.config import paths
from statuswatch.core.history import History
from statuswatch.engine.history import read_history
from statuswatch.surfaces.cli.history import run as show


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    return show(argv, recall)


def recall(routes: tuple[str, ...], now: datetime, days: int) -> History:
    """The past of `routes` from the store of this home, read without writing."""
    return read_history(Path(paths.store_file()), routes, now, days)

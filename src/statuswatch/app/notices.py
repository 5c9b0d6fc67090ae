"""`statuswatch notices`: the verb with what only the engine has, how each notice was told. An engine need not run for it."""

from collections.abc import Mapping
from pathlib import Path

from statuswatch.config import paths
from statuswatch.engine.deliveries import read_deliveries
from statuswatch.surfaces.cli.notices import Way
from statuswatch.surfaces.cli.notices import run as show


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    return show(argv, deliveries)


def deliveries() -> Mapping[str, tuple[Way, ...]]:
    """How each notice of this home was told, by its id."""
    found = read_deliveries(Path(paths.store_file()))
    return {notice: tuple(Way(told.way, told.state, told.tried, told.detail) for told in ways) for notice, ways in found.items()}

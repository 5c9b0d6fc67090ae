"""`statuswatch doctor`: the verb with a look at what only `notify` knows, the ways of telling a person."""

import asyncio

from statuswatch.notify.registry import look
from statuswatch.surfaces.cli.doctor import run as examine


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    return examine(argv, ways)


def ways() -> tuple[tuple[str, bool, str], ...]:
    """Each way with whether it works now and a sentence. A service that is not running is not started for it."""
    return asyncio.run(look())

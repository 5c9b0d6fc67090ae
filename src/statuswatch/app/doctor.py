"""`statuswatch doctor`: the verb with a look at what only `notify` knows, the ways of telling a person."""

import asyncio

from statuswatch.app.telling import options, wanted
from statuswatch.config import paths
from statuswatch.config.load import load_config
from statuswatch.config.model import Config
from statuswatch.core.errors import StatuswatchError
from statuswatch.notify.registry import look
from statuswatch.surfaces.cli.doctor import run as examine


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    return examine(argv, ways)


def ways() -> tuple[tuple[str, bool, str], ...]:
    """Each way that is on with whether it works now and a sentence. A service that is not running is not started for it."""
    try:
        config = load_config(paths.config_file())
    except StatuswatchError:  # told by its own line
        config = Config()
    return asyncio.run(look(wanted(config), options(config)))

"""`statuswatch providers add`: the verb with the engine's own way of fetching."""

from statuswatch.app.feed import fetch
from statuswatch.engine.fetch import quiet_library_logs
from statuswatch.surfaces.cli.adding import run as add


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    quiet_library_logs()
    return add(argv, fetch)

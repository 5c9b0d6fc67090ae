"""`statuswatch feed`: the verb with the engine's own way of fetching, so that a look by hand reads what the engine would read."""

import asyncio
from urllib.parse import urlsplit

from statuswatch.core.health import FeedState
from statuswatch.engine.fetch import Fetched, Fetcher, FetchFailed, Request, quiet_library_logs
from statuswatch.surfaces.cli.feed import run as show
from statuswatch.surfaces.cli.looking import RefusedError


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    quiet_library_logs()
    return show(argv, fetch)


def fetch(url: str) -> tuple[bytes, str]:
    """The body at `url` and its content type. Raises RefusedError with a sentence where there is none to be had, ConnectionError where nobody answered."""
    return asyncio.run(_fetch(url))


async def _fetch(url: str) -> tuple[bytes, str]:
    fetcher = Fetcher()
    try:
        outcome = await fetcher.fetch(Request(url, hosts=frozenset({urlsplit(url).hostname or ""})))
    finally:
        await fetcher.close()
    if isinstance(outcome, Fetched):
        return outcome.data, outcome.content_type
    if isinstance(outcome, FetchFailed) and outcome.transport:
        raise ConnectionError(outcome.detail)
    if isinstance(outcome, FetchFailed):
        raise RefusedError(outcome.detail, outcome.state)
    raise RefusedError(f"{url}: not modified, though nothing was known of it", FeedState.UNREADABLE)

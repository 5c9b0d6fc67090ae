"""`statuswatch providers`: the verb with what only the engine has: its way of fetching, so that a check by hand asks as the engine would."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from statuswatch.catalog.model import FeedSpec
from statuswatch.core.health import FeedState
from statuswatch.surfaces.cli.checking import Answered, Came, Missed
from statuswatch.surfaces.cli.providers import run as show

if TYPE_CHECKING:
    from statuswatch.engine.fetch import Fetcher

FURTHER: Mapping[str, str] = {"add": "statuswatch.app.adding:run"}
"""Verbs below this one that live in modules of their own: name to `module:function` that takes the words behind the verb."""

HOSTS_AT_ONCE = 6


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    verb = next((word for word in argv if not word.startswith("-")), "")
    if verb in FURTHER:
        module, _, function = FURTHER[verb].partition(":")
        words = list(argv)
        words.remove(verb)
        return int(getattr(import_module(module), function)(words))
    return show(argv, ask_each)


def ask_each(feeds: Sequence[FeedSpec], answered: Answered) -> None:
    """Fetch each of `feeds` once, as the engine does: a few hosts at a time, one request at a time to each. `answered` hears of each answer as it comes."""
    import asyncio

    from statuswatch.engine.fetch import quiet_library_logs

    quiet_library_logs()
    asyncio.run(_ask_all(feeds, answered))


async def _ask_all(feeds: Sequence[FeedSpec], answered: Answered) -> None:
    import asyncio

    from statuswatch.engine.fetch import Fetcher

    by_host: dict[str, list[FeedSpec]] = {}
    for feed in feeds:
        by_host.setdefault(urlsplit(feed.urls[0]).netloc, []).append(feed)
    fetcher, at_once = Fetcher(), asyncio.Semaphore(HOSTS_AT_ONCE)

    async def one_host(waiting: Sequence[FeedSpec]) -> None:
        async with at_once:
            for feed in waiting:
                answered(feed, await _ask(fetcher, feed))

    try:
        async with asyncio.TaskGroup() as group:
            for waiting in by_host.values():
                group.create_task(one_host(waiting))
    finally:
        await fetcher.close()


async def _ask(fetcher: "Fetcher", feed: FeedSpec) -> Came | Missed:
    """The first address that answers; else what became of the first one."""
    from statuswatch.engine.fetch import Fetched, FetchFailed, Request

    hosts = frozenset(host for host in (urlsplit(url).hostname for url in feed.urls) if host)
    missed = None
    for url in feed.urls:
        outcome = await fetcher.fetch(Request(url, hosts))
        if isinstance(outcome, Fetched):
            return Came(outcome.data, outcome.content_type, outcome.url)
        if isinstance(outcome, FetchFailed):
            missed = missed or Missed(outcome.state, outcome.detail)
    return missed or Missed(FeedState.UNREADABLE, "answered that nothing changed, though nothing was known of it")

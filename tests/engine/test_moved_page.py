"""A page that moves to another product while it is polled: over real HTTP, with the real parsers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from statuswatch.catalog.model import FeedSpec
from statuswatch.core.health import FeedState
from statuswatch.core.observation import FeedFailed, Observation, PageRead
from statuswatch.core.politeness import Allowance
from statuswatch.core.schedule import DueReason, Pace
from statuswatch.engine.clock import SystemClock
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.poller import Poller
from statuswatch.sources.detect import reread
from statuswatch.sources.formats import parser_for
from support.payloads import SAMPLES, sample
from support.server import Answer, status_server

_WHEN_ASKED = Pace(3600.0, 3600.0, 3600.0, least_s=0.0, allowance=Allowance(burst=10_000))
Swap = Callable[[bytes], Awaitable[Observation]]


@pytest.fixture
async def swap() -> AsyncIterator[Swap]:
    """Serves a Statuspage summary; gives a function that serves something else at the same address and returns what the next read makes of it."""
    async with status_server() as server:
        url = server.serve("/page", Answer(body=sample(SAMPLES["statuspage-summary"][0]).data))
        inbox, fetcher = Inbox(), Fetcher()
        poller = Poller(
            [FeedSpec("acme", "acme", "statuspage-summary", (url,), ("acme",))], fetcher, SystemClock(), inbox, parser_for, _WHEN_ASKED, reread=reread
        )
        running = asyncio.create_task(poller.run())
        (first,) = await inbox.take(1)
        assert isinstance(first.observation, PageRead)

        async def serve(body: bytes) -> Observation:
            server.serve("/page", Answer(body=body))
            poller.hurry(DueReason.ASKED)
            (arrival,) = await asyncio.wait_for(inbox.take(1), 60)
            return arrival.observation

        yield serve
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await fetcher.close()


@pytest.mark.parametrize("name", ["betterstack", "instatus-summary", "incidentio", "checkly", "datadog", "statusio", "statuspage-history"])
async def test_a_body_of_another_product_at_the_same_address_is_read_at_the_next_poll(swap: Swap, name: str) -> None:
    seen = await swap(sample(SAMPLES[name][0]).data)
    assert isinstance(seen, PageRead), seen
    assert seen.page.format == name
    assert seen.page.incidents == parser_for(name)(sample(SAMPLES[name][0])).incidents
    assert f"is {name}" in seen.page.problems[-1]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<!DOCTYPE html><html><title>Our new home $(id) \x1b[2J</title></html>", "a web page of"),
        (b'{"status": 500, "error": "Internal Server Error"}', "JSON of 49 bytes"),
        (b"[]", "JSON of 2 bytes"),
        (b"", "of 0 bytes"),
        (b'{"page": {"id": "p"', "of 19 bytes"),
        (b"\x00\xff\xfe" * 100, "of 300 bytes"),
    ],
)
async def test_what_is_no_status_page_any_more_is_unreadable_at_the_next_poll_by_kind_and_size(swap: Swap, body: bytes, kind: str) -> None:
    seen = await swap(body)
    assert isinstance(seen, FeedFailed)
    assert seen.state is FeedState.UNREADABLE
    assert kind in seen.detail
    assert not set(seen.detail) & set("\x1b$<>")
    back = await swap(sample(SAMPLES["statuspage-summary"][0]).data + b" ")
    assert isinstance(back, PageRead)
    assert back.page.format == "statuspage-summary"

"""The poller on a loop whose time jumps: what is asked, when, and what it means."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest

from statuswatch.core.health import FeedState
from statuswatch.core.observation import FeedFailed, PageRead, PageUnchanged
from statuswatch.core.schedule import DueReason
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.poller import MEMORY, Attention, Poller, Remembered, keep, recall
from support.enginekit import START, feed, feed_body, loop_clock, read_feed
from support.faketransport import FakeTransport, body, slowly

pytestmark = pytest.mark.looptime


class Desk:
    """A poller with its inbox and its transport."""

    def __init__(self, answering, feeds=None, memory=None, parse=read_feed):
        self.transport = FakeTransport(answering)
        self.inbox = Inbox()
        self.clock = loop_clock()
        self.fetcher = Fetcher(lambda _origin: self.transport)
        self.poller = Poller(feeds or (feed(),), self.fetcher, self.clock, self.inbox, lambda _format: parse, memory=memory)
        self._task = None

    async def __aenter__(self):
        self._task = asyncio.create_task(self.poller.run())
        return self

    async def __aexit__(self, *_exc):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.fetcher.close()

    async def next(self):
        (arrival,) = await self.inbox.take(1)
        return arrival

    async def drain(self):
        """Let arrivals flow without looking at them."""
        while True:
            await self.inbox.take()


def seconds() -> float:
    return asyncio.get_running_loop().time()


async def test_a_feed_is_read_at_once_and_then_at_the_unwatched_pace():
    async with Desk(lambda _r: body(feed_body(("i1", "investigating")))) as desk:
        first = await desk.next()
        assert isinstance(first.observation, PageRead)
        assert first.observation.page.incidents[0].id == "i1"
        assert seconds() == pytest.approx(0, abs=0.1)
        assert desk.poller.plan()["acme"].reason is DueReason.UNWATCHED
        assert desk.poller.plan()["acme"].at == START + timedelta(seconds=180)
        await desk.next()
        assert seconds() == pytest.approx(180, abs=0.1)


async def test_the_same_bytes_are_not_parsed_twice():
    parsed = []

    def parse(found):
        parsed.append(found.data)
        return read_feed(found)

    async with Desk(lambda _r: body(feed_body()), parse=parse) as desk:
        assert isinstance((await desk.next()).observation, PageRead)
        assert isinstance((await desk.next()).observation, PageUnchanged)
        assert isinstance((await desk.next()).observation, PageUnchanged)
        assert len(parsed) == 1


async def test_the_next_request_is_conditional_also_after_a_restart():
    def answer(request):
        return httpx.Response(304) if request.headers.get("if-none-match") == '"v1"' else body(feed_body(), headers={"ETag": '"v1"'})

    async with Desk(answer) as desk:
        memory = (await desk.next()).memory
        assert list(memory) == [MEMORY + "acme"]
        assert isinstance((await desk.next()).observation, PageUnchanged)
    async with Desk(answer, memory=memory) as desk:
        assert isinstance((await desk.next()).observation, PageUnchanged)


async def test_memory_of_another_version_is_not_believed_because_its_parser_was_another():
    stored = keep(Remembered("https://status.acme.example/feed", '"v1"', None, "digest"))
    assert recall(stored).etag == '"v1"'
    assert recall(stored.replace('["', '["0.0.0-')) == Remembered()
    assert recall("{") == recall(None) == recall('["a"]') == recall("7") == Remembered()


async def test_ten_slow_feeds_are_read_side_by_side():
    feeds = tuple(feed(f"p{n}", (f"https://p{n}.example/feed",)) for n in range(10))
    async with Desk(lambda _r: slowly(5, body(feed_body())), feeds) as desk:
        for _ in feeds:
            await desk.next()
        assert seconds() == pytest.approx(5, abs=0.5)
        assert desk.transport.most_at_once == 10


async def test_a_failed_call_hurries_its_providers_feeds_and_no_others():
    feeds = (feed("acme"), feed("bolt", ("https://bolt.example/feed",)))
    async with Desk(lambda _r: body(feed_body()), feeds) as desk:
        await desk.next()
        await desk.next()
        await asyncio.sleep(60)
        desk.poller.hurry(DueReason.CALL_FAILED, "acme")
        assert desk.poller.plan()["acme"].reason is DueReason.CALL_FAILED
        assert (await desk.next()).observation.feed == "acme"
        assert seconds() == pytest.approx(60, abs=0.1)
        assert desk.transport.seen.count("https://bolt.example/feed") == 1


async def test_many_triggers_are_one_read_and_none_follows_within_the_least_gap():
    async with Desk(lambda _r: slowly(2, body(feed_body()))) as desk:
        await desk.next()
        await asyncio.sleep(60)
        for _ in range(50):
            desk.poller.hurry(DueReason.CALL_FAILED, "acme")
        await asyncio.sleep(1)  # the read is under way: more triggers are already being answered
        for _ in range(50):
            desk.poller.hurry(DueReason.CALL_FAILED, "acme")
        await desk.next()
        assert len(desk.transport.seen) == 2
        started = seconds()
        desk.poller.hurry(DueReason.CALL_FAILED, "acme")
        await desk.next()
        assert len(desk.transport.seen) == 3
        assert seconds() - started == pytest.approx(15, abs=1)


async def test_a_feed_that_covers_the_failing_provider_is_hurried_too():
    async with Desk(lambda _r: body(feed_body()), (feed("cloud", covers=("cloud", "acme")),)) as desk:
        await desk.next()
        await asyncio.sleep(30)
        desk.poller.hurry(DueReason.CALL_FAILED, "acme")
        await desk.next()
        assert seconds() == pytest.approx(30, abs=0.1)


async def test_trouble_and_watchers_make_it_read_more_often():
    async with Desk(lambda _r: body(feed_body())) as desk:
        desk.poller.attend(lambda: Attention(frozenset({"acme"}), 0))
        await desk.next()
        await desk.next()
        assert seconds() == pytest.approx(30, abs=0.1)
        desk.poller.attend(lambda: Attention(frozenset(), 2))
        desk.poller.reconsider()
        await desk.next()
        assert seconds() == pytest.approx(90, abs=0.1)


async def test_a_refused_reader_tries_the_other_address_and_stays_with_it():
    urls = ("https://main.example/feed", "https://other.example/feed")

    def answer(request):
        return httpx.Response(403) if request.url.host == "main.example" else body(feed_body())

    async with Desk(answer, (feed("acme", urls),)) as desk:
        assert isinstance((await desk.next()).observation, PageRead)
        assert isinstance((await desk.next()).observation, PageUnchanged)
        assert desk.transport.seen == [*urls, urls[1]]
        while desk.transport.seen.count(urls[0]) < 2:
            await desk.next()
        assert 900 <= seconds() <= 1200


async def test_a_page_that_cannot_be_read_at_any_address_is_a_failure_with_the_first_ones_reason():
    urls = ("https://main.example/feed", "https://other.example/feed")

    def answer(request):
        if request.url.host == "main.example":
            return httpx.Response(405, headers={"x-amzn-waf-action": "captcha"})
        raise httpx.ConnectError("no")

    async with Desk(answer, (feed("acme", urls),)) as desk:
        failed = (await desk.next()).observation
        assert isinstance(failed, FeedFailed)
        assert (failed.state, failed.transport) == (FeedState.BLOCKED, False)
        assert "main.example" in failed.detail


async def test_a_dead_network_is_told_as_transport():
    def answer(_request):
        raise httpx.ConnectError("no route")

    async with Desk(answer) as desk:
        failed = (await desk.next()).observation
        assert (failed.state, failed.transport) == (FeedState.UNREACHABLE, True)


async def test_a_blocked_feed_is_left_alone_for_long_even_when_calls_fail():
    async with Desk(lambda _r: httpx.Response(403)) as desk:
        await desk.next()
        await asyncio.sleep(60)
        desk.poller.hurry(DueReason.CALL_FAILED, "acme")
        await desk.next()
        assert seconds() >= 900


async def test_the_servers_wish_is_kept():
    async with Desk(lambda _r: httpx.Response(503, headers={"Retry-After": "1000"})) as desk:
        await desk.next()
        assert desk.poller.plan()["acme"].reason is DueReason.SERVER_SAYS
        await desk.next()
        assert seconds() == pytest.approx(1000, abs=1)


async def test_an_unreadable_body_is_a_failure_that_names_address_and_format_and_is_parsed_again_next_time():
    bodies = [b"<html>secret-words", b"<html>secret-words", feed_body()]

    async with Desk(lambda _r: body(bodies.pop(0))) as desk:
        for _ in range(2):
            arrival = await desk.next()
            assert arrival.observation.state is FeedState.UNREADABLE
            assert "status.acme.example/feed" in arrival.observation.detail
            assert "expected test" in arrival.observation.detail
            assert "secret-words" not in arrival.observation.detail
            assert not arrival.memory
        assert isinstance((await desk.next()).observation, PageRead)


async def test_a_parser_that_breaks_is_one_failed_read_and_its_words_stay_out_of_the_log(caplog):
    def parse(_body):
        raise KeyError("words of the feed")

    feeds = (feed("acme"), feed("bolt", ("https://bolt.example/feed",)))
    async with Desk(lambda _r: body(feed_body()), feeds, parse=parse) as desk:
        observations = [(await desk.next()).observation for _ in range(3)]
    assert all(isinstance(observation, FeedFailed) for observation in observations)
    assert "KeyError" in caplog.text
    assert "words of the feed" not in caplog.text


async def test_an_old_answer_from_a_cache_carries_its_age():
    async with Desk(lambda _r: body(feed_body(), headers={"Age": "1200"})) as desk:
        read = (await desk.next()).observation
        assert read.page.as_of == read.at - timedelta(seconds=1200)
        unchanged = (await desk.next()).observation
        assert unchanged.as_of == unchanged.at - timedelta(seconds=1200)


async def test_a_clock_that_is_put_back_does_not_stop_the_polling():
    async with Desk(lambda _r: body(feed_body())) as desk:
        await desk.next()
        wall = desk.clock._wall
        desk.clock._wall = lambda: wall() - timedelta(days=2)
        await desk.next()
        assert seconds() == pytest.approx(180, abs=0.1)
        assert desk.poller.plan()["acme"].at == START - timedelta(days=2) + timedelta(seconds=360)


async def test_a_simulated_day_of_two_feeds_passes_in_a_moment():
    feeds = tuple(feed(f"p{n}", (f"https://p{n}.example/feed",)) for n in range(2))
    began = time.perf_counter()
    async with Desk(lambda _r: httpx.Response(304), feeds) as desk:
        draining = asyncio.create_task(desk.drain())
        await asyncio.sleep(86400)
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
    assert len(desk.transport.seen) == 2 * 480
    assert time.perf_counter() - began < 60  # a guard against real sleeping, no measure of speed

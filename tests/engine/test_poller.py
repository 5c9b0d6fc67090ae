"""The poller on a loop whose time jumps: what is asked, when, and what it means."""

import asyncio
import time
from datetime import timedelta
from email.utils import formatdate

import httpx
import pytest

from statuswatch.catalog.model import FeedSpec
from statuswatch.core.health import FeedState, Health
from statuswatch.core.incident import Page, Unreadable, UnreadableReason
from statuswatch.core.notice import Policy, Told
from statuswatch.core.observation import CallSeen, FeedFailed, PageRead, PageUnchanged
from statuswatch.core.schedule import DueReason
from statuswatch.core.world import World
from statuswatch.engine.course import Course
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.poller import MEMORY, Attention, Poller
from statuswatch.engine.reading import Remembered, keep, recall
from statuswatch.engine.store import Stored
from statuswatch.sources.health import parse as parse_health
from support.enginekit import KNOWLEDGE, START, WATCHLIST, call, feed, feed_body, incident, loop_clock, read_feed
from support.faketransport import FakeTransport, body, slowly

pytestmark = pytest.mark.looptime


class Desk:
    """A poller with its inbox and its transport."""

    def __init__(self, answering, feeds=None, memory=None, parse=read_feed, reread=None, remember=None):
        self.transport = FakeTransport(answering)
        self.inbox = Inbox()
        self.clock = loop_clock()
        self.fetcher = Fetcher(lambda _origin: self.transport)
        parser_for = parse if isinstance(parse, dict) else {"test": parse}
        given = {name: value for name, value in (("reread", reread), ("remember", remember)) if value is not None}
        self.poller = Poller(feeds or (feed(),), self.fetcher, self.clock, self.inbox, parser_for.__getitem__, memory=memory, **given)
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
        assert list(memory) == [MEMORY + "acme", "host:status.acme.example"]
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
        assert seconds() == pytest.approx(60, abs=0.1)


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


async def test_an_unreadable_body_is_a_failure_that_names_what_came_and_is_parsed_once():
    bodies = [b"<html>secret-words", b"<html>secret-words", feed_body()]
    parsed = []

    def parse(found):
        parsed.append(found.data)
        return read_feed(found)

    async with Desk(lambda _r: body(bodies.pop(0)), parse=parse) as desk:
        for _ in range(2):
            arrival = await desk.next()
            assert arrival.observation.state is FeedState.UNREADABLE
            assert "status.acme.example/feed" in arrival.observation.detail
            assert "something else than test came" in arrival.observation.detail
            assert "secret-words" not in arrival.observation.detail
            assert MEMORY + "acme" not in arrival.memory
        assert isinstance((await desk.next()).observation, PageRead)
    assert len(parsed) == 2


def _moved(body):
    """A parser of another product's format."""
    if not body.data.startswith(b"moved"):
        return Unreadable(UnreadableReason.WRONG_SHAPE, "it lacks what it needs", len(body.data))
    return Page(body.provider, "other", Health.OK, incidents=(incident(body.provider, "new-1"),))


async def test_a_page_that_moved_to_another_product_is_read_anew_within_the_same_poll(caplog):
    bodies = [feed_body(("i1", "investigating")), b"moved: trouble", b"moved: trouble again", feed_body(("i2", "resolved"))]
    asked = []

    def reread(came, expected):
        asked.append((came.data, expected))
        return _moved(came)

    parsers = {"test": read_feed, "other": _moved}
    async with Desk(lambda _r: body(bodies.pop(0)), parse=parsers, reread=reread) as desk:
        assert (await desk.next()).observation.page.format == "test"
        moved = await desk.next()
        assert isinstance(moved.observation, PageRead)
        assert (moved.observation.page.format, moved.observation.page.incidents[0].id) == ("other", "new-1")
        view = desk.poller.facts()["acme"]
        assert (view.format, view.moved) == ("other", True)
        assert recall(moved.memory[MEMORY + "acme"]).format == "other"
        assert (await desk.next()).observation.page.format == "other"
        assert asked == [(b"moved: trouble", "test")]  # known by now, also after a restart
        assert (await desk.next()).observation.page.format == "test"
        assert desk.poller.facts()["acme"].moved is False
    assert "acme: read as other from now on" in caplog.text


async def test_fifty_failed_calls_in_one_step_are_one_read():
    stored = Stored(World(), Told(), WATCHLIST, {})
    async with Desk(lambda _r: body(feed_body())) as desk:
        await desk.next()
        await asyncio.sleep(60)
        now = desk.clock.now()
        course = Course(KNOWLEDGE, Policy(), WATCHLIST, stored, desk.poller.urls, now.at)
        hurries = [course.take(CallSeen(now.at, call(number, now.at)), now) for number in range(50)]
        assert hurries == [(DueReason.CALL_FAILED, "acme")] * 50
        for hurry in hurries:
            desk.poller.hurry(*hurry)
        await desk.next()
        await asyncio.sleep(20)
        assert len(desk.transport.seen) == 2
        assert seconds() == pytest.approx(80, abs=0.1)


async def test_a_person_who_made_no_call_for_an_hour_and_looks_at_nothing_is_idle():
    async with Desk(lambda _r: body(feed_body())) as desk:
        now = desk.clock.now()
        course = Course(KNOWLEDGE, Policy(), WATCHLIST, Stored(World(), Told(), WATCHLIST, {}), desk.poller.urls, now.at)
        later = now.plus(3700)
        course.conclude(later, {}, ())
        assert course.attention(0).idle is False  # whose calls are not seen is never taken to be away
        course.take(CallSeen(now.at, call(1, now.at, ok=True)), now)
        course.conclude(now.plus(3500), {}, ())
        assert course.attention(0).idle is False
        course.conclude(later, {}, ())
        assert (course.attention(0).idle, course.attention(1).idle) == (True, False)
        desk.poller.attend(lambda: course.attention(0))
        await desk.next()
        assert desk.poller.plan()["acme"].reason is DueReason.IDLE


async def test_what_a_page_says_of_its_copy_is_honoured_unless_a_call_fails():
    async with Desk(lambda _r: body(feed_body(), headers={"Cache-Control": "max-age=400"})) as desk:
        await desk.next()
        assert desk.poller.plan()["acme"].reason is DueReason.CACHED
        await desk.next()
        assert seconds() == pytest.approx(400, abs=0.1)
        await asyncio.sleep(20)
        desk.poller.hurry(DueReason.CALL_FAILED, "acme")
        await desk.next()
        assert seconds() == pytest.approx(420, abs=0.1)


async def test_a_copy_that_a_cache_hands_out_for_ever_is_as_old_as_its_date():
    first = START.timestamp()

    def answer(_request):
        said = min(seconds(), 200.0)  # from then on the same copy
        return body(feed_body((f"i{seconds()}", "resolved")), headers={"Date": formatdate(first + said, usegmt=True)})

    async with Desk(answer) as desk:
        read = [(await desk.next()).observation for _ in range(5)]
    ages = [(each.at - each.page.as_of).total_seconds() for each in read]
    assert ages[:2] == [0.0, 0.0]
    assert ages[2:] == pytest.approx([160, 340, 520], abs=1)


async def test_a_host_that_is_down_is_left_alone_by_all_its_feeds():
    feeds = (feed("acme", ("https://one.example/a",)), feed("acme/history", ("https://one.example/b",)), feed("bolt", ("https://two.example/feed",)))

    def answer(request):
        return httpx.Response(503) if request.url.path == "/a" else body(feed_body())

    async with Desk(answer, feeds) as desk:
        for _ in feeds:
            await desk.next()
        await asyncio.sleep(1)
        desk.poller.hurry(DueReason.CALL_FAILED)
        plan = desk.poller.plan()
        assert plan["bolt"].reason is DueReason.CALL_FAILED
        assert plan["acme"].reason is plan["acme/history"].reason is DueReason.CALL_FAILED  # /b answered after /a: the host is up
    async with Desk(lambda _r: httpx.Response(503), feeds[:2]) as desk:
        await desk.next()
        await desk.next()
        desk.poller.hurry(DueReason.CALL_FAILED)
        plan = desk.poller.plan()
        assert plan["acme"].reason is plan["acme/history"].reason is DueReason.BACKOFF
        assert plan["acme"].at == START + timedelta(seconds=60)  # the host's second failure
        assert desk.poller.facts()["acme"].host_failures == 2


async def test_a_hosts_budget_bounds_all_that_is_wanted_of_it():
    feeds = tuple(feed(f"p{n}", (f"https://one.example/{n}",)) for n in range(30))
    async with Desk(lambda _r: body(feed_body()), feeds) as desk:
        draining = asyncio.create_task(desk.drain())
        for _ in range(60):
            desk.poller.hurry(DueReason.CALL_FAILED)
            await asyncio.sleep(10)
        assert len(desk.transport.seen) <= 10 + 600 / 15
        await asyncio.sleep(1)
        assert DueReason.BUDGET in {due.reason for due in desk.poller.plan().values()}
        assert {view.budget_left for view in desk.poller.facts().values()} == {0}
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
        assert set(desk.transport.seen) == {f"https://one.example/{n}" for n in range(30)}


async def test_when_the_network_is_back_all_pages_are_read_and_not_when_their_pauses_end():
    feeds = (feed("acme"), feed("bolt", ("https://bolt.example/feed",)), feed("cole", ("https://cole.example/feed",)))
    offline = True

    def answer(_request):
        if offline:
            raise httpx.ConnectError("no route")
        return body(feed_body())

    async with Desk(answer, feeds) as desk:
        while seconds() < 3000:
            await desk.next()
        offline = False
        back = [(await desk.next()) for _ in feeds]
        began = seconds()
        while not all(isinstance(each.observation, PageRead) for each in back[-3:]):
            back.append(await desk.next())
        assert seconds() - began < 20


async def test_a_person_who_asks_is_let_to_a_host_that_did_not_answer():
    async with Desk(lambda _r: httpx.Response(500)) as desk:
        for _ in range(6):
            await desk.next()
        asked = seconds()
        await asyncio.sleep(20)
        desk.poller.hurry(DueReason.ASKED)
        await desk.next()
        assert seconds() - asked == pytest.approx(20, abs=0.1)


async def test_what_was_found_out_about_a_feed_is_there_for_whoever_asks():
    async with Desk(lambda _r: body(feed_body(), headers={"ETag": '"v1"'})) as desk:
        before = desk.poller.facts()["acme"]
        assert (before.status, before.tried_at, before.etag) == (None, None, False)
        await desk.next()
        view = desk.poller.facts()["acme"]
        assert (view.host, view.status, view.etag, view.failures, view.slot) == ("status.acme.example", 200, True, 0, 0)
        assert (view.tried_at, view.budget_left, view.format, view.moved) == (START, 9, "test", False)


async def test_how_this_machines_clock_stands_is_learnt_from_three_hosts():
    feeds = tuple(feed(f"p{n}", (f"https://p{n}.example/feed",)) for n in range(3))

    def answer(_request):
        return body(feed_body(), headers={"Date": formatdate(START.timestamp() + seconds() - 90, usegmt=True)})

    async with Desk(answer, feeds) as desk:
        for _ in feeds:
            await desk.next()
        assert desk.poller.clock_offset is None
        for _ in feeds:
            await desk.next()
        assert desk.poller.clock_offset == pytest.approx(90, abs=1)


async def test_a_thousand_feeds_wake_the_poller_as_often_as_they_are_due():
    feeds = tuple(feed(f"p{n}", (f"https://p{n}.example/feed",)) for n in range(1000))
    async with Desk(lambda _r: httpx.Response(304), feeds) as desk:
        draining = asyncio.create_task(desk.drain())
        woken = 0
        start_due = desk.poller._start_due

        def counted():
            nonlocal woken
            woken += 1
            return start_due()

        desk.poller._start_due = counted
        await asyncio.sleep(1800)
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
    assert len(desk.transport.seen) == 10_000
    assert woken <= 10_000


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


async def test_what_a_host_is_owed_outlives_the_engine():
    memory: dict[str, str] = {}
    async with Desk(lambda _r: httpx.Response(403), memory=memory, remember=memory.update) as desk:
        memory |= (await desk.next()).memory
    async with Desk(lambda _r: body(feed_body()), memory=memory) as desk:
        assert desk.poller.plan()["acme"].reason is DueReason.BLOCKED
        await desk.next()
        assert 890 <= seconds() <= 910


async def test_an_engine_that_is_started_over_and_over_keeps_to_the_hosts_budget():
    memory: dict[str, str] = {}
    asked = 0

    async def started() -> int:
        """A life of two seconds that stores none of its arrivals: it dies of the first answer."""
        async with Desk(lambda _r: body(feed_body()), memory=memory, remember=memory.update) as desk:
            await asyncio.sleep(2)
            return len(desk.transport.seen)

    for _ in range(150):
        asked += await started()
    assert asked <= 10 + seconds() / 15 + 1


async def test_a_note_of_a_host_that_cannot_be_read_or_is_from_the_future_is_no_lock():
    for note in ("{", "null", "[1]", '[1, 2, "zz", null, null, null]', '[1, 2, "blocked", "x", null, null]', '["a", 0, null, null, null, null]'):
        async with Desk(lambda _r: body(feed_body()), memory={"host:status.acme.example": note}) as desk:
            await desk.next()
            assert desk.poller.facts()["acme"].budget_left == 9
    ahead = '[10.0, 1, "blocked", "2031-03-01T12:00:00Z", "2031-03-01T12:00:00Z", "2031-03-02T12:00:00Z"]'
    async with Desk(lambda _r: body(feed_body()), memory={"host:status.acme.example": ahead}) as desk:
        began = seconds()
        await desk.next()
        assert seconds() - began == pytest.approx(900, abs=1)


async def test_a_health_check_that_answers_with_an_error_is_read_all_the_same():
    health = {"Content-Type": "application/health+json"}
    answers = [
        body(b'{"status":"pass"}', headers=health),
        body(b'{"status":"fail","checks":{"db":[{"status":"fail"}]}}', 503, health),
        body(b'{"status":"fail","checks":{"db":[{"status":"fail"}]}}', 503, {"Content-Type": "application/json"}),
        body(b'{"status":"pass"}', 503, health),  # an error that says that all is well says nothing
        body(b'{"message":"Forbidden"}', 503, health),
        body(b'{"status":"fail"}', 403, health),
        body(b'{"status":"pass"}', headers=health),
    ]
    spec = FeedSpec("acme", "acme", "health-json", ("https://status.acme.example/health",), ("acme",))
    async with Desk(lambda _r: answers.pop(0), (spec,), parse={"health-json": parse_health}) as desk:
        seen = [(await desk.next()).observation for _ in range(7)]
    assert [getattr(each, "page", None) and each.page.health for each in seen] == [Health.OK, Health.DOWN, None, None, None, None, Health.OK]
    assert isinstance(seen[2], PageUnchanged)
    assert [each.state for each in seen[3:6]] == [FeedState.UNREACHABLE, FeedState.UNREACHABLE, FeedState.BLOCKED]
    assert "answered 503" in seen[3].detail


async def test_the_body_of_an_error_is_no_feed_of_another_format():
    async with Desk(lambda _r: body(feed_body(("i1", "resolved")), 503, {"Content-Type": "application/json"})) as desk:
        failed = (await desk.next()).observation
    assert (failed.state, failed.transport) == (FeedState.UNREACHABLE, False)

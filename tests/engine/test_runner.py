"""The engine's loop: real core, real store, real files; feeds and pop-ups are stand-ins, and time jumps."""

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx
import pytest

from statuswatch.core.health import FeedState, Health
from statuswatch.core.ids import parse_route
from statuswatch.core.notice import NoticeKind, Policy
from statuswatch.core.observation import CallSeen, Command, CommandKind, FeedFailed
from statuswatch.core.watchlist import Watch, WatchSource
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.poller import Poller
from statuswatch.engine.publish import Outlets, Publisher
from statuswatch.engine.runner import Engine, Parts
from statuswatch.engine.store import Store
from support.enginekit import KNOWLEDGE, START, WATCHLIST, call, feed, feed_body, loop_clock, loop_scaled_clock, read_feed
from support.faketransport import FakeTransport, body
from support.processes import interruptible

pytestmark = pytest.mark.looptime
ROUTE = "acme/api:big-1"


@dataclass(frozen=True)
class Shown:
    ok: bool = True
    handle: str | None = "1"
    detail: str = ""


@dataclass
class Screen:
    """A way of telling that remembers what it showed; `answers` are used up first."""

    answers: list = field(default_factory=list)
    shown: list = field(default_factory=list)
    tried: int = 0

    async def deliver(self, notice, replaces):
        self.tried += 1
        answer = self.answers.pop(0) if self.answers else Shown(handle=str(self.tried))
        if isinstance(answer, Exception):
            raise answer
        if answer.ok:
            self.shown.append((notice.kind, notice.id, replaces))
        return answer

    @property
    def loud(self):
        """Without amendments, which appear silently."""
        return [kind for kind, _, _ in self.shown if kind is not NoticeKind.AMENDED]


BOTH = WATCHLIST.with_watch(Watch(parse_route("bolt/api:small-2"), WatchSource.CONFIGURED))


class House:
    """An engine with all its parts in a folder; entering starts it, leaving stops it as a signal would."""

    def __init__(self, home, screen=None, answering=None, clock=None, feeds=None, **parts):
        self.home = home
        self.screen = screen or Screen()
        self.clock = clock or loop_clock()
        self.inbox = Inbox()
        self.transport = FakeTransport(answering or (lambda _r: body(feed_body())))
        self.fetcher = Fetcher(lambda _origin: self.transport)
        self.store = Store.open(home / "state" / "store.db", self.clock.now().at)
        self.stored = self.store.load(self.clock.now().at)
        poller = Poller(feeds or (feed(), feed("bolt", ("https://bolt.example/feed",))), self.fetcher, self.clock, self.inbox, lambda _f: read_feed)
        run = home / "run"
        publisher = Publisher(Outlets(run / "snapshot.json", run / "status.txt", run / "prompt"), lambda s: s.summary.headline)
        given = {"knowledge": KNOWLEDGE, "watchlist": WATCHLIST, "policy": Policy(), "ways": {"screen": self.screen}} | parts
        self.parts = Parts(self.clock, store=self.store, stored=self.stored, inbox=self.inbox, poller=poller, publisher=publisher, **given)
        self.engine = Engine(self.parts)

    async def __aenter__(self):
        self._task = asyncio.create_task(self.engine.run())
        await asyncio.sleep(0.5)
        return self

    async def __aexit__(self, *_exc):
        self.engine.stop()
        await self._task
        await self.fetcher.close()

    async def calls(self, *given):
        for one in given:
            await self.inbox.put(Arrival(CallSeen(self.clock.now().at, one)))
        await asyncio.sleep(0.01)

    async def fail(self, first=1, count=4):
        for number in range(first, first + count):
            await self.calls(call(number, self.clock.now().at))
            await asyncio.sleep(65)  # failures of one minute are one look

    def store_reopened(self):
        """What the store holds, as another engine would find it."""
        opened = Store.open(self.home / "state" / "store.db", START)
        stored = opened.load(START + timedelta(hours=9))
        opened.close()
        return stored

    @property
    def health(self):
        return {view.route: view.verdict.health for view in self.engine.snapshot.routes}[ROUTE]

    @property
    def prompt(self):
        return (self.home / "run" / "prompt").read_text().rstrip("\n").split("\t")


async def test_own_failures_are_told_once_before_the_page_says_anything_and_the_recovery_once(tmp_path):
    async with House(tmp_path) as house:
        await house.fail(count=6)
        assert house.screen.loud == [NoticeKind.OPENED]
        assert house.health in {Health.DOWN, Health.DEGRADED}
        assert house.prompt[3].startswith("big")
        await house.calls(call(10, house.clock.now().at, ok=True))
        await asyncio.sleep(120)
        assert house.screen.loud == [NoticeKind.OPENED, NoticeKind.RESOLVED]
        assert house.screen.shown[-1][2] is not None
        assert house.health is Health.OK


async def test_a_failed_call_has_its_providers_page_read_at_once(tmp_path):
    async with House(tmp_path) as house:
        await asyncio.sleep(60)
        asked = len(house.transport.seen)
        await house.calls(call(1, house.clock.now().at))
        await asyncio.sleep(0.5)
        assert house.transport.seen[asked:] == ["https://status.acme.example/feed"]


async def test_an_old_failure_from_a_record_hurries_nothing(tmp_path):
    async with House(tmp_path) as house:
        await asyncio.sleep(60)
        asked = len(house.transport.seen)
        await house.calls(call(1, house.clock.now().at - timedelta(hours=3)))
        await asyncio.sleep(5)
        assert len(house.transport.seen) == asked


async def test_after_a_restart_nothing_is_told_again_and_what_is_back_is_told(tmp_path):
    screen = Screen()
    async with House(tmp_path, screen) as house:
        await house.fail()
    assert screen.loud == [NoticeKind.OPENED]
    async with House(tmp_path, screen, clock=house.clock) as again:
        assert again.health in {Health.DOWN, Health.DEGRADED}
        await again.calls(call(1, again.clock.now().at))  # read again from the record: the same key
        await asyncio.sleep(10)
        assert screen.loud == [NoticeKind.OPENED]
        await again.calls(call(9, again.clock.now().at, ok=True))
        await asyncio.sleep(120)
    assert screen.loud == [NoticeKind.OPENED, NoticeKind.RESOLVED]


async def test_a_notice_that_was_stored_and_not_told_is_told_after_the_restart(tmp_path):
    dead = Screen(answers=[Shown(ok=False, handle=None, detail="no service")] * 50)
    async with House(tmp_path, dead) as house:
        await house.fail()
        assert "screen: no service" in house.engine.snapshot.delivery
    assert dead.shown == []
    screen = Screen()
    async with House(tmp_path, screen, clock=house.clock):
        await asyncio.sleep(5)
    assert screen.loud == [NoticeKind.OPENED]


async def test_a_way_that_fails_is_tried_again_and_recorded_only_after_it_worked(tmp_path):
    screen = Screen(answers=[Shown(ok=False, handle=None, detail="busy"), RuntimeError("words of a notice"), Shown(handle="7")])
    async with House(tmp_path, screen) as house:
        await house.fail(count=3)
        await asyncio.sleep(30)
        assert screen.loud == [NoticeKind.OPENED]
        assert house.store.pending() == ()
        assert house.engine.snapshot.delivery == ()
    assert screen.tried >= 3


async def test_a_way_that_hangs_is_given_up_for_this_time(tmp_path):
    class Hanging(Screen):
        async def deliver(self, notice, replaces):
            if self.tried == 0:
                self.tried = 1
                await asyncio.sleep(1e6)
            return await super().deliver(notice, replaces)

    screen = Hanging()
    async with House(tmp_path, screen) as house:
        await house.fail()
        await asyncio.sleep(60)
        assert house.store.pending() == ()
    assert screen.loud == [NoticeKind.OPENED]


async def test_a_store_that_is_full_silences_nothing_and_nothing_is_told_twice_when_there_is_room(tmp_path):
    screen = Screen()
    async with House(tmp_path, screen) as house:
        house.store._connection.execute("PRAGMA query_only = ON")
        await house.fail(count=3)
        assert screen.loud == [NoticeKind.OPENED]
        assert any("could not be stored" in problem for problem in house.engine.snapshot.problems)
        house.store._connection.execute("PRAGMA query_only = OFF")
        await house.calls(call(8, house.clock.now().at))
        await asyncio.sleep(120)
        assert screen.loud == [NoticeKind.OPENED]
        assert house.engine.snapshot.problems == ()
        assert house.store.pending() == ()
    async with House(tmp_path, screen, clock=house.clock) as again:
        assert len(again.stored.world.calls[ROUTE]) == 4
        await asyncio.sleep(10)
    assert screen.loud == [NoticeKind.OPENED]


async def test_a_step_is_stored_before_it_is_shown(tmp_path):
    order = []
    async with House(tmp_path) as house:
        commit, publish = house.store.commit, house.parts.publisher.publish
        house.store.commit = lambda step: (order.append("stored"), commit(step))
        house.parts.publisher.publish = lambda snapshot: (order.append("shown"), publish(snapshot))
        await house.calls(call(1, house.clock.now().at))
    assert order[:2] == ["stored", "shown"]


async def test_one_observation_that_cannot_be_taken_in_is_left_out_and_named(tmp_path, caplog):
    async with House(tmp_path) as house:
        broken = replace(call(1, house.clock.now().at), model=7)
        await house.calls(broken, call(2, house.clock.now().at))
        assert any(problem.startswith("observation:") for problem in house.engine.snapshot.problems)
        assert house.engine.snapshot.calls[0].model == "big-1"
    assert "failed inside statuswatch" in caplog.text


async def test_a_clock_that_jumps_is_an_observation_and_has_the_feeds_read(tmp_path):
    async with House(tmp_path, watchlist=BOTH) as house:
        await asyncio.sleep(60)
        asked = len(house.transport.seen)
        wall = house.clock._wall
        house.clock._wall = lambda: wall() + timedelta(hours=9)
        await house.calls(call(1, house.clock.now().at, ok=True))
        await asyncio.sleep(1)
        assert len(house.transport.seen) == asked + 2
    assert house.store_reopened().world.jumped_at is not None


async def test_with_nothing_going_on_the_prompt_is_rewritten_once_a_minute_and_no_more(tmp_path):
    written = []
    async with House(tmp_path, feeds=(feed(),), answering=lambda _r: httpx.Response(304)) as house:
        publish = house.parts.publisher.publish
        house.parts.publisher.publish = lambda snapshot: (written.append(house.clock.now().mono), publish(snapshot))
        await asyncio.sleep(3600)
        assert int(house.prompt[1]) == pytest.approx((house.clock.real() + timedelta(seconds=150)).timestamp(), abs=61)
    gaps = [after - before for before, after in itertools.pairwise(written)]
    assert max(gaps) <= 60.1
    assert len(written) <= 60 + 20 + 2  # beats and polls


async def test_a_quarter_of_a_simulated_day_passes_in_a_moment(tmp_path):
    began = time.perf_counter()
    async with House(tmp_path, clock=loop_scaled_clock(60), feeds=(feed(),), answering=lambda _r: httpx.Response(304)) as house:
        await house.clock.sleep(21600)
        assert house.clock.now().at - START >= timedelta(hours=6)
        assert len(house.transport.seen) >= 100
        real = int(house.prompt[1]) - house.clock.real().timestamp()
        assert 140 < real <= 151
    assert time.perf_counter() - began < 60  # a guard against real sleeping, no measure of speed


async def test_an_engine_that_is_stopped_leaves_a_line_that_has_expired(tmp_path):
    async with House(tmp_path) as house:
        await asyncio.sleep(10)
        assert int(house.prompt[1]) > house.clock.real().timestamp()
    assert int(house.prompt[1]) <= house.clock.real().timestamp()


async def test_a_command_is_done_when_its_effect_is_stored(tmp_path):
    async with House(tmp_path) as house:
        done = house.inbox.submit(Command(house.clock.now().at, CommandKind.MUTE, "acme", house.clock.now().at + timedelta(hours=1)))
        await done
        assert "acme" in json.loads(house.store._connection.execute("SELECT data FROM state WHERE name = 'world'").fetchone()[0])["mutes"]
        await house.fail()
        assert house.screen.shown == []


async def test_refresh_reads_the_feeds_that_were_asked_for(tmp_path):
    async with House(tmp_path, watchlist=BOTH) as house:
        for target, expected in ((ROUTE, 1), ("*", 2), ("acme:incident-1", 1)):
            await asyncio.sleep(60)
            asked = len(house.transport.seen)
            await house.inbox.submit(Command(house.clock.now().at, CommandKind.REFRESH, target))
            await asyncio.sleep(1)
            assert len(house.transport.seen) - asked == expected


async def test_a_route_that_is_seen_is_watched_also_after_a_restart(tmp_path):
    async with House(tmp_path) as house:
        await house.calls(call(1, house.clock.now().at, ok=True, provider="bolt", model="small-2"))
        assert [view.route for view in house.engine.snapshot.routes] == [ROUTE, "bolt/api:small-2"]
    async with House(tmp_path, clock=house.clock) as again:
        assert [view.route for view in again.engine.snapshot.routes] == [ROUTE, "bolt/api:small-2"]


async def test_a_feed_that_is_polled_no_more_is_forgotten(tmp_path):
    async with House(tmp_path) as house:
        await house.inbox.put(Arrival(FeedFailed(START, "bolt", "bolt", FeedState.UNREACHABLE, "", transport=True)))
        await asyncio.sleep(1)
    async with House(tmp_path, clock=house.clock, feeds=(feed(),)) as again:
        assert [view.name for view in again.engine.snapshot.feeds] == ["acme"]
    assert list(again.store_reopened().world.feeds) == ["acme"]


async def test_a_tap_that_breaks_is_named_and_started_again(tmp_path):
    starts = []

    async def tap():
        starts.append(1)
        if len(starts) == 1:
            raise OSError("words of a record")
        await asyncio.Event().wait()

    async with House(tmp_path, taps={"client": tap}) as house:
        await asyncio.sleep(1)
        assert any(problem.startswith("reading client:") for problem in house.engine.snapshot.problems)
        await asyncio.sleep(120)
        assert len(starts) == 2
        assert house.engine.snapshot.problems == ()


async def test_a_page_that_is_refused_reads_as_unknown_with_its_reason_and_never_as_ok(tmp_path):
    async with House(tmp_path, answering=lambda _r: httpx.Response(405, headers={"x-amzn-waf-action": "captcha"})) as house:
        await asyncio.sleep(5)
        assert house.health is Health.UNKNOWN
        (view,) = house.engine.snapshot.feeds
        assert view.state is FeedState.BLOCKED
        assert "status.acme.example/feed" in view.detail
        assert view.next_at > house.clock.now().at + timedelta(minutes=10)


async def test_the_same_refusal_to_tell_is_noted_once_and_not_at_every_look(tmp_path):
    async with House(tmp_path) as house:
        await house.calls(call(1, house.clock.now().at))
        await asyncio.sleep(300)
        assert len(house.engine.snapshot.suppressed) == 1


_PROGRAM = """
import asyncio, sys
from pathlib import Path
from statuswatch.core.notice import Policy
from statuswatch.engine.clock import SystemClock
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.poller import Poller
from statuswatch.engine.publish import Outlets, Publisher
from statuswatch.engine.runner import Engine, Parts
from statuswatch.engine.serve import Server
from statuswatch.engine.single import acquire
from statuswatch.engine.store import Store
from support.enginekit import KNOWLEDGE, WATCHLIST, read_feed

async def main():
    asyncio.get_running_loop().slow_callback_duration = 60  # a busy machine is nothing to report
    home, clock, inbox = Path(sys.argv[1]), SystemClock(), Inbox()
    lock = acquire(home / "lock")
    store = Store.open(home / "store.db", clock.now().at)
    poller = Poller((), Fetcher(), clock, inbox, lambda _f: read_feed)
    server = Server(home / "s", inbox.submit, clock.now)
    publisher = Publisher(Outlets(home / "snapshot.json", home / "status.txt", home / "prompt"), lambda s: "", server)
    await Engine(Parts(clock, KNOWLEDGE, WATCHLIST, Policy(), store, store.load(clock.now().at), inbox, poller, publisher, server)).run()
    lock.release()

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_real_engine_answers_at_its_socket_and_ends_cleanly_on_a_signal(tmp_path, number):
    home = tmp_path / "h"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-X", "dev", "-c", _PROGRAM, str(home)], env=env, stderr=subprocess.PIPE, preexec_fn=interruptible)  # noqa: PLW1509 - nothing but the signal is touched
    try:
        with _connected(home / "s") as client:
            lines = client.makefile("rb")
            assert json.loads(lines.readline())["type"] == "hello"
            assert json.loads(lines.readline())["snapshot"]["routes"][0]["route"] == ROUTE
            client.sendall(b'{"type":"command","id":"1","command":"mute","target":"acme"}\n')
            while json.loads(lines.readline()).get("id") != "1":
                pass
            process.send_signal(number)
            _, errors = process.communicate(timeout=60)
            lines.close()
        assert process.returncode == 0, errors.decode()
        assert errors == b""
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert not (home / "s").exists()
    assert int((home / "prompt").read_text().split("\t")[1]) <= (home / "prompt").stat().st_mtime


def _connected(path):
    """A connection to the socket at `path`, as soon as there is one."""
    for _ in range(1000):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(60)
        try:
            client.connect(str(path))
        except OSError:
            client.close()
            time.sleep(0.02)
        else:
            return client
    pytest.fail("no engine answered")


async def test_an_engine_whose_folder_was_removed_ends_within_a_minute_and_writes_nothing_more(tmp_path, caplog):
    mine = [True]
    house = House(tmp_path, holds=lambda: mine[0])
    async with house:
        (tmp_path / "run" / "prompt").unlink()
        mine[0] = False
        await asyncio.wait_for(house._task, 61)
    assert not (tmp_path / "run" / "prompt").exists()
    assert "somebody removed the engine's folder" in caplog.text


async def test_the_log_says_at_the_start_what_is_watched_and_read_and_at_the_end_that_it_ended(tmp_path, caplog):
    caplog.set_level("INFO", "statuswatch.engine.runner")
    async with House(tmp_path):
        assert f"watching 1 route ({ROUTE}), reading 1 feed" in caplog.text
    assert caplog.messages[-1] == "the engine has ended"


async def test_a_page_that_concerns_no_watched_route_any_more_is_not_shown(tmp_path):
    async with House(tmp_path, watchlist=BOTH) as house:
        await asyncio.sleep(5)
        assert {feed.name for feed in house.engine.snapshot.feeds} == {"acme", "bolt"}
    async with House(tmp_path, clock=house.clock) as again:
        assert {feed.name for feed in again.engine.snapshot.feeds} == {"acme"}

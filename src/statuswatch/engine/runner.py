"""The engine's loop: takes what came in, has core advance, judge and decide, stores the step, and only then tells and publishes it."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta

from statuswatch import __version__
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Policy
from statuswatch.core.observation import ClockCompared, ClockJumped
from statuswatch.core.picture import Shell, compose
from statuswatch.core.schedule import DueReason
from statuswatch.core.snapshot import EngineView, Snapshot, SourceView
from statuswatch.core.watchlist import Watchlist
from statuswatch.engine.clock import Clock
from statuswatch.engine.course import Course, QuietUntil
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.mishap import describe
from statuswatch.engine.outbox import Outbox, Way
from statuswatch.engine.poller import Poller
from statuswatch.engine.publish import BEAT_SECONDS, EXPIRES_SECONDS, Publisher
from statuswatch.engine.schema import StoreError
from statuswatch.engine.serve import Server
from statuswatch.engine.store import Store, Stored

JUMP_SECONDS = 10.0
"""Wall and monotonic time may drift apart by less than this between two looks without anyone calling it a jump."""

_SHORTEST_WAIT = 0.2
_HEAD_START = 0.02
_RESTART_SECONDS = 30.0
_ROUTES_NAMED = 12
_logger = logging.getLogger(__name__)

Tap = Callable[[], Awaitable[None]]
"""A source of own calls: runs until cancelled and puts what it sees into the inbox."""


@dataclass(frozen=True, slots=True)
class Parts:
    """All that the engine works with; the composition root makes it.

    `watchlist`: what was configured and found; what is seen is added to it. `stored`: what `store.load` gave. `problems`: what was wrong before the
    start (settings, catalogue). `beat` is called after each step, at least once a minute: the place for small chores such as keeping a log small.
    `notes` says what hinders reading a source, by its path; `lately` what came to be wrong outside since the start.
    `holds` is asked before each step: false where the engine's folder is no longer its own, and then the engine ends and writes nothing more.
    `quiet_until`: the end of the person's quiet hours that a time lies in.
    """

    clock: Clock
    knowledge: Knowledge
    watchlist: Watchlist
    policy: Policy
    store: Store
    stored: Stored
    inbox: Inbox
    poller: Poller
    publisher: Publisher
    server: Server | None = None
    ways: Mapping[str, Way] = field(default_factory=dict)
    taps: Mapping[str, Tap] = field(default_factory=dict)
    sources: tuple[SourceView, ...] = ()
    problems: tuple[str, ...] = ()
    simulated: str | None = None
    beat: Callable[[], None] | None = None
    holds: Callable[[], bool] | None = None
    notes: Callable[[], Mapping[str, str]] | None = None
    lately: Callable[[], tuple[str, ...]] = tuple
    quiet_until: QuietUntil = lambda _: None


class Engine:
    """One running engine. Make it inside the loop that runs it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._last = self._clock.now()
        self._ahead = parts.stored.world.ahead_s
        self._started = self._last.at
        self._course = Course(parts.knowledge, parts.policy, parts.watchlist, parts.stored, parts.poller.urls, self._started, parts.quiet_until)
        self._outbox = Outbox(parts.store, parts.ways, parts.clock, self._ask_for_step)
        self._problems: dict[str, str] = {}
        self._stop = asyncio.Event()
        self._evicted = False
        self.ended_by: signal.Signals | None = None
        """The signal that ended `run`, if one did."""
        self.snapshot: Snapshot | None = None
        """What was published last."""
        parts.poller.attend(lambda: self._course.attention(parts.publisher.listeners))

    def stop(self) -> None:
        """End `run` after the step that is being made."""
        self._stop.set()

    async def run(self) -> None:
        """Run until `stop`, SIGTERM or SIGINT; what is published then expires at once. Raises PlaceError where the socket has no place."""
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._step(())
            if self._parts.server:
                await self._parts.server.start()
            self._listen_to_signals()
            self._announce()
            tasks.extend(asyncio.create_task(self._kept_up(name, run), name=name) for name, run in self._runs().items())
            self._outbox.post()
            await self._loop()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._close()

    def _runs(self) -> dict[str, Tap]:
        outbox = self._outbox
        deliveries: dict[str, Tap] = {f"telling by {name}": (lambda name=name: outbox.run(name)) for name in outbox.names}  # type: ignore[misc]  # mypy: a default in a lambda has no type
        return {"polling": self._parts.poller.run, **deliveries, **{f"reading {name}": tap for name, tap in self._parts.taps.items()}}

    async def _loop(self) -> None:
        taking: asyncio.Task[tuple[Arrival, ...]] | None = None
        stopping = asyncio.create_task(self._stop.wait())
        try:
            while not self._stop.is_set():
                taking = taking or asyncio.create_task(self._parts.inbox.take())
                sleeping = asyncio.create_task(self._clock.sleep(self._wait()))
                await asyncio.wait({taking, sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
                sleeping.cancel()
                batch: tuple[Arrival, ...] = ()
                if taking.done():
                    batch, taking = taking.result(), None
                await self._step(batch)
        finally:
            stopping.cancel()
            if taking:
                taking.cancel()

    def _wait(self) -> float:
        """Seconds of the clock until something is due without anything coming in: the beat, or the end of a wait that core named."""
        speed = self._clock.speed
        beat = max(1.0, BEAT_SECONDS / speed) * speed
        look = self._course.next_look
        return beat if look is None else max(_SHORTEST_WAIT, min(beat, (look - self._clock.now().at).total_seconds()))

    async def _step(self, batch: tuple[Arrival, ...]) -> None:
        """One step. Named boundary: a step that fails leaves the engine running with what it knew before."""
        if self._parts.holds and not self._parts.holds():
            _logger.warning("the lock file is gone or another's: somebody removed the engine's folder; the engine ends")
            self._evicted = True
            self.stop()
            return
        now = self._clock.now()
        told = False
        try:
            memory = self._take((*self._jump(now), *self._compare(now), *batch), now)
            told = self._conclude(memory, now)
        except Exception as error:  # noqa: BLE001 - see above
            self._mishap("step", error)
        else:
            self._problems.pop("step", None)
        if told:  # a pop-up takes two milliseconds, the picture and its files take longer
            await self._outbox.head_start(_HEAD_START)
        self._publish(now)
        self._parts.poller.reconsider()
        if not told:
            self._parts.store.tidy()
        if self._parts.beat:
            self._parts.beat()
        for arrival in batch:
            if arrival.done is not None and not arrival.done.done():
                arrival.done.set_result(None)

    def _jump(self, now: Moment) -> tuple[Arrival, ...]:
        drift = (now.at - self._last.at).total_seconds() - (now.mono - self._last.mono)
        self._last = now
        if abs(drift) < JUMP_SECONDS:
            return ()
        self._parts.poller.hurry(DueReason.FIRST)
        return (Arrival(ClockJumped(now.at, drift)),)

    def _compare(self, now: Moment) -> tuple[Arrival, ...]:
        """How far this machine's clock is from the pages' hosts, where that has changed."""
        ahead = self._parts.poller.clock_offset
        if (ahead is None) is (self._ahead is None) and abs((ahead or 0.0) - (self._ahead or 0.0)) < JUMP_SECONDS:
            return ()
        self._ahead = ahead
        return (Arrival(ClockCompared(now.at, ahead)),)

    def _take(self, batch: tuple[Arrival, ...], now: Moment) -> dict[str, str]:
        """Take all of `batch` in; what its sources want remembered. One that cannot be taken in is left out, and not tried again."""
        memory: dict[str, str] = {}
        for arrival in batch:
            memory.update(arrival.memory)
            if arrival.observation is None:
                continue
            try:
                hurry = self._course.take(arrival.observation, now)
            except Exception as error:  # noqa: BLE001 - named boundary: one observation
                self._mishap("observation", error)
                continue
            if hurry:
                self._parts.poller.hurry(*hurry)
        return memory

    def _conclude(self, memory: Mapping[str, str], now: Moment) -> bool:
        """Judge, decide and store; then hand over what is to be told, and say whether there is any.

        Where storing fails the engine goes on from memory: no time to fall silent.
        """
        step, fresh = self._course.conclude(now, memory, self._outbox.names)
        try:
            self._parts.store.commit(step)
        except StoreError as error:
            if self._problems.get("store") != str(error):
                _logger.error("%s", error)  # noqa: TRY400 - a sentence of ours
            self._problems["store"] = str(error)
            self._course.owes(step)
            self._outbox.post(fresh)
        else:
            self._problems.pop("store", None)
            self._course.stored(step)
            if step.notices:
                self._outbox.post()
        for notice in fresh:
            self._parts.publisher.tell(notice)
        return bool(fresh)

    def _publish(self, now: Moment) -> None:
        """Publish the picture. Named boundary: where composing it fails, the last one stays and says so."""
        parts = self._parts
        expires = self._clock.real() + timedelta(seconds=EXPIRES_SECONDS)
        view = EngineView(__version__, self._started, expires, os.getpid(), parts.simulated, parts.publisher.listeners, parts.poller.clock_offset)
        try:
            problems = (*parts.problems, *parts.stored.problems, *self._problems.values(), *parts.publisher.problems, *parts.lately())
            delivery = tuple(sentence for sentence in self._outbox.troubles.values() if sentence)
            plan = parts.poller.plan()
            notes = parts.notes() if parts.notes else {}
            sources = tuple(replace(source, note=notes.get(source.path, "")) for source in parts.sources)
            shell = Shell(view, parts.poller.urls, plan, sources, problems, delivery, parts.poller.facts(), now.at.astimezone().tzinfo or UTC)
            self.snapshot = compose(self._course.outlook(plan), shell, now)
        except Exception as error:  # noqa: BLE001 - see above
            self._mishap("picture", error)
            if self.snapshot is not None:  # its own expiry is kept: an old picture must grow old
                self.snapshot = replace(self.snapshot, problems=tuple(self._problems.values()))
        else:
            self._problems.pop("picture", None)
        if self.snapshot is not None:
            parts.publisher.publish(self.snapshot)

    def _mishap(self, what: str, error: Exception) -> None:
        sentence = f"{what}: failed inside statuswatch ({describe(error)}); the engine goes on"
        if self._problems.get(what) != sentence:
            _logger.error("%s", sentence)
        self._problems[what] = sentence

    def _ask_for_step(self) -> None:
        self._parts.inbox.offer(Arrival(None))

    async def _kept_up(self, name: str, run: Tap) -> None:
        """Run one part until the engine ends; one that fails is started again. Named boundary."""
        while True:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - see above
                self._mishap(name, error)
                self._ask_for_step()
                await self._clock.sleep(_RESTART_SECONDS * self._clock.speed)
                self._problems.pop(name, None)
            else:
                return

    def _announce(self) -> None:
        """One line for whoever looks at the log: what is watched, what is read, where to listen."""
        routes = self.snapshot.routes if self.snapshot else ()
        shown = ", ".join(view.route for view in routes[:_ROUTES_NAMED]) + (", ..." if len(routes) > _ROUTES_NAMED else "")
        where = f"; listening at {self._parts.server.path}" if self._parts.server else ""
        count, feeds = len(routes), len(self._parts.poller.plan())
        _logger.info("watching %d route%s (%s), reading %d feed%s%s", count, _s(count), shown or "none yet", feeds, _s(feeds), where)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):  # not in the main thread
                loop.add_signal_handler(number, self._interrupted, number)

    def _interrupted(self, number: signal.Signals) -> None:
        self.ended_by = number
        self._stop.set()

    async def _close(self) -> None:
        if self.snapshot is not None and not self._evicted:
            self._parts.publisher.farewell(self.snapshot, self._clock.real())
        self._parts.publisher.close()
        if self._parts.server:
            await self._parts.server.stop()
        self._parts.store.close()
        _logger.info("the engine has ended%s", f" ({self.ended_by.name})" if self.ended_by else "")


def _s(count: int) -> str:
    return "" if count == 1 else "s"

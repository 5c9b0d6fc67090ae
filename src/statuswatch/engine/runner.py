"""The engine's loop: takes what came in, has core advance, judge and decide, stores the step, and only then tells and publishes it."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from statuswatch import __version__
from statuswatch.core.alerting import Decision, decide
from statuswatch.core.health import Fault
from statuswatch.core.judge import Judgement, judge
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, Policy, Suppressed, Told
from statuswatch.core.observation import Call, CallSeen, ClockJumped, Command, CommandKind, Outcome
from statuswatch.core.picture import Outlook, Shell, compose
from statuswatch.core.schedule import DueReason
from statuswatch.core.snapshot import EngineView, Snapshot, SourceView
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.core.world import World, advance, call_route
from statuswatch.engine.clock import Clock
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.mishap import describe
from statuswatch.engine.outbox import Outbox, Way
from statuswatch.engine.poller import Attention, Poller
from statuswatch.engine.publish import BEAT_SECONDS, EXPIRES_SECONDS, Publisher
from statuswatch.engine.schema import StoreError
from statuswatch.engine.serve import Server
from statuswatch.engine.store import RECENT_NOTICES, RECENT_SUPPRESSED, HealthTurn, Step, Store, Stored

JUMP_SECONDS = 10.0
"""Wall and monotonic time may drift apart by less than this between two looks without anyone calling it a jump."""
LATELY = timedelta(minutes=10)

_SHORTEST_WAIT = 0.2
_RESTART_SECONDS = 30.0
_NOT_THEIRS = frozenset({Fault.QUOTA, Fault.BILLING, Fault.AUTH, Fault.REQUEST, Fault.MODEL})
_logger = logging.getLogger(__name__)

Tap = Callable[[], Awaitable[None]]
"""A source of own calls: runs until cancelled and puts what it sees into the inbox."""


@dataclass(frozen=True, slots=True)
class Parts:
    """All that the engine works with; the composition root makes it. `watchlist`: what was configured and found; what was seen is added to it."""

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


class Engine:
    """One running engine. Make it inside the loop that runs it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._world = _without_strangers(parts.stored.world, parts.poller)
        self._told: Told = parts.stored.told
        self._watchlist = _with_seen(parts.watchlist, parts.stored.watchlist)
        self._notices: tuple[Notice, ...] = parts.stored.notices
        self._suppressed: tuple[Suppressed, ...] = parts.stored.suppressed
        self._healths: dict[str, str] = dict(parts.stored.healths)
        self._owed = Step(self._clock.now().at, self._world, self._told, self._watchlist)
        self._judgement = Judgement(())
        self._snapshot: Snapshot | None = None
        self._problems: dict[str, str] = {}
        self._last = self._clock.now()
        self._started = self._clock.now().at
        self._next_look: datetime | None = None
        self._stop = asyncio.Event()
        self._outbox = Outbox(parts.store, parts.ways, parts.clock, self._ask_for_step)
        parts.poller.attend(self.attention)

    @property
    def snapshot(self) -> Snapshot | None:
        """What was published last."""
        return self._snapshot

    @property
    def knowledge(self) -> Knowledge:
        """What the engine knows of providers."""
        return self._parts.knowledge

    @property
    def inbox(self) -> Inbox:
        """Where observations go in."""
        return self._parts.inbox

    def attention(self) -> Attention:
        """What makes polling more frequent: trouble, and people who look."""
        trouble = frozenset(verdict.route.provider for verdict in self._judgement.verdicts if verdict.trouble)
        return Attention(trouble, self._parts.publisher.listeners)

    def stop(self) -> None:
        """End `run` after the step that is being made."""
        self._stop.set()

    async def run(self) -> None:
        """Run until `stop`, SIGTERM or SIGINT; what is published then expires at once. Raises PlaceError where the socket has no place."""
        tasks: list[asyncio.Task[None]] = []
        try:
            self._step(())
            if self._parts.server:
                await self._parts.server.start()
            self._listen_to_signals()
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
                self._step(batch)
        finally:
            stopping.cancel()
            if taking:
                taking.cancel()

    def _wait(self) -> float:
        """Seconds of the clock until something is due without anything coming in: the beat, or the end of a wait that core named."""
        speed = self._clock.speed
        beat = max(1.0, BEAT_SECONDS / speed) * speed
        if self._next_look is None:
            return beat
        return max(_SHORTEST_WAIT, min(beat, (self._next_look - self._clock.now().at).total_seconds()))

    def _step(self, batch: tuple[Arrival, ...]) -> None:
        """One step. Named boundary: a step that fails leaves the engine running with what it knew before."""
        now = self._clock.now()
        try:
            memory = self._advance((*self._jump(now), *batch), now)
            self._conclude(memory, now)
        except Exception as error:  # noqa: BLE001 - see above
            self._mishap("step", error)
        else:
            self._problems.pop("step", None)
        self._publish(now)
        self._parts.poller.reconsider()
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

    def _advance(self, batch: tuple[Arrival, ...], now: Moment) -> dict[str, str]:
        """Take all of `batch` into the world; what its sources want remembered. One that cannot be taken in is left out, and not tried again."""
        memory: dict[str, str] = {}
        for arrival in batch:
            memory.update(arrival.memory)
            if arrival.observation is None:
                continue
            try:
                world, changes = advance(self._world, arrival.observation, now)
            except Exception as error:  # noqa: BLE001 - named boundary: one observation
                self._mishap("observation", error)
                continue
            self._world = world
            if isinstance(arrival.observation, CallSeen) and changes:
                self._called(arrival.observation.call, now.at)
            elif isinstance(arrival.observation, Command) and arrival.observation.kind is CommandKind.REFRESH:
                target = arrival.observation.target
                self._parts.poller.hurry(DueReason.ASKED, None if target == "*" else target.replace("/", ":").partition(":")[0])
        return memory

    def _called(self, call: Call, now: datetime) -> None:
        """A call of the person: its route is one they use, and a failure is a reason to look at the page now."""
        fault = call.diagnosis.fault if call.diagnosis else None
        if call.model and fault is not Fault.MODEL:
            self._watchlist = self._watchlist.with_watch(Watch(call_route(call), WatchSource.SEEN, f"seen in {call.client}", call.at))
        if call.outcome is Outcome.FAILED and fault not in _NOT_THEIRS and now - call.at < LATELY:
            self._parts.poller.hurry(DueReason.CALL_FAILED, call.provider)

    def _conclude(self, memory: Mapping[str, str], now: Moment) -> None:
        """Judge, decide, store; then hand over what is to be told."""
        parts = self._parts
        judgement = judge(self._world, self._watchlist, parts.knowledge, now)
        decision = decide(judgement, self._world, self._told, parts.policy, parts.knowledge, now)
        suppressed = self._new_refusals(decision)
        owed = self._owed
        step = Step(
            now.at,
            self._world,
            decision.told,
            self._watchlist,
            (*owed.notices, *decision.notices),
            (*owed.suppressed, *suppressed)[-RECENT_SUPPRESSED:],
            (*owed.turns, *self._turns(judgement, now.at))[-1000:],
            {**owed.memory, **memory},
            self._outbox.names,
        )
        self._judgement, self._told = judgement, decision.told
        self._notices = (*self._notices, *decision.notices)[-RECENT_NOTICES:]
        self._suppressed = (*self._suppressed, *suppressed)[-RECENT_SUPPRESSED:]
        self._next_look = min((at for at in (judgement.look_again_at, decision.look_again_at) if at), default=None)
        self._store(step, decision.notices)
        for notice in decision.notices:
            parts.publisher.tell(notice)

    def _store(self, step: Step, fresh: tuple[Notice, ...]) -> None:
        """Store the step. Where that fails the engine goes on from memory and owes it to the next one: an outage is no time to fall silent."""
        try:
            self._parts.store.commit(step)
        except StoreError as error:
            if self._problems.get("store") != str(error):
                _logger.error("%s", error)  # noqa: TRY400 - a sentence of ours
            self._problems["store"] = str(error)
            self._owed = replace(step, notices=step.notices[-RECENT_NOTICES:])
            self._outbox.post(fresh)
            return
        self._problems.pop("store", None)
        self._owed = replace(step, notices=(), suppressed=(), turns=(), memory={})
        if fresh:
            self._outbox.post()

    def _new_refusals(self, decision: Decision) -> tuple[Suppressed, ...]:
        """What is not told is said once, not at every look."""
        newest = {item.route: (item.reason, item.incident) for item in self._suppressed}
        return tuple(item for item in decision.suppressed if newest.get(item.route) != (item.reason, item.incident))

    def _turns(self, judgement: Judgement, now: datetime) -> tuple[HealthTurn, ...]:
        turns = []
        for verdict in judgement.verdicts:
            route = verdict.route.canonical
            was = self._healths.get(route)
            if was != verdict.health.value:
                turns.append(HealthTurn(now, route, was, verdict))
                self._healths[route] = verdict.health.value
        return tuple(turns)

    def _publish(self, now: Moment) -> None:
        """Publish the picture. Named boundary: where composing it fails, the last one stays and says so."""
        parts = self._parts
        expires = self._clock.real() + timedelta(seconds=EXPIRES_SECONDS)
        view = EngineView(__version__, self._started, expires, os.getpid(), parts.simulated, parts.publisher.listeners)
        try:
            problems = (*parts.problems, *parts.stored.problems, *self._problems.values(), *parts.publisher.problems)
            delivery = tuple(sentence for sentence in self._outbox.troubles.values() if sentence)
            outlook = Outlook(self._world, self._watchlist, self._judgement, parts.knowledge, self._notices, self._suppressed)
            shell = Shell(view, parts.poller.urls, parts.poller.plan(), parts.sources, problems, delivery)
            self._snapshot = compose(outlook, shell, now)
        except Exception as error:  # noqa: BLE001 - see above
            self._mishap("picture", error)
            if self._snapshot is not None:  # its own expiry is kept: an old picture must grow old
                self._snapshot = replace(self._snapshot, problems=tuple(self._problems.values()))
        else:
            self._problems.pop("picture", None)
        if self._snapshot is not None:
            parts.publisher.publish(self._snapshot)

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

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):  # not in the main thread
                loop.add_signal_handler(number, self._stop.set)

    async def _close(self) -> None:
        if self._snapshot is not None:
            self._parts.publisher.farewell(self._snapshot, self._clock.real())
        if self._parts.server:
            await self._parts.server.stop()
        self._parts.store.close()


def _without_strangers(world: World, poller: Poller) -> World:
    """The stored world without feeds that are not polled any more: they would look silent for ever."""
    known = poller.urls
    return replace(world, feeds={name: status for name, status in world.feeds.items() if name in known})


def _with_seen(watchlist: Watchlist, stored: Watchlist | None) -> Watchlist:
    """What is configured and found now, and what was seen in earlier runs."""
    for watch in stored.watches if stored else ():
        if watch.source is WatchSource.SEEN or any(known.route == watch.route for known in watchlist.watches):
            watchlist = watchlist.with_watch(watch)
    return watchlist

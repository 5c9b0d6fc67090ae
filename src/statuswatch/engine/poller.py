"""Reads the feeds: sleeps until the next one is due, has it read, and puts what it means into the inbox. When a feed is due is core's decision."""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from statuswatch.catalog.model import FeedSpec
from statuswatch.core.health import FeedState
from statuswatch.core.incident import UnreadableReason
from statuswatch.core.moment import Moment
from statuswatch.core.observation import FeedFailed, Observation
from statuswatch.core.politeness import budget_left
from statuswatch.core.schedule import INSISTING, Due, DueReason, Pace, PollFacts, next_poll, slot_of
from statuswatch.core.snapshot import PollView
from statuswatch.engine.clock import Clock, sleep_unless
from statuswatch.engine.fetch import Fetcher, shown
from statuswatch.engine.hosts import Hosts, host_of
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.mishap import describe
from statuswatch.engine.reading import ParserFor, Polled, Reader, Remembered, Reread, Share, keep, recall
from statuswatch.sources.body import unreadable

AT_ONCE = 20
MEMORY = "feed:"
"""How the poller's notes are named in an arrival's memory: `feed:<name of the feed>`."""

_IDLE_SECONDS = 3600.0
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attention:
    """What polling depends on: providers that are in trouble, how many programs look, and whose feeds matter at all (None: all).

    `idle`: the person whose calls are seen has made none for long.
    """

    trouble: frozenset[str] = frozenset()
    listeners: int = 0
    interesting: frozenset[str] | None = None
    idle: bool = False

    def wants(self, spec: FeedSpec) -> bool:
        """Whether a feed speaks for anyone who matters."""
        return self.interesting is None or not self.interesting.isdisjoint({spec.provider, *spec.covers})


class Poller:
    """Polls `feeds`. `parser_for` gives the parser of a format, `reread` reads a body that it refused; `memory` is what was stored last time.

    `remember` stores at once, and without an arrival, what hosts are asked: before they are, so that an engine that dies of the answer has counted it.
    """

    def __init__(
        self,
        feeds: Sequence[FeedSpec],
        fetcher: Fetcher,
        clock: Clock,
        inbox: Inbox,
        parser_for: ParserFor,
        pace: Pace | None = None,
        memory: Mapping[str, str] | None = None,
        share: Share = lambda page, _covers: page,
        reread: Reread = lambda body, expected: unreadable(body, UnreadableReason.WRONG_SHAPE, f"something else than {expected} came"),
        remember: Callable[[Mapping[str, str]], None] = lambda _memory: None,
    ) -> None:
        self._clock = clock
        self._inbox = inbox
        self._attention: Callable[[], Attention] = Attention
        self._attended = Attention()
        self._pace = pace or Pace()
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._zero = clock.now()
        stored = memory or {}
        self._remember = remember
        self._hosts = Hosts(self._pace.allowance, stored, self._zero.at)
        self._reader = Reader(fetcher, self._hosts, clock.now, self._steady, parser_for, reread, share, self._pace)
        self._feeds = {spec.name: Polled(spec, recall(stored.get(MEMORY + spec.name)), clock.jitter()) for spec in feeds if spec.readable and spec.urls}
        self._on_host: dict[str, list[Polled]] = {}
        for polled in self._feeds.values():
            for host in polled.allowed:
                self._on_host.setdefault(host, []).append(polled)
        self._tickets = itertools.count(1)
        self._agenda: list[tuple[datetime, datetime, int, Polled]] = []
        """When each feed is due, the next one first; of several that wait for one host the one that has waited longest.

        An entry whose ticket is not its feed's any more is void.
        """
        self._asleep_until: datetime | None = None

    def hurry(self, reason: DueReason, provider: str | None = None) -> None:
        """An own call at `provider` failed, or a person asked (None: all feeds). However many ask, a feed is read once, and not again at once."""
        now = self._clock.now()
        for polled in self._feeds.values():
            concerned = provider is None or provider == polled.spec.provider or provider in polled.spec.covers
            if concerned and polled.task is None:
                polled.hurried = reason
                self._enter(polled, now)

    def attend(self, attention: Callable[[], Attention]) -> None:
        """From now on ask `attention` what makes polling more frequent."""
        self._attention = attention

    @property
    def urls(self) -> Mapping[str, str]:
        """The main address of each feed that is polled, by the feed's name."""
        return {name: polled.spec.urls[0] for name, polled in self._feeds.items()}

    def reconsider(self) -> None:
        """What `attention` says may have changed: choose again when to read."""
        self._look_around(self._clock.now())

    def plan(self) -> Mapping[str, Due]:
        """When each feed that matters is read next, in wall time, and why."""
        now = self._clock.now()
        shift = now.at - self._steady(now)
        attention = self._attention()
        due = {name: self._due(polled, now, attention) for name, polled in self._feeds.items() if attention.wants(polled.spec)}
        return {name: replace(item, at=item.at + shift) for name, item in due.items()}

    def facts(self) -> Mapping[str, PollView]:
        """How each feed that matters was read last and what its host still allows, for whoever asks why it is due when it is."""
        now = self._clock.now()
        shift = now.at - self._steady(now)
        return {name: self._view(polled, now, shift) for name, polled in self._feeds.items() if self._attended.wants(polled.spec)}

    @property
    def clock_offset(self) -> float | None:
        """Seconds by which this machine's clock is ahead of the clocks of most pages' hosts; None while fewer than three are known."""
        now = self._clock.now()
        offset = self._hosts.clock_offset
        return None if offset is None else offset + (now.at - self._steady(now)).total_seconds()

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            while True:
                await sleep_unless(self._clock, self._start_due(), self._wake)
        finally:
            tasks = [polled.task for polled in self._feeds.values() if polled.task]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _steady(self, now: Moment) -> datetime:
        """Wall time as it would be had nobody set the clock: a clock that is put back must not stop the polling."""
        return self._zero.at + timedelta(seconds=now.mono - self._zero.mono)

    def _due(self, polled: Polled, now: Moment, attention: Attention) -> Due:
        spec = polled.spec
        facts = PollFacts(
            last_tried=polled.last_tried,
            state=polled.state,
            failures=polled.failures,
            trouble=not attention.trouble.isdisjoint({spec.provider, *spec.covers}),
            listeners=attention.listeners,
            hurried=polled.hurried,
            hosts=self._hosts.facts(spec.urls),
            fresh_until=polled.fresh_until,
            idle=attention.idle,
        )
        return next_poll(facts, self._pace, self._steady(now), polled.slot)

    def _enter(self, polled: Polled, now: Moment) -> None:
        """Write into the agenda when a feed is due, in place of what was there; and wake up where that is sooner than anything else."""
        polled.ticket = next(self._tickets)
        if polled.task is not None or not self._attended.wants(polled.spec):
            return
        due = self._due(polled, now, self._attended)
        heapq.heappush(self._agenda, (due.at, polled.last_tried or _LONG_AGO, polled.ticket, polled))
        if self._asleep_until is None or due.at < self._asleep_until:
            self._wake.set()

    def _look_around(self, now: Moment) -> None:
        attention = self._attention()
        if attention != self._attended or not self._agenda:
            self._attended = attention
            self._agenda.clear()
            for polled in self._feeds.values():
                self._enter(polled, now)

    def _start_due(self) -> float:
        """Start what is due; the seconds until something else is."""
        asked: list[str] = []
        wait = self._started(asked)
        if asked:
            self._remember(self._hosts.kept(asked))
        return wait

    def _started(self, asked: list[str]) -> float:
        """Start what is due and add to `asked` the addresses that are asked first; the seconds until something else is due."""
        now = self._clock.now()
        steady = self._steady(now)
        self._look_around(now)
        while self._agenda:
            at, _, ticket, polled = self._agenda[0]
            if ticket == polled.ticket and at > steady:
                self._asleep_until = at
                return (at - steady).total_seconds()
            heapq.heappop(self._agenda)
            if ticket != polled.ticket:
                continue
            if self._due(polled, now, self._attended).at > steady:  # its host was asked by another feed meanwhile
                self._enter(polled, now)
                continue
            polled.last_tried = steady
            polled.insisting = polled.hurried in INSISTING
            polled.hurried = None
            self._reader.set_out(polled)
            asked.append(polled.way[0])
            polled.task = asyncio.create_task(self._poll(polled), name=f"poll {polled.spec.name}")
        self._asleep_until = steady + timedelta(seconds=_IDLE_SECONDS)
        return _IDLE_SECONDS

    async def _poll(self, polled: Polled) -> None:
        """Read one feed once. Named boundary: whatever goes wrong here is a failed read of this feed and of nothing else."""
        try:
            async with self._slots:
                observation, remembered = await self._reader.read(polled)
        except Exception as error:  # noqa: BLE001 - see above
            _logger.error("reading %s: %s", polled.spec.name, describe(error))  # noqa: TRY400 - the exception's text may quote the feed
            detail = f"{shown(polled.spec.urls[0])}: reading it failed inside statuswatch ({type(error).__name__})"
            observation, remembered = FeedFailed(self._clock.now().at, polled.spec.name, polled.spec.provider, FeedState.UNREADABLE, detail), None
        memory = {**self._noted(polled, observation, remembered), **self._hosts.kept(polled.spec.urls)}
        try:
            await self._inbox.put(Arrival(observation, memory))
        finally:
            polled.task = None
            now = self._clock.now()
            for each in self._neighbours(polled):
                self._enter(each, now)

    def _noted(self, polled: Polled, observation: Observation, remembered: Remembered | None) -> dict[str, str]:
        """Keep how a read ended; what is to be stored of it."""
        if isinstance(observation, FeedFailed):
            polled.state, polled.transport = observation.state, observation.transport
            polled.failures += 1
            return {}
        offline = polled.transport
        polled.state, polled.failures, polled.transport = FeedState.FRESH, 0, False
        if offline:
            self._network_is_back()
        if remembered is None:
            return {}
        if remembered.format != polled.remembered.format:
            _logger.warning("%s: read as %s from now on", polled.spec.name, remembered.format or polled.spec.format)
        polled.remembered = remembered
        return {MEMORY + polled.spec.name: keep(remembered)}

    def _network_is_back(self) -> None:
        """One page answers after none did: the others are read now, and not when their long pauses end."""
        cut_off = [polled for polled in self._feeds.values() if polled.transport and polled.task is None]
        self._hosts.forgive(url for polled in cut_off for url in polled.spec.urls)
        for polled in cut_off:
            polled.failures, polled.hurried = 0, DueReason.FIRST
            self._enter(polled, self._clock.now())

    def _neighbours(self, polled: Polled) -> Iterable[Polled]:
        """The feed, and those on its hosts that wait because of a host: what it was told may let them go sooner."""
        near = {id(each): each for host in polled.allowed for each in self._on_host[host] if each.failures}
        return [polled, *(each for each in near.values() if each is not polled)]

    def _view(self, polled: Polled, now: Moment, shift: timedelta) -> PollView:
        url = polled.spec.urls[polled.first_url]
        (host,) = self._hosts.facts((url,))
        return PollView(
            host=host_of(url),
            status=polled.status,
            tried_at=polled.last_tried + shift if polled.last_tried else None,
            etag=bool(polled.remembered.etag or polled.remembered.last_modified),
            failures=polled.failures,
            host_failures=host.failures,
            slot=slot_of(polled.slot),
            budget_left=budget_left(host, self._pace.allowance, self._steady(now)),
            format=polled.remembered.format or polled.spec.format,
            moved=bool(polled.remembered.format),
        )

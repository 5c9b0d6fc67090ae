"""Reads the feeds: sleeps until the next one is due, fetches, and puts what it means into the inbox. When a feed is due is core's decision."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from statuswatch import __version__
from statuswatch.catalog.model import FeedSpec
from statuswatch.core.health import FeedState
from statuswatch.core.incident import Page, Unreadable
from statuswatch.core.moment import Moment
from statuswatch.core.observation import FeedFailed, Observation, PageRead, PageUnchanged
from statuswatch.core.schedule import Due, DueReason, Pace, PollFacts, next_poll
from statuswatch.engine.clock import Clock, sleep_unless
from statuswatch.engine.fetch import Fetched, Fetcher, FetchFailed, NotModified, Request, shown
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.mishap import describe
from statuswatch.sources.body import Body

LARGE = 64 * 1024
"""Bodies of more bytes are parsed in a thread: the loop must keep answering."""
AT_ONCE = 20
MEMORY = "feed:"
"""How the poller's notes are named in an arrival's memory: `feed:<name of the feed>`."""

_IDLE_SECONDS = 3600.0
_logger = logging.getLogger(__name__)

Parse = Callable[[Body], Page | Unreadable]
Share = Callable[[Page, Sequence[str]], Page]
"""Adds to a page the incidents that it holds for other providers than its owner, by the providers that its feed covers."""


@dataclass(frozen=True, slots=True)
class Attention:
    """What polling depends on: providers that are in trouble, how many programs look, and whose feeds matter at all (None: all)."""

    trouble: frozenset[str] = frozenset()
    listeners: int = 0
    interesting: frozenset[str] | None = None

    def wants(self, spec: FeedSpec) -> bool:
        """Whether a feed speaks for anyone who matters."""
        return self.interesting is None or not self.interesting.isdisjoint({spec.provider, *spec.covers})


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the last good read of a feed left: enough to ask for changes only, and to see that nothing changed."""

    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    digest: str = ""


@dataclass(slots=True)
class _Polled:
    """One feed as the poller lives it. Times are the poller's own steady ones."""

    spec: FeedSpec
    remembered: Remembered
    jitter: float
    last_tried: datetime | None = None
    state: FeedState | None = None
    failures: int = 0
    hurried: DueReason | None = None
    not_before: datetime | None = None
    first_url: int = 0
    main_again_at: datetime | None = None
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)


class Poller:
    """Polls `feeds`. `parser_for` gives the parser of a format; `memory` is what was stored last time."""

    def __init__(
        self,
        feeds: Sequence[FeedSpec],
        fetcher: Fetcher,
        clock: Clock,
        inbox: Inbox,
        parser_for: Callable[[str], Parse],
        pace: Pace | None = None,
        memory: Mapping[str, str] | None = None,
        share: Share = lambda page, _covers: page,
    ) -> None:
        self._fetcher = fetcher
        self._share = share
        self._parser_for = parser_for  # asked when a body is there: a parser that nobody needs is not imported
        self._clock = clock
        self._inbox = inbox
        self._attention: Callable[[], Attention] = Attention
        self._pace = pace or Pace()
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._zero = clock.now()
        stored = memory or {}
        self._feeds = {spec.name: _Polled(spec, recall(stored.get(MEMORY + spec.name)), clock.jitter()) for spec in feeds if spec.readable and spec.urls}

    def hurry(self, reason: DueReason, provider: str | None = None) -> None:
        """An own call at `provider` failed, or a person asked (None: all feeds). However many ask, a feed is read once, and not again at once."""
        for polled in self._feeds.values():
            concerned = provider is None or provider == polled.spec.provider or provider in polled.spec.covers
            if concerned and polled.task is None:
                polled.hurried = reason
        self._wake.set()

    def attend(self, attention: Callable[[], Attention]) -> None:
        """From now on ask `attention` what makes polling more frequent."""
        self._attention = attention

    @property
    def urls(self) -> Mapping[str, str]:
        """The main address of each feed that is polled, by the feed's name."""
        return {name: polled.spec.urls[0] for name, polled in self._feeds.items()}

    def reconsider(self) -> None:
        """What `attention` says has changed: choose again when to read."""
        self._wake.set()

    def plan(self) -> Mapping[str, Due]:
        """When each feed that matters is read next, in wall time, and why."""
        now = self._clock.now()
        shift = now.at - self._steady(now)
        attention = self._attention()
        due = {name: self._due(polled, now, attention) for name, polled in self._feeds.items() if attention.wants(polled.spec)}
        return {name: replace(item, at=item.at + shift) for name, item in due.items()}

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

    def _due(self, polled: _Polled, now: Moment, attention: Attention) -> Due:
        spec = polled.spec
        facts = PollFacts(
            last_tried=polled.last_tried,
            state=polled.state,
            failures=polled.failures,
            trouble=not attention.trouble.isdisjoint({spec.provider, *spec.covers}),
            listeners=attention.listeners,
            hurried=polled.hurried,
            not_before=polled.not_before,
        )
        return next_poll(facts, self._pace, self._steady(now), polled.jitter)

    def _start_due(self) -> float:
        """Start what is due; the seconds until something else is."""
        now = self._clock.now()
        steady = self._steady(now)
        wait = _IDLE_SECONDS
        attention = self._attention()
        for polled in self._feeds.values():
            if polled.task is not None or not attention.wants(polled.spec):
                continue
            left = (self._due(polled, now, attention).at - steady).total_seconds()
            if left > 0:
                wait = min(wait, left)
                continue
            polled.last_tried = steady
            polled.hurried = None
            polled.task = asyncio.create_task(self._poll(polled), name=f"poll {polled.spec.name}")
        return wait

    async def _poll(self, polled: _Polled) -> None:
        """Read one feed once. Named boundary: whatever goes wrong here is a failed read of this feed and of nothing else."""
        try:
            async with self._slots:
                observation, remembered = await self._read(polled)
        except Exception as error:  # noqa: BLE001 - see above
            _logger.error("reading %s: %s", polled.spec.name, describe(error))  # noqa: TRY400 - the exception's text may quote the feed
            detail = f"{shown(polled.spec.urls[0])}: reading it failed inside statuswatch ({type(error).__name__})"
            observation, remembered = self._failed(polled, FeedState.UNREADABLE, detail), None
        self._note(polled, observation)
        memory = {}
        if remembered is not None:
            polled.remembered = remembered
            memory = {MEMORY + polled.spec.name: keep(remembered)}
        try:
            await self._inbox.put(Arrival(observation, memory))
        finally:
            polled.jitter = self._clock.jitter()
            polled.task = None
            self._wake.set()

    def _note(self, polled: _Polled, observation: Observation) -> None:
        if isinstance(observation, FeedFailed):
            polled.state = observation.state
            polled.failures += 1
        else:
            polled.state, polled.failures, polled.not_before = FeedState.FRESH, 0, None

    async def _read(self, polled: _Polled) -> tuple[Observation, Remembered | None]:
        """Try the addresses in turn, from the one that worked last; now and then the main one again."""
        spec = polled.spec
        steady = self._steady(self._clock.now())
        if polled.main_again_at is not None and steady >= polled.main_again_at:
            polled.first_url, polled.main_again_at = 0, None
        failures: list[FeedFailed] = []
        for step in range(len(spec.urls)):
            index = (polled.first_url + step) % len(spec.urls)
            observation, remembered = await self._read_one(polled, spec.urls[index])
            if not isinstance(observation, FeedFailed):
                if index != 0 and polled.main_again_at is None:
                    polled.main_again_at = steady + timedelta(seconds=self._pace.blocked_s)
                polled.first_url = index
                return observation, remembered
            failures.append(observation)
        return replace(failures[0], transport=all(failure.transport for failure in failures)), None

    async def _read_one(self, polled: _Polled, url: str) -> tuple[Observation, Remembered | None]:
        spec, known = polled.spec, polled.remembered
        same = known.url == url
        request = Request(
            url,
            hosts=frozenset(host for host in (urlsplit(other).hostname for other in spec.urls) if host),
            etag=known.etag if same else None,
            last_modified=known.last_modified if same else None,
        )
        outcome = await self._fetcher.fetch(request)
        now = self._clock.now().at
        if isinstance(outcome, FetchFailed):
            if outcome.retry_after is not None:
                polled.not_before = self._steady(self._clock.now()) + timedelta(seconds=outcome.retry_after)
            return self._failed(polled, outcome.state, outcome.detail, transport=outcome.transport), None
        if isinstance(outcome, NotModified):
            return PageUnchanged(now, spec.name, spec.provider, outcome.as_of(now)), None
        digest = hashlib.blake2b(outcome.data, digest_size=16).hexdigest()
        remembered = Remembered(url, outcome.etag, outcome.last_modified, digest)
        if digest == known.digest:
            return PageUnchanged(now, spec.name, spec.provider, outcome.as_of(now)), (remembered if remembered != known else None)
        return await self._parsed(polled, outcome, remembered)

    async def _parsed(self, polled: _Polled, fetched: Fetched, remembered: Remembered) -> tuple[Observation, Remembered | None]:
        spec = polled.spec
        body = Body(fetched.data, spec.provider, fetched.url, fetched.content_type)
        parse = self._parser_for(spec.format)
        page = await asyncio.to_thread(parse, body) if len(fetched.data) > LARGE else parse(body)
        now = self._clock.now().at
        if isinstance(page, Unreadable):
            return self._failed(polled, FeedState.UNREADABLE, f"{shown(fetched.url)}: {page.detail}; expected {spec.format}"), None
        # How fresh the answer is: what pages call their time of update is that of the last change and says nothing of it.
        return PageRead(now, spec.name, spec.provider, replace(self._share(page, spec.covers), as_of=fetched.as_of(now))), remembered

    def _failed(self, polled: _Polled, state: FeedState, detail: str, *, transport: bool = False) -> FeedFailed:
        return FeedFailed(self._clock.now().at, polled.spec.name, polled.spec.provider, state, detail, transport)


def keep(remembered: Remembered) -> str:
    """As text for the store. The version is part of it: a newer parser has to see the body again."""
    return json.dumps([__version__, remembered.url, remembered.etag, remembered.last_modified, remembered.digest])


def recall(text: str | None) -> Remembered:
    """What `keep` made; nothing where it is of another version or cannot be read."""
    try:
        version, url, etag, last_modified, digest = json.loads(text or "null")
    except (TypeError, ValueError):
        return Remembered()
    return Remembered(url, etag, last_modified, digest) if version == __version__ else Remembered()

"""One read of one feed: which address is asked, what is asked for, and what the answer means. When that happens is the poller's matter."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from statuswatch import __version__
from statuswatch.catalog.model import FeedSpec
from statuswatch.core.health import FeedState, Health
from statuswatch.core.incident import Page, Unreadable
from statuswatch.core.moment import Moment
from statuswatch.core.observation import FeedFailed, Observation, Obstacle, PageRead, PageUnchanged
from statuswatch.core.schedule import DueReason, Pace
from statuswatch.engine.fetch import Fetched, Fetcher, FetchFailed, NotModified, Request, shown
from statuswatch.engine.hosts import Hosts, host_of
from statuswatch.sources.body import Body
from statuswatch.sources.formats import ERRORS_TELL

LARGE = 64 * 1024
"""Bodies of more bytes are parsed in a thread: the loop must keep answering."""

Parse = Callable[[Body], Page | Unreadable]
ParserFor = Callable[[str], Parse]
Reread = Callable[[Body, str], Page | Unreadable]
"""Reads a body that the parser of the format of that name refused, in whatever other format it is plainly in; else says what came instead."""
Share = Callable[[Page, Sequence[str]], Page]
"""Adds to a page the incidents that it holds for other providers than its owner, by the providers that its feed covers."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the last good read of a feed left: enough to ask for changes only, and to see that nothing changed.

    `format`: what the body turned out to be in, where that is another than the catalogue says.
    """

    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    digest: str = ""
    format: str = ""


@dataclass(slots=True)
class Polled:
    """One feed as the poller lives it. Times are the poller's own steady ones. `slot` in [0, 1) is its place in an interval, for good.

    `allowed`: the hosts of its addresses, to which a redirect may lead. `way`: the addresses that are being tried.
    """

    spec: FeedSpec
    remembered: Remembered
    slot: float
    last_tried: datetime | None = None
    state: FeedState | None = None
    status: int | None = None
    failures: int = 0
    transport: bool = False
    hurried: DueReason | None = None
    insisting: bool = False
    way: tuple[str, ...] = ()
    fresh_until: datetime | None = None
    first_url: int = 0
    main_again_at: datetime | None = None
    refused: tuple[str, str] = ("", "")
    ticket: int = 0
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    allowed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.allowed = frozenset(host for host in map(host_of, self.spec.urls) if host)


@dataclass(frozen=True, slots=True)
class _Answer:
    observation: Observation
    remembered: Remembered | None = None


class Reader:
    """Reads feeds over `fetcher`, as politely as `hosts` says. `steady` is wall time as it would be had nobody set the clock."""

    def __init__(
        self,
        fetcher: Fetcher,
        hosts: Hosts,
        now: Callable[[], Moment],
        steady: Callable[[Moment], datetime],
        parser_for: ParserFor,
        reread: Reread,
        share: Share,
        pace: Pace,
    ) -> None:
        self._fetcher = fetcher
        self._hosts = hosts
        self._clock_now = now
        self._clock_steady = steady
        self._parser_for = parser_for  # asked when a body is there: a parser that nobody needs is not imported
        self._reread = reread
        self._share = share
        self._pace = pace

    def set_out(self, polled: Polled) -> None:
        """Choose the addresses to try, those whose hosts may be asked, from the one that worked last; now and then the main one again.

        The first of them counts as asked from now on, so that many feeds of one host that are due together do not all go.
        """
        spec, steady = polled.spec, self._steady()
        if polled.main_again_at is not None and steady >= polled.main_again_at:
            polled.first_url, polled.main_again_at = 0, None
        order = [spec.urls[(polled.first_url + step) % len(spec.urls)] for step in range(len(spec.urls))]
        polled.way = tuple(url for url in order if self._hosts.free(url, steady, insisting=polled.insisting)) or (order[0],)
        self._hosts.ask(polled.way[0], steady)

    async def read(self, polled: Polled) -> tuple[Observation, Remembered | None]:
        """Try the addresses that were chosen, in turn."""
        failures: list[FeedFailed] = []
        for url in polled.way:
            if failures:
                self._hosts.ask(url, self._steady())
            answer = await self._read_one(polled, url)
            if not isinstance(answer.observation, FeedFailed):
                polled.first_url = polled.spec.urls.index(url)
                if polled.first_url and polled.main_again_at is None:
                    polled.main_again_at = self._steady() + timedelta(seconds=self._pace.blocked_s)
                return answer.observation, answer.remembered
            failures.append(answer.observation)
        return replace(failures[0], transport=all(failure.transport for failure in failures)), None

    async def _read_one(self, polled: Polled, url: str) -> _Answer:
        spec, known = polled.spec, polled.remembered
        same = known.url == url
        etag, modified = (known.etag, known.last_modified) if same else (None, None)
        request = Request(url, polled.allowed, etag=etag, last_modified=modified, errors_tell=(known.format or spec.format) in ERRORS_TELL)
        outcome = await self._fetcher.fetch(request)
        if isinstance(outcome, Fetched) and outcome.otherwise is not None and not self._tells(polled, outcome):
            outcome = outcome.otherwise
        steady = self._steady()
        self._hosts.heard(url, outcome, steady)
        polled.status = outcome.status
        if isinstance(outcome, FetchFailed):
            return _Answer(self._failed(polled, outcome.state, outcome.detail, transport=outcome.transport, obstacle=outcome.obstacle))
        polled.fresh_until = None if outcome.fresh_for is None else steady + timedelta(seconds=outcome.fresh_for)
        as_of = self._clock_now().at - timedelta(seconds=self._hosts.age(url, outcome, steady))
        if isinstance(outcome, NotModified):
            return _Answer(PageUnchanged(self._clock_now().at, spec.name, spec.provider, as_of))
        digest = hashlib.blake2b(outcome.data, digest_size=16).hexdigest()
        remembered = Remembered(url, outcome.etag, outcome.last_modified, digest, known.format)
        if digest == known.digest:
            changed = remembered if remembered != known else None
            return _Answer(PageUnchanged(self._clock_now().at, spec.name, spec.provider, as_of), changed)
        if digest == polled.refused[0]:
            return _Answer(self._failed(polled, FeedState.UNREADABLE, polled.refused[1], obstacle=_in_place(outcome)))
        return await self._parsed(polled, outcome, remembered, as_of)

    def _tells(self, polled: Polled, fetched: Fetched) -> bool:
        """Whether the body of an error is a feed in the format that is read here, and no mere word on the error. That all is well no error can tell."""
        body = Body(fetched.data, polled.spec.provider, fetched.url, fetched.content_type)
        page = self._parser_for(polled.remembered.format or polled.spec.format)(body)
        return isinstance(page, Page) and page.health is not Health.OK

    async def _parsed(self, polled: Polled, fetched: Fetched, remembered: Remembered, as_of: datetime) -> _Answer:
        spec = polled.spec
        body = Body(fetched.data, spec.provider, fetched.url, fetched.content_type)
        names = tuple(dict.fromkeys((remembered.format or spec.format, spec.format)))
        read = await asyncio.to_thread(self._understood, body, names) if len(fetched.data) > LARGE else self._understood(body, names)
        if isinstance(read, Unreadable):
            detail = f"{shown(fetched.url)}: {read.detail}"
            polled.refused = (remembered.digest, detail)
            return _Answer(self._failed(polled, FeedState.UNREADABLE, detail, obstacle=_in_place(fetched)))
        name, page = read
        remembered = replace(remembered, format="" if name == spec.format else name)
        # How fresh the answer is: what pages call their time of update is that of the last change and says nothing of it.
        read_at = self._clock_now().at
        return _Answer(PageRead(read_at, spec.name, spec.provider, replace(self._share(page, spec.covers), as_of=as_of)), remembered)

    def _understood(self, body: Body, names: Sequence[str]) -> tuple[str, Page] | Unreadable:
        """The page and the format that it is in: one of `names`, else whatever the body plainly is by now. Vendors move, and answer 200."""
        for name in names:
            page = self._parser_for(name)(body)
            if isinstance(page, Page):
                return name, page
        moved = self._reread(body, names[-1])
        return (moved.format, moved) if isinstance(moved, Page) else moved

    def _failed(self, polled: Polled, state: FeedState, detail: str, *, transport: bool = False, obstacle: Obstacle | None = None) -> FeedFailed:
        return FeedFailed(self._clock_now().at, polled.spec.name, polled.spec.provider, state, detail, transport, obstacle)

    def _steady(self) -> datetime:
        return self._clock_steady(self._clock_now())


def _in_place(fetched: Fetched) -> Obstacle | None:
    """A web page where a feed was due: alone it is a page that moved, from everybody at once it is a captive portal's."""
    return Obstacle.LOGIN_PAGE if fetched.html else None


def keep(remembered: Remembered) -> str:
    """As text for the store. The version is part of it: a newer parser has to see the body again."""
    return json.dumps([__version__, remembered.url, remembered.etag, remembered.last_modified, remembered.digest, remembered.format])


def recall(text: str | None) -> Remembered:
    """What `keep` made; nothing where it is of another version or cannot be read."""
    try:
        version, url, etag, last_modified, digest, name = json.loads(text or "null")
    except (TypeError, ValueError):
        return Remembered()
    return Remembered(url, etag, last_modified, digest, name) if version == __version__ else Remembered()

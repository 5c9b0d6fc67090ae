"""The hosts as the poller lives them: what each was asked and how it answered, and how its clock stands. Times are the poller's own steady ones.

What a host is owed outlives the engine: one that is started over and over must not ask a page each time as if for the first time.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from statuswatch.core.errors import DataError
from statuswatch.core.freshness import Dates, age_of, dated, usual_distance
from statuswatch.core.health import FeedState
from statuswatch.core.moment import format_time, parse_time
from statuswatch.core.politeness import Allowance, HostFacts, answered, asked, pause, refused
from statuswatch.engine.fetch import FetchFailed, Outcome

MEMORY = "host:"
"""How a host's note is named in the store's memory: `host:<name>`."""

_DATES_KEPT = 50
"""So many hosts are looked at to say how our clock stands: more would say the same."""


@dataclass(slots=True)
class _Host:
    facts: HostFacts = field(default_factory=HostFacts)
    dates: Dates = field(default_factory=Dates)


class Hosts:
    """A ledger by host name. All rules are core's (`politeness`, `freshness`). `memory`: what `kept` told last time, read as of `now`."""

    def __init__(self, allowance: Allowance, memory: Mapping[str, str], now: datetime) -> None:
        self._allowance = allowance
        notes = ((name.removeprefix(MEMORY), note) for name, note in memory.items() if name.startswith(MEMORY))
        self._hosts = {name: _Host(_recalled(note, now)) for name, note in notes}
        self._usual: float | None = None

    def facts(self, urls: Iterable[str]) -> tuple[HostFacts, ...]:
        """What is known of the hosts of these addresses, in their order."""
        return tuple(self._of(url).facts for url in urls)

    def free(self, url: str, now: datetime, *, insisting: bool = False) -> bool:
        """Whether the host of `url` may be asked now."""
        return pause(self._of(url).facts, self._allowance, now, insisting=insisting) is None

    def ask(self, url: str, now: datetime) -> None:
        """One request goes out."""
        host = self._of(url)
        host.facts = asked(host.facts, self._allowance, now)

    def heard(self, url: str, outcome: Outcome, now: datetime) -> None:
        """How it ended."""
        host = self._of(url)
        if isinstance(outcome, FetchFailed):
            troubled = outcome.state in {FeedState.BLOCKED, FeedState.UNREACHABLE}
            host.facts = refused(host.facts, outcome.state, outcome.retry_after, now) if troubled else answered(host.facts)
            return
        host.facts = answered(host.facts)
        if outcome.url == url and outcome.date is not None:
            distance = host.dates.distance
            host.dates = dated(host.dates, outcome.date, now)
            if host.dates.distance != distance:
                self._usual = usual_distance(each.dates for each in list(self._hosts.values())[:_DATES_KEPT])

    def age(self, url: str, outcome: Outcome, now: datetime) -> float:
        """Seconds since the answer was made, by all that it and its host said."""
        if isinstance(outcome, FetchFailed):
            return 0.0
        return age_of(self._of(url).dates, outcome.date, outcome.age, now, self._usual)

    def kept(self, urls: Iterable[str]) -> dict[str, str]:
        """What is to be stored of the hosts of these addresses."""
        return {MEMORY + name: _noted(self._hosts[name].facts) for name in map(host_of, urls) if name in self._hosts}

    def forgive(self, urls: Iterable[str]) -> None:
        """The network is back: those of these hosts that did not answer without it are as if they had."""
        for url in urls:
            host = self._of(url)
            if host.facts.state is FeedState.UNREACHABLE:
                host.facts = answered(host.facts)

    @property
    def clock_offset(self) -> float | None:
        """Seconds by which this machine's clock is ahead of most hosts'; None while too few are known."""
        return self._usual

    def _of(self, url: str) -> _Host:
        return self._hosts.setdefault(host_of(url), _Host())


def _noted(facts: HostFacts) -> str:
    times = [format_time(at) if at else None for at in (facts.counted_at, facts.failed_at, facts.until)]
    return json.dumps([round(facts.spent, 3), facts.failures, facts.state, *times])


def _recalled(note: str, now: datetime) -> HostFacts:
    """What `_noted` made, as nothing where it cannot be read. Nothing in it is later than `now`, whatever was done to the clock."""
    try:
        spent, failures, state, *stamps = json.loads(note)
        counted, failed, until = (parse_time(stamp) if stamp else None for stamp in stamps)
        facts = HostFacts(float(spent), min(counted, now) if counted else None, int(failures), FeedState(state) if state else None, failed, until)
    except (TypeError, ValueError, AttributeError, DataError):
        return HostFacts()
    return facts if failed is None or failed <= now else replace(facts, failed_at=now, until=None)


def host_of(url: str) -> str:
    """The host name of an address, in lower case; empty where it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""

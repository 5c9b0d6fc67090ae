"""The hosts as the poller lives them: what each was asked and how it answered, and how its clock stands. Times are the poller's own steady ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from statuswatch.core.freshness import Dates, age_of, dated, usual_distance
from statuswatch.core.health import FeedState
from statuswatch.core.politeness import Allowance, HostFacts, answered, asked, pause, refused
from statuswatch.engine.fetch import FetchFailed, Outcome

_DATES_KEPT = 50
"""So many hosts are looked at to say how our clock stands: more would say the same."""


@dataclass(slots=True)
class _Host:
    facts: HostFacts = field(default_factory=HostFacts)
    dates: Dates = field(default_factory=Dates)


class Hosts:
    """A ledger by host name. All rules are core's (`politeness`, `freshness`)."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._hosts: dict[str, _Host] = {}
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


def host_of(url: str) -> str:
    """The host name of an address, in lower case; empty where it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""

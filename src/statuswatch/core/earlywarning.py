"""Whether own calls on one route fail more often than chance explains: a sequential test over requests, long before a page says so.

The test is a cumulative sum (Page 1954, doi:10.1093/biomet/41.1-2.100) of log likelihood ratios: each request is weighed by how much more often it
would end that way in an outage than on a good day, the sum never falls below zero, and at `THRESHOLD` it is no chance any more. What the threshold
costs in false alarms and in minutes is measured by bench/early_warning.py and told in docs/explanation/early-warning.md.

One request is one failure however often it is tried. Failures of several requests within `BLINK` are one as well: one hiccup hits all that runs
just then. Only a code that names the cause says more when it comes again on a retry that is far enough from the last one: a request that is itself
the reason to fail gets no such code. What is on this person's side, and what blames nobody, is no failure and no success: it is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

from statuswatch.core.health import Side
from statuswatch.core.observation import Call, Outcome

GOOD_DAY = 0.005
"""The share of requests that fail on a good day."""
OUTAGE = 0.2
"""The share of requests from which on it is an outage: the test is quickest for these and still finds a tenth."""
THRESHOLD = 10.5
BLINK = timedelta(minutes=1)
"""What fails or works within this time of the last counted failure adds nothing: it is no look at another moment."""
HALF_LIFE = timedelta(hours=1)
"""The age at which evidence counts half."""
GAP = timedelta(minutes=30)
"""After a pause of this length an old warning says nothing any more; it is neither confirmed nor withdrawn by the pause itself."""

_FAILED = log(OUTAGE / GOOD_DAY)
_AGAIN = log(0.9 / 0.2)  # in an outage nine in ten retries fail, else one in five that comes so late
_WORKED = log((1 - OUTAGE) / (1 - GOOD_DAY))
_DOUBT = 0.05
_MOST = 0.95
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that stands. `since`: the first failure of the run that raised it, `raised_at`: when the sum passed the threshold.

    `failed` of `total` requests since then; `last_failed` is the newest failure.
    """

    since: datetime
    raised_at: datetime
    failed: int
    total: int
    last_failed: datetime


class Tally:
    """The test while it runs over calls: the sum, and what has happened since it was last at zero. A working state, never kept in a world."""

    __slots__ = ("_at", "_before", "_counted_at", "_failed", "_failing", "_last_failed", "_lately", "_since", "_worked", "raised_at", "score")

    def __init__(self) -> None:
        self.score = 0.0
        self.raised_at: datetime | None = None
        self._begin(None)

    def _begin(self, since: datetime | None) -> None:
        self.score = 0.0
        self.raised_at = None
        self._since = self._at = since
        self._counted_at: datetime | None = None
        self._last_failed: datetime | None = None
        self._failing: set[str] = set()
        self._failed = self._worked = 0
        self._before = self._lately = 0  # requests that had worked at the newest failure, and attempts that worked since

    @property
    def warned(self) -> Warned | None:
        """The warning that stands, if one does."""
        if self.raised_at is None or self._since is None or self._last_failed is None:
            return None
        return Warned(self._since, self.raised_at, self._failed, self._failed + self._worked, self._last_failed)

    def take(self, call: Call) -> None:
        """Take one more attempt in; it must not be older than those before."""
        if call.outcome is Outcome.OK:
            if self._at is not None:
                self._age(call.at)
                self._succeeded(call)
        elif _speaks(call):
            self._age(call.at)
            self._fail(call)

    def _age(self, now: datetime) -> None:
        """Evidence fades; a warning does not, but a call after a long pause starts anew."""
        if self._at is None:
            return
        passed = now - self._at
        if passed > GAP and self.raised_at is not None:
            self._begin(None)
            return
        self.score *= 0.5 ** (passed / HALF_LIFE)
        self._at = now

    def _fail(self, call: Call) -> None:
        """A failed attempt: a new request that fails, or a retry of one that is failing."""
        if self._at is None:
            self._begin(call.at)
        request = call.turn or call.key
        again = request in self._failing
        if self._counted_at is None or call.at - self._counted_at >= BLINK:
            weight = _FAILED if not again else _AGAIN if call.diagnosis is not None and call.diagnosis.explicit else 0.0
            self.score += weight
            self._counted_at = call.at if weight else self._counted_at
        if self.raised_at is None and self.score >= THRESHOLD:
            self.raised_at = call.at
        self._failing.add(request)
        self._failed += not again
        self._last_failed = call.at
        self._before, self._lately = self._worked, 0

    def _succeeded(self, call: Call) -> None:
        """A request that worked. One that worked on a retry stays counted as failed, but shows that it works again."""
        retried = (call.turn or call.key) in self._failing
        if not retried and (self._counted_at is None or call.at - self._counted_at >= BLINK):
            self.score = max(0.0, self.score + _WORKED)
        self._worked += not retried
        self._lately += 1
        if self.raised_at is None:
            if self.score <= 0.0:
                self._begin(None)
            return
        share = min(_MOST, self._failed / (self._failed + self._before))
        # So many successes in a row would be rarer than one in twenty, did requests still fail at the rate of this run.
        if (1 - share) ** self._lately <= _DOUBT + _ROUNDING:
            self._begin(None)


def early_warning(calls: Iterable[Call]) -> Warned | None:
    """The warning that stands after `calls`, which are those of one route, oldest first."""
    tally = Tally()
    for call in calls:
        tally.take(call)
    return tally.warned


def _speaks(call: Call) -> bool:
    """Whether the failure says something of the provider: not the wording alone, which anyone may have written."""
    diagnosis = call.diagnosis
    return diagnosis is not None and diagnosis.side is Side.THEIRS and (diagnosis.status is not None or diagnosis.code is not None)

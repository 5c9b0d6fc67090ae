"""Whether a route is back, and by whose word: the first own success, else the page where no own call speaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.health import Health
from statuswatch.core.notice import NoticeKind, NoticeReason, Trouble
from statuswatch.core.owncalls import BURST, OwnCalls, own_calls
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.world import World

STILL_CALLING = timedelta(minutes=10)
STEADY_FOR = timedelta(minutes=10)
_STEADY = 3
_BY_CALL = frozenset({Reason.BACK_BUT_OPEN, Reason.CALLS_SUCCEED})


@dataclass(frozen=True, slots=True)
class Look:
    """Whether a route is `back`, and when it is worth looking again though nothing comes in."""

    back: bool
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What there is to see at `now`. `verdicts`: by canonical route."""

    verdicts: Mapping[str, Verdict]
    world: World
    now: datetime

    def look(self, route: str, trouble: Trouble) -> Look:
        """Whether `route` is back from `trouble`. A route that is no longer watched is nothing to wait for."""
        verdict = self.verdicts.get(route)
        if verdict is None:
            return Look(back=True)
        by_call = self._by_call(verdict)
        if not by_call and (verdict.health is not Health.OK or (verdict.reason is Reason.PAGE_QUIET and not trouble.incidents)):
            return Look(back=False)
        calls = self._calls(verdict)
        if not by_call and calls.last_failed is not None and self.now - calls.last_failed < BURST:
            return Look(back=False, again_at=calls.last_failed + BURST)  # still calling: the next call says more than the page
        if NoticeKind.REOPENED not in trouble.told:
            return Look(back=True)
        return Look(_steady(calls)) if by_call else self._page_steady(trouble)

    def still_failing(self, route: str) -> bool:
        """Whether its own calls failed within minutes."""
        last = self._calls(self.verdicts[route]).last_failed
        return last is not None and self.now - last < STILL_CALLING

    def reason(self, verdict: Verdict, trouble: Trouble) -> NoticeReason:
        """By whose word it is back."""
        last_ok = self._calls(verdict).last_ok
        if self._by_call(verdict) and last_ok is not None and last_ok > trouble.opened_at:
            return NoticeReason.OWN_SUCCESS
        if verdict.reason is Reason.RESOLVED_UNVERIFIED:
            return NoticeReason.PAGE_RESOLVED
        tracked = (self.world.incidents.get(key) for key in trouble.incidents)
        live = any(item is not None and item.live(self.now) for item in tracked)
        return NoticeReason.NARROWED if live else NoticeReason.PAGE_RESOLVED

    def _by_call(self, verdict: Verdict) -> bool:
        """Whether an own call says that it works. During planned work that is for the call to say, not for the plan."""
        return verdict.reason in _BY_CALL or (verdict.reason is Reason.MAINTENANCE_NOW and self._calls(verdict).ok_after_failure)

    def _page_steady(self, trouble: Trouble) -> Look:
        """Whether the page has left the trouble's incidents closed for a while."""
        known = (self.world.incidents.get(key) for key in trouble.incidents)
        steady_at = max((item.changed_at + STEADY_FOR for item in known if item is not None and not item.live(self.now)), default=self.now)
        return Look(back=True) if steady_at <= self.now else Look(back=False, again_at=steady_at)

    def _calls(self, verdict: Verdict) -> OwnCalls:
        return own_calls(self.world, verdict.route, self.now)


def _steady(calls: OwnCalls) -> bool:
    """Whether own calls work again for good: three in a row, or one that long after the newest failure."""
    worked = next((count for count, call in enumerate(reversed(calls.recent)) if call.diagnosis is not None), len(calls.recent))
    apart = calls.last_ok is not None and calls.failed_before is not None and calls.last_ok - calls.failed_before >= STEADY_FOR
    return worked >= _STEADY or apart

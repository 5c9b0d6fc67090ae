"""What is told, once: verdicts and the memory of what was told become notices, or the reason why not.

The decision looks at states, not at events, so that a crash between two steps loses nothing: what was not told yet is still to be told.
One trouble is one notice, however many routes, clients, retries and feeds show it; later facts bring its text up to date in place.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from statuswatch.core.announcing import Announcer
from statuswatch.core.health import Confidence, Health, Relevance, Side
from statuswatch.core.incident import Impact
from statuswatch.core.judge import Judgement
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Policy, Suppressed, SuppressReason, Told, Trouble
from statuswatch.core.owncalls import own_calls
from statuswatch.core.relevance import RelevanceReason
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.world import World

GATHER = timedelta(minutes=5)
REOPEN_WITHIN = timedelta(minutes=30)
RECOVERY_GRACE = timedelta(seconds=60)
STILL_CALLING = timedelta(minutes=10)
OLD_NEWS = timedelta(hours=24)
FORGOTTEN = timedelta(days=15)
_STEADY = 3
_BROAD = frozenset({RelevanceReason.ALL_MODELS, RelevanceReason.MANY_MODELS, RelevanceReason.NOTHING_SAID})


@dataclass(frozen=True, slots=True)
class Decision:
    """What to remember, what to tell (amendments included) and what is not told, each with its reason. `look_again_at`: when a wait ends."""

    told: Told
    notices: tuple[Notice, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    look_again_at: datetime | None = None


def decide(judgement: Judgement, world: World, told: Told, policy: Policy, knowledge: Knowledge, now: Moment) -> Decision:
    """The notices of this instant. Pure: the same state decided twice tells nothing the second time."""
    desk = _Desk(judgement, world, policy, Announcer(knowledge, policy, now.at), now.at, told)
    desk.forget()
    for verdict in judgement.verdicts:
        desk.consider(verdict)
    desk.recoveries()
    return Decision(Told(tuple(desk.troubles), told.seen_before, desk.counter), tuple(desk.notices), tuple(desk.suppressed), desk.look_again_at)


class _Desk:
    """The working state of one decision; it never outlives the call."""

    def __init__(self, judgement: Judgement, world: World, policy: Policy, announcer: Announcer, now: datetime, told: Told) -> None:
        self.verdicts = {verdict.route.canonical: verdict for verdict in judgement.verdicts}
        self.world, self.policy, self.announcer, self.now = world, policy, announcer, now
        self.troubles = list(told.troubles)
        self.counter = told.counter
        self.notices: list[Notice] = []
        self.suppressed: list[Suppressed] = []
        self.told_back: set[str] = set()
        self.look_again_at: datetime | None = None

    def forget(self) -> None:
        """Drop troubles that were over long enough ago to be new trouble if they come again."""
        self.troubles = [t for t in self.troubles if (self.now - t.closed_at < REOPEN_WITHIN if t.closed_at else self.now - t.opened_at < FORGOTTEN)]

    def consider(self, verdict: Verdict) -> None:
        """Tell of trouble on this route, or note why not."""
        reason, refusal = self._worth_telling(verdict)
        route = verdict.route.canonical
        if reason is None:
            if refusal is not None:
                self.suppressed.append(Suppressed(self.now, route, refusal, verdict.incident))
            return
        index = self._trouble_of(verdict)
        if index is None:
            self._open(verdict, reason)
        else:
            self._join(index, verdict, reason)

    def _worth_telling(self, verdict: Verdict) -> tuple[NoticeReason | None, SuppressReason | None]:
        if verdict.side is Side.YOURS:
            return None, SuppressReason.YOUR_SIDE
        own = verdict.reason in {Reason.OWN_FAILURES_CAPACITY, Reason.OWN_FAILURES_SERVER}
        if own:
            return self._own_failures_worth(verdict)
        if verdict.reason is Reason.OWN_FAILURES_UNDECIDED:
            return None, SuppressReason.NOT_SURE_YET
        if verdict.incident is None or not verdict.trouble:
            if verdict.relevance is Relevance.POSSIBLE and verdict.reason is Reason.CALLS_SUCCEED:
                return None, SuppressReason.OWN_CALLS_SUCCEED
            return None, None
        return self._incident_worth(verdict)

    def _own_failures_worth(self, verdict: Verdict) -> tuple[NoticeReason | None, SuppressReason | None]:
        calls = own_calls(self.world, verdict.route, self.now)
        proven = len(calls.burst) >= _STEADY or calls.gave_up or verdict.relevance is Relevance.AFFECTED
        if verdict.confidence is Confidence.LOW or not proven:
            return None, SuppressReason.NOT_SURE_YET
        return NoticeReason.OWN_FAILURES, None

    def _incident_worth(self, verdict: Verdict) -> tuple[NoticeReason | None, SuppressReason | None]:
        tracked = self.world.incidents[verdict.incident or ""]
        incident = tracked.incident
        if verdict.reason is Reason.BACK_BUT_OPEN:
            return None, None
        posted = max((update.posted_at or update.at for update in incident.updates), default=incident.posted_at or tracked.first_seen)
        if self.now - posted > OLD_NEWS:
            return None, SuppressReason.STALE
        if verdict.relevance is Relevance.POSSIBLE and verdict.relevance_reason not in _BROAD:
            return None, SuppressReason.NOT_SURE_YET
        return NoticeReason.INCIDENT_POSTED, None

    def _trouble_of(self, verdict: Verdict) -> int | None:
        """The trouble that this verdict belongs to: the same incident, or the same route or provider where either side has no incident yet."""
        route = verdict.route.canonical
        for index, trouble in enumerate(self.troubles):
            if trouble.provider != verdict.route.provider:
                continue
            if verdict.incident is not None and verdict.incident in trouble.incidents:
                return index
            if (verdict.incident is None or not trouble.incidents) and (trouble.closed_at is None or route in trouble.back):
                return index
        return None

    def _open(self, verdict: Verdict, reason: NoticeReason) -> None:
        self.counter += 1
        route = verdict.route.canonical
        incidents = (verdict.incident,) if verdict.incident else ()
        trouble = Trouble(f"t{self.counter}", verdict.route.provider, self.now, (route,), incidents=incidents, weight=self._weight(verdict))
        self._tell(trouble, NoticeKind.OPENED, reason, verdict)

    def _join(self, index: int, verdict: Verdict, reason: NoticeReason) -> None:
        trouble, route = self.troubles[index], verdict.route.canonical
        incidents = trouble.incidents
        if verdict.incident and verdict.incident not in incidents:
            incidents = (*incidents, verdict.incident)
        if trouble.closed_at is not None or route in trouble.back:
            self._again(index, replace(trouble, incidents=incidents), verdict)
            return
        weight = max(trouble.weight, self._weight(verdict))
        grown = replace(trouble, incidents=incidents, weight=weight)
        if route not in trouble.pending:
            grown = replace(grown, pending=(*trouble.pending, route))
            late = self.now - trouble.opened_at > GATHER
            if late and NoticeKind.GREW not in trouble.told:
                self._tell(grown, NoticeKind.GREW, NoticeReason.SCOPE_GREW, verdict, index)
                return
        elif weight >= _STEADY > trouble.weight and NoticeKind.WORSENED not in trouble.told and NoticeKind.OPENED in trouble.told and trouble.incidents:
            self._tell(grown, NoticeKind.WORSENED, NoticeReason.WORSE, verdict, index)
            return
        self.suppressed.append(Suppressed(self.now, route, SuppressReason.ALREADY_TOLD, verdict.incident))
        self._amend(index, grown, verdict, reason)

    def _amend(self, index: int, trouble: Trouble, verdict: Verdict, reason: NoticeReason) -> None:
        """Bring the shown notice up to date, silently, when what it says has changed in substance."""
        digest = self.announcer.digest(trouble, self.verdicts)
        if digest != trouble.digest and verdict.route.canonical == trouble.pending[0]:
            notice = self.announcer.notice(trouble, NoticeKind.AMENDED, reason, verdict, self.verdicts, len(trouble.told), digest)
            self.notices.append(notice)
            trouble = replace(trouble, digest=digest)
        self.troubles[index] = trouble

    def _again(self, index: int, trouble: Trouble, verdict: Verdict) -> None:
        """It was told as back and fails again. Said once; after that it flaps, and only its steady end is told."""
        route = verdict.route.canonical
        trouble = replace(trouble, pending=(*trouble.pending, route), back=tuple(r for r in trouble.back if r != route), closed_at=None, hold_until=None)
        if NoticeKind.REOPENED in trouble.told:
            self.suppressed.append(Suppressed(self.now, route, SuppressReason.FLAPPING, verdict.incident))
            self.troubles[index] = trouble
            return
        self._tell(trouble, NoticeKind.REOPENED, NoticeReason.REOPENED, verdict, index)

    def recoveries(self) -> None:
        """Tell what is back: at the first own success, else at the page's uncontradicted word; several routes of one trouble together."""
        for index, trouble in enumerate(self.troubles):
            if trouble.closed_at is None:
                self._recover(index, trouble)

    def _recover(self, index: int, trouble: Trouble) -> None:
        back = tuple(route for route in trouble.pending if self._is_back(route, trouble))
        if not back:
            return
        rest = tuple(route for route in trouble.pending if route not in back)
        if any(self._still_failing(route) for route in rest):
            hold = trouble.hold_until or self.now + RECOVERY_GRACE
            if self.now < hold:
                self.troubles[index] = replace(trouble, hold_until=hold)
                self.look_again_at = min(self.look_again_at or hold, hold)
                self.suppressed.extend(Suppressed(self.now, route, SuppressReason.GRACE) for route in back)
                return
        verdict = self.verdicts.get(back[0])
        known = set(back) <= self.told_back
        self.told_back.update(back)
        closed = replace(trouble, pending=rest, back=(*trouble.back, *back), hold_until=None, closed_at=None if rest else self.now)
        if verdict is None or known:  # no longer on the watchlist, or told just now with another trouble of the same routes
            self.troubles[index] = closed
            return
        again = NoticeKind.RESOLVED in trouble.told and NoticeKind.REOPENED not in trouble.told
        if again and not rest:
            self.troubles[index] = closed
            return
        self._tell(closed, NoticeKind.RESOLVED, self._back_reason(verdict, trouble), verdict, index, back)

    def _is_back(self, route: str, trouble: Trouble) -> bool:
        verdict = self.verdicts.get(route)
        if verdict is None:
            return True
        works = verdict.health is Health.OK or verdict.reason in {Reason.BACK_BUT_OPEN, Reason.CALLS_SUCCEED}
        if not works or (verdict.reason is Reason.PAGE_QUIET and not trouble.incidents):
            return False
        if NoticeKind.REOPENED in trouble.told and verdict.reason is not Reason.RESOLVED_UNVERIFIED:
            return self._steady(verdict)
        return True

    def _steady(self, verdict: Verdict) -> bool:
        calls = own_calls(self.world, verdict.route, self.now)
        since = calls.recent[::-1]
        worked = next((n for n, call in enumerate(since) if call.diagnosis is not None), len(since))
        return worked >= _STEADY

    def _still_failing(self, route: str) -> bool:
        verdict = self.verdicts.get(route)
        if verdict is None:
            return False
        last = own_calls(self.world, verdict.route, self.now).last_failed
        return last is not None and self.now - last < STILL_CALLING

    def _back_reason(self, verdict: Verdict, trouble: Trouble) -> NoticeReason:
        if verdict.reason in {Reason.CALLS_SUCCEED, Reason.BACK_BUT_OPEN}:
            return NoticeReason.OWN_SUCCESS
        tracked = (self.world.incidents.get(key) for key in trouble.incidents)
        live = any(item is not None and item.live(self.now) for item in tracked)
        return NoticeReason.NARROWED if live else NoticeReason.PAGE_RESOLVED

    def _weight(self, verdict: Verdict) -> int:
        tracked = self.world.incidents.get(verdict.incident or "")
        if tracked is None:
            return 0
        return {Impact.MINOR: 1, Impact.MAJOR: 2, Impact.CRITICAL: 3}.get(tracked.incident.impact, 0)

    def _tell(self, trouble: Trouble, kind: NoticeKind, reason: NoticeReason, verdict: Verdict, index: int | None = None, routes: tuple[str, ...] = ()) -> None:
        digest = self.announcer.digest(trouble, self.verdicts)
        muted = self._muted(verdict, trouble)
        number = len(trouble.told)
        trouble = replace(trouble.telling(kind), digest=digest)
        if muted:
            self.suppressed.append(Suppressed(self.now, verdict.route.canonical, SuppressReason.MUTED, verdict.incident))
        else:
            self.notices.append(self.announcer.notice(trouble, kind, reason, verdict, self.verdicts, number, digest, routes))
        if index is None:
            self.troubles.append(trouble)
        else:
            self.troubles[index] = trouble

    def _muted(self, verdict: Verdict, trouble: Trouble) -> bool:
        targets = {"*", verdict.route.canonical, verdict.route.provider, *trouble.incidents}
        active = {target for target, until in (*self.policy.muted, *self.world.mutes.items()) if until > self.now}
        return bool(targets & active)

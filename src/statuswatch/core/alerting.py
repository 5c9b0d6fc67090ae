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
from statuswatch.core.owncalls import BURST, OwnCalls, own_calls
from statuswatch.core.relevance import RelevanceReason
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.world import World

GATHER = timedelta(minutes=5)
REOPEN_WITHIN = timedelta(minutes=30)
RECOVERY_GRACE = timedelta(seconds=60)
STILL_CALLING = timedelta(minutes=10)
OLD_NEWS = timedelta(hours=24)
FORGOTTEN = timedelta(days=15)
QUIET = timedelta(hours=2)
STEADY_FOR = timedelta(minutes=10)
_STEADY = 3
_GRAVE = 3
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
    notices = tuple(desk.written())
    return Decision(Told(tuple(desk.troubles), told.seen_before, desk.counter), notices, tuple(desk.suppressed), desk.look_again_at)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A notice that is decided and not written yet: what it names is known when all routes were looked at. `number`: which of its trouble's."""

    trouble: str
    number: int
    kind: NoticeKind
    reason: NoticeReason
    verdict: Verdict
    routes: tuple[str, ...] = ()


class _Desk:
    """The working state of one decision; it never outlives the call."""

    def __init__(self, judgement: Judgement, world: World, policy: Policy, announcer: Announcer, now: datetime, told: Told) -> None:
        self.verdicts = {verdict.route.canonical: verdict for verdict in judgement.verdicts}
        self.world, self.policy, self.announcer, self.now = world, policy, announcer, now
        self.troubles = list(told.troubles)
        self.counter = told.counter
        self.drafts: list[_Draft] = []
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
        proven = self._calls(verdict).proven(verdict.side) or verdict.relevance is Relevance.AFFECTED
        if verdict.confidence is Confidence.LOW or not proven:
            return None, SuppressReason.NOT_SURE_YET
        return NoticeReason.OWN_FAILURES, None

    def _incident_worth(self, verdict: Verdict) -> tuple[NoticeReason | None, SuppressReason | None]:
        tracked = self.world.incidents[verdict.incident or ""]
        incident = tracked.incident
        if verdict.reason is Reason.BACK_BUT_OPEN:
            return None, None
        if verdict.reason is Reason.CALLS_SUCCEED:
            return None, SuppressReason.OWN_CALLS_SUCCEED
        posted = max((update.posted_at or update.at for update in incident.updates), default=incident.posted_at or tracked.first_seen)
        if self.now - posted > OLD_NEWS:
            return None, SuppressReason.STALE
        if verdict.relevance is Relevance.POSSIBLE and verdict.relevance_reason not in _BROAD:
            return None, SuppressReason.NOT_SURE_YET
        return NoticeReason.INCIDENT_POSTED, None

    def _calls(self, verdict: Verdict) -> OwnCalls:
        return own_calls(self.world, verdict.route, self.now)

    def _trouble_of(self, verdict: Verdict) -> int | None:
        """The trouble that this verdict belongs to: the same incident, whoever it hits; else the same provider's, lately, where either side has no incident."""
        route = verdict.route.canonical
        for index, trouble in enumerate(self.troubles):
            if verdict.incident is not None and verdict.incident in trouble.incidents:
                return index
        for index, trouble in enumerate(self.troubles):
            if trouble.provider != verdict.route.provider or self._is_past(trouble):
                continue
            if (verdict.incident is None or not trouble.incidents) and (trouble.closed_at is None or route in trouble.back):
                return index
        return None

    def _is_past(self, trouble: Trouble) -> bool:
        """Whether nothing has spoken of it for so long that what comes now is news, though nobody saw it end."""
        return self.now - (trouble.seen_at or trouble.opened_at) > QUIET

    def _open(self, verdict: Verdict, reason: NoticeReason) -> None:
        self.counter += 1
        route = verdict.route.canonical
        self._leave_past_troubles(route)
        incidents = (verdict.incident,) if verdict.incident else ()
        trouble = Trouble(f"t{self.counter}", verdict.route.provider, self.now, (route,), incidents=incidents, weight=self._weight(verdict), seen_at=self.now)
        self._tell(trouble, NoticeKind.OPENED, reason, verdict)

    def _leave_past_troubles(self, route: str) -> None:
        """A route that opens a new trouble waits in no past one for its end."""
        left = [
            replace(trouble, pending=tuple(item for item in trouble.pending if item != route)) if self._is_past(trouble) else trouble
            for trouble in self.troubles
        ]
        self.troubles = [trouble for trouble in left if trouble.pending or trouble.closed_at]

    def _join(self, index: int, verdict: Verdict, reason: NoticeReason) -> None:
        trouble, route = replace(self.troubles[index], seen_at=self.now), verdict.route.canonical
        incidents = trouble.incidents
        if verdict.incident and verdict.incident not in incidents:
            incidents = (*incidents, verdict.incident)
        if trouble.closed_at is not None or (route in trouble.back and route not in trouble.pending):
            self._again(index, replace(trouble, incidents=incidents), verdict)
            return
        weight = max(trouble.weight, self._weight(verdict))
        grown = replace(trouble, incidents=incidents, weight=weight)
        if route not in trouble.pending:
            late = self.now - trouble.opened_at > GATHER
            if late and reason is NoticeReason.INCIDENT_POSTED and verdict.relevance is Relevance.POSSIBLE:
                # The trouble is known; that it may reach further is for the surfaces to show, not for another notice.
                self.suppressed.append(Suppressed(self.now, route, SuppressReason.ALREADY_TOLD, verdict.incident))
                self.troubles[index] = replace(trouble, incidents=incidents)
                return
            grown = replace(grown, pending=(*trouble.pending, route))
            if late and NoticeKind.GREW not in trouble.told:
                self._tell(grown, NoticeKind.GREW, NoticeReason.SCOPE_GREW, verdict, index)
                return
        elif weight >= _GRAVE > trouble.weight and NoticeKind.WORSENED not in trouble.told and trouble.incidents:
            self._tell(grown, NoticeKind.WORSENED, NoticeReason.WORSE, verdict, index)
            return
        self.suppressed.append(Suppressed(self.now, route, SuppressReason.ALREADY_TOLD, verdict.incident))
        self._amend(index, grown, verdict, reason)

    def _amend(self, index: int, trouble: Trouble, verdict: Verdict, reason: NoticeReason) -> None:
        """Bring the shown notice up to date, silently, when what it says has changed in substance."""
        digest = self.announcer.digest(trouble, self.verdicts)
        if digest != trouble.digest and verdict.route.canonical == trouble.pending[0]:
            self._draft(trouble, NoticeKind.AMENDED, reason, verdict)
            trouble = replace(trouble, digest=digest, number=trouble.number + 1)
        self.troubles[index] = trouble

    def _again(self, index: int, trouble: Trouble, verdict: Verdict) -> None:
        """It was told as back and fails again. Said once; after that it flaps: nothing is said that was said before."""
        route = verdict.route.canonical
        trouble = replace(trouble, pending=(*trouble.pending, route), closed_at=None, hold_until=None)
        if NoticeKind.REOPENED in trouble.told:
            self.suppressed.append(Suppressed(self.now, route, SuppressReason.FLAPPING, verdict.incident))
            self.troubles[index] = trouble
            return
        trouble = replace(trouble, back=tuple(item for item in trouble.back if item != route))
        self._tell(trouble, NoticeKind.REOPENED, NoticeReason.REOPENED, verdict, index)

    def recoveries(self) -> None:
        """Tell what is back: at the first own success, else at the page's uncontradicted word; several routes of one trouble together."""
        for index, trouble in enumerate(self.troubles):
            if trouble.closed_at is None:
                self._recover(index, trouble)

    def _recover(self, index: int, trouble: Trouble) -> None:
        back = tuple(route for route in trouble.pending if self._is_back(route, trouble))
        rest = tuple(route for route in trouble.pending if route not in back)
        if not back or (any(self._still_failing(route) for route in rest) and self._waits(index, trouble, back)):
            return
        news = tuple(route for route in back if route not in trouble.back)
        closed = replace(trouble, pending=rest, back=(*trouble.back, *news), hold_until=None, closed_at=None if rest else self.now)
        unheard = tuple(route for route in news if route not in self.told_back and route in self.verdicts)
        self.told_back.update(news)
        if not unheard:  # no longer on the watchlist, told just now with another trouble, or told before it flapped
            self.troubles[index] = closed
            return
        verdict = self.verdicts[unheard[0]]
        self._tell(closed, NoticeKind.RESOLVED, self._back_reason(verdict, trouble), verdict, index, unheard)

    def _waits(self, index: int, trouble: Trouble, back: tuple[str, ...]) -> bool:
        """Whether what is back waits for what still fails: a minute before the first is told, and for the last one after that."""
        hold = min(trouble.hold_until or self.now + RECOVERY_GRACE, self.now + RECOVERY_GRACE)
        if self.now >= hold and NoticeKind.RESOLVED not in trouble.told:
            return False
        self.troubles[index] = replace(trouble, hold_until=hold)
        self._look_again(max(hold, self.now + RECOVERY_GRACE) if self.now >= hold else hold)
        self.suppressed.extend(Suppressed(self.now, route, SuppressReason.GRACE) for route in back)
        return True

    def _look_again(self, when: datetime) -> None:
        self.look_again_at = min(self.look_again_at or when, when)

    def _is_back(self, route: str, trouble: Trouble) -> bool:
        verdict = self.verdicts.get(route)
        if verdict is None:
            return True
        by_call = verdict.reason in {Reason.BACK_BUT_OPEN, Reason.CALLS_SUCCEED}
        if not by_call and (verdict.health is not Health.OK or (verdict.reason is Reason.PAGE_QUIET and not trouble.incidents)):
            return False
        calls = self._calls(verdict)
        if not by_call and calls.last_failed is not None and self.now - calls.last_failed < BURST:
            self._look_again(calls.last_failed + BURST)  # still calling: the next call says more than the page
            return False
        return NoticeKind.REOPENED not in trouble.told or (_steady(calls) if by_call else self._page_is_steady(trouble))

    def _page_is_steady(self, trouble: Trouble) -> bool:
        """Whether the page has left the trouble's incidents closed for a while."""
        known = (self.world.incidents.get(key) for key in trouble.incidents)
        steady_at = max((item.changed_at + STEADY_FOR for item in known if item is not None and not item.live(self.now)), default=self.now)
        if steady_at > self.now:
            self._look_again(steady_at)
        return steady_at <= self.now

    def _still_failing(self, route: str) -> bool:
        last = self._calls(self.verdicts[route]).last_failed
        return last is not None and self.now - last < STILL_CALLING

    def _back_reason(self, verdict: Verdict, trouble: Trouble) -> NoticeReason:
        last_ok = self._calls(verdict).last_ok
        if verdict.reason in {Reason.CALLS_SUCCEED, Reason.BACK_BUT_OPEN} and last_ok is not None and last_ok > trouble.opened_at:
            return NoticeReason.OWN_SUCCESS
        if verdict.reason is Reason.RESOLVED_UNVERIFIED:
            return NoticeReason.PAGE_RESOLVED
        tracked = (self.world.incidents.get(key) for key in trouble.incidents)
        live = any(item is not None and item.live(self.now) for item in tracked)
        return NoticeReason.NARROWED if live else NoticeReason.PAGE_RESOLVED

    def _weight(self, verdict: Verdict) -> int:
        tracked = self.world.incidents.get(verdict.incident or "")
        if tracked is None:
            return 0
        return {Impact.MINOR: 1, Impact.MAJOR: 2, Impact.CRITICAL: 3}.get(tracked.incident.impact, 0)

    def _tell(self, trouble: Trouble, kind: NoticeKind, reason: NoticeReason, verdict: Verdict, index: int | None = None, routes: tuple[str, ...] = ()) -> None:
        if self._muted(verdict, trouble):
            self.suppressed.append(Suppressed(self.now, verdict.route.canonical, SuppressReason.MUTED, verdict.incident))
        self._draft(trouble, kind, reason, verdict, routes)
        trouble = replace(trouble.telling(kind), number=trouble.number + 1, digest=self.announcer.digest(trouble, self.verdicts))
        if index is None:
            self.troubles.append(trouble)
        else:
            self.troubles[index] = trouble

    def _draft(self, trouble: Trouble, kind: NoticeKind, reason: NoticeReason, verdict: Verdict, routes: tuple[str, ...] = ()) -> None:
        if not self._muted(verdict, trouble):
            self.drafts.append(_Draft(trouble.id, trouble.number, kind, reason, verdict, routes))

    def written(self) -> list[Notice]:
        """The decided notices in words; from here on the troubles remember what these words stand on."""
        notices = []
        for draft in self.drafts:
            index = next(index for index, trouble in enumerate(self.troubles) if trouble.id == draft.trouble)
            trouble = self.troubles[index]
            notices.append(self.announcer.notice(trouble, draft.number, draft.kind, draft.reason, draft.verdict, self.verdicts, draft.routes))
            self.troubles[index] = replace(trouble, digest=self.announcer.digest(trouble, self.verdicts))
        return notices

    def _muted(self, verdict: Verdict, trouble: Trouble) -> bool:
        targets = {"*", verdict.route.canonical, verdict.route.provider, *trouble.incidents}
        active = {target for target, until in (*self.policy.muted, *self.world.mutes.items()) if until > self.now}
        return bool(targets & active)


def _steady(calls: OwnCalls) -> bool:
    """Whether own calls work again for good: three in a row, or one that long after the newest failure."""
    worked = next((count for count, call in enumerate(reversed(calls.recent)) if call.diagnosis is not None), len(calls.recent))
    apart = calls.last_ok is not None and calls.failed_before is not None and calls.last_ok - calls.failed_before >= STEADY_FOR
    return worked >= _STEADY or apart

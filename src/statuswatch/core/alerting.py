"""What is told, once: verdicts and the memory of what was told become notices, or the reason why not.

The decision looks at states, not at events, so that a crash between two steps loses nothing: what was not told yet is still to be told.
One trouble is one notice, however many routes, clients, retries and feeds show it; later facts bring its text up to date in place.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from statuswatch.core.announcing import Announcer
from statuswatch.core.belonging import Belonging, is_past
from statuswatch.core.health import Relevance
from statuswatch.core.hushing import Hush, names_of
from statuswatch.core.incident import Impact
from statuswatch.core.judge import Judgement
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Policy, Suppressed, SuppressReason, Told, Trouble
from statuswatch.core.recovery import Recovery
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.world import World
from statuswatch.core.worth import worth_telling

GATHER = timedelta(minutes=5)
REOPEN_WITHIN = timedelta(minutes=30)
RECOVERY_GRACE = timedelta(seconds=60)
FORGOTTEN = timedelta(days=15)
WISH_HOLDS = timedelta(minutes=5)
_GRAVE = 3
_ANNOUNCED_KEPT = 200


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
    desk.hear_wishes()
    desk.remind()
    desk.recoveries()
    notices = (*desk.written(), *desk.planned())
    memory = Told(tuple(desk.troubles), told.seen_before, desk.counter, desk.announced[-_ANNOUNCED_KEPT:])
    return Decision(memory, notices, tuple(desk.suppressed), desk.look_again_at)


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
        self.world, self.announcer, self.now = world, announcer, now
        self.hush = Hush(policy, world.mutes, world.snoozes, now)
        self.recovery = Recovery(self.verdicts, world, now)
        self.belonging = Belonging(self.verdicts, announcer.knowledge, now)
        self.troubles = list(told.troubles)
        self.counter = told.counter
        self.announced = told.announced
        self.drafts: list[_Draft] = []
        self.suppressed: list[Suppressed] = []
        self.told_back: set[str] = set()
        self.look_again_at: datetime | None = None

    def forget(self) -> None:
        """Drop troubles that were over long enough ago to be new trouble if they come again."""
        self.troubles = [t for t in self.troubles if (self.now - t.closed_at < REOPEN_WITHIN if t.closed_at else self.now - t.opened_at < FORGOTTEN)]

    def consider(self, verdict: Verdict) -> None:
        """Tell of trouble on this route, or note why not."""
        reason, refusal = worth_telling(verdict, self.world, self.now)
        route = verdict.route.canonical
        if reason is None:
            if refusal is not None:
                self.suppressed.append(Suppressed(self.now, route, refusal, verdict.incident))
            return
        index = self.belonging.trouble_of(verdict, reason, self.troubles)
        trouble = None if index is None else self.troubles[index]
        held = self.hush.held(verdict, trouble.incidents if trouble else ())
        if held is not None and self._is_news(trouble, verdict):
            self.suppressed.append(Suppressed(self.now, route, held.reason, verdict.incident))
            self._look_again(held.until)
        elif index is None:
            self._open(verdict, reason)
        else:
            self._join(index, verdict, reason)

    def _is_news(self, trouble: Trouble | None, verdict: Verdict) -> bool:
        """Whether telling of this verdict would be more than bringing what is on screen up to date."""
        if trouble is None or trouble.closed_at is not None or verdict.route.canonical not in trouble.pending:
            return True
        return NoticeKind.OPENED not in trouble.told or self._weight(verdict) >= _GRAVE > trouble.weight

    def _open(self, verdict: Verdict, reason: NoticeReason) -> None:
        self.counter += 1
        route = verdict.route.canonical
        self._leave_past_troubles(route)
        incidents = (verdict.incident,) if verdict.incident else ()
        trouble = Trouble(f"t{self.counter}", verdict.route.provider, self.now, (route,), incidents=incidents, weight=self._weight(verdict), seen_at=self.now)
        self._tell(trouble, NoticeKind.OPENED, reason, verdict)

    def _leave_past_troubles(self, route: str) -> None:
        """A route that opens a new trouble waits in no past one for its end, unless that one's incident still lasts and will be on top again."""
        left = [
            replace(trouble, pending=tuple(item for item in trouble.pending if item != route))
            if is_past(trouble, self.now) and not any(key in self.world.incidents and self.world.incidents[key].live(self.now) for key in trouble.incidents)
            else trouble
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
        if NoticeKind.OPENED not in trouble.told:  # awaited before there was anything sure to tell
            pending = trouble.pending if route in trouble.pending else (*trouble.pending, route)
            self._tell(replace(trouble, incidents=incidents, pending=pending, weight=self._weight(verdict)), NoticeKind.OPENED, reason, verdict, index)
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

    def hear_wishes(self) -> None:
        """Who asked to be told when it is back is told so, of trouble that was not worth a notice by itself too."""
        targets = {target for target, at in self.world.waits.items() if timedelta(0) <= self.now - at <= WISH_HOLDS}
        for verdict in self.verdicts.values() if targets else ():
            if not targets & names_of(verdict) or not verdict.trouble:
                continue
            route = verdict.route.canonical
            index = next((number for number, item in enumerate(self.troubles) if item.closed_at is None and route in item.pending), None)
            if index is not None:
                self.troubles[index] = replace(self.troubles[index], asked=True)
                continue
            self.counter += 1
            incidents = (verdict.incident,) if verdict.incident else ()
            since = verdict.since or self.now
            self.troubles.append(Trouble(f"t{self.counter}", verdict.route.provider, since, (route,), incidents=incidents, seen_at=self.now, asked=True))

    def remind(self) -> None:
        """Tell again of what still lasts when its snooze ends."""
        for index, trouble in enumerate(self.troubles):
            failing = [self.verdicts[route] for route in trouble.pending if route in self.verdicts and self.verdicts[route].trouble]
            until = self.hush.snoozed_until(failing[0], trouble) if failing and trouble.closed_at is None else None
            if until is None:
                continue
            if until > self.now:
                self._look_again(until)
            elif self.hush.held(failing[0], trouble.incidents) is None:
                self._tell(replace(trouble, reminded_at=self.now), NoticeKind.OPENED, NoticeReason.STILL, failing[0], index)

    def planned(self) -> list[Notice]:
        """Say quietly, and once, that planned work has begun which concerns routes of this person."""
        begun: dict[str, list[Verdict]] = {}
        for verdict in self.verdicts.values():
            if verdict.reason is Reason.MAINTENANCE_NOW and verdict.incident and verdict.incident not in self.announced:
                begun.setdefault(verdict.incident, []).append(verdict)
        notices = []
        for key, verdicts in begun.items():
            self.counter += 1
            first = verdicts[0]
            routes = tuple(verdict.route.canonical for verdict in verdicts)
            trouble = Trouble(f"m{self.counter}", first.route.provider, self.now, routes, incidents=(key,))
            self.announced = (*self.announced, key)
            held = self.hush.held(first, (key,))
            if held is not None or self.hush.muted(NoticeKind.MAINTENANCE, first, trouble):
                refusal = held.reason if held else SuppressReason.MUTED
                self.suppressed.append(Suppressed(self.now, first.route.canonical, refusal, key))
            else:
                notices.append(self.announcer.notice(trouble, 0, NoticeKind.MAINTENANCE, NoticeReason.PLANNED, first, self.verdicts, routes))
        return notices

    def recoveries(self) -> None:
        """Tell what is back: at the first own success, else at the page's uncontradicted word; several routes of one trouble together."""
        for index, trouble in enumerate(self.troubles):
            if trouble.closed_at is None:
                self._recover(index, trouble)

    def _recover(self, index: int, trouble: Trouble) -> None:
        looks = {route: self.recovery.look(route, trouble) for route in trouble.pending}
        for look in looks.values():
            if look.again_at is not None:
                self._look_again(look.again_at)
        back = tuple(route for route, look in looks.items() if look.back)
        rest = tuple(route for route, look in looks.items() if not look.back)
        if not back or (any(self.recovery.still_failing(route) for route in rest) and self._waits(index, trouble, back)):
            return
        news = tuple(route for route in back if route not in trouble.back)
        closed = replace(trouble, pending=rest, back=(*trouble.back, *news), hold_until=None, closed_at=None if rest else self.now)
        unheard = tuple(route for route in news if route not in self.told_back and route in self.verdicts)
        self.told_back.update(news)
        if not unheard:  # no longer on the watchlist, told just now with another trouble, or told before it flapped
            self.troubles[index] = closed
            return
        verdict = self.verdicts[unheard[0]]
        self._tell(closed, NoticeKind.RESOLVED, self.recovery.reason(verdict, trouble), verdict, index, unheard)

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

    def _weight(self, verdict: Verdict) -> int:
        tracked = self.world.incidents.get(verdict.incident or "")
        if tracked is None:
            return 0
        return {Impact.MINOR: 1, Impact.MAJOR: 2, Impact.CRITICAL: 3}.get(tracked.incident.impact, 0)

    def _tell(self, trouble: Trouble, kind: NoticeKind, reason: NoticeReason, verdict: Verdict, index: int | None = None, routes: tuple[str, ...] = ()) -> None:
        if not self._draft(trouble, kind, reason, verdict, routes):
            self.suppressed.append(Suppressed(self.now, verdict.route.canonical, SuppressReason.MUTED, verdict.incident))
        trouble = replace(trouble.telling(kind), number=trouble.number + 1, digest=self.announcer.digest(trouble, self.verdicts))
        if index is None:
            self.troubles.append(trouble)
        else:
            self.troubles[index] = trouble

    def _draft(self, trouble: Trouble, kind: NoticeKind, reason: NoticeReason, verdict: Verdict, routes: tuple[str, ...] = ()) -> bool:
        """Keep it to be written, unless it is muted; whether it was kept."""
        if self.hush.muted(kind, verdict, trouble):
            return False
        self.drafts.append(_Draft(trouble.id, trouble.number, kind, reason, verdict, routes))
        return True

    def written(self) -> list[Notice]:
        """The decided notices in words; from here on the troubles remember what these words stand on."""
        notices = []
        for draft in self.drafts:
            index = next(index for index, trouble in enumerate(self.troubles) if trouble.id == draft.trouble)
            trouble = self.troubles[index]
            notices.append(self.announcer.notice(trouble, draft.number, draft.kind, draft.reason, draft.verdict, self.verdicts, draft.routes))
            self.troubles[index] = replace(trouble, digest=self.announcer.digest(trouble, self.verdicts))
        return notices

"""The engine's state from step to step: hands what came in to core, and says what the step leaves to be stored, told and shown."""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from statuswatch.core.alerting import decide
from statuswatch.core.health import Fault
from statuswatch.core.interest import interesting
from statuswatch.core.judge import Judgement, judge
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment
from statuswatch.core.network import unanswered
from statuswatch.core.notice import Notice, Policy, Suppressed
from statuswatch.core.observation import Call, CallSeen, Command, CommandKind, Observation, Outcome
from statuswatch.core.picture import Outlook
from statuswatch.core.schedule import DueReason
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.core.world import World, advance, call_route
from statuswatch.engine.poller import Attention
from statuswatch.engine.store import RECENT_NOTICES, RECENT_SUPPRESSED, HealthTurn, Step, Stored

LATELY = timedelta(minutes=10)
"""A call that failed longer ago, read from an old record, is no reason to look at a page now."""

QUIET = timedelta(hours=1)
"""A person whose calls are seen and who made none for so long is away, or at other work: pages can wait a little longer."""

_TURNS_OWED = 1000
_YOURS = frozenset({Fault.QUOTA, Fault.BILLING, Fault.AUTH, Fault.REQUEST, Fault.MODEL})

QuietUntil = Callable[[datetime], datetime | None]
Hurry = tuple[DueReason, str | None]
"""A wish to read the feeds of a provider (None: all) now."""


class Course:
    """What the engine knows. `watchlist`: what was configured and found; `feeds`: the names of those that are polled.

    `quiet_until` says until when a time lies in the person's quiet hours, None where it does not.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        policy: Policy,
        watchlist: Watchlist,
        stored: Stored,
        feeds: Mapping[str, str],
        now: datetime,
        quiet_until: QuietUntil = lambda _: None,
    ) -> None:
        self._knowledge = knowledge
        self._policy = policy
        self._quiet_until = quiet_until
        self._world = _without_strangers(stored.world, feeds)
        self._told = stored.told
        self._watchlist = _with_seen(watchlist, stored.watchlist)
        self._notices: tuple[Notice, ...] = stored.notices
        self._suppressed: tuple[Suppressed, ...] = stored.suppressed
        self._healths: dict[str, str] = dict(stored.healths)
        self._judgement = Judgement(())
        self._owed = Step(now, self._world, self._told, self._watchlist)
        self.next_look: datetime | None = None
        self._now = now
        self._last_call = max((call.at for calls in self._world.calls.values() for call in calls), default=None)

    def take(self, observation: Observation, now: Moment) -> Hurry | None:
        """Take one observation in. Leaves everything as it was if that raises."""
        self._world, changes = advance(self._world, observation, now)
        if isinstance(observation, CallSeen) and changes:
            return self._called(observation.call, now.at)
        if isinstance(observation, Command) and observation.kind is CommandKind.REFRESH:
            target = observation.target
            return DueReason.ASKED, None if target == "*" else target.replace("/", ":").partition(":")[0]
        return None

    def conclude(self, now: Moment, memory: Mapping[str, str], ways: tuple[str, ...]) -> tuple[Step, tuple[Notice, ...]]:
        """Judge and decide; the step to be stored, with what earlier ones still owe, and the notices that are new."""
        self._now = now.at
        judgement = judge(self._world, self._watchlist, self._knowledge, now)
        policy = replace(self._policy, quiet_until=self._quiet_until(now.at))
        decision = decide(judgement, self._world, self._told, policy, self._knowledge, now)
        refusals = self._new_refusals(decision.suppressed)
        owed = self._owed
        step = Step(
            now.at,
            self._world,
            decision.told,
            self._watchlist,
            (*owed.notices, *decision.notices),
            (*owed.suppressed, *refusals)[-RECENT_SUPPRESSED:],
            (*owed.turns, *self._turns(judgement, now.at))[-_TURNS_OWED:],
            {**owed.memory, **memory},
            ways,
        )
        self._judgement, self._told = judgement, decision.told
        self._notices = (*self._notices, *decision.notices)[-RECENT_NOTICES:]
        self._suppressed = (*self._suppressed, *refusals)[-RECENT_SUPPRESSED:]
        self.next_look = min((at for at in (judgement.look_again_at, decision.look_again_at) if at), default=None)
        return step, decision.notices

    def stored(self, step: Step) -> None:
        """`step` is in the store: nothing is owed."""
        self._owed = replace(step, notices=(), suppressed=(), turns=(), memory={})

    def owes(self, step: Step) -> None:
        """`step` could not be stored: the next one brings it along."""
        self._owed = replace(step, notices=step.notices[-RECENT_NOTICES:])

    def attention(self, listeners: int) -> Attention:
        """What polling depends on: trouble, people who look, and whose pages can concern this person at all."""
        trouble = frozenset(verdict.route.provider for verdict in self._judgement.verdicts if verdict.trouble)
        idle = not listeners and self._last_call is not None and self._now - self._last_call > QUIET
        return Attention(trouble, listeners, interesting(self._watchlist, self._knowledge, trouble), idle)

    def outlook(self, read: Container[str]) -> Outlook:
        """What there is to show. A feed that is not among those that are `read` now, because nobody watches its provider any more, is not."""
        shown = _without_strangers(self._world, read)
        policy = replace(self._policy, quiet_until=self._quiet_until(self._now))
        return Outlook(shown, self._watchlist, self._judgement, self._knowledge, self._notices, self._suppressed, policy)

    def _called(self, call: Call, now: datetime) -> Hurry | None:
        """A call of the person: its route is one they use, and a failure is a reason to look at the page now."""
        fault = call.diagnosis.fault if call.diagnosis else None
        self._last_call = max(call.at, self._last_call or call.at)
        if call.model and fault is not Fault.MODEL:
            self._watchlist = self._watchlist.with_watch(Watch(call_route(call), WatchSource.SEEN, f"seen in {call.client}", call.at))
        if call.outcome is Outcome.FAILED and fault not in _YOURS and now - call.at < LATELY:
            return DueReason.CALL_FAILED, None if unanswered(call) else call.provider  # who else answers tells the way from its end
        return None

    def _new_refusals(self, refused: tuple[Suppressed, ...]) -> tuple[Suppressed, ...]:
        """What is not told is noted once, not at every look."""
        newest = {item.route: (item.reason, item.incident) for item in self._suppressed}
        return tuple(item for item in refused if newest.get(item.route) != (item.reason, item.incident))

    def _turns(self, judgement: Judgement, now: datetime) -> tuple[HealthTurn, ...]:
        turns = []
        for verdict in judgement.verdicts:
            route = verdict.route.canonical
            was = self._healths.get(route)
            if was != verdict.health.value:
                turns.append(HealthTurn(now, route, was, verdict))
                self._healths[route] = verdict.health.value
        return tuple(turns)


def _without_strangers(world: World, feeds: Container[str]) -> World:
    """The world without feeds that are not polled any more: they would look silent for ever."""
    return replace(world, feeds={name: status for name, status in world.feeds.items() if name in feeds})


def _with_seen(watchlist: Watchlist, stored: Watchlist | None) -> Watchlist:
    """What is configured and found now, and what was seen in earlier runs."""
    for watch in stored.watches if stored else ():
        if watch.source is WatchSource.SEEN or any(known.route == watch.route for known in watchlist.watches):
            watchlist = watchlist.with_watch(watch)
    return watchlist

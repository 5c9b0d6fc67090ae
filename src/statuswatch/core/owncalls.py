"""What this person's own calls on one route say: the newest streak of failures, or the newest success, never an average."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.health import Fault, Side
from statuswatch.core.ids import Route
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.core.world import World, call_route, covers

WINDOW = timedelta(hours=1)
BURST = timedelta(minutes=5)
FORGET_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OwnCalls:
    """Own calls on one route.

    `streak`: the failures since the newest success, oldest first, none older than the window before its newest.
    `burst`: how many attempts of the streak fall within the five minutes before its newest; `turns`: how many requests those were (retries are one).
    """

    recent: tuple[Call, ...] = ()
    streak: tuple[Call, ...] = ()
    last_ok: datetime | None = None
    ok_after_failure: bool = False

    @property
    def last_failed(self) -> datetime | None:
        """When the newest failure of the streak happened."""
        return self.streak[-1].at if self.streak else None

    @property
    def burst(self) -> tuple[Call, ...]:
        """The streak's attempts within five minutes of its newest."""
        return tuple(call for call in self.streak if self.streak[-1].at - call.at <= BURST)

    @property
    def gave_up(self) -> bool:
        """Whether a client gave up on a request after retrying it."""
        turns = Counter(call.turn for call in self.streak if call.turn)
        return any(call.final and call.turn is not None and turns[call.turn] > 1 for call in self.streak)

    @property
    def turns(self) -> int:
        """How many requests the streak's attempts belong to."""
        return requests(self.streak)


def requests(calls: Iterable[Call]) -> int:
    """How many requests the attempts in `calls` belong to: a retry is no request of its own."""
    return len({call.turn or call.key for call in calls})


def own_calls(world: World, route: Route, now: datetime) -> OwnCalls:
    """The own calls that speak for `route` at `now`."""
    calls: list[Call] = []
    for group in world.calls.values():
        if group and covers(route, call_route(group[-1])):
            calls.extend(group)
    calls.sort(key=lambda call: (call.at, call.key))
    recent = tuple(call for call in calls if timedelta(0) <= now - call.at + timedelta(minutes=1) <= WINDOW + timedelta(minutes=1))
    last_ok = max((call.at for call in calls if call.outcome is Outcome.OK), default=None)
    failures = [call for call in calls if call.outcome is Outcome.FAILED]
    streak = [call for call in failures if last_ok is None or call.at > last_ok]
    if streak:
        streak = [call for call in streak if streak[-1].at - call.at <= 2 * WINDOW]
    ok_after_failure = bool(last_ok and failures and not streak)
    return OwnCalls(recent, tuple(streak), last_ok, ok_after_failure)


def leading(streak: tuple[Call, ...]) -> Diagnosis | None:
    """The diagnosis that stands for a streak: that of the side named most in its newest five minutes, its most exact and newest one."""
    read = [call.diagnosis for call in streak if call.diagnosis and streak[-1].at - call.at <= BURST]
    if not read:
        return None
    known = [diagnosis for diagnosis in read if diagnosis.side is not Side.UNDECIDED]
    if not known:
        return read[-1]
    newest_side = Counter(diagnosis.side for diagnosis in known).most_common(1)[0][0]
    fitting = [diagnosis for diagnosis in known if diagnosis.side is newest_side]
    return max(enumerate(fitting), key=lambda item: (item[1].explicit, item[1].fault is not Fault.UNKNOWN, item[0]))[1]

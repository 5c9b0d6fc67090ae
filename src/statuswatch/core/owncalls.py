"""What this person's own calls on one route say: the newest streak of failures, or the newest success, never an average."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.earlywarning import Warned, early_warning
from statuswatch.core.health import Fault, Side
from statuswatch.core.ids import Route
from statuswatch.core.network import unanswered, waking
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.core.world import CALLS_AGE, SKEW, World, call_route, covers

WINDOW = timedelta(hours=1)
BURST = timedelta(minutes=5)
RETRY_APART = timedelta(seconds=10)
FORGET_AFTER = timedelta(minutes=30)
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class OwnCalls:
    """Own calls on one route.

    `streak`: the failures since the newest success, oldest first, back to the first gap of two hours; `turns`: how many requests those were (retries are one).
    `failed_before`: when the newest failure of all was, in the streak or before the newest success; `warned`: the early warning that stands;
    `failing`: the failures since that warning's first, for it may stand though the newest call worked.
    """

    recent: tuple[Call, ...] = ()
    streak: tuple[Call, ...] = ()
    last_ok: datetime | None = None
    failed_before: datetime | None = None
    warned: Warned | None = None
    failing: tuple[Call, ...] = ()

    @property
    def ok_after_failure(self) -> bool:
        """Whether the newest call worked and one before it had failed."""
        return self.last_ok is not None and self.failed_before is not None and not self.streak

    @property
    def last_failed(self) -> datetime | None:
        """When the newest failure of the streak happened."""
        return self.streak[-1].at if self.streak else None

    def proven(self, side: Side) -> bool:
        """Whether the failures that blame `side` are more than a passing one: three tries within five minutes, or a client that gave up after retrying.

        A try is a request, or a retry of one that comes ten seconds and more after the try before: the quick ones all look at the same moment.
        """
        blaming = [call for call in self.streak if call.diagnosis is not None and call.diagnosis.side is side]
        burst = [call for call in blaming if blaming[-1].at - call.at <= BURST]
        turns = Counter(call.turn for call in blaming if call.turn)
        return _tries(burst) >= ENOUGH or any(call.final and turns[call.turn or ""] > 1 for call in blaming)

    def spell(self, side: Side) -> tuple[Call, ...]:
        """The newest part of the streak in which no failure blames another side than `side`: what a verdict on that side counts, and dates from."""
        decided = [(index, call.diagnosis.side) for index, call in enumerate(self.streak) if call.diagnosis and call.diagnosis.side is not Side.UNDECIDED]
        newest = max((index for index, blamed in decided if blamed is side), default=-1)
        before = max((index for index, blamed in decided if blamed is not side and index < newest), default=-1)
        return self.streak[before + 1 :] if side is not Side.UNDECIDED else self.streak

    @property
    def turns(self) -> int:
        """How many requests the streak's attempts belong to."""
        return requests(self.streak)


def requests(calls: Iterable[Call]) -> int:
    """How many requests the attempts in `calls` belong to: a retry is no request of its own."""
    return len({call.turn or call.key for call in calls})


def _tries(calls: Iterable[Call]) -> int:
    """How many tries the attempts in `calls`, oldest first, are."""
    newest: dict[str, datetime] = {}
    count = 0
    for call in calls:
        request = call.turn or call.key
        if request not in newest or call.at - newest[request] >= RETRY_APART:
            newest[request] = call.at
            count += 1
    return count


def own_calls(world: World, route: Route, now: datetime) -> OwnCalls:
    """The own calls that speak for `route` at `now`: none of the future, none older than a day."""
    groups = [group for group in world.calls.values() if group and covers(route, call_route(group[-1]))]
    calls = [call for group in groups for call in group if call.at - SKEW <= now <= call.at + CALLS_AGE]
    if len(groups) > 1:
        calls.sort(key=lambda call: (call.at, call.key))
    recent = tuple(call for call in calls if now - call.at <= WINDOW)
    last_ok = max((call.at for call in calls if call.outcome is Outcome.OK), default=None)
    failures = [call for call in calls if call.outcome is Outcome.FAILED and not (waking(call.at, world.jumped_at) and unanswered(call))]
    streak = _unbroken([call for call in failures if last_ok is None or call.at > last_ok])
    warned = early_warning(calls) if failures else None
    failing = tuple(call for call in failures if warned is not None and call.at >= warned.since)
    return OwnCalls(recent, streak, last_ok, failures[-1].at if failures else None, warned, failing)


def _unbroken(failures: list[Call]) -> tuple[Call, ...]:
    """The newest of the failures, back to the first gap of two hours: what failed before that is another trouble."""
    start = len(failures)
    while start > 0 and (start == len(failures) or failures[start].at - failures[start - 1].at <= 2 * WINDOW):
        start -= 1
    return tuple(failures[start:])


def leading(streak: tuple[Call, ...]) -> Diagnosis | None:
    """The diagnosis that stands for a streak: the most exact and newest one of the side that its newest five minutes name.

    That is the side that the two newest requests agree on, else that which most requests name, the newer one where it is even.
    """
    newest = [call for call in streak if call.diagnosis and streak[-1].at - call.at <= BURST]
    read = [call.diagnosis for call in newest if call.diagnosis]
    if not read:
        return None
    known = [diagnosis for diagnosis in read if diagnosis.side is not Side.UNDECIDED]
    if not known:
        return read[-1]
    sides = _sides(newest)
    side = sides[-1] if sides[-1] is sides[-2:][0] else max(reversed(sides), key=sides.count)
    fitting = [diagnosis for diagnosis in known if diagnosis.side is side]
    return max(enumerate(fitting), key=lambda item: (item[1].explicit, item[1].fault is not Fault.UNKNOWN, item[0]))[1]


def _sides(calls: list[Call]) -> list[Side]:
    """Whom each request blames, oldest first; a request by its newest attempt that blames anyone."""
    blamed: dict[str, Side] = {}
    for call in calls:
        if call.diagnosis and call.diagnosis.side is not Side.UNDECIDED:
            name = call.turn or call.key
            blamed.pop(name, None)
            blamed[name] = call.diagnosis.side
    return list(blamed.values())

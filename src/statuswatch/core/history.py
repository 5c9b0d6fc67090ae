"""Ninety days of a route from what the store kept: the worst health of each day, how long there was trouble, how the person's own requests went.

Nobody looked while the engine was not running. Such time is unknown, and no health carries over it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from statuswatch.core.errors import RouteError
from statuswatch.core.health import SIDES, Fault, Health, Side
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.world import covers

DAYS = 90
TROUBLE = (Health.RECOVERING, Health.DEGRADED, Health.DOWN)
"""What counts as trouble, from light to heavy. Recovering does: it is not yet known to be over."""

_BEGINS = (Health.DEGRADED, Health.DOWN)
_GOES_ON = (Health.SUSPECT, *TROUBLE)
_WEIGHT = (Health.UNKNOWN, Health.OK, Health.MAINTENANCE, Health.SUSPECT, *TROUBLE)
_NONE = timedelta()
PAUSE = timedelta(minutes=10)
"""Whoever looks again after less than this has looked all the time; the store writes it down so."""


@dataclass(frozen=True, slots=True)
class Turn:
    """From `at` on a route had this health, until its next turn."""

    at: datetime
    route: str
    health: Health
    fault: Fault = Fault.UNKNOWN
    reason: str = ""
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A stretch of time in which the engine looked."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One own call as history needs it. Attempts of one `request` are retries; it worked if one of them did."""

    at: datetime
    route: str
    request: str
    worked: bool


@dataclass(frozen=True, slots=True)
class DayBounds:
    """A day of the person's calendar: its date (`2026-11-22`), where it begins and where the next one does."""

    day: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one route. `worst` is that of the time in which it was known: UNKNOWN where that is none of the day.

    `known_s`: seconds in which its health was known; `trouble_s`: of those, in trouble that was not the person's own; `yours_s`: in trouble on their side.
    `ok` and `failed` are own requests.
    """

    day: str
    worst: Health = Health.UNKNOWN
    known_s: float = 0.0
    trouble_s: float = 0.0
    yours_s: float = 0.0
    ok: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class TroubleSpan:
    """One trouble from its beginning to the next health that is known to be none (`ended`), or to where nothing is known of it any more (`unknown_since`).

    Both None: it lasts. What is not known is not over: `unknown_since` is the time up to which it was seen to last, and `ended` is None then.
    `seen_s`: seconds of it in which the engine looked; fewer than from start to end where it did not look all the time.
    `fault`, `reason` and `incident` are those of its worst turn.
    """

    started: datetime
    ended: datetime | None
    worst: Health
    seen_s: float
    fault: Fault = Fault.UNKNOWN
    reason: str = ""
    incident: str | None = None
    unknown_since: datetime | None = None

    @property
    def side(self) -> Side:
        """Theirs, yours or undecided, by the fault."""
        return SIDES[self.fault]


@dataclass(frozen=True, slots=True)
class RouteHistory:
    """One route: every day of the frame, oldest first, and its troubles, oldest first."""

    route: str
    days: tuple[Day, ...]
    troubles: tuple[TroubleSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the past at `at`. `unread`: why what is kept could not be read ("" where it could); `skipped`: its entries that could not be."""

    at: datetime
    routes: tuple[RouteHistory, ...] = ()
    unread: str = ""
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Past:
    """What the store kept. Turns in order of time, a route's newest before the frame among them. `unread` and `skipped` as in History."""

    turns: Sequence[Turn] = ()
    watched: Sequence[Watched] = ()
    attempts: Sequence[Attempt] = ()
    unread: str = ""
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a turn in which the engine looked."""

    start: datetime
    end: datetime
    turn: Turn

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def look_back(past: Past, routes: Iterable[str], days: Sequence[DayBounds], now: datetime) -> History:
    """The history of each of `routes`, in any spelling and in that order, over `days` (oldest first, without gaps) up to `now`."""
    watched = tuple(_joined(past.watched))
    turns: dict[str, list[Turn]] = {}
    for turn in past.turns:
        turns.setdefault(turn.route, []).append(turn)
    attempts: dict[str, list[Attempt]] = {}
    for attempt in past.attempts:
        attempts.setdefault(attempt.route, []).append(attempt)
    found = []
    for name in dict.fromkeys(routes):
        route = _parsed(name)
        own = [attempt for called, group in attempts.items() if _counts(route, called) for attempt in group]
        found.append(_route(name, turns.get(route.canonical if route else name, []), watched, own, days, now))
    return History(now, tuple(found), past.unread, past.skipped)


def _route(name: str, turns: list[Turn], watched: Sequence[Watched], own: list[Attempt], days: Sequence[DayBounds], now: datetime) -> RouteHistory:
    if not days:
        return RouteHistory(name, ())
    frame = Watched(days[0].start, min(now, days[-1].end))
    stretches = [stretch for stretch in _stretches(turns, watched, now) if stretch.end > frame.start and stretch.start < frame.end]
    pieces: dict[int, list[_Stretch]] = {}
    for stretch in stretches:
        for index, piece in _by_day(stretch, days):
            pieces.setdefault(index, []).append(piece)
    counts = _counted(own, days)
    told = tuple(_day(bounds, pieces.get(index, []), *counts.get(index, (0, 0))) for index, bounds in enumerate(days))
    return RouteHistory(name, told, tuple(span for span in _troubles(turns, watched, now) if (span.ended or span.unknown_since or now) > frame.start))


def _day(bounds: DayBounds, pieces: Sequence[_Stretch], ok: int, failed: int) -> Day:
    known = [piece for piece in pieces if piece.turn.health is not Health.UNKNOWN]
    bad = [piece for piece in known if piece.turn.health in TROUBLE]
    yours = [piece for piece in bad if SIDES[piece.turn.fault] is Side.YOURS]
    worst = max((piece.turn.health for piece in known), key=_WEIGHT.index, default=Health.UNKNOWN)
    return Day(bounds.day, worst, _seconds(known), _seconds(bad) - _seconds(yours), _seconds(yours), ok, failed)


def _seconds(pieces: Iterable[_Stretch]) -> float:
    return sum((piece.length for piece in pieces), _NONE).total_seconds()


def _joined(watched: Sequence[Watched]) -> Iterator[Watched]:
    """The stretches in order, those that overlap (a clock was set back) as one."""
    current: Watched | None = None
    for span in sorted(watched, key=lambda span: span.start):
        if current is not None and span.start <= current.end:
            current = Watched(current.start, max(current.end, span.end))
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


def _stretches(turns: Sequence[Turn], watched: Sequence[Watched], now: datetime) -> Iterator[_Stretch]:
    """What was seen of each turn, oldest first."""
    starts = [span.start for span in watched]
    for turn, following in zip_longest(turns, turns[1:]):
        end = following.at if following else now
        for number in range(max(0, bisect_right(starts, turn.at) - 1), len(watched)):
            span = watched[number]
            if span.start >= end:
                break
            start, stop = max(turn.at, span.start), min(end, span.end)
            if start < stop:
                yield _Stretch(start, stop, turn)


def _by_day(stretch: _Stretch, days: Sequence[DayBounds]) -> Iterator[tuple[int, _Stretch]]:
    """The parts of a stretch by the index of their day."""
    index = max(0, bisect_right(days, stretch.start, key=lambda bounds: bounds.start) - 1)
    while index < len(days) and days[index].start < stretch.end:
        yield index, _Stretch(max(stretch.start, days[index].start), min(stretch.end, days[index].end), stretch.turn)
        index += 1


def _troubles(turns: Sequence[Turn], watched: Sequence[Watched], now: datetime) -> Iterator[TroubleSpan]:
    """Turns in trouble that follow each other are one trouble. A doubt begins none and ends none: who is no longer sure of trouble has not seen it end."""
    spell: list[Turn] = []
    for turn in turns:
        if turn.health in _GOES_ON if spell else turn.health in _BEGINS:
            spell.append(turn)
        elif spell:
            yield _span(spell, turn, watched, now)
            spell = []
    if spell:
        yield _span(spell, None, watched, now)


def _span(spell: Sequence[Turn], following: Turn | None, watched: Sequence[Watched], now: datetime) -> TroubleSpan:
    worst = max(spell, key=lambda turn: _WEIGHT.index(turn.health))
    whole = Turn(spell[0].at, worst.route, worst.health)
    stretches = tuple(_stretches([whole], watched, following.at if following else now))
    incident = worst.incident or next((turn.incident for turn in spell if turn.incident), None)
    ended = following.at if following and following.health is not Health.UNKNOWN else None
    lost = None if ended else _lost_sight(whole.at, stretches, following, now)
    return TroubleSpan(whole.at, ended, worst.health, _seconds(stretches), worst.fault, worst.reason, incident, lost)


def _lost_sight(started: datetime, stretches: Sequence[_Stretch], following: Turn | None, now: datetime) -> datetime | None:
    """From when on nothing is known of a trouble that was not seen to end: where its health became unknown, or nobody looked any more; None: it lasts."""
    end = following.at if following else now
    seen_to = stretches[-1].end if stretches else started
    if end - seen_to >= PAUSE:
        return seen_to
    return end if following else None


def _counts(route: Route | None, called: str) -> bool:
    """Whether a call over `called` is one of `route`, which may be a family or leave its surface open."""
    call = _parsed(called)
    return route is not None and call is not None and covers(route, call)


def _parsed(name: str) -> Route | None:
    try:
        return parse_route(name)
    except RouteError:
        return None


def _counted(attempts: Iterable[Attempt], days: Sequence[DayBounds]) -> dict[int, tuple[int, int]]:
    """Requests that worked and that did not, by the index of the day on which they ended."""
    last: dict[str, tuple[datetime, bool]] = {}
    for attempt in attempts:
        at, worked = last.get(attempt.request, (attempt.at, False))
        last[attempt.request] = (max(at, attempt.at), worked or attempt.worked)
    counts: dict[int, tuple[int, int]] = {}
    for at, worked in last.values():
        index = bisect_right(days, at, key=lambda bounds: bounds.start) - 1
        if index >= 0 and at < days[index].end:
            ok, failed = counts.get(index, (0, 0))
            counts[index] = (ok + worked, failed + (not worked))
    return counts

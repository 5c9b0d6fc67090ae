"""The only place that reads time and draws jitter. Everything else gets a `Clock`, or a `Moment` from one."""

import asyncio
import random  # noqa: TID251 - the one place that draws jitter; core gets it passed in
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from statuswatch.core.moment import Moment

_MILLISECOND = 1000


class Clock(Protocol):
    """Time as the engine lives it. `speed` is how many of its seconds pass in one real second (1 outside simulations)."""

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second."""
        ...

    def now(self) -> Moment:
        """This clock's instant, in milliseconds, with its monotonic companion."""
        ...

    def real(self) -> datetime:
        """Real UTC time, also in a simulation: what expiry is written in, because shells and editors compare it with their own clock."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1) to spread polls with."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock."""
        ...


def read_monotonic() -> float:
    """Seconds of the system's monotonic clock."""
    return time.monotonic()  # noqa: TID251 - the one place that reads time


def read_wall() -> datetime:
    """Real UTC time."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads time


def _draw() -> float:
    return random.random()  # noqa: S311 - spreads polls, protects nothing


def _whole_milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // _MILLISECOND * _MILLISECOND)


class SystemClock:
    """The machine's own time. The three sources may be given, so that a test can live in a loop whose time jumps."""

    def __init__(self, monotonic: Callable[[], float] = read_monotonic, wall: Callable[[], datetime] = read_wall, draw: Callable[[], float] = _draw) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._draw = draw

    @property
    def speed(self) -> float:
        """Always 1."""
        return 1.0

    def now(self) -> Moment:
        """The present."""
        return Moment(_whole_milliseconds(self._wall()), self._monotonic())

    def real(self) -> datetime:
        """The same as `now().at`."""
        return _whole_milliseconds(self._wall())

    def jitter(self) -> float:
        """A number in [0, 1)."""
        return self._draw()

    async def sleep(self, seconds: float) -> None:
        """Real sleep."""
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """A simulation's time: it starts at `start` and runs `speed` times as fast as the machine's monotonic clock.

    Both of its companions move together, so a simulation never sees a clock jump. `real()` stays the machine's time.
    Raises ValueError when `speed` is not above zero or `start` has no offset.
    """

    def __init__(
        self,
        start: datetime,
        speed: float,
        monotonic: Callable[[], float] = read_monotonic,
        wall: Callable[[], datetime] = read_wall,
        draw: Callable[[], float] = _draw,
    ) -> None:
        if speed <= 0:
            raise ValueError(f"speed {speed}: expected a number above 0")
        if start.tzinfo is None:
            raise ValueError(f"start {start.isoformat()}: expected a time with an offset")
        self._start = start.astimezone(UTC)
        self._speed = float(speed)
        self._monotonic = monotonic
        self._wall = wall
        self._draw = draw
        self._zero = monotonic()

    def begin(self) -> None:
        """Start the simulated time now: what was prepared before has taken none of it."""
        self._zero = self._monotonic()

    @property
    def speed(self) -> float:
        """Simulated seconds per real second."""
        return self._speed

    def now(self) -> Moment:
        """The simulated present."""
        elapsed = (self._monotonic() - self._zero) * self._speed
        return Moment(_whole_milliseconds(self._start + timedelta(seconds=elapsed)), elapsed)

    def real(self) -> datetime:
        """Real UTC time."""
        return _whole_milliseconds(self._wall())

    def jitter(self) -> float:
        """A number in [0, 1)."""
        return self._draw()

    async def sleep(self, seconds: float) -> None:
        """Sleep `seconds` of simulated time, which is `seconds / speed` real ones."""
        await asyncio.sleep(max(0.0, seconds) / self._speed)


def epoch(at: datetime) -> int:
    """Whole seconds since 1970, rounded down: the form in which shells compare times."""
    return int(at.timestamp() // 1)


async def sleep_unless(clock: Clock, seconds: float, event: asyncio.Event) -> bool:
    """Sleep `seconds` of `clock`, or until `event` is set; True when it was. The event is cleared."""
    waiting = asyncio.ensure_future(event.wait())
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({waiting, sleeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        sleeping.cancel()
        await asyncio.gather(waiting, sleeping, return_exceptions=True)
    woken = event.is_set()
    event.clear()
    return woken

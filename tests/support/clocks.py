"""A clock for tests that lives by jumps: sleeping is what moves it."""

import asyncio
from datetime import datetime, timedelta

from statuswatch.core.moment import Moment


class JumpClock:
    """Starts at `start`; `sleep` moves it at once. Exact where one thing happens after the other, as in one client's calls on one route."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> Moment:
        return Moment(self._start + timedelta(milliseconds=round(self._elapsed * 1000)), self._elapsed)

    async def sleep(self, seconds: float) -> None:
        self._elapsed += max(0.0, seconds)
        await asyncio.sleep(0)

    def jump(self, to: datetime) -> None:
        self._elapsed = (to - self._start).total_seconds()

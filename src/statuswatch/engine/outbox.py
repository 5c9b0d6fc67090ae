"""Tells what is in the outbox, and records it after it was told: a kill between the two repeats that one delivery and loses none."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from statuswatch.core.notice import Notice
from statuswatch.core.snapshot import NOWHERE
from statuswatch.engine.clock import Clock, sleep_unless
from statuswatch.engine.mishap import describe
from statuswatch.engine.schema import StoreError
from statuswatch.engine.store import Outgoing, Store

DELIVER_SECONDS = 15.0
ATTEMPTS_MOST = 20
TOO_OLD = timedelta(hours=6)
FIRST_RETRY_SECONDS = 2.0
LAST_RETRY_SECONDS = 300.0

_IDLE_SECONDS = 3600.0
_logger = logging.getLogger(__name__)


class Delivered(Protocol):
    """How a delivery ended: `notify.base.Delivery`, which the engine knows by its shape only."""

    @property
    def ok(self) -> bool:
        """Whether the service took it."""
        ...

    @property
    def handle(self) -> str | None:
        """What is on screen now."""
        ...

    @property
    def detail(self) -> str:
        """One sentence."""
        ...


class Way(Protocol):
    """One way of telling a person."""

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivered:
        """Show `notice` in place of what `replaces` names."""
        ...


class Outbox:
    """Works through what is pending, way by way. `woken` is called when what a person may see of the deliveries has changed."""

    def __init__(self, store: Store, ways: Mapping[str, Way], clock: Clock, woken: Callable[[], None]) -> None:
        self._store = store
        self._ways = ways
        self._clock = clock
        self._woken = woken
        self._wake = {name: asyncio.Event() for name in ways}
        self._done = {name: asyncio.Event() for name in ways}
        self._unstored: list[Notice] = []
        self._settled: set[tuple[str, str]] = set()
        self._handles: dict[tuple[str, str], str | None] = {}
        self._attempts: dict[tuple[str, str], int] = {}
        self.troubles: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The ways by name."""
        return tuple(self._ways)

    def post(self, unstored: tuple[Notice, ...] = ()) -> None:
        """There is something new. `unstored`: notices that the store could not take; they are told from memory, because silence would be worse."""
        self._unstored = [*self._unstored, *unstored][-50:]
        for name, event in self._wake.items():
            self._done[name].clear()
            event.set()

    async def head_start(self, seconds: float) -> None:
        """Return when every way has tried what was posted, at the latest after `seconds` of real time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for done in self._done.values():
                    await done.wait()

    async def run(self, name: str) -> None:
        """Deliver by the way `name` until cancelled. A notice that fails holds up the later ones of this way, so that their order stays."""
        await self._warm(name)
        while True:
            wait = _IDLE_SECONDS
            for outgoing in self._waiting(name):
                if not await self._tell(outgoing):
                    tried = self._attempts[outgoing.notice.id, name]
                    wait = min(FIRST_RETRY_SECONDS * 2 ** (tried - 1), LAST_RETRY_SECONDS)
                    break
            if not self._wake[name].is_set():
                self._done[name].set()
            await sleep_unless(self._clock, wait * self._clock.speed, self._wake[name])

    async def _warm(self, name: str) -> None:
        """Have a way that can connect do so now, not when there is something to tell. Named boundary: one that cannot says so at its first delivery."""
        warm: Callable[[], Awaitable[None]] | None = getattr(self._ways[name], "warm", None)
        if warm is None:
            return
        try:
            async with asyncio.timeout(DELIVER_SECONDS):
                await warm()
        except Exception as error:  # noqa: BLE001 - see above
            _logger.debug("connecting to %s: %s", name, describe(error))

    def _waiting(self, name: str) -> list[Outgoing]:
        stored: tuple[Outgoing, ...] = ()
        try:
            stored = tuple(outgoing for outgoing in self._store.pending() if outgoing.way == name)
        except StoreError as error:
            _logger.warning("%s", error)
        known = {outgoing.notice.id for outgoing in stored}
        more = [Outgoing(notice, name, 0, None) for notice in self._unstored if notice.id not in known]
        return [outgoing for outgoing in (*stored, *more) if not self._already(outgoing)]

    def _already(self, outgoing: Outgoing) -> bool:
        """Told while the store could not take it: record that now."""
        key = (outgoing.notice.id, outgoing.way)
        if key not in self._settled:
            return False
        self._record(lambda: self._store.mark_delivered(*key, self._handles.get((outgoing.notice.trouble, outgoing.way)), "told before it was stored"))
        return True

    async def _tell(self, outgoing: Outgoing) -> bool:
        """Deliver one; True when it is settled, one way or the other. Named boundary: whatever a way does, it is a failed delivery and no more."""
        notice, way = outgoing.notice, outgoing.way
        key = (notice.id, way)
        tried = self._attempts[key] = max(self._attempts.get(key, 0), outgoing.attempts) + 1
        if tried > ATTEMPTS_MOST or self._too_old(notice, self._clock.now().at):
            self._settled.add(key)
            self._record(lambda: self._store.give_up(*key, "too old or tried too often"))
            return True
        replaces, nowhere = outgoing.replaces or self._handles.get((notice.trouble, way)), False
        try:
            async with asyncio.timeout(DELIVER_SECONDS):
                delivery = await self._ways[way].deliver(notice, replaces)
            ok, handle, detail = delivery.ok, delivery.handle, delivery.detail
            nowhere = getattr(delivery, "nowhere", False)
        except TimeoutError:
            ok, handle, detail = False, None, f"no answer within {DELIVER_SECONDS:g} s"
        except Exception as error:  # noqa: BLE001 - see above
            _logger.error("telling by %s: %s", way, describe(error))  # noqa: TRY400 - its text may quote the notice
            ok, handle, detail = False, None, f"failed inside statuswatch ({type(error).__name__})"
        if ok:
            self._settled.add(key)
            self._handles[notice.trouble, way] = handle
            self._record(lambda: self._store.mark_delivered(*key, handle, detail))
        else:
            self._record(lambda: self._store.mark_failed(*key, detail))
        self._remark(way, "" if ok else f"{way}: {NOWHERE if nowhere else detail}")
        return ok

    def _too_old(self, notice: Notice, now: datetime) -> bool:
        return now - notice.at > TOO_OLD

    def _remark(self, way: str, sentence: str) -> None:
        if self.troubles.get(way, "") != sentence:
            self.troubles[way] = sentence
            self._woken()

    def _record(self, write: Callable[[], None]) -> None:
        try:
            write()
        except StoreError as error:
            _logger.warning("%s", error)

"""Looks on this machine for a model server while there is trouble elsewhere: what a person could use without anybody's help.

Only 127.0.0.1 is asked, only while `needed` says so, and never in a simulation. Nothing is sent but the question for the list of models.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Sequence

from statuswatch.catalog.localservers import ServerSpec
from statuswatch.core.observation import LocalServer, LocalServersSeen
from statuswatch.engine.clock import Clock, sleep_unless
from statuswatch.engine.fetch import Fetched, Fetcher, Request
from statuswatch.engine.inbox import Arrival, Inbox

LOOK_SECONDS = 60.0
"""Between two looks while there is trouble."""
_MOST = 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,79}")

Needed = Callable[[], bool]


class LocalModels:
    """A tap that keeps the engine's knowledge of local servers right while it is wanted. `fetcher` is one of its own: short waits, small bodies."""

    def __init__(self, specs: Sequence[ServerSpec], fetcher: Fetcher, inbox: Inbox, clock: Clock, needed: Needed) -> None:
        self._specs, self._fetcher, self._inbox, self._clock, self._needed = tuple(specs), fetcher, inbox, clock, needed
        self._told: tuple[LocalServer, ...] = ()
        self._wanted = False
        self._woken = asyncio.Event()

    def stepped(self) -> None:
        """The engine has made a step: what is needed may have changed."""
        if self._needed() is not self._wanted:
            self._woken.set()

    async def run(self) -> None:
        """Look while it is needed, until cancelled; what was found is forgotten when the trouble ends."""
        try:
            while True:
                self._woken.clear()
                self._wanted = self._needed()
                await self._tell(await self.look() if self._wanted else ())
                if self._wanted:
                    await sleep_unless(self._clock, LOOK_SECONDS, self._woken)
                else:
                    await self._woken.wait()
        finally:
            await self._fetcher.close()

    async def look(self) -> tuple[LocalServer, ...]:
        """The servers that answer now with at least one model, in the order of the list."""
        found = []
        for spec in self._specs:
            outcome = await self._fetcher.fetch(Request(f"http://127.0.0.1:{spec.port}{spec.path}", expects="json"))
            models = model_names(outcome.data, spec) if isinstance(outcome, Fetched) else ()
            if models:
                found.append(LocalServer(spec.name, f"127.0.0.1:{spec.port}", models))
        return tuple(found)

    async def _tell(self, found: tuple[LocalServer, ...]) -> None:
        if found != self._told:
            self._told = found
            await self._inbox.put(Arrival(LocalServersSeen(self._clock.now().at, found)))


def model_names(data: bytes, spec: ServerSpec) -> tuple[str, ...]:
    """The names of models in the answer of such a server; none where it is another program's. Never raises, whatever the bytes are."""
    try:
        listed = json.loads(data).get(spec.models)
    except (ValueError, RecursionError, AttributeError):
        return ()
    return tuple(_names(listed if isinstance(listed, list) else (), spec.model))


def _names(listed: Iterable[object], key: str) -> Iterable[str]:
    """The first of them; a name with other letters than names have is no name."""
    for item in list(listed)[:_MOST]:
        name = item.get(key) if isinstance(item, dict) else None
        if isinstance(name, str) and _NAME.fullmatch(name):
            yield name

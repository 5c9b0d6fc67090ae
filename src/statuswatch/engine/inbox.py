"""What reaches the engine's one queue: an observation, what its source must remember with it, and who waits for it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from statuswatch.core.observation import Command, Observation

DEPTH = 1000
"""Arrivals that may wait. A source that is faster than the engine waits in `put`; nothing is dropped."""
BATCH = 200
"""Arrivals that one step takes at most, so that a first read of old records does not hold up a command for long."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One observation on its way in; None is a mere wish that a step is made (a beat).

    `memory`: notes of the source (a file's offset, a feed's validators) by a name of its own, opaque to the engine; an empty one forgets. They are
    stored in the same transaction as the observation's effect, so that after a kill a fact is neither lost nor taken twice. `done` is set when the
    step is stored.
    """

    observation: Observation | None
    memory: Mapping[str, str] = field(default_factory=dict)
    done: asyncio.Future[None] | None = None


class Inbox:
    """A bounded queue that is emptied in batches."""

    def __init__(self, depth: int = DEPTH) -> None:
        self._queue: asyncio.Queue[Arrival] = asyncio.Queue(depth)

    async def put(self, arrival: Arrival) -> None:
        """Add one, waiting while the queue is full."""
        await self._queue.put(arrival)

    def offer(self, arrival: Arrival) -> bool:
        """Add one if there is room. For callers that may not wait; False means that it was not taken."""
        try:
            self._queue.put_nowait(arrival)
        except asyncio.QueueFull:
            return False
        return True

    async def take(self, most: int = BATCH) -> tuple[Arrival, ...]:
        """Wait for one, and return it with those that are there already, oldest first."""
        batch = [await self._queue.get()]
        while len(batch) < most and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return tuple(batch)

    def submit(self, command: Command) -> "asyncio.Future[None] | None":
        """Take a person's command in; the future is done when its effect is stored. None where there is no room."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        return done if self.offer(Arrival(command, done=done)) else None

"""Brings the calls that `tail` reads from clients' records to the inbox, each file's place together with its last call."""

from collections.abc import Callable, Mapping

from statuswatch.core.observation import CallSeen
from statuswatch.engine.clock import Clock
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.recordfile import Mark
from statuswatch.engine.tail import Batch, Tail

MEMORY = "tail:"
"""How a file's place is named in an arrival's memory: `tail:<path>`."""


def marks(memory: Mapping[str, str]) -> dict[str, Mark]:
    """The places that were stored, by path; for `Tail`."""
    read = ((name.removeprefix(MEMORY), Mark.read(note)) for name, note in memory.items() if name.startswith(MEMORY))
    return {path: mark for path, mark in read if mark is not None}


async def follow(tail: Tail, inbox: Inbox, clock: Clock, retrying: Callable[[Batch], None] | None = None) -> None:
    """Put what `tail` reads into `inbox` until cancelled. `retrying` is told of a batch in which a client has tried more than once without an answer."""
    async for batch in tail.batches():
        memory = {MEMORY + batch.path: batch.mark.text if batch.mark else ""}
        now = clock.now().at
        for call in batch.calls[:-1]:
            await inbox.put(Arrival(CallSeen(now, call)))
        last = CallSeen(now, batch.calls[-1]) if batch.calls else None
        await inbox.put(Arrival(last, memory))
        if retrying is not None and batch.unanswered > 1:
            retrying(batch)

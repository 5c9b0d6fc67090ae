"""Brings the calls that `tail` reads from clients' records to the inbox, each file's place together with its last call."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from statuswatch.core.observation import Call, CallSeen
from statuswatch.core.tellings import Tellings
from statuswatch.engine.clock import Clock
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.recordfile import Mark
from statuswatch.engine.tail import Batch, Tail
from statuswatch.sources.clients.attempt import NO_PROVIDER, Origin
from statuswatch.sources.clients.otlp import Exports
from statuswatch.sources.otlp import Facts

MEMORY = "tail:"
"""How a file's place is named in an arrival's memory: `tail:<path>`."""


def marks(memory: Mapping[str, str]) -> dict[str, Mark]:
    """The places that were stored, by path; for `Tail`."""
    read = ((name.removeprefix(MEMORY), Mark.read(note)) for name, note in memory.items() if name.startswith(MEMORY))
    return {path: mark for path, mark in read if mark is not None}


async def follow(tail: Tail, inbox: Inbox, clock: Clock, retrying: Callable[[Batch], None] | None = None, tellings: Tellings | None = None) -> None:
    """Put what `tail` reads into `inbox` until cancelled. `retrying` is told of a batch in which a client has tried more than once without an answer.

    `tellings` holds what other accounts told of the same calls.
    """
    async for batch in tail.batches():
        memory = {MEMORY + batch.path: batch.mark.text if batch.mark else ""}
        now = clock.now().at
        calls = _counted(batch, tellings)
        for call in calls[:-1]:
            await inbox.put(Arrival(CallSeen(now, call)))
        last = CallSeen(now, calls[-1]) if calls else None
        await inbox.put(Arrival(last, memory))
        if retrying is not None and batch.unanswered > 1:
            retrying(batch)


async def receive(facts: Iterable[Facts], exports: Exports, origin: Origin, inbox: Inbox, clock: Clock, tellings: Tellings) -> None:
    """Put the calls that an export tells into `inbox`, waiting while it is full."""
    now = clock.now().at
    for call in exports.calls(facts, origin, now):
        counted = tellings.take("otlp", replace(call, at=min(call.at, now))) if call.provider != NO_PROVIDER else None
        if counted is not None:
            await inbox.put(Arrival(CallSeen(now, counted)))


def _counted(batch: Batch, tellings: Tellings | None) -> list[Call]:
    if tellings is None:
        return list(batch.calls)
    return [call for call in (tellings.take(batch.kind, call) for call in batch.calls) if call is not None]

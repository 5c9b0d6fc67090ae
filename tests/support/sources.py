"""A hand-written source of pictures for the dashboard: it says what it is told to say, and keeps what it was asked."""

import asyncio
from collections.abc import AsyncGenerator

from statuswatch.core.observation import Command
from statuswatch.surfaces.tui.source import Connection, Event, Linked, Reply


class FakeSource:
    """Says `events` at once, then waits for more from `say`. Commands are kept in `asked` and answered with `reply`."""

    def __init__(self, *events: Event, live: bool = True) -> None:
        first = Linked(Connection.LIVE) if live else Linked(Connection.GONE, "no engine answers")
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self.asked: list[Command] = []
        self.reply = Reply(ok=True)
        for event in (first, *events):
            self._queue.put_nowait(event)

    def say(self, event: Event) -> None:
        """Let one more event come."""
        self._queue.put_nowait(event)

    async def events(self) -> AsyncGenerator[Event, None]:
        """All that was said, then what will be."""
        while True:
            yield await self._queue.get()

    async def send(self, command: Command) -> Reply:
        """Keep the command and answer it."""
        self.asked.append(command)
        return self.reply

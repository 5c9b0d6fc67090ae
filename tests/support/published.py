"""A picture as a running engine leaves it: the three files, and a real server at the socket on a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from statuswatch.app.wiring import render
from statuswatch.config import paths
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice
from statuswatch.core.observation import Command
from statuswatch.core.snapshot import Snapshot
from statuswatch.engine.publish import Outlets, Publisher
from statuswatch.engine.serve import Recall, Server
from statuswatch.surfaces.asking import Question, reply
from statuswatch.surfaces.client import wall_clock


def outlets() -> Outlets:
    """Where the program itself would look."""
    return Outlets(Path(paths.snapshot_file()), Path(paths.status_file()), Path(paths.prompt_file()))


def holding(snapshot: Snapshot, seconds: float = 150.0) -> Snapshot:
    """The picture with a promise that ends `seconds` from now, in real time."""
    now = wall_clock()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # times are written in milliseconds
    return replace(snapshot, engine=replace(snapshot.engine, expires_at=now + timedelta(seconds=seconds)))


def publish(snapshot: Snapshot, seconds: float = 150.0) -> Snapshot:
    """Write the files."""
    held = holding(snapshot, seconds)
    Publisher(outlets(), render).publish(held)
    return held


class Engine:
    """The engine's two ends to the world, without the engine: what surfaces hear is real, what is said is up to the test."""

    def __init__(self, recall: Recall | None = None) -> None:
        self.commands: list[Command] = []
        self.came = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server = Server(Path(paths.socket_file()), self._submit, lambda: Moment(datetime.now(UTC), 0.0), recall=recall, ask=self._ask)
        self._publisher = Publisher(outlets(), render, self._server)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._server.start())
        return self

    def __exit__(self, *_: object) -> None:
        if not self._loop.is_closed():
            self.stop()

    def stop(self) -> None:
        """End as an engine does, without its last word."""
        self._call(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def show(self, snapshot: Snapshot, seconds: float = 150.0) -> None:
        """Publish a picture to files and socket."""
        self._do(lambda: self._publisher.publish(holding(snapshot, seconds)))

    def tell(self, notice: Notice) -> None:
        """Send a notice."""
        self._do(lambda: self._publisher.tell(notice))

    def screen(self, *, shows: bool, notice: Notice | None = None, shown: bool = False) -> None:
        """Have a pop-up of its own to show, or none any more; be done with that of `notice`, which was `shown` or could not be."""

        def work() -> None:
            self._server.claims.screen = shows
            if notice:
                self._server.claims.tried(notice, shown=shown)

        self._do(work)

    def _do(self, work: Callable[[], None]) -> None:
        async def run() -> None:
            work()

        self._call(run())

    def _call(self, coroutine: "asyncio.Future[None] | object") -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)  # type: ignore[arg-type]

    @staticmethod
    def _ask(command: str, target: str, width: int, picture: Snapshot, told: Mapping[str, Notice]) -> dict[str, Any]:
        """Pictures of tests stand still, and so does their clock: ages do not depend on the day of the run."""
        return reply(Question(command, target, width), replace(picture, engine=replace(picture.engine, simulated="test")), wall_clock(), told)

    def _submit(self, command: Command) -> "asyncio.Future[None]":
        self.commands.append(command)
        done: asyncio.Future[None] = self._loop.create_future()
        done.set_result(None)
        self.came.set()
        return done

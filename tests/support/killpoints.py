"""A store and an outbox that are killed at a random point of their work, and started again: run as a program, it prints what was told how often.

    python killpoints.py FOLDER ROUNDS SEED

Each round is two processes over one store. The first kills itself with SIGKILL at a random one of all the calls, of Python and of C, that the whole
work takes: within a commit, before, while or after a delivery is made, before or after it is marked. The second finishes what is left.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Told
from statuswatch.core.watchlist import Watchlist
from statuswatch.core.world import World
from statuswatch.engine.clock import SystemClock
from statuswatch.engine.outbox import Outbox
from statuswatch.engine.store import Step, Store
from statuswatch.notify.base import Delivery

NOTICES = 5
WAYS = ("screen", "elsewhere")
START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Log:
    """A way that tells by a line in a file, which is there whatever happens to the process next."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def deliver(self, notice: Notice, _replaces: str | None) -> Delivery:
        os.write(self._file, f"{notice.id}\n".encode())
        return Delivery(ok=True, handle=notice.id, detail="told")


def notice(number: int) -> Notice:
    at = START + timedelta(seconds=number)
    return Notice(f"n{number}", f"t{number // 2}", NoticeKind.OPENED, at, NoticeReason.OWN_FAILURES, (), "title", "body", "acme")


async def work(folder: Path) -> None:
    """Decide what was not decided yet, one a step, and tell all that is to be told."""
    clock = SystemClock(wall=lambda: START)
    store = Store.open(folder / "store.db", START)
    begun = store.load(START).told.counter
    outbox = Outbox(store, {name: Log(folder, name) for name in WAYS}, clock, lambda: None)
    telling = [asyncio.create_task(outbox.run(name)) for name in WAYS]
    for number in range(begun, NOTICES):
        at = START + timedelta(seconds=number)
        store.commit(Step(at, World(), Told(counter=number + 1), Watchlist(()), (notice(number),), ways=WAYS))
        outbox.post()
        await asyncio.sleep(0)
    while store.pending():  # noqa: ASYNC110 - the store is all that there is to ask
        await asyncio.sleep(0)
    for task in telling:
        task.cancel()
    await asyncio.gather(*telling, return_exceptions=True)
    store.close()


def run(folder: Path, kill_at: int | None = None) -> tuple[int, int]:
    """Do the work in a process of its own; how that ended, and how many calls it took."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        calls = 0

        def called(_frame: object, _event: str, _argument: object) -> None:
            nonlocal calls
            calls += 1
            if calls == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(called)
        asyncio.run(work(folder))
        sys.setprofile(None)
        os.write(writer, str(calls).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        text = said.read()
    return os.waitpid(child, 0)[1], int(text or 0)


def main(argv: list[str]) -> None:
    root, rounds, luck = Path(argv[0]), int(argv[1]), random.Random(int(argv[2]))
    (root / "whole").mkdir(parents=True)
    status, length = run(root / "whole")
    assert status == 0, "the work itself failed"
    for number in range(rounds):
        sys.stdout.flush()  # a process that forks must hold nothing that both would write
        folder = root / str(number)
        folder.mkdir()
        kill_at = luck.randint(1, length)
        killed, _ = run(folder, kill_at)
        ended, _ = run(folder)
        told = {name: Counter((folder / name).read_text(encoding="utf-8").split()) for name in WAYS}
        sys.stdout.write(json.dumps({"point": kill_at, "of": length, "killed": os.WIFSIGNALED(killed), "ended": ended, "told": told}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

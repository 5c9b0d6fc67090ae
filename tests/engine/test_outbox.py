"""The outbox: what is decided is told, however often the engine dies on the way; a way that hangs delays no other."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from statuswatch.core.snapshot import NOWHERE
from statuswatch.engine.clock import SystemClock
from statuswatch.engine.outbox import ATTEMPTS_MOST, TOO_OLD, Outbox
from statuswatch.engine.store import Step, Store, Told
from statuswatch.notify.base import Delivery
from support.killpoints import NOTICES, START, WAYS, Log, Watchlist, World, notice

ROUNDS = 200


@pytest.mark.timeout(400)
def test_two_hundred_kills_at_any_point_lose_nothing_and_repeat_at_most_one_telling_each(tmp_path: Path) -> None:
    program = [sys.executable, str(Path(__file__).parents[1] / "support" / "killpoints.py"), str(tmp_path / "rounds"), str(ROUNDS), "20251214"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(program, env=env, capture_output=True, text=True, timeout=380, check=True)
    rounds = [json.loads(line) for line in done.stdout.splitlines()]

    assert len(rounds) == ROUNDS
    assert sum(item["killed"] for item in rounds) >= ROUNDS * 0.9  # the work takes a few calls more or fewer each time
    wanted = {f"n{number}" for number in range(NOTICES)}
    for item in rounds:
        assert item["ended"] == 0, item
        assert all(set(item["told"][way]) == wanted for way in WAYS), ("lost", item)
        assert all(sum(item["told"][way].values()) - NOTICES <= 1 for way in WAYS), ("repeated", item)
    assert any(sum(item["told"][way].values()) > NOTICES for item in rounds for way in WAYS), "no kill fell between a telling and its mark"


class _Hangs:
    def __init__(self) -> None:
        self.asked = 0

    async def deliver(self, *_: object) -> Delivery:
        self.asked += 1
        await asyncio.Event().wait()
        raise AssertionError


class _Refuses:
    def __init__(self, times: int = 10**6) -> None:
        self.asked, self._times = 0, times

    async def deliver(self, *_: object) -> Delivery:
        self.asked += 1
        if self.asked <= self._times:
            return Delivery(ok=False, handle=None, detail="not now")
        return Delivery(ok=True, handle="h", detail="told")


@pytest.fixture
def store(tmp_path: Path):
    opened = Store.open(tmp_path / "store.db", START)
    opened.load(START)
    yield opened
    opened.close()


def _clock(loop: asyncio.AbstractEventLoop, ahead: timedelta = timedelta()) -> SystemClock:
    zero = loop.time()
    return SystemClock(monotonic=loop.time, wall=lambda: START + ahead + timedelta(seconds=loop.time() - zero))


async def _told(store: Store, ways: dict[str, object], seconds: float, ahead: timedelta = timedelta()) -> Outbox:
    store.commit(Step(START, World(), Told(counter=1), Watchlist(()), (notice(0),), ways=tuple(ways)))
    outbox = Outbox(store, ways, _clock(asyncio.get_running_loop(), ahead), lambda: None)
    telling = [asyncio.create_task(outbox.run(name)) for name in ways]
    await asyncio.sleep(seconds)
    for task in telling:
        task.cancel()
    await asyncio.gather(*telling, return_exceptions=True)
    return outbox


@pytest.mark.looptime
async def test_a_way_that_hangs_delays_no_other(store: Store, tmp_path: Path) -> None:
    hangs = _Hangs()
    outbox = await _told(store, {"stuck": hangs, "screen": Log(tmp_path, "log")}, 20)

    assert (tmp_path / "log").read_text(encoding="utf-8") == "n0\n"
    assert hangs.asked >= 1
    assert "no answer within 15 s" in outbox.troubles["stuck"]


@pytest.mark.looptime
async def test_a_way_that_refuses_is_asked_again_with_growing_pauses_and_told_in_the_end(store: Store) -> None:
    way = _Refuses(times=3)
    outbox = await _told(store, {"screen": way}, 60)

    assert (way.asked, store.pending(), outbox.troubles["screen"]) == (4, (), "")


@pytest.mark.looptime
async def test_it_is_given_up_after_so_many_attempts_and_that_is_shown(store: Store) -> None:
    way = _Refuses()
    outbox = await _told(store, {"screen": way}, 2 * 3600)

    assert (way.asked, store.pending()) == (ATTEMPTS_MOST, ())
    assert "not now" in outbox.troubles["screen"]


@pytest.mark.looptime
async def test_what_is_too_old_is_not_told_any_more(store: Store) -> None:
    way = _Refuses(times=0)
    await _told(store, {"screen": way}, 1, TOO_OLD + timedelta(seconds=1))

    assert (way.asked, store.pending()) == (0, ())


@pytest.mark.looptime
@pytest.mark.parametrize(
    ("way", "least", "most"), [(_Refuses(times=0), 0.0, 0.5), (_Refuses(), 0.0, 0.5), (_Hangs(), 0.9, 1.1)], ids=["takes it", "refuses", "hangs"]
)
async def test_a_head_start_lasts_until_each_way_has_tried_and_not_longer_than_given(store: Store, way: _Refuses | _Hangs, least: float, most: float) -> None:
    loop = asyncio.get_running_loop()
    outbox = Outbox(store, {"screen": way}, _clock(loop), lambda: None)
    telling = asyncio.create_task(outbox.run("screen"))
    await asyncio.sleep(0.1)
    store.commit(Step(START, World(), Told(counter=1), Watchlist(()), (notice(0),), ways=("screen",)))
    outbox.post()
    began = loop.time()
    await outbox.head_start(1.0)

    assert least <= loop.time() - began <= most
    assert way.asked == 1
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)


class _Connects(_Refuses):
    def __init__(self, *, fails: bool = False) -> None:
        super().__init__(0)
        self.seen: list[str] = []
        self._fails = fails

    async def warm(self) -> None:
        self.seen.append("connected")
        if self._fails:
            raise OSError("no bus")

    async def deliver(self, *given: object) -> Delivery:
        self.seen.append("asked to show")
        return await super().deliver(*given)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_way_connects_before_its_first_notice_and_tells_also_where_that_failed(store: Store, *, fails: bool) -> None:
    way = _Connects(fails=fails)
    await _told(store, {"screen": way}, 1)
    assert way.seen == ["connected", "asked to show"]
    assert store.pending() == ()


@pytest.mark.looptime
async def test_a_machine_that_can_show_nothing_is_no_trouble_of_its_own_words(store: Store) -> None:
    class Nowhere:
        async def deliver(self, *_: object) -> Delivery:
            return Delivery(ok=False, handle=None, detail="no session bus; start it", nowhere=True)

    outbox = await _told(store, {"screen": Nowhere()}, 1)
    assert outbox.troubles == {"screen": f"screen: {NOWHERE}"}

"""The engine is killed at random moments of the outage and started again: nothing that was to be told is lost, and at most one telling is repeated."""

import asyncio
import json
import random
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from statuswatch.core.ids import parse_route
from statuswatch.core.moment import format_time
from statuswatch.engine.clock import ScaledClock, read_monotonic
from statuswatch.engine.store import Store
from statuswatch.simulate.play import Play
from statuswatch.simulate.reading import load
from support.notifications import FakeService, private_bus
from support.outage import OPUS, environment

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("kill")]
KILLS = 50
SPEED = 40.0
_SEED = 20251214


async def test_fifty_kills_lose_no_notice_and_repeat_at_most_one_telling() -> None:
    home = Path(tempfile.mkdtemp(prefix="swk", dir="/tmp"))
    script = load("claude-2025-12-14")
    luck = random.Random(_SEED)
    async with private_bus() as bus:
        service = await FakeService().start(bus)
        clock = ScaledClock(script.start, SPEED)
        zero = read_monotonic()
        async with Play(script, clock, home, lambda _event: None, [parse_route(OPUS)]) as play:
            played = json.dumps({"name": script.name, "start": format_time(script.start), "speed": SPEED, "zero": zero})
            env = {**environment(home), **play.environment, "DBUS_SESSION_BUS_ADDRESS": bus.address, "STATUSWATCH_SIMULATION": played}
            finished = asyncio.create_task(play.finished())
            kills = 0
            while kills < KILLS and not finished.done():
                engine = await _engine(env)
                await asyncio.sleep(luck.uniform(0.8, 2.6))
                engine.send_signal(signal.SIGKILL)
                await engine.wait()
                kills += 1
            engine = await _engine(env)
            await finished
            await asyncio.sleep(2)
            engine.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(engine.wait(), 60) == 0
            store = Store.open(home / "state" / "store.db", clock.now().at)
            decided = [notice for notice in store.load(clock.now().at).notices if notice.kind.value != "amended"]
            store.close()
        await service.stop()

    assert kills == KILLS
    assert [notice.kind.value for notice in decided] == ["opened", "resolved"]
    told = [item.title for item in service.shown]
    bad = [title for title in told if "is back" not in title]
    assert bad, "the trouble itself was never shown"
    assert told.index(bad[0]) == 0
    assert told.count("[simulated] Claude Opus 4.5 is back") in {1, 2}, told
    windows = [item.title for item in service.shown if not item.replaces]
    assert len(windows) <= 2, windows  # one trouble is one window; a kill between showing and storing may open it once more


async def _engine(env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "statuswatch", "engine", "run", env=env, stderr=asyncio.subprocess.DEVNULL)

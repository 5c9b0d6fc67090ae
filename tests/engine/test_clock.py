"""Time as the engine lives it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from statuswatch.engine.clock import ScaledClock, SystemClock, epoch, sleep_unless

START = datetime(2025, 12, 14, 21, 25, tzinfo=UTC)


def test_the_systems_time_is_utc_in_whole_milliseconds():
    clock = SystemClock(monotonic=lambda: 5.0, wall=lambda: datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC))
    assert clock.now().at == datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=UTC)
    assert clock.now().mono == 5.0
    assert clock.real() == clock.now().at
    assert clock.speed == 1


def test_the_real_sources_are_aware_and_do_not_go_back():
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.at.utcoffset() == timedelta(0)
    assert second.mono >= first.mono
    assert 0 <= clock.jitter() < 1


def test_a_simulated_clock_starts_where_it_is_told_and_runs_faster_on_both_hands():
    seconds = [100.0]
    clock = ScaledClock(START, 60, monotonic=lambda: seconds[0])
    assert clock.now().at == START
    seconds[0] += 2
    assert clock.now().at == START + timedelta(minutes=2)
    assert clock.now().mono == 120


def test_a_simulated_clock_still_knows_real_time_for_expiry():
    real = datetime(2026, 3, 1, tzinfo=UTC)
    clock = ScaledClock(START, 60, monotonic=lambda: 0.0, wall=lambda: real)
    assert clock.real() == real


@pytest.mark.looptime
async def test_a_simulated_hour_at_sixty_takes_a_real_minute():
    loop = asyncio.get_running_loop()
    clock = ScaledClock(START, 60, monotonic=loop.time)
    began = loop.time()
    await clock.sleep(3600)
    assert loop.time() - began == pytest.approx(60)
    assert clock.now().at - START == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=1))


@pytest.mark.parametrize(("start", "speed"), [(START, 0), (START, -1), (START.replace(tzinfo=None), 1)])
def test_a_clock_that_cannot_run_is_refused(start, speed):
    with pytest.raises(ValueError, match="expected"):
        ScaledClock(start, speed)


@pytest.mark.looptime
async def test_a_sleep_ends_early_when_its_event_is_set_and_only_then():
    loop = asyncio.get_running_loop()
    clock, event = SystemClock(monotonic=loop.time), asyncio.Event()
    loop.call_later(3, event.set)
    assert await sleep_unless(clock, 100, event)
    assert loop.time() == pytest.approx(3)
    assert not event.is_set()
    assert not await sleep_unless(clock, 10, event)
    assert loop.time() == pytest.approx(13)


def test_expiry_is_whole_seconds_rounded_down():
    assert epoch(datetime(1970, 1, 1, 0, 0, 59, 999000, tzinfo=UTC)) == 59

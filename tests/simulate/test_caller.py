from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.health import Fault
from statuswatch.core.ids import Surface, parse_route
from statuswatch.core.moment import parse_time
from statuswatch.core.observation import Call, Outcome
from statuswatch.simulate.caller import Attempt, Caller
from statuswatch.simulate.reading import load
from statuswatch.simulate.server import World
from statuswatch.sources.clients import CLIENTS, reader_class
from statuswatch.sources.clients.attempt import Origin
from statuswatch.sources.clients.diagnose import SignatureDiagnose
from support.clocks import JumpClock

SCRIPT = load("claude-2025-12-14")


def at(clock: str) -> datetime:
    return parse_time(f"2025-12-14T{clock}Z")


async def _played(tmp_path: Path, route: str, quiet_after: datetime | None = None) -> list[Attempt]:
    """All attempts of one route over the whole outage."""
    attempts: list[Attempt] = []
    clock = JumpClock(SCRIPT.start)
    async with World(SCRIPT, clock) as world:
        await Caller(SCRIPT, clock, world.api, tmp_path, (parse_route(route),), attempts.append, quiet_after).run()
    return attempts


def _files(tmp_path: Path) -> list[Path]:
    return list(tmp_path.rglob("*.jsonl"))


def _recorded(tmp_path: Path) -> list[Call]:
    """What the reader of that client's transcripts makes of the file."""
    client = CLIENTS["claude-code"]
    [path] = tmp_path.glob(f"claude-code/{client.root_below}/*/*.jsonl")
    assert any(path.relative_to(tmp_path / "claude-code" / client.root_below).match(glob) for glob in client.kinds[0].globs)
    reader = reader_class(client.kinds[0])(Origin(path.name, SignatureDiagnose(builtin_signatures()), SCRIPT.start))
    return [call for line in path.read_bytes().splitlines() for call in reader.feed(line)]


async def test_the_transcript_is_read_as_the_calls_that_were_made(tmp_path: Path) -> None:
    attempts = await _played(tmp_path, "anthropic/code:claude-opus-4-5")
    seen = _recorded(tmp_path)
    assert [(call.at, call.outcome is Outcome.OK, call.final, call.request_id) for call in seen] == [
        (attempt.at, attempt.ok, attempt.final, attempt.request_id) for attempt in attempts
    ]
    assert {(call.client, call.provider, call.surface) for call in seen} == {("claude-code", "anthropic", Surface.CODE)}
    assert {parse_route(f"anthropic:{call.model}").model for call in seen} == {"claude-opus-4.5"}
    told = {call.diagnosis for call in seen if call.diagnosis}
    assert {(diagnosis.fault, diagnosis.status, diagnosis.code) for diagnosis in told} == {(Fault.PROVIDER, 529, "overloaded_error")}
    assert len({call.key for call in seen}) == len(seen)
    assert {call.project for call in seen} == {"project-1"}


async def test_calls_fail_exactly_while_the_fault_lasts_and_each_failed_one_is_tried_three_times(tmp_path: Path) -> None:
    attempts = await _played(tmp_path, "anthropic/code:claude-opus-4-5")
    failed = [attempt for attempt in attempts if not attempt.ok]
    assert at("21:25:00") <= failed[0].at < at("21:27:00")
    assert at("22:41:00") < failed[-1].at < at("22:43:03")
    assert all(attempt.at < at("21:25:04") or attempt.at >= at("22:43:00") for attempt in attempts if attempt.ok)
    assert [attempt.attempt for attempt in failed] == [1, 2, 3] * (len(failed) // 3)
    assert [attempt.final for attempt in failed[:3]] == [False, False, True]
    assert failed[2].at - failed[0].at < timedelta(seconds=3)
    assert failed[0].code == "overloaded_error"
    turns = [attempt for attempt in attempts if attempt.attempt == 1]
    gaps = [(after.at - before.at).total_seconds() for before, after in pairwise(turns)]
    assert all(59 < gap < 95 for gap in gaps)
    assert all(attempt.recorded for attempt in attempts)


async def test_a_model_that_was_not_hit_never_fails(tmp_path: Path) -> None:
    attempts = await _played(tmp_path, "anthropic/code:claude-haiku-4-5")
    assert len(attempts) > 60
    assert all(attempt.ok for attempt in attempts)
    assert all(call.outcome is Outcome.OK for call in _recorded(tmp_path))


async def test_a_person_who_went_away_makes_no_more_calls(tmp_path: Path) -> None:
    attempts = await _played(tmp_path, "anthropic/code:claude-opus-4-5", quiet_after=at("21:40:00"))
    assert attempts[-1].at < at("21:40:05")
    assert not attempts[-1].ok


@pytest.mark.parametrize("route", ["anthropic/api:claude-opus-4-5", "openai/api:gpt-5.1", "google-gemini/api:gemini-3-pro"])
async def test_a_program_leaves_no_record_and_its_calls_are_handed_over(tmp_path: Path, route: str) -> None:
    attempts = await _played(tmp_path, route)
    assert _files(tmp_path) == []
    assert not any(attempt.recorded for attempt in attempts)
    first = attempts[0]
    parsed = parse_route(route)
    call = first.call(None)
    assert (call.provider, call.surface, call.outcome, call.final, call.at) == (parsed.provider, parsed.surface, Outcome.OK, True, first.at)
    assert first.response.provider == parsed.provider
    assert first.response.url is None
    assert len({attempt.call(None).key for attempt in attempts}) == len(attempts)


async def test_a_chat_window_makes_no_calls_that_could_be_seen(tmp_path: Path) -> None:
    assert await _played(tmp_path, "anthropic/chat:*") == []


async def test_the_transcript_holds_no_words_but_our_own(tmp_path: Path) -> None:
    await _played(tmp_path, "anthropic/code:claude-opus-4-5", quiet_after=at("21:30:00"))
    [path] = _files(tmp_path)
    text = path.read_text()
    assert "simulated" in text
    assert str(Path.home()) not in text

"""The tail over real files: appended, cut, rotated, deleted, huge, many; and a stop and start at any point."""

import asyncio
import json
import os
import resource
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.engine.tail import Batch, Tail, Watched

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


class Undecided:
    """A Diagnose that decides nothing: what a file's lines mean is not this test's business."""

    def response(self, *, status, headers, body, url, provider):  # noqa: ARG002 - the protocol's names
        return Diagnosis(Fault.UNKNOWN, Confidence.LOW, "test", status=status)

    def transport(self, *, code, host):  # noqa: ARG002 - the protocol's names
        return Diagnosis(Fault.UNKNOWN, Confidence.LOW, "test", code=code)


def answer(number: int, model: str = "claude-opus-4-5", padding: int = 0) -> bytes:
    """One answered call as a transcript tells it."""
    entry = {
        "type": "assistant",
        "uuid": f"u{number}",
        "sessionId": "s",
        "cwd": "/home/dev/proj",
        "timestamp": f"2026-11-22T14:{number // 60 % 60:02}:{number % 60:02}.{number // 3600:03}Z",
        "message": {"id": f"msg_{number}", "model": model, "usage": {"output_tokens": 1}, "content": [{"type": "text", "text": "x" * padding}]},
    }
    return json.dumps(entry).encode() + b"\n"


def failure(number: int) -> bytes:
    """One given-up call as a transcript tells it."""
    entry = {
        "type": "assistant",
        "uuid": f"f{number}",
        "sessionId": "s",
        "timestamp": "2026-11-22T14:00:00Z",
        "isApiErrorMessage": True,
        "apiErrorStatus": 529,
        "message": {"model": "<synthetic>", "content": [{"type": "text", "text": "API Error: 529"}]},
    }
    return json.dumps(entry).encode() + b"\n"


def prompt(size: int) -> bytes:
    """A record that is never read."""
    return json.dumps({"type": "user", "message": {"role": "user", "content": "y" * size}}).encode() + b"\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "projects" / "-home-dev-proj"
    folder.mkdir(parents=True)
    return tmp_path / "projects"


@pytest.fixture
def session(root: Path) -> Path:
    return root / "-home-dev-proj" / "s.jsonl"


def touch(path: Path, ago: timedelta = timedelta(0)) -> None:
    """Date the file as seen from the tests' now."""
    at = (NOW - ago).timestamp()
    os.utime(path, (at, at))


def write(path: Path, *lines: bytes, ago: timedelta = timedelta(0), mode: str = "wb") -> None:
    with path.open(mode) as handle:
        handle.writelines(lines)
    touch(path, ago)


def append(path: Path, *lines: bytes) -> None:
    before = path.stat().st_mtime
    with path.open("ab") as handle:
        handle.writelines(lines)
    os.utime(path, (before + 1, before + 1))


class Follower:
    """A tail with what a store would keep: every batch's calls and mark are taken together."""

    def __init__(self, root: Path, marks: dict | None = None) -> None:
        self.root = root
        self.marks = dict(marks or {})
        self.calls: list[Call] = []
        self.tail = Tail([Watched("claude-code", root)], Undecided(), self.marks, lambda: NOW, notify=False)

    def round(self) -> list[Call]:
        """One look at everything; returns the calls that came new."""
        before = len(self.calls)
        for path in self.tail.look():
            more = True
            while more:
                batch, more = self.tail.read_some(path)
                self.take(batch)
        self.tail.started = True
        return self.calls[before:]

    def take(self, batch: Batch | None) -> None:
        if batch is None:
            return
        if batch.mark is None:
            self.marks.pop(batch.path, None)
        else:
            self.marks[batch.path] = batch.mark
        self.calls.extend(batch.calls)


def numbers(calls: list[Call]) -> list[int]:
    """The numbers of `answer` that the calls came from, by their times."""
    return [call.at.minute * 60 + call.at.second + call.at.microsecond // 1000 * 3600 for call in calls]


def test_what_is_appended_is_told_once(root: Path, session: Path) -> None:
    write(session, answer(1))
    follower = Follower(root)
    assert numbers(follower.round()) == [1]
    append(session, answer(2), answer(3))
    assert numbers(follower.round()) == [2, 3]
    assert follower.round() == []


def test_a_line_that_is_not_finished_waits_until_it_is(root: Path, session: Path) -> None:
    write(session, answer(1))
    follower = Follower(root)
    follower.round()
    line = answer(2)
    append(session, line[:40])
    assert follower.round() == []
    append(session, line[40:-1])
    assert follower.round() == []
    append(session, b"\n")
    assert numbers(follower.round()) == [2]


def test_an_unfinished_line_at_the_first_look_is_read_when_it_is_finished(root: Path, session: Path) -> None:
    line = answer(2)
    write(session, answer(1), line[:50], ago=timedelta(hours=5))
    follower = Follower(root)
    assert follower.round() == []
    append(session, line[50:])
    assert numbers(follower.round()) == [2]


def test_old_files_start_at_their_end_and_recent_ones_at_their_last_part(root: Path, session: Path) -> None:
    old = session.with_name("old.jsonl")
    write(old, answer(1), ago=timedelta(hours=3))
    write(session, answer(2), prompt(400_000), answer(3), ago=timedelta(minutes=5))
    follower = Follower(root)
    assert numbers(follower.round()) == [3]
    append(old, answer(4))
    assert numbers(follower.round()) == [4]


def test_a_file_that_appears_later_is_read_from_its_start(root: Path, session: Path) -> None:
    follower = Follower(root)
    follower.round()
    agent = session.parent / "s" / "subagents" / "agent-1.jsonl"
    agent.parent.mkdir(parents=True)
    write(agent, answer(1), answer(2))
    assert numbers(follower.round()) == [1, 2]


def test_a_truncated_file_is_read_anew(root: Path, session: Path) -> None:
    write(session, answer(1), answer(2))
    follower = Follower(root)
    follower.round()
    write(session, answer(3))
    assert numbers(follower.round()) == [3]


def test_a_file_replaced_by_a_longer_one_in_place_is_read_anew(root: Path, session: Path) -> None:
    write(session, answer(1))
    follower = Follower(root)
    follower.round()
    write(session, failure(1), answer(5), answer(6), answer(7))
    assert len(follower.round()) == 4


def test_a_rotated_file_goes_on_under_its_new_name_and_the_new_one_from_its_start(root: Path, session: Path) -> None:
    write(session, answer(1))
    follower = Follower(root)
    follower.round()
    with session.open("ab") as handle:
        handle.write(answer(2))
    session.rename(session.with_name("s.1.jsonl"))
    write(session, answer(3))
    assert sorted(numbers(follower.round())) == [2, 3]


def test_a_deleted_file_is_forgotten_and_its_successor_read_from_the_start(root: Path, session: Path) -> None:
    write(session, answer(1))
    follower = Follower(root)
    follower.round()
    session.unlink()
    assert follower.round() == []
    assert follower.marks == {}
    write(session, answer(1, model="claude-sonnet-4-5"), answer(2))
    assert numbers(follower.round()) == [1, 2]


def test_a_link_that_leaves_the_root_is_not_followed(root: Path, session: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.jsonl"
    write(outside, answer(1))
    session.symlink_to(outside)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    write(folder / "x.jsonl", answer(2))
    (root / "linked").symlink_to(folder)
    assert Follower(root).round() == []


def test_a_pipe_with_a_records_name_blocks_nothing(root: Path, session: Path) -> None:
    os.mkfifo(session)
    assert Follower(root).round() == []


def test_a_file_that_may_not_be_read_is_passed_over(root: Path, session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(session, answer(1))
    other = session.with_name("t.jsonl")
    write(other, answer(2))
    opened = os.open

    def refused(path, *args, **kwargs):
        if str(path) == str(session):
            raise PermissionError(13, "no")
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", refused)
    assert numbers(Follower(root).round()) == [2]


def test_a_line_longer_than_a_record_can_be_is_passed_over(root: Path, session: Path) -> None:
    write(session, answer(1))
    follower = Follower(root)
    follower.round()
    append(session, prompt(3 << 20), answer(2), prompt(2 << 20)[:-1])
    assert numbers(follower.round()) == [2]
    append(session, b"\n", answer(3))
    assert numbers(follower.round()) == [3]


def test_the_model_is_known_where_reading_starts_behind_it(root: Path, session: Path) -> None:
    write(session, answer(1, model="claude-haiku-4-5"), *(prompt(200_000) for _ in range(3)), failure(2))
    calls = Follower(root).round()
    assert [(call.outcome, call.model) for call in calls] == [(Outcome.FAILED, "claude-haiku-4.5")]


def test_the_model_is_known_after_a_restart(root: Path, session: Path) -> None:
    write(session, answer(1, model="claude-haiku-4-5"))
    first = Follower(root)
    first.round()
    append(session, failure(2))
    assert [call.model for call in Follower(root, first.marks).round()] == ["claude-haiku-4.5"]


def test_retries_without_an_answer_are_reported_before_any_call_failed(root: Path, session: Path) -> None:
    write(session, answer(1))
    follower = Follower(root)
    follower.round()
    request = json.dumps({"type": "api-request", "sessionId": "s", "querySource": "repl", "params": {"model": "claude-opus-4-5"}}).encode() + b"\n"
    append(session, request, request)
    batch, _ = follower.tail.read_some(str(session))
    assert batch is not None
    assert (batch.calls, batch.unanswered) == ((), 2)


@pytest.mark.parametrize("stop_after", range(7))
def test_a_stop_at_any_point_loses_nothing_and_tells_nothing_twice(root: Path, session: Path, stop_after: int) -> None:
    first = Follower(root)
    first.round()
    write(session, answer(1), answer(2))
    steps: list[Callable[[], None]] = [
        lambda: append(session, answer(3)),
        lambda: append(session, answer(4)[:30]),
        lambda: append(session, answer(4)[30:]),
        lambda: write(session.with_name("t.jsonl"), answer(5)),
        lambda: append(session.with_name("t.jsonl"), answer(6)),
        lambda: append(session, answer(7)),
    ]
    calls: list[Call] = []
    follower = first
    for index, step in enumerate(steps):
        if index == stop_after:
            calls += follower.calls
            follower = Follower(root, follower.marks)
        step()
        if index != stop_after:
            follower.round()
    follower.round()
    calls += follower.calls
    assert sorted(numbers(calls)) == [1, 2, 3, 4, 5, 6, 7]


def test_two_thousand_files_cost_no_reading_while_nothing_changes(root: Path) -> None:
    files = [root / "-home-dev-proj" / f"{number}.jsonl" for number in range(2000)]
    for number, path in enumerate(files):
        write(path, answer(number), ago=timedelta(hours=3))
    follower = Follower(root)
    follower.round()
    assert len(follower.marks) == 2000
    assert follower.tail.look() == []
    append(files[7], answer(1))
    append(files[1999], answer(2))
    assert sorted(follower.tail.look()) == sorted([str(files[7]), str(files[1999])])
    assert sorted(numbers(follower.round())) == [1, 2]
    assert len(follower.tail.readers) <= 64


def test_a_gigabyte_is_read_in_bounded_memory(root: Path, session: Path) -> None:
    write(session, answer(1))
    follower = Follower(root)
    follower.round()
    with session.open("ab") as handle:
        handle.truncate(1 << 30)
        handle.seek(0, os.SEEK_END)
        handle.write(b"\n" + answer(2))
        for _ in range(64):
            handle.write(prompt(500_000))
        handle.write(answer(3))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    assert numbers(follower.round()) == [2, 3]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


async def collect(tail: Tail, wanted: int, act: Callable[[], None] | None = None) -> list[Call]:
    """The calls of a running tail until there are as many as wanted, `act` done once the first round is over."""
    calls: list[Call] = []
    async with asyncio.timeout(10):
        async for batch in tail.batches():
            calls.extend(batch.calls)
            if act is not None:
                act()
                act = None
            if len(calls) >= wanted:
                tail.stop()
    return calls


@pytest.mark.parametrize("notify", [True, False])
async def test_a_running_tail_tells_what_is_appended_while_it_runs(root: Path, session: Path, notify: bool) -> None:
    write(session, answer(1))
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW, notify=notify, poll_s=0.05)
    fresh = root / "-other" / "n.jsonl"

    def act() -> None:
        append(session, answer(2))
        fresh.parent.mkdir()
        write(fresh, answer(3))

    assert sorted(numbers(await collect(tail, 3, act))) == [1, 2, 3]


async def test_where_the_system_gives_no_notifications_the_tail_polls(root: Path, session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import watchfiles

    def refused(*_args, **_kwargs):
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watchfiles, "awatch", refused)
    write(session, answer(1))
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW, poll_s=0.05)
    assert numbers(await collect(tail, 2, lambda: append(session, answer(2)))) == [1, 2]
    assert not tail.notified


async def test_a_folder_that_comes_later_is_watched_from_then_on(tmp_path: Path) -> None:
    root = tmp_path / "copilot"
    logs = root / "logs"
    (root / "pkg").mkdir(parents=True)
    tail = Tail([Watched("copilot-cli", root)], Undecided(), {}, lambda: NOW)
    line = '2026-11-22T14:00:0{}.000Z [WARNING] Model provider request failed {{"http_status":529}}\n'
    write(root / "pkg" / "process.log", line.format(9).encode())

    async def person() -> None:
        await asyncio.sleep(0.2)
        logs.mkdir()
        write(logs / "process-1.log", line.format(1).encode())
        while tail.watcher.folders != (str(logs),):  # noqa: ASYNC110 - the tail tells nobody
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        append(logs / "process-1.log", line.format(2).encode())

    at_work = asyncio.create_task(person())
    calls = await collect(tail, 2)
    await at_work
    assert [call.at.second for call in calls] == [1, 2]


async def test_a_stopped_tail_ends(root: Path) -> None:
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW)
    asyncio.get_running_loop().call_later(0.05, tail.stop)
    assert await collect(tail, 1) == []


async def test_a_root_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    tail = Tail([Watched("claude-code", tmp_path / "none")], Undecided(), {}, lambda: NOW, poll_s=0.05)
    asyncio.get_running_loop().call_later(0.1, tail.stop)
    assert await collect(tail, 1) == []

"""The tail over real files: appended, cut, rotated, deleted, huge, many; and a stop and start at any point."""

import asyncio
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import watchfiles

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.engine import follow as follow_module
from statuswatch.engine import tail as tail_module
from statuswatch.engine.inotify import Tree
from statuswatch.engine.roots import Watched
from statuswatch.engine.tail import Batch, Tail
from support.recordings import missing

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


def test_a_gigabyte_that_lies_there_at_first_sight_is_read_at_its_end_only(root: Path, session: Path) -> None:
    with session.open("wb") as handle:
        handle.truncate(1 << 30)
        handle.seek(0, os.SEEK_END)
        handle.write(b"\n" + answer(1, model="claude-haiku-4-5") + prompt(100_000) + failure(2))
    touch(session)
    follower = Follower(root)
    read: list[int] = []
    opened = tail_module._open_plain

    class Counted(io.FileIO):
        def readinto(self, buffer):  # type: ignore[no-untyped-def]
            count = super().readinto(buffer)
            read.append(count or 0)
            return count

    def counted(path: str, mode: str, opener: object) -> io.BufferedReader:
        assert (mode, opener) == ("rb", opened)
        return io.BufferedReader(Counted(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail_module, "open", counted, raising=False)
        calls = follower.round()
    assert [(call.outcome, call.model) for call in calls] == [(Outcome.OK, "claude-haiku-4.5"), (Outcome.FAILED, "claude-haiku-4.5")]
    assert 0 < sum(read) < 8 << 20


def test_five_thousand_files_are_held_in_bounded_memory(root: Path) -> None:
    line, at = answer(1), (NOW - timedelta(hours=3)).timestamp()
    for number in range(5000):
        path = root / "-home-dev-proj" / f"{number}.jsonl"
        path.write_bytes(line)
        os.utime(path, (at, at))
    follower = Follower(root)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    follower.round()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 << 10
    assert len(follower.marks) == 5000
    assert len(follower.tail.readers) <= 64
    assert follower.tail.look() == []


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


async def collect(tail: Tail, wanted: int, act: Callable[[], None] | None = None, within: float = 60) -> list[Call]:
    """The calls of a running tail until there are as many as wanted, `act` done once the first round is over."""
    calls: list[Call] = []
    async with asyncio.timeout(within):
        async for batch in tail.batches():
            calls.extend(batch.calls)
            if act is not None:
                act()
                act = None
            if len(calls) >= wanted:
                tail.stop()
    return calls


@pytest.mark.parametrize(("notify", "kernel"), [(True, True), (True, False), (False, False)])
async def test_a_running_tail_tells_what_is_appended_while_it_runs(
    root: Path, session: Path, notify: bool, kernel: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_module, "KERNEL", kernel)
    write(session, answer(1))
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW, notify=notify, poll_s=0.05)
    fresh = root / "-other" / "n.jsonl"

    def act() -> None:
        append(session, answer(2))
        fresh.parent.mkdir()
        write(fresh, answer(3))

    assert sorted(numbers(await collect(tail, 3, act))) == [1, 2, 3]


@pytest.fixture(params=["kernel", "library"])
def refuse(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Has a function asked before each watch begins, which may raise; for both ways of hearing of changes."""
    kernel = request.param == "kernel"
    monkeypatch.setattr(follow_module, "KERNEL", kernel)

    def ask(first: Callable[[], None]) -> None:
        owner, name = (Tree, "add") if kernel else (watchfiles, "awatch")
        real = getattr(owner, name)

        def watch(*given, **more):
            first()
            return real(*given, **more)

        monkeypatch.setattr(owner, name, watch)

    return ask


async def test_where_the_system_gives_no_notifications_the_tail_polls(root: Path, session: Path, refuse: Callable[[Callable[[], None]], None]) -> None:
    def refused() -> None:
        raise OSError(28, "inotify watch limit reached")

    refuse(refused)
    write(session, answer(1))
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW, poll_s=0.05)
    assert numbers(await collect(tail, 2, lambda: append(session, answer(2)))) == [1, 2]
    assert not tail.notified


_LIMITED = """
import asyncio, json, sys
from datetime import UTC, datetime
from pathlib import Path
from statuswatch.engine.roots import Watched
from statuswatch.engine.tail import Tail

async def main(root, line):
    tail = Tail([Watched("claude-code", Path(root))], None, {}, lambda: datetime.now(UTC), poll_s=0.1)
    async for batch in tail.batches():
        if batch.calls:
            tail.stop()
        elif not tail.notified:
            with (Path(root) / "-p9" / "s.jsonl").open("ab") as file:
                file.write(line.encode())
    print(json.dumps({"note": tail.note, "notified": tail.notified}))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize(("limit", "count"), [("max_inotify_watches", 3), ("max_inotify_watches", 0), ("max_inotify_instances", 0)])
def test_at_a_limit_of_the_system_files_are_looked_at_by_the_clock_and_that_is_said(root: Path, limit: str, count: int) -> None:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Ur", "true"], check=False).returncode:
        missing("unshare", "no user namespace can be made here, so no limit can be set")
    for number in range(10):
        (root / f"-p{number}").mkdir()
        (root / f"-p{number}" / "s.jsonl").write_bytes(b"{}\n")
    shell = f'echo {count} > /proc/sys/user/{limit} && exec "$@"'
    argv = ["unshare", "-Ur", "sh", "-c", shell, "sh", sys.executable, "-c", _LIMITED, str(root), answer(1).decode()]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=100, check=True)
    said = json.loads(done.stdout)
    assert not said["notified"]
    assert said["note"].startswith("looked at every 0.1 s, as the system's limit of ")
    assert ("max_user_instances" if "instances" in limit else "max_user_watches") in said["note"]


async def test_when_the_system_gives_notifications_again_they_are_used(root: Path, session: Path, refuse: Callable[[Callable[[], None]], None]) -> None:
    refusals = [OSError(24, "too many"), OSError("OS file watch limit reached"), RuntimeError("?")]
    notes: list[str] = []

    def refused() -> None:
        if refusals:
            raise refusals.pop(0)

    refuse(refused)
    write(session, answer(1))
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW, poll_s=0.05, again_s=0.1)

    async def person() -> None:
        while not (tail.notified and not refusals):
            notes.append(tail.note)
            await asyncio.sleep(0.01)
        append(session, answer(2))

    at_work = asyncio.create_task(person())
    assert numbers(await collect(tail, 2)) == [1, 2]
    await at_work
    assert tail.notified
    assert len(set(notes) - {""}) == 3


async def test_a_folder_that_the_library_may_not_enter_is_left_out_and_the_rest_is_watched(root: Path, session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = watchfiles.awatch, []

    def refused(*given, ignore_permission_denied, **more):
        asked.append(ignore_permission_denied)
        if not ignore_permission_denied:
            raise PermissionError(13, "no")
        return real(*given, ignore_permission_denied=True, **more)

    monkeypatch.setattr(follow_module, "KERNEL", False)
    monkeypatch.setattr(watchfiles, "awatch", refused)
    write(session, answer(1))
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW)
    assert numbers(await collect(tail, 2, lambda: append(session, answer(2)))) == [1, 2]
    assert asked[:2] == [False, True]
    assert tail.notified


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


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's; elsewhere the next look finds it")
async def test_a_client_that_is_first_used_after_the_start_is_heard_without_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "_RESCAN_S", 3600.0)
    root = tmp_path / "person" / ".claude" / "projects"
    (tmp_path / "person").mkdir()
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW)

    async def person() -> None:
        while not tail._settled:  # noqa: ASYNC110 - the tail tells nobody; from here on nothing looks by the clock
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        (root / "-home-dev-proj").mkdir(parents=True)
        write(root / "-home-dev-proj" / "s.jsonl", answer(1))

    at_work = asyncio.create_task(person())
    assert numbers(await collect(tail, 1)) == [1]
    await at_work


async def test_a_stopped_tail_ends(root: Path) -> None:
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW)
    asyncio.get_running_loop().call_later(0.05, tail.stop)
    assert await collect(tail, 1) == []


async def test_a_root_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    tail = Tail([Watched("claude-code", tmp_path / "none")], Undecided(), {}, lambda: NOW, poll_s=0.05)
    asyncio.get_running_loop().call_later(0.1, tail.stop)
    assert await collect(tail, 1) == []


@pytest.mark.parametrize("named", ["{root}/-home-dev-proj/s.jsonl", "{root}/-x/../-home-dev-proj/s.jsonl", "{link}/-home-dev-proj/s.jsonl"])
async def test_a_knock_has_a_record_read_at_once(root: Path, session: Path, tmp_path: Path, named: str) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    write(session, answer(1))
    tail = Tail([Watched("claude-code", link)], Undecided(), {}, lambda: NOW, notify=False, poll_s=3600)

    def act() -> None:
        append(session, answer(2))
        assert tail.knock("claude-code", named.format(root=root, link=link))

    assert numbers(await collect(tail, 2, act)) == [1, 2]


@pytest.mark.parametrize(
    "named",
    [
        "/etc/passwd",
        "/etc/../etc/passwd.jsonl",
        "{root}",
        "{root}/../secret.jsonl",
        "{root}/-home-dev-proj/notes.txt",
        "{root}/-home-dev-proj/link.jsonl",
        "{root}x/-home-dev-proj/s.jsonl",
        "/proc/self/mem.jsonl",
    ],
)
def test_a_knock_at_any_other_place_is_not_answered(root: Path, session: Path, tmp_path: Path, named: str) -> None:
    write(session, answer(1))
    write(tmp_path / "secret.jsonl", answer(2))
    session.with_name("link.jsonl").symlink_to(tmp_path / "secret.jsonl")
    follower = Follower(root)
    assert not follower.tail.knock("claude-code", named.format(root=root))
    assert not follower.tail.knock("codex", str(session))
    assert follower.tail.knock("claude-code", str(session))


async def test_a_folder_that_goes_and_comes_again_is_followed(root: Path, session: Path) -> None:
    write(session, answer(1))
    tail = Tail([Watched("claude-code", root)], Undecided(), {}, lambda: NOW)

    async def person() -> None:
        while not tail.watcher.folders:  # noqa: ASYNC110 - the tail tells nobody
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        shutil.rmtree(root)
        session.parent.mkdir(parents=True)
        write(session, answer(2))

    at_work = asyncio.create_task(person())
    assert numbers(await collect(tail, 2, within=100)) == [1, 2]
    await at_work


async def test_a_tail_that_is_cancelled_together_with_a_change_ends(tmp_path: Path) -> None:
    tail = Tail([Watched("claude-code", tmp_path)], Undecided(), {}, lambda: NOW, notify=False, poll_s=3600)
    waiting = asyncio.create_task(tail._next())
    for _ in range(3):
        await asyncio.sleep(0)
    tail._heard(("x",))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 30)

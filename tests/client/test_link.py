"""The way to the engine: found where the engine says it is, never waited for, paid for only where one listens; forks, threads and ends of programs included."""

import asyncio
import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from statuswatch._client import link
from statuswatch._client.link import LINK, Link, place
from statuswatch.config import paths
from statuswatch.config.errors import PlaceError
from support.modelapi import Mailbox, engine_listens

CALL = {"outcome": "ok", "model": "big-1"}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with engine_listens() as found:
        yield found


def as_the_engine_says() -> str | None:
    try:
        return paths.observe_file()
    except PlaceError:
        return None


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("home", [None, "", "relative", "{tmp}/home"])
@pytest.mark.parametrize("runtime", [None, "", "relative", "{tmp}/run", "{tmp}/nowhere", "/proc/1"])
def test_both_sides_know_the_same_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str | None, runtime: str | None, long: bool) -> None:
    base = tmp_path / ("x" * 120 if long else "s")
    (base / "run").mkdir(parents=True)
    for name, value in (("STATUSWATCH_HOME", home), ("XDG_RUNTIME_DIR", runtime)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value.format(tmp=base))
    assert place() == as_the_engine_says()


@pytest.mark.parametrize("there", ["closed", "open", "file", "link", "strange"])
def test_both_sides_refuse_the_same_folders_of_everyone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: str) -> None:
    """`/tmp` is everyone's; the folder there is looked at through a stand-in, so that this machine's own one plays no part."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    target = tmp_path / "target"
    target.touch() if there == "file" else target.mkdir(mode=0o777 if there == "open" else 0o700)
    target.chmod(0o777 if there == "open" else 0o700)
    if there == "link":
        (tmp_path / "link").symlink_to(target)
        target = tmp_path / "link"
    found = os.lstat(target)
    seen = SimpleNamespace(st_uid=found.st_uid + (there == "strange"), st_mode=found.st_mode)
    real = os.lstat
    monkeypatch.setattr(os, "lstat", lambda path: seen if str(path).startswith("/tmp/statuswatch-") else real(path))
    assert place() == as_the_engine_says()
    assert (place() is None) is (there != "closed")


def test_without_an_engine_it_is_looked_for_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(link, "place", lambda: asked.append("once") or "/nowhere/observe.sock")
    one = Link()
    assert [one.listens() for _ in range(1000)] == [False] * 1000
    assert asked == ["once"]
    one.send(CALL)
    assert threading.active_count() == len(threading.enumerate())
    assert asked == ["once"]
    one._ask_at = 0.0
    assert not one.listens()
    assert asked == ["once", "once"]


def test_an_engine_that_starts_anew_is_found_at_once(box: Mailbox) -> None:
    LINK.send(CALL)
    box.box.close()
    box.path.unlink()
    again = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    again.bind(str(box.path))
    LINK.send({**CALL, "n": 2})
    assert b'"n":2' in again.recv(1 << 16)
    again.close()


def test_an_engine_that_went_is_noticed_and_nothing_is_raised(box: Mailbox) -> None:
    LINK.send(CALL)
    box.box.close()
    box.path.unlink()
    LINK.send(CALL)
    assert not LINK.listens()


def test_a_stuck_engine_holds_nobody_up_and_what_waits_is_bounded(box: Mailbox) -> None:
    for number in range(1000):
        LINK.send({**CALL, "n": number})
    taken = len(box.calls())
    LINK.send({**CALL, "n": 1000})
    numbers = [call["n"] for call in box.calls()]
    assert numbers[:taken] == list(range(taken))
    assert taken < len(numbers) < 1000
    assert len(set(numbers)) == len(numbers)


def test_what_waits_is_said_at_the_end(box: Mailbox) -> None:
    for number in range(1000):
        LINK.send({**CALL, "n": number})
    taken = len(box.calls())
    LINK.close()
    assert len(box.calls()) > taken
    assert not LINK._waiting or LINK._socket is None


def test_what_is_too_long_goes_without_its_body_and_what_is_still_too_long_not_at_all(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    LINK.send({**CALL, "body": "x" * 9000, "headers": {"a": "b"}})
    LINK.send({**CALL, "body": "x" * 9000, "headers": {"a": "y" * 9000}})
    LINK.send({**CALL, "model": "z" * 9000})
    assert [sorted(call) for call in box.calls()] == [["headers", "model", "outcome"], ["model", "outcome"]]
    assert LINK.listens()

    class Small:
        def send(self, data: bytes) -> None:
            if len(data) > 200:
                raise OSError(errno.EMSGSIZE, "too long")
            box.raw.append(data)

    link._send(Small(), {**CALL, "body": "x" * 300})  # type: ignore[arg-type]  # as the BSDs answer, whose datagrams are short
    assert "body" not in box.calls()[-1]
    monkeypatch.setattr(link, "place", lambda: None)
    assert link._connected() is None


def test_many_threads_tell_each_call_once(box: Mailbox) -> None:
    taken: list[int] = []

    def tell(worker: int) -> None:
        for number in range(50):
            LINK.send({**CALL, "n": worker * 50 + number})

    threads = [threading.Thread(target=tell, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken = [call["n"] for call in box.calls()]
    LINK.close()
    taken = [call["n"] for call in box.calls()]
    assert len(set(taken)) == len(taken) > 8


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # other threads of the tests are none of the child's
def test_a_forked_child_tells_under_its_own_name_and_nothing_twice(box: Mailbox) -> None:
    LINK.send({**CALL, "id": LINK.next_id()})
    with LINK._lock:  # as another thread may hold it at that moment
        child = os.fork()
        if child == 0:  # the child must not run the tests' end
            LINK.send({**CALL, "id": LINK.next_id()})
            os._exit(0 if LINK.listens() else 1)
    assert os.waitpid(child, 0)[1] == 0
    LINK.send({**CALL, "id": LINK.next_id()})
    ids = [call["id"] for call in box.calls()]
    assert len(set(ids)) == 3


_PROGRAM = """
import sys, threading, httpx, statuswatch.client as tap
client = tap.http_client("httpx", timeout=5)
for _ in range(3):
    try:
        client.post("http://127.0.0.1:9/v1/messages", json={"model": "big-1"})
    except httpx.ConnectError:
        pass
print(threading.active_count())
"""


@pytest.mark.parametrize("listens", [False, True])
def test_a_program_ends_at_once_without_a_thread_a_warning_or_a_word(listens: bool) -> None:
    def run() -> "subprocess.CompletedProcess[str]":
        return subprocess.run([sys.executable, "-X", "dev", "-W", "error", "-c", _PROGRAM], capture_output=True, text=True, timeout=60, check=False)

    if listens:
        with engine_listens() as box:
            done = run()
            assert [call["transport"] for call in box.calls()] == ["ECONNREFUSED"] * 3
    else:
        done = run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_the_loop_is_not_held_up_by_a_stuck_engine(box: Mailbox) -> None:
    async def ticks() -> int:
        count = 0
        for number in range(200):
            LINK.send({**CALL, "n": number})
            await asyncio.sleep(0)
            count += 1
        return count

    assert asyncio.run(asyncio.wait_for(ticks(), 30)) == 200
    assert 0 < len(box.calls()) < 200

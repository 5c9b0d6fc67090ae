"""One engine per user, with real processes."""

import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from statuswatch.config.errors import PlaceError
from statuswatch.engine.single import acquire, alive, hold, keep_small, listening_socket, simulating, simulation_marker, spawn
from support.otheruser import NOBODY, connect_as_nobody, folder_open_to_all

# A stand-in for an engine: takes the lock, greets at the socket, ends when another one holds the lock. Each start leaves a mark.
_ENGINE = """
import os, sys
from pathlib import Path
from statuswatch.engine.single import acquire, listening_socket
home = Path(sys.argv[1])
(home / f"started-{os.getpid()}").touch()
lock = acquire(home / "lock")
if lock is None:
    sys.exit(0)
(home / f"held-{os.getpid()}").touch()
server = listening_socket(home / "s")
server.setblocking(True)
while True:
    client, _ = server.accept()
    client.sendall(b'{"type":"hello","v":1}\\n')
    client.close()
"""


@pytest.fixture
def home(tmp_path):
    place = tmp_path / "h"
    place.mkdir(mode=0o700)
    return place


@pytest.fixture
def open_place():
    with folder_open_to_all() as place:
        yield place


@pytest.fixture
def started():
    processes = []
    yield processes
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()


def start(home, started):
    env = {"PATH": os.environ["PATH"]}
    process = spawn([sys.executable, "-c", _ENGINE, str(home)], env, home / "log")
    started.append(process)
    return process


def until(condition, seconds=60.0):
    deadline = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < deadline, "waited in vain"
        time.sleep(0.01)


def test_the_lock_has_one_holder_and_is_free_when_it_is_let_go(home):
    lock = acquire(home / "lock")
    assert lock is not None
    held = subprocess.run(
        [sys.executable, "-c", f"from pathlib import Path; from statuswatch.engine.single import acquire; print(acquire(Path({str(home / 'lock')!r})))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert held.stdout == "None\n"
    assert (home / "lock").read_text() == f"{os.getpid()}\n"
    assert stat.S_IMODE((home / "lock").stat().st_mode) == 0o600
    lock.release()
    again = acquire(home / "lock")
    assert again is not None
    again.release()


def test_of_twenty_started_at_once_exactly_one_runs(home, started):
    for _ in range(20):
        start(home, started)
    until(lambda: len(list(home.glob("started-*"))) == 20)
    until(lambda: sum(process.poll() is None for process in started) == 1)
    until(lambda: alive(home / "s", 2.0))
    assert len(list(home.glob("held-*"))) == 1
    (running,) = [process for process in started if process.poll() is None]
    assert (home / f"held-{running.pid}").exists()


def test_a_socket_that_a_killed_engine_left_is_no_engine_and_is_replaced(home, started):
    first = start(home, started)
    until(lambda: alive(home / "s", 2.0))
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert (home / "s").exists()
    assert not alive(home / "s")
    start(home, started)
    until(lambda: alive(home / "s", 2.0))


def test_an_engine_that_is_stopped_but_not_dead_does_not_count_as_alive(home, started):
    process = start(home, started)
    until(lambda: alive(home / "s", 2.0))
    process.send_signal(signal.SIGSTOP)
    began = time.perf_counter()
    assert not alive(home / "s")
    assert time.perf_counter() - began < 60
    process.send_signal(signal.SIGCONT)


def test_something_else_that_answers_is_no_engine(home):
    server = listening_socket(home / "s")
    server.setblocking(True)
    with server:
        for reply in (b"hello\n", b"[1]\n", b'{"type":"other"}\n'):
            child = os.fork()
            if child == 0:
                client, _ = server.accept()
                client.sendall(reply)
                os._exit(0)
            assert not alive(home / "s", 2.0)
            os.waitpid(child, 0)


def test_no_socket_at_all_is_no_engine(home):
    assert not alive(home / "s")


def test_the_socket_is_for_its_owner_alone(home):
    home.chmod(0o755)
    with listening_socket(home / "s"):
        assert stat.S_IMODE((home / "s").stat().st_mode) == 0o600
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert [path.name for path in home.iterdir()] == ["s"]


def test_a_path_too_long_for_a_socket_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(PlaceError, match=r"too long.*STATUSWATCH_HOME"):
        listening_socket(tmp_path / ("x" * 100) / "s")


def test_a_started_engine_has_a_session_of_its_own_and_writes_to_the_log(home, started):
    process = spawn(
        [sys.executable, "-c", "import os, sys; print(os.getsid(0) == os.getpid(), sys.stdin.read() == '', os.getcwd()); sys.stderr.write('oh')"],
        {"PATH": os.environ["PATH"]},
        home / "log",
    )
    started.append(process)
    assert process.wait() == 0
    assert sorted((home / "log").read_text().split()) == sorted(["True", "True", "/", "oh"])
    assert stat.S_IMODE((home / "log").stat().st_mode) == 0o600


def test_a_log_that_has_grown_is_put_by_and_its_writer_goes_on_in_the_same_file(home):
    log = home / "log"
    writer = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(writer, b"x" * 101)
    keep_small(log, 100)
    os.write(writer, b"after")
    os.close(writer)
    assert log.read_bytes() == b"after"
    assert (home / "log.1").stat().st_size == 101
    keep_small(log, 100)
    assert log.read_bytes() == b"after"
    keep_small(home / "none")


@pytest.mark.parametrize("folder_mode", [0o700, 0o711], ids=["closed-folder", "open-folder"])
def test_another_user_cannot_connect_to_the_socket(open_place, folder_mode):
    with listening_socket(open_place / "run" / "s"):
        (open_place / "run").chmod(folder_mode)
        assert connect_as_nobody(open_place / "run" / "s") == "PermissionError"


def test_a_folder_of_another_user_is_refused(open_place):
    (open_place / "run").mkdir()
    os.chown(open_place / "run", NOBODY, NOBODY)
    with pytest.raises(PlaceError, match="belongs to another user"):
        listening_socket(open_place / "run" / "s")


def test_a_lock_whose_file_was_removed_or_replaced_is_named_no_more(home):
    lock = acquire(home / "engine.lock")
    assert lock.named()
    (home / "engine.lock").unlink()
    assert not lock.named()
    (home / "engine.lock").touch()
    assert not lock.named()
    lock.release()


def test_a_simulation_is_known_by_the_file_that_it_holds_and_not_by_one_that_was_left(home):
    assert not simulating(home)
    code = "import sys; from pathlib import Path; from statuswatch.engine.single import hold; kept = hold(Path(sys.argv[1]))"
    argv = [sys.executable, "-c", f"{code}; print('held', flush=True); sys.stdin.read()", str(simulation_marker(home))]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        assert simulating(home)
        assert hold(simulation_marker(home)) is None
        holder.kill()
    assert simulation_marker(home).exists()
    assert not simulating(home)

"""What a shell that waits at its prompt hears: a knock when its line has changed, and the end when the engine is gone."""

import asyncio
import contextlib
import os
import resource
import socket
import tempfile
from pathlib import Path

import pytest

from statuswatch.engine.doorbell import WAITING_MOST, Doorbell
from support.otheruser import NOBODY, connect_as_nobody, folder_open_to_all


@pytest.fixture
def path():
    with tempfile.TemporaryDirectory(prefix="sw-") as folder:
        yield Path(folder) / "prompt.sock"


async def until(holds):
    for _ in range(100_000):
        if holds():
            return
        await asyncio.sleep(0)
    pytest.fail("it does not come")


async def joined(doorbell, path, count=1):
    connections = []
    for number in range(1, count + 1):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))
        connection.setblocking(False)
        connections.append(connection)
        await until(lambda number=number: doorbell.waiting == min(number, WAITING_MOST))
    return connections


def heard(connection):
    with contextlib.suppress(BlockingIOError):
        return connection.recv(4096)
    return None


async def test_a_change_is_a_knock_and_the_same_line_again_is_none(path):
    doorbell = Doorbell(path)
    doorbell.knock("one")
    (shell,) = await joined(doorbell, path)

    assert heard(shell) is None
    doorbell.knock("one")
    assert heard(shell) is None
    doorbell.knock("two")
    assert heard(shell) == b"1\n"
    doorbell.close()
    assert heard(shell) == b""
    assert not path.exists()
    shell.close()


async def test_a_shell_that_leaves_or_speaks_is_forgotten(path):
    doorbell = Doorbell(path)
    doorbell.knock("one")
    gone, talker, listener = await joined(doorbell, path, 3)

    gone.close()
    talker.send(b"hello")
    await until(lambda: doorbell.waiting == 1)
    doorbell.knock("two")

    assert heard(listener) == b"1\n"
    doorbell.close()
    talker.close()
    listener.close()


async def test_a_shell_that_does_not_read_costs_no_waiting(path):
    doorbell = Doorbell(path)
    doorbell.knock("one")
    (shell,) = await joined(doorbell, path)

    for number in range(100_000):
        doorbell.knock(str(number))

    assert doorbell.waiting == 1
    doorbell.close()
    shell.close()


async def test_there_is_room_for_so_many_and_no_more(path):
    doorbell = Doorbell(path)
    doorbell.knock("one")
    shells = await joined(doorbell, path, WAITING_MOST + 1)

    await until(lambda: heard(shells[-1]) == b"")
    assert doorbell.waiting == WAITING_MOST
    doorbell.close()
    for shell in shells:
        shell.close()


async def test_a_place_that_cannot_be_used_is_a_problem_until_it_can_be(path):
    folder = path.parent / "folder"
    folder.write_text("")
    doorbell = Doorbell(folder / "prompt.sock")

    doorbell.knock("one")
    doorbell.knock("two")
    (problem,) = doorbell.problems
    assert str(folder) in problem
    assert "prompts" in problem

    folder.unlink()
    doorbell.knock("two")
    assert doorbell.problems == ()
    (shell,) = await joined(doorbell, folder / "prompt.sock")
    doorbell.close()
    shell.close()


@contextlib.contextmanager
def no_file_to_spare():
    """This process may open no file more, as the system counts them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_process_without_a_file_to_spare_pauses_and_does_not_ask_for_ever(path):
    doorbell = Doorbell(path, pause_s=3600)
    doorbell.knock("one")
    shell = socket.socket(socket.AF_UNIX)
    shell.connect(str(path))
    with no_file_to_spare():
        await until(lambda: doorbell.problems)
    assert "tried again" in doorbell.problems[0]

    for _ in range(1000):
        await asyncio.sleep(0)

    assert doorbell.waiting == 0
    doorbell.close()
    shell.close()


async def test_after_the_pause_who_waited_is_let_in_and_the_problem_is_gone(path):
    doorbell = Doorbell(path, pause_s=0.0)
    doorbell.knock("one")
    shell = socket.socket(socket.AF_UNIX)
    shell.connect(str(path))
    with no_file_to_spare():
        await until(lambda: doorbell.problems)

    await until(lambda: doorbell.waiting == 1)
    assert doorbell.problems == ()
    doorbell.knock("two")
    shell.setblocking(False)
    assert heard(shell) == b"1\n"
    doorbell.close()
    shell.close()


async def test_the_socket_of_the_next_engine_stays(path):
    old, new = Doorbell(path), Doorbell(path)
    old.knock("one")
    new.knock("one")

    old.close()

    assert path.exists()
    new.close()


async def test_another_user_hears_nothing():
    with folder_open_to_all() as folder:
        path = folder / "prompt.sock"
        doorbell = Doorbell(path)
        doorbell.knock("one")
        folder.chmod(0o755)
        path.chmod(0o777)

        answer = asyncio.get_running_loop().run_in_executor(None, connect_as_nobody, path)

        assert await answer in {"", "PermissionError", "ConnectionResetError"}
        assert doorbell.waiting == 0
        doorbell.close()
        assert os.getuid() != NOBODY

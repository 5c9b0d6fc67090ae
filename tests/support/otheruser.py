"""Another user of the same machine, for tests of permissions. Becoming one needs root; without it such tests are skipped."""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.recordings import missing

NOBODY = 65534


@contextmanager
def folder_open_to_all() -> Iterator[Path]:
    """A folder whose path everyone may walk, so that only what is below it protects."""
    if os.getuid() != 0:
        missing("root", "only root can become another user")
    place = Path(tempfile.mkdtemp(prefix="sw-", dir="/tmp"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def as_nobody(act: Callable[[], bytes]) -> str:
    """What `act` gives another user, who runs it in a process of their own: its bytes as text, or the name of the OSError that it ended with."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # no exception may leave this branch: there would be two pytests
        answer = b"?"
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            answer = act()
        except OSError as error:
            answer = type(error).__name__.encode()
        finally:
            os.write(writing, answer)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer.decode()


def connect_as_nobody(path: Path) -> str:
    """What another user gets from a connection to the socket at `path`: the name of the error, or the first bytes that come (empty: closed)."""

    def connect() -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(str(path))
            return client.recv(100)

    return as_nobody(connect)


def read_as_nobody(path: Path) -> str:
    """What another user gets who reads the file, or lists the folder, at `path`: the name of the error, or `read`."""

    def read() -> bytes:
        if path.is_dir():
            list(path.iterdir())
        else:
            os.close(os.open(path, os.O_RDONLY))
        return b"read"

    return as_nobody(read)

"""`statuswatch prompt watch PID`: for a shell that cannot wait at a socket itself. It listens where the engine knocks, and passes each knock on as a signal.

Only the process that started this one is ever signalled, so the number cannot have come to belong to somebody else.
"""

import os
import select
import signal
import socket

from statuswatch.config import paths

FINE = 0
_LOOK_SECONDS = 30.0


def pass_on(pid: int, look_seconds: float = _LOOK_SECONDS) -> int:
    """Return once the shell is gone. Without an engine it looks for one every `look_seconds`."""
    while os.getppid() == pid:
        connection = _connected()
        if connection is None:
            select.select([], [], [], look_seconds)
            continue
        with connection:
            while os.getppid() == pid:
                if not select.select([connection], [], [], look_seconds)[0]:
                    continue
                heard = _heard(connection)
                if os.getppid() == pid:
                    os.kill(pid, signal.SIGUSR1)
                if not heard:
                    break
    return FINE


def _connected() -> socket.socket | None:
    """A connection to where the engine knocks; None where there is no engine."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(paths.doorbell_file())
    except OSError:
        connection.close()
        return None
    return connection


def _heard(connection: socket.socket) -> bool:
    """Whether it was a knock; else the engine has gone."""
    try:
        return bool(connection.recv(4096))
    except OSError:
        return False

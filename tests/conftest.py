"""What every test stands on: no network but loopback, a clean environment, private places, UTC."""

import asyncio
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_LOOPBACK = ("127.", "localhost", "::1")
_KEPT = {"PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "STATUSWATCH_REQUIRE", "STATUSWATCH_RECORDINGS", "VIRTUAL_ENV", "HYPOTHESIS_PROFILE"}

# What Hypothesis tries is the same in each run, and how long that takes is no part of any promise: neither luck nor a busy machine fails a test.
# HYPOTHESIS_PROFILE=search tries other values each time.
settings.register_profile("same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(autouse=True)
def _private_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nobody's shell, home or time zone decides a result. The runtime folder has a path that is short enough for a socket."""
    for name in os.environ:
        if name not in _KEPT and not name.startswith(("PYTEST_", "COV_", "COVERAGE_")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    runtime = tempfile.mkdtemp(prefix="sw-")
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "XDG_RUNTIME_DIR": runtime,
        "TMUX_TMPDIR": runtime,  # nobody's own tmux is told of what tests make up
        "TZ": "UTC",
    }.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    yield
    shutil.rmtree(runtime, ignore_errors=True)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that would leave this machine is an error that names its target."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
            raise OSError(101, f"tests stay on this machine; a connection to {address[0]} was refused")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session", autouse=True)
def _no_stray_loop() -> None:
    """Nobody makes a loop by asking for one: looptime's plugin does so in plain tests, before Python 3.14, and that loop is never closed."""
    asyncio.set_event_loop(None)

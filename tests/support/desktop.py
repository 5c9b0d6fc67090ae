"""A screen of our own (Xvfb), a private session bus and a real notification daemon on it, for tests that look at what a person would see."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.notifications import SERVICE, Bus, private_bus
from support.recordings import missing

SIZE = "1000x600x24"
# Debian and Arch, Fedora, Alpine put the daemons of desktops here rather than on the path.
_PLACES = ("/usr/lib", "/usr/libexec", "/usr/lib/x86_64-linux-gnu/xfce4/notifyd", "/usr/lib/xfce4/notifyd", "/usr/lib/notification-daemon")


def program(name: str, package: str = "") -> str:
    """The path of a program; the test is skipped, or failed where `desktop` is required, without it."""
    found = shutil.which(name) or next((str(Path(place) / name) for place in _PLACES if (Path(place) / name).is_file()), None)
    if found is None:
        missing("desktop", f"{name} is not installed (package {package or name})")
        raise AssertionError
    return found


@dataclass
class Desktop:
    """A running desktop. `environ` is what a program on it is started with."""

    bus: Bus
    environ: dict[str, str]
    daemon: Sequence[str]
    _processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, *command: str) -> asyncio.subprocess.Process:
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, env=self.environ, stdin=quiet, stdout=quiet, stderr=quiet)
        self._processes.append(process)
        return process

    async def run(self, *command: str) -> str:
        """Run a command on this desktop to its end; its output."""
        process = await asyncio.create_subprocess_exec(*command, env=self.environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, err = await asyncio.wait_for(process.communicate(), 100)
        assert process.returncode == 0, f"{command}: {err.decode(errors='replace')}"
        return out.decode(errors="replace")

    async def start_daemon(self) -> None:
        """Start the notification daemon and return when it can be asked."""
        await self.start(*self.daemon)
        await _named(self.bus)

    async def stop_daemon(self) -> None:
        """Kill the daemon, which is what was started last."""
        process = self._processes.pop()
        process.kill()
        await process.wait()

    def signal_daemon(self, number: signal.Signals) -> None:
        """Send the daemon a signal, for example to make it hang."""
        self._processes[-1].send_signal(number)

    async def screenshot(self, path: Path) -> Path:
        await self.run(program("import", "imagemagick"), "-window", "root", str(path))
        return path

    async def click(self, x: int, y: int, button: int = 1) -> None:
        await self.run(program("xdotool"), "mousemove", str(x), str(y), "click", str(button))

    async def stop(self) -> None:
        for process in reversed(self._processes):
            if process.returncode is None:
                process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 5)
            if process.returncode is None:
                process.kill()
                await process.wait()


@contextlib.asynccontextmanager
async def desktop(daemon: Sequence[str], package: str, home: Path) -> AsyncIterator[Desktop]:
    """A desktop with that daemon (its command) as the notification service."""
    command = [program(daemon[0], package), *daemon[1:]]
    xvfb = program("Xvfb", "xvfb")
    async with private_bus() as bus:
        environ = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "DBUS_SESSION_BUS_ADDRESS": bus.address, "LANG": "C.UTF-8"}
        running = Desktop(bus, environ, command)
        try:
            running.environ["DISPLAY"] = await _screen(running, xvfb)
            await running.start_daemon()
            yield running
        finally:
            await running.stop()


async def _screen(running: Desktop, xvfb: str) -> str:
    """Start a screen on a free number, which the server itself picks and tells through a pipe."""
    read, write = os.pipe()
    quiet = asyncio.subprocess.DEVNULL
    command = (xvfb, "-displayfd", str(write), "-screen", "0", SIZE, "-nolisten", "tcp", "-br", "-noreset")
    process = await asyncio.create_subprocess_exec(*command, pass_fds=(write,), env=running.environ, stdout=quiet, stderr=quiet)
    running._processes.append(process)
    os.close(write)
    reader = asyncio.StreamReader()
    with os.fdopen(read, "rb") as pipe:
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        number = await asyncio.wait_for(reader.readline(), 60)
        transport.close()
    return f":{int(number)}"


async def _named(bus: Bus) -> None:
    """Return when somebody owns the notification service's name."""
    from dbus_fast import Message, MessageType
    from dbus_fast.aio import MessageBus

    connection = await MessageBus(bus_address=bus.address).connect()
    ask = {"destination": "org.freedesktop.DBus", "path": "/org/freedesktop/DBus", "interface": "org.freedesktop.DBus", "member": "GetNameOwner"}
    for _ in range(1200):
        reply = await connection.call(Message(**ask, signature="s", body=[SERVICE]))
        if reply is None or reply.message_type is not MessageType.ERROR:
            break
        await asyncio.sleep(0.05)
    else:
        raise TimeoutError("the notification daemon did not start within 60 s")
    connection.disconnect()
    with contextlib.suppress(Exception):
        await asyncio.wait_for(connection.wait_for_disconnect(), 5)

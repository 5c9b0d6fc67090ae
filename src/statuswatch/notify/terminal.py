"""Notices for whoever has a terminal and no desktop: over SSH, in a container, in WSL. The engine has no terminal itself, but a tmux that runs has.

Each client of the person's own tmux servers gets a message at its edge; its terminal gets a pop-up of its own, or its bell, where it is known to
understand that. A sequence is written straight to the client's terminal, right after the message: while that stands, tmux writes nothing there itself,
so neither cuts the other in two.
"""

import asyncio
import contextlib
import os
import select
import socket
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from statuswatch.core.notice import Notice, NoticeKind
from statuswatch.notify.base import Delivery
from statuswatch.notify.osc import Speech, speech_of, spoken
from statuswatch.notify.text import body_of, plain, title_of

MESSAGE_SECONDS = 5
"""How long the message stands. tmux holds the panes still meanwhile, so it cannot stay; any key takes it away, and `tmux show-messages` keeps it."""

_LINE_MAX = 200
_TMUX_SECONDS = 2.0
_ANSWER_MAX = 1 << 16
_WRITE_SECONDS = 0.5
_SETTLE_SECONDS = 0.05
_SOCKETS_MOST = 256
_SERVERS_MOST = 8
_CLIENTS_MOST = 16
_FIELDS = "#{client_tty} #{client_control_mode} #{client_utf8} #{client_termname} #{client_termtype}"
_NOWHERE = "no tmux client of yours is there to show it; the dashboard tells in its own terminal while it is open"


@dataclass(frozen=True, slots=True)
class Client:
    """A terminal that a tmux server of this person is shown on. `names`: what it calls itself, the most telling first."""

    server: Path
    tty: str
    utf8: bool
    names: tuple[str, ...]

    @property
    def speech(self) -> Speech | None:
        """What it understands. One that is a tmux again passes nothing on, and shows the message."""
        return speech_of(self.names)


class TerminalNotifier:
    """Tells in every tmux client of this person. Nothing stays on screen, so there is nothing to replace."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    @property
    def name(self) -> str:
        """The kind."""
        return "terminal"

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        """Show it for some seconds. A correction shows nothing: what it corrects is gone from the screen."""
        if notice.kind is NoticeKind.AMENDED:
            return Delivery(ok=True, handle=replaces, detail="what it corrects is gone from the terminal; nothing shown")
        found = await clients(self._environ)
        shown = await asyncio.gather(*(_show(client, notice, self._environ) for client in found))
        told = [f"{client.tty}{f' ({how})' if how else ''}" for client, how in zip(found, shown, strict=True) if how is not None]
        if not told:
            return Delivery(ok=False, handle=None, detail=_NOWHERE)
        return Delivery(ok=True, handle=replaces, detail=f"shown in tmux at {', '.join(told)}")

    async def available(self) -> tuple[bool, str]:
        """Whether there is a terminal to show a notice at now, and where."""
        found = await clients(self._environ)
        places = ", ".join(f"{client.tty}{f' ({client.speech})' if client.speech else ''}" for client in found)
        return bool(found), f"tmux shows notices at {places}" if found else _NOWHERE

    async def close(self) -> None:
        """Nothing to let go of."""


async def clients(environ: Mapping[str, str]) -> tuple[Client, ...]:
    """The clients of all tmux servers of this person that answer."""
    answering = servers(environ)
    lists = await asyncio.gather(*(_tmux(server, environ, "list-clients", "-F", _FIELDS) for server in answering))
    lines = [(server, line) for server, told in zip(answering, lists, strict=True) for line in (told or "").splitlines()]
    found = [client for server, line in lines if (client := _client(server, line)) is not None]
    return tuple({client.tty: client for client in found}.values())[:_CLIENTS_MOST]


def servers(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The sockets of all tmux servers of this person that answer."""
    return tuple(islice(_servers(environ), _SERVERS_MOST))


async def ask(server: Path, environ: Mapping[str, str], *words: str) -> str | None:
    """What a tmux server answers to a command; None where it refuses, is not installed, or does not answer in time."""
    return await _tmux(server, environ, *words)


def _client(server: Path, line: str) -> Client | None:
    """A client as `list-clients` tells of it; None for a program that speaks to tmux without a terminal."""
    fields = line.split(" ", 4)
    if len(fields) < 4 or fields[1] == "1" or not fields[0].startswith("/dev/"):  # noqa: PLR2004 - an old tmux knows no client_termtype
        return None
    tty, _, utf8, *names = fields
    return Client(server, plain(tty, 60), utf8 == "1", tuple(name for name in reversed(names) if name))


def _servers(environ: Mapping[str, str]) -> Iterator[Path]:
    """The sockets behind which a server of this person listens, the newest first. Many are left behind by servers that have ended."""
    folder = Path(environ.get("TMUX_TMPDIR") or "/tmp") / f"tmux-{os.geteuid()}"  # noqa: S108 - where tmux puts them
    paths: list[Path] = []
    with contextlib.suppress(OSError):
        held = folder.lstat()
        if stat.S_ISDIR(held.st_mode) and held.st_uid == os.geteuid() and not held.st_mode & stat.S_IRWXO:
            ages = {path: path.lstat().st_mtime for path in folder.iterdir()}
            paths = sorted(ages, key=ages.__getitem__, reverse=True)[:_SOCKETS_MOST]
    own = environ.get("TMUX", "").partition(",")[0]
    if own.startswith("/") and Path(own) not in paths:
        paths.insert(0, Path(own))
    return (path for path in paths if _listening(path))


def _listening(path: Path) -> bool:
    """Whether it is a socket of this person with somebody behind it."""
    try:
        held = path.lstat()
        if not stat.S_ISSOCK(held.st_mode) or held.st_uid != os.geteuid():
            return False
        with socket.socket(socket.AF_UNIX) as knock:
            knock.setblocking(False)
            knock.connect(str(path))
    except OSError:
        return False
    return True


async def _tmux(server: Path, environ: Mapping[str, str], *words: str) -> str | None:
    """What tmux answers; None where it refuses, is not installed, does not answer in time, or where there is no room for its answer."""
    try:
        # No pipe: tmux hands its output on to the server, and where that hangs, the pipe would stay open after the end of the one we started.
        with tempfile.TemporaryFile() as out:
            status = await _run(out, server, environ, *words)
            out.seek(0)
            return out.read(_ANSWER_MAX).decode(errors="replace") if status == 0 else None
    except OSError:  # one that is out of time, too
        return None


async def _run(out: IO[bytes], server: Path, environ: Mapping[str, str], *words: str) -> int:
    """The exit status of tmux, which writes to `out`. Raises OSError where it cannot be started, TimeoutError (an OSError) where it does not end in time."""
    kept = {name: environ[name] for name in ("PATH", "HOME") if name in environ} | {"LC_ALL": "C.UTF-8"}
    null = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec("tmux", "-S", str(server), *words, env=kept, stdin=null, stdout=out, stderr=null)
    try:
        return await asyncio.wait_for(process.wait(), _TMUX_SECONDS)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def message_of(notice: Notice) -> str:
    """The notice as one line that tmux shows as it stands: tmux would carry out `#(...)` and fill in `%H`, so both signs are doubled."""
    line = plain(f"statuswatch: {title_of(notice)}. {body_of(notice, markup=False)}", _LINE_MAX)
    return line.replace("#", "##").replace("%", "%%")


async def _show(client: Client, notice: Notice, environ: Mapping[str, str]) -> str | None:
    """Show it at one client. None where it could not be, else what its terminal was given besides the message ("" for nothing)."""
    show, text = ("display-message", "-c", client.tty), message_of(notice)
    shown = await _tmux(client.server, environ, *show, "-d", str(MESSAGE_SECONDS * 1000), text)
    if shown is None and await _tmux(client.server, environ, *show, text) is None:  # before 3.2 tmux shows it as long as its settings say
        return None
    said = spoken(notice, client.speech)
    if not said:
        return ""
    await asyncio.sleep(_SETTLE_SECONDS)
    written = await asyncio.to_thread(_write, client.tty, said.encode("utf-8" if client.utf8 else "ascii", "replace"))
    return str(client.speech) if written else ""


def _write(tty: str, data: bytes) -> bool:
    """Write to a terminal of this person without ever waiting for long; whether all of it went out."""
    try:
        number = os.open(tty, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        held = os.fstat(number)
        if not stat.S_ISCHR(held.st_mode) or held.st_uid != os.geteuid() or not os.isatty(number):
            return False
        while data:
            if not select.select([], [number], [], _WRITE_SECONDS)[1]:
                return False
            data = data[os.write(number, data) :]
    except OSError:
        return False
    finally:
        os.close(number)
    return True

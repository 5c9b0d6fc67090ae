"""tmux servers of a test's own and terminals on them: pseudo terminals that answer as a terminal of some name would, and keep all that they are told."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import struct
import tempfile
import termios
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from support.recordings import missing

WIDTH, HEIGHT = 120, 24
PATIENCE_SECONDS = 60.0


@dataclass
class Terminal:
    """A program on a terminal that calls itself `version` (its answer to XTVERSION; none where empty). `said`: all bytes that reached it."""

    process: asyncio.subprocess.Process
    tty: str
    version: str
    _own: int
    said: bytes = b""
    _answered: int = 0

    @classmethod
    async def start(cls, argv: list[str], environ: dict[str, str], version: str = "") -> "Terminal":
        own, other = os.openpty()
        fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        tty = os.ttyname(other)
        # The session gets its terminal by opening it, as a login does.
        code = "import os,sys; os.close(os.open(sys.argv[1], os.O_RDWR)); os.execvp(sys.argv[2], sys.argv[2:])"
        python = shutil.which("python3") or "python3"
        process = await asyncio.create_subprocess_exec(
            python, "-c", code, tty, *argv, stdin=other, stdout=other, stderr=other, env=environ, start_new_session=True
        )
        os.close(other)
        os.set_blocking(own, False)
        terminal = cls(process, tty, version, own)
        asyncio.get_running_loop().add_reader(own, terminal._read)
        return terminal

    def _read(self) -> None:
        try:
            self.said += os.read(self._own, 1 << 16)
        except BlockingIOError:
            return
        except OSError:
            asyncio.get_running_loop().remove_reader(self._own)
            return
        asked = self.said.count(b"\x1b[>q") + self.said.count(b"\x1b[>0q")
        while self.version and self._answered < asked:
            self._answered += 1
            os.write(self._own, f"\x1bP>|{self.version}\x1b\\".encode())

    def type(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    async def until(self, holds: Callable[[bytes], bool]) -> bytes:
        """What it was told, once `holds` is true of it."""
        await waited(lambda: holds(self.said), lambda: f"{self.version or self.tty} was told {self.said[-2000:]!r}")
        return self.said

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        asyncio.get_running_loop().remove_reader(self._own)
        os.close(self._own)


@dataclass
class Tmux:
    """A tmux server. `environ` is that of a program of the same person."""

    environ: dict[str, str]
    name: str = "default"
    terminals: list[Terminal] = field(default_factory=list)

    @property
    def socket(self) -> Path:
        return Path(self.environ["TMUX_TMPDIR"]) / f"tmux-{os.geteuid()}" / self.name

    async def run(self, *words: str) -> str:
        argv = ("tmux", "-L", self.name, "-f", "/dev/null", *words)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*argv, env=self.environ, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode == 0, (words, err.decode(errors="replace"))
        return out.decode(errors="replace")

    async def attach(self, term: str = "xterm-256color", version: str = "") -> Terminal:
        """A terminal on it, known to it under its name."""
        environ = self.environ | {"TERM": term}
        terminal = await Terminal.start(["tmux", "-L", self.name, "attach", "-t", "main"], environ, version)
        self.terminals.append(terminal)
        wanted = f"{terminal.tty} {version}".strip()
        for _ in range(int(PATIENCE_SECONDS / 0.05)):
            if wanted in (await self.run("list-clients", "-F", "#{client_tty} #{client_termtype}")):
                return terminal
            await asyncio.sleep(0.05)
        raise AssertionError(f"tmux does not know {wanted!r}; {terminal.said[-500:]!r}")


@contextlib.asynccontextmanager
async def tmux(name: str = "default", command: str = "sleep 100000") -> AsyncIterator[Tmux]:
    """A tmux server with one window that shows nothing; the test is skipped, or failed where `tmux` is required, without tmux."""
    if shutil.which("tmux") is None:
        missing("tmux", "tmux is not installed")
    with tempfile.TemporaryDirectory(prefix="swtm") as folder:
        environ = {"PATH": os.environ["PATH"], "HOME": folder, "TMUX_TMPDIR": folder, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        server = Tmux(environ, name)
        await server.run("new-session", "-d", "-s", "main", "-x", str(WIDTH), "-y", str(HEIGHT), command)
        try:
            yield server
        finally:
            with contextlib.suppress(AssertionError):
                await server.run("kill-server")
            for terminal in server.terminals:
                await terminal.stop()


async def waited(holds: Callable[[], bool], last: Callable[[], str] = str) -> None:
    """Return once `holds`; fail after a generous time."""
    for _ in range(int(PATIENCE_SECONDS / 0.02)):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s: {last()}")

"""What the dashboard costs beside an empty Textual app of as many widgets: first paint, a flood of pictures, and doing nothing. Linux.

    python bench/dashboard.py [ROUNDS] [SECONDS]

They run in pseudo terminals of 120 by 40 cells and alternate. The dashboard hears a real server at a socket, as it hears the engine.

- first paint: milliseconds from the start of the process until the words of the first picture have reached the terminal. Beside it two empty apps: `same` of
  the dashboard's own widgets and style, with one line in them; `plain` of as many of Textual's simplest;
- flood: 200 routes and 50 incidents, ten pictures a second, each of them different. Printed are the share of one core, the time from a picture's coming to the
  frame that shows it, and bytes written a second. Beside it: an empty app in which one line changes ten times a second;
- idle: voluntary context switches a second of all threads, while nothing comes.
"""

import fcntl
import json
import os
import select
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

COLUMNS, ROWS = 120, 40
WORDS = b"What you use"
PATIENCE = 60.0
PER_SECOND = 10
WIDGETS = 7


class Terminal:
    """A program in a pseudo terminal; `drain` takes what it has written."""

    def __init__(self, argv: list[str], environ: dict[str, str]) -> None:
        own, other = os.openpty()
        fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(argv, stdin=other, stdout=other, stderr=other, env=environ, start_new_session=True)
        os.close(other)
        self.own = own
        self.written = 0
        self.said = b""

    def drain(self, seconds: float) -> None:
        """Take what comes within `seconds`."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.own], [], [], left)[0]:
                with suppress(OSError):
                    piece = os.read(self.own, 1 << 16)
                    self.written += len(piece)
                    self.said = (self.said + piece)[-(1 << 18) :]

    def painted(self) -> float:
        """Milliseconds until the words were there."""
        while WORDS not in self.said:
            if time.perf_counter() - self.begun > PATIENCE:
                raise SystemExit(f"no first paint in {PATIENCE} s: {self.said[-400:]!r}")
            self.drain(0.002)
        return (time.perf_counter() - self.begun) * 1000

    def cpu(self) -> float:
        """Seconds of a core that were used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wakes(self) -> int:
        """How often its threads have slept and were woken."""
        total = 0
        for status in Path(f"/proc/{self.process.pid}/task").glob("*/status"):
            total += next(int(line.split()[1]) for line in status.read_text(encoding="ascii").splitlines() if line.startswith("voluntary"))
        return total

    def end(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(10)
        os.close(self.own)


@contextmanager
def running(who: str, environ: dict[str, str]) -> Iterator[Terminal]:
    """One of the programs."""
    terminal = Terminal([sys.executable, __file__, who], environ)
    try:
        yield terminal
    finally:
        terminal.end()


def empty() -> None:
    """The empty app: as many widgets, the same words, nothing to listen to."""
    from textual.app import App, ComposeResult
    from textual.widgets import Input, Static

    class Empty(App[None]):
        AUTO_FOCUS = None  # a cursor that blinks would be counted as idle wakes

        def compose(self) -> ComposeResult:
            for number in range(WIDGETS):
                yield Static("What you use" if number == 3 else f"line {number}", id=f"s{number}", markup=False)
            yield Input(compact=True)

        def on_mount(self) -> None:
            if os.environ.get("BENCH_TICK"):
                self.set_interval(1 / PER_SECOND, self._tick)

        def _tick(self) -> None:
            self.query_one("#s0", Static).update(f"line {time.perf_counter():.3f}")

    Empty().run()


def same() -> None:
    """An empty app of the dashboard's own widgets and style: no picture, no presenter, nothing to listen to."""
    from textual.app import App, ComposeResult
    from textual.widgets import Input

    from statuswatch.surfaces.present_text import say
    from statuswatch.surfaces.tui import lines
    from statuswatch.surfaces.tui.keybar import KeyBar
    from statuswatch.surfaces.tui.theme import DARK

    class Same(App[None]):
        CSS_PATH = Path(lines.__file__).with_name("dashboard.tcss")

        def __init__(self) -> None:
            super().__init__()
            self.register_theme(DARK)
            self.theme = DARK.name

        def compose(self) -> ComposeResult:
            for name in ("top", "banner", "verdict", "heading"):
                yield lines.Lines(id=name)
            yield lines.Rows(id="routes")
            yield Input(id="filter", compact=True)
            yield lines.Lines(id="rest")
            yield KeyBar(())

        def get_theme_variable_defaults(self) -> dict[str, str]:
            return dict(DARK.variables)

        def on_mount(self) -> None:
            self.query_one("#heading", lines.Lines).show([say("What you use")])

    Same().run()


def ours() -> None:
    """The dashboard on the socket of BENCH_SOCKET; the times of its frames go to BENCH_FRAMES."""
    from statuswatch.surfaces.tui.app import Dashboard
    from statuswatch.surfaces.tui.run import wall_clock
    from statuswatch.surfaces.tui.scenery import Place
    from statuswatch.surfaces.tui.source import SocketSource

    frames = os.environ.get("BENCH_FRAMES")
    source = SocketSource(Path(os.environ["BENCH_SOCKET"]), Path("/nonexistent"))
    if not frames:
        Dashboard(source, Place(wall_clock)).run()
        return

    class Timed(Dashboard):
        def _draw(self) -> None:
            begun = time.perf_counter()
            super()._draw()
            drawn = time.perf_counter()
            self.call_after_refresh(self._shown, begun, drawn)

        def _shown(self, begun: float, drawn: float) -> None:
            with Path(frames).open("a", encoding="ascii") as file:
                file.write(f"{json.dumps([drawn - begun, time.perf_counter() - begun])}\n")

    Timed(source, Place(wall_clock)).run()


def first_paint(rounds: int, environ: dict[str, str]) -> None:
    """Alternating starts."""
    found: dict[str, list[float]] = {"empty": [], "same": [], "ours": []}
    for number in range(rounds + 1):
        for who, times in found.items():
            with running(who, environ) as terminal:
                taken = terminal.painted()
                if number:  # the first one writes the bytecode
                    times.append(taken)
    middles = {who: statistics.median(times) for who, times in found.items()}
    same, plain = (middles["ours"] / middles[name] for name in ("same", "empty"))
    print(f"first paint   dashboard {middles['ours']:.0f} ms; same {middles['same']:.0f} ms: {same:.2f} x; plain {middles['empty']:.0f} ms: {plain:.2f} x")


def flood(seconds: float, environ: dict[str, str], folder: Path) -> None:
    """Ten pictures a second."""
    from statuswatch.core.codec import encode
    from support import snapshots

    frames, place = folder / "frames", folder / "flood.sock"
    picture = replace(snapshots.many(200), incidents=tuple(snapshots.incident_view(key=f"anthropic:{n}", title=f"Trouble {n}") for n in range(50)))
    picture = replace(picture, engine=replace(picture.engine, simulated="bench"))  # the clock of the picture: its ages stand still
    whole = encode(picture)
    lines = []
    for number in range(20):  # made beforehand: what is measured is hearing and showing them
        whole["routes"][number]["page_word"] = f"word {number}"
        lines.append(json.dumps({"type": "snapshot", "snapshot": whole}).encode() + b"\n")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(place))
    listening.listen()
    with running("ours", environ | {"BENCH_FRAMES": str(frames), "BENCH_SOCKET": str(place)}) as terminal:
        listening.settimeout(PATIENCE)
        peer, _ = listening.accept()
        peer.settimeout(PATIENCE)
        peer.sendall(json.dumps({"type": "hello", "v": 1}).encode() + b"\n" + lines[-1])
        terminal.painted()
        terminal.drain(1)
        before, written, begun = terminal.cpu(), terminal.written, time.perf_counter()
        number = 0
        while time.perf_counter() - begun < seconds:
            peer.sendall(lines[number % len(lines)])
            number += 1
            terminal.drain(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
        span = time.perf_counter() - begun
        share, rate = (terminal.cpu() - before) / span, (terminal.written - written) / span
    times = [json.loads(line) for line in frames.read_text(encoding="ascii").splitlines()][2:]
    drawn, shown = ([row[index] * 1000 for row in times] for index in (0, 1))
    with running("empty", environ | {"BENCH_TICK": "1"}) as terminal:
        terminal.painted()
        terminal.drain(1)
        before, begun = terminal.cpu(), time.perf_counter()
        terminal.drain(seconds)
        ticking = (terminal.cpu() - before) / (time.perf_counter() - begun)
    p99 = sorted(shown)[int(len(shown) * 0.99) - 1]
    print(f"flood         {number / span:.1f} pictures/s, {len(times) / span:.1f} frames/s: {share:.1%} of a core, {rate / 1000:.1f} kB/s to the terminal")
    print(f"              lines made in {statistics.median(drawn):.1f} ms, on the screen after {statistics.median(shown):.1f} ms (median), {p99:.1f} ms (p99)")
    print(f"              empty app, one line {PER_SECOND} times a second: {ticking:.1%}   ratio {share / ticking:.1f}")


def idle(rounds: int, seconds: float, environ: dict[str, str]) -> None:
    """Nothing comes."""
    found: dict[str, list[float]] = {"empty": [], "ours": []}
    for _ in range(rounds):
        with running("empty", environ) as one, running("ours", environ) as other:
            pair = {"empty": one, "ours": other}
            for terminal in pair.values():
                terminal.painted()
                terminal.drain(2)
            before = {who: (terminal.wakes(), time.perf_counter()) for who, terminal in pair.items()}
            time.sleep(seconds)
            for who, terminal in pair.items():
                count, begun = before[who]
                found[who].append((terminal.wakes() - count) / (time.perf_counter() - begun))
    middles = {who: statistics.median(rates) for who, rates in found.items()}
    print(f"idle wakes    empty {middles['empty']:7.1f} /s   dashboard {middles['ours']:7.1f} /s   ratio {middles['ours'] / middles['empty']:.2f}")


def main() -> None:
    """All three."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 15.0
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nothing pinned, {rounds} alternating rounds, medians")
    with tempfile.TemporaryDirectory(prefix="swb") as name:
        os.environ["STATUSWATCH_HOME"] = name
        from statuswatch.config import paths
        from support import snapshots
        from support.published import Engine

        paths.ensure_private(paths.runtime_dir())
        environ = {**os.environ, "TERM": "xterm-256color", "BENCH_SOCKET": paths.socket_file()}
        with Engine() as engine:
            engine.show(snapshots.trouble(), 3600)
            first_paint(rounds, environ)
            idle(max(1, rounds // 3), seconds, environ)
            flood(seconds, environ, Path(name))


if __name__ == "__main__":
    {"empty": empty, "same": same, "ours": ours}.get(sys.argv[1] if len(sys.argv) > 1 else "", main)()

"""How soon the newest picture is at a hundred readers when a hundred others do not read, beside a single reader, and what that costs in memory.

    python bench/bridge.py [SECONDS] [READERS]

The engine's own server, in a process of its own, publishes ten changed pictures a second to files and socket. Printed are milliseconds from the call that
publishes to the whole line at the reader: one reader alone; the first and the last of READERS (100); the same beside as many that never read.
`last of all : single` is to stay at most 4, the worst at most 50 ms, and the memory of the slow ones below two pictures each.
"""

import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from statuswatch.engine.clock import read_monotonic  # noqa: E402 - the path above comes first

HERTZ = 10
STAMP = b"sent at "
PIECE = 1 << 18
LAST = 2048  # so near to its end a picture says when it was sent


def serve(seconds: float) -> None:
    """Publish until time is up; says its memory in KB on a line of its own at the start and the end."""
    from support import snapshots
    from support.published import Engine

    with Engine() as engine:
        plain = snapshots.many(40)
        quiet = replace(plain, routes=tuple(replace(view, verdict=replace(view.verdict, health=snapshots.Health.UNKNOWN)) for view in plain.routes))
        engine.show(plain)
        print("ready", flush=True)
        sys.stdin.readline()
        print(memory(), flush=True)
        begun = read_monotonic()
        for number in range(int(seconds * HERTZ)):
            time.sleep(max(0.0, begun + number / HERTZ - read_monotonic()))
            shown = replace(quiet if number % 2 else plain, at=plain.at + timedelta(milliseconds=number))
            engine.show(replace(shown, problems=(f"sent at {time.monotonic_ns()}",)))
        print(memory(), flush=True)
        sys.stdin.readline()


def memory() -> int:
    """This process's resident memory in KB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


class Reader:
    """A connection that reads all that comes and notes how old each picture was. It does little: a reader that costs much would measure itself."""

    buffer = bytearray(PIECE)

    def __init__(self, path: str) -> None:
        self.socket = connect(path)
        self.ages: dict[int, float] = {}
        self._tail = b""

    def read(self) -> None:
        length = self.socket.recv_into(self.buffer)
        now = time.monotonic_ns()
        whole = self._tail + self.buffer[max(0, length - LAST) : length]
        self._tail = whole[-LAST:]
        at = whole.rfind(STAMP) if whole.endswith(b"\n") else -1
        if at >= 0:
            sent = int(whole[at + len(STAMP) : whole.index(b'"', at)])
            self.ages.setdefault(sent, (now - sent) / 1e6)


def connect(path: str) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.connect(path)
    return made


def played(seconds: float, readers: int, slow: int) -> tuple[list[list[float]], int, int]:
    """For each picture the ages at which the readers had it, sorted; the size of one picture, and by how many KB the server grew."""
    with tempfile.TemporaryDirectory(prefix="swb") as home:
        env = {"PATH": os.environ["PATH"], "HOME": home, "STATUSWATCH_HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        argv = [sys.executable, __file__, "--serve", str(seconds)]
        process = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        path = f"{home}/run/bridge.sock"
        fast = [Reader(path) for _ in range(readers)]
        idle = [connect(path) for _ in range(slow)]
        process.stdin.write(b"go\n")
        process.stdin.flush()
        before = int(process.stdout.readline())
        watch(fast, seconds)
        after = int(process.stdout.readline())
        process.stdin.write(b"end\n")
        process.stdin.flush()
        process.wait()
        size = len(Path(home, "run", "snapshot.json").read_bytes()) if Path(home, "run", "snapshot.json").exists() else 0
        for one in (*idle, *(reader.socket for reader in fast)):
            one.close()
    stamps = sorted(set.intersection(*(set(reader.ages) for reader in fast)))[HERTZ:]
    return [sorted(reader.ages[stamp] for reader in fast) for stamp in stamps], size, after - before


def watch(readers: list[Reader], seconds: float) -> None:
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader.socket, selectors.EVENT_READ, reader)
        end = read_monotonic() + seconds + 0.5
        while read_monotonic() < end:
            for key, _ in selector.select(0.1):
                key.data.read()


def row(name: str, values: list[float]) -> str:
    ordered = sorted(values)
    return f"{name:<52} {statistics.median(ordered):8.2f} {ordered[int(len(ordered) * 0.95)]:8.2f} {ordered[-1]:8.2f}"


def main() -> None:
    if sys.argv[1:2] == ["--serve"]:
        serve(float(sys.argv[2]))
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    readers = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    single, size, _ = played(seconds, 1, 0)
    many, _, grown = played(seconds, readers, 0)
    beside, _, grown_slow = played(seconds, readers, readers)
    print(f"ten pictures of {size / 1024:.0f} KB a second, {seconds:g} s each; milliseconds from publishing to the whole line at the reader\n")
    print(f"{'':<52} {'median':>8} {'95 %':>8} {'worst':>8}")
    alone = [ages[0] for ages in single]
    print(row("a single reader", alone))
    for name, found in ((f"of {readers}", many), (f"of {readers} beside {readers} that never read", beside)):
        print(row(f"first {name}", [ages[0] for ages in found]))
        print(row(f"last {name}", [ages[-1] for ages in found]))
    base = statistics.median(alone)
    print(f"\nlast of {readers} : single reader            {statistics.median([ages[-1] for ages in many]) / base:6.1f}")
    print(f"last of {readers} beside slow : single       {statistics.median([ages[-1] for ages in beside]) / base:6.1f}")
    print(
        f"the server grew by {grown} KB with {readers} readers, by {grown_slow} KB with as many slow ones too ({grown_slow / readers:.0f} KB for each slow one)"
    )


if __name__ == "__main__":
    main()

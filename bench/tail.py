"""What following records costs while nothing happens, beside the plainest way to do it.

    python bench/tail.py [FILES] [SECONDS]

Each contender runs in a process of its own over the same FILES transcripts (5000 unless said), of which one is 1 GB (sparse); it is left alone for SECONDS
(20). Printed: seconds and megabytes that the first look took, then wake-ups (voluntary context switches of all threads) and CPU a second while idle, as
the kernel counts them, and the time until an appended line is told. The naive poller lists and stats every file each second.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

GIGABYTE = 1 << 30


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a measurement asks the machine


def answer(number: int) -> bytes:
    message = {"id": f"msg_{number}", "model": "claude-opus-4-5", "usage": {"output_tokens": 1}, "content": []}
    at = now().isoformat(timespec="milliseconds")
    return json.dumps({"type": "assistant", "uuid": f"u{number}", "sessionId": "s", "timestamp": at, "message": message}).encode() + b"\n"


def make(root: Path, files: int) -> Path:
    """FILES records over 50 projects, the last one huge; the path of the one that is appended to."""
    for number in range(files - 1):
        folder = root / f"-home-dev-{number % 50}"
        folder.mkdir(exist_ok=True)
        path = folder / f"{number}.jsonl"
        path.write_bytes(answer(number))
        os.utime(path, (now().timestamp() - 86400 * (number % 300 + 1),) * 2)
    huge = root / "-home-dev-0" / "huge.jsonl"
    with huge.open("wb") as file:
        file.truncate(GIGABYTE)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + answer(0))
    return root / "-home-dev-1" / "1.jsonl"


def usage() -> tuple[float, int]:
    """CPU seconds of this process, and how often one of its threads waited."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    waits = 0
    for status in Path("/proc/self/task").glob("*/status"):
        waits += int(next(line for line in status.read_text().splitlines() if line.startswith("voluntary")).split()[1])
    return used.ru_utime + used.ru_stime, waits


async def measured(root: Path, seconds: float, *, notify: bool) -> None:
    from statuswatch.engine.roots import Watched
    from statuswatch.engine.tail import Tail

    told: asyncio.Queue[float] = asyncio.Queue()
    tail = Tail([Watched("claude-code", root)], None, {}, now, notify=notify)  # type: ignore[arg-type]

    async def follow() -> None:
        async for batch in tail.batches():
            for _ in batch.calls:
                told.put_nowait(time.perf_counter())

    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    task = asyncio.create_task(follow())
    while not tail.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    first = time.perf_counter() - begun
    await asyncio.sleep(3)
    while not told.empty():
        told.get_nowait()
    await report(root, seconds, first, before, told)
    tail.stop()
    task.cancel()


async def naive(root: Path, seconds: float) -> None:
    told: asyncio.Queue[float] = asyncio.Queue()
    sizes: dict[str, int] = {}

    def look() -> list[str]:
        changed = []
        for path in root.rglob("*.jsonl"):
            size = path.stat().st_size
            if sizes.get(str(path)) != size:
                changed.append(str(path))
                sizes[str(path)] = size
        return changed

    async def poll() -> None:
        while True:
            for _ in look():
                told.put_nowait(time.perf_counter())
            await asyncio.sleep(1)

    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    task = asyncio.create_task(poll())
    await told.get()
    first = time.perf_counter() - begun
    await asyncio.sleep(3)
    while not told.empty():
        told.get_nowait()
    await report(root, seconds, first, before, told)
    task.cancel()


async def report(root: Path, seconds: float, first: float, before: int, told: "asyncio.Queue[float]") -> None:
    cpu, waits = usage()
    await asyncio.sleep(seconds)
    after, later = usage()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    delays = []
    for number in range(5):
        with (root / "-home-dev-1" / "1.jsonl").open("ab") as file:
            file.write(answer(100_000 + number))
        begun = time.perf_counter()
        delays.append(await told.get() - begun)
        await asyncio.sleep(0.7)
    figures = {"first_s": first, "grown_mb": grown, "waits": (later - waits) / seconds, "cpu": (after - cpu) / seconds, "told_s": sorted(delays)[2]}
    print(json.dumps(figures))


def main() -> None:
    if len(sys.argv) > 3:
        way, root, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
        asyncio.run(naive(root, seconds) if way == "naive" else measured(root, seconds, notify=way == "notified"))
        return
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {files} files, one of 1 GB, idle for {seconds:.0f} s")
    print(f"{'':<28}{'first look':>12}{'grown':>10}{'wake-ups/s':>12}{'CPU/s':>12}{'told after':>12}")
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), files)
        for way in ("notified", "polling", "naive"):
            done = subprocess.run([sys.executable, __file__, way, folder, str(seconds)], capture_output=True, text=True, check=True)
            row = rows[way] = json.loads(done.stdout)
            first, grown, told = f"{row['first_s']:.2f} s", f"{row['grown_mb']:.1f} MB", f"{row['told_s'] * 1000:.0f} ms"
            print(f"{way:<28}{first:>12}{grown:>10}{row['waits']:>12.1f}{row['cpu'] * 1000:>9.2f} ms{told:>12}")
    for way in ("notified", "polling"):
        print(f"{way}: {rows['naive']['cpu'] / max(rows[way]['cpu'], 1e-6):.0f} x less CPU than the naive poller")


if __name__ == "__main__":
    main()

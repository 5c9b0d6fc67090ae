"""How long it takes from a failed call to the verdict that counts it: with a writer of records, and with the real clients.

    python bench/latency.py [CALLS]              a record written as Claude Code writes it (200 calls unless said), a real engine
    python bench/latency.py --clients [NAME...]  the coding clients themselves (make clients) against the simulated provider, each failure once;
                                                 NAME: only these clients, only these failures (all 45 one after the other take half an hour)

Printed are median, 95th percentile and worst, in milliseconds. `own record`: from the time that the client wrote into its record (real clients: their clock, in
milliseconds; the writer: just before the line is written) to the snapshot that holds the call, as any surface hears it. `wire`: from the moment at which the
provider sent the failed answer; a client that says nothing of an attempt until it has tried several times makes most of that.
"""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from statuswatch.catalog.loader import read_built_in  # noqa: E402 - the path above comes first
from statuswatch.engine.clock import read_monotonic, read_wall  # noqa: E402
from statuswatch.simulate.transcript import Failure, Transcript  # noqa: E402
from statuswatch.surfaces.client import EngineGoneError, Link  # noqa: E402
from support.realclients import CLIENTS, played, ready  # noqa: E402

MODEL = "claude-opus-4-5-20251101"
BODY = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
FAILURES = ("overloaded", "quota", "auth", "server_error")
WITHIN_S = 30.0


def line(name: str, times: Iterable[float]) -> str:
    """One row of the table."""
    sorted_times = sorted(times)
    if not sorted_times:
        return f"{name:<44} nothing was seen"
    high = sorted_times[min(len(sorted_times) - 1, int(len(sorted_times) * 0.95))]
    return f"{name:<44} {len(sorted_times):>5} {statistics.median(sorted_times):>10.0f} {high:>10.0f} {sorted_times[-1]:>10.0f}"


def head() -> str:
    """The head of a table."""
    return f"{'':<44} {'calls':>5} {'median ms':>10} {'95 % ms':>10} {'worst ms':>10}"


@contextlib.contextmanager
def engine(home: Path) -> Iterator[Link]:
    """A real engine that reads Claude Code's records in `home` and polls nobody; and a connection to it."""
    (home / "config" / "providers").mkdir(parents=True, mode=0o700)
    (home / "config" / "config.toml").write_text('[watch]\nroutes = ["anthropic/code:claude-opus-4.5"]\n[notices]\ndesktop = false\n')
    (home / "config" / "sources.toml").write_text("[sources]\nclaude-code = true\n")
    for entry in read_built_in([]):
        (home / "config" / "providers" / f"{entry.id}.toml").write_text(f'id = "{entry.id}"\nfeed = []\n')
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "STATUSWATCH_HOME": str(home), "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen([sys.executable, "-m", "statuswatch", "engine", "run"], env=env, stderr=subprocess.DEVNULL)
    try:
        yield _connected(str(home / "run" / "bridge.sock"))
    finally:
        process.terminate()
        process.wait(20)


def _connected(path: str) -> Link:
    end = read_monotonic() + WITHIN_S
    while True:
        try:
            return Link.open(1.0, path)
        except EngineGoneError:
            if read_monotonic() > end:
                raise
            time.sleep(0.05)


def heard(link: Link, request: str) -> float | None:
    """Seconds until a snapshot holds the call of that request id, from now; None where none came in time."""
    began = time.perf_counter()
    for message in link.messages(read_monotonic() + WITHIN_S):
        calls = message.get("snapshot", {}).get("calls", ())
        if any(call["request_id"] == request for call in calls):
            return time.perf_counter() - began
    return None


def written(count: int) -> list[float]:
    """Milliseconds from each of `count` written failures to the picture that holds it."""
    times: list[float] = []
    with tempfile.TemporaryDirectory(prefix="swl", dir="/tmp") as folder:  # short: the socket lies below
        home = Path(folder)
        records = Transcript(home / ".claude", "bench", "bench")
        records.asked(read_wall(), MODEL)
        with engine(home) as link:
            for number in range(count + 5):
                time.sleep(0.02 + 0.58 * (number * 0.618034 % 1.0))  # spread, so that no call falls into step with what the engine waits for
                request = f"req_bench{number:06d}"
                now = read_wall()
                records.asked(now, MODEL)
                records.gave_up(now, Failure(529, request, BODY))
                took = heard(link, request)
                if took is not None and number >= 5:  # the first ones start the readers
                    times.append(took * 1000)
    return times


def milliseconds(result: dict[str, Any], start: str) -> list[float]:
    """From `wire_at` or `record_at` of a cell to its first verdict; nothing where either is missing."""
    began, ended = result[start], result["verdict_at"]
    return [(datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds() * 1000] if began and ended else []


def of_clients(only: Sequence[str]) -> None:
    """The table of the real clients; `only` names clients and failures, none: all."""
    if lacking := ready():
        sys.stdout.write(f"the real clients: {lacking}\n")
        return
    print(head())
    every: dict[str, list[float]] = {"wire_at": [], "record_at": []}
    for client in [name for name in CLIENTS if name in only] or CLIENTS:
        own: dict[str, list[float]] = {"wire_at": [], "record_at": []}
        for failure in [name for name in FAILURES if name in only] or FAILURES:
            result = asyncio.run(played(client, failure))
            for start in own:
                own[start] += milliseconds(result, start)
        print(line(f"{client}, wire to verdict", own["wire_at"]))
        print(line(f"{client}, own record to verdict", own["record_at"]))
        every = {start: every[start] + own[start] for start in every}
    print(line("all, wire to verdict", every["wire_at"]))
    print(line("all, own record to verdict", every["record_at"]))


def main(argv: list[str]) -> None:
    """Measure and print."""
    if "--clients" in argv:
        of_clients(argv[argv.index("--clients") + 1 :])
        return
    times = written(int(argv[0]) if argv else 200)
    print(head())
    print(line("a written record to the verdict, heard", times))
    print(json.dumps({"calls": len(times), "median_ms": round(statistics.median(times), 1), "worst_ms": round(max(times), 1)}))


if __name__ == "__main__":
    main(sys.argv[1:])

"""What the engine costs while nothing happens: requests a day, wake-ups and memory, beside a Python that only sleeps.

    python bench/idle.py [SECONDS] [ROUNDS]

Requests are counted by the real schedule over one day for ten real providers, with the intervals of the default settings. Wake-ups (context switches of
all threads that were asked for, /proc) and memory are those of a real engine that reads those ten providers' feeds from a server on loopback, in a home
of its own, after it has settled; beside it `asyncio.run(asyncio.sleep(...))`, at the same time. Nobody looks, and no client's records are read.
"""

import collections
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from statuswatch.catalog.loader import load
from statuswatch.catalog.model import FeedSpec
from statuswatch.config.model import Poll
from statuswatch.core.health import FeedState
from statuswatch.core.ids import parse_route
from statuswatch.core.interest import interesting
from statuswatch.core.schedule import Pace, PollFacts, next_poll
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.sources.formats import FORMATS

ROUTES = (
    "anthropic/api:claude-opus-4.5",
    "openai/api:gpt-5.5",
    "google-gemini/api:gemini-3-pro",
    "github-copilot/code:claude-sonnet-4.5",
    "openrouter/api:claude-opus-4.5",
    "mistral/api:*",
    "groq/api:*",
    "deepseek/api:*",
    "xai/api:*",
    "cursor/code:claude-opus-4.5",
)
SETTLE = 25.0
PAGE = b"""{"page":{"id":"p","name":"Page","url":"https://status.example","updated_at":"2026-03-01T10:00:00Z"},
"status":{"indicator":"none","description":"All Systems Operational"},
"components":[{"id":"c1","name":"API","status":"operational","position":1,"page_id":"p"}],"incidents":[],"scheduled_maintenances":[]}"""
MODES = {
    "nobody looks": PollFacts(state=FeedState.FRESH),
    "nobody looks, no own call for an hour": PollFacts(state=FeedState.FRESH, idle=True),
    "somebody looks": PollFacts(state=FeedState.FRESH, listeners=1),
    "trouble all day": PollFacts(state=FeedState.FRESH, trouble=True),
}


def feeds() -> list[FeedSpec]:
    """The feeds that are polled for a person who uses the ten: their own, and those of the makers whose models some of them pass on."""
    catalogue = load(None, FORMATS)
    routes = Watchlist(tuple(Watch(parse_route(route), WatchSource.CONFIGURED) for route in ROUTES))
    wanted = interesting(routes, catalogue.knowledge)
    return [spec for spec in catalogue.feeds if spec.readable and spec.urls and wanted & {spec.provider, *spec.covers}]


def pace() -> Pace:
    """The intervals of the default settings."""
    poll = Poll()
    return Pace(poll.fast_interval_s, poll.interval_s, poll.slow_interval_s)


def reads(facts: PollFacts, jitter: float) -> Iterator[datetime]:
    """The reads of one feed in a day."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    end = now + timedelta(days=1)
    while now < end:
        yield now
        known = PollFacts(now, facts.state, trouble=facts.trouble, listeners=facts.listeners, idle=facts.idle)
        now = next_poll(known, pace(), now, jitter).at


def requests() -> None:
    polled = feeds()
    hosts = collections.Counter(urlsplit(spec.urls[0]).hostname for spec in polled)
    print(f"{len(ROUTES)} providers have {len(polled)} feeds on {len(hosts)} hosts; requests a day, where no page asks for less:")
    for mode, facts in MODES.items():
        count = sum(sum(1 for _ in reads(facts, (number * 0.381966) % 1)) for number, _ in enumerate(polled))
        print(f"  {mode:<40} {count:>7}  ({count / len(hosts) / 24:.1f} an hour and host)")


class Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = 0

    def do_GET(self) -> None:
        Pages.seen += 1
        same = self.headers.get("If-None-Match") == '"v1"'
        self.send_response(304 if same else 200)
        self.send_header("ETag", '"v1"')
        if not same:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        if not same:
            self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def switches(pid: int) -> int:
    """Times that a thread of the process woke up."""
    count = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        count += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.MULTILINE)[1])
    return count


def memory(pid: int) -> float:
    """Resident MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def _feeds_of(provider: str) -> int:
    return sum(spec.provider == provider for spec in feeds())


def at_rest(seconds: float) -> tuple[dict[str, tuple[float, float]], int]:
    """Wake-ups a second and memory of both, and the reads in that time."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as place:
        settings = Path(place) / "config" / "config.toml"
        settings.parent.mkdir()
        lines = ["[watch]", "routes = [" + ", ".join(f'"{route}"' for route in ROUTES) + "]"]
        lines += ["[notices]", "desktop = false"]
        settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
        (settings.parent / "providers").mkdir()
        for spec in feeds():  # one file a provider, in place of the shipped feeds: nothing leaves this machine
            address = f"http://127.0.0.1:{server.server_port}/{spec.provider}"
            text = "".join(f'[[feed]]\nname = "{n}"\nformat = "statuspage-summary"\nurl = "{address}/{n}"\n' for n in range(_feeds_of(spec.provider)))
            (settings.parent / "providers" / f"{spec.provider}.toml").write_text(f'id = "{spec.provider}"\n{text}', encoding="utf-8")
        environ = {**os.environ, "STATUSWATCH_HOME": place, "HOME": place}
        engine = subprocess.Popen([sys.executable, "-m", "statuswatch", "engine", "run"], env=environ, stderr=subprocess.DEVNULL)
        bare = subprocess.Popen([sys.executable, "-c", "import asyncio; asyncio.run(asyncio.sleep(3600))"])
        try:
            time.sleep(SETTLE)
            programs = {"engine": engine.pid, "bare asyncio": bare.pid}
            before, seen, begun = {name: switches(pid) for name, pid in programs.items()}, Pages.seen, time.perf_counter()
            time.sleep(seconds)
            taken = time.perf_counter() - begun
            found = {name: ((switches(pid) - before[name]) / taken, memory(pid)) for name, pid in programs.items()}
            return found, Pages.seen - seen
        finally:
            for process in (engine, bare):
                process.terminate()
                process.wait(30)
            server.shutdown()


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    requests()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nothing pinned, {rounds} x {seconds:.0f} s at rest after {SETTLE:.0f} s")
    runs = [at_rest(seconds) for _ in range(rounds)]
    for name in ("engine", "bare asyncio"):
        wakes, size = (statistics.median(run[0][name][index] for run in runs) for index in (0, 1))
        print(f"  {name:<14} {wakes:>6.2f} wake-ups a second  {size:>6.1f} MB")
    ratio = statistics.median(run[0]["engine"][1] / run[0]["bare asyncio"][1] for run in runs)
    polls = statistics.median(run[1] for run in runs)
    allowed = polls / seconds + 0.2
    print(f"  memory {ratio:.2f} x bare asyncio (goal 2.2); {polls:.0f} reads in that time, so {allowed:.2f} wake-ups a second are the goal")


if __name__ == "__main__":
    main()

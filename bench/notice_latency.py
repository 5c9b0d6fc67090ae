"""From the failed response on the wire to the pop-up: how long a person waits for what this machine knows already, and where the time goes.

    python bench/notice_latency.py [RUNS]

A provider on loopback answers 529, a client writes its record of that at once, and the engine (a process of its own, wired as always, whose clock is moved
on by hours between two runs) tells a notification service on a private D-Bus and a subscriber at its socket. One notice takes three failed requests a
minute apart, by design; measured is from the last byte of the response that decides. The parts are times since the one above, each with its own median, so
they need not add up. Needs dbus-daemon.
"""

import asyncio
import contextlib
import http.client
import itertools
import json
import mmap
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from statuswatch.catalog.loader import read_built_in  # noqa: E402 - as above
from statuswatch.engine.clock import read_monotonic, read_wall  # noqa: E402 - as above
from statuswatch.engine.wiping import SETTINGS  # noqa: E402 - as above
from statuswatch.simulate.transcript import Failure, Transcript  # noqa: E402 - as above
from statuswatch.surfaces.client import EngineGoneError, Link  # noqa: E402 - as above
from support.notifications import Bus, FakeService, private_bus  # noqa: E402 - the path above comes first

MODEL = "claude-opus-4-5-20251101"
BODY = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
PARTS = (
    ("wire", "the response's last byte is sent"),
    ("record", "the client's record is written"),
    ("heard", "the tail hears of it"),
    ("read", "the call is read and handed in"),
    ("step", "the step begins"),
    ("decided", "taken in, judged, decided"),
    ("stored", "stored"),
    ("heard_by_subscriber", "the subscriber hears the notice"),
    ("published", "the picture is published"),
    ("delivering", "the delivery begins"),
    ("notify", "Notify is called"),
)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""As XDG_RUNTIME_DIR is on a desktop; what is kept lies on the disk."""
WARM = 5
WITHIN_S = 30.0
ANSWERS = 40


def moved() -> Path:
    return Path(os.environ["HOME"]) / "moved"


def engine() -> None:
    """The child: an engine on a clock that is ahead by what the parent says; its moments go to a file when it ends."""
    from statuswatch.app.engine import set_aside
    from statuswatch.app.wiring import Start, make_engine, read_setting
    from statuswatch.engine import course, inbox, publish, runner, store, tail
    from statuswatch.engine.clock import SystemClock
    from statuswatch.notify.desktop import freedesktop

    with moved().open("r+b") as file:
        ahead = mmap.mmap(file.fileno(), 8)

    def offset() -> float:
        return float(struct.unpack("d", ahead[:8])[0])

    moments: list[tuple[str, float]] = []

    def seen(owner: Any, method: str, before: str = "", after: str = "", when: Callable[[Any], bool] = bool) -> None:
        """Note when `method` is called and, where `when` holds of its result, when it has returned."""
        real = getattr(owner, method)

        def noted(*given: Any, **more: Any) -> Any:
            if before:
                moments.append((before, read_monotonic()))
            result = real(*given, **more)
            if after and when(result):
                moments.append((after, read_monotonic()))
            return result

        setattr(owner, method, noted)

    seen(tail.Tail, "_heard", before="heard")
    seen(inbox.Inbox, "put", before="read")
    seen(runner.Engine, "_step", before="step")
    seen(course.Course, "conclude", after="decided", when=lambda result: bool(result[1]))
    seen(store.Store, "commit", after="stored", when=lambda _: True)
    seen(publish.Publisher, "publish", after="published", when=lambda _: True)
    seen(freedesktop.FreedesktopNotifier, "deliver", before="delivering")
    clock = SystemClock(lambda: read_monotonic() + offset(), lambda: read_wall() + timedelta(seconds=offset()))

    async def serve() -> None:
        made = make_engine(read_setting(), Start(clock))
        set_aside()
        await made.run()

    asyncio.run(serve())
    (moved().parent / "moments.json").write_text(json.dumps(moments))


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sent = 0.0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        data = BODY.encode()
        head = f"HTTP/1.1 529 Overloaded\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        Provider.sent = read_monotonic()  # before, because the client may be done with it before this thread goes on
        self.connection.sendall(head.encode() + data)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Service(FakeService):
    """Notes when it is asked to show."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: asyncio.Queue[float] = asyncio.Queue()

    def _notify(self, message: Any) -> Any:
        self.asked.put_nowait(read_monotonic())
        return super()._notify(message)


class Person:
    """A client that fails and works again, and the moments of each notice."""

    def __init__(self, home: Path, service: Service, port: int, heard: list[float]) -> None:
        self._ahead = 0.0
        self._home, self._service, self._port, self._heard = home, service, port, heard
        self._records = Transcript(home / ".claude", "bench", "bench")
        self._requests = 0
        self.pass_time(0)
        self._records.asked(self._now(), MODEL)

    def pass_time(self, seconds: float) -> None:
        self._ahead += seconds
        with (self._home / "moved").open("r+b" if (self._home / "moved").exists() else "w+b") as file:
            file.write(struct.pack("d", self._ahead))

    def _now(self) -> datetime:
        return read_wall() + timedelta(seconds=self._ahead)

    def fails(self) -> tuple[float, float]:
        """One request that fails; when the response was sent and when its record was there."""
        self._requests += 1
        self._records.asked(self._now(), MODEL)
        time.sleep(0.05)  # an answer takes longer than the writing down of a question
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        connection.request("POST", "/v1/messages", body=b"{}")
        answer = connection.getresponse()
        body = answer.read().decode()
        self._records.gave_up(self._now(), Failure(answer.status, f"req_{self._requests:06d}", body))
        written = read_monotonic()
        connection.close()
        return Provider.sent, written

    async def one(self) -> dict[str, float]:
        """From the last of the failures to the pop-up, then back to what it was."""
        self.pass_time(6 * 3600)
        while not self._service.asked.empty():
            self._service.asked.get_nowait()
        for _ in range(2):
            self.fails()
            await asyncio.sleep(0.25)
            self.pass_time(70)
        if not self._service.asked.empty():
            raise SystemExit(f"shown before the failure that decides: {self._service.shown[-1].title}")
        sent, written = self.fails()
        notify = await asyncio.wait_for(self._service.asked.get(), WITHIN_S)
        for number in range(ANSWERS):
            self.pass_time(70)
            message = {"id": f"msg_{self._requests}_{number}", "model": MODEL, "usage": {"output_tokens": 1}, "content": []}
            self._records.asked(self._now(), MODEL)
            self._records.answered(self._now(), f"req_ok{self._requests}_{number}", message)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._service.asked.get(), 0.2)
                break
        await asyncio.sleep(0.2)
        return {"wire": sent, "record": written, "notify": notify, "heard_by_subscriber": next((at for at in self._heard if at >= sent), float("nan"))}


def prepare(home: Path) -> None:
    config = home / ".config" / "statuswatch"
    (config / "providers").mkdir(parents=True, mode=0o700)
    (config / "config.toml").write_text('[watch]\nroutes = ["anthropic/code:claude-opus-4.5"]\n[notices]\nterminal = false\n')
    (config / "sources.toml").write_text("[sources]\nclaude-code = true\n")
    for entry in read_built_in([]):  # nothing is polled
        (config / "providers" / f"{entry.id}.toml").write_text(f'id = "{entry.id}"\nfeed = []\n')


@contextlib.contextmanager
def running(home: Path, runtime: Path, bus: Bus) -> Iterator[None]:
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "DBUS_SESSION_BUS_ADDRESS": bus.address, "LC_ALL": "C.UTF-8"}
    environ |= SETTINGS  # as `engine run` runs: freed memory is overwritten
    child = subprocess.Popen([sys.executable, __file__, "engine"], env=environ)
    try:
        yield
    finally:
        child.terminate()
        child.wait(60)


def listen(path: str, heard: list[float], up: threading.Event) -> None:
    """Note when a subscriber hears of a notice, until the engine ends."""
    end = read_monotonic() + WITHIN_S
    while True:
        try:
            link = Link.open(1.0, path)
            break
        except EngineGoneError:
            if read_monotonic() > end:
                raise
            time.sleep(0.05)
    up.set()
    with contextlib.suppress(EngineGoneError):
        heard.extend(read_monotonic() for message in link.messages(read_monotonic() + 86400) if message.get("type") == "notice")


def whole(run: dict[str, float], moments: list[tuple[str, float]]) -> dict[str, float]:
    """The run with what the engine noted in it."""
    inside = [(name, at) for name, at in moments if run["record"] - 0.005 <= at <= run["notify"] + 0.1]
    decided = next((at for name, at in inside if name == "decided"), float("nan"))
    for name in ("heard", "read", "step"):
        run[name] = max((at for other, at in inside if other == name and at <= decided), default=float("nan"))
    run["decided"] = decided
    for name in ("stored", "published", "delivering"):
        run[name] = min((at for other, at in inside if other == name and at >= decided), default=float("nan"))
    return run


async def measure(count: int) -> list[dict[str, float]]:
    provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="swn") as folder, tempfile.TemporaryDirectory(prefix="swn", dir=MEMORY) as volatile:
        home, runtime = Path(folder), Path(volatile)
        prepare(home)
        heard: list[float] = []
        async with private_bus() as bus:
            service = Service()
            await service.start(bus)
            person = Person(home, service, provider.server_port, heard)
            up = threading.Event()
            with running(home, runtime, bus):
                listener = threading.Thread(target=listen, args=(str(runtime / "statuswatch" / "bridge.sock"), heard, up), daemon=True)
                listener.start()
                await asyncio.to_thread(up.wait, WITHIN_S)
                await asyncio.sleep(3)
                runs = [await person.one() for _ in range(WARM + count)]
            await service.stop()
        moments = json.loads((home / "moments.json").read_text())
    provider.shutdown()
    return [whole(run, moments) for run in runs]


def row(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    worst99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{name:<44} {statistics.median(ordered):>10.2f} {worst99:>10.2f} {ordered[-1]:>10.2f}"


def between(runs: list[dict[str, float]], start: str, end: str) -> list[float]:
    return [took for run in runs if (took := (run[end] - run[start]) * 1000) == took]


def main() -> None:
    if sys.argv[1:] == ["engine"]:
        engine()
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    began = os.getloadavg()[0]
    runs = asyncio.run(measure(count))
    first, warm = runs[0], runs[WARM:]
    print(f"{os.cpu_count()} cores, load {began:.1f} to {os.getloadavg()[0]:.1f}, {len(warm)} notices after {WARM}; milliseconds")
    print(f"{'':<44} {'median':>10} {'99 %':>10} {'worst':>10}")
    for (start, _), (end, title) in itertools.pairwise(PARTS):
        print(row(f"  {title}", between(warm, start, end)))
    print(row("wire to Notify", between(warm, "wire", "notify")))
    print(row("wire to the subscriber (goal 60)", between(warm, "wire", "heard_by_subscriber")))
    print(row("heard to Notify: local work (goal 5 at 99 %)", between(warm, "heard", "notify")))
    print(row("record to heard", between(warm, "record", "heard")))
    print(f"the first notice after the start, delivery to Notify: {(first['notify'] - first['delivering']) * 1000:.1f}")


if __name__ == "__main__":
    main()

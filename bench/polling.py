"""What polite polling costs: many status pages behind TLS on loopback, each with a host name of its own, read by our fetcher and by the plain way.

    python bench/polling.py [ROUNDS] [--minutes M]

Part one, CPU microseconds per warm conditional poll (all are answered with 304), at 20, 100 and 1,000 hosts; rounds alternate between

- ours: `engine.fetch.Fetcher`, one transport a host over one TLS context;
- plain: one `httpx.AsyncClient` for all hosts, the obvious loop. Its cost grows with the number of hosts, so it is measured up to 100.

Part two, in real time: 1,000 pages at one poll a minute each for M minutes after a first read, by our whole poller (schedule, fetch, digest, inbox) and by
the plain loop: share of one core, polls that were due and made, memory, share of 304s. `floor` is the poller with two pages: what Python and httpx weigh.

Clients are pinned to the first core, the server to the last. The certificates are made by the `openssl` program.
"""

import argparse
import asyncio
import contextlib
import json
import os
import selectors
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

DOMAIN = "pages.example"
COUNTS = (20, 100, 1000)
SIDE_BY_SIDE = 20
WARM_POLLS = 2000
PAGE = json.dumps(
    {
        "page": {"id": "p", "name": "Page", "url": "https://status.example", "updated_at": "2026-03-01T10:00:00Z"},
        "status": {"indicator": "none", "description": "All Systems Operational"},
        "components": [{"id": f"c{n}", "name": f"Component {n}", "status": "operational", "position": n, "page_id": "p"} for n in range(60)],
        "incidents": [],
        "scheduled_maintenances": [],
    }
).encode()


def name_of(number: int) -> str:
    return f"h{number}.{DOMAIN}"


# ---- the pages ----------------------------------------------------------------------------------------------------------------------------------------


def serve(folder: Path) -> None:
    """One process for all pages: non-blocking sockets, so that a thousand open connections cost it little. Prints its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "page.pem", folder / "page.key")
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = packer.compress(PAGE) + packer.flush()
    head = b'ETag: W/"v1"\r\nCache-Control: max-age=10, public\r\nAge: 3\r\nDate: Sun, 01 Mar 2026 10:00:00 GMT\r\nServer: bench\r\n'
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Encoding: gzip\r\n" + head
    whole += b"Content-Length: %d\r\n\r\n" % len(packed) + packed
    same = b"HTTP/1.1 304 Not Modified\r\n" + head + b"\r\n"
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    listening.setblocking(False)
    chooser = selectors.DefaultSelector()
    chooser.register(listening, selectors.EVENT_READ)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        for key, _ in chooser.select():
            if key.fileobj is listening:
                raw, _ = listening.accept()
                raw.setblocking(False)
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                secure = context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
                chooser.register(secure, selectors.EVENT_READ, bytearray())
                continue
            try:
                _answer(key.fileobj, key.data, whole, same)
            except (ssl.SSLWantReadError, BlockingIOError):
                continue
            except OSError:
                chooser.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]  # a socket


def _answer(secure: Any, buffer: bytearray, whole: bytes, same: bytes) -> None:
    if not secure.version():
        secure.do_handshake()
    while True:
        piece = secure.recv(65536)
        if not piece:
            raise ConnectionResetError
        buffer += piece
        if buffer.endswith(b"\r\n\r\n"):
            secure.send(same if b"if-none-match" in buffer.lower() else whole)
            buffer.clear()


# ---- the readers --------------------------------------------------------------------------------------------------------------------------------------


def at_home() -> None:
    """All names below our domain are this machine."""
    real = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:
        word = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if isinstance(word, str) and word.endswith(DOMAIN) else host, *rest, **named)

    socket.getaddrinfo = look_up


def memory_kb() -> int:
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1])


async def rounds_of(one: Any, count: int) -> dict[str, Any]:
    """Poll all hosts once (cold), once more, and then as often as gives steady figures; the cost of the last part."""
    slots = asyncio.Semaphore(SIDE_BY_SIDE)
    answers: dict[int, int] = {}

    async def poll(number: int, warm: bool) -> None:
        async with slots:
            status = await one(number)
        if warm:
            answers[status] = answers.get(status, 0) + 1

    before = memory_kb()
    cold = time.process_time()
    await asyncio.gather(*(poll(number, False) for number in range(count)))
    cold = time.process_time() - cold
    await asyncio.gather(*(poll(number, False) for number in range(count)))
    times = max(1, -(-WARM_POLLS // count))
    begun = time.process_time()
    for _ in range(times):
        await asyncio.gather(*(poll(number, True) for number in range(count)))
    spent = time.process_time() - begun
    return {
        "us": spent / (times * count) * 1e6,
        "cold_us": cold / count * 1e6,
        "kb_a_host": (memory_kb() - before) / count,
        "share_304": answers.get(304, 0) / max(1, sum(answers.values())),
    }


async def ours(count: int, port: int) -> dict[str, Any]:
    from statuswatch.engine.fetch import Fetched, Fetcher, NotModified, Request

    fetcher = Fetcher()
    tags: dict[int, str | None] = {}

    async def one(number: int) -> int:
        got = await fetcher.fetch(Request(f"https://{name_of(number)}:{port}/summary.json", etag=tags.get(number)))
        if isinstance(got, Fetched):
            tags[number] = got.etag
            return got.status
        return 304 if isinstance(got, NotModified) else 0

    found = await rounds_of(one, count)
    await fetcher.close()
    return found


async def plain(count: int, port: int) -> dict[str, Any]:
    import httpx

    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None))
    tags: dict[int, str | None] = {}

    async def one(number: int) -> int:
        known = tags.get(number)
        got = await client.get(f"https://{name_of(number)}:{port}/summary.json", headers={"If-None-Match": known} if known else {})
        if got.status_code == 200:
            tags[number] = got.headers.get("etag")
        return got.status_code

    found = await rounds_of(one, count)
    await client.aclose()
    return found


def polled(count: int, port: int, seconds: float) -> dict[str, Any]:
    """The whole poller in real time."""
    from statuswatch.catalog.model import FeedSpec
    from statuswatch.core.observation import PageUnchanged
    from statuswatch.core.schedule import Pace
    from statuswatch.engine.clock import SystemClock
    from statuswatch.engine.fetch import Fetcher
    from statuswatch.engine.inbox import Inbox
    from statuswatch.engine.poller import Attention, Poller
    from statuswatch.sources.formats import parser_for

    async def main() -> dict[str, Any]:
        feeds = [FeedSpec(f"p{n}", f"p{n}", "statuspage-summary", (f"https://{name_of(n)}:{port}/summary.json",), (f"p{n}",)) for n in range(count)]
        fetcher, inbox, seen = Fetcher(), Inbox(), {True: 0, False: 0}
        poller = Poller(feeds, fetcher, SystemClock(), inbox, parser_for, Pace(watched_s=60.0))
        poller.attend(lambda: Attention(listeners=1))
        running = asyncio.create_task(poller.run())
        for _ in range(count):
            await inbox.take(1)

        async def drain() -> None:
            while True:
                for arrival in await inbox.take():
                    seen[isinstance(arrival.observation, PageUnchanged)] += 1

        await asyncio.sleep(60)  # each finds its slot
        draining = asyncio.create_task(drain())
        await asyncio.sleep(1)
        seen.update({True: 0, False: 0})
        begun, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - begun
        statuses = [view.status for view in poller.facts().values()]
        for task in (running, draining):
            task.cancel()
        await asyncio.gather(running, draining, return_exceptions=True)
        await fetcher.close()
        polls = sum(seen.values())
        return _real(cpu, wall, polls, statuses.count(304) / len(statuses), count)

    return asyncio.run(main())


def plainly(count: int, port: int, seconds: float) -> dict[str, Any]:
    """The obvious loop in real time: a task a page, one client, a minute between its reads."""
    import httpx

    async def main() -> dict[str, Any]:
        client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None), timeout=60)
        seen: list[int] = []

        async def page(number: int) -> None:
            tag = None
            await asyncio.sleep(number * 60 / count)
            while True:
                got = await client.get(f"https://{name_of(number)}:{port}/summary.json", headers={"If-None-Match": tag} if tag else {})
                tag = got.headers.get("etag")
                seen.append(got.status_code)
                await asyncio.sleep(60)

        tasks = [asyncio.create_task(page(number)) for number in range(count)]
        await asyncio.sleep(61)
        seen.clear()
        begun, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - begun
        found = _real(cpu, wall, len(seen), seen.count(304) / max(1, len(seen)), count)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await client.aclose()
        return found

    return asyncio.run(main())


def _real(cpu: float, wall: float, polls: int, share_304: float, count: int) -> dict[str, Any]:
    return {"share": cpu / wall, "polls": polls, "due": count * wall / 60, "us": cpu / max(1, polls) * 1e6, "share_304": share_304, "mb": memory_kb() / 1024}


# ---- the comparison -----------------------------------------------------------------------------------------------------------------------------------


def certificates(folder: Path) -> None:
    """An authority of our own, and one certificate for all names below our domain."""

    def run(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    authority = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "3", "-subj", "/CN=bench", *authority)
    run("req", *key, "-keyout", "page.key", "-out", "page.csr", "-subj", "/CN=pages")
    (folder / "names").write_text(f"subjectAltName=DNS:*.{DOMAIN}\nbasicConstraints=CA:FALSE\n", encoding="utf-8")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
    run("x509", "-req", "-in", "page.csr", *signed, "-out", "page.pem", "-days", "3")


def measure(folder: Path, *words: str) -> dict[str, Any]:
    """One reader in a process of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")} | {"SSL_CERT_FILE": str(folder / "ca.pem")}
    done = subprocess.run([sys.executable, __file__, "--as", *words], env=environ, capture_output=True, text=True, timeout=1800, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def play(words: list[str]) -> None:
    """What a process of its own does."""
    cores = sorted(os.sched_getaffinity(0))
    if words[0] == "serve":
        os.sched_setaffinity(0, {cores[-1]})
        serve(Path(words[1]))
    os.sched_setaffinity(0, {cores[0]})
    at_home()
    count, port = int(words[1]), int(words[2])
    if words[0] in {"polled", "plainly"}:
        found = (polled if words[0] == "polled" else plainly)(count, port, float(words[3]))
    else:
        found = asyncio.run((ours if words[0] == "ours" else plain)(count, port))
    sys.stdout.write(json.dumps(found))


def compare(folder: Path, port: str, rounds: int) -> None:
    """Part one."""
    wanted = [(who, count) for count in COUNTS for who in ("ours", "plain") if who == "ours" or count <= 100]
    found: dict[tuple[str, int], list[dict[str, Any]]] = {each: [] for each in wanted}
    for _ in range(rounds):
        for who, count in wanted:
            found[who, count].append(measure(folder, who, str(count), port))
    middle = {each: statistics.median(figures["us"] for figures in runs) for each, runs in found.items()}
    print(f"warm conditional polls, {SIDE_BY_SIDE} at once, medians of {rounds} alternating rounds")
    for (who, count), runs in found.items():
        cold, share = statistics.median(run["cold_us"] for run in runs), min(run["share_304"] for run in runs)
        size = statistics.median(run["kb_a_host"] for run in runs)
        print(f"  {who:<6} {count:>5} hosts {middle[who, count]:>9.0f} us a poll  (first {cold:>6.0f})  {size:>5.0f} kB a host  {share:.0%} 304")
    print(f"  at 100 hosts: 1/{middle['plain', 100] / middle['ours', 100]:.1f} of the plain loop (goal 1/5)")
    ratios = [one["us"] / other["us"] for one, other in zip(found["ours", 1000], found["ours", 20], strict=True)]
    print(f"  1,000 hosts beside 20: {statistics.median(ratios):.2f} x a poll (goal 1.3)")


def live(folder: Path, port: str, seconds: float) -> None:
    """Part two."""
    print(f"1,000 pages, one poll a minute each, {seconds:.0f} s in real time after a minute")
    for name, who, count in (("floor", "polled", 2), ("ours", "polled", 1000), ("plain", "plainly", 1000)):
        got = measure(folder, who, str(count), port, str(seconds))
        made = f"{got['polls']:.0f} of {got['due']:.0f} polls"
        print(f"  {name:<6} {got['share']:>6.1%} of a core  {made:<20} {got['us']:>8.0f} us each  {got['share_304']:>4.0%} 304  {got['mb']:>6.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--as", dest="part", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        play(given.part)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        certificates(folder)
        server = subprocess.Popen([sys.executable, __file__, "--as", "serve", place], stdout=subprocess.PIPE, text=True)
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, readers on the first core, pages on the last")
            compare(folder, port, given.rounds)
            live(folder, port, given.minutes * 60)
            print(f"load at the end {os.getloadavg()[0]:.1f}")
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()

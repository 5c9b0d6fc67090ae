"""What watching a call costs the program that makes it: a request with and without the transport, with an engine and without, side by side.

    python bench/transport.py [ROUNDS]

A server on this machine answers at once. Each way asks many times over one kept connection; rounds alternate between the ways; printed are medians in
microseconds of processor time of the asking thread, so that a busy machine counts less: a request without the transport, what is added to it, and that as
a share of a call whose first byte takes 300 ms, which few beat.
`engine` is a socket that is emptied as the engine empties it; it needs no processor of its own that would be counted here.
"""

import asyncio
import http.server
import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import httpx2

import statuswatch.client as tap
from statuswatch._client.link import LINK

TIMES = 100
FIRST_BYTE_US = 300_000.0
LARGE = "x" * 200_000
EVENT = b"event: content_block_delta\ndata: " + json.dumps({"type": "content_block_delta", "delta": {"text": "some words of an answer"}}).encode() + b"\n\n"
STREAM = EVENT * 200 + b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
ERROR = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}).encode()
KINDS: dict[str, tuple[dict[str, Any], int, str, bytes]] = {
    "answer": ({"messages": "hello"}, 200, "application/json", b'{"id":"msg_1","content":[]}'),
    "answer, 200 kB asked": ({"messages": LARGE}, 200, "application/json", b'{"id":"msg_1","content":[]}'),
    "stream of 200 events": ({"messages": "hello"}, 200, "text/event-stream", STREAM),
    "error 529": ({"messages": "hello"}, 529, "application/json", ERROR),
}
LIBRARIES = {"httpx": httpx, "httpx2": httpx2}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        _, status, kind, body = KINDS[list(KINDS)[int(self.path[-1])]]
        head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_args: object) -> None:
        pass


def sync(make: Callable[[], Any], url: str, body: dict[str, Any]) -> float:
    """Microseconds a request."""
    with make() as client:
        client.post(url, json=body)
        begun = time.thread_time()
        for _ in range(TIMES):
            client.post(url, json=body)
        return (time.thread_time() - begun) / TIMES * 1e6


def asynchronous(make: Callable[[], Any], url: str, body: dict[str, Any]) -> float:
    """Microseconds a request."""

    async def run() -> float:
        async with make() as client:
            await client.post(url, json=body)
            begun = time.thread_time()
            for _ in range(TIMES):
                await client.post(url, json=body)
            return (time.thread_time() - begun) / TIMES * 1e6

    return asyncio.run(run())


def listening(place: Path, *, on: bool) -> Callable[[], None]:
    """Open the engine's socket, or have none; what closes it."""
    LINK.close()
    LINK.renew()
    if not on:
        return lambda: None
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    box.bind(str(place))

    def drain() -> None:
        while box.recv(1 << 16) != b"end":
            pass

    thread = threading.Thread(target=drain)
    thread.start()

    def close() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(b"end", str(place))
        thread.join()
        box.close()
        place.unlink()

    return close


def measure(rounds: int, origin: str, place: Path) -> None:
    for library, module in LIBRARIES.items():
        for ask, plain, watched in ((sync, module.Client, tap.http_client), (asynchronous, module.AsyncClient, tap.async_http_client)):
            for number, (kind, (extra, *_)) in enumerate(KINDS.items()):
                took: dict[str, list[float]] = {"without": [], "no engine": [], "engine": []}
                for _ in range(rounds):
                    for way, found in took.items():
                        close = listening(place, on=way == "engine")
                        make = plain if way == "without" else lambda watched=watched, library=library: watched(library, trust_env=False)
                        found.append(ask(make, f"{origin}/{number}", {"model": "big-1", **extra}))
                        close()
                base, *others = (statistics.median(found) for found in took.values())
                told = "   ".join(
                    f"{way} {one:7.0f} ({one / base:.2f}x, {one - base:+.0f} us, {(one - base) / FIRST_BYTE_US:+.2%})"
                    for way, one in zip(("no engine", "engine"), others, strict=True)
                )
                print(f"{library:7}{'async' if ask is asynchronous else 'sync':6}{kind:22} without {base:7.0f}   {told}", flush=True)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nothing pinned, {rounds} alternating rounds of {TIMES} requests")
    print("medians in us of the asking thread's processor time a request")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STATUSWATCH_HOME"] = folder
        (Path(folder) / "run").mkdir(mode=0o700)
        measure(rounds, f"http://127.0.0.1:{server.server_port}", Path(folder) / "run" / "observe.sock")
    server.shutdown()


if __name__ == "__main__":
    main()

"""`statuswatch bridge --http`: the same messages for web clients, on loopback, while it runs. A process of its own, so that no client can hurt the engine.

`GET /v1/snapshot`: one message `snapshot`. `GET /v1/events`: all messages as Server-Sent Events (HTML standard, section 9.2), the first of them `session`.
`POST /v1/command`: one message of an editor; the answer is the body, or with `?session=…` comes as an event of that stream.
"""

import argparse
import asyncio
import contextlib
import json
import secrets
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h11

from statuswatch.config import paths
from statuswatch.config.token import make_token
from statuswatch.surfaces.bridge.door import Asked, Door, Refusal, is_origin, other_user
from statuswatch.surfaces.bridging import LINE_MAX
from statuswatch.surfaces.client import FINE, USAGE
from statuswatch.surfaces.relay import Relay

PORT = 7717
CONNECTIONS_MAX = 64
STREAMS_MAX = 16
_HEAD_MAX = 16 << 10
_PIECE = 1 << 16
_IDLE_SECONDS = 75.0
_REQUEST_SECONDS = 20.0
_BEAT_SECONDS = 15.0
_WITH_A_WINDOW = frozenset({"claim", "attend"})
_ALWAYS = (
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'"),
    ("vary", "Origin"),
)


def run(argv: list[str]) -> int:
    """Serve until interrupted; returns 0, or 2 for usage, a port that is taken and a word that cannot be stored. Raises PlaceError as ensure_private does."""
    parser = argparse.ArgumentParser(prog="statuswatch bridge", description="The editor protocol for web clients, on 127.0.0.1, until interrupted.")
    parser.add_argument("--http", type=int, nargs="?", const=PORT, required=True, metavar="PORT", help=f"where to listen ({PORT}); 0: any free port")
    parser.add_argument("--origin", action="append", default=[], metavar="URL", help="let pages of this origin in, for example http://localhost:3000")
    try:
        given = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    wrong = [text for text in given.origin if not is_origin(text)]
    if wrong or not 0 <= given.http < 1 << 16:
        said = f"--origin {wrong[0][:80]!r}: expected one origin, as http://localhost:3000" if wrong else f"--http {given.http}: expected a port"
        sys.stderr.write(f"statuswatch bridge: {said}\n")
        return USAGE
    place = Path(paths.ensure_private(paths.state_dir())) / "web-token"
    try:
        token = make_token(place)
    except OSError as error:
        sys.stderr.write(f"statuswatch bridge: {place} cannot be written ({error.strerror}); it holds the word that clients say: make room, or move it away\n")
        return USAGE
    try:
        return asyncio.run(_serve(given.http, token, frozenset(given.origin)))
    except OSError as error:
        sys.stderr.write(f"statuswatch bridge: cannot listen on 127.0.0.1:{given.http} ({error.strerror}); choose another port: --http PORT\n")
        return USAGE


async def _serve(port: int, token: str, origins: frozenset[str]) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    web = Web(token, origins)
    await web.start(port)
    sys.stdout.write(json.dumps({"v": 1, "url": f"http://127.0.0.1:{web.door.port}", "token": token}) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await web.stop()
    return FINE


class Web:
    """The server at one port, and the streams that are open. `places`: how many more may be opened; a stream takes one before it is, and gives it back."""

    def __init__(self, token: str, origins: frozenset[str] = frozenset()) -> None:
        self.door = Door(0, token, origins)
        self.streams: dict[str, Relay] = {}
        self.places = STREAMS_MAX
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        """Listen on 127.0.0.1. Raises OSError where the port is taken."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=_PIECE)
        self.door = Door(self._server.sockets[0].getsockname()[1], self.door.token, self.door.origins)

    async def stop(self) -> None:
        """Hang up on everyone."""
        if self._server:
            self._server.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection. Named boundary: whatever a client does ends its connection and nothing else."""
        task = asyncio.current_task()
        if task is None or len(self._connections) >= CONNECTIONS_MAX:
            writer.close()
            return
        self._connections.add(task)
        try:
            if not other_user(writer.get_extra_info("sockname"), writer.get_extra_info("peername")):
                await _Exchanges(self, reader, writer).run()
        except (OSError, TimeoutError, h11.ProtocolError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()


class _Exchanges:
    """The requests of one connection, one after the other."""

    def __init__(self, web: Web, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._web = web
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_MAX)
        self._origin: str | None = None

    async def run(self) -> None:
        """Answer until the client has no more, or has to be refused."""
        while True:
            async with asyncio.timeout(_IDLE_SECONDS):
                request = await self._event()
            if not isinstance(request, h11.Request):
                return
            asked = Asked.of(request.method, request.target, list(request.headers))
            try:
                async with asyncio.timeout(_REQUEST_SECONDS):
                    body = await self._body()
            except TimeoutError:
                body = None
            refusal = self._web.door.refusal(asked) or (Refusal(413, f"a message has at most {LINE_MAX} bytes") if body is None else None)
            self._origin = self._web.door.origin(asked)
            if refusal:
                await self._send(refusal.status, {"error": refusal.sentence}, close=True)
                return
            await self._answer(asked, body or b"")
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _answer(self, asked: Asked, body: bytes) -> None:
        if asked.method == "OPTIONS":
            await self._send(204, None)
        elif asked.path == "/v1/events":
            await self._stream()
        elif asked.path == "/v1/snapshot":
            said = await _once(None)
            picture = next((message for message in reversed(said) if message.get("type") in {"snapshot", "changes"}), None)
            if picture is None:
                await self._send(503, {"error": "there is no picture yet: statuswatch engine start"})
            else:
                await self._send(200, {"type": "snapshot", "snapshot": picture["snapshot"], **({"stale": True} if picture.get("stale") else {})})
        else:
            await self._command(asked, body)

    async def _command(self, asked: Asked, body: bytes) -> None:
        """Hand one message on, and answer with its answer."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            await self._send(400, {"error": "expected one message of an editor: a JSON object with a type"})
            return
        line = json.dumps(message, separators=(",", ":")).encode()
        session = asked.query.get("session")
        if session is not None:
            await self._in_session(session, line)
        elif message.get("command") in _WITH_A_WINDOW:
            await self._send(409, {"error": "only a window can do that: open /v1/events, and say ?session= with what its first message names"})
        else:
            said = await _once(line)
            answer = next((one for one in said if one.get("type") in {"done", "pong", "error", "history"}), None)
            await self._send(504 if answer is None else 200, answer or {"error": "no answer came"})

    async def _in_session(self, session: str, line: bytes) -> None:
        relay = self._web.streams.get(session)
        if relay is None:
            await self._send(404, {"error": "no stream of that name is open"})
        elif relay.say(line):
            await self._send(202, {"taken": True})
        else:
            await self._send(503, {"error": "the answers on that stream are not read; read them first"})

    async def _stream(self) -> None:
        """Send messages as events until the client goes. It is written to only as fast as it reads."""
        if not self._web.places:
            await self._send(503, {"error": f"there are {STREAMS_MAX} streams already"}, close=True)
            return
        self._web.places -= 1
        try:
            await self._streamed()
        finally:
            self._web.places += 1

    async def _streamed(self) -> None:
        name, relay = secrets.token_urlsafe(12), await Relay.open()
        self._web.streams[name] = relay
        gone = asyncio.create_task(self._reader.read(1))
        try:
            await self._begin(200, [("content-type", "text/event-stream"), ("connection", "close")])
            await self._data(b'retry: 1000\ndata: {"type":"session","session":"' + name.encode() + b'"}\n\n')
            await self._relay(relay, gone)
        finally:
            gone.cancel()
            self._web.streams.pop(name, None)
            relay.close()

    async def _relay(self, relay: Relay, gone: "asyncio.Task[bytes]") -> None:
        """Each line that comes is the data of one event; it goes on as it comes, so that nothing is kept here."""
        fresh = True
        coming: asyncio.Task[bytes] | None = None
        try:
            while not gone.done():
                coming = coming or asyncio.create_task(relay.piece())
                await asyncio.wait({coming, gone}, timeout=_BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    if fresh:  # a comment between two events shows whether anybody is there
                        await self._data(b": \n\n")
                    continue
                piece, coming = coming.result(), None
                if not piece:
                    return
                whole = piece.endswith(b"\n")
                lines = (piece[:-1] if whole else piece).replace(b"\n", b"\n\ndata: ")
                await self._data((b"data: " if fresh else b"") + lines + (b"\n\n" if whole else b""))
                fresh = whole
        finally:
            if coming:
                coming.cancel()

    async def _body(self) -> bytes | None:
        """The body; None where it is too long, after which the connection ends."""
        if self._http.they_are_waiting_for_100_continue:
            await self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
        body = bytearray()
        while True:
            event = await self._event()
            if isinstance(event, h11.EndOfMessage):
                return bytes(body)
            if not isinstance(event, h11.Data) or len(body) + len(event.data) > LINE_MAX:
                return None
            body += event.data

    async def _event(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._http.receive_data(await self._reader.read(_PIECE))

    async def _send(self, status: int, body: Mapping[str, Any] | None, *, close: bool = False) -> None:
        data = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        headers = [("content-type", "application/json"), ("content-length", str(len(data)))] if body is not None else []
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        await self._begin(status, [*headers, *([("connection", "close")] if close else [])])
        if data:
            await self._data(data)
        await self._write(self._http.send(h11.EndOfMessage()))

    async def _begin(self, status: int, headers: list[tuple[str, str]]) -> None:
        if self._origin:
            headers = [*headers, ("access-control-allow-origin", self._origin)]
            headers += [("access-control-allow-headers", "authorization, content-type"), ("access-control-allow-methods", "GET, POST")]
        await self._write(self._http.send(h11.Response(status_code=status, headers=[*_ALWAYS, *headers])))

    async def _data(self, data: bytes) -> None:
        await self._write(self._http.send(h11.Data(data=data)))

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            await self._writer.drain()


async def _once(line: bytes | None) -> list[dict[str, Any]]:
    """What a bridge says that is asked one thing and then hung up on."""
    relay = await Relay.open()
    try:
        if line is not None:
            relay.say(line)
        relay.no_more()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REQUEST_SECONDS):
                return [json.loads(said) for said in (await relay.rest()).splitlines()]
        return []
    finally:
        relay.close()

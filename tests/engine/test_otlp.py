"""The receiver on real sockets: both encodings, chunks and gzip are taken; browsers, strangers, giants and sluggards are not."""

import asyncio
import contextlib
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse

from statuswatch.engine import otlp
from statuswatch.engine.clock import SystemClock
from statuswatch.engine.otlp import Patience, Receiver
from statuswatch.sources.otlp import Facts

TOKEN = "word-of-this-user-only"
BODY = {
    "resourceLogs": [
        {
            "scopeLogs": [
                {
                    "logRecords": [
                        {"attributes": [{"key": "event.name", "value": {"stringValue": "api_error"}}, {"key": "model", "value": {"stringValue": "m"}}]}
                    ]
                }
            ]
        }
    ]
}
PLAIN = json.dumps(BODY).encode()
MESSAGE = ParseDict(BODY, ExportLogsServiceRequest()).SerializeToString()
JSON = {"content-type": "application/json"}
_HEAD = f"POST /{TOKEN} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
_UNFINISHED = f"{_HEAD}content-length: 9\r\n\r\n{{".encode()


class Running:
    def __init__(self, receiver: Receiver, taken: list[Facts]) -> None:
        self.receiver = receiver
        self.taken = taken

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.receiver.port}/{TOKEN}"

    async def raw(self, data: bytes, *, more: bytes = b"") -> bytes:
        """What comes back for these bytes, until the receiver hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.receiver.port)
        writer.write(data)
        await writer.drain()
        if more:
            writer.write(more)
        try:
            async with asyncio.timeout(30):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - a socket's end has no event of ours
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(patience: Patience | None = None, port: int = 0) -> AsyncIterator[Running]:
    taken: list[Facts] = []

    async def take(facts: tuple[Facts, ...]) -> None:
        taken.extend(facts)

    receiver = Receiver(port, TOKEN, take, SystemClock(), patience)
    task = asyncio.create_task(receiver.run())
    try:
        await until(lambda: receiver.port)
        yield Running(receiver, taken)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 7):
        yield data[start : start + 7]


@pytest.mark.parametrize("path", ["/v1/logs", "", "/", "/v1/logs?x=1"])
@pytest.mark.parametrize(
    ("packed", "name"), [(PLAIN, None), (gzip.compress(PLAIN), "gzip"), (zlib.compress(PLAIN), "deflate")], ids=["plain", "gzip", "deflate"]
)
@pytest.mark.parametrize("chunked", [False, True])
async def test_json_is_taken_however_it_is_sent(path: str, packed: bytes, name: str | None, chunked: bool) -> None:
    headers = {**JSON, **({"content-encoding": name} if name else {})}
    async with running() as here, httpx.AsyncClient() as client:
        answer = await client.post(here.base + path, content=chunks(packed) if chunked else packed, headers=headers)
        assert (answer.status_code, answer.json(), answer.headers["content-type"]) == (200, {}, "application/json")
        assert [facts["model"] for facts in here.taken] == ["m"]


async def test_protobuf_is_taken_and_answered_in_kind() -> None:
    headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
    async with running() as here, httpx.AsyncClient() as client:
        answer = await client.post(f"{here.base}/v1/logs", content=gzip.compress(MESSAGE), headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-protobuf")
        assert ExportLogsServiceResponse.FromString(answer.content) == ExportLogsServiceResponse()
        assert [facts["model"] for facts in here.taken] == ["m"]


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/metrics"])
@pytest.mark.parametrize("kind", ["application/json", "application/x-protobuf"])
async def test_what_is_not_needed_is_taken_without_a_complaint(path: str, kind: str) -> None:
    body = b'{"resourceMetrics":[]}' if kind.endswith("json") else b""
    async with running() as here, httpx.AsyncClient() as client:
        answer = await client.post(here.base + path, content=body, headers={"content-type": kind})
        assert answer.status_code == 200
        assert here.taken == []


async def test_one_connection_serves_many_exports() -> None:
    async with running() as here, httpx.AsyncClient() as client:
        for _ in range(50):
            assert (await client.post(here.base, content=PLAIN, headers=JSON)).status_code == 200
        assert len(here.taken) == 50


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"headers": {**JSON, "origin": "https://evil.example"}}, 403),
        ({"headers": {**JSON, "origin": "null"}}, 403),
        ({"headers": {**JSON, "sec-fetch-site": "cross-site"}}, 403),
        ({"headers": {**JSON, "host": "evil.example"}}, 403),
        ({"headers": {**JSON, "host": "127.0.0.1.evil.example:14318"}}, 403),
        ({"headers": {**JSON, "host": "127.0.0.1:1"}}, 403),
        ({"path": "/other-word-of-somebody/v1/logs"}, 404),
        ({"path": ""}, 404),
        ({"path": f"/{TOKEN}/v1/profiles"}, 404),
        ({"path": f"/{TOKEN}/../v1/logs"}, 404),
        ({"method": "GET"}, 405),
        ({"method": "OPTIONS"}, 405),
        ({"headers": {"content-type": "text/plain"}}, 415),
        ({"headers": {**JSON, "content-encoding": "br"}}, 415),
        ({"content": b"no JSON"}, 400),
        ({"headers": {**JSON, "content-encoding": "gzip"}}, 400),
        ({"headers": {**JSON, "content-encoding": "gzip"}, "content": gzip.compress(PLAIN)[:-9]}, 400),
        ({"headers": {"content-type": "application/x-protobuf"}, "content": b"\xff\xff\xff", "path": f"/{TOKEN}/v1/logs"}, 400),
        ({"headers": {"content-type": "application/x-protobuf"}, "content": MESSAGE, "path": f"/{TOKEN}"}, 400),
        ({"content": b"x" * (otlp.BODY_MAX + 1)}, 413),
    ],
    ids=[
        "an origin",
        "an opaque origin",
        "a page",
        "another host",
        "a host that looks like it",
        "another port",
        "another word",
        "no word",
        "another signal",
        "a path that climbs",
        "GET",
        "OPTIONS",
        "plain text",
        "another encoding",
        "no JSON",
        "no gzip",
        "gzip cut short",
        "no protobuf",
        "protobuf of no signal",
        "a giant",
    ],
)
async def test_what_may_not_come_in_is_refused_and_nothing_is_taken(change: dict[str, Any], status: int) -> None:
    asked = {"method": "POST", "path": f"/{TOKEN}/v1/logs", "headers": JSON, "content": PLAIN, **change}
    async with running() as here, httpx.AsyncClient() as client:
        url = httpx.URL(f"http://127.0.0.1:{here.receiver.port}").copy_with(raw_path=asked["path"].encode() or b"/")
        try:
            answer = await client.request(asked["method"], url, headers=asked["headers"], content=asked["content"])
        except httpx.TransportError:  # hung up on while it still sent: only where too much was coming
            assert status == 413
        else:
            assert (answer.status_code, answer.headers["connection"]) == (status, "close")
        assert here.taken == []


async def test_a_refusal_of_protobuf_is_a_status_message() -> None:
    async with running() as here, httpx.AsyncClient() as client:
        answer = await client.post(f"{here.base}/v1/logs", content=b"\xff\xff\xff", headers={"content-type": "application/x-protobuf"})
        assert answer.content == b"\x12" + bytes([len(answer.content) - 2]) + answer.content[2:]
        assert b"not what its headers say" in answer.content


async def test_a_body_that_grows_beyond_all_bounds_when_unpacked_is_refused() -> None:
    bomb = gzip.compress(b" " * (otlp.PLAIN_MAX + 2))
    async with running() as here, httpx.AsyncClient() as client:
        assert (await client.post(here.base, content=bomb, headers={**JSON, "content-encoding": "gzip"})).status_code == 400


async def test_a_chunked_body_without_an_end_is_cut_off() -> None:
    head = f"{_HEAD}transfer-encoding: chunked\r\n\r\n".encode()
    async with running() as here:
        said = await here.raw(head, more=(b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n") * 70)
        assert not said or b" 413 " in said
        assert here.receiver._under_way == 0


async def test_all_bodies_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "TOGETHER_MAX", 1000)
    async with running() as here, httpx.AsyncClient() as client:
        answer = await client.post(here.base, content=b" " * 1001, headers=JSON)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert (await client.post(here.base, content=PLAIN, headers=JSON)).status_code == 200


@pytest.mark.parametrize("sent", [b"", b"POST /", _UNFINISHED], ids=["nothing", "a part of a line", "a part of a body"])
async def test_who_is_too_slow_is_hung_up_on(sent: bytes) -> None:
    async with running(Patience(idle=0.2, request=0.2)) as here:
        said = await here.raw(sent)
        assert (b" 408 " in said) is (b"content-length" in sent)
        await until(lambda: here.receiver._connections == 0)


@pytest.mark.parametrize(
    "sent",
    [b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", b"x" * 40_000, b"\x16\x03\x01\x02\x00"],
    ids=["control characters", "another version", "no host", "no end", "TLS"],
)
async def test_what_is_no_request_ends_its_connection_and_nothing_else(sent: bytes) -> None:
    async with running(Patience(idle=0.5)) as here, httpx.AsyncClient() as client:
        assert b" 200 " not in await here.raw(sent)
        assert (await client.post(here.base, content=PLAIN, headers=JSON)).status_code == 200


async def test_who_asks_first_whether_to_send_is_told_to() -> None:
    head = f"{_HEAD}content-length: {len(PLAIN)}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n"
    async with running() as here:
        said = await here.raw(head.encode(), more=PLAIN)
        assert said.startswith(b"HTTP/1.1 100 ")
        assert b"HTTP/1.1 200 " in said


async def test_more_connections_than_anybody_needs_are_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "CONNECTIONS_MAX", 2)
    async with running() as here:
        open_ones = [await asyncio.open_connection("127.0.0.1", here.receiver.port) for _ in range(2)]
        await until(lambda: here.receiver._connections == 2)
        assert await here.raw(b"") == b""
        for _, writer in open_ones:
            writer.close()


async def test_a_port_that_is_taken_is_said_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "_RETRY_S", 0.05)
    held = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = held.sockets[0].getsockname()[1]
    receiver = Receiver(port, TOKEN, lambda _: asyncio.sleep(0), SystemClock())
    task = asyncio.create_task(receiver.run())
    await until(lambda: receiver.note)
    assert str(port) in receiver.note
    assert "[otlp] port" in receiver.note
    held.close()
    await held.wait_closed()
    await until(lambda: receiver.port == port)
    assert receiver.note == ""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

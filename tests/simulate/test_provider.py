"""The provider that fails as it is told to, over real HTTP, read by the same classifier that reads real failures."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.health import Fault
from statuswatch.simulate.provider import ANY, STREAMLESS, Provider, Served, failures
from statuswatch.sources.apierror import diagnose
from statuswatch.sources.response import Response
from support.clocks import JumpClock

PATHS = {
    "messages": "/v1/messages",
    "chat-completions": "/v1/chat/completions",
    "responses": "/v1/responses",
    "generate-content": "/v1beta/models/gemini-2.5-pro:generateContent",
}
PROVIDERS = {"messages": "anthropic", "chat-completions": "openai", "responses": "openai", "generate-content": "google-gemini"}
FAULTS = {
    "overloaded": Fault.PROVIDER,
    "quota": Fault.QUOTA,
    "auth": Fault.AUTH,
    "credit": Fault.BILLING,
    "server_error": Fault.PROVIDER,
    "bad_gateway": Fault.PROVIDER,
    "overloaded_stream": Fault.PROVIDER,
}


class Running:
    """A provider, what it said that it served, and a client."""

    def __init__(self, provider: Provider, client: httpx.AsyncClient, served: list[Served]) -> None:
        self.provider, self.client, self.served = provider, client, served

    async def ask(self, shape: str, *, stream: bool = False) -> httpx.Response:
        path = PATHS[shape]
        if stream and shape == "generate-content":
            path = path.replace("generateContent", "streamGenerateContent") + "?alt=sse"
        return await self.client.post(self.provider.url + path, json={"model": "some-model", "stream": stream})


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    served: list[Served] = []
    clock = JumpClock(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    async with Provider(clock, heard=served.append) as provider, httpx.AsyncClient(trust_env=False, timeout=10) as client:
        yield Running(provider, client, served)


def events(body: str) -> list[object]:
    """The data of a stream's events; the word that ends some streams stays a word."""
    data = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith(("data: ", "{"))]
    return [json.loads(item) if item.startswith("{") else item for item in data]


def test_every_failure_is_known_for_every_shape_or_for_any() -> None:
    assert set(failures()) == set(FAULTS)
    assert all(set(rows) in ({ANY}, set(PATHS)) for rows in failures().values())
    assert STREAMLESS in failures()


@pytest.mark.parametrize("shape", PATHS)
@pytest.mark.parametrize("failure", FAULTS)
async def test_each_failure_is_read_as_what_it_is_meant_to_be(running: Running, shape: str, failure: str) -> None:
    running.provider.failure = failure
    answer = await running.ask(shape, stream=failure == "overloaded_stream")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    found = diagnose(Response(answer.status_code, headers, answer.text, provider=PROVIDERS[shape]), builtin_signatures())

    assert found.fault is FAULTS[failure], found
    assert running.served[-1].failure == failure
    assert running.served[-1].status == answer.status_code


@pytest.mark.parametrize("shape", PATHS)
async def test_a_stream_that_breaks_off_begins_as_a_whole_one_does(running: Running, shape: str) -> None:
    whole = events((await running.ask(shape, stream=True)).text)
    running.provider.failure = "overloaded_stream"
    broken = events((await running.ask(shape, stream=True)).text)

    def kinds(items: list[object]) -> list[object]:
        return [item.get("type", sorted(item)) if isinstance(item, dict) else item for item in items]

    assert 1 < len(broken) <= len(whole)
    assert kinds(broken)[:-1] == kinds(whole)[: len(broken) - 1]
    assert "error" in json.dumps(broken[-1])


async def test_a_call_that_asked_for_no_stream_is_refused_in_one_piece(running: Running) -> None:
    running.provider.failure = "overloaded_stream"
    answer = await running.ask("messages")
    assert (answer.status_code, answer.json()["error"]["type"]) == (529, "overloaded_error")


async def test_it_is_well_again_after_so_many_failures(running: Running) -> None:
    running.provider.failure, running.provider.times = "server_error", 2
    assert [(await running.ask("responses")).status_code for _ in range(4)] == [500, 500, 200, 200]
    assert [served.failure for served in running.served] == ["server_error", "server_error", None, None]


async def test_what_clients_ask_beside_calls_is_answered_while_calls_fail(running: Running) -> None:
    running.provider.failure = "overloaded"
    url = running.provider.url
    assert (await running.client.head(url)).status_code == 200
    assert (await running.client.get(f"{url}/v1/models")).json()["data"] == []
    assert (await running.client.post(f"{url}/v1/messages/count_tokens", json={})).json()["input_tokens"] > 0
    assert (await running.client.get(f"{url}/elsewhere")).status_code == 404
    assert {served.failure for served in running.served} == {None}


async def test_a_socket_is_not_spoken_so_that_clients_ask_over_http(running: Running) -> None:
    answer = await running.client.get(f"{running.provider.url}/v1/responses", headers={"connection": "upgrade", "upgrade": "websocket"})
    assert answer.status_code == 426


async def test_a_body_in_chunks_is_read(running: Running) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"model": "in-', b'pieces", "stream": false}'):
            yield piece

    answer = await running.client.post(f"{running.provider.url}/v1/messages", content=pieces())
    assert answer.json()["model"] == "in-pieces"


@pytest.mark.parametrize("sent", [b"x\r\n", b"-1\r\n", b"fffffff\r\n", b"5\r\nab"])
async def test_chunks_that_are_none_are_refused(running: Running, sent: bytes) -> None:
    host, _, port = running.provider.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n" + sent)
    writer.write_eof()
    assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 400 ")
    writer.close()
    await writer.wait_closed()

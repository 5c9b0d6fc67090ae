"""A stream is what its last event makes it: a client that has had that one need not wait for the end of the message."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.catalog.signatures import load_signatures
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.observation import Call, Outcome
from statuswatch.gateway.server import Gateway
from statuswatch.gateway.tail import Tail
from statuswatch.gateway.tap import Tap
from statuswatch.sources.clients.diagnose import SignatureDiagnose
from support.gatewaykit import GENEROUS, Caller, Server, calling, gateway_to, read_body, read_head, request, until

NOW = datetime(2025, 12, 14, 21, 40, tzinfo=UTC)
KNOWN = Knowledge({"anthropic": ProviderFacts("anthropic", "Anthropic", families=("claude",), api_hosts=("api.anthropic.com",))})
SIGNATURES, _ = load_signatures(Path("/nonexistent"))
ASK = b'{"model":"claude-opus-4-5","stream":true,"messages":[]}'
DELTA = b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"%s"}}\n\n'
ERROR = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
LONG = json.dumps({"type": "response.completed", "response": {"status": "completed", "instructions": "x" * 60_000}}).encode()
ENDS = {
    "anthropic": (b'event: message_stop\ndata: {"type":"message_stop"}\n\n',),
    "responses": (b'event: response.completed\ndata: {"type":"response.completed","response":{}}\n\n',),
    "responses, cut short": (b'event: response.incomplete\ndata: {"response":{},"type":"response.incomplete"}\n\n',),
    "responses, long": (b"event: response.completed\ndata: " + LONG + b"\n\n",),
    "responses, long, in pieces": tuple((b"event: response.completed\ndata: " + LONG + b"\n\n")[at : at + 4000] for at in range(0, 60_200, 4000)),
    "chat": (b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',),
    "chat, done": (b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":null}]}\n\n', b"data: [DONE]\n\n"),
    "gemini": (b'data: {"candidates": [{"content": {}, "finishReason": "STOP"}]}\r\n\r\n',),
}
NO_ENDS = {
    "words": (DELTA % b"all well",),
    "words about ends": (DELTA % b'event: message_stop\\ndata: [DONE] \\"finish_reason\\":\\"stop\\" response.completed',),
    "a name without its data": (b"event: response.completed\n",),
    "not yet": (b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":null}]}\n\n',),
    "a pause": (b": ping\n\n",),
}
ERRORS = {
    "anthropic": (ERROR,),
    "done": (b'data: {"error":{"message":"engine died","code":500,"type":"server_error"}}\n\n', b"data: [DONE]\n\n"),
    "finish": (b'data: {"error":{"code":502,"message":"Provider disconnected"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}\n\n',),
}


def heard_by(calls: list[Call]) -> Tap:
    def report(call: Call) -> Awaitable[None] | None:
        calls.append(call)
        return None

    return Tap(report, lambda *_: None, SignatureDiagnose(SIGNATURES, KNOWN), lambda: NOW, {"anthropic": Surface.API})


class Streaming(Server):
    """Sends events, each as a chunk, and no end of the message: then it waits for the caller to leave, or hangs up."""

    def __init__(self, *events: bytes, fields: bytes = b"", waits: bool = True) -> None:
        super().__init__(self._stream)
        self._events = events
        self._fields = fields
        self._waits = waits

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        await read_body(reader, head)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n%sTransfer-Encoding: chunked\r\n\r\n" % self._fields)
        for event in self._events:
            writer.write(b"%x\r\n%s\r\n" % (len(event), event))
            await writer.drain()
        if self._waits:
            await reader.read()


@asynccontextmanager
async def before(server: Server, calls: list[Call]) -> AsyncIterator[Gateway]:
    async with gateway_to({"anthropic": f"http://127.0.0.1:{server.port}"}, knowledge=KNOWN, watch=heard_by(calls).watch) as gateway:
        yield gateway


async def all_of(caller: Caller, event: bytes) -> None:
    async with asyncio.timeout(GENEROUS):
        await caller.reader.readuntil(event)


async def left_after(*events: bytes, fields: bytes = b"", name: str = "anthropic") -> list[Call]:
    """What was told of a stream whose caller left when it had the last of these events; behind it a call that worked."""
    calls: list[Call] = []
    async with Streaming(DELTA % b"hello", *events, fields=fields) as server, before(server, calls) as gateway:
        async with calling(gateway.port) as caller:
            await caller.send(request(gateway.port, body=ASK, name=name))
            await caller.head()
            await all_of(caller, events[-1])
        await until(lambda: server.ended == 1 and gateway.callers == 0)
        server._events = ENDS["anthropic"]
        async with calling(gateway.port) as caller:
            await caller.send(request(gateway.port, body=ASK.replace(b"opus", b"haiku"), name="anthropic"))
            await caller.head()
            await all_of(caller, ENDS["anthropic"][0])
        await until(lambda: any(call.model == "claude-haiku-4.5" for call in calls))
    return [call for call in calls if call.model != "claude-haiku-4.5"]


@pytest.mark.parametrize("kind", sorted(ENDS))
async def test_a_caller_that_leaves_after_the_last_event_had_its_answer(kind: str) -> None:
    assert [call.outcome for call in await left_after(*ENDS[kind])] == [Outcome.OK]


async def test_it_had_it_where_errors_get_a_sentence_too() -> None:
    assert [call.outcome for call in await left_after(*ENDS["anthropic"], name="anthropic;annotate")] == [Outcome.OK]


@pytest.mark.parametrize("kind", sorted(NO_ENDS))
async def test_one_that_leaves_before_it_says_nothing(kind: str) -> None:
    assert await left_after(*NO_ENDS[kind]) == []


@pytest.mark.parametrize("kind", sorted(ERRORS))
async def test_one_that_leaves_after_an_error_was_failed(kind: str) -> None:
    assert [call.outcome for call in await left_after(*ERRORS[kind])] == [Outcome.FAILED]


async def test_what_is_compressed_is_not_guessed_at() -> None:
    assert await left_after(gzip.compress(b"".join(ENDS["anthropic"])), fields=b"Content-Encoding: gzip\r\n") == []


@pytest.mark.parametrize(("events", "outcome"), [(ENDS["anthropic"], Outcome.OK), (NO_ENDS["words"], Outcome.FAILED), ((ERROR,), Outcome.FAILED)])
async def test_a_connection_that_breaks_behind_the_last_event_takes_nothing_away(events: tuple[bytes, ...], outcome: Outcome) -> None:
    calls: list[Call] = []
    async with Streaming(DELTA % b"hello", *events, waits=False) as server, before(server, calls) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, body=ASK, name="anthropic"))
        await caller.rest()
        await until(lambda: len(calls) == 1)
        assert calls[0].outcome is outcome


@given(st.sampled_from(sorted(ENDS)), st.integers(1, 9000), st.integers(0, 12))
def test_the_last_event_is_seen_however_it_is_cut_up(kind: str, size: int, before_it: int) -> None:
    data = DELTA % b"words" * before_it + b"".join(ENDS[kind])
    size = max(size, len(data) // 8 + 1)  # as many pieces as are kept at the least
    tail = Tail(0.0)
    for at in range(0, len(data), size):
        tail.add(data[at : at + size], 0)

    assert tail.ended
    assert not tail.error()


@given(st.lists(st.binary(max_size=3000), max_size=12), st.integers(0, 100))
def test_no_bytes_are_too_odd_for_it(pieces: list[bytes], head: int) -> None:
    tail = Tail(0.0)
    for piece in pieces:
        tail.add(memoryview(piece), head)
        tail.add(piece, 0)

    assert tail.ended in (True, False)
    assert isinstance(tail.error(), str)

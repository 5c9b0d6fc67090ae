"""The vendors' own SDKs through the gateway: the same answers as straight, and in an error of theirs the sentence."""

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import anthropic
import openai
import pytest

from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.observation import Diagnosis
from statuswatch.gateway.saying import Outlook
from statuswatch.gateway.tap import Tap
from support.gatewaykit import Server, gateway_to, read_body, read_head

SENTENCE = "statuswatch: It's them. Anthropic is failing for Claude Opus 4.5. Works now: Claude Haiku 4.5."
MODEL = "claude-opus-4-5"
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": MODEL,
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "content": [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "ü"}}],
    "usage": {"input_tokens": 1, "output_tokens": 2},
}
COMPLETION = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-5",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
STREAM = (
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": f"word {number} "}} for number in range(40)),
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 40}},
    {"type": "message_stop"},
)


class Nobody:
    """Diagnoses nothing: this is about the bytes."""

    def response(self, **_facts: Any) -> Any:
        return Diagnosis(Fault.UNKNOWN, Confidence.LOW, "unrecognised")

    transport = response


async def provider(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers as the APIs do: by the path, by `stream`, and with an error where the model's name asks for one."""
    while head := await read_head(reader):
        asked = json.loads(await read_body(reader, head) or b"{}")
        if asked["model"].endswith("overloaded"):
            writer.write(plain(529, OVERLOADED))
        elif asked["model"].endswith("midway"):
            await events(writer, (*STREAM[:5], OVERLOADED))
        elif asked.get("stream"):
            await events(writer, STREAM)
        else:
            writer.write(plain(200, COMPLETION if b"/chat/" in head else MESSAGE))


def plain(status: int, value: Any) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nrequest-id: req_1\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


async def events(writer: asyncio.StreamWriter, values: Iterable[Any]) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    for value in values:
        event = f"event: {value['type']}\ndata: {json.dumps(value)}\n\n".encode()
        writer.write(b"%x\r\n%s\r\n" % (len(event), event))
        await writer.drain()
        await asyncio.sleep(0)
    writer.write(b"0\r\n\r\n")


async def claude(base: str, model: str = MODEL, **more: Any) -> Any:
    async with anthropic.AsyncAnthropic(base_url=base, api_key="sk-none", max_retries=0) as client:
        asked: Any = {"model": model, "max_tokens": 10, "messages": [{"role": "user", "content": "x" * 300_000}], **more}
        if more.get("stream"):
            return [event.to_dict() async for event in await client.messages.create(**asked)]
        return (await client.messages.create(**asked)).to_dict()


async def gpt(base: str) -> Any:
    async with openai.AsyncOpenAI(base_url=f"{base}/v1", api_key="sk-none", max_retries=0) as client:
        return (await client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "hi"}])).to_dict()


def saying() -> Tap:
    outlook = Outlook(Fault.PROVIDER, Confidence.HIGH, Health.DOWN, link="https://status.claude.com", sentence=SENTENCE)
    return Tap(lambda _call: None, lambda *_: outlook, Nobody(), lambda: datetime(2025, 12, 14, tzinfo=UTC), {}, annotate=True)


async def test_answers_streams_and_tool_uses_are_the_same_as_straight() -> None:
    async with Server(provider) as server:
        there = f"http://127.0.0.1:{server.port}"
        async with gateway_to({"anthropic": there}, watch=saying().watch) as gateway:
            through = gateway.address("anthropic") or ""
            for ask in (claude, gpt):
                assert await ask(through) == await ask(there)
            assert await claude(through, stream=True) == await claude(there, stream=True)
            both = await asyncio.gather(*(claude(through, stream=index % 2 == 0) for index in range(16)))
            assert [len(one) for one in both[::2]] == [len(STREAM)] * 8


@pytest.mark.parametrize(("model", "stream"), [("overloaded", False), ("overloaded", True), ("midway", True)])
async def test_the_sdks_own_error_says_what_statuswatch_knows(model: str, stream: bool) -> None:
    async with Server(provider) as server, gateway_to({"anthropic": f"http://127.0.0.1:{server.port}"}, knowledge=_known(), watch=saying().watch) as gateway:
        with pytest.raises(anthropic.APIStatusError) as raised:
            await claude(gateway.address("anthropic") or "", model, stream=stream)

        assert f"Overloaded. {SENTENCE}" in str(raised.value)
        if model == "overloaded":
            assert raised.value.status_code == 529
            assert raised.value.response.headers["link"] == '<https://status.claude.com>; rel="status"'
            assert raised.value.response.headers["statuswatch-verdict"] == "provider;confidence=high;health=down"


def _known() -> Knowledge:
    return Knowledge({"anthropic": ProviderFacts("anthropic", "Anthropic", api_hosts=("api.anthropic.com",))})

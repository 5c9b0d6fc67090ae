"""A model API whose answers go by the model that is asked for, and which keeps every request byte for byte: what a client gets straight and through a gateway.

It speaks Anthropic's Messages, OpenAI's Chat Completions and Responses and Gemini's generateContent, as far as SDKs and coding clients ask for them. The last
word of a model's name is what happens: `tools`, `overloaded`, `midway`, `slow`, `dropped`; any other: a plain answer.
"""

import asyncio
import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from support.gatewaykit import Server, read_body, read_head

SLOW_S = 1.5
WORDS = tuple(f"word {number} ü" for number in range(40))
_TOOL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "ü"}}
_USAGE = {"input_tokens": 1, "output_tokens": 2}
_RANDOM = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# For one connection only (RFC 9110, section 7.6.1): a proxy leaves it out.
_HOP = re.compile(rb"\r\n(?:connection|keep-alive|proxy-connection):[^\r\n]*", re.IGNORECASE)


class ScriptedApi(Server):
    """The server. `heads` are the requests' heads without what is random or for one connection only, `bodies` the digests of their bodies."""

    def __init__(self) -> None:
        super().__init__(self._serve_one)
        self.heads: list[bytes] = []
        self.bodies: list[str] = []
        self.hold = asyncio.Event()
        self.begun = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def forget(self) -> None:
        """Forget all requests."""
        self.heads.clear()
        self.bodies.clear()

    def seen(self) -> list[tuple[bytes, str]]:
        """All requests in an order that does not depend on which came first."""
        return sorted(zip(self.heads, self.bodies, strict=True))

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            raw = await read_body(reader, head)
            self.heads.append(_RANDOM.sub(b"RANDOM", _HOP.sub(b"", head)))
            self.bodies.append(sha256(raw).hexdigest())
            asked = _asked(head, raw)
            if not await self._answer(writer, head, asked):
                return

    async def _answer(self, writer: asyncio.StreamWriter, head: bytes, asked: dict[str, Any]) -> bool:
        """Answer; False where the connection is to be dropped."""
        what = str(asked.get("model", "")).rpartition("-")[2]
        openai = b"/chat/" in head.split(b"\r\n", 1)[0]
        if what == "slow":
            await asyncio.sleep(SLOW_S)
        if what == "overloaded":
            writer.write(_whole(529, overloaded()))
        elif not asked.get("stream"):
            writer.write(_whole(200, _completion() if openai else _message(what)))
        else:
            return await self._stream(writer, what, list(_chunks() if openai else _events(what)))
        return True

    async def _stream(self, writer: asyncio.StreamWriter, what: str, rows: list[dict[str, Any]]) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        cut = what in {"midway", "dropped", "held"}
        for row in rows[:5] if cut else rows:
            _piece(writer, row)
            await writer.drain()
            await asyncio.sleep(0)
        self.begun.set()
        if what == "held":
            await self.hold.wait()
        if what in {"dropped", "held"}:
            writer.close()
            return False
        if what == "midway":
            _piece(writer, overloaded())
        elif "type" not in rows[0]:
            _raw(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        return True


def overloaded() -> dict[str, Any]:
    """The error that both vendors' SDKs read."""
    return {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


def _asked(head: bytes, raw: bytes) -> dict[str, Any]:
    body = raw
    if b"transfer-encoding: chunked" in head.lower():
        body, at = b"", 0
        while size := int(raw[at : (line := raw.index(b"\r\n", at))], 16):
            body += raw[line + 2 : line + 2 + size]
            at = line + 4 + size
    try:
        found = json.loads(body) if len(body) < 1 << 20 else {"model": body[:200].partition(b'"model":"')[2].partition(b'"')[0].decode() or "x-big"}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _whole(status: int, value: Any) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nrequest-id: req_1\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def _piece(writer: asyncio.StreamWriter, row: dict[str, Any]) -> None:
    name = f"event: {row['type']}\n" if "type" in row else ""
    _raw(writer, f"{name}data: {json.dumps(row)}\n\n".encode())


def _raw(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))


def _message(what: str) -> dict[str, Any]:
    content = [{"type": "text", "text": "Hi"}, *([_TOOL] if what == "tools" else [])]
    stop = "tool_use" if what == "tools" else "end_turn"
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": _USAGE,
    }


def _events(what: str) -> Iterable[dict[str, Any]]:
    yield {"type": "message_start", "message": {**_message(what), "content": [], "stop_reason": None}}
    if what == "tools":
        yield {"type": "content_block_start", "index": 0, "content_block": {**_TOOL, "input": {}}}
        for piece in ('{"at"', ': "ü', '"}'):
            yield {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": piece}}
    else:
        yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        for word in WORDS:
            yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 40}}
    yield {"type": "message_stop"}


def _completion() -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"at": "ü"}'}}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi", "tool_calls": [call]}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def _chunks() -> Iterable[dict[str, Any]]:
    for word in WORDS:
        choice = {"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}
        yield {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}

"""Answers as streams of events, one piece an event: what each API sends where a call asked for a stream, whole or broken off by a failure.

Shapes: platform.claude.com/docs/en/build-with-claude/streaming, platform.openai.com/docs/api-reference/{chat-streaming,responses-streaming},
ai.google.dev/api/generate-content (server-sent events with `alt=sse`).
"""

import json
from collections.abc import Mapping
from typing import Any

SAID = "This is a simulated answer."


def event(data: Mapping[str, Any] | str, name: str | None = None) -> bytes:
    """One server-sent event; an object is sent as JSON."""
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def message(model: str, name: str, _at: int) -> tuple[bytes, ...]:
    """Anthropic's Messages. Its first two pieces are the start, which a failure in mid-stream follows."""
    usage = {"input_tokens": 12, "output_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    begun: dict[str, Any] = {
        "id": f"msg_{name}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }
    parts: tuple[dict[str, Any], ...] = (
        {"type": "message_start", "message": {**begun, "usage": usage}},
        {"type": "ping"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": SAID}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 6}},
        {"type": "message_stop"},
    )
    return tuple(event(part, part["type"]) for part in parts)


def completion(model: str, name: str, at: int) -> tuple[bytes, ...]:
    """OpenAI's Chat Completions."""
    head = {"id": f"chatcmpl-{name}", "object": "chat.completion.chunk", "created": at, "model": model}
    deltas: tuple[tuple[dict[str, Any], str | None], ...] = (({"role": "assistant", "content": ""}, None), ({"content": SAID}, None), ({}, "stop"))
    chunks = [event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}) for delta, reason in deltas]
    usage = {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18}
    return (*chunks, event({**head, "choices": [], "usage": usage}), event("[DONE]"))


def response(model: str, name: str, at: int) -> tuple[bytes, ...]:
    """OpenAI's Responses."""
    said = {"type": "output_text", "text": SAID, "annotations": []}
    item = {"type": "message", "id": f"msg_{name}", "status": "completed", "role": "assistant", "content": [said]}
    where = {"item_id": f"msg_{name}", "output_index": 0, "content_index": 0}
    begun: dict[str, Any] = {"id": f"resp_{name}", "object": "response", "created_at": at, "status": "in_progress", "error": None, "model": model, "output": []}
    usage = {
        "input_tokens": 12,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 6,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 18,
    }
    parts: tuple[dict[str, Any], ...] = (
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "status": "in_progress", "content": []}},
        {"type": "response.content_part.added", **where, "part": {**said, "text": ""}},
        {"type": "response.output_text.delta", **where, "delta": SAID},
        {"type": "response.output_text.done", **where, "text": SAID},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {**begun, "status": "completed", "output": [item], "usage": usage}},
    )
    return tuple(event({**part, "sequence_number": number}, part["type"]) for number, part in enumerate(parts))


def generated(model: str, name: str, _at: int) -> tuple[bytes, ...]:
    """Gemini's streamGenerateContent."""
    usage = {"promptTokenCount": 12, "candidatesTokenCount": 6, "totalTokenCount": 18}
    about = {"usageMetadata": usage, "modelVersion": model, "responseId": name}
    begun = {"candidates": [{"content": {"parts": [{"text": SAID}], "role": "model"}, "index": 0}], **about}
    ended = {"candidates": [{"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "STOP", "index": 0}], **about}
    return (event(begun), event(ended))

"""What the simulated model API answers: Anthropic's Messages, OpenAI's Chat Completions and Responses; success or the fault of the script.

Shapes: docs.claude.com/en/api/errors and the recorded 529 of an SDK's issue thread; platform.openai.com/docs/api-reference.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from statuswatch.simulate.script import Script, ScriptFault, api_at

_SAID = "This is a simulated answer."


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (beyond the content type) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one endpoint speaks. `request_header` is where its vendor puts the request's id; `headers` are what it adds to a failure."""

    api: str
    request_header: str
    headers: Mapping[str, str]
    success: Callable[[str, str, int], dict[str, Any]]
    failure: Callable[[str, str, str], dict[str, Any]]


def _message(model: str, name: str, _at: int) -> dict[str, Any]:
    return {
        "id": f"msg_{name}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": _SAID}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 6, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
    }


def _completion(model: str, name: str, at: int) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": _SAID}, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18}
    return {"id": f"chatcmpl-{name}", "object": "chat.completion", "created": at, "model": model, "choices": [choice], "usage": usage}


def _response(model: str, name: str, at: int) -> dict[str, Any]:
    said = {"type": "output_text", "text": _SAID, "annotations": []}
    output = [{"type": "message", "id": f"msg_{name}", "status": "completed", "role": "assistant", "content": [said]}]
    usage = {"input_tokens": 12, "output_tokens": 6, "total_tokens": 18}
    return {
        "id": f"resp_{name}",
        "object": "response",
        "created_at": at,
        "status": "completed",
        "error": None,
        "model": model,
        "output": output,
        "usage": usage,
    }


def _anthropic_error(kind: str, message: str, request: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": request}


def _openai_error(kind: str, message: str, _request: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


_SHAPES = {
    "/v1/messages": _Shape("messages", "request-id", {"x-should-retry": "true"}, _message, _anthropic_error),
    "/v1/chat/completions": _Shape("chat-completions", "x-request-id", {}, _completion, _openai_error),
    "/v1/responses": _Shape("responses", "x-request-id", {}, _response, _openai_error),
}
PATHS: Mapping[str, str] = {shape.api: path for path, shape in _SHAPES.items()}
"""Wire shape to the path of its endpoint."""
USUAL_API = "chat-completions"
"""What a provider speaks that the script knows nothing about."""


def answer_at(script: Script, provider: str | None, path: str, body: bytes, at: datetime, count: int) -> Answer:
    """The answer to one call that came at `at`. `provider` None: the script's first one that speaks the endpoint's shape. `count` makes ids unlike."""
    shape = _SHAPES.get(path)
    if shape is None:
        return Answer(404, {}, _bytes(_openai_error("not_found_error", "there is no such endpoint", "")))
    name = f"sim{at:%Y%m%d%H%M%S}{count:06d}"
    request = f"req_{name}"
    headers = {shape.request_header: request}
    model = _model_in(body)
    if model is None:
        return Answer(400, headers, _bytes(shape.failure("invalid_request_error", "model: expected a string", request)))
    spoken = provider or next((party.id for party in script.providers if party.api == shape.api), "")
    fault: ScriptFault | None = api_at(script, spoken, model, at)
    if fault is None:
        return Answer(200, headers, _bytes(shape.success(model, name, int(at.timestamp()))))
    return Answer(fault.status, headers | dict(shape.headers), _bytes(shape.failure(fault.type, fault.message, request)))


def _model_in(body: bytes) -> str | None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    model = data.get("model") if isinstance(data, dict) else None
    return model if isinstance(model, str) and model else None


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()

"""What the simulated model API answers: Anthropic's Messages, OpenAI's Chat Completions and Responses, Gemini's generateContent; success or a fault.

Shapes: docs.claude.com/en/api/errors and the recorded 529 of an SDK's issue thread; platform.openai.com/docs/api-reference; ai.google.dev/api.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from statuswatch.simulate import streams
from statuswatch.simulate.script import Script, ScriptFault, api_at
from statuswatch.simulate.streams import SAID


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (beyond the content type of JSON) and body. `pieces`: the events of a stream, sent one by one after the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    pieces: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """How one endpoint speaks. `request_header` is where its vendor puts the request's id; `headers` are what it adds to a failure.

    `streamed` are the events of an answer that was asked for as a stream; the first `begun` of them are sent before a stream breaks off.
    """

    api: str
    request_header: str
    headers: Mapping[str, str]
    success: Callable[[str, str, int], dict[str, Any]]
    streamed: Callable[[str, str, int], tuple[bytes, ...]]
    begun: int
    failure: Callable[[str, str, str], dict[str, Any]]


def _message(model: str, name: str, _at: int) -> dict[str, Any]:
    return {
        "id": f"msg_{name}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": SAID}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 6, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
    }


def _completion(model: str, name: str, at: int) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": SAID}, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18}
    return {"id": f"chatcmpl-{name}", "object": "chat.completion", "created": at, "model": model, "choices": [choice], "usage": usage}


def _response(model: str, name: str, at: int) -> dict[str, Any]:
    said = {"type": "output_text", "text": SAID, "annotations": []}
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


def _generated(model: str, name: str, _at: int) -> dict[str, Any]:
    candidate = {"content": {"parts": [{"text": SAID}], "role": "model"}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 12, "candidatesTokenCount": 6, "totalTokenCount": 18}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": name}


def _anthropic_error(kind: str, message: str, request: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": request}


def _openai_error(kind: str, message: str, _request: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


def _google_error(kind: str, message: str, _request: str) -> dict[str, Any]:
    return {"error": {"code": 400, "message": message, "status": kind.upper()}}


_SHAPES = {
    "/v1/messages": Shape("messages", "request-id", {"x-should-retry": "true"}, _message, streams.message, 2, _anthropic_error),
    "/v1/chat/completions": Shape("chat-completions", "x-request-id", {}, _completion, streams.completion, 1, _openai_error),
    "/v1/responses": Shape("responses", "x-request-id", {}, _response, streams.response, 2, _openai_error),
}
_GEMINI = Shape("generate-content", "x-request-id", {}, _generated, streams.generated, 1, _google_error)
_GEMINI_PATH = re.compile(r"/v1(?:beta|alpha)?/models/([^/:]+):(stream)?generateContent", re.IGNORECASE)
PATHS: Mapping[str, str] = {shape.api: path for path, shape in _SHAPES.items()}
"""Wire shape to the path of its endpoint, for those that name the model in the body."""
USUAL_API = "chat-completions"
"""What a provider speaks that the script knows nothing about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as its endpoint reads it. `model` None: it names none. `stream`: it wants events."""

    shape: Shape
    model: str | None
    stream: bool


def asked(path: str, body: bytes) -> Asked | None:
    """The call that came at `path`; None where no model is called there."""
    found = _GEMINI_PATH.fullmatch(path)
    if found:
        return Asked(_GEMINI, found[1], bool(found[2]))
    shape = _SHAPES.get(path)
    if shape is None:
        return None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    model = data.get("model") if isinstance(data, dict) else None
    return Asked(shape, model if isinstance(model, str) and model else None, isinstance(data, dict) and data.get("stream") is True)


def answered(call: Asked, model: str, name: str, at: datetime) -> Answer:
    """The success of a call; `name` makes its ids unlike others."""
    headers = {call.shape.request_header: f"req_{name}"}
    if call.stream:
        events = call.shape.streamed(model, name, int(at.timestamp()))
        return Answer(200, {**headers, "content-type": "text/event-stream"}, b"", events)
    return Answer(200, headers, as_json(call.shape.success(model, name, int(at.timestamp()))))


def answer_at(script: Script, provider: str | None, path: str, body: bytes, at: datetime, count: int) -> Answer:
    """The answer to one call that came at `at`. `provider` None: the script's first one that speaks the endpoint's shape. `count` makes ids unlike."""
    call = asked(path, body)
    if call is None:
        return Answer(404, {}, as_json(_openai_error("not_found_error", "there is no such endpoint", "")))
    shape = call.shape
    name = name_of(at, count)
    request = f"req_{name}"
    headers = {shape.request_header: request}
    if call.model is None:
        return Answer(400, headers, as_json(shape.failure("invalid_request_error", "model: expected a string", request)))
    spoken = provider or next((party.id for party in script.providers if party.api == shape.api), "")
    fault: ScriptFault | None = api_at(script, spoken, call.model, at)
    if fault is None:
        return answered(call, call.model, name, at)
    return Answer(fault.status, headers | dict(shape.headers), as_json(shape.failure(fault.type, fault.message, request)))


def name_of(at: datetime, count: int) -> str:
    """What the ids of one answer end with."""
    return f"sim{at:%Y%m%d%H%M%S}{count:06d}"


def as_json(document: Mapping[str, Any]) -> bytes:
    """A body."""
    return json.dumps(document, separators=(",", ":")).encode()

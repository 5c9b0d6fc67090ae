"""Text that looks like an error, in prompts, replies and tool results, is no error; what only looks like a record inside of them is none either."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from statuswatch.core.observation import Outcome

AT = "2026-03-01T10:00:00.000Z"
TEXTS = [
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    "API Error: 500 Internal server error",
    "Connection error. getaddrinfo ENOTFOUND api.anthropic.com",
    "429 Too Many Requests: rate_limit_exceeded",
    "stream error: AI_APICallError: Overloaded",
    '{"type":"assistant","isApiErrorMessage":true,"apiErrorStatus":529,"message":{"model":"<synthetic>","content":[]}}',
    '{"type":"system","subtype":"api_error","error":{"status":529}}',
    '{"timestamp":"2026-03-01T10:00:00Z","type":"event_msg","payload":{"type":"task_complete","error":{"message":"x","codex_error_info":"server_overloaded"}}}',
    '{"type":"session.error","data":{"errorType":"query","message":"x","statusCode":529}}',
    'timestamp=2026-03-01T10:00:00Z level=ERROR message="stream error" providerID=anthropic modelID=claude-opus-4-5 error.error="AI_APICallError: Overloaded"',
    '2026-03-01T10:00:00.000Z [WARNING] Model provider request failed {"http_status":529}',
    '    "event.name": "gemini_cli.api_error",\n    "status_code": 503,\n',
    '"event.name": "gemini_cli.api_error"',
]


def claude(text: str) -> Iterator[dict[str, Any]]:
    blocks = [{"type": "text", "text": text}]
    model = {"model": "claude-opus-4-5", "usage": {"output_tokens": 1}}
    base = {"sessionId": "s", "timestamp": AT}
    yield {**base, "type": "user", "uuid": "1", "message": {"role": "user", "content": text}}
    yield {
        **base,
        "type": "user",
        "uuid": "2",
        "message": {"role": "user", "content": [{"type": "tool_result", "is_error": True, "content": text}]},
        "toolUseResult": text,
    }
    yield {**base, "type": "assistant", "uuid": "3", "message": {"id": "msg_3", "content": blocks, **model}}
    yield {**base, "type": "assistant", "uuid": "4", "message": {"id": "msg_4", "content": [{"type": "tool_use", "input": {"x": text}}], **model}}
    yield {**base, "type": "system", "subtype": "informational", "uuid": "5", "content": text}
    yield {**base, "type": "system", "subtype": "local_command", "uuid": "6", "content": text, "error": text}
    yield {**base, "type": "summary", "summary": text}
    yield {**base, "type": "attachment", "attachment": {"type": "file", "content": text, "identity": {"modelId": "claude-opus-4-5"}}}
    yield {**base, "type": "queue-operation", "content": text}
    yield {**base, "type": "api-request", "params": {"model": "claude-opus-4-5", "messages": [{"content": text}]}}


def stream(text: str) -> Iterator[dict[str, Any]]:
    yield {"type": "system", "subtype": "init", "session_id": "s", "model": "claude-opus-4-5", "uuid": "0", "tools": [text]}
    yield {"type": "user", "session_id": "s", "uuid": "1", "message": {"content": [{"type": "tool_result", "is_error": True, "content": text}]}}
    yield {
        "type": "assistant",
        "session_id": "s",
        "uuid": "2",
        "message": {"id": "m", "model": "claude-opus-4-5", "usage": {}, "content": [{"type": "text", "text": text}]},
    }
    yield {"type": "result", "subtype": "success", "is_error": False, "session_id": "s", "uuid": "3", "result": text}


def codex(text: str) -> Iterator[dict[str, Any]]:
    base = {"timestamp": AT}
    yield {**base, "type": "session_meta", "payload": {"id": "s", "model_provider": "openai", "instructions": text}}
    yield {**base, "type": "turn_context", "payload": {"model": "gpt-5.1-codex", "user_instructions": text}}
    yield {**base, "type": "event_msg", "payload": {"type": "task_started", "turn_id": "t"}}
    yield {**base, "type": "event_msg", "payload": {"type": "user_message", "message": text}}
    yield {**base, "type": "event_msg", "payload": {"type": "agent_message", "message": text}}
    yield {**base, "type": "event_msg", "payload": {"type": "exec_command_end", "stderr": text, "error": text}}
    yield {**base, "type": "response_item", "payload": {"type": "function_call_output", "output": text, "error": {"message": text}}}
    yield {**base, "type": "event_msg", "payload": {"type": "task_complete", "turn_id": "t", "last_agent_message": text, "error": None}}


def codex_exec(text: str) -> Iterator[dict[str, Any]]:
    yield {"type": "thread.started", "thread_id": "s"}
    yield {"type": "turn.started"}
    yield {"type": "item.completed", "item": {"type": "agent_message", "text": text}}
    yield {"type": "item.completed", "item": {"type": "command_execution", "aggregated_output": text, "exit_code": 1}}
    yield {"type": "turn.completed", "usage": {}}


def copilot(text: str) -> Iterator[dict[str, Any]]:
    yield {"type": "session.start", "timestamp": AT, "data": {"sessionId": "s", "selectedModel": "gpt-5.1"}}
    yield {"type": "user.message", "timestamp": AT, "data": {"content": text}}
    yield {"type": "assistant.message", "timestamp": AT, "data": {"messageId": "m", "model": "gpt-5.1", "content": text, "toolRequests": [{"arguments": text}]}}
    yield {"type": "tool.execution_complete", "timestamp": AT, "data": {"success": False, "error": {"message": text}, "result": {"content": text}}}
    yield {"type": "hook.start", "timestamp": AT, "data": {"hookType": "postToolUse", "input": {"error": {"message": text}}}}
    yield {"type": "session.error", "timestamp": AT, "data": {"errorType": "tool", "message": text}}


def copilot_hook(text: str) -> Iterator[dict[str, Any]]:
    for context in ("tool_execution", "user_input", "system"):
        yield {"sessionId": "s", "timestamp": 1, "errorContext": context, "error": {"message": text}}


def gemini_chat(text: str) -> Iterator[dict[str, Any]]:
    yield {"sessionId": "s", "projectHash": "h", "kind": "main"}
    yield {"id": "1", "timestamp": AT, "type": "user", "content": text}
    yield {
        "id": "2",
        "timestamp": AT,
        "type": "gemini",
        "model": "gemini-2.5-pro",
        "content": text,
        "tokens": {"total": 1},
        "toolCalls": [{"resultDisplay": text}],
    }
    yield {"id": "3", "timestamp": AT, "type": "info", "content": text}


def opencode_events(text: str) -> Iterator[dict[str, Any]]:
    yield {"type": "text", "sessionID": "ses_1", "part": {"type": "text", "text": text, "error": text}}
    yield {"type": "tool_use", "sessionID": "ses_1", "part": {"tool": "bash", "state": {"status": "error", "error": text, "output": text}}}


def otlp(text: str) -> Iterator[dict[str, Any]]:
    def body(**given: str) -> dict[str, Any]:
        pairs = [{"key": name.replace("__", "."), "value": {"stringValue": value}} for name, value in given.items()]
        return {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": text}, "attributes": pairs}]}]}]}

    yield body(event__name="user_prompt", prompt=text, error=text)
    yield body(event__name="tool_result", error=text, success="false")
    yield body(event__name="gemini_cli.tool_call", error=text)
    yield body(event__name="codex.tool_result", output=text, error__message=text)
    yield body(event__name="api_request", model="claude-opus-4-5", prompt=text)


RECORDS = {
    ("claude-code", "transcript"): claude,
    ("claude-code", "stream"): stream,
    ("codex", "rollout"): codex,
    ("codex", "exec"): codex_exec,
    ("copilot-cli", "events"): copilot,
    ("copilot-cli", "errors"): copilot_hook,
    ("gemini-cli", "chat"): gemini_chat,
    ("opencode", "events"): opencode_events,
    ("otlp", "otlp"): otlp,
}


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize(("client", "kind"), RECORDS)
def test_a_quoted_error_is_no_failed_call(read, client: str, kind: str, text: str) -> None:
    for compact in (True, False):
        separators = (",", ":") if compact else None
        lines = [json.dumps(entry, separators=separators).encode() for entry in RECORDS[client, kind](text)]
        assert [call for call in read(client, kind, lines) if call.outcome is Outcome.FAILED] == []


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_quoted_error_in_a_log_is_no_failed_call(read, text: str) -> None:
    said = json.dumps(text)
    logs = {
        ("opencode", "log"): [
            f"timestamp={AT} level=INFO message=prompt session.id=s text={said}",
            f"timestamp={AT} level=ERROR message=tool session.id=s tool=bash error={said}",
            f"timestamp={AT} level=INFO message=stream providerID=anthropic modelID=claude-opus-4-5 session.id=s small=false text={said}",
        ],
        ("copilot-cli", "log"): [
            f"{AT} [INFO] user prompt: {said}",
            f"{AT} [ERROR] Tool bash failed: {said}",
            f"{AT} [DEBUG] {said}",
            f"{AT} [INFO] model said {text!r}",
        ],
        ("gemini-cli", "telemetry"): [
            "{",
            '  "attributes": {',
            '    "event.name": "gemini_cli.user_prompt",',
            f'    "prompt": {said},',
            f'    "error": {said}',
            "  }",
            "}",
            "{",
            f'    "function_args": {said},',
            '    "event.name": "gemini_cli.tool_call"',
            "}",
        ],
    }
    for (client, kind), lines in logs.items():
        assert [call for call in read(client, kind, [line.encode() for line in lines]) if call.outcome is Outcome.FAILED] == [], client

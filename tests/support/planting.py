"""Secrets and words of prompts in every field of every client's record: what must be found nowhere afterwards."""

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parents[1] / "sources" / "clients" / "samples"
MARK = "PLANTED"
# In the form that real secrets have, as an address, as a header, as words of a prompt.
SECRETS = [
    "sk-ant-api03-Zq9PLANTEDq0",
    "Bearer PLANTED0123456789",
    "https://user:PLANTED7@host.invalid/v1?key=PLANTED8",
    "please PLANTED refactor the payroll module for ACME Corp",
    "ghp_PLANTED16C7e42F292c6912E7710c838347Ae178B4a",
    "PLANTEDaGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldA1234567890",
]
FILES = {
    ("claude-code", "transcript"): "claude-transcript.jsonl",
    ("claude-code", "stream"): "claude-stream.jsonl",
    ("claude-code", "hooks"): "claude-hooks.jsonl",
    ("codex", "rollout"): "codex-rollout.jsonl",
    ("codex", "exec"): "codex-exec.jsonl",
    ("opencode", "log"): "opencode.log",
    ("opencode", "events"): "opencode-events.jsonl",
    ("copilot-cli", "events"): "copilot-events.jsonl",
    ("copilot-cli", "log"): "copilot-process.log",
    ("copilot-cli", "errors"): "copilot-hook.jsonl",
    ("gemini-cli", "telemetry"): "gemini-telemetry.log",
    ("gemini-cli", "chat"): "gemini-chat.jsonl",
    ("otlp", "otlp"): "otlp.jsonl",
}
_RECOGNISED = {"type", "subtype", "hook_event_name", "event.name", "hookType", "errorContext", "key", "level"}


def lines_of(client: str, kind: str) -> list[bytes]:
    """The lines of the sample of that client and kind."""
    return (SAMPLES / FILES[client, kind]).read_bytes().splitlines()


def planted_line(line: bytes, secret: str) -> bytes:
    """The line with `secret` in every field, those apart by which it is recognised."""
    try:
        record = json.loads(line)
    except ValueError:
        return _planted_text(line, secret)
    return json.dumps(planted(record, secret)).encode()


def planted(record: Any, secret: str) -> Any:
    """The record with `secret` in every string that is not one of the words by which it is recognised."""
    if isinstance(record, dict):
        return {key: value if key in _RECOGNISED or key.endswith("imestamp") else planted(value, secret) for key, value in record.items()}
    if isinstance(record, list):
        return [planted(value, secret) for value in record]
    return secret if isinstance(record, str) else record


def _planted_text(line: bytes, secret: str) -> bytes:
    """A log line with the secret as the value of each of its fields, the ones it is recognised by apart."""
    text = line.decode()
    for name in ("directory", "modelID", "providerID", "session.id", "error.error", "run", "error"):
        head, found, tail = text.partition(f"{name}=")
        if found:
            text = f"{head}{found}{json.dumps(secret)} {tail.partition(' ')[2]}"
    for name in ("model", "prompt_id", "session.id", "error", "error.message", "auth_type"):
        head, found, tail = text.partition(f'"{name}": ')
        if found:
            text = f"{head}{found}{json.dumps(secret)}{',' if tail.rstrip().endswith(',') else ''}"
    return text.encode()

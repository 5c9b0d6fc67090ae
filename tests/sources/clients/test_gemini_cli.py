"""Gemini CLI's telemetry and chat files, from hand-made records."""

import json
from datetime import UTC, datetime

import pytest

from statuswatch.core.health import Fault
from statuswatch.core.ids import Surface
from statuswatch.sources.clients import Origin
from statuswatch.sources.clients.gemini_cli import ChatReader
from statuswatch.sources.clients.places import Place

PRO = "gemini-2.5-pro"
SEEN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_telemetry_tells_answers_and_failures_and_not_what_was_stopped(read, rows) -> None:
    calls = read("gemini-cli", "telemetry", "gemini-telemetry.log")
    assert rows(calls) == [
        ("ok", PRO),
        ("failed", PRO, 503, "UNAVAILABLE", "provider", "final"),
        ("failed", PRO, None, "connection_failed", "unknown", "final"),
        ("failed", PRO, 500, None, "provider", "final"),
    ]
    assert [call.latency_ms for call in calls] == [812.0, 23.0, 5.0, None]
    assert [(call.provider, call.surface) for call in (calls[0], calls[3])] == [("google-gemini", Surface.API), ("google-gemini", Surface.CODE)]


def test_the_end_of_an_object_whose_start_was_not_seen_tells_nothing(read) -> None:
    lines = b'    "event.name": "gemini_cli.api_error",\n    "status_code": 503\n  }\n}'.split(b"\n")
    assert len(read("gemini-cli", "telemetry", [b"{", *lines])) == 1
    assert read("gemini-cli", "telemetry", [*lines[1:], b'    "event.name": ["x"],', b'    "error": {broken', b"}"]) == []


def test_a_key_inside_a_prompt_is_not_taken_for_one_of_the_event(read) -> None:
    prompt = json.dumps('\n    "event.name": "gemini_cli.api_error"\n}\n')
    lines = f'{{\n  "attributes": {{\n    "event.name": "gemini_cli.user_prompt",\n    "prompt": {prompt}\n  }}\n}}'.encode().split(b"\n")
    assert read("gemini-cli", "telemetry", lines) == []


def test_one_object_a_line_is_read_too(read) -> None:
    assert read("gemini-cli", "telemetry", [b'{"attributes":{"event.name":"gemini_cli.api_request"}}', b'{"attributes":["gemini_cli.api_error"]}']) == []


def test_chats_tell_answers_with_their_model_and_errors_where_a_version_writes_them(read, rows) -> None:
    assert rows(read("gemini-cli", "chat", "gemini-chat.jsonl")) == [("ok", PRO), ("failed", PRO, 503, "UNAVAILABLE", "provider", "final")]


def test_a_capacity_error_that_looks_like_a_quota_is_the_providers(read) -> None:
    body = json.dumps({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"reason": "MODEL_CAPACITY_EXHAUSTED"}]}})
    event = {"attributes": {"event.name": "gemini_cli.api_error", "model": PRO, "status_code": 429, "error": body, "auth_type": "vertex-ai"}}
    (call,) = read("gemini-cli", "telemetry", [json.dumps(event).encode()])
    assert (call.diagnosis.fault, call.provider, call.surface) == (Fault.PROVIDER, "google-cloud", Surface.CLOUD)


@pytest.mark.parametrize(("word", "credential"), [("gemini-api-key", "gemini-api-key"), ("oauth-personal", "oauth-personal"), ("AIzaSyFake0123", None)])
def test_the_kind_of_login_is_a_word_of_the_clients_and_nothing_else(reader, word: str, credential: str | None) -> None:
    event = {"attributes": {"event.name": "gemini_cli.api_error", "model": PRO, "status_code": 401, "error": "{}", "auth_type": word}}
    (call,) = reader("gemini-cli", "telemetry").feed(json.dumps(event).encode())
    assert call.credential == credential


def test_a_chat_speaks_of_the_place_that_the_clients_settings_name(diagnose) -> None:
    line = json.dumps({"id": "a", "timestamp": "2026-03-01T09:00:00Z", "type": "gemini", "tokens": {}, "model": PRO}).encode()
    for usual, surface in ((None, Surface.CODE), (Place("google-gemini", Surface.API), Surface.API)):
        (call,) = ChatReader(Origin("sample", diagnose, SEEN, usual)).feed(line)
        assert (call.provider, call.surface) == ("google-gemini", surface)

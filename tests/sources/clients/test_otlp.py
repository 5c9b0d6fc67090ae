"""OTLP bodies of three clients, from hand-made exports."""

import json

from statuswatch.core.ids import Surface


def test_one_reader_tells_the_calls_of_each_client(read, rows) -> None:
    calls = read("otlp", "otlp", "otlp.jsonl")
    assert rows(calls) == [
        ("ok", "claude-opus-4.5"),
        ("failed", "claude-opus-4.5", 529, None, "provider", "final"),
        ("failed", "claude-haiku-4.5", None, "connection_failed", "unknown", "final"),
        ("failed", "gpt-5.1-codex", 503, None, "provider", "retry"),
        ("ok", "gpt-5.1-codex"),
        ("failed", "gemini-2.5-pro", 429, "MODEL_CAPACITY_EXHAUSTED", "provider", "final"),
    ]
    assert [call.client for call in calls] == ["claude-code"] * 3 + ["codex"] * 2 + ["gemini-cli"]
    assert (calls[2].provider, calls[2].surface) == ("aws-bedrock", Surface.CLOUD)
    assert calls[3].request_id == "req_x4"
    assert calls[1].at.second == 2


def test_bodies_of_another_shape_are_empty(read) -> None:
    deep = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": [{"key": "event.name", "value": {"arrayValue": {}}}, {"key": 7}, 8]}]}]}]}
    for body in (deep, {"resourceLogs": {}}, {"resourceLogs": [1]}, {"body": {"resourceLogs": [{"scopeLogs": [{"logRecords": [None]}]}]}}):
        assert read("otlp", "otlp", [json.dumps(body).encode()]) == []
    assert read("otlp", "otlp", [b"{}", b'"resourceLogs"']) == []

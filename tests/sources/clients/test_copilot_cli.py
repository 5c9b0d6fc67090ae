"""Copilot CLI's events, process log and hook inputs, from hand-made records."""

import json

import pytest

from statuswatch.core.health import Fault

OPUS = "claude-opus-4.5"


def session_error(kind: str, message: str, **more: object) -> bytes:
    return json.dumps(
        {"type": "session.error", "id": "e", "timestamp": "2026-03-01T13:00:00Z", "data": {"errorType": kind, "message": message, **more}}
    ).encode()


def test_events_tell_attempts_answers_and_the_end(read, rows) -> None:
    calls = read("copilot-cli", "events", "copilot-events.jsonl")
    assert rows(calls) == [
        ("failed", OPUS, None, "overloaded_error", "provider", "retry"),
        ("ok", OPUS),
        ("failed", "gpt-5.1", 529, None, "provider", "final"),
        ("failed", "gpt-5.1", None, None, "auth", "final"),
    ]
    assert {call.project for call in calls} == {"engine"}
    assert calls[2].request_id == "req_p1"
    assert calls[0].turn == calls[1].turn != calls[2].turn


def test_an_attempt_has_one_key_in_the_events_and_in_the_hooks_own_file(read) -> None:
    events = read("copilot-cli", "events", "copilot-events.jsonl")
    hooks = read("copilot-cli", "errors", "copilot-hook.jsonl")
    assert events[0].key == hooks[0].key != hooks[1].key


def test_the_hook_tells_the_providers_body_and_whether_it_goes_on(read, rows) -> None:
    assert rows(read("copilot-cli", "errors", "copilot-hook.jsonl")) == [
        ("failed", "*", None, "overloaded_error", "provider", "retry"),
        ("failed", "*", None, "ENOTFOUND", "network", "final"),
    ]


def test_a_hook_without_a_time_is_told_apart_by_its_words(read) -> None:
    first, second = read(
        "copilot-cli",
        "errors",
        [json.dumps({"errorContext": "model_call", "error": {"message": text}}).encode() for text in ('"half a sentence', "529 Overloaded")],
    )
    assert first.key != second.key
    assert first.diagnosis.fault is Fault.UNKNOWN
    assert second.diagnosis.fault is Fault.PROVIDER


def test_the_log_tells_status_and_model_of_each_attempt_and_never_the_end(reader, read, rows) -> None:
    assert rows(read("copilot-cli", "log", "copilot-process.log")) == [
        ("failed", "claude-sonnet-4.5", 529, None, "provider", "retry"),
        ("failed", "claude-sonnet-4.5", None, "connection_failed", "unknown", "retry"),
    ]
    assert reader("copilot-cli", "log").feed(b"2026-03-01T13:00:02.000Z [WARNING] Model provider request failed {not json}") == ()


@pytest.mark.parametrize(
    ("kind", "message", "more", "fault"),
    [
        ("query", "Failed; Last error: 503 Service Unavailable", {"statusCode": 503}, Fault.PROVIDER),
        ("quota", "?", {}, Fault.QUOTA),
        ("authorization", "?", {}, Fault.AUTH),
        ("context_limit", "?", {}, Fault.REQUEST),
        ("rate_limit", "?", {}, Fault.UNKNOWN),
        ("something_new", "?", {}, Fault.UNKNOWN),
        ("query", 'Last error: 429 {"error":{"code":"user_global_rate_limited"}}', {"statusCode": 429}, Fault.QUOTA),
    ],
)
def test_the_end_of_a_request_is_read_from_status_and_words(read, kind: str, message: str, more: dict[str, object], fault: Fault) -> None:
    (call,) = read("copilot-cli", "events", [session_error(kind, message, **more)])
    assert (call.diagnosis.fault, call.final) == (fault, True)


def test_errors_of_tools_and_stopped_requests_are_no_failed_calls(read) -> None:
    assert read("copilot-cli", "events", [session_error("tool", "529"), session_error("query", "The request was aborted")]) == []
    assert (
        read("copilot-cli", "errors", [b'{"errorContext":"model_call","error":{"message":"Request cancelled"}}', b'{"errorContext":"model_call","error":7}'])
        == []
    )


def test_attempts_are_counted_until_an_answer(reader) -> None:
    one = reader("copilot-cli", "events")
    for number in range(2):
        data = {"hookType": "errorOccurred", "input": {"errorContext": "model_call", "timestamp": number, "error": {"message": "529 Overloaded"}}}
        one.feed(json.dumps({"type": "hook.start", "data": data}).encode())
    assert one.unanswered == 2
    one.feed(b'{"type":"assistant.message","data":{"messageId":"m"}}')
    assert one.unanswered == 0
    assert one.feed(b'{"type":"assistant.message","data":{"messageId":"m"}}') == ()
    assert one.feed(b'{"type":"hook.start","data":{"hookType":"preToolUse","input":"errorOccurred"}}') == ()
    assert one.feed(b'{"type":"session.start","data":[]}') == ()


FAILED = b'2026-03-01T13:00:0%d.000Z [WARNING] Model provider request failed {"http_status":529,"failure_kind":"http_error"}'
BEGUN = b"2026-03-01T13:00:00.000Z [INFO] Workspace initialized: 6e9c0c2a-0000-4000-8000-000000000001 (checkpoints: 0)"
STARTED = b'{"type":"session.start","data":{"sessionId":"6e9c0c2a-0000-4000-8000-000000000001","selectedModel":"claude-sonnet-4.5"}}'


@pytest.mark.parametrize(
    ("said", "provider"),
    [
        (b"Starting Copilot CLI: 1.0.102", "github-copilot"),
        (b"Running in offline mode. GitHub features are unavailable.", "unknown"),
        (b'Model "claude": custom provider active, using session model "claude"', "unknown"),
    ],
)
def test_a_provider_of_ones_own_is_not_github_in_the_log_nor_in_the_events(reader, said: bytes, provider: str) -> None:
    log = reader("copilot-cli", "log")
    events = type(reader("copilot-cli", "events"))(log._origin)  # the files of one client share what they know of a session
    for line in (b"2026-03-01T13:00:00.000Z [INFO] " + said, BEGUN):
        assert log.feed(line) == ()
    assert events.feed(STARTED) == ()
    attempts = [call for number in (1, 2) for call in log.feed(FAILED % number)]
    (end,) = events.feed(session_error("query", "Last error: 529 Overloaded", statusCode=529))
    assert {(call.provider, call.model) for call in (*attempts, end)} == {(provider, "claude-sonnet-4.5")}
    assert len(attempts) == 2


def test_a_first_attempt_waits_for_its_model_and_for_no_more_than_a_line(reader) -> None:
    log = reader("copilot-cli", "log")
    assert log.feed(BEGUN) == ()
    assert log.feed(FAILED % 1) == ()
    assert [call.model for call in log.feed(BEGUN)] == ["*"]
    assert [call.at.second for call in log.feed(FAILED % 2)] == [2]

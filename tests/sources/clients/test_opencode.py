"""opencode's log and events, from hand-made lines."""

import pytest

from statuswatch.core.health import Fault
from statuswatch.core.ids import Surface
from statuswatch.core.observation import Outcome

OPUS = "claude-opus-4.5"


def failed(sentence: str, session: str = "ses_9") -> bytes:
    escaped = sentence.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'timestamp=2026-03-01T12:00:03.000Z level=ERROR run=1 message="stream error" providerID=anthropic modelID=claude-opus-4-5 '
        f'session.id={session} small=false error.error="{escaped}"'
    ).encode()


def test_the_log_tells_each_attempt_with_provider_and_model(read, rows) -> None:
    calls = read("opencode", "log", "opencode.log")
    assert rows(calls) == [
        ("failed", OPUS, None, None, "provider", "retry"),
        ("ok", OPUS),
        ("failed", "gemini-2.5-flash", None, "ECONNREFUSED", "gateway", "final"),
        ("failed", "gpt-5.5", None, None, "auth", "final"),
        ("failed", "gpt-5.5", 529, "overloaded_error", "provider", "retry"),
        ("failed", "gpt-5.5", None, "AI_LoadAPIKeyError", "auth", "final"),
    ]
    assert [(call.provider, call.surface) for call in calls[2:5]] == [("google-gemini", Surface.API), ("my-proxy", Surface.API), ("openai", Surface.API)]
    assert {call.project for call in calls} == {"engine"}


def test_an_attempt_and_the_answer_that_the_next_step_proves_are_one_turn(read) -> None:
    calls = read("opencode", "log", "opencode.log")
    assert calls[0].turn == calls[1].turn != calls[2].turn


def test_the_first_step_of_a_session_proves_nothing(read) -> None:
    stream = b"timestamp=2026-03-01T12:00:02Z level=INFO message=stream providerID=anthropic modelID=claude-opus-4-5 session.id=s small=false"
    assert read("opencode", "log", [stream, b"timestamp=2026-03-01T12:00:03Z level=INFO message=loop session.id=s step=0"]) == []
    assert read("opencode", "log", [stream, b"timestamp=2026-03-01T12:00:03Z level=INFO message=loop session.id=s step=x"]) == []


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("AI_APICallError: Overloaded", Fault.PROVIDER),
        ("AI_APICallError: Cannot connect to API: Was there a typo in the url or port?", Fault.UNKNOWN),
        ("AI_APICallError: getaddrinfo ENOTFOUND api.anthropic.com", Fault.NETWORK),
        ("AI_NoSuchModelError: nothing of that name", Fault.MODEL),
        ("AI_InvalidPromptError: ?", Fault.REQUEST),
        ("AI_TypeValidationError: ?", Fault.UNKNOWN),
        ("a sentence of a later version", Fault.UNKNOWN),
        ("", Fault.UNKNOWN),
    ],
)
def test_the_errors_first_sentence_is_read_at_low_confidence(read, sentence: str, fault: Fault) -> None:
    (call,) = read("opencode", "log", [failed(sentence)])
    assert call.diagnosis.fault is fault


def test_a_stopped_message_is_no_failure(read) -> None:
    assert read("opencode", "log", [failed("MessageAbortedError: x"), failed("AI_APICallError: The operation was aborted")]) == []
    assert len(read("opencode", "log", [failed("TimeoutError: The operation was aborted due to timeout")])) == 1


def test_an_error_without_a_model_is_not_about_a_call(read) -> None:
    assert read("opencode", "log", [b'timestamp=2026-03-01T12:00:03Z level=ERROR providerID=x message=tool error="AI_APICallError: Overloaded"']) == []


def test_attempts_are_counted_until_the_next_step_and_few_sessions_are_remembered(reader) -> None:
    one = reader("opencode", "log")
    for _ in range(3):
        one.feed(b"timestamp=2026-03-01T12:00:02Z level=INFO message=stream providerID=anthropic modelID=claude-opus-4-5 session.id=s small=false")
    assert one.unanswered == 3
    (answer,) = one.feed(b"timestamp=2026-03-01T12:00:03Z level=INFO message=loop session.id=s step=2")
    assert (answer.outcome, one.unanswered) == (Outcome.OK, 0)
    for number in range(100):
        one.feed(f"level=INFO message=stream providerID=a modelID=m session.id=s{number} small=false".encode())
        one.feed(f"level=INFO message=loop session.id=t{number} step=0".encode())
    assert len(one._open) <= 32
    assert len(one._steps) <= 32


def test_an_event_tells_status_body_and_request_id(read, rows) -> None:
    calls = read("opencode", "events", "opencode-events.jsonl")
    assert rows(calls) == [("failed", "*", 529, "overloaded_error", "provider", "final"), ("failed", "*", None, None, "auth", "final")]
    assert [(call.provider, call.request_id) for call in calls] == [("unknown", "req_o1"), ("openai", None)]


def test_events_of_another_shape_are_passed_over(read) -> None:
    assert read("opencode", "events", [b'{"type":"error"}', b'{"type":"error","error":"x"}', b'{"type":"text","error":{}}', b'"error"', b"{"]) == []
    (flat,) = read("opencode", "events", [b'{"type":"session.error","properties":{"error":{"name":"X","statusCode":529}}}'])
    assert flat.diagnosis.fault is Fault.PROVIDER

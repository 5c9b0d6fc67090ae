"""Codex rollouts and the stream of `codex exec --json`, from hand-made records."""

import json

import pytest

from statuswatch.core.health import Fault
from statuswatch.core.ids import Surface
from statuswatch.sources.clients.codex import failure_of

CODEX = "gpt-5.1-codex"


def event(payload: dict[str, object], second: int = 0) -> bytes:
    return json.dumps({"timestamp": f"2026-03-01T11:00:{second:02}Z", "type": "event_msg", "payload": payload}).encode()


def ended(message: str, info: object) -> bytes:
    return event({"type": "task_complete", "turn_id": "t", "error": {"message": message, "codex_error_info": info}})


def test_a_rollout_tells_answers_lost_streams_and_failed_turns(read, rows) -> None:
    assert rows(read("codex", "rollout", "codex-rollout.jsonl")) == [
        ("failed", CODEX, None, "stream_interrupted", "unknown", "retry"),
        ("ok", CODEX),
        ("failed", CODEX, None, "server_is_overloaded", "provider", "final"),
        ("failed", CODEX, 401, None, "auth", "final"),
        ("ok", "gpt-oss-20b"),
        ("failed", "gpt-oss-20b", None, None, "unknown", "final"),
    ]


def test_the_request_id_in_the_sentence_is_kept_and_the_project_is_the_folder_alone(read) -> None:
    calls = read("codex", "rollout", "codex-rollout.jsonl")
    assert [call.request_id for call in calls] == [None, None, None, "req_c11", None, None]
    assert [call.project for call in calls] == ["engine"] * 4 + ["other"] * 2


def test_the_provider_is_the_one_that_was_set_and_an_unknown_name_stays_itself(read) -> None:
    calls = read("codex", "rollout", "codex-rollout.jsonl")
    assert [(call.provider, call.surface) for call in (calls[0], calls[-1])] == [("openai", Surface.CODE), ("my-box", Surface.API)]


def test_a_retry_and_the_answer_after_it_are_one_turn(read) -> None:
    calls = read("codex", "rollout", "codex-rollout.jsonl")
    assert calls[0].turn == calls[1].turn != calls[2].turn
    assert len({call.key for call in calls}) == len(calls)


@pytest.mark.parametrize(
    ("message", "info", "expected"),
    [
        ("We're experiencing high demand", "internal_server_error", (500, Fault.PROVIDER)),
        ("bad gateway", {"http_connection_failed": {"http_status_code": 502}}, (502, Fault.PROVIDER)),
        ("error sending request", {"http_connection_failed": {"http_status_code": None}}, (None, Fault.UNKNOWN)),
        ("gone", {"responseStreamDisconnected": {"httpStatusCode": None}}, (None, Fault.UNKNOWN)),
        ("exceeded retry limit", {"response_too_many_failed_attempts": {"http_status_code": 529}}, (529, Fault.PROVIDER)),
        ("?", "usage_limit_exceeded", (None, Fault.QUOTA)),
        ("Check your plan and billing details", "usage_limit_exceeded", (None, Fault.BILLING)),
        ("?", "unauthorized", (401, Fault.AUTH)),
        ("?", "bad_request", (400, Fault.REQUEST)),
        ("?", "contextWindowExceeded", (None, Fault.REQUEST)),
        ("?", "cyber_policy", (None, Fault.REQUEST)),
        ("?", "brand_new", (None, Fault.UNKNOWN)),
        ("?", {"brand_new": {"http_status_code": 529}}, (529, Fault.PROVIDER)),
        ("?", None, (None, Fault.UNKNOWN)),
        ("?", {"two": 1, "keys": 2}, (None, Fault.UNKNOWN)),
    ],
)
def test_each_word_of_the_enum_is_read_for_what_happened(read, message: str, info: object, expected: tuple[int | None, Fault]) -> None:
    (call,) = read("codex", "rollout", [ended(message, info)])
    assert (call.diagnosis.status, call.diagnosis.fault) == expected


def test_a_failed_sandbox_is_no_failed_call() -> None:
    assert failure_of({"message": "x", "codex_error_info": "sandbox_error"}) is None


def test_an_error_may_be_a_bare_sentence() -> None:
    failure = failure_of("unexpected status 503, url: https://user:pw@api.openai.com/v1?key=1")
    assert failure is not None
    assert failure.url == "https://api.openai.com/v1"


def test_rate_limits_alone_are_no_answer_and_a_total_read_for_the_first_time_proves_nothing(read) -> None:
    counted = {"type": "token_count", "info": {"total_token_usage": {"total_tokens": 50}}}
    assert read("codex", "rollout", [event({"type": "token_count", "info": None}), event(counted), event(counted, 1)]) == []
    more = {"type": "token_count", "info": {"total_token_usage": {"total_tokens": 90}}}
    assert len(read("codex", "rollout", [event(counted), event(more, 1), event({"type": "task_complete", "last_agent_message": "hi"}, 2)])) == 1


def test_a_turn_that_was_stopped_by_its_user_is_neither_answer_nor_failure(read) -> None:
    assert (
        read("codex", "rollout", [event({"type": "turn_aborted", "reason": "interrupted"}), event({"type": "task_complete", "last_agent_message": None})]) == []
    )


def test_retries_are_counted_until_the_turn_ends(reader) -> None:
    one = reader("codex", "rollout")
    for second in range(3):
        one.feed(event({"type": "stream_error", "message": "stream disconnected"}, second))
    assert one.unanswered == 3
    one.feed(ended("boom", "other"))
    assert one.unanswered == 0


def test_the_stream_of_exec_tells_a_failure_once_and_its_retries_apart(read, rows) -> None:
    calls = read("codex", "exec", "codex-exec.jsonl")
    assert rows(calls) == [("ok", "*"), ("failed", "*", 503, None, "provider", "retry"), ("failed", "*", 503, None, "provider", "final")]
    assert calls[1].turn == calls[2].turn != calls[0].turn
    assert calls[1].request_id == "req_e1"


def test_exec_without_a_thread_or_a_sentence_is_read_as_far_as_it_goes(read) -> None:
    assert read("codex", "exec", [b'{"type":"thread.started"}', b'{"type":"turn.failed"}', b'{"type":"turn.failed","error":{"message":""}}']) == []
    (waiting,) = read("codex", "exec", [b'{"type":"error","message":"Reconnecting... waiting for network (Connection failed: error sending request)"}'])
    assert not waiting.final
    assert waiting.diagnosis.fault in {Fault.UNKNOWN, Fault.NETWORK}

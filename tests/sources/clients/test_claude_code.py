"""Claude Code's transcripts, stream and hook inputs, from hand-made records in the shapes of its versions."""

import json
from datetime import UTC, datetime

import pytest

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.ids import Surface
from statuswatch.core.observation import Outcome
from statuswatch.sources.clients.claude_code import worth_decoding
from statuswatch.sources.clients.claude_hooks import transcript_of

OPUS, SONNET = "claude-opus-4.5", "claude-sonnet-4.5"


def line(**entry: object) -> bytes:
    return json.dumps(entry).encode()


def gave_up(text: str, **more: object) -> bytes:
    message = {"id": "x", "model": "<synthetic>", "content": [{"type": "text", "text": text}]}
    return line(type="assistant", uuid="g", sessionId="s", timestamp="2026-03-01T10:00:00Z", isApiErrorMessage=True, message=message, **more)


def answered(number: int, model: str = "claude-opus-4-5", **more: object) -> bytes:
    message = {"id": f"msg_{number}", "model": model, "usage": {"output_tokens": 1}, "content": []}
    return line(type="assistant", uuid=f"a{number}", sessionId="s", timestamp="2026-03-01T10:00:00Z", message=message, **more)


def request(number: int, model: str, source: str) -> bytes:
    return line(type="api-request", id=f"r{number}", sessionId="s", querySource=source, params={"model": model})


def test_a_transcript_tells_answers_retries_and_final_failures(read, rows) -> None:
    assert rows(read("claude-code", "transcript", "claude-transcript.jsonl")) == [
        ("ok", OPUS),
        ("failed", OPUS, 529, "overloaded_error", "provider", "retry"),
        ("failed", OPUS, None, "ENOTFOUND", "network", "retry"),
        ("failed", OPUS, 429, "rate_limit_error", "quota", "retry"),
        ("failed", OPUS, None, "FailedToOpenSocket", "network", "retry"),
        ("failed", OPUS, None, None, "unknown", "retry"),
        ("failed", OPUS, 529, "overloaded_error", "provider", "final"),
        ("ok", SONNET),
        ("failed", SONNET, 500, None, "provider", "final"),
        ("failed", OPUS, 400, "invalid_request_error", "billing", "final"),
        ("failed", OPUS, 429, "rate_limit_error", "quota", "final"),
        ("ok", OPUS),
    ]


def test_a_call_carries_place_time_ids_and_project_and_nothing_else(read) -> None:
    first = read("claude-code", "transcript", "claude-transcript.jsonl")[0]
    assert (first.client, first.provider, first.surface, first.project) == ("claude-code", "anthropic", Surface.CODE, "engine")
    assert (first.request_id, first.at) == ("req_ok1", datetime(2026, 3, 1, 10, 0, 1, tzinfo=UTC))
    assert first.diagnosis is None


def test_retries_and_the_failure_they_end_in_are_one_turn_and_the_next_failure_another(read) -> None:
    calls = read("claude-code", "transcript", "claude-transcript.jsonl")
    assert len({call.turn for call in calls[1:7]}) == 1
    assert len({call.turn for call in (calls[0], calls[1], calls[9], calls[10])}) == 4


def test_reading_a_file_again_gives_the_same_keys(read) -> None:
    once = [call.key for call in read("claude-code", "transcript", "claude-transcript.jsonl")]
    again = [call.key for call in read("claude-code", "transcript", "claude-transcript.jsonl")]
    assert once == again
    assert len(set(once)) == len(once)


def test_a_model_id_that_only_a_cloud_platform_uses_names_the_platform(read) -> None:
    last = read("claude-code", "transcript", "claude-transcript.jsonl")[-1]
    assert (last.provider, last.surface) == ("aws-bedrock", Surface.CLOUD)


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        ("API Error: 500 Internal server error", {"error": "server_error"}, (500, Fault.PROVIDER)),
        ("API Error: Request rejected (429) · You would exceed your rate limit", {"error": "rate_limit"}, (429, Fault.QUOTA)),
        ("You've hit your session limit · resets 9pm", {"error": "rate_limit"}, (None, Fault.QUOTA)),
        ("API Error: Server is temporarily limiting requests (not your usage limit)", {"error": "rate_limit"}, (None, Fault.PROVIDER)),
        ("Not logged in · Please run /login", {"error": "authentication_failed"}, (None, Fault.AUTH)),
        ("Something else", {"error": "authentication_failed"}, (None, Fault.AUTH)),
        ("Something else", {"error": "oauth_org_not_allowed"}, (None, Fault.AUTH)),
        ("Something else", {"error": "model_not_found"}, (None, Fault.MODEL)),
        ("Something else", {"error": "server_error"}, (None, Fault.UNKNOWN)),
        ("Something else", {"error": "rate_limit"}, (None, Fault.UNKNOWN)),
        ("Something else", {"error": "overloaded"}, (None, Fault.UNKNOWN)),
        ("API Error: Connection error.", {"error": "server_error", "apiError": "connection_failed"}, (None, Fault.UNKNOWN)),
        ("API Error: Unable to connect to API (ENOTFOUND)", {"error": "server_error"}, (None, Fault.NETWORK)),
        ("API Error", {"apiErrorStatus": 511}, (511, Fault.NETWORK)),
        ("Stopped", {"error": "unknown", "errorDetails": "529 overloaded_error"}, (529, Fault.PROVIDER)),
        ("Failed", {"error": {"status": 529, "message": "Overloaded"}}, (529, Fault.PROVIDER)),
    ],
)
def test_a_final_record_of_any_version_is_read_for_what_it_says(read, text: str, more: dict[str, object], expected: tuple[int | None, Fault]) -> None:
    (call,) = read("claude-code", "transcript", [gave_up(text, **more)])
    assert (call.diagnosis.status, call.diagnosis.fault) == expected
    assert call.final


def test_an_html_page_instead_of_an_answer_is_the_network_at_low_confidence(read) -> None:
    text = "API Error: empty or malformed response (HTTP 200). Response: content-type html, body is an HTML page, request-id absent"
    (call,) = read("claude-code", "transcript", [gave_up(text)])
    assert (call.diagnosis.fault, call.diagnosis.confidence) == (Fault.NETWORK, Confidence.LOW)


def test_wording_alone_never_rises_above_low(read) -> None:
    for text in ("API Error: Overloaded", "Credit balance is too low", "Invalid API key"):
        (call,) = read("claude-code", "transcript", [gave_up(text)])
        assert call.diagnosis.confidence is Confidence.LOW


def test_what_people_and_models_write_is_no_failure(read) -> None:
    quoted = "API Error: 529 Overloaded"
    reply = line(type="assistant", uuid="a", message={"id": "m", "model": "claude-opus-4-5", "usage": {}, "content": [{"type": "text", "text": quoted}]})
    prompt = line(type="user", uuid="u", isApiErrorMessage=True, message={"role": "user", "content": quoted})
    other = line(type="system", subtype="local_command", content=quoted)
    assert [call.outcome for call in read("claude-code", "transcript", [prompt, reply, other])] == [Outcome.OK]


def test_a_synthetic_record_without_an_error_is_passed_over_and_one_with_an_error_is_not(read) -> None:
    def synthetic(content: object, **more: object) -> bytes:
        return line(type="assistant", uuid="n", message={"model": "<synthetic>", "usage": {}, "content": content}, **more)

    assert read("claude-code", "transcript", [synthetic("No response requested.")]) == []
    assert len(read("claude-code", "transcript", [synthetic("API Error: 529")])) == 1
    assert len(read("claude-code", "transcript", [synthetic("?", error="unknown")])) == 1


def test_background_requests_do_not_change_the_conversations_model(read) -> None:
    lines = [request(1, "claude-opus-4-5", "repl"), request(2, "claude-haiku-4-5", "title"), gave_up("API Error: 529")]
    assert [call.model for call in read("claude-code", "transcript", lines)] == [OPUS]


def test_a_switch_of_the_conversations_own_model_counts_at_once(read) -> None:
    lines = [answered(1), request(1, "claude-opus-4-5", "repl"), request(2, "claude-sonnet-4-5", "repl"), gave_up("API Error: 529")]
    assert [call.model for call in read("claude-code", "transcript", lines)] == [OPUS, SONNET]


def test_requests_without_an_answer_are_counted_until_there_is_one(reader) -> None:
    one = reader("claude-code", "transcript")
    for number in range(3):
        assert one.feed(request(number, "claude-opus-4-5", "repl")) == ()
    assert one.unanswered == 3
    one.feed(answered(1))
    assert one.unanswered == 0
    one.feed(request(4, "claude-opus-4-5", "repl"))
    one.feed(gave_up("API Error: 529"))
    assert one.unanswered == 0


def test_a_thousand_subagents_in_one_file_are_remembered_a_few_at_a_time(reader) -> None:
    one = reader("claude-code", "transcript")
    for number in range(1000):
        one.feed(answered(number, agentId=f"agent-{number}"))
    assert len(one._threads) <= 32


def test_records_with_prompts_are_not_decoded() -> None:
    for entry in (
        line(type="user", message={"content": '"type":"assistant"'}),
        line(type="api-request-blob", message={"content": [{"type": "text", "text": "x"}]}),
        line(type="api-request-shape", shape={}),
        line(parentUuid=None, type="attachment", attachment={"type": "prompt_snapshot", "systemPrompt": ["modelId"]}),
        line(parentUuid=None, type="system", subtype="compact_boundary"),
        b'{"type":"assistant","x":"' + b"y" * (1 << 20) + b'"}',
    ):
        assert not worth_decoding(entry)
    for entry in (answered(1), request(1, "m", "s"), gave_up("x"), json.dumps({"message": {}, "type": "assistant"}).encode()):
        assert worth_decoding(entry)


def test_a_record_without_ids_or_time_gets_both_from_what_is_there(reader) -> None:
    entry = line(type="assistant", isApiErrorMessage=True, message={"model": "<synthetic>", "content": "API Error: 529"})
    seen = datetime(2026, 4, 1, tzinfo=UTC)
    (first,) = reader("claude-code", "transcript").feed(entry, seen)
    (again,) = reader("claude-code", "transcript").feed(entry)
    assert first.at == seen
    assert again.at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert first.key == again.key


def test_a_certificate_that_is_refused_is_told_from_a_network_that_is_down(read) -> None:
    entry = line(type="system", subtype="api_error", uuid="s", error={"message": "Connection error.", "connection": {"isSSLError": True}})
    (call,) = read("claude-code", "transcript", [entry])
    assert (call.diagnosis.fault, call.diagnosis.code) == (Fault.NETWORK, "CERT_VERIFY_FAILED")


def test_a_stream_tells_retries_answers_and_the_end_once(read, rows) -> None:
    assert rows(read("claude-code", "stream", "claude-stream.jsonl")) == [
        ("failed", OPUS, 529, None, "provider", "retry"),
        ("failed", OPUS, None, None, "unknown", "retry"),
        ("ok", OPUS),
        ("failed", OPUS, 503, None, "provider", "retry"),
        ("failed", OPUS, 500, "api_error", "provider", "final"),
        ("failed", OPUS, 401, "authentication_error", "auth", "final"),
    ]


def test_a_failure_has_one_key_in_the_stream_and_in_the_transcript(read) -> None:
    message = {"id": "x", "model": "<synthetic>", "content": [{"type": "text", "text": "API Error: 529"}]}
    (told,) = read("claude-code", "stream", [line(type="assistant", uuid="one", session_id="s", error="server_error", message=message)])
    (kept,) = read("claude-code", "transcript", [line(type="assistant", uuid="one", sessionId="s", isApiErrorMessage=True, message=message)])
    assert told.key == kept.key


def test_a_hook_is_believed_for_its_words_at_most_and_at_low_confidence(read, rows) -> None:
    assert rows(read("claude-code", "hooks", "claude-hooks.jsonl")) == [
        ("failed", OPUS, None, None, "unknown", "final"),
        ("failed", OPUS, None, "ENOTFOUND", "network", "final"),
    ]
    strong = line(hook_event_name="StopFailure", session_id="s", prompt_id="p", error="overloaded", last_assistant_message="API Error: 529 Overloaded")
    (call,) = read("claude-code", "hooks", [strong])
    assert call.diagnosis.confidence is Confidence.LOW


def test_a_hook_points_at_the_record_to_read() -> None:
    assert transcript_of(line(hook_event_name="StopFailure", transcript_path="/home/ada/.claude/projects/e/s.jsonl")) == "/home/ada/.claude/projects/e/s.jsonl"
    for path in ("/etc/passwd", 7, "a\0.jsonl"):
        assert transcript_of(line(transcript_path=path)) is None
    assert transcript_of(b"\xff") is None

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.sources import stream


def sse(*events: tuple[str, object]) -> str:
    return "".join((f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n" for name, data in events)


def test_an_error_event_is_found_among_others() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error"}}
    assert stream.stream_errors(sse(("message_start", {"type": "message_start"}), ("error", error))) == [error]


def test_an_unnamed_event_is_an_error_by_its_own_fields() -> None:
    assert stream.stream_errors(sse(("", {"error": {"code": 502}}))) == [{"error": {"code": 502}}]


def test_text_of_an_answer_is_never_an_error() -> None:
    told = {"type": "content_block_delta", "delta": {"text": '{"error":{"type":"overloaded_error"}}'}}
    assert stream.stream_errors(sse(("content_block_delta", told), ("", {"choices": [{"delta": {"content": "error failed"}}]}))) == []


def test_data_over_several_lines_is_one_event() -> None:
    assert stream.stream_errors('data: {"error":\ndata: {"code": 500}}\n\n') == [{"error": {"code": 500}}]


def test_an_error_event_that_holds_words_keeps_them() -> None:
    assert stream.stream_errors("event: error\ndata: the server is tired\n\n") == [{"type": "error", "message": "the server is tired"}]
    assert stream.stream_errors('event: error\ndata: "tired"\n\n') == [{"type": "error", "message": "tired"}]
    assert stream.stream_errors("event: error\n\n") == []
    assert stream.stream_errors("data: error but no json\n\n") == []


def test_the_last_event_counts_even_without_its_blank_line() -> None:
    assert stream.stream_errors('data: {"error":{"code":500}}') == [{"error": {"code": 500}}]


def test_an_exception_in_amazons_binary_stream_is_found() -> None:
    assert stream.stream_errors("\x00:exception-type\x07\x00\x13throttlingException\r") == [{"__type": "throttlingException"}]


def test_lines_of_json_give_the_lines_that_are_errors() -> None:
    body = '{"message":{"content":"an error"}}\nerror, not json\n{"error":\n{"error":"model crashed"}\n'
    assert stream.line_errors(body) == [{"error": "model crashed"}]


@pytest.mark.parametrize(
    ("body", "kind", "is_stream"),
    [("data: x", "", True), (": ping", "", True), ("{}", "text/event-stream; charset=utf-8", True), ("{}", "application/json", False), ("", "", False)],
)
def test_a_stream_is_known_by_its_type_or_its_beginning(body: str, kind: str, is_stream: bool) -> None:
    assert stream.looks_like_stream(body, kind) is is_stream


@pytest.mark.parametrize(
    ("body", "ended"),
    [("data: [DONE]", True), ('{"type":"message_stop"}', True), ('"finish_reason":"stop"', True), ('"finish_reason":null', False), ("", False)],
)
def test_a_stream_has_ended_where_it_shows_an_end(body: str, ended: bool) -> None:
    assert stream.has_ended(body) is ended


def test_a_bare_object_that_breaks_a_stream_off_is_its_error_and_text_of_the_answer_is_none() -> None:
    begun = 'data: {"candidates":[{"content":{"parts":[{"text":"{\\"error\\":{\\"code\\":1}}"}]}}]}\n\n'
    assert stream.stream_errors(begun) == []
    assert stream.stream_errors(begun + '{"error":{"code":503,"status":"UNAVAILABLE"}}') == [{"error": {"code": 503, "status": "UNAVAILABLE"}}]


@pytest.mark.timeout(60)  # a reading that backtracks takes hours, not seconds
def test_of_a_huge_stream_the_end_is_read() -> None:
    body = 'data: {"delta":"error"}\n\n' * 400_000 + 'event: error\ndata: {"error":{"code":529}}\n\n'
    assert stream.stream_errors(body) == [{"error": {"code": 529}}]


@given(
    st.text(max_size=300) | st.lists(st.sampled_from(["event: error", "data: {", 'data: {"error":1}', "", "data: [", ":", "id: 1"]), max_size=12).map("\n".join)
)
def test_no_body_makes_it_raise(body: str) -> None:
    stream.stream_errors(body)
    stream.line_errors(body)
    stream.has_ended(body)

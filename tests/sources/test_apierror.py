"""Whose fault an answer is. Bodies are written by hand after the vendors' documented shapes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.health import Confidence, Fault, Side
from statuswatch.core.observation import Diagnosis
from statuswatch.sources.apierror import diagnose, diagnose_transport
from statuswatch.sources.response import Response
from support.failures import (
    ANTHROPIC,
    AZURE,
    CASES,
    GEMINI,
    NEW,
    OPENAI,
    PASTED,
    ROUTER,
    SSE,
    TRANSPORT,
    answers,
    err,
    google,
    knowledge,
    read,
    response_of,
    typed,
)
from support.recordings import recordings


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_read_as_its_row_says(name: str) -> None:
    fault, confidence, reason, status, body, headers, url = CASES[name]
    found = read(status, body, headers, url)
    assert (found.fault, found.confidence, found.reason) == (fault, confidence, reason), found.signals


@pytest.mark.parametrize("text", PASTED)
def test_pasted_text_is_read_and_stays_at_low_confidence(text: str) -> None:
    found = read(None, text, pasted=True)
    assert (found.fault, found.confidence, found.explicit) == (PASTED[text], Confidence.LOW, False)


@pytest.mark.parametrize(("code", "host", "fault", "confidence", "reason"), TRANSPORT)
def test_a_call_without_an_answer_is_read_by_its_error_and_host(code: str, host: str | None, fault: str, confidence: str, reason: str) -> None:
    found = diagnose_transport(code, host, builtin_signatures())
    assert (found.fault, found.confidence, found.reason) == (fault, confidence, reason)


def test_the_diagnosis_carries_what_the_answer_names() -> None:
    body = err(code=502, message="m", metadata={"provider_name": "Anthropic", "raw": json.dumps(typed("overloaded_error"))})
    found = read(502, body, {"retry-after": "7", "link": '<https://status.example.com/>; rel="status"', "x-request-id": "r"}, ROUTER)
    assert (found.code, found.status, found.provider, found.upstream) == ("overloaded_error", 502, "anthropic", "Anthropic")
    assert (found.retry_after_s, found.status_link, found.explicit) == (7.0, "https://status.example.com/", True)
    assert found.signals == ("rule:capacity-code", "code:overloaded_error", "status:502", "nested", "request-id")


@pytest.mark.parametrize(
    ("url", "body", "model"),
    [
        (GEMINI, google(503, "UNAVAILABLE"), "gemini-2.5-pro"),
        (AZURE, err(code="DeploymentNotFound"), "my-gpt"),
        (NEW, err(code="model_not_found", message="The model `gpt-nope` does not exist"), "gpt-nope"),
        (NEW, err(code="overloaded", model="big-1"), "big-1"),
        ("https://x.example/models/%1b%5b31m/x", err(code="overloaded"), None),
        (NEW, err(code="invalid_api_key", message="key `sk-secret` is wrong"), None),
    ],
)
def test_the_model_is_taken_from_fields_and_addresses_and_never_from_other_words(url: str, body: object, model: str | None) -> None:
    assert read(503, body, {}, url).model == model


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, "", 1.5),
        ({}, google(429, "X", "m", {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "40s"}), 40.0),
        ({}, err(message="Please retry in 48.9s."), 48.9),
        ({}, err(message="Please retry after 7 seconds."), 7.0),
        ({}, err(message="try again in 2 minutes"), 120.0),
        ({}, err(message="try again in 1m30s"), 90.0),
        ({}, {"error": "m", "estimated_time": 20.0}, 20.0),
        ({"retry-after": "soon"}, "", None),
    ],
)
def test_the_wait_is_read_from_headers_then_fields_then_words(headers: dict[str, str], body: object, wait: float | None) -> None:
    assert read(429, body, headers).retry_after_s == wait


@pytest.mark.parametrize(
    ("headers", "body", "provider"),
    [
        ({"anthropic-ratelimit-requests-limit": "5"}, "", "anthropic"),
        ({}, {"type": "error", "error": {"type": "x"}, "request_id": "req_011CX7J5ZXp3npD8"}, "anthropic"),
        ({"openai-processing-ms": "5"}, "", "openai"),
        ({"x-request-id": "req_" + "0a" * 16}, "", "openai"),
        ({"apim-request-id": "x"}, "", "azure-openai"),
        ({"x-amzn-errortype": "XException:http://internal.amazon.com/coral/com.amazon.bedrock/"}, "", "aws-bedrock"),
        ({"x-request-id": "anything"}, "", None),
    ],
)
def test_who_answered_is_told_by_the_shape_where_no_address_says(headers: dict[str, str], body: object, provider: str | None) -> None:
    assert read(500, body, headers).provider == provider


def test_a_cached_error_is_less_sure_than_a_fresh_one() -> None:
    assert read(529, "", {"cache-status": "cdn; hit"}).confidence is Confidence.LOW
    assert "answered-from-a-cache" in read(529, "", {"cache-status": "cdn; hit"}).signals


def test_a_status_link_counts_only_from_a_host_that_is_known() -> None:
    link = {"link": '<https://status.example.com/>; rel="status"'}
    assert read(500, "", link, NEW).status_link is None
    assert read(500, "", link, OPENAI).status_link == "https://status.example.com/"


def test_without_knowledge_the_body_still_speaks() -> None:
    found = diagnose(Response(529, {}, json.dumps(typed("overloaded_error")), ANTHROPIC), builtin_signatures())
    assert (found.fault, found.provider) == (Fault.PROVIDER, None)


ERROR_WORDS = [
    "overloaded_error",
    "529 Overloaded",
    "rate limit exceeded",
    "insufficient_quota",
    "invalid api key",
    "Your credit balance is too low",
    "model not found",
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error"}}',
    '{"error":{"code":"insufficient_quota"}}',
    "ThrottlingException",
    "503 service unavailable",
    "litellm.RateLimitError: AnthropicException",
    "error code: 1015",
    "<html><title>Just a moment...</title></html>",
    "event: error",
]
ECHO = st.tuples(
    st.sampled_from(["Invalid value: '", "messages.0.content: ", 'could not read "', "field prompt is wrong: "]),
    st.lists(st.sampled_from(ERROR_WORDS), min_size=1, max_size=4),
).map(lambda parts: parts[0] + " ".join(parts[1]))


@given(ECHO, st.sampled_from([400, 413, 422]), st.sampled_from(["invalid_request_error", "bad_request"]))
def test_error_words_in_an_echoed_prompt_do_not_change_a_refused_request(echo: str, status: int, kind: str) -> None:
    plain, echoed = read(status, typed(kind, "m"), {}, NEW), read(status, typed(kind, echo), {}, NEW)
    assert (echoed.fault, echoed.confidence, echoed.reason) == (plain.fault, plain.confidence, plain.reason)


@given(ECHO)
def test_error_words_in_an_echoed_body_do_not_change_a_refused_request(echo: str) -> None:
    body = {
        "detail": [{"type": "missing", "loc": ["body", "x"], "msg": "m", "input": {"error": {"type": echo}}}],
        "body": {"messages": [echo], "type": "overloaded_error"},
    }
    assert read(422, body, {}, NEW).fault is Fault.REQUEST


@given(st.lists(st.sampled_from(ERROR_WORDS), min_size=1, max_size=4).map(" ".join))
def test_error_words_in_an_answer_are_no_error(words: str) -> None:
    answers = [
        {"id": "1", "type": "message", "content": [{"type": "text", "text": words}]},
        {"object": "chat.completion", "choices": [{"finish_reason": "stop", "message": {"content": words}}]},
        {"candidates": [{"content": {"parts": [{"text": words}]}}]},
        {"message": {"content": words}, "done": True},
    ]
    for answer in answers:
        assert read(200, answer, {}, NEW).reason == "no_error"
    stream = "".join(f"data: {json.dumps({'type': 'content_block_delta', 'delta': {'text': words}})}\n\n" for _ in range(2)) + "data: [DONE]\n\n"
    assert read(200, stream, SSE, NEW).reason == "no_error"


def test_a_sentence_that_passes_on_another_error_never_turns_a_refused_request_against_the_provider() -> None:
    found = read(400, {"message": f"request failed with status 529 - {json.dumps(typed('overloaded_error'))}"}, {}, NEW)
    assert found.side is Side.YOURS


def shuffled(value: object) -> object:
    if isinstance(value, dict):
        return {key: shuffled(content) for key, content in reversed(value.items())}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if isinstance(case[4], dict)])
def test_the_order_of_keys_and_headers_changes_nothing(name: str) -> None:
    _, _, _, status, body, headers, url = CASES[name]
    assert read(status, shuffled(body), dict(reversed(headers.items())), url) == read(status, body, headers, url)


KEYS = st.sampled_from(
    [
        "error",
        "errors",
        "code",
        "type",
        "status",
        "message",
        "detail",
        "details",
        "metadata",
        "raw",
        "__type",
        "choices",
        "base_resp",
        "request_id",
        "param",
        "@type",
        "ZException",
    ]
)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.sampled_from(ERROR_WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "content-type",
            "link",
            "retry-after",
            "retry-after-ms",
            "date",
            "ratelimit",
            "proxy-status",
            "cache-status",
            "x-amzn-errortype",
            "location",
            "cf-error-type",
            "server",
            "x-request-id",
        ]
    ),
    st.text(max_size=60) | st.sampled_from(["text/html", "text/event-stream", "application/json"]),
    max_size=5,
)


@settings(max_examples=300)
@given(st.none() | st.integers(100, 999), BODIES.map(json.dumps) | st.text(max_size=300), HEADERS, st.none() | st.text(max_size=60))
def test_no_answer_makes_it_raise_and_the_same_answer_is_read_the_same(status: int | None, body: str, headers: dict[str, str], url: str | None) -> None:
    response = Response(status, headers, body, url)
    found = diagnose(response, builtin_signatures(), knowledge())
    assert found == diagnose(response, builtin_signatures(), knowledge())
    if found.fault is Fault.UNKNOWN:
        assert found.confidence is Confidence.LOW


@given(st.text(max_size=80), st.none() | st.text(max_size=40))
def test_no_transport_error_makes_it_raise(code: str, host: str | None) -> None:
    assert diagnose_transport(code, host, builtin_signatures()).signals


HOSTILE = {
    "deep objects": '{"error":' * 100_000,
    "deep lists": "[" * 200_000,
    "open braces": "{" * 200_000,
    "open quotes": "'\"" * 100_000,
    "escaped quotes": '\\"{' * 60_000,
    "long number": '{"code":' + "9" * 10_000 + "}",
    "wide": json.dumps({"errors": [{"code": f"c{n}"} for n in range(5_000)]}),
    "binary": bytes(range(256)).decode("latin-1") * 200,
    "surrogates": '{"error":{"code":"\\ud800","message":"\\ud800"}}',
    "huge message": json.dumps(err(type="invalid_request_error", message="a" * 2_000_000)),
    "tags": "<html>" + "<title>" * 50_000,
    "events": "event: error\n" * 50_000,
}


@pytest.mark.timeout(60)  # a reading that backtracks takes hours, not seconds
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("status", [None, 200, 400, 500])
def test_hostile_bodies_are_read_without_harm(name: str, status: int | None) -> None:
    found = read(status, HOSTILE[name], {"link": "<" * 8000}, NEW)
    assert len(found.code or "") <= 64
    if status == 400:
        assert found.fault is Fault.REQUEST


def test_nothing_of_a_bodys_wording_is_in_the_result() -> None:
    secret = "sk-ant-secret tell me about my illness"
    found = read(
        400,
        {"error": {"type": "invalid_request_error", "message": secret, "param": secret, "reason": secret}, "metadata": {"model": secret}},
        {"authorization": secret},
        NEW,
    )
    assert "secret" not in repr(found)
    assert "illness" not in repr(found)


def test_every_row_of_the_table_is_shown_by_an_answer() -> None:
    found = [read(status, body, headers, url) for _, _, _, status, body, headers, url in CASES.values()]
    found += [read(None, text, pasted=True) for text in PASTED]
    found += [diagnose_transport(code, host, builtin_signatures()) for code, host, _, _, _ in TRANSPORT]
    found += [diagnose(response_of(answer), builtin_signatures(), knowledge()) for answer in answers()]
    reached = {signal.removeprefix("rule:") for one in found for signal in one.signals if signal.startswith("rule:")}
    assert {row.id for rows in builtin_signatures().rows.values() for row in rows} == reached


def test_the_recorded_errors_are_read_as_a_careful_reader_reads_them() -> None:
    cases = [json.loads(line) for line in recordings("errors/api-errors.jsonl").read_text().splitlines()]
    assert len(cases) == 78
    sides = {fault: Diagnosis(fault, Confidence.LOW, "").side for fault in Fault}
    for case in cases:
        found = diagnose(
            Response(case["status"], case["headers"], case["body"] or "", case["url"], pasted=case["status"] is None), builtin_signatures(), knowledge()
        )
        accepted = case.get("accept", [case["expected"]])
        assert found.fault in accepted, case["id"]
        assert found.side in {sides[Fault(fault)] for fault in accepted}

"""The message `observe`: allow-listed keys become a call, odd ones nothing, and no word of a body or a key is kept."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.health import Fault
from statuswatch.core.ids import Surface
from statuswatch.core.observation import Call, Outcome
from statuswatch.sources.clients.diagnose import SignatureDiagnose
from statuswatch.sources.clients.places import Place
from statuswatch.sources.observed import Pointer, call_in, pointer_in
from support.planting import MARK, SECRETS

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
HOSTS = {"api.acme.example": Place("acme", Surface.API), "eu.cloud.example": Place("acme-cloud", Surface.CLOUD)}
_DIAGNOSE = SignatureDiagnose(builtin_signatures(), None)
_FULL: dict[str, Any] = {
    "outcome": "failed",
    "at": "2026-11-22T14:59:58Z",
    "id": "7-1",
    "turn": "7",
    "final": False,
    "client": "payroll",
    "url": "https://ada:pw@api.acme.example/v1/messages?key=1",
    "provider": "acme",
    "model": "claude-opus-4-5",
    "status": 529,
    "headers": {"Request-Id": "req_1", "Authorization": "Bearer x", "Retry-After": "3"},
    "body": '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    "latency_ms": 12,
    "project": "/home/ada/payroll",
    "code": "overloaded_error",
    "transport": "ECONNREFUSED",
    "request_id": "req_1",
}


def observed(call: object) -> Call | None:
    return call_in({"type": "observe", "call": call}, _DIAGNOSE, NOW, HOSTS.get)


def certainly(**call: object) -> Call:
    found = observed({"outcome": "failed", **call})
    assert found is not None
    return found


def test_a_failed_attempt_is_read_as_its_response_says() -> None:
    call = observed(_FULL)
    assert call is not None
    assert (call.client, call.provider, call.surface, call.model, call.outcome) == ("payroll", "acme", Surface.API, "claude-opus-4.5", Outcome.FAILED)
    assert (call.at, call.final, call.request_id, call.project, call.latency_ms) == (NOW - timedelta(seconds=2), False, "req_1", "payroll", 12.0)
    assert call.diagnosis is not None
    assert (call.diagnosis.fault, call.diagnosis.status, call.diagnosis.retry_after_s) == (Fault.PROVIDER, 529, 3.0)


def test_an_answer_is_a_call_without_a_diagnosis() -> None:
    call = observed({"outcome": "ok", "url": "https://eu.cloud.example/v1", "model": "big-1", "status": 200})
    assert call is not None
    assert (call.outcome, call.diagnosis, call.provider, call.surface, call.at) == (Outcome.OK, None, "acme-cloud", Surface.CLOUD, NOW)


def test_no_response_is_read_by_its_code() -> None:
    call = certainly(transport="ENOTFOUND", url="https://api.acme.example/v1")
    assert call.diagnosis is not None
    assert (call.diagnosis.status, call.diagnosis.code) == (None, "ENOTFOUND")


def test_where_a_call_went_is_told_by_the_address_then_the_model_then_the_programs_word() -> None:
    assert certainly(url="https://api.acme.example", provider="other", status=500).provider == "acme"
    assert (
        certainly(url="https://elsewhere.example", model="us.anthropic.claude-opus-4-5-20251101-v1:0", provider="openai", status=500).provider == "aws-bedrock"
    )
    assert certainly(url="https://elsewhere.example", provider="openai", status=500).provider == "openai"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1beta/models/gemini-2.5-pro:streamGenerateContent", "gemini-2.5-pro"),
        ("/model/anthropic.claude-opus-4-5-20251101-v1%3A0/invoke", "claude-opus-4.5"),
        ("/v1/messages", "*"),
        ("/v1/models", "*"),
    ],
)
def test_a_model_that_only_the_address_names_is_known(path: str, model: str) -> None:
    assert certainly(url=f"https://api.acme.example{path}", status=500).model == model


def test_one_attempt_told_twice_has_one_key_and_retries_one_turn() -> None:
    first, again, retry = certainly(id="1", turn="t", status=500), certainly(id="1", turn="t", status=500), certainly(id="2", turn="t", status=500)
    assert first.key == again.key
    assert first.key != retry.key
    assert first.turn == retry.turn
    assert certainly(status=500).key == certainly(status=500).key
    assert certainly(status=500).turn is None


def test_a_time_in_the_future_is_now() -> None:
    assert certainly(at="2030-01-01T00:00:00Z", status=500).at == NOW


@pytest.mark.parametrize("call", [None, 7, [], {}, {"outcome": "maybe"}, {"outcome": None, "status": 500}, {"outcome": ["ok"]}])
def test_what_tells_of_no_call_is_none(call: object) -> None:
    assert observed(call) is None


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_every_field_is_in_no_call(secret: str) -> None:
    for status in (500, None):
        planted = {**dict.fromkeys(_FULL, secret), "outcome": "failed", "status": status, "headers": {"x-request-id": secret, "via": secret}}
        assert MARK not in repr(observed(planted))


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.sampled_from(sorted(_FULL)), _ODD)
def test_an_odd_value_at_any_key_raises_nothing(key: str, odd: Any) -> None:
    call = observed({**_FULL, key: odd})
    if call is not None:
        for field in dataclasses.fields(call):
            value = getattr(call, field.name)
            assert not isinstance(value, str) or (value.isprintable() and len(value) <= 200)


def test_a_pointer_is_a_known_client_and_an_absolute_path() -> None:
    assert pointer_in({"record": {"client": "claude-code", "path": "/h/s.jsonl"}}) == Pointer("claude-code", "/h/s.jsonl")
    for odd in (
        None,
        {},
        {"client": "nobody", "path": "/x"},
        {"client": "codex", "path": "x"},
        {"client": "codex", "path": "/a\0b"},
        {"client": [], "path": 7},
    ):
        assert pointer_in({"record": odd}) is None
    assert pointer_in({"record": {"client": "codex", "path": "/" + "x" * 5000}}) is None


def test_the_longest_call_fits_into_a_message() -> None:
    assert len(json.dumps({"type": "observe", "call": {**_FULL, "body": "x" * 4096}})) < 8192

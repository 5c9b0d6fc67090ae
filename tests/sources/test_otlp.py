"""Bodies of OTLP exports in both encodings: the same facts, only those on the list, and nothing raised on any bytes."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.ids import Surface
from statuswatch.core.observation import Call, Outcome
from statuswatch.sources import otlp
from statuswatch.sources.clients import Origin
from statuswatch.sources.clients.diagnose import SignatureDiagnose
from statuswatch.sources.clients.otlp import Exports
from statuswatch.sources.otlp import Signal
from support.recordings import recordings

SEEN = datetime(2026, 11, 22, 15, tzinfo=UTC)
NANO = 1_795_358_225_454_000_000


def value(of: object) -> dict[str, object]:
    if isinstance(of, bool):
        return {"boolValue": of}
    return {"intValue": str(of)} if isinstance(of, int) else {"doubleValue": of} if isinstance(of, float) else {"stringValue": of}


def attributes(**given: object) -> list[dict[str, object]]:
    return [{"key": name.replace("__", "."), "value": value(of)} for name, of in given.items()]


def log(service: str = "claude-code", **given: object) -> dict[str, object]:
    entry = {"timeUnixNano": str(NANO), "body": {"stringValue": "a body"}, "attributes": attributes(**given)}
    return {"resourceLogs": [{"resource": {"attributes": attributes(service__name=service)}, "scopeLogs": [{"logRecords": [entry]}]}]}


def span(service: str, *, failed: bool = False, message: str = "", exception: str = "", operation: str = "chat", **given: object) -> dict[str, object]:
    one = {
        "name": "chat gpt-5",
        "spanId": "AAECAwQFBgc=",
        "startTimeUnixNano": str(NANO),
        "endTimeUnixNano": str(NANO + 1_500_000_000),
        "attributes": attributes(gen_ai__operation__name=operation, **given),
        "status": {"code": 2, "message": message} if failed else {},
        "events": [{"name": "exception", "attributes": attributes(exception__message=exception, exception__stacktrace="at x")}] if exception else [],
    }
    return {"resourceSpans": [{"resource": {"attributes": attributes(service__name=service)}, "scopeSpans": [{"spans": [one]}]}]}


def calls(document: object) -> tuple[Call, ...]:
    found = otlp.read_json(json.dumps(document).encode())
    assert found is not None
    return Exports().calls(found, Origin("o", SignatureDiagnose(builtin_signatures(), None), SEEN), SEEN)


def packed(document: object, signal: Signal) -> bytes:
    message = ExportLogsServiceRequest() if signal is Signal.LOGS else ExportTraceServiceRequest()
    return bytes(ParseDict(document, message, ignore_unknown_fields=True).SerializeToString())


_BODIES = [
    (Signal.LOGS, log(event__name="api_error", model="claude-opus-4-5", status_code=529, error="Overloaded", duration_ms=12.5, prompt="secret")),
    (Signal.LOGS, log(model="m", attempt=3, interactive=True)),
    (Signal.TRACES, span("github-copilot", gen_ai__request__model="gpt-5", gen_ai__provider__name="openai")),
    (Signal.TRACES, span("x", failed=True, message="429 slow", exception="boom", gen_ai__request__model="gpt-5", error__type="429")),
    (Signal.TRACES, span("x", operation="execute_tool")),
]


@pytest.mark.parametrize(("signal", "document"), _BODIES)
def test_both_encodings_give_the_same_facts(signal: Signal, document: dict[str, object]) -> None:
    plain = otlp.read_json(json.dumps(document).encode())
    message = otlp.read_protobuf(packed(document, signal), signal)
    assert plain is not None
    assert message is not None
    for facts in (*plain, *message):  # JSON writes 64 bits as digits, and ids in base 64 here: both are only compared
        facts.pop("span.id", None)
        facts.update({name: float(of) for name, of in facts.items() if name in ("event.timestamp", "attempt", "status_code", "duration_ms") and of is not None})
    assert plain == message


def test_recorded_exports_give_the_same_calls_in_both_encodings() -> None:
    origin = Origin("o", SignatureDiagnose(builtin_signatures(), None), SEEN)
    count = 0
    for path in sorted(recordings("clients/otlp").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            body = json.loads(line)["body"]
            signal = Signal.LOGS if "resourceLogs" in body else Signal.TRACES if "resourceSpans" in body else None
            if signal is None or any(map(_hexadecimal, _spans(body))):
                continue
            plain, message = otlp.read_json(json.dumps(body).encode()), otlp.read_protobuf(packed(body, signal), signal)
            assert plain is not None
            assert message is not None
            told, again = (Exports().calls(facts, origin, SEEN) for facts in (plain, message))
            assert [(call.client, call.model, call.outcome, call.diagnosis, call.turn) for call in told] == [
                (call.client, call.model, call.outcome, call.diagnosis, call.turn) for call in again
            ]
            count += len(told)
    assert count > 40


def _spans(body: dict[str, object]) -> list[object]:
    return [one for resource in body.get("resourceSpans", []) for scope in resource["scopeSpans"] for one in scope["spans"]]  # type: ignore[attr-defined, index]


def _hexadecimal(one: object) -> bool:
    """OTLP's JSON writes ids in base 16, which protobuf's own JSON reader does not read."""
    return isinstance(one, dict) and len(str(one.get("spanId", ""))) == 16


def test_only_what_is_on_the_list_leaves_the_decoder() -> None:
    given = {"prompt": "PLANTED", "tool_input": "PLANTED", "user.email": "PLANTED@x", "prompt_text": "PLANTED", "model": "m"}
    document = log(event__name="user_prompt", **{name.replace(".", "__"): of for name, of in given.items()})
    for facts in (otlp.read_json(json.dumps(document).encode()), otlp.read_protobuf(packed(document, Signal.LOGS), Signal.LOGS)):
        assert "PLANTED" not in repr(facts)
        assert facts is not None
        assert facts[0]["model"] == "m"


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"[" * 100_000, b"\xff\xfe", b'{"resourceLogs": 7}' * 2, b"9" * 10_000], ids=range(8))
def test_what_is_no_export_is_said_to_be_none(data: bytes) -> None:
    assert otlp.read_json(data) is None


def test_bytes_of_any_kind_raise_nothing() -> None:
    dice = random.Random(4317)
    whole = [(signal, packed(document, signal)) for signal, document in _BODIES]
    for signal, data in whole:
        for _ in range(200):
            bent = bytearray(data)
            for _ in range(dice.randrange(1, 6)):
                bent[dice.randrange(len(bent))] = dice.randrange(256)
            otlp.read_protobuf(bytes(bent[: dice.randrange(len(bent) + 1)]), signal)
        otlp.read_protobuf(dice.randbytes(300), signal)
    assert otlp.read_protobuf(b"\xff\xff\xff", Signal.LOGS) is None
    assert otlp.read_protobuf(b"\xff\xff\xff", Signal.METRICS) == ()


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, [None], {"attributes": 7}, [{"key": 1}], [{"key": "model", "value": 3}], True, "9" * 400])
def test_an_odd_value_at_any_key_is_passed_over(odd: object) -> None:
    documents = [log(event__name="api_error", model="m"), span("x", failed=True, gen_ai__request__model="gpt-5", exception="e")]
    for document in documents:
        for name in sorted(set(_keys(document))):
            otlp.read_json(json.dumps(_with(document, name, odd)).encode())


def _keys(of: object) -> list[str]:
    if isinstance(of, dict):
        return [*of, *(name for inner in of.values() for name in _keys(inner))]
    return [name for inner in of for name in _keys(inner)] if isinstance(of, list) else []


def _with(of: object, key: str, odd: object) -> object:
    if isinstance(of, dict):
        return {name: odd if name == key else _with(inner, key, odd) for name, inner in of.items()}
    return [_with(inner, key, odd) for inner in of] if isinstance(of, list) else of


def test_a_body_with_more_records_than_anybody_sends_is_cut() -> None:
    entry = {"attributes": attributes(event__name="x")}
    document = {"resourceLogs": [{"scopeLogs": [{"logRecords": [entry] * 3000}]}] * 3}
    found = otlp.read_json(json.dumps(document).encode())
    assert found is not None
    assert len(found) == otlp.MOST_RECORDS


def test_a_copilot_span_is_a_call_over_copilot() -> None:
    (one,) = calls(span("github-copilot", gen_ai__request__model="gpt-5.1", gen_ai__provider__name="openai"))
    assert (one.client, one.provider, one.surface, one.model, one.outcome) == ("copilot-cli", "github-copilot", Surface.CODE, "gpt-5.1", Outcome.OK)
    assert one.latency_ms == 1500.0


def test_a_span_of_any_program_names_its_provider_and_what_failed() -> None:
    body = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    document = span(
        "payroll", failed=True, exception=f"529 {body}", gen_ai__request__model="claude-opus-4-5", gen_ai__provider__name="anthropic", error__type="x"
    )
    (one,) = calls(document)
    assert one.diagnosis is not None
    assert (one.client, one.provider, one.model, one.diagnosis.fault.value) == ("otlp", "anthropic", "claude-opus-4.5", "provider")
    (two,) = calls(span("payroll", failed=True, gen_ai__request__model="gpt-5", gen_ai__provider__name="openai", error__type="503"))
    assert two.diagnosis is not None
    assert two.diagnosis.status == 503


@pytest.mark.parametrize("service", ["claude-code", "gemini-cli", "codex_exec", "codex_cli_rs"])
def test_spans_of_clients_whose_logs_tell_the_same_are_passed_over(service: str) -> None:
    assert calls(span(service, gen_ai__request__model="m1")) == ()


def test_a_call_that_its_user_stopped_is_no_failure() -> None:
    assert calls(span("github-copilot", failed=True, error__type="AbortError", gen_ai__request__model="gpt-5")) == ()


def test_a_last_word_after_retries_is_of_the_same_request_and_one_without_retries_adds_nothing() -> None:
    given = {"session__id": "s", "prompt__id": "p", "query_source": "sdk", "model": "claude-opus-4-5", "error": "Repeated 529 Overloaded errors"}
    (error,) = calls(log(event__name="api_error", **given))
    (exhausted,) = calls(log(event__name="api_retries_exhausted", total_attempts=3, **given))
    assert error.turn == exhausted.turn
    assert error.key != exhausted.key
    assert calls(log(event__name="api_retries_exhausted", total_attempts=1, **given)) == ()


def test_attempts_of_codex_are_one_request_until_it_is_answered_or_a_minute_passes() -> None:
    def attempt(second: int, **given: object) -> dict[str, object]:
        at = datetime(2026, 11, 22, 14, second // 60, second % 60, tzinfo=UTC).isoformat()
        return log("codex", event__name="codex.api_request", event__timestamp=at, conversation__id="c", model="gpt-5.1-codex", **given)

    exports, origin = Exports(), Origin("o", SignatureDiagnose(builtin_signatures(), None), SEEN)
    failing = {"http__response__status_code": 503, "error__message": "http 503"}
    told = [attempt(0, attempt=0, **failing), attempt(1, attempt=1, **failing), attempt(2, attempt=0, **failing), attempt(3, http__response__status_code=200)]
    told += [attempt(4, attempt=0, **failing), attempt(100, attempt=0, **failing)]
    turns = [call.turn for document in told for call in exports.calls(otlp.facts_in(document), origin, SEEN)]
    assert len(turns) == 6
    assert len(set(turns[:4])) == 1
    assert len({turns[0], turns[4], turns[5]}) == 3


def test_no_sample_of_an_export_is_left_unread() -> None:
    sample = Path(__file__).parent / "clients" / "samples" / "otlp.jsonl"
    for line in sample.read_bytes().splitlines():
        body = json.loads(line).get("body", json.loads(line))
        assert calls(body)

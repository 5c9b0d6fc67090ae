"""How one failure becomes a diagnosis: fields before sentences, sentences before labels, and no text of the record in the result."""

import pytest

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.observation import Diagnosis
from statuswatch.sources.clients import wording
from statuswatch.sources.clients.failure import Failure, diagnosis_of, url_in


class Echo:
    """A Diagnose that keeps what it was asked and answers the same."""

    def __init__(self, answer: Diagnosis) -> None:
        self.answer = answer
        self.asked: dict[str, object] = {}

    def response(self, **asked: object) -> Diagnosis:
        self.asked = asked
        return self.answer

    def transport(self, **asked: object) -> Diagnosis:
        self.asked = asked
        return self.answer


SURE = Diagnosis(Fault.PROVIDER, Confidence.HIGH, "capacity")
UNSURE = Diagnosis(Fault.UNKNOWN, Confidence.LOW, "unrecognised")


@pytest.mark.parametrize(
    ("failure", "confidence"),
    [
        (Failure(status=529), Confidence.HIGH),
        (Failure(kind="overloaded_error"), Confidence.HIGH),
        (Failure(sentence="API Error: 529"), Confidence.MEDIUM),
        (Failure(sentence='{"error":{}}'), Confidence.MEDIUM),
        (Failure(sentence="Overloaded"), Confidence.LOW),
        (Failure(status=529, weak=True), Confidence.LOW),
    ],
)
def test_how_sure_a_reading_may_be_depends_on_where_it_stands(failure: Failure, confidence: Confidence) -> None:
    assert diagnosis_of(failure, Echo(SURE), None).confidence is confidence


def test_only_headers_that_tell_a_cause_are_passed_on() -> None:
    echo = Echo(SURE)
    headers = {
        "Retry-After": "3",
        "Authorization": "x",
        "Cookie": "x",
        "cf-ray": "8f0",
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-organization-id": "x",
    }
    diagnosis_of(Failure(status=429, headers=headers), echo, "anthropic")
    assert echo.asked["headers"] == {"retry-after": "3", "cf-ray": "8f0", "anthropic-ratelimit-requests-remaining": "0"}
    assert (echo.asked["provider"], echo.asked["status"]) == ("anthropic", 429)


def test_a_field_of_the_record_outranks_a_number_in_the_sentence() -> None:
    echo = Echo(SURE)
    diagnosis_of(Failure(status=400, sentence="API Error: 529"), echo, None)
    assert echo.asked["status"] == 400
    diagnosis_of(Failure(kind="api_error", sentence="API Error: 529"), echo, None)
    assert echo.asked["status"] is None


def test_a_transport_failure_names_code_and_host() -> None:
    echo = Echo(UNSURE)
    found = diagnosis_of(Failure(transport="ENOTFOUND", url="https://user:pw@api.example.invalid/v1"), echo, None)
    assert echo.asked == {"code": "ENOTFOUND", "host": "api.example.invalid"}
    assert found.code == "ENOTFOUND"
    diagnosis_of(Failure(sentence="connect ECONNREFUSED 127.0.0.1:4000"), echo, None)
    assert echo.asked == {"code": "ECONNREFUSED", "host": "127.0.0.1:4000"}


def test_a_label_may_name_which_fault_of_the_user_it_is_and_never_turn_the_side() -> None:
    request = Diagnosis(Fault.REQUEST, Confidence.HIGH, "request")
    named = diagnosis_of(Failure(status=400, label=(Fault.BILLING, "client_label")), Echo(request), None)
    assert (named.fault, named.confidence) == (Fault.BILLING, Confidence.MEDIUM)
    assert diagnosis_of(Failure(status=529, label=(Fault.BILLING, "client_label")), Echo(SURE), None).fault is Fault.PROVIDER
    assert diagnosis_of(Failure(label=(Fault.AUTH, "client_label")), Echo(UNSURE), None).fault is Fault.AUTH
    assert diagnosis_of(Failure(label=(Fault.UNKNOWN, "client_label")), Echo(UNSURE), None).fault is Fault.UNKNOWN


def test_no_text_of_the_record_is_in_the_result() -> None:
    loose = Diagnosis(
        Fault.UNKNOWN, Confidence.LOW, "unrecognised", code="a sentence", provider="sk-ant-1", model="my secret plan 7", signals=("code:x", "two words")
    )
    found = diagnosis_of(Failure(status=500, sentence="secret"), Echo(loose), None)
    assert (found.code, found.provider, found.model, found.signals, found.status) == (None, None, None, ("code:x",), 500)


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("API Error: 529 Overloaded", 529),
        ("API Error: (502)", 502),
        ("529 {}", 529),
        ("Request rejected (429) · slow", 429),
        ("Repeated 529 Overloaded errors", 529),
        ("unexpected status 401 Unauthorized", 401),
        ("exceeded retry limit, last status: 429 Too Many", 429),
        ("Please run /login · API Error: 403 no", 403),
        ("Last error: 503 Service Unavailable", 503),
        ("prompt is too long: 529 tokens", None),
        ("429.5 tokens", None),
        ("your limit resets at 500", None),
        ("", None),
    ],
)
def test_a_status_counts_only_where_clients_put_one(sentence: str, status: int | None) -> None:
    assert wording.stated_status(sentence) == status


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Unable to connect to API (FailedToOpenSocket)", "FailedToOpenSocket"),
        ("getaddrinfo ENOTFOUND x", "ENOTFOUND"),
        ("dns error: failed to lookup address information", "ENOTFOUND"),
        ("tcp connect error: Connection refused", "ECONNREFUSED"),
        ("self-signed certificate in chain", "CERT_VERIFY_FAILED"),
        ("The socket connection was closed unexpectedly", "ECONNRESET"),
        ("Network is unreachable", "ENETUNREACH"),
        ("Request timed out.", "ETIMEDOUT"),
        ("The response stopped arriving", "stream_interrupted"),
        ("fetch failed", "connection_failed"),
        ("Overloaded", None),
    ],
)
def test_a_sentence_about_the_transport_has_a_code(sentence: str, code: str | None) -> None:
    assert wording.transport_code(sentence) == code


@pytest.mark.parametrize(
    ("sentence", "stopped"),
    [
        ("Request was aborted.", True),
        ("This operation was aborted", True),
        ("The user cancelled", True),
        ("Interrupted by user", True),
        ("The operation was aborted due to timeout", False),
        ("Overloaded", False),
    ],
)
def test_what_was_stopped_on_purpose_is_told_from_what_timed_out(sentence: str, stopped: bool) -> None:
    assert wording.cancelled(sentence) is stopped


def test_addresses_lose_user_query_and_fragment() -> None:
    assert url_in("see https://u:p@host.example/v1/x?key=1#f, then") == "https://host.example/v1/x"
    assert url_in("none") is None


def test_the_request_id_is_found_in_a_header_or_in_the_body() -> None:
    assert Failure(headers={"x-request-id": "req_1"}).request_id == "req_1"
    assert Failure(sentence='429 {"error":{},"request_id":"req_2"}').request_id == "req_2"
    assert Failure(sentence="none").request_id is None


def test_an_embedded_object_reaches_from_the_first_brace_to_the_last() -> None:
    assert wording.embedded_json('x {"a":{}} y') == '{"a":{}}'
    assert wording.embedded_json("} {") is None

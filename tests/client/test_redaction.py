"""What of a failed answer leaves a program: enough to tell whose fault it is, and no word of what was asked."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch._client.redaction import BODY_MAX, reduced, telling
from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.observation import Diagnosis
from statuswatch.sources import envelope
from statuswatch.sources.clients.diagnose import SignatureDiagnose
from statuswatch.sources.clients.failure import Failure, diagnosis_of
from support.failures import CASES, answers, knowledge, response_of
from support.planting import MARK, SECRETS
from support.recordings import recordings

_DIAGNOSE = SignatureDiagnose(builtin_signatures(), knowledge())


def read(status: int, headers: dict[str, str], body: str, url: str | None) -> Diagnosis:
    return diagnosis_of(Failure(status=status, sentence=body, headers=headers, url=url), _DIAGNOSE, None)


def same(status: int | None, headers: dict[str, str], body: str, url: str | None) -> bool:
    """Whether what is left of an answer says the same as all of it. Successes are told apart before anything is left out."""
    if status is None or status < 400:
        return True
    headers = {name.lower(): value for name, value in headers.items()}
    whole, left = read(status, headers, body[:4096], url), read(status, telling(headers), reduced(body), url)
    return (whole.fault, whole.confidence, whole.reason) == (left.fault, left.confidence, left.reason)


@pytest.mark.recordings
def test_what_is_left_of_a_recorded_error_says_the_same_as_all_of_it() -> None:
    cases = [json.loads(line) for line in recordings("errors/api-errors.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [case["id"] for case in cases if not same(case["status"], case["headers"] or {}, case["body"] or "", case["url"])] == []


def test_what_is_left_of_each_labelled_answer_says_the_same() -> None:
    found = [response_of(answer) for answer in answers()]
    assert len(found) > 50
    assert [found_.body[:200] for found_ in found if not same(found_.status, dict(found_.headers), found_.body, found_.url)] == []


@pytest.mark.parametrize("name", CASES)
def test_what_is_left_of_the_example_of_a_row_says_the_same(name: str) -> None:
    _fault, _confidence, _reason, status, body, *rest = CASES[name]
    headers, url = (rest[0] if rest else {}), (rest[1] if len(rest) > 1 else None)
    assert same(status, headers, body if isinstance(body, str) else json.dumps(body), url), reduced(body if isinstance(body, str) else json.dumps(body))


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "form",
    [
        '{{"error":{{"type":{0},"code":{0},"message":{0},"param":{0},"metadata":{{"raw":{0}}}}},"messages":[{{"role":{0},"content":{0}}}],{0}:{0}}}',
        '{{"error":{{"message":"overloaded {1} please","details":[{0},{{"reason":{0}}}]}}}}',
        '{{"error":{{"message":"{{\\"error\\":{{\\"message\\":\\"{1}\\",\\"type\\":\\"{1}\\"}}}}"}}}}',
        "<html><head><title>{1}</title><style>{1}</style></head><body {1}>{1}</body></html>",
        "litellm.RateLimitError: {{'error': {{'type': '{1}', 'message': '{1}', 'code': '{1}'}}}} {1}",
        "{1}",
    ],
)
def test_a_secret_in_an_error_body_is_not_in_what_is_left(secret: str, form: str) -> None:
    body = form.format(json.dumps(secret), secret)
    left = reduced(body)
    assert MARK not in left
    assert not any(word in left for word in ("refactor", "payroll", "ACME", "Corp"))


@given(st.text(string.ascii_letters + string.digits + " .,:;'\"{}[]()<>/\\-_#@=?&%\n\u00e9\u202e", max_size=300))
def test_of_any_text_only_known_words_are_left(text: str) -> None:
    left = reduced("told: " + text)
    assert left.isprintable() or "\n" in left
    assert len(left) <= BODY_MAX


@given(st.binary(max_size=200))
def test_any_bytes_are_reduced(body: bytes) -> None:
    assert len(reduced(body.decode("utf-8", "replace"))) <= BODY_MAX


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"error":' * 2000, json.dumps({"error": [{"message": "rate limit " * 99}] * 99}), '{"a":' * 50 + "1" + "}" * 50]
)
def test_deep_and_long_bodies_stay_short(body: str) -> None:
    assert len(reduced(body)) <= BODY_MAX


def test_prompts_in_words_that_are_left_cannot_be_read_back() -> None:
    left = reduced(
        json.dumps({"error": {"message": "Invalid request: the user asked: my password for server 10.20.30.40 is hunter2, card 4111 1111 1111 1111"}})
    )
    assert not any(said in left for said in ("hunter", "password", "card", "asked", "my ", "4111", "10.20"))


def test_codes_ids_and_waits_are_left() -> None:
    left = json.loads(
        reduced('{"error":{"type":"overloaded_error","message":"Try again in 20s or 1.5 seconds","retryDelay":"43s","code":529},"request_id":"req_011C"}')
    )
    assert left["error"] == {"type": "overloaded_error", "message": "Try again in 20s or 1.5 seconds", "retryDelay": "43s", "code": 529}
    assert left["request_id"] == "req_011C"


def test_every_field_that_errors_are_read_by_is_left_and_fields_of_content_are_empty() -> None:
    for key in envelope.CODES | envelope.MESSAGES | envelope.CHILDREN | set(envelope.UPSTREAMS) | set(envelope.WAITS):
        assert json.loads(reduced(json.dumps({key: "overloaded"}))) == {key: "overloaded"}, key
    for key in envelope.CONTENT - {"choices"}:
        assert json.loads(reduced(json.dumps({key: "overloaded"}))) in ({key: None}, {}), key


@pytest.mark.parametrize("secret", SECRETS)
def test_headers_that_could_hold_a_secret_are_not_told(secret: str) -> None:
    never = ("authorization", "x-api-key", "set-cookie", "cookie", "openai-organization", "anthropic-organization-id", "x-goog-api-key", "location")
    told = telling({**dict.fromkeys(never, secret), "X-Request-Id": secret, "Link": f'<https://x/?{secret}>; rel="next"', "x-litellm-model-api-base": secret})
    assert told == {"x-request-id": "-", "x-litellm-model-api-base": "1"}


def test_headers_that_tell_a_cause_are_told_short() -> None:
    headers = {
        "Retry-After": "3",
        "content-type": "application/json; boundary=x",
        "cf-ray": "a" * 20,
        "server": "s " * 500,
        "x-ratelimit-remaining-requests": "0",
    }
    told = telling({**headers, **{f"x-ratelimit-{number}": "1" for number in range(100)}})
    assert (told["retry-after"], told["content-type"], len(told["server"]), len(told)) == ("3", "application/json", 200, 40)

"""What standards say about a failed answer, section by section. Texts are our own; the sections tell what is asked for."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statuswatch.core.health import Confidence, Fault, Side
from statuswatch.core.observation import Diagnosis
from statuswatch.sources import headers
from statuswatch.sources.headers import RateLimit
from statuswatch.sources.hosts import is_loopback
from support.failures import NEW, OPENAI, OWN, read

HOUSE = "https://api.house.example/v1/chat"
NOW = "Fri, 02 Jan 2026 03:04:05 GMT"


class TestStatusLinks:
    """RFC 8631 section 5 (`status`), read by RFC 8288 section 3."""

    @pytest.mark.parametrize(
        ("section", "value", "found"),
        [
            ("8288 3: one link, several relations", '<https://s.example/>; rel="service-doc status"', "https://s.example/"),
            ("8288 3: relations are compared without case", '<https://s.example/>; rel="Status"', "https://s.example/"),
            ("8288 3: several links in one field", "<https://d.example/>; rel=help, <https://s.example/>; rel=status", "https://s.example/"),
            ("8288 3: a comma and a bracket inside a quoted parameter", '<https://s.example/>; title="a, <b>; rel=x"; rel="status"', "https://s.example/"),
            ("8288 3: an escaped quote", '<https://s.example/>; title="a \\" rel=x"; rel=status', "https://s.example/"),
            ("8288 3: parameters without a value", "<https://s.example/>; crossorigin; rel=status", "https://s.example/"),
            ("8288 3.4.1: an extended parameter", "<https://s.example/>; title*=UTF-8''st%C3%A4tus; rel=status", "https://s.example/"),
            ("8288 3.3: the first rel counts", "<https://s.example/>; rel=help; rel=status", None),
            ("8288 3.3: an extension relation is an address, not its last part", '<https://s.example/>; rel="https://x.example/status"', None),
            ("8288 3.2: another context", '<https://s.example/>; rel=status; anchor="https://other.example/"', None),
            ("8288 3.1: a target relative to the answer", "</health>; rel=status", "https://api.house.example/health"),
            ("8288 3.1: relative to its folder", "<state>; rel=status", "https://api.house.example/v1/state"),
            ("3986 5.2: another host in the same scheme", "<//s.example/x>; rel=status", "https://s.example/x"),
        ],
    )
    def test_a_link_is_read_by_the_rules_of_its_section(self, section: str, value: str, found: str | None) -> None:
        assert headers.status_link({"link": value}, HOUSE) == found, section

    @pytest.mark.parametrize(
        "target",
        [
            "http://s.example/",
            "HTTP://s.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://s.example/",
            "statuswatch:open",
            "https://me:key@s.example/",
            "https://me@s.example/",
            "https://s.example\\@evil.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "https://10.0.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[fe80::1]/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://router/",
            "https://s.example/\u202egnp.exe",
            "https://s.example/\u200b",
            "https://\u0455.example/",
            "https://s.example/\x1b[2J",
            "https://s.example/\n",
            "https://s.example/ x",
            'https://s.example/"x',
            "https://s.example/<x",
            "https:///x",
            "https://",
            "",
        ],
    )
    def test_a_hostile_target_is_refused_whoever_answered(self, target: str) -> None:
        for base in (None, HOUSE, OPENAI):
            assert headers.public_link(target, base) in (None, base if not target else None)

    def test_plain_http_and_this_machine_are_taken_from_this_machine_alone(self) -> None:
        assert headers.public_link("http://127.0.0.1:4000/health", OWN) == "http://127.0.0.1:4000/health"
        assert headers.public_link("/health", OWN) == "http://127.0.0.1:4000/health"
        assert headers.public_link("ftp://127.0.0.1/", OWN) is None
        assert headers.public_link("http://s.example/", OWN) is None
        assert headers.public_link("http://10.0.0.1/", OWN) is None
        assert headers.public_link("https://s.example/", OWN) == "https://s.example/"

    def test_a_link_says_where_and_never_that(self) -> None:
        link = {"link": '<https://s.example/>; rel="status"'}
        for status in (200, 400, 401, 429, 500):
            with_link, without = read(status, "{}", link, OPENAI), read(status, "{}", {}, OPENAI)
            assert with_link.status_link == "https://s.example/"
            assert (with_link.fault, with_link.confidence, with_link.reason) == (without.fault, without.confidence, without.reason)

    @pytest.mark.parametrize(
        ("host", "own"), [("localhost", True), ("x.localhost", True), ("127.0.0.9", True), ("[::1]", True), ("10.0.0.1", False), ("api.house.example", False)]
    )
    def test_this_machine_is_known_by_its_plain_names(self, host: str, own: bool) -> None:
        assert is_loopback(host) is own


class TestProblems:
    """RFC 9457, and the problem types of draft-ietf-httpapi-ratelimit-headers section 5."""

    PROBLEM = {"content-type": "application/problem+json"}  # noqa: RUF012 - read only

    def told(self, answered: int, **members: object) -> Diagnosis:
        return read(answered, json.dumps(members), self.PROBLEM, NEW)

    @pytest.mark.parametrize(
        ("name", "status", "fault", "reason"),
        [
            ("quota-exceeded", 429, Fault.QUOTA, "quota"),
            ("temporary-reduced-capacity", 503, Fault.PROVIDER, "capacity"),
            ("temporary-reduced-capacity", 429, Fault.PROVIDER, "capacity"),
            ("abnormal-usage-detected", 429, Fault.QUOTA, "quota"),
        ],
    )
    def test_the_types_of_the_rate_limit_draft_tell_whose_limit_it_is(self, name: str, status: int, fault: Fault, reason: str) -> None:
        found = self.told(status, type=f"https://iana.org/assignments/http-problem-types#{name}", title="t", **{"violated-policies": ["hour"]})
        assert (found.fault, found.reason, found.explicit) == (fault, reason, True)

    def test_section_3_1_1_about_blank_says_no_more_than_the_status(self) -> None:
        blank, bare = self.told(503, type="about:blank", title="Service Unavailable", status=503), read(503, "{}", {}, NEW)
        assert (blank.fault, blank.confidence) == (bare.fault, bare.confidence)

    def test_section_3_1_2_the_advisory_status_is_read_where_none_is_known(self) -> None:
        assert read(None, json.dumps({"type": "about:blank", "status": 402})).fault is Fault.BILLING

    def test_section_3_1_4_the_detail_is_prose_and_decides_nothing_surely(self) -> None:
        assert self.told(400, type="about:blank", detail="provider overloaded").side is Side.YOURS

    def test_a_type_in_urn_form_and_a_relative_one_are_read_by_their_last_part(self) -> None:
        assert self.told(401, type="urn:house:problem-details:unauthorized").fault is Fault.AUTH
        assert self.told(403, type="/problems/out-of-credit").fault is Fault.BILLING


PROXY_ERRORS = {
    **dict.fromkeys(("dns_timeout", "dns_error"), Fault.EDGE),
    **dict.fromkeys(("destination_not_found", "destination_unavailable", "destination_ip_prohibited", "destination_ip_unroutable"), Fault.PROVIDER),
    **dict.fromkeys(("connection_refused", "connection_terminated", "connection_timeout", "connection_read_timeout"), Fault.PROVIDER),
    **dict.fromkeys(("connection_write_timeout", "connection_limit_reached"), Fault.PROVIDER),
    **dict.fromkeys(("tls_protocol_error", "tls_certificate_error", "tls_alert_received"), Fault.PROVIDER),
    **dict.fromkeys(("http_response_incomplete", "http_response_header_section_size", "http_response_header_size", "http_response_body_size"), Fault.PROVIDER),
    **dict.fromkeys(("http_response_trailer_section_size", "http_response_trailer_size", "http_response_transfer_coding"), Fault.PROVIDER),
    **dict.fromkeys(("http_response_content_coding", "http_response_timeout", "http_upgrade_failed", "http_protocol_error"), Fault.PROVIDER),
    **dict.fromkeys(("proxy_internal_response", "proxy_internal_error", "proxy_configuration_error", "proxy_loop_detected"), Fault.EDGE),
}


class TestProxyStatus:
    """RFC 9209: which hop answered, and why."""

    @pytest.mark.parametrize("error", PROXY_ERRORS)
    def test_section_2_3_each_failure_type_is_of_the_service_or_its_edge(self, error: str) -> None:
        found = read(502, "", {"proxy-status": f"cdn.example; error={error}"}, NEW)
        assert (found.fault, found.confidence) == (PROXY_ERRORS[error], Confidence.MEDIUM)

    @pytest.mark.parametrize("error", PROXY_ERRORS)
    def test_a_proxy_of_ones_own_blames_nobody_behind_it(self, error: str) -> None:
        assert read(502, "", {"proxy-status": f"mine; error={error}"}, OWN).side is not Side.THEIRS

    @pytest.mark.parametrize("error", ["http_request_error", "http_request_denied"])
    def test_section_2_3_a_refusal_by_a_hop_is_about_the_request(self, error: str) -> None:
        assert read(403, "", {"proxy-status": f"cdn.example; error={error}"}, NEW).fault is Fault.REQUEST
        assert read(429, "", {"proxy-status": f"cdn.example; error={error}"}, NEW).fault is Fault.UNKNOWN

    def test_all_32_types_are_placed(self) -> None:
        assert len(PROXY_ERRORS) + 2 == 32

    def test_section_2_of_several_hops_the_one_nearest_to_the_caller_that_failed_counts(self) -> None:
        value = "origin.example; error=http_request_error, cdn.example; error=proxy_internal_error, last.example"
        assert read(502, "", {"proxy-status": value}, NEW).fault is Fault.EDGE

    def test_section_2_1_2_a_hop_without_an_error_passed_the_answer_on(self) -> None:
        assert read(502, "", {"proxy-status": "cdn.example; received-status=502"}, NEW).reason == "server_error"

    def test_an_error_that_nobody_registered_says_nothing(self) -> None:
        assert read(502, "", {"proxy-status": "cdn.example; error=moon_phase"}, NEW).reason == "server_error"

    def test_a_body_that_names_the_cause_is_nearer_than_a_hop(self) -> None:
        found = read(503, {"error": {"code": "insufficient_quota"}}, {"proxy-status": "cdn.example; error=destination_unavailable"}, NEW)
        assert found.fault is Fault.BILLING


class TestRateLimitFields:
    """draft-ietf-httpapi-ratelimit-headers-10 sections 3 and 4, and its older forms."""

    @pytest.mark.parametrize(
        ("form", "given_headers", "wait"),
        [
            ("current", {"ratelimit": '"hour";r=0;t=30', "ratelimit-policy": '"hour";q=100;w=3600'}, 30.0),
            ("current, with a unit and a partition", {"ratelimit": '"hour";r=0;t=30;pk=:cGs=:', "ratelimit-policy": '"hour";q=9;w=60;qu="tokens"'}, 30.0),
            ("the last of several", {"ratelimit": '"a";r=0;t=5, "b";r=0;t=50, "c";r=9;t=900'}, 50.0),
            ("dictionary", {"ratelimit": "limit=100, remaining=0, reset=30"}, 30.0),
            ("three fields", {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "0", "ratelimit-reset": "30"}, 30.0),
            ("openai", {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-reset-requests": "9h"}, 360.0),
            ("anthropic", {"anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "2026-01-02T03:05:05Z", "date": NOW}, 60.0),
            ("unified", {"anthropic-ratelimit-unified-status": "rejected", "anthropic-ratelimit-unified-reset": "1767323105", "date": NOW}, 60.0),
            ("milliseconds since 1970", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767323105000", "date": NOW}, 60.0),
            ("a moment that is past", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767000000", "date": NOW}, 0.0),
            ("a moment without a date", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767323105000"}, None),
            ("no number at all", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon", "date": NOW}, None),
            ("infinite", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1e400", "date": NOW}, None),
            ("no reset", {"x-ratelimit-remaining": "0"}, None),
        ],
    )
    def test_a_limit_that_is_used_up_is_the_callers_and_says_when_it_begins_anew(self, form: str, given_headers: dict[str, str], wait: float | None) -> None:
        found = read(429, "", given_headers, NEW)
        assert (found.fault, found.confidence, found.retry_after_s) == (Fault.QUOTA, Confidence.HIGH, wait), form

    @pytest.mark.parametrize(
        "given_headers",
        [
            {"ratelimit": '"hour";r=5;t=30'},
            {"ratelimit": '"hour";r=-1'},
            {"ratelimit": '"hour";r="0"'},
            {"ratelimit": '"hour"; r=0 t=1'},
            {"ratelimit-remaining": "5"},
            {"ratelimit-remaining": "0;"},
            {"x-ratelimit-remaining-tokens": "10"},
        ],
    )
    def test_units_that_are_left_or_cannot_be_read_decide_nothing(self, given_headers: dict[str, str]) -> None:
        found = read(429, "", given_headers, NEW)
        assert (found.fault, found.retry_after_s) == (Fault.UNKNOWN, None)

    def test_the_older_three_fields_are_one_limit(self) -> None:
        given_headers = {"ratelimit-limit": "10, 10;w=1", "ratelimit-remaining": "3", "ratelimit-reset": "7"}
        assert headers.rate_limits(given_headers) == (RateLimit("", 3, 7.0, 10),)
        assert headers.rate_limits({"ratelimit-remaining": "x"}) == (RateLimit(""),)

    def test_a_limit_of_the_caller_is_no_reason_for_a_failure_of_the_server(self) -> None:
        assert read(500, "", {"ratelimit": '"hour";r=0;t=30'}, NEW).fault is Fault.PROVIDER


class TestRetryAfter:
    """RFC 9110 section 10.2.3, and the vendors' milliseconds."""

    @pytest.mark.parametrize(
        ("given_headers", "wait"),
        [
            ({"retry-after": "7"}, 7.0),
            ({"retry-after": "Fri, 02 Jan 2026 03:05:05 GMT", "date": NOW}, 60.0),
            ({"retry-after": "Friday, 02-Jan-26 03:05:05 GMT", "date": NOW}, 60.0),
            ({"retry-after": "Fri Jan  2 03:05:05 2026", "date": NOW}, 60.0),
            ({"retry-after": "Fri, 02 Jan 2015 03:05:05 GMT", "date": NOW}, 0.0),
            ({"retry-after": "Fri, 02 Jan 2099 03:05:05 GMT", "date": NOW}, None),
            ({"retry-after": "999999999999999999999"}, None),
            ({"retry-after": "-1"}, None),
            ({"retry-after": "7, 9"}, None),
            ({"retry-after": "NaN"}, None),
            ({"retry-after": "Infinity"}, None),
            ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
            ({"retry-after-ms": "-5", "retry-after": "9"}, 9.0),
            ({"retry-after-ms": "1e9", "retry-after": "9"}, 9.0),
            ({"retry-after": "3", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "50"}, 3.0),
        ],
    )
    def test_both_forms_are_read_and_absurd_ones_say_nothing(self, given_headers: dict[str, str], wait: float | None) -> None:
        assert read(503, "", given_headers, NEW).retry_after_s == wait

    def test_a_wait_is_no_evidence_of_fault(self) -> None:
        for status in (400, 429, 500, 503):
            assert read(status, "", {"retry-after": "5"}, NEW).fault is read(status, "", {}, NEW).fault


class TestCaches:
    """RFC 9211 section 2.1: an error out of a cache is an old one."""

    @pytest.mark.parametrize(("value", "confidence"), [("cdn; hit", Confidence.LOW), ("cdn; fwd=miss", Confidence.MEDIUM), ("cdn; hit=?0", Confidence.MEDIUM)])
    def test_a_hit_makes_a_failure_less_sure(self, value: str, confidence: Confidence) -> None:
        assert read(529, "", {"cache-status": value}, NEW).confidence is confidence


class TestRetirement:
    """RFC 9745 (`Deprecation`) and RFC 8594 (`Sunset`)."""

    SUNSET = "Thu, 01 Jan 2026 00:00:00 GMT"

    def test_what_is_not_found_behind_its_sunset_is_retired(self) -> None:
        found = read(404, {"error": {"type": "not_found_error"}}, {"sunset": self.SUNSET, "date": NOW}, NEW)
        assert (found.fault, found.reason, found.confidence) == (Fault.MODEL, "model_retired", Confidence.MEDIUM)

    @pytest.mark.parametrize(
        "given_headers",
        [
            {"sunset": "Thu, 01 Jan 2099 00:00:00 GMT", "date": NOW},
            {"sunset": SUNSET},
            {"sunset": "soon", "date": NOW},
            {"deprecation": "@1688169599", "date": NOW},
            {"deprecation": "@1800000000", "sunset": SUNSET, "date": NOW},
        ],
    )
    def test_an_end_that_is_to_come_or_unclear_retires_nothing(self, given_headers: dict[str, str]) -> None:
        assert read(404, {"error": {"type": "not_found_error"}}, given_headers, NEW).reason != "model_retired"

    def test_a_failure_of_a_deprecated_resource_is_a_failure(self) -> None:
        assert read(500, "", {"sunset": self.SUNSET, "date": NOW}, NEW).fault is Fault.PROVIDER

    def test_section_2_1_the_date_is_a_structured_one(self) -> None:
        found = headers.retirement({"deprecation": "@1688169599"})
        assert found is not None
        assert found.deprecated_at == datetime(2023, 6, 30, 23, 59, 59, tzinfo=UTC)


class TestPortals:
    """RFC 6585 section 6 (511), RFC 8908 section 4, RFC 8910 section 1."""

    @pytest.mark.parametrize(
        ("status", "body", "given_headers", "confidence"),
        [
            (511, "<html>login</html>", {"content-type": "text/html"}, "high"),
            (511, "", {}, "high"),
            (511, '{"error":{"type":"overloaded_error"}}', {"request-id": "req_011CRaaaaaaaaaaaaaaaaaa"}, "high"),
            (200, '{"captive":true}', {"content-type": "application/captive+json"}, "high"),
            (200, "<html>login</html>", {"content-type": "text/html"}, "medium"),
            (302, "", {"location": "http://10.1.1.1/login"}, "medium"),
            (307, "", {"location": "https://portal.hotel.example/?u=x"}, "medium"),
        ],
    )
    def test_a_portal_is_the_network_and_never_the_provider(self, status: int, body: str, given_headers: dict[str, str], confidence: str) -> None:
        found = read(status, body, given_headers, OPENAI)
        assert (found.fault, found.reason, found.confidence) == (Fault.NETWORK, "captive_portal", confidence)


class TestEdges:
    """`cf-error-type` and `cf-mitigated` (developers.cloudflare.com): the edge made the answer itself."""

    @pytest.mark.parametrize(
        ("value", "fault"),
        [
            ("1015", Fault.QUOTA),
            ("1020", Fault.NETWORK),
            ("1009", Fault.NETWORK),
            ("1016", Fault.PROVIDER),
            ("1033", Fault.PROVIDER),
            ("1000", Fault.EDGE),
            ("1101", Fault.EDGE),
            ("1102", Fault.EDGE),
            ("1200", Fault.EDGE),
        ],
    )
    def test_the_edges_own_number_tells_whose_it_is(self, value: str, fault: Fault) -> None:
        assert read(503, "", {"cf-error-type": value, "cf-error-origin": "cloudflare"}, NEW).fault is fault

    @pytest.mark.parametrize("status", [520, 521, 522, 523, 524, 525, 526, 527, 530])
    def test_what_the_edge_could_not_get_is_the_providers(self, status: int) -> None:
        for body in ("", f"error code: {status}", f"<html><title>{status}</title></html>"):
            assert read(status, body, {"server": "cloudflare", "cf-error-type": "52x"}, NEW).fault is Fault.PROVIDER


MEANT = frozenset(
    {
        "ratelimit",
        "ratelimit-remaining",
        "proxy-status",
        "cache-status",
        "cf-error-type",
        "cf-mitigated",
        "content-type",
        "server",
        "grpc-status",
        "x-ratelimit-remaining",
        "sunset",
        "deprecation",
        "anthropic-ratelimit-unified-status",
        "anthropic-ratelimit-unified-reset",
        "llm_provider-x-ratelimit-remaining",
        ":exception-type",
        "x-amzn-errortype",
    }
)
NAMES = st.sampled_from(
    [
        "link",
        "retry-after",
        "retry-after-ms",
        "date",
        "ratelimit",
        "ratelimit-policy",
        "ratelimit-remaining",
        "ratelimit-reset",
        "ratelimit-limit",
        "proxy-status",
        "cache-status",
        "deprecation",
        "sunset",
        "x-should-retry",
        "cf-error-type",
        "cf-mitigated",
        "content-type",
        "location",
        "server",
        "grpc-status",
        "grpc-message",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "anthropic-ratelimit-unified-status",
        "anthropic-ratelimit-unified-reset",
        "llm_provider-x-ratelimit-remaining",
        ":exception-type",
        "x-amzn-errortype",
        "@quota",
        "@redirect",
    ]
) | st.text(max_size=20)
VALUES = (
    st.text(max_size=60)
    | st.text("0123456789:;=,\"'()<>@?.-/ TGMZrelstatuerrohi", max_size=60)
    | st.sampled_from([NOW, "0", "rejected", "cdn; error=proxy_internal_error", "@99999999999999", "1e400", "٣", "((", "application/captive+json", "14"])
)
BODIES = (
    st.text(max_size=80)
    | st.binary(max_size=60).map(lambda data: data.decode("latin-1"))
    | st.sampled_from(["{}", "[{}]", "<html>", '{"error":{"code":"x1"}}', "data: {}\n\n", "event: error\n\n"])
)


@settings(max_examples=400)
@given(st.none() | st.integers(100, 999), st.dictionaries(NAMES, VALUES, max_size=6), BODIES, st.none() | st.sampled_from([NEW, OWN, "http://[", "x"]))
@example(429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400, "date": NOW}, "", NEW)
@example(429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "\u0663", "date": NOW}, "", NEW)
@example(503, {"grpc-status": "\u0661"}, "", NEW)
@example(503, {"link": "<http://[>; rel=status"}, "", OPENAI)
def test_no_header_and_no_body_breaks_a_reading(status: int | None, given_headers: dict[str, str], body: str, url: str | None) -> None:
    found = read(status, body, given_headers, url)
    assert found.retry_after_s is None or 0 <= found.retry_after_s <= 30 * 86400
    assert found.fault is not Fault.UNKNOWN or found.confidence is Confidence.LOW
    assert not any(char for signal in found.signals for char in signal if not char.isprintable())


@given(
    st.sampled_from([400, 401, 402, 403, 404, 413, 422, 429, 500, 502, 503, 529]),
    st.dictionaries(NAMES.filter(lambda name: name not in MEANT), VALUES, max_size=6),
)
def test_headers_that_mean_nothing_about_fault_change_nothing(status: int, given_headers: dict[str, str]) -> None:
    plain, decorated = read(status, "{}", {}, NEW), read(status, "{}", given_headers, NEW)
    assert (decorated.fault, decorated.reason) == (plain.fault, plain.reason)

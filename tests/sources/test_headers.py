from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.sources import headers
from statuswatch.sources.headers import Hop, RateLimit, Retirement
from statuswatch.sources.hosts import is_local

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('<https://status.example.com/>; rel="status"', "https://status.example.com/"),
        ("<https://status.example.com/>; rel=status", "https://status.example.com/"),
        ('<https://a.example.com/>; rel="service-doc status"', "https://a.example.com/"),
        ('<https://a.example.com/>; REL="STATUS"', "https://a.example.com/"),
        ('<https://a.example.com/>; title="a, b; <c>"; rel=status', "https://a.example.com/"),
        ('<https://a.example.com/>; rel="next", <https://b.example.com/> ; rel = "status"', "https://b.example.com/"),
        ('<https://a.example.com/>; rel="next"; rel="status"', None),
        ('<https://a.example.com/>; rel="status"; anchor="/other"', None),
        ('<https://a.example.com/>; rel="statuses"', None),
        ("<https://a.example.com/>", None),
        ("</status>; rel=status", None),
        ("<//a.example.com/>; rel=status", None),
        ("<javascript:alert(1)>; rel=status", None),
        ("<ftp://a.example.com/>; rel=status", None),
        ("<https://user:key@a.example.com/>; rel=status", None),
        ("<https://127.0.0.1/>; rel=status", None),
        ("<https://[::1]/>; rel=status", None),
        ("<http://169.254.169.254/latest>; rel=status", None),
        ("<https://2130706433/>; rel=status", None),
        ("<https://0x7f.1/>; rel=status", None),
        ("<https://localhost:8080/>; rel=status", None),
        ("<https://router.lan/>; rel=status", None),
        ("<https://[zz/>; rel=status", None),
        ("<https://a.example.com:99999/>; rel=status", None),
        ("<https://a.example.com/\x1b[31m>; rel=status", None),
        ("<https://a.example.com/" + "a" * 3000 + ">; rel=status", None),
        ("<https://10.0.0.1/>; rel=status, <https://b.example.com/>; rel=status", "https://b.example.com/"),
        ("<https://a.example.com/; rel=status", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_status_page_is_the_first_public_target_of_the_relation(value: str, found: str | None) -> None:
    assert headers.status_link({"link": value}) == found


@pytest.mark.parametrize(
    ("given_headers", "wait"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "2"}, 2.0),
        ({"retry-after": "Fri, 02 Jan 2026 03:05:05 GMT"}, 60.0),
        ({"retry-after": "Fri, 02 Jan 2026 03:05:05 GMT", "date": "Fri, 02 Jan 2026 03:04:35 GMT"}, 30.0),
        ({"retry-after": "Fri, 02 Jan 2026 03:00:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "99999999"}, None),
        ({"retry-after": "Fri, 99 Foo 2026"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_the_wait_is_read_in_both_forms_and_milliseconds_first(given_headers: dict[str, str], wait: float | None) -> None:
    assert headers.retry_after_s(given_headers, NOW) == wait


def test_a_date_without_anything_to_measure_it_by_says_nothing() -> None:
    assert headers.retry_after_s({"retry-after": "Fri, 02 Jan 2026 03:05:05 GMT"}) is None


def test_a_date_without_a_zone_is_utc() -> None:
    assert headers.http_date("Fri, 02 Jan 2026 03:04:05 -0000") == NOW


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("12", 12),
        ("48.9s", 48.9),
        ("350ms", 0.35),
        ("6m0s", 360),
        ("1h2m3s", 3723),
        ("1d", 86400),
        ("", None),
        ("s", None),
        ("5 apples", None),
        ("1e9", None),
        ("40d", None),
    ],
)
def test_spans_of_time_are_read_in_the_forms_that_vendors_use(text: str, span: float | None) -> None:
    assert headers.seconds(text) == (None if span is None else pytest.approx(span))


def test_rate_limits_are_merged_by_policy() -> None:
    given_headers = {"ratelimit-policy": '"burst";q=100;w=60, "day";q=1000;w=86400', "ratelimit": '"burst";r=0;t=30'}
    assert headers.rate_limits(given_headers) == (RateLimit("burst", 0, 30.0, 100, 60.0), RateLimit("day", None, None, 1000, 86400.0))


def test_the_older_dictionary_form_of_the_rate_limit_is_read() -> None:
    assert headers.rate_limits({"ratelimit": "limit=100, remaining=0, reset=5"}) == (RateLimit("", 0, 5.0, 100),)


@pytest.mark.parametrize("value", ["", "((", '"a";r=-1;t=?1', '"a";r=?1', "limit=1, other=(1 2)", "(1 2)", "é", "x" * 9000])
def test_malformed_rate_limits_claim_nothing(value: str) -> None:
    assert all(limit.remaining is None for limit in headers.rate_limits({"ratelimit": value}))


def test_hops_are_listed_from_the_origin_to_the_client() -> None:
    value = "r34.example.net; error=http_request_error; received-status=429, ExampleCDN, (a b)"
    assert headers.proxy_status({"proxy-status": value}) == (Hop("r34.example.net", "http_request_error", 429), Hop("ExampleCDN"))


@pytest.mark.parametrize(
    ("value", "cached"), [("Cdn; hit", True), ("Origin; fwd=uri-miss, Cdn; hit", True), ("Cdn; fwd=miss", False), ("Cdn; hit=?0", False), ("", False)]
)
def test_a_hit_says_that_a_cache_answered(value: str, cached: bool) -> None:
    assert headers.served_from_cache({"cache-status": value}) is cached


@pytest.mark.parametrize(("value", "said"), [("true", True), (" False ", False), ("yes", None), ("", None)])
def test_the_retry_flag_is_true_false_or_nothing(value: str, said: bool | None) -> None:
    assert headers.should_retry({"x-should-retry": value}) is said


def test_retirement_is_read_with_its_page() -> None:
    given_headers = {"deprecation": "@1688169599", "sunset": "Sun, 30 Jun 2024 23:59:59 GMT", "link": '<https://docs.example.com/d>; rel="deprecation"'}
    assert headers.retirement(given_headers) == Retirement(
        datetime(2023, 6, 30, 23, 59, 59, tzinfo=UTC), datetime(2024, 6, 30, 23, 59, 59, tzinfo=UTC), "https://docs.example.com/d"
    )


def test_a_sunset_before_its_deprecation_is_left_out() -> None:
    found = headers.retirement({"deprecation": "@1688169599", "sunset": "Sun, 30 Jun 2019 23:59:59 GMT"})
    assert found == Retirement(datetime(2023, 6, 30, 23, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize("given_headers", [{}, {"deprecation": "true"}, {"sunset": "soon"}, {"deprecation": "5"}])
def test_no_dates_is_no_retirement(given_headers: dict[str, str]) -> None:
    assert headers.retirement(given_headers) is None


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("[::1]", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("10.1.2.3", True),
        ("100.64.0.1", True),
        ("::ffff:127.0.0.1", True),
        ("gateway", True),
        ("llm.corp", True),
        ("x.svc", True),
        ("0177.0.0.1", True),
        ("8.8.8.8", False),
        ("api.example.com", False),
        ("::ffff:8.8.8.8", False),
    ],
)
def test_a_host_is_placed_by_its_name_or_number(host: str, local: bool) -> None:
    assert is_local(host) is local


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "link",
                "retry-after",
                "retry-after-ms",
                "date",
                "ratelimit",
                "ratelimit-policy",
                "proxy-status",
                "cache-status",
                "deprecation",
                "sunset",
                "x-should-retry",
            ]
        ),
        st.text(max_size=80) | st.text("<>;=\"', rel status\\(@?:0123456789-", max_size=80),
    )
)
def test_no_header_makes_any_reader_raise(given_headers: dict[str, str]) -> None:
    for reader in (
        headers.status_link,
        headers.retry_after_s,
        headers.rate_limits,
        headers.proxy_status,
        headers.served_from_cache,
        headers.retirement,
        headers.should_retry,
    ):
        reader(given_headers)


@pytest.mark.timeout(60)  # a reading that backtracks takes hours, not seconds
@pytest.mark.parametrize("value", ["<" * 9000, "<>" * 5000, "<a>" + ";a" * 5000, '<a>;a="' + "\\" * 9000, "<a>;" + " " * 9000, "<a>;rel=" + " status" * 2000])
def test_hostile_links_are_read_in_bounded_time(value: str) -> None:
    assert headers.status_link({"link": value}) is None

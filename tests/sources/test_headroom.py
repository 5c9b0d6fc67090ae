"""How much of a limit is left, as the providers' headers say it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.observation import Headroom
from statuswatch.sources.headroom import headroom_in

NOW = datetime(2025, 12, 14, 21, 40, tzinfo=UTC)

CASES = {
    "anthropic": (
        {
            "anthropic-ratelimit-requests-limit": "4000",
            "anthropic-ratelimit-requests-remaining": "3999",
            "anthropic-ratelimit-input-tokens-limit": "2000000",
            "anthropic-ratelimit-input-tokens-remaining": "80000",
            "anthropic-ratelimit-input-tokens-reset": "2025-12-14T21:41:00Z",
        },
        Headroom("input-tokens", 0.04, NOW + timedelta(minutes=1)),
    ),
    "a subscription": (
        {"anthropic-ratelimit-unified-5h-utilization": "0.97", "anthropic-ratelimit-unified-5h-reset": str(int(NOW.timestamp()) + 600)},
        Headroom("5h", 1 - 0.97, NOW + timedelta(minutes=10)),
    ),
    "openai": (
        {"x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "50", "x-ratelimit-reset-tokens": "6m0s"},
        Headroom("tokens", 0.05, NOW + timedelta(minutes=6)),
    ),
    "the draft": (
        {"ratelimit-policy": '"burst";q=100;w=60', "ratelimit": '"burst";r=5;t=30'},
        Headroom("burst", 0.05, NOW + timedelta(seconds=30)),
    ),
    "the draft without a reset": ({"ratelimit-policy": '"a b";q=10', "ratelimit": '"a b";r=1'}, Headroom("requests", 0.1)),
    "no limit beside it": ({"x-ratelimit-remaining-tokens": "50"}, None),
    "a limit of nothing": ({"x-ratelimit-limit-tokens": "0", "x-ratelimit-remaining-tokens": "0"}, None),
    "words": ({"x-ratelimit-limit-tokens": "many", "x-ratelimit-remaining-tokens": "50", "x-ratelimit-status": "fine"}, None),
    "none": ({"content-type": "text/plain", "x-ratelimit-bucket": "7"}, None),
    "more than there is": ({"x-ratelimit-limit-requests": "10", "x-ratelimit-remaining-requests": "20"}, Headroom("requests", 1.0)),
    "a reset that is no time": ({"x-ratelimit-limit-a": "10", "x-ratelimit-remaining-a": "1", "x-ratelimit-reset-a": "soon"}, Headroom("a", 0.1)),
    "a reset without an offset": (
        {"x-ratelimit-limit-a": "10", "x-ratelimit-remaining-a": "1", "x-ratelimit-reset-a": "2025-12-14T21:41:00"},
        Headroom("a", 0.1),
    ),
    "a reset in another age": ({"x-ratelimit-limit-a": "10", "x-ratelimit-remaining-a": "1", "x-ratelimit-reset-a": "9" * 15}, Headroom("a", 0.1)),
}


@pytest.mark.parametrize(("headers", "found"), CASES.values(), ids=list(CASES))
def test_the_limit_with_the_least_left_is_found(headers: dict[str, str], found: Headroom | None) -> None:
    assert headroom_in(headers, NOW) == found


@given(st.dictionaries(st.sampled_from([name for headers, _ in CASES.values() for name in headers]), st.text(max_size=30)))
def test_no_header_does_more_than_say_nothing(headers: dict[str, str]) -> None:
    found = headroom_in(headers, NOW)

    assert found is None or 0 <= found.left <= 1

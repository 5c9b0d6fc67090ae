"""How much of a provider's limits is left, by the headers of any answer: of all limits that it names, the one of which the least is left.

Forms: `anthropic-ratelimit-NAME-{limit,remaining,reset}`, `anthropic-ratelimit-unified-NAME-{utilization,reset}`, `x-ratelimit-{limit,remaining,reset}-NAME`
(OpenAI and most others), and `RateLimit` with `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from statuswatch.core.observation import Headroom
from statuswatch.sources import headers as fields

_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_BEFORE = re.compile(r"(?:[a-z]+-)?ratelimit-(?P<name>[a-z0-9-]{1,40})-(?P<what>remaining|utilization)")
_AFTER = re.compile(r"x-ratelimit-remaining-(?P<name>[a-z0-9-]{1,40})")
_RESET_MAX = timedelta(days=31)


def headroom_in(headers: Mapping[str, str], at: datetime) -> Headroom | None:
    """The limit of which the least is left; None where no limit is named. `headers` have lower-case names, `at` is when the answer came."""
    return min(_all_in(headers, at), key=lambda found: found.left, default=None)


def _all_in(headers: Mapping[str, str], at: datetime) -> Iterator[Headroom]:
    for name, value in headers.items():
        if "ratelimit" not in name or not _NUMBER.fullmatch(value.strip()):
            continue
        left, limit, reset = _left(name, float(value), headers)
        if left is not None:
            yield Headroom(limit, min(1.0, max(0.0, left)), _moment(reset, at))
    for item in fields.rate_limits(headers) if "ratelimit" in headers else ():
        if item.remaining is not None and item.quota:
            limit = item.policy.lower() if _NAME.fullmatch(item.policy.lower()) else "requests"
            yield Headroom(limit, min(1.0, item.remaining / item.quota), None if item.reset_s is None else at + timedelta(seconds=item.reset_s))


def _left(name: str, value: float, headers: Mapping[str, str]) -> tuple[float | None, str, str]:
    """The share that is left by one field, the limit's name, and what its reset says."""
    if found := _BEFORE.fullmatch(name):
        reset = headers.get(name.replace(found["what"], "reset"), "")
        if found["what"] == "utilization":
            return 1 - value, found["name"].removeprefix("unified-"), reset
        return _share(value, headers.get(name.replace("remaining", "limit"))), found["name"], reset
    if found := _AFTER.fullmatch(name):
        return _share(value, headers.get(f"x-ratelimit-limit-{found['name']}")), found["name"], headers.get(f"x-ratelimit-reset-{found['name']}", "")
    return None, "", ""


def _share(value: float, limit: str | None) -> float | None:
    if limit is None or not _NUMBER.fullmatch(limit.strip()) or not float(limit):
        return None
    return value / float(limit)


def _moment(text: str, at: datetime) -> datetime | None:
    """When a limit begins anew: an RFC 3339 time, seconds since 1970, or a span; None where it does not say, or says something absurd."""
    text = text.strip()[:40]
    try:
        if (span := fields.seconds(text)) is not None:
            found = at + timedelta(seconds=span)
        elif _NUMBER.fullmatch(text):
            found = datetime.fromtimestamp(float(text), at.tzinfo)
        else:
            found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo is not None and -_RESET_MAX < found - at < _RESET_MAX else None

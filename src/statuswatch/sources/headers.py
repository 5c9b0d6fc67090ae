"""What response headers say by standard: where the status page is, when to come back, what is used up, which hop answered. Malformed ones say nothing."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from statuswatch.sources.hosts import is_local, is_loopback

Headers = Mapping[str, str]
"""Header names in lower case; several fields of one name are joined with commas."""

_LONGEST = 8192
_LONGEST_LINK = 2048
_LONGEST_WAIT = 30 * 86400.0
_LINK_PARAM = re.compile(r';[ \t]*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?[ \t]*')
# What an address may be written with (RFC 3986, section 2): nothing that a terminal, a browser or a person could read as something else.
_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,12})?")
_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d{1,12})?)s)?(?:(\d{1,9}(?:\.\d{1,12})?)ms)?")
_UNITS = (86400.0, 3600.0, 60.0, 1.0, 0.001)
_LIMIT = re.compile(r"rate-?limit")
_USED_UP = {"0": "remaining", "rejected": "status"}
_MILLISECONDS = 10**11  # beyond this a number is no count of seconds since 1970 any more
_GRPC = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED"),
    *("FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limit of `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): units left, seconds to reset, quota, window in seconds."""

    policy: str
    remaining: int | None = None
    reset_s: float | None = None
    quota: int | None = None
    window_s: float | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One intermediary of `Proxy-Status` (RFC 9209), origin side first. `error` is one of the registered types where the hop made the response itself."""

    name: str
    error: str | None = None
    received_status: int | None = None


@dataclass(frozen=True, slots=True)
class Retirement:
    """When a resource is or was deprecated (RFC 9745) and when it goes away (RFC 8594)."""

    deprecated_at: datetime | None = None
    sunset_at: datetime | None = None
    link: str | None = None


def links(value: str) -> tuple[tuple[str, str], ...]:
    """The links of a `Link` field as (relation, target), one for each relation (RFC 8288, section 3). Those with another context (`anchor`) are left out."""
    found: list[tuple[str, str]] = []
    value = value[:_LONGEST]
    at = 0
    while (start := value.find("<", at)) >= 0:
        end = value.find(">", start)
        if end < 0:
            break
        target, at = value[start + 1 : end].strip(), end + 1
        params: dict[str, str] = {}
        at = _past_spaces(value, at)
        while match := _LINK_PARAM.match(value, at):
            at = match.end()
            text = re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3] or ""
            params.setdefault(match[1].lower(), text)  # a second `rel` is to be ignored (section 3.3)
        if "anchor" not in params:
            found += [(relation, target) for relation in params.get("rel", "").lower().split()]
        # What is not a link is skipped up to the next comma that could begin one.
        comma = value.find(",", at)
        at = comma + 1 if comma >= 0 else len(value)
    return tuple(found)


def _past_spaces(value: str, at: int) -> int:
    while at < len(value) and value[at] in " \t":
        at += 1
    return at


def public_link(target: str, base: str | None = None) -> str | None:
    """The target as an https address of a public host without credentials, else None; it may then be shown to a person, never opened unasked.

    A relative target counts from `base`, the address that answered (RFC 8288, section 3.1; RFC 3986, section 5). Plain http and this machine are taken only
    where this machine answered itself.
    """
    if len(target) > _LONGEST_LINK or not _ADDRESS.fullmatch(target):
        return None
    try:
        if not _SCHEME.match(target):
            target = urljoin(base, target) if base else ""
        parts, own = urlsplit(target), urlsplit(base or "").hostname
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc or not _ADDRESS.fullmatch(target):
        return None
    if own and is_loopback(own) and is_loopback(host):
        return target if parts.scheme in ("http", "https") else None
    return target if parts.scheme == "https" and not is_local(host) else None


def status_link(headers: Headers, base: str | None = None) -> str | None:
    """Where the service says its status is: the first `Link` with the relation `status` (RFC 8631, section 5) and a public target. Never a sign of trouble."""
    for relation, target in links(headers.get("link", "")):
        if relation == "status" and (link := public_link(target, base)):
            return link
    return None


def http_date(text: str) -> datetime | None:
    """An HTTP-date (RFC 9110, section 5.6.7) in UTC."""
    try:
        value = parsedate_to_datetime(text.strip()[:64])
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def seconds(text: str) -> float | None:
    """A span of time in seconds from `12`, `1.5`, `48.9s`, `350ms`, `6m0s` or `1h2m3s`; None for anything else and beyond 30 days."""
    text = text.strip().lower()[:40]
    if _NUMBER.fullmatch(text):
        return _bounded(float(text))
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        return None
    return _bounded(sum(float(part) * unit for part, unit in zip(match.groups(), _UNITS, strict=True) if part))


def _bounded(value: float) -> float | None:
    return value if math.isfinite(value) and 0 <= value <= _LONGEST_WAIT else None


def retry_after_s(headers: Headers, now: datetime | None = None) -> float | None:
    """Seconds to wait by `retry-after-ms` (read first, as the vendors' SDKs do) or `Retry-After` (RFC 9110, section 10.2.3).

    A date is taken against the answer's own `Date`, else against `now`; with neither it says nothing.
    """
    if (text := headers.get("retry-after-ms", "").strip()) and _NUMBER.fullmatch(text):
        return _bounded(float(text) / 1000)
    text = headers.get("retry-after", "").strip()
    if not text or (wait := seconds(text)) is not None:
        return wait if text else None
    until, since = http_date(text), http_date(headers.get("date", "")) or now
    return _bounded(max(0.0, (until - since).total_seconds())) if until and since else None


def limit_resets_s(headers: Headers) -> float | None:
    """Seconds until the last of the limits that are used up begins anew; None where none is, or where it does not say.

    Used up: `r=0` of `RateLimit`, any `…ratelimit…remaining…: 0`, any `…ratelimit…status: rejected`; the time stands under the same name with `reset`,
    as seconds, as a span (`6m0s`), or as a moment (seconds or milliseconds since 1970, RFC 3339), which is taken against the answer's own `Date`.
    """
    since = http_date(headers.get("date", ""))
    waits = [limit.reset_s for limit in rate_limits(headers) if limit.remaining == 0]
    for name, value in headers.items():
        if _LIMIT.search(name) and (word := _USED_UP.get(value.strip().lower())) and word in name:
            waits.append(_until(headers.get(name.replace(word, "reset"), ""), since))
    return max((wait for wait in waits if wait is not None), default=None)


def _until(text: str, since: datetime | None) -> float | None:
    if (span := seconds(text)) is not None or since is None or not text:
        return span
    try:
        if (number := float(text)) > _MILLISECONDS:
            number /= 1000
        moment = datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        try:
            moment = datetime.fromisoformat(text.strip()[:40])
        except ValueError:
            return None
    return _bounded(max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - since.timestamp()))


def grpc_code(headers: Headers) -> str | None:
    """The name of the gRPC status (grpc.io, status codes) that trailers of an answer carry in `grpc-status`; None where there is none or it is OK."""
    text = headers.get("grpc-status", "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0  # noqa: PLR2004 - two digits at most
    return _GRPC[number] if 0 < number < len(_GRPC) else None


def should_retry(headers: Headers) -> bool | None:
    """What `x-should-retry` says, where it says true or false (the Anthropic and OpenAI SDKs obey it)."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").strip().lower())


def rate_limits(headers: Headers) -> tuple[RateLimit, ...]:
    """The limits of `RateLimit` and `RateLimit-Policy`, merged by policy (draft-ietf-httpapi-ratelimit-headers-10).

    Older drafts are read where those say nothing: the dictionary form (`limit=, remaining=, reset=`) and the three fields
    `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`.
    """
    policies: dict[str, dict[str, Any]] = {}
    for name in ("ratelimit-policy", "ratelimit"):
        for policy, params in _members(headers.get(name)):
            policies.setdefault(policy, {}).update(params)
    found = [RateLimit(policy, _whole(p.get("r")), _span(p.get("t")), _whole(p.get("q")), _span(p.get("w"))) for policy, p in policies.items()]
    if not any(limit.remaining is not None for limit in found) and (older := _parsed(headers.get("ratelimit"), "dictionary")):
        flat = {key: member[0] for key, member in older.items() if isinstance(member, tuple)}
        if "remaining" in flat:
            found = [RateLimit("", _whole(flat["remaining"]), _span(flat.get("reset")), _whole(flat.get("limit")))]
    if not found and "ratelimit-remaining" in headers:
        remaining, reset, quota = (_first(headers.get(f"ratelimit-{name}")) for name in ("remaining", "reset", "limit"))
        found = [RateLimit("", remaining, _span(reset), quota)]
    return tuple(found)


def proxy_status(headers: Headers) -> tuple[Hop, ...]:
    """The intermediaries that say something about the response, origin side first (RFC 9209, section 2). An unverified hint."""
    return tuple(Hop(name, _word(params.get("error")), _whole(params.get("received-status"))) for name, params in _members(headers.get("proxy-status")))


def served_from_cache(headers: Headers) -> bool:
    """Whether some cache answered by itself (`hit` in Cache-Status, RFC 9211): an error from there is an old one."""
    return any(params.get("hit") is True for _, params in _members(headers.get("cache-status")))


def retirement(headers: Headers) -> Retirement | None:
    """What `Deprecation`, `Sunset` and the link relation `deprecation` or `sunset` say about the resource. A sunset before its deprecation is left out."""
    deprecated = sunset = None
    if "deprecation" in headers and (item := _parsed(headers["deprecation"], "item")):
        deprecated = item[0].astimezone(UTC) if isinstance(item[0], datetime) else None
    if "sunset" in headers:
        sunset = http_date(headers["sunset"])
    if deprecated and sunset and sunset < deprecated:
        sunset = None
    if deprecated is None and sunset is None:
        return None
    pages = (public_link(target) for relation, target in links(headers.get("link", "")) if relation in ("deprecation", "sunset"))
    return Retirement(deprecated, sunset, next((page for page in pages if page), None))


def is_retired(headers: Headers) -> bool | None:
    """Whether the resource is past its `Sunset` (RFC 8594, section 3) by the answer's own `Date`; False where its end is only announced, else None."""
    found, now = retirement(headers), http_date(headers.get("date", ""))
    return None if found is None else found.sunset_at is not None and now is not None and found.sunset_at <= now


def _members(value: str | None) -> list[tuple[str, dict[str, Any]]]:
    """The items of a structured list as (name, parameters); none where the field is absent or malformed."""
    members = _parsed(value, "list") or []
    return [(str(item), dict(params)) for item, params in members if not isinstance(item, list)]


def _parsed(value: str | None, kind: str) -> Any:
    if not value or len(value) > _LONGEST:
        return None
    from http_sf import StructuredFieldError, parse  # 50 ms, and such headers are rare

    reader: Callable[..., Any] = parse
    try:
        return reader(value.encode("ascii"), tltype=kind)
    except (StructuredFieldError, ValueError, OverflowError, OSError, RecursionError, IndexError):
        return None


def _first(value: str | None) -> int | None:
    """The number that a list of integers begins with (`100, 100;w=60`)."""
    members = _parsed(value, "list") or []
    return next((_whole(item) for item, _ in members if not isinstance(item, list)), None)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _span(value: object) -> float | None:
    return _bounded(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _word(value: object) -> str | None:
    return str(value)[:64] if value is not None and not isinstance(value, bool) else None

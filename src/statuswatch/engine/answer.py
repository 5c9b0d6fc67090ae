"""What an answer says beside its body: its dates, how long it serves, whether it is a refusal, a puzzle or a web page. Pure; nothing here raises."""

import zlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from statuswatch.core.health import FeedState

_SERVER_ERROR = 500
_FIRST_YEAR = 2000
_LONGEST = 7 * 86400.0
_HEALTH = "application/health+json"
_REFUSALS = {401: "asks for a login", 403: "refuses this reader", 405: "refuses the method, as bot protection does", 429: "asks for fewer requests"}


def refusal(status: int, body: bytes) -> tuple[FeedState, str]:
    """Blocked is not down: who shows a puzzle with 503, as Cloudflare did for long, has no trouble with its page."""
    if status in _REFUSALS:
        return FeedState.BLOCKED, _REFUSALS[status]
    if is_html("", body) and has_captcha(body):
        return FeedState.BLOCKED, "with a page that asks for a person"
    if status >= _SERVER_ERROR:
        return FeedState.UNREACHABLE, "the status page itself has trouble"
    return FeedState.UNREADABLE, "expected 200 with a feed"


def tells(content_type: str, data: bytes, *, expected: bool) -> bool:
    """Whether the body of an error may be a feed: by its type (draft-inadarei-api-health-check section 3.1), or any JSON object where that is `expected`."""
    return bool(data) and (content_type.startswith(_HEALTH) or (expected and data.lstrip()[:1] == b"{"))


def challenged(headers: Mapping[str, str]) -> bool:
    """Bot protection that says so: AWS WAF (`x-amzn-waf-action: captcha|challenge`), Cloudflare (`cf-mitigated: challenge`)."""
    return bool(headers.get("x-amzn-waf-action")) or headers.get("cf-mitigated", "").lower() == "challenge"


def is_html(content_type: str, data: bytes) -> bool:
    """Whether a web page came, whatever it calls itself."""
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html")) or (content_type.startswith("text/html") and head.startswith(b"<") and not head.startswith(b"<?xml"))


def has_captcha(data: bytes) -> bool:
    """Whether a web page asks for a person to prove themselves."""
    head = data[:65536].lower()
    return any(mark in head for mark in (b"captcha", b"cf-challenge", b"challenge-platform", b"awswafcookie"))


async def unpacked(chunks: AsyncIterator[bytes], plain: bool, limit: int) -> AsyncIterator[bytes]:
    """The body in pieces. A bomb unpacks at most `limit` + 1 bytes from one piece: the caller stops there."""
    if plain:
        async for chunk in chunks:
            yield chunk
        return
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by its header
    async for chunk in chunks:
        try:
            yield inflate.decompress(chunk, limit + 1)
        except zlib.error as error:
            raise ValueError("the packed body is broken") from error
    if not inflate.eof and inflate.unused_data == b"":
        raise ValueError("the packed body ends too early")


def date_of(text: str | None) -> datetime | None:
    """The time in a header, in UTC (RFC 9110 section 5.6.7); None where it is none, or older than the web pages that are read."""
    if not text:
        return None
    try:
        value = parsedate_to_datetime(text)
        value = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return value if value.year >= _FIRST_YEAR else None


def seconds_of(text: str | None) -> float | None:
    """Whole seconds in a header, a week at most; None where it holds none."""
    if not text or not text.strip().isascii() or not text.strip().isdigit():
        return None
    return min(float(text.strip()[:12]), _LONGEST)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """RFC 9110 section 10.2.3: seconds, or a date, which is compared with the answer's own Date so that no clock is needed here."""
    text = headers.get("retry-after")
    seconds = seconds_of(text)
    if seconds is not None or not text:
        return seconds
    until, date = date_of(text), date_of(headers.get("date"))
    if until is None or date is None:
        return None
    return max(0.0, min((until - date).total_seconds(), _LONGEST))


def fresh_for(headers: Mapping[str, str]) -> float | None:
    """RFC 9111 section 4.2: `max-age`, else `Expires` less `Date`; less the copy's own age. `s-maxage` is for caches that many share."""
    said = {name.strip().lower(): value.strip(' "') for name, _, value in (part.partition("=") for part in headers.get("cache-control", "").split(","))}
    if "no-cache" in said or "no-store" in said:
        return None
    lifetime = seconds_of(said.get("max-age"))
    if lifetime is None:
        expires, date = date_of(headers.get("expires")), date_of(headers.get("date"))
        lifetime = (expires - date).total_seconds() if expires and date else 0.0
    left = min(lifetime, _LONGEST) - (seconds_of(headers.get("age")) or 0.0)
    return left if left > 0 else None

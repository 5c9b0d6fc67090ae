"""One polite GET of a feed: conditional, bounded in time and size, and confined to the hosts that a provider is known to use.

The only importer of httpx, inside functions, so that nothing else pays for it. What can go wrong is a value (`FetchFailed`), never an exception.
"""

import asyncio
import logging
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from statuswatch import __version__
from statuswatch.core.health import FeedState

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 8 * 1024 * 1024
"""A feed of more is refused; the largest real one (a cloud's whole history) has 3 MB."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 20.0
MAX_REDIRECTS = 4
USER_AGENT = f"statuswatch/{__version__}"

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OK = 200
_NOT_MODIFIED = 304
_SERVER_ERROR = 500
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSALS = {401: "asks for a login", 403: "refuses this reader", 405: "refuses the method, as bot protection does", 429: "asks for fewer requests"}
_ACCEPT = {"json": "application/json", "xml": "application/atom+xml, application/rss+xml, application/xml;q=0.9", "": "*/*"}
_HOST_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-:")


@dataclass(frozen=True, slots=True)
class Request:
    """What to get. `hosts`: where a redirect may lead besides the address's own host. `expects`: `json`, `xml` or empty (either)."""

    url: str
    hosts: frozenset[str] = frozenset()
    expects: str = ""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body came. `age` in seconds (RFC 9111 section 5.1); `url` is where it finally came from; `html` says that it is a web page and no feed."""

    status: int
    data: bytes
    content_type: str
    etag: str | None
    last_modified: str | None
    date: datetime | None
    age: float | None
    retry_after: float | None
    url: str
    html: bool = False

    def as_of(self, now: datetime) -> datetime:
        """The instant the answer speaks of.

        RFC 9111 section 4.2.3 would also count how far Date lies back; that would call every page stale on a machine whose clock is ahead.
        """
        return now - timedelta(seconds=self.age or 0.0)


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: what is known is still what they serve."""

    url: str
    date: datetime | None = None
    age: float | None = None
    etag: str | None = None

    def as_of(self, now: datetime) -> datetime:
        """The instant the answer speaks of."""
        return now - timedelta(seconds=self.age or 0.0)


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """No feed came. `detail` is a sentence of ours with the address and what was expected; `transport`: there was no response at all."""

    state: FeedState
    detail: str
    transport: bool = False
    status: int | None = None
    retry_after: float | None = None


Outcome = Fetched | NotModified | FetchFailed
TransportFactory = Callable[[str], "httpx.AsyncBaseTransport"]
"""Makes the transport for one origin (`https://host:port`): the seam that tests use."""


class Fetcher:
    """Keeps one client a host (one client for many hosts is O(n) in its pool) over one TLS context. Not for use from several loops."""

    def __init__(self, transport_factory: TransportFactory | None = None, *, max_bytes: int = MAX_BYTES, total_seconds: float = TOTAL_SECONDS) -> None:
        self._transport_factory = transport_factory
        self._max_bytes = max_bytes
        self._total_seconds = total_seconds
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._tls: ssl.SSLContext | None = None

    async def fetch(self, request: Request) -> Outcome:
        """Get `request.url` once, following redirects only within the provider's hosts. Never raises for what the network or the server did."""
        import httpx

        seen = _Seen()
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._follow(request, seen)
        except TimeoutError:
            detail = f"{shown(request.url)}: no whole answer within {self._total_seconds:g} s"
        except httpx.TimeoutException as error:
            detail = f"{shown(request.url)}: {_timeout_words(type(error).__name__)}"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ExceptionGroup) as error:  # a group: from below httpx, unmapped
            detail = f"{shown(request.url)}: {_error_words(error)}"
        return FetchFailed(FeedState.UNREACHABLE, detail, transport=seen.status is None, status=seen.status)

    async def close(self) -> None:
        """Close all connections."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    async def _follow(self, request: Request, seen: "_Seen") -> Outcome:
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            parts = urlsplit(url)
            refusal = _unsafe(parts, request, shown(url))
            if refusal:
                return FetchFailed(FeedState.UNREADABLE, refusal, status=seen.status)
            client = self._client(parts)
            async with client.stream("GET", url, headers=_headers(request)) as response:
                seen.status = response.status_code
                if response.status_code not in _REDIRECTS:
                    return await self._answer(request, url, response)
                url = urljoin(url, response.headers.get("location", ""))
        return FetchFailed(FeedState.UNREADABLE, f"{shown(request.url)}: more than {MAX_REDIRECTS} redirects", status=seen.status)

    async def _answer(self, request: Request, url: str, response: "httpx.Response") -> Outcome:
        headers = response.headers
        status = response.status_code
        retry_after = _retry_after(headers)
        date, age = _date(headers.get("date")), _seconds(headers.get("age"))
        if _challenged(headers):
            detail = f"{shown(url)}: status {status}, bot protection asks for a person to prove themselves"
            return FetchFailed(FeedState.BLOCKED, detail, status=status, retry_after=retry_after)
        if status == _NOT_MODIFIED:
            return NotModified(url, date, age, headers.get("etag"))
        if status != _OK:
            state, words = _refused(status)
            return FetchFailed(state, f"{shown(url)}: answered {status}, {words}", status=status, retry_after=retry_after)
        data = await self._body(response)
        if data is None:
            detail = f"{shown(url)}: larger than {self._max_bytes // (1024 * 1024)} MiB, or packed in a way that was not asked for"
            return FetchFailed(FeedState.UNREADABLE, detail, status=status)
        content_type = headers.get("content-type", "").strip().lower()[:200]
        html = _is_html(content_type, data)
        if html and _has_captcha(data):
            return FetchFailed(FeedState.BLOCKED, f"{shown(url)}: a page that asks for a person came instead of {request.expects or 'a feed'}", status=status)
        etag, modified = headers.get("etag"), headers.get("last-modified")
        return Fetched(status, data, content_type, etag, modified, date, age, retry_after, url, html)

    async def _body(self, response: "httpx.Response") -> bytes | None:
        """The unpacked body; None when it grows beyond the limit or its encoding was not asked for."""
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
            return None
        parts: list[bytes] = []
        size = 0
        async for chunk in _unpacked(response.aiter_raw(), encoding in {"identity", ""}, self._max_bytes):
            size += len(chunk)
            if size > self._max_bytes:
                return None
            parts.append(chunk)
        return b"".join(parts)

    def _client(self, parts: SplitResult) -> "httpx.AsyncClient":
        import httpx

        origin = f"{parts.scheme}://{parts.netloc}"
        client = self._clients.get(origin)
        if client is None:
            local = parts.hostname in _LOOPBACK
            client = httpx.AsyncClient(
                transport=self._transport_factory(origin) if self._transport_factory else None,
                verify=self._context(parts.scheme),
                timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                limits=httpx.Limits(max_connections=2, max_keepalive_connections=1),
                # A feed needs no memory of its readers.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                # A company's proxy is honoured, but never for this machine itself.
                trust_env=not local,
            )
            self._clients[origin] = client
        return client

    def _context(self, scheme: str) -> ssl.SSLContext:
        import httpx

        if scheme != "https":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # not used; saves loading the certificates once a host
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls


@dataclass(slots=True)
class _Seen:
    """The last status that came, so that a broken answer is told from no answer."""

    status: int | None = None


def shown(url: str) -> str:
    """An address for a person: no login, no query (either may hold a key), no characters that a terminal or a prompt would act on."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    host = "".join(char for char in (parts.netloc.rpartition("@")[2]).lower() if char in _HOST_CHARS)[:120]
    path = "".join(char if char.isalnum() and char.isascii() else char if char in "/._-" else "?" for char in parts.path)[:120]
    return f"{parts.scheme}://{host}{path}"


def quiet_library_logs() -> None:
    """Keep httpx from logging whole addresses at INFO; ours are shortened."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _headers(request: Request) -> dict[str, str]:
    headers = {"User-Agent": USER_AGENT, "Accept": _ACCEPT.get(request.expects, "*/*"), "Accept-Encoding": "gzip, deflate"}
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.last_modified:
        headers["If-Modified-Since"] = request.last_modified
    return headers


def _unsafe(parts: SplitResult, request: Request, text: str) -> str:
    """Why this address must not be asked, or nothing. Covers the first address and each redirect alike."""
    host = parts.hostname or ""
    first = urlsplit(request.url)
    if parts.scheme not in {"http", "https"} or not host or parts.port == 0:  # `port` raises ValueError beyond 65535
        return f"{text}: not an http address; expected https://…"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return f"{text}: plain http is only read from this machine; expected https"
    if parts.scheme == "http" and first.scheme == "https":
        return f"{text}: redirected from https to plain http"
    if host != first.hostname and host not in request.hosts:
        return f"{shown(request.url)}: redirected to {text}, which is not an address of this provider"
    return ""


def _refused(status: int) -> tuple[FeedState, str]:
    if status in _REFUSALS:
        return FeedState.BLOCKED, _REFUSALS[status]
    if status >= _SERVER_ERROR:
        return FeedState.UNREACHABLE, "the status page itself has trouble"
    return FeedState.UNREADABLE, "expected 200 with a feed"


def _challenged(headers: Mapping[str, str]) -> bool:
    """Bot protection that says so: AWS WAF (`x-amzn-waf-action: captcha|challenge`), Cloudflare (`cf-mitigated: challenge`)."""
    return bool(headers.get("x-amzn-waf-action")) or headers.get("cf-mitigated", "").lower() == "challenge"


def _is_html(content_type: str, data: bytes) -> bool:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html")) or (content_type.startswith("text/html") and head.startswith(b"<") and not head.startswith(b"<?xml"))


def _has_captcha(data: bytes) -> bool:
    head = data[:65536].lower()
    return any(mark in head for mark in (b"captcha", b"cf-challenge", b"challenge-platform", b"awswafcookie"))


async def _unpacked(chunks: AsyncIterator[bytes], plain: bool, limit: int) -> AsyncIterator[bytes]:
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


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        value = parsedate_to_datetime(text)
        value = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return value if value.year >= _FIRST_YEAR else None


_FIRST_YEAR = 2000
_LONGEST = 7 * 86400.0


def _seconds(text: str | None) -> float | None:
    if not text or not text.strip().isascii() or not text.strip().isdigit():
        return None
    return min(float(text.strip()[:12]), _LONGEST)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """RFC 9110 section 10.2.3: seconds, or a date, which is compared with the answer's own Date so that no clock is needed here."""
    text = headers.get("retry-after")
    seconds = _seconds(text)
    if seconds is not None or not text:
        return seconds
    until, date = _date(text), _date(headers.get("date"))
    if until is None or date is None:
        return None
    return max(0.0, min((until - date).total_seconds(), _LONGEST))


def _timeout_words(name: str) -> str:
    if name == "ConnectTimeout":
        return f"no connection within {CONNECT_SECONDS:g} s"
    return f"nothing came for {READ_SECONDS:g} s"


def _error_words(error: BaseException) -> str:
    """Our words for a failed connection: the library's text may quote what the other side sent."""
    chain: BaseException | None = error
    while chain is not None:
        text = str(chain)
        if isinstance(chain, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in text:
            return "its certificate is not accepted on this machine"
        if isinstance(chain, ConnectionRefusedError):
            return "connection refused"
        if type(chain).__name__ == "gaierror":
            return "its name could not be resolved"
        if isinstance(chain, ValueError) and text.startswith("the packed body"):
            return text
        chain = chain.__cause__ or chain.__context__
    return {"ConnectError": "no connection", "RemoteProtocolError": "what came is not HTTP, or ended too early", "ReadError": "the connection broke"}.get(
        type(error).__name__, f"no answer ({type(error).__name__})"
    )

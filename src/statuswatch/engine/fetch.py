"""One polite GET of a feed: conditional, bounded in time and size, and confined to the hosts that a provider is known to use.

The only importer of httpx, inside functions, so that nothing else pays for it. What can go wrong is a value (`FetchFailed`), never an exception.
"""

import asyncio
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from statuswatch import __version__
from statuswatch.core.health import FeedState
from statuswatch.core.observation import Obstacle
from statuswatch.engine.answer import challenged, date_of, fresh_for, has_captcha, is_html, refusal, retry_after, seconds_of, tells, unpacked

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 8 * 1024 * 1024
"""A feed of more is refused; the largest real one (a cloud's whole history) has 3 MB."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 20.0
KEPT_SECONDS = 100.0
"""A connection outlives a poll a minute: a handshake costs both sides more than all the rest. The pages' front-ends close it sooner where they want."""
MAX_REDIRECTS = 4
USER_AGENT = f"statuswatch/{__version__}"

_TIMEOUTS = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": READ_SECONDS}
_TIMEOUTS_KEPT = {**_TIMEOUTS, "read": CONNECT_SECONDS}
_LOOKED_AT = 64 * 1024
_PLAIN = frozenset({"", "identity"})
_ENCODINGS = _PLAIN | {"gzip", "x-gzip", "deflate"}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OK = 200
_LOG_IN_FIRST = 511  # RFC 6585 section 6
_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = {"json": "application/json", "xml": "application/atom+xml, application/rss+xml, application/xml;q=0.9", "": "*/*"}
_HOST_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-:")


@dataclass(frozen=True, slots=True)
class Request:
    """What to get. `hosts`: where a redirect may lead besides the address's own host. `expects`: `json`, `xml` or empty (either).

    `errors_tell`: the body of an error may be the feed itself, as it is where a service says of itself that it fails.
    """

    url: str
    hosts: frozenset[str] = frozenset()
    expects: str = ""
    etag: str | None = None
    last_modified: str | None = None
    errors_tell: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body came. `age` in seconds (RFC 9111 section 5.1); `url` is where it finally came from; `html` says that it is a web page and no feed.

    `fresh_for`: seconds for which the page says that asking again is of no use (None: it says nothing, or the copy is older already).
    `otherwise`: the body came with an error status; what that is where the body turns out to be no feed.
    """

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
    fresh_for: float | None = None
    otherwise: "FetchFailed | None" = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: what is known is still what they serve."""

    url: str
    date: datetime | None = None
    age: float | None = None
    etag: str | None = None
    fresh_for: float | None = None
    status: int = _NOT_MODIFIED


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """No feed came. `detail` is a sentence of ours with the address and what was expected; `transport`: there was no response at all."""

    state: FeedState
    detail: str
    transport: bool = False
    status: int | None = None
    retry_after: float | None = None
    obstacle: Obstacle | None = None


Outcome = Fetched | NotModified | FetchFailed
TransportFactory = Callable[[str], "httpx.AsyncBaseTransport"]
"""Makes the transport for one origin (`https://host:port`): the seam that tests use."""


class Fetcher:
    """Keeps one transport a host (one pool for many hosts is O(n) at each request) over one TLS context. Not for use from several loops.

    httpx's own client above the transport is left out: it merges addresses, cookies, redirects and logins at each request, of which a feed needs nothing.
    """

    def __init__(self, transport_factory: TransportFactory | None = None, *, max_bytes: int = MAX_BYTES, total_seconds: float = TOTAL_SECONDS) -> None:
        self._transport_factory = transport_factory
        self._max_bytes = max_bytes
        self._total_seconds = total_seconds
        self._lines: dict[str, _Line] = {}
        self._tls: ssl.SSLContext | None = None

    async def fetch(self, request: Request) -> Outcome:
        """Get `request.url` once, following redirects only within the provider's hosts. Never raises for what the network or the server did."""
        load_library()
        import httpx

        seen, obstacle = _Seen(), None
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._follow(request, seen)
        except TimeoutError:
            detail = f"{shown(request.url)}: no whole answer within {self._total_seconds:g} s"
        except httpx.TimeoutException as error:
            detail = f"{shown(request.url)}: {_timeout_words(type(error).__name__)}"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError, ExceptionGroup) as error:  # a group: from below httpx, unmapped
            detail, obstacle = f"{shown(request.url)}: {_error_words(error)}", _obstacle(error)
        return FetchFailed(FeedState.UNREACHABLE, detail, transport=seen.status is None, status=seen.status, obstacle=obstacle)

    async def close(self) -> None:
        """Close all connections."""
        lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            await line.transport.aclose()

    async def _follow(self, request: Request, seen: "_Seen") -> Outcome:
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            parts = urlsplit(url)
            unsafe = _unsafe(parts, request, shown(url))
            if unsafe:
                return FetchFailed(FeedState.UNREADABLE, unsafe, status=seen.status, obstacle=Obstacle.LOGIN_PAGE if seen.status in _REDIRECTS else None)
            response = await self._send(parts, url, request)
            try:
                seen.status = response.status_code
                if response.status_code not in _REDIRECTS:
                    return await self._answer(request, url, response)
                url = urljoin(url, response.headers.get("location", ""))
                await _look(response)
            finally:
                await response.aclose()
        return FetchFailed(FeedState.UNREADABLE, f"{shown(request.url)}: more than {MAX_REDIRECTS} redirects", status=seen.status)

    async def _send(self, parts: SplitResult, url: str, request: Request) -> "httpx.Response":
        """The head of the answer. A connection that was kept may be dead without our knowing (sleep, another network): then once more on a new one."""
        import httpx

        line = self._line(parts)
        question = httpx.Request("GET", url, headers=_headers(request), extensions={"timeout": _TIMEOUTS_KEPT if line.used else _TIMEOUTS})
        try:
            response = await line.transport.handle_async_request(question)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadTimeout, httpx.WriteTimeout):
            if not line.used:
                raise
            await self._hang_up(parts)
            line = self._line(parts)
            question.extensions["timeout"] = _TIMEOUTS
            response = await line.transport.handle_async_request(question)
        line.used = True
        return response

    async def _answer(self, request: Request, url: str, response: "httpx.Response") -> Outcome:
        headers = response.headers
        status = response.status_code
        date, age = date_of(headers.get("date")), seconds_of(headers.get("age"))
        if status == _NOT_MODIFIED:
            await _look(response)
            return NotModified(url, date, age, headers.get("etag"), fresh_for(headers))
        wish = retry_after(headers)
        if challenged(headers):
            await _look(response)
            detail = f"{shown(url)}: status {status}, bot protection asks for a person to prove themselves"
            return FetchFailed(FeedState.BLOCKED, detail, status=status, retry_after=wish)
        if status != _OK:
            return _erred(request, url, response, await _look(response))
        data = await self._body(response)
        if data is None:
            detail = f"{shown(url)}: larger than {self._max_bytes // (1024 * 1024)} MiB, or packed in a way that was not asked for"
            return FetchFailed(FeedState.UNREADABLE, detail, status=status)
        content_type = headers.get("content-type", "").strip().lower()[:200]
        html = is_html(content_type, data)
        if html and has_captcha(data):
            return FetchFailed(FeedState.BLOCKED, f"{shown(url)}: a page that asks for a person came instead of {request.expects or 'a feed'}", status=status)
        etag, modified = headers.get("etag"), headers.get("last-modified")
        return Fetched(status, data, content_type, etag, modified, date, age, wish, url, html, fresh_for(headers))

    async def _body(self, response: "httpx.Response") -> bytes | None:
        """The unpacked body; None when it grows beyond the limit or its encoding was not asked for."""
        encoding = _encoding(response)
        if encoding not in _ENCODINGS:
            return None
        data = await _first(unpacked(_raw(response), encoding in _PLAIN, self._max_bytes), self._max_bytes)
        return data if len(data) <= self._max_bytes else None

    def _line(self, parts: SplitResult) -> "_Line":
        origin = f"{parts.scheme}://{parts.netloc}"
        line = self._lines.get(origin)
        if line is None:
            line = self._lines[origin] = _Line(self._transport_factory(origin) if self._transport_factory else self._transport(parts))
        return line

    async def _hang_up(self, parts: SplitResult) -> None:
        line = self._lines.pop(f"{parts.scheme}://{parts.netloc}", None)
        if line is not None:
            await line.transport.aclose()

    def _transport(self, parts: SplitResult) -> "httpx.AsyncBaseTransport":
        import httpx

        return httpx.AsyncHTTPTransport(
            verify=self._context(parts.scheme),
            limits=httpx.Limits(max_connections=2, max_keepalive_connections=1, keepalive_expiry=KEPT_SECONDS),
            proxy=_proxy(parts),
        )

    def _context(self, scheme: str) -> ssl.SSLContext:
        import httpx

        if scheme != "https":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # not used; saves loading the certificates once a host
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls


@dataclass(slots=True)
class _Line:
    """The connections to one origin. `used`: an answer came over one of them, which may be kept."""

    transport: "httpx.AsyncBaseTransport"
    used: bool = False


@dataclass(slots=True)
class _Seen:
    """The last status that came, so that a broken answer is told from no answer."""

    status: int | None = None


def _erred(request: Request, url: str, response: "httpx.Response", data: bytes) -> Fetched | FetchFailed:
    """An error with the beginning of its body: a failure, and perhaps an answer all the same."""
    status, headers = response.status_code, response.headers
    wish = retry_after(headers)
    state, words = refusal(status, data)
    obstacle = Obstacle.LOGIN_PAGE if status == _LOG_IN_FIRST else None
    failed = FetchFailed(state, f"{shown(url)}: answered {status}, {words}", status=status, retry_after=wish, obstacle=obstacle)
    kind = headers.get("content-type", "").strip().lower()[:200]
    if state is FeedState.BLOCKED or not tells(kind, data, expected=request.errors_tell) or len(data) >= _LOOKED_AT:
        return failed
    date, age = date_of(headers.get("date")), seconds_of(headers.get("age"))
    return Fetched(status, data, kind, None, None, date, age, wish, url, fresh_for=fresh_for(headers) if wish is None else wish, otherwise=failed)


def load_library() -> None:
    """Import httpx without its command line, which would bring rich and click along where they are installed: 5.6 MB that no engine needs.

    httpx itself does without where that part is missing, as it is unless its extra `cli` was asked for.
    """
    if "httpx" not in sys.modules:
        part = "httpx._main"
        sys.modules[part] = None  # type: ignore[assignment]  # how Python is told that a module is not there (importlib's reference)
        try:
            import httpx  # noqa: F401 - imported for its effect
        finally:
            del sys.modules[part]


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


async def _raw(response: "httpx.Response") -> AsyncIterator[bytes]:
    """The body as it comes over the wire."""
    async for chunk in response.stream:  # type: ignore[union-attr]  # a transport for asyncio gives an asynchronous stream
        yield chunk


async def _first(pieces: AsyncIterator[bytes], most: int) -> bytes:
    """All pieces, or so many that they are more than `most` bytes."""
    parts: list[bytes] = []
    size = 0
    async for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > most:
            break
    return b"".join(parts)


async def _look(response: "httpx.Response") -> bytes:
    """The beginning of an answer that is no feed, unpacked where that can be done. Read to its end, or the connection could not be kept."""
    encoding = _encoding(response)
    if encoding not in _ENCODINGS:
        return b""
    try:
        return await _first(unpacked(_raw(response), encoding in _PLAIN, _LOOKED_AT), _LOOKED_AT)
    except ValueError:  # it says that it is packed, and is not
        return b""


def _encoding(response: "httpx.Response") -> str:
    encoding: str = response.headers.get("content-encoding", "").strip().lower()
    return encoding


def _proxy(parts: SplitResult) -> str | None:
    """A company's proxy is honoured (HTTPS_PROXY, ALL_PROXY, NO_PROXY), but never for this machine itself."""
    host = parts.hostname or ""
    if host in _LOOPBACK:
        return None
    named = getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    if not proxy or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _timeout_words(name: str) -> str:
    if name == "ConnectTimeout":
        return f"no connection within {CONNECT_SECONDS:g} s"
    return f"nothing came for {READ_SECONDS:g} s"


def _obstacle(error: BaseException) -> Obstacle | None:
    """What in the failure tells something of this machine's network."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(chain):
            return Obstacle.CERTIFICATE
        if type(chain).__name__ == "gaierror":
            return Obstacle.NAME
        chain = chain.__cause__ or chain.__context__
    return None


def _error_words(error: BaseException) -> str:
    """Our words for a failed connection: the library's text may quote what the other side sent."""
    chain: BaseException | None = error
    while chain is not None:
        text = str(chain)
        if isinstance(chain, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in text:
            return "its certificate is not accepted on this machine"
        if isinstance(chain, ImportError):
            return "the proxy that is set needs a library that is missing here"
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

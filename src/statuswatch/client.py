"""For Python programs that call a model: tells a running statuswatch of each attempt, from below the SDK, where retries and lost connections are seen too.

    anthropic.Anthropic(http_client=statuswatch.client.http_client())

Works with httpx and with httpx2. Without an engine it does nothing but ask every 5 s whether there is one. Never in the way: no thread, no waiting, no log, no
exception of its own, and the bytes of an answer pass through as they are. What leaves the program goes to the engine's socket, which only this user may open
(the message `observe`): when, where to, the model's name, the outcome, the headers that tell a cause, and of an error body the names of its fields, its codes,
and those of its words that stand in a fixed list. Prompts, answers, keys and cookies are never sent. Nothing else of statuswatch is imported.
"""

import sys
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from statuswatch._client.attempt import Attempt, quietly
from statuswatch._client.facts import library_of
from statuswatch._client.link import LINK
from statuswatch._client.redaction import READ_MAX

if TYPE_CHECKING:
    import httpx
    import httpx2

__all__ = ["AsyncTransport", "AsyncTransport2", "Transport", "Transport2", "async_http_client", "http_client", "watch"]


class _Flow:
    """The bytes of an answer on their way, unchanged. `stream` is the library's; of an answer that failed, the beginning is read at once and given after."""

    def __init__(self, stream: Any, attempt: Attempt) -> None:
        self._stream, self._attempt = stream, attempt
        self._ahead: deque[bytes] = deque()
        self._rest: Any = None
        self._broken: Exception | None = None

    def read_ahead(self) -> None:
        """Read what an error body holds, up to READ_MAX: an SDK that tries again drops it unread."""
        size, self._rest = 0, iter(self._stream)
        try:
            while size < READ_MAX and (piece := next(self._rest, None)) is not None:
                size += len(piece)
                self._ahead.append(piece)
                self._attempt.feed(piece)
        except Exception as error:  # noqa: BLE001 - given to the program when it reads on
            self._broken = error
        self._attempt.ended()

    async def aread_ahead(self) -> None:
        """See read_ahead."""
        size, self._rest = 0, aiter(self._stream)
        try:
            while size < READ_MAX and (piece := await anext(self._rest, None)) is not None:
                size += len(piece)
                self._ahead.append(piece)
                self._attempt.feed(piece)
        except Exception as error:  # noqa: BLE001 - given to the program when it reads on
            self._broken = error
        self._attempt.ended()

    def _again(self) -> None:
        if self._broken is not None:
            raise self._broken

    def __iter__(self) -> Iterator[bytes]:
        try:
            while self._ahead:
                yield self._ahead.popleft()
            self._again()
            for piece in self._stream if self._rest is None else self._rest:
                self._attempt.feed(piece)
                yield piece
        except Exception as error:
            self._attempt.broke(error)
            raise
        self._attempt.ended()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while self._ahead:
                yield self._ahead.popleft()
            self._again()
            async for piece in self._stream if self._rest is None else self._rest:
                self._attempt.feed(piece)
                yield piece
        except Exception as error:
            self._attempt.broke(error)
            raise
        self._attempt.ended()

    def close(self) -> None:
        """Close the answer; what it said till then counts."""
        self._attempt.ended(early=True)
        self._stream.close()

    async def aclose(self) -> None:
        """See close."""
        self._attempt.ended(early=True)
        await self._stream.aclose()


_FLOWS: dict[type, type] = {}


@quietly
def _watched(response: Any, attempt: Attempt, base: str) -> _Flow | None:
    """The answer's stream with a look at it, put in its place; None where it is no answer of a library that is known."""
    attempt.answered(response)
    library = library_of(response)
    if not library:
        return None
    kind = getattr(sys.modules[library], base)
    flow: _Flow = _FLOWS.setdefault(kind, type("Flow", (_Flow, kind), {}))(response.stream, attempt)
    response.stream = flow
    return flow


class _Watching:
    """A transport around another one; `provider` says whom the calls are meant for where their address does not, `name` who makes them."""

    _library = _default = ""

    def __init__(self, inner: Any = None, *, provider: str | None = None, name: str = "program") -> None:
        self._inner = getattr(import_module(self._library), self._default)() if inner is None else inner
        self._provider, self._name = provider, name

    @quietly
    def _attempt(self, request: Any) -> Attempt | None:
        return Attempt(request, self._provider, self._name) if request.method == "POST" and LINK.listens() else None


class _Sync(_Watching):
    def handle_request(self, request: Any) -> Any:
        """One attempt, by the inner transport."""
        attempt = self._attempt(request)
        if attempt is None:
            return self._inner.handle_request(request)
        try:
            response = self._inner.handle_request(request)
        except Exception as error:
            attempt.broke(error)
            raise
        flow = _watched(response, attempt, "SyncByteStream")
        if flow is not None and attempt.reads_ahead:
            flow.read_ahead()
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def __enter__(self) -> Any:
        self._inner.__enter__()
        return self

    def __exit__(self, *why: object) -> None:
        self._inner.__exit__(*why)


class _Async(_Watching):
    async def handle_async_request(self, request: Any) -> Any:
        """One attempt, by the inner transport."""
        attempt = self._attempt(request)
        if attempt is None:
            return await self._inner.handle_async_request(request)
        try:
            response = await self._inner.handle_async_request(request)
        except Exception as error:
            attempt.broke(error)
            raise
        flow = _watched(response, attempt, "AsyncByteStream")
        if flow is not None and attempt.reads_ahead:
            try:
                await flow.aread_ahead()
            except BaseException:  # cancelled: nobody else knows of this answer yet
                await flow.aclose()
                raise
        return response

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()

    async def __aenter__(self) -> Any:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *why: object) -> None:
        await self._inner.__aexit__(*why)


if TYPE_CHECKING:

    class Transport(_Sync, httpx.BaseTransport):
        """For `httpx.Client(transport=...)`."""

    class AsyncTransport(_Async, httpx.AsyncBaseTransport):
        """For `httpx.AsyncClient(transport=...)`."""

    class Transport2(_Sync, httpx2.BaseTransport):
        """For `httpx2.Client(transport=...)`."""

    class AsyncTransport2(_Async, httpx2.AsyncBaseTransport):
        """For `httpx2.AsyncClient(transport=...)`."""


_KINDS: Mapping[str, tuple[type, str, str, str]] = {
    "Transport": (_Sync, "httpx", "BaseTransport", "HTTPTransport"),
    "AsyncTransport": (_Async, "httpx", "AsyncBaseTransport", "AsyncHTTPTransport"),
    "Transport2": (_Sync, "httpx2", "BaseTransport", "HTTPTransport"),
    "AsyncTransport2": (_Async, "httpx2", "AsyncBaseTransport", "AsyncHTTPTransport"),
}


def __getattr__(name: str) -> Any:
    """The transports, made when they are first asked for: their library is imported then, and no other."""
    if name not in _KINDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    mixin, library, base, default = _KINDS[name]
    about = {"__doc__": f"A watching transport for {library}; `inner` does the work.", "__module__": __name__, "_library": library, "_default": default}
    return globals().setdefault(name, type(name, (mixin, getattr(import_module(library), base)), about))


_Client = TypeVar("_Client")


def watch(client: _Client, *, provider: str | None = None, name: str = "program") -> _Client:
    """Watch what a client of httpx or httpx2 sends from now on, through its own transports and proxies; returns the client.

    Use it for a client that an SDK made (`anthropic.DefaultHttpxClient()`). One of another kind is left as it is.
    """
    library, is_async = library_of(client), hasattr(client, "aclose")
    held = getattr(client, "__dict__", {})
    if not library or "_transport" not in held or "_mounts" not in held:
        return client
    kind = __getattr__(f"{'Async' if is_async else ''}Transport{library.removeprefix('httpx')}")

    def around(inner: Any) -> Any:
        return inner if inner is None or isinstance(inner, _Watching) else kind(inner, provider=provider, name=name)

    # No option of a client puts a transport around those that it makes itself, with the proxies of its environment.
    held["_transport"] = around(held["_transport"])
    held["_mounts"] = {pattern: around(inner) for pattern, inner in held["_mounts"].items()}
    return client


def http_client(library: str | None = None, *, provider: str | None = None, name: str = "program", **options: Any) -> Any:
    """A `Client` that is watched. `library`: `httpx2` or `httpx`, else the first of them that is installed; `options` are the client's own.

    Raises ImportError where the library is not installed.
    """
    return watch(_module(library).Client(**{"follow_redirects": True, **options}), provider=provider, name=name)


def async_http_client(library: str | None = None, *, provider: str | None = None, name: str = "program", **options: Any) -> Any:
    """An `AsyncClient` that is watched; see http_client."""
    return watch(_module(library).AsyncClient(**{"follow_redirects": True, **options}), provider=provider, name=name)


def _module(library: str | None) -> Any:
    if library is None:
        try:
            return import_module("httpx2")
        except ImportError:
            return import_module("httpx")
    if library not in ("httpx", "httpx2"):
        raise ImportError(f"library: expected httpx or httpx2, not {library!r}")
    return import_module(library)

"""Answers for the fetcher without a socket, for tests in which time jumps."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

Answering = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


class FakeTransport(httpx.AsyncBaseTransport):
    """Hands each request to a function. `seen` holds the addresses asked, `most_at_once` how many were under way together."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.seen: list[str] = []
        self.requests: list[httpx.Request] = []
        self.under_way = 0
        self.most_at_once = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(str(request.url))
        self.requests.append(request)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            answer = self._answering(request)
            return answer if isinstance(answer, httpx.Response) else await answer
        finally:
            self.under_way -= 1


def body(data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    """A response that can be read in pieces, as a real one is."""

    async def pieces():
        yield data

    return httpx.Response(status, headers=headers or {}, content=pieces())


async def slowly(seconds: float, answer: httpx.Response) -> httpx.Response:
    """`answer`, after `seconds` of the loop's time."""
    await asyncio.sleep(seconds)
    return answer

"""The outage header for servers: an ASGI middleware that says in failing answers where the status is (RFC 8631). Needs nothing but this file.

docs/outage-header.md specifies what is sent.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Callable[[], Awaitable[Message]], Send], Awaitable[None]]


class OutageHeader:
    """Adds `Link: <...>; rel="status"` to answers with a status of 500 and above.

    `status_page` is an absolute URL; `incident` gives the page of what is going on now, or None.
    """

    def __init__(self, app: App, status_page: str, incident: Callable[[], str | None] = lambda: None) -> None:
        self.app, self.status_page, self.incident = app, status_page, incident

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        """Answer as the application does, with the field where it fails."""

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 500:  # noqa: PLR2004 - the server's own errors
                link = f'<{self.incident() or self.status_page}>; rel="status"'.encode("ascii")
                message = {**message, "headers": [*message.get("headers", ()), (b"link", link)]}
            await send(message)

        await self.app(scope, receive, tell)

"""What is noted of one exchange while it passes. Nothing is looked at before it is sent on, but for failing answers of those who add to them."""

import logging
from typing import Protocol

from statuswatch.gateway.annotate import StreamEditor
from statuswatch.gateway.heads import ResponseHead

_logger = logging.getLogger(__name__)

Addition = tuple[tuple[bytes, ...], bytes | None]
"""Lines that are added to a failing answer's head, and the body that takes the place of its own; None: that stays."""


class Watch(Protocol):
    """Follows one exchange."""

    @property
    def adds(self) -> bool:
        """Whether failing answers are held until `conclude` has said what is added to them."""
        ...

    @property
    def follows(self) -> bool:
        """Whether it is told of each piece that passed; it is asked after `answered`."""
        ...

    def began(self, body: bytes, at: float) -> None:
        """The request's head was sent on `at` that monotonic time, with the first of its body."""
        ...

    def whole(self, body: bytes, sent: float, came: float, head: ResponseHead) -> None:
        """All at once, of a good answer that came as a whole, at `came`: `began`, `answered` and `completed`."""
        ...

    def asked(self, piece: memoryview) -> None:
        """More of the request's body was sent on; valid during this call."""
        ...

    def answered(self, head: ResponseHead) -> StreamEditor | None:
        """The head of the final answer has come; what edits its stream, if that is asked for."""
        ...

    def passed(self, piece: bytes | memoryview, head: int) -> None:
        """A piece of the answer was sent on, `head` bytes of it head; valid during this call. Told where it `follows`."""
        ...

    async def conclude(self, head: ResponseHead, body: bytes) -> Addition:
        """A failing answer is there as a whole."""
        ...

    def hasten(self, head: ResponseHead) -> Addition:
        """A failing answer takes too long or is too large to be held: what can be said now."""
        ...

    def gateway_fields(self) -> tuple[bytes, ...]:
        """Lines for an answer that the gateway gives in place of the server."""
        ...

    def completed(self, status: int) -> None:
        """The answer is complete."""
        ...

    def interrupted(self) -> None:
        """The answer broke off."""
        ...

    def failed(self, status: int, kind: str) -> None:
        """The server gave no answer; `kind` in the words of RFC 9209."""
        ...

    def cancelled(self) -> None:
        """The caller hung up before the answer was complete."""
        ...


class Unwatched:
    """Notes nothing: the proxy alone."""

    __slots__ = ()
    adds = False
    follows = False

    def began(self, body: bytes, at: float) -> None:
        """See Watch."""

    def whole(self, body: bytes, sent: float, came: float, head: ResponseHead) -> None:
        """See Watch."""

    def asked(self, piece: memoryview) -> None:
        """See Watch."""

    def answered(self, head: ResponseHead) -> StreamEditor | None:
        """See Watch."""
        del head
        return None

    def passed(self, piece: bytes | memoryview, head: int) -> None:
        """See Watch."""

    async def conclude(self, head: ResponseHead, body: bytes) -> Addition:
        """See Watch."""
        del body
        return self.hasten(head)

    def hasten(self, head: ResponseHead) -> Addition:
        """See Watch."""
        del head
        return (), None

    def gateway_fields(self) -> tuple[bytes, ...]:
        """See Watch."""
        return ()

    def completed(self, status: int) -> None:
        """See Watch."""

    def interrupted(self) -> None:
        """See Watch."""

    def failed(self, status: int, kind: str) -> None:
        """See Watch."""

    def cancelled(self) -> None:
        """See Watch."""


class Careful:
    """A watch whose failures are its own: the call that it follows goes on as if nobody looked. Named boundary."""

    __slots__ = ("_watch", "adds", "follows")

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.adds = watch.adds
        self.follows = False

    def began(self, body: bytes, at: float) -> None:
        """See Watch."""
        try:
            self._watch.began(body, at)
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)

    def whole(self, body: bytes, sent: float, came: float, head: ResponseHead) -> None:
        """See Watch."""
        try:
            self._watch.whole(body, sent, came, head)
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)

    def asked(self, piece: memoryview) -> None:
        """See Watch."""
        try:
            self._watch.asked(piece)
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)

    def answered(self, head: ResponseHead) -> StreamEditor | None:
        """See Watch."""
        editor = None
        try:
            editor = self._watch.answered(head)
            self.follows = self._watch.follows
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)
        return editor

    def passed(self, piece: bytes | memoryview, head: int) -> None:
        """See Watch."""
        try:
            self._watch.passed(piece, head)
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)

    async def conclude(self, head: ResponseHead, body: bytes) -> Addition:
        """See Watch."""
        try:
            return await self._watch.conclude(head, body)
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)
            return (), None

    def hasten(self, head: ResponseHead) -> Addition:
        """See Watch."""
        try:
            return self._watch.hasten(head)
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)
            return (), None

    def gateway_fields(self) -> tuple[bytes, ...]:
        """See Watch."""
        try:
            return self._watch.gateway_fields()
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)
            return ()

    def completed(self, status: int) -> None:
        """See Watch."""
        try:
            self._watch.completed(status)
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)

    def interrupted(self) -> None:
        """See Watch."""
        try:
            self._watch.interrupted()
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)

    def failed(self, status: int, kind: str) -> None:
        """See Watch."""
        try:
            self._watch.failed(status, kind)
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)

    def cancelled(self) -> None:
        """See Watch."""
        try:
            self._watch.cancelled()
        except Exception as error:  # noqa: BLE001 - see above
            _told(error)


def _told(error: Exception) -> None:
    """The kind of the error alone: its words could be those of a body."""
    _logger.warning("the gateway could not take note of a call (%s); the call was not affected", type(error).__name__)

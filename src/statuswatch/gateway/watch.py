"""What is noted of one exchange while it passes: times, the beginning of the request, and how the answer ended. Nothing is looked at before it is sent on."""

from statuswatch.gateway.heads import RequestHead, ResponseHead


class Watch:
    """Notes nothing: the proxy alone."""

    __slots__ = ()

    def began(self, head: RequestHead, body: bytes) -> None:
        """The request's head was sent on, with the first of its body."""

    def asked(self, piece: memoryview) -> None:
        """More of the request's body was sent on; valid during this call."""

    def answered(self, head: ResponseHead) -> None:
        """The head of the final answer has come."""

    def passed(self, piece: bytes | memoryview, head: int) -> None:
        """A piece of the answer was sent on, `head` bytes of it head; valid during this call."""

    def completed(self, status: int) -> None:
        """The answer is complete."""

    def interrupted(self) -> None:
        """The answer broke off."""

    def failed(self, status: int, kind: str) -> None:
        """The server gave no answer; `kind` in the words of RFC 9209."""

    def cancelled(self) -> None:
        """The caller hung up before the answer was complete."""

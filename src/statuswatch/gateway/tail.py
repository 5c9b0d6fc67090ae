"""The last of an event stream as it passed: whether its final event was there, whether an error was, and the longest pause in it."""

import re
from collections import deque

from statuswatch.gateway.reading import now
from statuswatch.sources.stream import stream_errors

_PIECES = 8
_PIECE_MAX = 16 << 10
# Events that say little are shorter, and looked at only where it matters what came last; an event that ends a stream may repeat all of the answer.
_WORTH_A_LOOK = 1 << 10
_HINTS = (b"error", b"fail", b"xception")
# The final events of the usual APIs. In a JSON string a line does not begin anew, and a quote has a backslash: words of an answer are none of these.
_END = re.compile(
    rb"^event: ?(?:message_stop|response\.(?:completed|incomplete))\r?\ndata:"
    rb'|^data: ?\{"type": ?"(?:message_stop|response\.(?:completed|incomplete))"'
    rb'|"finish_?[Rr]eason": ?"(?!error")',
    re.MULTILINE,
)
# Said behind errors as well.
_DONE = re.compile(rb"^data: ?\[DONE\]", re.MULTILINE)


class Tail:
    """One stream; `began` is when its head came (monotonic time)."""

    __slots__ = ("_ended", "_pieces", "last", "stall")

    def __init__(self, began: float) -> None:
        self._pieces: deque[bytes] = deque(maxlen=_PIECES)
        self._ended = False
        self.last = began
        """When the last of it came."""
        self.stall = 0.0
        """The longest pause, in seconds."""

    def add(self, piece: bytes | memoryview, head: int) -> None:
        """A piece that was passed on; `head` bytes of it are the answer's head. Valid during this call."""
        moment = now()
        self.stall = max(self.stall, moment - self.last)
        self.last = moment
        if head or not isinstance(piece, bytes):
            piece = bytes(piece[head:])
        if len(piece) > _WORTH_A_LOOK and not self._ended:
            self._ended = _END.search(piece) is not None
        self._pieces.append(piece if len(piece) <= _PIECE_MAX else piece[-_PIECE_MAX:])

    @property
    def ended(self) -> bool:
        """Whether its final event was there: all that follows is the end of the message."""
        tail = self._bytes()
        return self._completed(tail) or _DONE.search(tail) is not None

    def error(self) -> str:
        """The last of the stream, where an error in it has ended it; else empty."""
        tail = self._bytes()
        if not any(hint in tail for hint in _HINTS) or self._completed(tail):
            return ""
        text = tail.decode("utf-8", "replace")
        return text if stream_errors(text) else ""

    def _bytes(self) -> bytes:
        return b"".join(self._pieces)

    def _completed(self, tail: bytes) -> bool:
        return self._ended or _END.search(tail) is not None

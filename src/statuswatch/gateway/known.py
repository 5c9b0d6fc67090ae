"""The last head of a connection and what became of it, so that the next one, which most often differs in its length alone, is not taken apart again.

llhttp reads each head all the same before anything of it is sent on. What is saved is what follows from a head: who may use the gateway, where the call goes,
which fields are left out. It is kept with the connection, and goes with it.
"""

import re

import httptools

from statuswatch.gateway.framing import NOTHING, Counted
from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import NOBODY, RequestHead

_SIZE_MAX = 8192
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*+([0-9]{1,15})\r\n")
_LONGEST_LENGTH = 15


class Known:
    """One head with its Content-Length cut out: `before` it and `after` it as they came, `first` and `last` as they are sent on."""

    __slots__ = ("_after", "_before", "_first", "_last", "_method", "_target", "way")

    def __init__(self, head: RequestHead, way: Way, before: bytes, after: bytes, first: bytes, last: bytes) -> None:
        self.way = way
        self._method = head.method
        self._target = head.target
        self._before = before
        self._after = after
        self._first = first
        self._last = last

    def again(self, data: bytes) -> tuple[RequestHead, bytes, int, int] | None:
        """The head that `data` begins with, as it is sent on, its end and that of its body in `data`; None where it is another one."""
        before, after = self._before, self._after
        if not data.startswith(before):
            return None
        at = len(before)
        stop = data.find(b"\r\n", at, at + _LONGEST_LENGTH + 2)
        length = data[at:stop]
        if stop < 0 or not length.isdigit() or not data.startswith(after, stop):
            return None
        end = stop + len(after)
        raw = data[:end]
        try:
            httptools.HttpRequestParser(NOBODY).feed_data(raw)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):  # told by who takes it apart
            return None
        size, there = int(length), len(data) - end
        head = RequestHead(self._method, self._target, raw, NOTHING if size <= there else Counted(size, there))
        return head, self._first + length + self._last, end, end + min(size, there)


def known(head: RequestHead, way: Way, onward: bytes) -> Known | None:
    """What is kept of a head that may be sent on, as `onward`; None where the next will hardly be the same."""
    if head.close or head.upgrade or len(head.raw) > _SIZE_MAX:
        return None
    came, sent = _LENGTH.search(head.raw.lower()), _LENGTH.search(onward.lower())
    if came is None or sent is None:
        return None
    return Known(head, way, head.raw[: came.start(1)], head.raw[came.end(1) :], onward[: sent.start(1)], onward[sent.end(1) :])

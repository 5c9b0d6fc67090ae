"""The last head of a connection and what became of it: the next one, which differs in its length and an id at most, is not taken apart again.

It is the same bytes that llhttp has read, but for a number of digits and values of plain characters, in which no parser finds the end of a line. So what
follows from the head stays: who may use the gateway, where the call goes, which fields are left out. It is kept with the connection, and goes with it.
"""

import re

from statuswatch.gateway.framing import NOTHING, Counted
from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import RequestHead

_SIZE_MAX = 8192
_LENGTH = b"content-length"
# What differs from one request of a client to the next, and means nothing on the way but for the length.
_VARIES = re.compile(
    rb"\r\n(content-length|x-client-request-id|x-stainless-retry-count|x-stainless-timeout|idempotency-key|traceparent|sentry-trace|baggage):"
    rb"[ \t]*+([^\r\n]*)(?=\r\n)"
)
_DIGITS = re.compile(rb"[0-9]{1,15}")
# Visible characters, with blanks between them: what else a value may hold is left to llhttp.
_PLAIN = re.compile(rb"[!-~]*+(?:[ \t]++[!-~]++)*+")


class Known:
    """One head with what varies cut out: `parts` are the bytes before each such value as they came and as they are sent on, and whether it is the length."""

    __slots__ = ("_came_last", "_method", "_parts", "_sent_last", "_target", "way")

    def __init__(self, head: RequestHead, way: Way, parts: tuple[tuple[bytes, bytes, bool], ...], came_last: bytes, sent_last: bytes) -> None:
        self.way = way
        self._method = head.method
        self._target = head.target
        self._parts = parts
        self._came_last = came_last
        self._sent_last = sent_last

    def again(self, data: bytes) -> tuple[RequestHead, bytes, int, int] | None:
        """The head that `data` begins with, as it is sent on, its end and that of its body in `data`; None where it is another one."""
        at = size = 0
        onward = b""
        for came, sent, counts in self._parts:
            if not data.startswith(came, at):
                return None
            at += len(came)
            varies = (_DIGITS if counts else _PLAIN).match(data, at)
            if varies is None:
                return None
            value = varies[0]
            if counts:
                size = int(value)
            onward += sent + value
            at += len(value)
        last = self._came_last
        if at > _SIZE_MAX or not data.startswith(last, at):
            return None
        end = at + len(last)
        there = len(data) - end
        if size <= there:
            return RequestHead(self._method, self._target, data[:end], NOTHING), onward + self._sent_last, end, end + size
        return RequestHead(self._method, self._target, data[:end], Counted(size, there)), onward + self._sent_last, end, len(data)


def known(head: RequestHead, way: Way, onward: bytes) -> Known | None:
    """What is kept of a head that may be sent on, as `onward`; None where the next will hardly be the same."""
    raw = head.raw
    if head.close or head.upgrade or len(raw) > _SIZE_MAX:
        return None
    came, sent = list(_VARIES.finditer(raw.lower())), list(_VARIES.finditer(onward.lower()))
    names = [one[1] for one in came]
    if names.count(_LENGTH) != 1 or names != [one[1] for one in sent]:
        return None
    parts = []
    at = there = 0
    for one, other in zip(came, sent, strict=True):
        parts.append((raw[at : one.start(2)], onward[there : other.start(2)], one[1] == _LENGTH))
        at, there = one.end(2), other.end(2)
    return Known(head, way, tuple(parts), raw[at:], onward[there:])

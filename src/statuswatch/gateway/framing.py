"""Where the body of a message ends, found in bytes that are passed on as they are (RFC 9112, sections 6 and 7).

A framing looks at bytes without copying them and says how many belong to the message. It accepts what the grammar allows and nothing besides: a line ends
with CRLF, a size is hexadecimal digits. What a next hop could read in another way is refused before it is passed on.
"""

import re
from typing import Protocol

LINE_MAX = 4096
"""Bytes of one line between chunks: a size with its extensions, a trailer field."""
TRAILERS_MAX = 8192
"""Bytes of all trailer fields."""

_LF = 10
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")
_BARE_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")
_ONE = re.compile(rb"([0-9A-Fa-f]{1,15})\r\n")
_TRAILER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t\x20-\x7e\x80-\xff]*")
# What a trailer may not change after the fact (RFC 9110, section 6.5.1).
_NO_TRAILERS = frozenset({b"transfer-encoding", b"content-length", b"host", b"connection", b"upgrade", b"content-encoding", b"content-type", b"trailer"})


class FramingError(Exception):
    """The bytes are no body as its head says; what follows cannot be told apart."""


class Framing(Protocol):
    """One body under way."""

    done: bool
    """Whether its last byte was seen."""
    open_end: bool
    """Whether only the end of the connection ends it."""
    reads: bool
    """Whether it looks at the bytes themselves; else their number is enough, and `take` may be given a memoryview."""

    def take(self, data: bytes | memoryview, at: int = 0) -> int:
        """The place in `data` up to which, from `at` on, bytes belong to this body. Raises FramingError."""
        ...

    def payload(self, data: bytes, at: int = 0) -> tuple[list[bytes], int]:
        """As `take`, with the pieces of content in these bytes, free of framing."""
        ...


class Counted:
    """A body of so many bytes (Content-Length); none at all where that is 0."""

    __slots__ = ("done", "left")
    open_end = False
    reads = False

    def __init__(self, length: int, come: int = 0) -> None:
        """`come`: how many of them were there already."""
        self.left = length - come
        self.done = not self.left

    def take(self, data: bytes | memoryview, at: int = 0) -> int:
        """See Framing."""
        there = len(data) - at
        if there < self.left:
            self.left -= there
            return len(data)
        at += self.left
        self.left = 0
        self.done = True
        return at

    def payload(self, data: bytes, at: int = 0) -> tuple[list[bytes], int]:
        """See Framing."""
        end = self.take(data, at)
        return [data[at:end]], end


NOTHING = Counted(0)
"""A body that is none, or of which all has come."""


class UntilClose:
    """A body that ends with its connection."""

    __slots__ = ("done",)
    open_end = True
    reads = False

    def __init__(self) -> None:
        self.done = False

    def take(self, data: bytes | memoryview, at: int = 0) -> int:
        """See Framing."""
        del at
        return len(data)

    def payload(self, data: bytes, at: int = 0) -> tuple[list[bytes], int]:
        """See Framing."""
        return [data[at:]], len(data)


class Chunked:
    """A body in chunks, with its trailer fields. `extensions`: whether a chunk may carry extensions; in requests nobody sends any but to be misread."""

    __slots__ = ("_extensions", "_left", "_line", "_room", "_state", "done")
    open_end = False
    reads = True

    def __init__(self, *, extensions: bool) -> None:
        self._extensions = extensions
        self._state = "size"
        self._left = 0
        self._line = b""
        self._room = TRAILERS_MAX
        self.done = False

    def take(self, data: bytes | memoryview, at: int = 0) -> int:
        """See Framing."""
        if not isinstance(data, bytes):
            data = bytes(data)
        if not at and self.one(data):
            return len(data)
        return self._walk(data, at, None)

    def one(self, data: bytes) -> bool:
        """Whether `data` is one whole chunk and nothing else, as an event of a stream most often comes; it is then taken."""
        if self._state != "size" or self._line:
            return False
        found = _ONE.match(data)
        return found is not None and (size := int(found[1], 16)) > 0 and found.end() + size + 2 == len(data) and data.endswith(b"\r\n")

    def payload(self, data: bytes, at: int = 0) -> tuple[list[bytes], int]:
        """See Framing."""
        pieces: list[bytes] = []
        return pieces, self._walk(data, at, pieces)

    def _walk(self, data: bytes, at: int, pieces: list[bytes] | None) -> int:
        end = len(data)
        while at < end and not self.done:
            if self._state == "data":
                step = min(self._left, end - at)
                if pieces is not None:
                    pieces.append(data[at : at + step])
                at += step
                self._left -= step
                if not self._left:
                    self._state = "end"
                continue
            line, at = self._line_from(data, at)
            if line is not None:
                self._take_line(line)
        return at

    def _line_from(self, data: bytes, at: int) -> tuple[bytes | None, int]:
        """The line that ends in `data`, without its CRLF, and the place after it; None where it has not ended yet, and is kept."""
        kept = self._line
        if kept.endswith(b"\r"):
            if data[at] != _LF:
                raise FramingError("a line ends with CRLF")
            self._line = b""
            return kept[:-1], at + 1
        found = data.find(b"\r\n", at)
        if found < 0:
            self._line = kept + data[at:]
            if len(self._line) > LINE_MAX or b"\n" in self._line or b"\r" in self._line[:-1]:
                raise FramingError("a line of the body is too long or ends without CRLF")
            return None, len(data)
        self._line = b""
        return kept + data[at:found], found + 2

    def _take_line(self, line: bytes) -> None:
        if len(line) > LINE_MAX:
            raise FramingError("a line of the body is too long")
        if self._state == "end":
            if line:
                raise FramingError("a chunk is longer than its size")
            self._state = "size"
        elif self._state == "size":
            match = _SIZE.fullmatch(line) if self._extensions else _BARE_SIZE.fullmatch(line)
            if match is None:
                raise FramingError("a chunk's size is no hexadecimal number")
            self._left = int(match[1] if self._extensions else line, 16)
            self._state = "data" if self._left else "trailers"
        elif not line:
            self.done = True
        else:
            match = _TRAILER.fullmatch(line)
            self._room -= len(line) + 2
            if match is None or self._room < 0 or match[1].lower() in _NO_TRAILERS:
                raise FramingError("a trailer field is malformed, too long or not allowed")

"""Heads of messages: understood by llhttp, and passed on line by line as they were written.

What is decided on is what llhttp read; what is sent on are the lines that it read it from. Where the two do not count the same fields, the message is
refused. Fields that are for one connection only are left out (RFC 9110, section 7.6.1).
"""

import re

import httptools

from statuswatch.gateway.framing import Chunked, Counted, Framing, UntilClose

HEAD_MAX = 64 << 10
"""Bytes of one head. Clients send up to 10 kB of it, with cookies and long keys."""

END = b"\r\n\r\n"
HOP = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization", b"te", b"upgrade"})
# Naming one of these in Connection would have the next hop read another message than this one did.
NEVER_HOP = frozenset({b"host", b"content-length", b"transfer-encoding", b"trailer", b"content-type", b"content-encoding"})
HOPS = re.compile(rb"\r\n(?:connection|keep-alive|proxy-connection|proxy-authenticate|proxy-authorization|te|upgrade):")
_WEBSOCKET = b"websocket"
_LONGEST_LENGTH = 15
_SWITCHING, _NO_CONTENT, _NOT_MODIFIED, _FIRST_FINAL = 101, 204, 304, 200


class HeadError(Exception):
    """A head that is not passed on. `status` is what its sender is told."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class _Seen:
    """What llhttp tells of one head. Fields go straight into a dictionary: of two with one name the last is there, which their number gives away."""

    __slots__ = ("fields", "on_header", "on_url", "target")
    # Asked for by the parser; that they are there saves it the search.
    on_message_begin = on_status = on_body = on_headers_complete = on_message_complete = on_chunk_header = on_chunk_complete = None

    def __init__(self) -> None:
        self.fields: dict[bytes, bytes] = {}
        self.on_header = self.fields.__setitem__
        self.target: list[bytes] = []
        self.on_url = self.target.append


class _Nobody:
    """Hears nothing: the parser only checks."""

    on_url = on_header = on_message_begin = on_status = on_body = on_headers_complete = on_message_complete = on_chunk_header = on_chunk_complete = None


NOBODY = _Nobody()


class RequestHead:
    """A request. `raw` is the head as it came, with its empty line; `fields` have lower-case names, several of one name joined by commas."""

    __slots__ = ("_fields", "close", "framing", "method", "raw", "target", "upgrade")

    def __init__(self, method: bytes, target: bytes, raw: bytes, framing: Framing, fields: dict[bytes, bytes] | None = None) -> None:
        self.method = method
        self.target = target
        self.raw = raw
        self.framing = framing
        self.upgrade = False
        """Whether the caller wants a WebSocket."""
        self.close = False
        """Whether the caller wants its connection closed afterwards."""
        self._fields = fields

    @property
    def fields(self) -> dict[bytes, bytes]:
        """Gathered where they are asked for."""
        if self._fields is None:
            self._fields = _by_name(self.lines)
        return self._fields

    @property
    def lines(self) -> list[bytes]:
        """The fields as they came."""
        return self.raw[:-4].split(b"\r\n")[1:]

    @property
    def has_body(self) -> bool:
        """Whether bytes follow the head."""
        return not (isinstance(self.framing, Counted) and self.framing.done)


class ResponseHead:
    """A response. `raw` is the head as it came, with its empty line; `fields` (as of RequestHead) are gathered only where they are asked for."""

    __slots__ = ("_fields", "framing", "hops", "keep_alive", "low", "raw", "status", "switched")

    def __init__(self, status: int, raw: bytes, low: bytes, framing: Framing) -> None:
        self.status = status
        self.raw = raw
        self.low = low
        """The head in lower case."""
        self.framing = framing
        self.keep_alive = True
        """Whether the server's connection can be used again."""
        self.switched = status == _SWITCHING
        self.hops = False
        """Whether something in the head is not for the caller."""
        self._fields: dict[bytes, bytes] | None = None

    @property
    def fields(self) -> dict[bytes, bytes]:
        """By lower-case names, several of one name joined by commas."""
        if self._fields is None:
            self._fields = _by_name(self.raw[:-4].split(b"\r\n")[1:])
        return self._fields

    def value(self, name: bytes) -> bytes | None:
        """The value of the first field of that lower-case name, as it came."""
        start = self.low.find(b"\r\n%s:" % name)
        if start < 0:
            return None
        start += len(name) + 3
        return self.raw[start : self.raw.find(b"\r\n", start)].strip(b" \t")

    @property
    def content_type(self) -> bytes:
        """In lower case; empty where there is none."""
        return field_value(self.low, b"content-type") or b""

    @property
    def interim(self) -> bool:
        """Whether another head follows (1xx)."""
        return self.status < _FIRST_FINAL and not self.switched


def find_end(data: bytes | bytearray) -> int:
    """The place after the head that `data` begins with; -1 where it has not ended. Raises HeadError where it is too long."""
    found = data.find(END)
    if (len(data) if found < 0 else found) > HEAD_MAX:
        raise HeadError(431, f"a head has at most {HEAD_MAX} bytes")
    return found + len(END) if found >= 0 else -1


def read_request(head: bytes) -> RequestHead:
    """The request that `head` is; it ends with its empty line. Raises HeadError."""
    seen = _Seen()
    parser = httptools.HttpRequestParser(seen)
    upgrade = _feed(parser, head, 400)
    lines = head[:-4].split(b"\r\n")
    first = lines.pop(0)
    fields = _fields(seen.fields, lines)
    if parser.get_http_version() != "1.1":
        raise HeadError(505, "HTTP/1.1 is spoken here")
    method, target = parser.get_method(), b"".join(seen.target)
    if first != b"%s %s HTTP/1.1" % (method, target):
        raise HeadError(400, "the request line is malformed")
    if b"host" not in fields or b"," in fields[b"host"]:
        raise HeadError(400, "a request has one Host")
    if b"expect" in fields and fields[b"expect"].lower() != b"100-continue":
        raise HeadError(417, "only 100-continue can be expected")
    request = RequestHead(method, target, head, _request_framing(fields), fields)
    if b"connection" in fields:
        named = listed(fields)
        if named & NEVER_HOP:
            raise HeadError(400, "Connection names a field that is not for one connection")
        request.close = b"close" in named
        request.upgrade = upgrade and fields.get(b"upgrade", b"").lower() == _WEBSOCKET and not request.has_body
    return request


def read_response(head: bytes, method: bytes, *, upgrade: bool) -> ResponseHead:
    """The response that `head` is, to a request of that method. Raises HeadError with what the client is told."""
    parser = httptools.HttpResponseParser(NOBODY)
    _feed(parser, head, 502)
    # llhttp has checked every line, so that a name is where a line begins, and a value where it ends.
    low = head.lower()
    status, version = parser.get_status_code(), parser.get_http_version()
    if version not in ("1.1", "1.0") or (status == _SWITCHING and not upgrade):
        raise HeadError(502, "the answer is none of HTTP/1.1")
    response = ResponseHead(status, head, low, _response_framing(status, method, low))
    response.hops = version == "1.0" or HOPS.search(low) is not None
    closes = version == "1.0" or (response.hops and b"close" in listed(response.fields))
    response.keep_alive = not (closes or response.framing.open_end or response.switched)
    return response


def _feed(parser: "httptools.HttpRequestParser | httptools.HttpResponseParser", head: bytes, status: int) -> bool:
    """Let llhttp read; whether it saw an upgrade."""
    try:
        parser.feed_data(head)
    except httptools.HttpParserUpgrade:
        return True
    except httptools.HttpParserInvalidMethodError as error:
        raise HeadError(501, "this method is not known here") from error
    except httptools.HttpParserError as error:
        raise HeadError(status, f"the head is no HTTP/1.1: {error}") from error
    return False


def _fields(seen: dict[bytes, bytes], lines: list[bytes]) -> dict[bytes, bytes]:
    """The fields of a request by lower-case names. Those that llhttp saw have to be those of the lines."""
    fields = {name.lower(): value for name, value in seen.items()}
    if len(fields) == len(lines):
        return fields
    names = fields.keys()
    fields = _by_name(lines)
    if fields.keys() != names:
        raise HeadError(400, "the head's fields cannot be told apart")
    return fields


def _by_name(lines: list[bytes]) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for line in lines:
        name, _, value = line.partition(b":")
        lower, value = name.lower(), value.strip(b" \t")
        fields[lower] = b"%s, %s" % (fields[lower], value) if lower in fields else value
    return fields


def field_value(low: bytes, name: bytes) -> bytes | None:
    """The value of the first field of that name in a head in lower case."""
    start = low.find(b"\r\n%s:" % name)
    if start < 0:
        return None
    start += len(name) + 3
    return low[start : low.find(b"\r\n", start)].strip(b" \t")


def field_name(line: bytes) -> bytes:
    """The lower-case name of the field that a line is."""
    return line.partition(b":")[0].lower()


def _request_framing(fields: dict[bytes, bytes]) -> Framing:
    """RFC 9112, section 6.3. llhttp has refused two lengths, and a length beside chunks."""
    coding = fields.get(b"transfer-encoding")
    if coding is not None:
        if coding.lower() != b"chunked" or b"content-length" in fields:
            raise HeadError(501, "only chunked is known as a transfer coding")
        return Chunked(extensions=False)
    return Counted(_length(fields.get(b"content-length", b"0"), 400))


def _response_framing(status: int, method: bytes, low: bytes) -> Framing:
    if method == b"HEAD" or status < _FIRST_FINAL or status in (_NO_CONTENT, _NOT_MODIFIED):
        return UntilClose() if status == _SWITCHING else Counted(0)
    coding, length = field_value(low, b"transfer-encoding"), field_value(low, b"content-length")
    if coding is not None:
        if coding != b"chunked" or length is not None or low.count(b"\r\ntransfer-encoding:") > 1:
            raise HeadError(502, "the answer's transfer coding is not known")
        return Chunked(extensions=True)
    return UntilClose() if length is None else Counted(_length(length, 502))


def _length(text: bytes, status: int) -> int:
    if not text.isdigit() or len(text) > _LONGEST_LENGTH:
        raise HeadError(status, "Content-Length is no number")
    return int(text)


def listed(fields: dict[bytes, bytes]) -> frozenset[bytes]:
    """The fields that Connection names."""
    return words(fields.get(b"connection", b""))


def words(value: bytes) -> frozenset[bytes]:
    """The words of a list, in lower case and without parameters."""
    return frozenset(word.partition(b";")[0].strip().lower() for word in value.split(b",")) - {b""}

"""Heads of messages: understood by llhttp, and passed on line by line as they were written.

What is decided on is what llhttp read; what is sent on are the lines that it read it from. Where the two do not count the same fields, the message is
refused. Fields that are for one connection only are left out (RFC 9110, section 7.6.1).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httptools

from statuswatch.gateway.framing import Chunked, Counted, Framing, UntilClose

HEAD_MAX = 64 << 10
"""Bytes of one head. Clients send up to 10 kB of it, with cookies and long keys."""

_END = b"\r\n\r\n"
_HOP = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization", b"te", b"upgrade"})
# Naming one of these in Connection would have the next hop read another message than this one did.
_NEVER_HOP = frozenset({b"host", b"content-length", b"transfer-encoding", b"trailer", b"content-type", b"content-encoding"})
_WEBSOCKET = b"websocket"
_LONGEST_LENGTH = 15
_SWITCHING, _NO_CONTENT, _NOT_MODIFIED, _FIRST_FINAL = 101, 204, 304, 200


class HeadError(Exception):
    """A head that is not passed on. `status` is what its sender is told."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class _Seen:
    """What llhttp tells of one head."""

    __slots__ = ("fields", "on_header", "target")

    def __init__(self) -> None:
        self.fields: list[tuple[bytes, bytes]] = []
        self.on_header: Callable[[bytes, bytes], None] = self._add
        self.target = b""

    def _add(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value))

    def on_url(self, url: bytes) -> None:
        self.target += url


@dataclass(slots=True)
class RequestHead:
    """A request. `fields` have lower-case names, several of one name joined by commas; `lines` are the fields as they came."""

    method: bytes
    target: bytes
    fields: dict[bytes, bytes]
    lines: list[bytes]
    framing: Framing
    upgrade: bool = False
    close: bool = False
    expects: bool = False

    @property
    def has_body(self) -> bool:
        """Whether bytes follow the head."""
        return not (isinstance(self.framing, Counted) and self.framing.done)


@dataclass(slots=True)
class ResponseHead:
    """A response; as RequestHead. `raw` is the head as it came, up to its empty line."""

    status: int
    fields: dict[bytes, bytes]
    lines: list[bytes]
    framing: Framing
    raw: bytes = b""
    keep_alive: bool = True
    switched: bool = False
    hops: bool = field(default=False)

    @property
    def interim(self) -> bool:
        """Whether another head follows (1xx)."""
        return self.status < _FIRST_FINAL and not self.switched


def find_end(data: bytes | bytearray) -> int:
    """The place after the head that `data` begins with; -1 where it has not ended. Raises HeadError where it is too long."""
    found = data.find(_END)
    if (len(data) if found < 0 else found) > HEAD_MAX:
        raise HeadError(431, f"a head has at most {HEAD_MAX} bytes")
    return found + len(_END) if found >= 0 else -1


def read_request(head: bytes) -> RequestHead:
    """The request that `head` is; it ends with its empty line. Raises HeadError."""
    seen = _Seen()
    parser = httptools.HttpRequestParser(seen)
    upgrade = _feed(parser, head, 400)
    lines = head[:-4].split(b"\r\n")
    fields = _fields(seen, lines, 400)
    version = parser.get_http_version()
    if version != "1.1":
        raise HeadError(505, "HTTP/1.1 is spoken here")
    if lines[0] != b"%s %s HTTP/1.1" % (parser.get_method(), seen.target):
        raise HeadError(400, "the request line is malformed")
    if b"host" not in fields or b"," in fields[b"host"]:
        raise HeadError(400, "a request has one Host")
    if b"connection" in fields and _listed(fields) & _NEVER_HOP:
        raise HeadError(400, "Connection names a field that is not for one connection")
    expects = fields.get(b"expect", b"").lower()
    if expects not in (b"", b"100-continue"):
        raise HeadError(417, "only 100-continue can be expected")
    return RequestHead(
        method=parser.get_method(),
        target=seen.target,
        fields=fields,
        lines=lines[1:],
        framing=_request_framing(fields),
        upgrade=upgrade and fields.get(b"upgrade", b"").lower() == _WEBSOCKET and b"content-length" not in fields and b"transfer-encoding" not in fields,
        close=b"connection" in fields and b"close" in _listed(fields),
        expects=bool(expects),
    )


def read_response(head: bytes, method: bytes, *, upgrade: bool) -> ResponseHead:
    """The response that `head` is, to a request of that method. Raises HeadError with what the client is told."""
    seen = _Seen()
    parser = httptools.HttpResponseParser(seen)
    _feed(parser, head, 502)
    lines = head[:-4].split(b"\r\n")
    fields = _fields(seen, lines, 502)
    status, version = parser.get_status_code(), parser.get_http_version()
    if version not in ("1.1", "1.0") or (status == _SWITCHING and not upgrade):
        raise HeadError(502, "the answer is none of HTTP/1.1")
    switched = status == _SWITCHING
    framing = _response_framing(status, method, fields, switched=switched)
    listed = _listed(fields) if b"connection" in fields else frozenset()
    return ResponseHead(
        status=status,
        fields=fields,
        lines=lines,
        framing=framing,
        raw=head,
        keep_alive=version == "1.1" and b"close" not in listed and not framing.open_end and not switched,
        switched=switched,
        hops=bool(listed) or version == "1.0" or not _HOP.isdisjoint(fields),
    )


def request_bytes(head: RequestHead, target: bytes, host: bytes) -> bytes:
    """The head as the next server gets it: at `target`, for `host`, without what was for this connection."""
    dropped = _HOP | _listed(head.fields) if b"connection" in head.fields else _HOP
    kept = [b"%s %s HTTP/1.1" % (head.method, target)]
    for line in head.lines:
        name, _, _ = line.partition(b":")
        lower = name.lower()
        if lower == b"host":
            kept.append(b"%s: %s" % (name, host))
        elif lower not in dropped:
            kept.append(line)
    connection = []
    if head.upgrade:
        connection.append(b"Upgrade")
        kept.append(b"Upgrade: websocket")
    if b"trailers" in _words(head.fields.get(b"te", b"")):  # trailer fields are passed on
        connection.append(b"TE")
        kept.append(b"TE: trailers")
    if connection:
        kept.append(b"Connection: " + b", ".join(connection))
    return b"\r\n".join(kept) + _END


def response_bytes(head: ResponseHead, added: Iterable[bytes] = (), without: frozenset[bytes] = frozenset(), *, close: bool) -> bytes:
    """The head as the client gets it: as it came, with `added` lines, without fields named in `without` and those that were for the other connection."""
    added = tuple(added)
    if not head.hops and not close and not added and not without:
        return head.raw
    listed = (_listed(head.fields) if b"connection" in head.fields else frozenset()) - _NEVER_HOP
    dropped = (_HOP | listed | without) if not head.switched else (without | {b"keep-alive", b"proxy-connection"})
    first = head.lines[0]
    kept = [b"HTTP/1.1" + first[8:] if first.startswith(b"HTTP/1.0") else first]
    kept += [line for line in head.lines[1:] if line.partition(b":")[0].lower() not in dropped]
    kept += added
    if close and not head.switched and not head.interim:
        kept.append(b"Connection: close")
    return b"\r\n".join(kept) + _END


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


def _fields(seen: _Seen, lines: list[bytes], status: int) -> dict[bytes, bytes]:
    if len(seen.fields) != len(lines) - 1:
        raise HeadError(status, "the head's fields cannot be told apart")
    fields = {name.lower(): value for name, value in seen.fields}
    if len(fields) != len(seen.fields):
        fields = {}
        for name, value in seen.fields:
            lower = name.lower()
            fields[lower] = b"%s, %s" % (fields[lower], value) if lower in fields else value
    return fields


def _request_framing(fields: dict[bytes, bytes]) -> Framing:
    """RFC 9112, section 6.3. llhttp has refused two lengths, and a length beside chunks."""
    coding = fields.get(b"transfer-encoding")
    if coding is not None:
        if coding.lower() != b"chunked" or b"content-length" in fields:
            raise HeadError(501, "only chunked is known as a transfer coding")
        return Chunked(extensions=False)
    return Counted(_length(fields, 400))


def _response_framing(status: int, method: bytes, fields: dict[bytes, bytes], *, switched: bool) -> Framing:
    if method == b"HEAD" or status < _FIRST_FINAL or status in (_NO_CONTENT, _NOT_MODIFIED):
        return UntilClose() if switched else Counted(0)
    coding = fields.get(b"transfer-encoding")
    if coding is not None:
        if coding.lower() != b"chunked" or b"content-length" in fields:
            raise HeadError(502, "the answer's transfer coding is not known")
        return Chunked(extensions=True)
    if b"content-length" in fields:
        return Counted(_length(fields, 502))
    return UntilClose()


def _length(fields: dict[bytes, bytes], status: int) -> int:
    text = fields.get(b"content-length", b"0")
    if not text.isdigit() or len(text) > _LONGEST_LENGTH:
        raise HeadError(status, "Content-Length is no number")
    return int(text)


def _listed(fields: dict[bytes, bytes]) -> frozenset[bytes]:
    return _words(fields.get(b"connection", b""))


def _words(value: bytes) -> frozenset[bytes]:
    return frozenset(word.partition(b";")[0].strip().lower() for word in value.split(b",")) - {b""}

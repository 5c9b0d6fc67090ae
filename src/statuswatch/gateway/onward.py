"""Heads as they are sent on: line by line as they were written, without what was for one connection only (RFC 9110, section 7.6.1)."""

import re
from collections.abc import Iterable

import httptools

from statuswatch.gateway.heads import END, HEAD_MAX, HOP, NEVER_HOP, NOBODY, RequestHead, ResponseHead, field_name, listed, words

_USUAL = b"HTTP/1.1 200 "
# What has to be left out, and what says that the body is to be looked at. llhttp reads the head after this, so that a line is known by its end.
_LOOK = re.compile(
    rb"\n(?:con(?:nection:|tent-type:[ \t]*+text/event-stream)|keep-alive:|proxy-(?:connection|authenticate|authorization):|t(?:e|ransfer-encoding):|upgrade:)"
)
_KEPT = b"\r\nconnection: keep-alive\r\n"
_LENGTH = b"\r\ncontent-length: "


def request_bytes(head: RequestHead, target: bytes, host: bytes) -> bytes:
    """The head as the next server gets it: at `target`, for `host`, without what was for this connection."""
    fields = head.fields
    dropped = HOP | listed(fields) if b"connection" in fields else HOP
    kept = [b"%s %s HTTP/1.1" % (head.method, target)]
    lines = head.lines
    names = fields if len(fields) == len(lines) else [field_name(line) for line in lines]
    for name, line in zip(names, lines, strict=True):
        if name == b"host":
            kept.append(line[:4] + b": " + host)
        elif name not in dropped:
            kept.append(line)
    if not head.upgrade and b"te" not in fields:
        return b"\r\n".join(kept) + END
    connection = []
    if head.upgrade:
        connection.append(b"Upgrade")
        kept.append(b"Upgrade: websocket")
    if b"trailers" in words(head.fields.get(b"te", b"")):  # trailer fields are passed on
        connection.append(b"TE")
        kept.append(b"TE: trailers")
    if connection:
        kept.append(b"Connection: " + b", ".join(connection))
    return b"\r\n".join(kept) + END


def response_bytes(head: ResponseHead, added: Iterable[bytes] = (), without: frozenset[bytes] = frozenset(), *, close: bool) -> bytes:
    """The head as the client gets it: as it came, with `added` lines, without fields named in `without` and those that were for the other connection."""
    added = tuple(added)
    if not head.hops and not close and not added and not without:
        return head.raw
    named = (listed(head.fields) if b"connection" in head.fields else frozenset()) - NEVER_HOP
    dropped = (HOP | named | without) if not head.switched else (without | {b"keep-alive", b"proxy-connection"})
    first, *lines = head.raw[:-4].split(b"\r\n")
    kept = [b"HTTP/1.1" + first[8:] if first.startswith(b"HTTP/1.0") else first]
    kept += [line for line in lines if field_name(line) not in dropped]
    kept += added
    if close and not head.switched and not head.interim:
        kept.append(b"Connection: close")
    return b"\r\n".join(kept) + END


def whole_answer(came: bytes, request: RequestHead) -> tuple[bytes, bytes] | None:
    """The head of a good answer that is there as a whole, with nothing before and after it, and the bytes to be sent on.

    None where it is anything else, be it malformed, and where it has to be looked at as it comes.
    """
    end = came.find(END) + len(END)
    if not came.startswith(_USUAL) or not len(END) <= end <= HEAD_MAX or request.method == b"HEAD" or request.close:
        return None
    head = came[:end]
    low = head.lower()
    length = low.rfind(_LENGTH)  # llhttp refuses two
    if length < 0 or not low.startswith(b"%d\r\n" % (len(came) - end), length + len(_LENGTH)):
        return None
    at = 0
    found = _LOOK.search(low)
    while found is not None:
        if at or not low.startswith(_KEPT, found.start() - 1):
            return None
        at = found.start() - 1
        found = _LOOK.search(low, at + len(_KEPT) - 2)
    try:
        httptools.HttpResponseParser(NOBODY).feed_data(head)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    return head, came[:at] + came[at + len(_KEPT) - 2 :] if at else came

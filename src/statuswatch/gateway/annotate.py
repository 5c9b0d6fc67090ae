"""A sentence in the provider's own error message, where the person asked for it: all other bytes of the body stay as they were.

A message is a JSON string at one of the places where the usual APIs have it. It is found by reading the document, and changed in its text.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]  # the decoder's own reader of strings, not in the stubs
from typing import Any

BODY_MAX = 256 << 10
"""Bytes of a body that is changed; errors are short."""

_KEY = re.compile(r'"(message|error|detail|msg)"\s*:\s*"')
_PLACES = (("error", "message"), ("response", "error", "message"), ("message",), ("detail",), ("error",), ("error", "error", "message"))
_EVENT_END = re.compile(rb"\r?\n\r?\n")
_DATA = re.compile(rb"^data: ?(.*)$", re.MULTILINE)
# How an event begins that is an error; everything else is passed on as it comes.
_ERRORS = tuple(
    b"%s%s%s" % (field, space, value)
    for space in (b" ", b"")
    for field, value in (
        (b"event:", b"error"),
        (b"event:", b"response.failed"),
        (b"data:", b'{"error"'),
        (b"data:", b'{"type":"error"'),
        (b"data:", b'{"type": "error"'),
    )
)
_LONGEST_ERROR = max(map(len, _ERRORS))
# A body that a field of its head vouches for is not touched (RFC 9530, RFC 9421).
_SIGNED = frozenset({b"content-digest", b"repr-digest", b"digest", b"content-md5", b"signature"})


def changed(fields: Mapping[bytes, bytes], body: bytes, sentence: str) -> bytes | None:
    """The body of a failing answer with those fields, `sentence` in it; None where it has to stay as it is."""
    if not sentence or len(body) > BODY_MAX or not _SIGNED.isdisjoint(fields):
        return None
    return recoded(body, fields.get(b"content-encoding", b"").decode("latin-1"), lambda plain: annotated(plain, sentence))


def annotated(body: bytes, sentence: str) -> bytes | None:
    """The JSON body with `sentence` behind its error's message; None where there is no message to be found."""
    if len(body) > BODY_MAX:
        return None
    try:
        text = body.decode("utf-8")
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    message = _message(document[0] if isinstance(document, list) and document else document)
    if not message:
        return None
    for found in _KEY.finditer(text):
        try:
            value, end = scanstring(text, found.end(), True)
        except ValueError:
            return None
        if value == message:
            gap = "" if message.endswith((" ", "\n")) else ". " if message[-1].isalnum() else " "
            return (text[: end - 1] + json.dumps(gap + sentence)[1:-1] + text[end - 1 :]).encode("utf-8")
    return None


def recoded(body: bytes, coding: str, change: Callable[[bytes], bytes | None]) -> bytes | None:
    """`change` of a body in a content coding, in the same coding again; None where the coding is not known here or nothing is changed."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return change(body)
    plain = unpacked(body, coding)
    found = change(plain) if plain is not None else None
    if found is None:
        return None
    return zlib.compress(found) if coding == "deflate" else gzip.compress(found, mtime=0)


def unpacked(body: bytes, coding: str) -> bytes | None:
    """The body without its content coding; None where that is not known here (br, zstd), or where it is broken or too long."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return body
    bits = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}.get(coding)
    if bits is None:
        return None
    machine = zlib.decompressobj(bits)
    try:
        plain = machine.decompress(body, BODY_MAX)
    except zlib.error:
        return None
    return plain if machine.eof else None


class StreamEditor:
    """Changes error events of an event stream as they pass; all others go on at once, as far as they have come."""

    def __init__(self, sentence: Callable[[], str]) -> None:
        self._sentence = sentence
        self._held = b""
        self._inside = False

    def feed(self, data: bytes) -> bytes:
        """What can be passed on now."""
        data, self._held = self._held + data, b""
        out: list[bytes] = []
        at = 0
        while at < len(data):
            end = _EVENT_END.search(data, at)
            stop = end.end() if end else len(data)
            if self._inside or not data.startswith(_ERRORS, at):
                if not self._inside and end is None and self._may_become(data[at:]):
                    self._held = data[at:]
                    break
                out.append(data[at:stop])
                self._inside = end is None
            elif end is None and len(data) - at <= BODY_MAX:
                self._held = data[at:]
                break
            else:
                out.append(self._edited(data[at:stop]))
                self._inside = end is None
            at = stop
        return b"".join(out)

    def rest(self) -> bytes:
        """What was held when the stream ended."""
        held, self._held = self._held, b""
        return held

    @staticmethod
    def _may_become(piece: bytes) -> bool:
        return len(piece) < _LONGEST_ERROR and any(start.startswith(piece) for start in _ERRORS)

    def _edited(self, event: bytes) -> bytes:
        sentence = self._sentence()
        found = _DATA.search(event)
        if not sentence or found is None:
            return event
        line = found[1].rstrip(b"\r")
        changed = annotated(line, sentence)
        return event if changed is None else event[: found.start(1)] + changed + event[found.start(1) + len(line) :]


def _message(document: Any) -> str | None:
    for place in _PLACES:
        value = document
        for key in place:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and value:
            return value
    return None

"""The bytes of a feed and what they decode to: text, JSON, or the reason why they are no feed. Nothing here raises on any bytes."""

import json
import re
from dataclasses import dataclass
from typing import Any

from statuswatch.core.incident import Unreadable, UnreadableReason

MAX_BYTES = 16 * 1024 * 1024
"""The largest body that is looked at. The largest feed known was 3.4 MB (Google Cloud, 2022); ten years of a busy page are 5 MB."""

_SNIFFED = 4096
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|script|meta|title)\b", re.IGNORECASE)
_PROLOGUE = re.compile(r"(?:\s|<\?[^>]{0,200}>|<!--(?:(?!-->).){0,500}-->)*", re.DOTALL)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,120}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
# Only charsets of real pages: Python would also take names such as `punycode`, which is quadratic, or `unicode_escape`, which interprets.
_CHARSETS = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-2", "iso-8859-15", "latin1", "windows-1250", "windows-1251", "windows-1252", "cp1252"}
    | {"koi8-r", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "utf-16", "utf-16le", "utf-16be"}
)


@dataclass(frozen=True, slots=True)
class Body:
    """What a fetch brought, or a file holds: the bytes, the provider that they are about, and what the transport said of them."""

    data: bytes
    provider: str
    url: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body as text, with what was odd about its encoding. The text holds no byte order mark."""

    text: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A body as JSON data."""

    value: Any
    problems: tuple[str, ...] = ()


def unreadable(body: Body, reason: UnreadableReason, detail: str) -> Unreadable:
    """The value that says why `body` is no feed; `detail` holds nothing of the body's own text."""
    return Unreadable(reason, detail, len(body.data))


def wrong_shape(body: Body, wanted: str) -> Unreadable:
    """It is well-formed, but not this format: an error object with status 200, another vendor's format."""
    return unreadable(body, UnreadableReason.WRONG_SHAPE, f"the body is readable, but it lacks {wanted}")


def looks_like_html(text: str) -> bool:
    """Whether the text starts as a page for a browser does: a captcha, a login, a new vendor's home page."""
    head = text[:_SNIFFED]
    prologue = _PROLOGUE.match(head)
    return _HTML.match(head, prologue.end() if prologue else 0) is not None


def decode(body: Body) -> Decoded | Unreadable:
    """The text of `body`, or why there is none (too large, empty).

    The encoding is told by the byte order mark, else by the place of zero bytes (AWS sends UTF-16 although RFC 8259 section 8.1 forbids it), else it is
    UTF-8, else the charset that the transport or the XML declaration names, else UTF-8 with the bad bytes replaced.
    """
    data = body.data
    if len(data) > MAX_BYTES:
        return unreadable(body, UnreadableReason.TOO_LARGE, f"the body has {len(data)} bytes; {MAX_BYTES} are the most that is read")
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        return unreadable(body, UnreadableReason.EMPTY, "the body is empty")
    codec = json.detect_encoding(data)
    try:
        return Decoded(data.decode(codec).lstrip("\ufeff"))
    except UnicodeDecodeError:
        pass
    for name in _declared(body) if codec.startswith("utf-8") else ():
        try:
            return Decoded(data.decode(name), (f"the body is no UTF-8; it was read as {name}",))
        except UnicodeDecodeError:
            continue
    return Decoded(data.decode(codec, "replace").lstrip("\ufeff"), (f"the body is no valid {codec.upper()}; the bad bytes were replaced",))


def _declared(body: Body) -> tuple[str, ...]:
    """The charsets that the transport and the XML declaration name, where they are ones that are read."""
    named = [match[1] for match in (_CHARSET.search(body.content_type[:500]),) if match]
    named += [match[1].decode("ascii") for match in (_DECLARED.match(body.data[:300]),) if match]
    return tuple(name.lower() for name in named if name.lower() in _CHARSETS)


def read_json(body: Body) -> Document | Unreadable:
    """The JSON value in `body`. Numbers that JSON does not have (NaN, Infinity) are None; nesting beyond the interpreter's limit is refused."""
    decoded = decode(body)
    if isinstance(decoded, Unreadable):
        return decoded
    text = decoded.text
    try:
        return Document(json.loads(text, parse_constant=lambda _: None), decoded.problems)
    except RecursionError:
        return unreadable(body, UnreadableReason.FORBIDDEN, "the body is nested too deeply to be a feed")
    except json.JSONDecodeError as error:
        return _no_json(body, text, error.pos)
    except ValueError:
        return unreadable(body, UnreadableReason.FORBIDDEN, "the body holds a number that is too long to be one")


def _no_json(body: Body, text: str, position: int) -> Unreadable:
    """Why the text is no JSON: a web page, cut off, or something else."""
    trimmed = text.strip()
    if looks_like_html(trimmed):
        return unreadable(body, UnreadableReason.HTML, "the body is a web page, perhaps a challenge or a moved page")
    if trimmed[:1] in ("{", "[") and (trimmed[-1:] not in ("}", "]") or position >= len(text.rstrip())):
        return unreadable(body, UnreadableReason.TRUNCATED, f"the JSON stops in the middle, after {len(body.data)} bytes")
    return unreadable(body, UnreadableReason.NOT_JSON, "the body is no JSON")

"""Text for terminals: made inert, measured in cells, cut, wrapped and laid out in columns. Pure; no colours, only tones."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

_SEQUENCES = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # strings: OSC, DCS, APC with their content
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[ -/]*[0-~]"  # the short ones
)
_SPACES = {"\n", "\r", "\t", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\u2029"}
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
_MARKS = {"Mn", "Me"}
_MOST_MARKS = 2
_WIDE = {"W", "F"}


class Tone(StrEnum):
    """What a piece of text is, for a surface to colour. Never the only sign of it: a symbol or a word always says the same."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    THEIRS = "theirs"
    KEY = "key"
    OK = "ok"
    UNSURE = "unsure"
    FAILING = "failing"
    DOWN = "down"
    BACK = "back"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line in one tone. Its text is inert: no control, format or newline characters."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]
EMPTY: Line = ()


def clean(text: str, limit: int = 2000) -> str:
    """Make `text` of anybody safe to print: escape sequences, C0, C1, bidi, zero-width and unassigned characters go, newlines become spaces.

    At most two combining marks stay on a character, runs of spaces become one, and the result is cut at `limit` characters.
    """
    if text.isascii() and text.isprintable():  # nothing in it can be anything but text, and nearly all texts are like that
        return " ".join(text[: limit * 4].split())[:limit]
    kept: list[str] = []
    marks = 0
    for char in _SEQUENCES.sub("", text[: limit * 4]):
        category = unicodedata.category(char)
        marks = marks + 1 if category in _MARKS else 0
        if char in _SPACES or category.startswith("Z"):
            kept.append(" ")
        elif category not in _DROPPED and marks <= _MOST_MARKS:
            kept.append(char)
    return " ".join("".join(kept).split())[:limit]


def cells(text: str) -> int:
    """How many terminal cells `text` takes: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.category(char) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def width_of(line: Line) -> int:
    """How many cells a line takes."""
    return sum(cells(span.text) for span in line)


def say(text: str, tone: Tone = Tone.PLAIN) -> Line:
    """A line of one tone; no span at all for no text."""
    return (Span(text, tone),) if text else EMPTY


def join(parts: Iterable[Line], between: str, tone: Tone = Tone.DIM) -> Line:
    """The parts that are not empty, with `between` among them."""
    joined: list[Span] = []
    for part in parts:
        if part:
            joined += [*([Span(between, tone)] if joined else []), *part]
    return tuple(joined)


def plain(line: Line) -> str:
    """The line without its tones."""
    return "".join(span.text for span in line)


def cut(line: Line, width: int, sign: str = "…") -> Line:
    """The line, no wider than `width` cells; where something is cut off, `sign` says so."""
    if width_of(line) <= width:
        return line
    room = max(0, width - cells(sign))
    kept: list[Span] = []
    for span in line:
        part = _head(span.text, room)
        room -= cells(part)
        kept.append(Span(part, span.tone))
        if part != span.text:
            break
    tone = kept[-1].tone if kept else Tone.PLAIN
    return (*(span for span in kept if span.text), Span(_head(sign, width), tone))


def cut_head(line: Line, width: int, sign: str = "…") -> Line:
    """The line's end, no wider than `width` cells, in the tone of its last span; where something is cut off, `sign` stands before it."""
    if width_of(line) <= width:
        return line
    return (Span(sign + _head(plain(line)[::-1], max(0, width - cells(sign)))[::-1], line[-1].tone),)


def _head(text: str, room: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += _cell(char)
        if used > room:
            return text[:index]
    return text


def pad(line: Line, width: int, *, right: bool = False) -> Line:
    """The line filled with spaces to `width` cells, on its left when `right`-aligned."""
    gap = width - width_of(line)
    if gap <= 0:
        return line
    return (Span(" " * gap), *line) if right else (*line, Span(" " * gap))


def apart(left: Line, right: Line, width: int, sign: str = "…") -> Line:
    """`left` and `right` at the two ends of `width` cells. The right part stays whole; the left one is cut, or the right one goes where both cannot be."""
    room = width - width_of(right) - 2
    if not right or room < min(width_of(left), 12):
        return cut(left, width, sign)
    left = cut(left, room, sign)
    return (*left, Span(" " * (width - width_of(left) - width_of(right))), *right)


def wrap(line: Line, width: int, indent: int = 0) -> tuple[Line, ...]:
    """The line broken at spaces into lines of at most `width` cells; all but the first start with `indent` spaces, or fewer before a word that needs the room.

    Only a word that is longer than a whole line is split.
    """
    lines: list[list[Span]] = [[]]
    used = 0
    for word, tone in _words(line, max(1, width - indent), max(1, width)):
        size = cells(word)
        if used and used + len(word) - len(word.lstrip()) + cells(word.strip()) > width and word.strip():
            word = word.lstrip()  # noqa: PLW2901 - the space at a break is what the break replaces
            used = max(0, min(indent, width - cells(word.rstrip())))
            lines.append([Span(" " * used)] if used else [])
            size = cells(word)
        elif not used and size > width and cells(word.lstrip()) <= width:
            word = word.lstrip().rjust(len(word.lstrip()) + width - cells(word.lstrip()))  # noqa: PLW2901 - of its own indent, what there is room for
            size = cells(word)
        lines[-1].append(Span(word, tone))
        used += size
    return tuple(_trim(_merge(spans)) for spans in lines)


def _words(line: Line, most: int, width: int) -> Iterable[tuple[str, Tone]]:
    for span in line:
        for word in re.findall(r"\s*\S+\s*$|\s*\S+|\s+", span.text):
            rest = word
            while cells(rest.strip() if rest is word else rest) > (width if rest is word else most) and len(rest) > 1:
                part = _head(rest, most) or rest[0]
                yield part, span.tone
                rest = rest[len(part) :]
            if rest:
                yield rest, span.tone


def _merge(spans: Sequence[Span]) -> Line:
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].tone is span.tone:
            merged[-1] = Span(merged[-1].text + span.text, span.tone)
        elif span.text:
            merged.append(span)
    return tuple(merged)


def _trim(line: Line) -> Line:
    if line and line[-1].text.endswith(" "):
        return _trim((*line[:-1], Span(line[-1].text.rstrip(), line[-1].tone))) if line[-1].text.strip() else _trim(line[:-1])
    return line


@dataclass(frozen=True, slots=True)
class Column:
    """One column: between `floor` and `ceiling` cells wide. Where room is short, the column with the lowest `keep` goes first.

    `tail`: what is cut is the head, because the values differ at their ends.
    """

    key: str
    heading: str
    floor: int
    ceiling: int
    keep: int
    right: bool = False
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and rows, laid out for one width."""

    heading: Line
    rows: tuple[Line, ...]
    shown: tuple[str, ...]


def table(columns: Sequence[Column], rows: Sequence[Mapping[str, Line]], width: int, sign: str = "…") -> Table:
    """Lay `rows` (a line for each column's key) out in columns two spaces apart, dropping and narrowing columns until `width` holds them."""
    used = [column for column in columns if any(row.get(column.key) for row in rows)]
    sizes = {column.key: _natural(column, rows) for column in used}
    while len(used) > 1 and sum(min(sizes[column.key], column.floor) for column in used) + 2 * (len(used) - 1) > width:
        used.remove(min(used, key=lambda column: column.keep))
    excess = sum(sizes[column.key] for column in used) + 2 * (len(used) - 1) - width
    for column in sorted(used, key=lambda column: column.keep):
        if excess > 0:
            give = min(excess, max(0, sizes[column.key] - column.floor))
            sizes[column.key] -= give
            excess -= give
    heading = _row(used, {column.key: say(column.heading, Tone.DIM) for column in used}, sizes, sign)
    return Table(heading, tuple(_row(used, row, sizes, sign) for row in rows), tuple(column.key for column in used))


def _natural(column: Column, rows: Sequence[Mapping[str, Line]]) -> int:
    widest = max((width_of(row.get(column.key, EMPTY)) for row in rows), default=0)
    return min(column.ceiling, max(widest, cells(column.heading)))


def _row(columns: Sequence[Column], row: Mapping[str, Line], sizes: Mapping[str, int], sign: str) -> Line:
    spans: list[Span] = []
    for column in columns:
        size = sizes[column.key]
        spans += [*([Span("  ")] if spans else []), *pad((cut_head if column.tail else cut)(row.get(column.key, EMPTY), size, sign), size, right=column.right)]
    return _trim(_merge(spans))


@dataclass(frozen=True, slots=True)
class Link:
    """An address that may be opened, with the host to show before doing so."""

    url: str
    host: str


def safe_link(url: str | None) -> Link | None:
    """`url` when it is plain http(s) to a named host, without credentials or odd characters; else None. The host is shown in its ASCII form."""
    if not url or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or parts.username is not None:
        return None
    return Link(url, f"{host}:{port}" if port else host)


_SGR = {
    Tone.STRONG: "1",
    Tone.DIM: "2",
    Tone.KEY: "1",
    Tone.THEIRS: "3",
    Tone.OK: "32",
    Tone.UNSURE: "33",
    Tone.FAILING: "1;33",
    Tone.DOWN: "1;31",
    Tone.BACK: "36",
    Tone.MAINTENANCE: "35",
    Tone.UNKNOWN: "2",
}


def terminal(line: Line, *, colour: bool) -> str:
    """The line as it is printed: with the terminal's own sixteen colours, or without any."""
    if not colour:
        return plain(line)
    return "".join(f"\x1b[{_SGR[span.tone]}m{span.text}\x1b[0m" if span.tone in _SGR else span.text for span in line)

"""A marked block at the end of a text with comments: put in, kept up to date, taken out; every other character stays.

The block's own first line remembers whether the text before it lacked its last line break, or was empty. Else an empty line stands before the block, so that a
backslash at the end of the text does not swallow our first line.
"""

import re

from statuswatch.surfaces.setup.target import SetupError

_OPEN = " >>> statuswatch {name} >>>"
_JOINED = " (the line before had no end)"
_ALONE = " (there was nothing before)"
_CLOSE = " <<< statuswatch {name} <<<"


def put(text: str, name: str, lines: tuple[str, ...], comment: str = "#") -> str:
    """The text with the block `name` of these lines: in its place where there is one, else at the end. Raises SetupError for half a block."""
    found = _find(text, name, comment)
    if found is not None:
        start, end, first = found
        return text[:start] + _block(name, lines, comment, _break_of(text[start:end]), _remark(first)) + text[end:]
    end_of_line = _break_of(text)
    joined = bool(text) and not text.endswith("\n")
    before = text + (end_of_line if joined else "") + (end_of_line if text else "")
    return before + _block(name, lines, comment, end_of_line, _JOINED if joined else "" if text else _ALONE)


def take(text: str, name: str, comment: str = "#") -> str:
    """The text without the block; the same text where there is none. Raises SetupError for half a block."""
    found = _find(text, name, comment)
    if found is None:
        return text
    start, end, first = found
    before, after, end_of_line = text[:start], text[end:], _break_of(text[start:end])
    if _remark(first) != _ALONE and before.endswith("\n" + end_of_line):
        before = before.removesuffix(end_of_line)
        if _remark(first) == _JOINED and not after:
            before = before.removesuffix(end_of_line)
    return before + after


def _block(name: str, lines: tuple[str, ...], comment: str, end_of_line: str, remark: str) -> str:
    first = comment + _OPEN.format(name=name) + remark
    return "".join(line + end_of_line for line in (first, *lines, comment + _CLOSE.format(name=name)))


def _remark(first: str) -> str:
    """What a block's first line tells of the text before it."""
    return next((remark for remark in (_JOINED, _ALONE) if remark in first), "")


def _find(text: str, name: str, comment: str) -> tuple[int, int, str] | None:
    """Where the block begins and ends, its last line break with it, and its first line; None where there is none."""
    opened = re.compile(rf"^{re.escape(comment + _OPEN.format(name=name))}[^\n]*\n?", re.MULTILINE)
    closed = re.compile(rf"^{re.escape(comment + _CLOSE.format(name=name))}[ \t\r]*(?:\n|\Z)", re.MULTILINE)
    starts, ends = list(opened.finditer(text)), list(closed.finditer(text))
    if not starts and not ends:
        return None
    if len(starts) != 1 or len(ends) != 1 or ends[0].start() < starts[0].end():
        line = text.count("\n", 0, (starts or ends)[0].start()) + 1
        raise SetupError(f"line {line} is part of a block of statuswatch that is not whole, or there are two; remove what is left of it by hand")
    return starts[0].start(), ends[0].end(), starts[0].group()


def _break_of(text: str) -> str:
    """How the lines of this text end: as its first does."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"

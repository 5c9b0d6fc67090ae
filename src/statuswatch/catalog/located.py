"""Where in a TOML text a key stands, so that every problem can name file, line and key. tomllib reads values but keeps no positions."""

import contextlib
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}', re.DOTALL),
    re.compile(r"'''(?:[^']|'(?!''))*'{3,5}"),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_ERROR_LINE = re.compile(r"^(.*?) ?\(at line (\d+), column \d+\)$", re.DOTALL)
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file. `line` counts from 1; `key` is written as in `feed[1].url`, empty for the file as a whole."""

    path: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.key}: {self.message}" if self.key else f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file that parsed: its values, and its text for looking up lines."""

    path: str
    text: str
    data: dict[str, Any]
    _lines: dict[Path, int] = field(default_factory=dict, repr=False, compare=False)

    def line_of(self, key: Path) -> int:
        """The line of `key`, else of the nearest table above it that has one, else 1. The text is scanned at the first question only."""
        if not self._lines:
            self._lines.update(lines_of(self.text))
            self._lines[()] = 1
        while key not in self._lines:
            key = key[:-1]
        return self._lines[key]

    def problem(self, key: Path, message: str) -> Problem:
        """A problem with the value at `key`."""
        return Problem(self.path, self.line_of(key), written(key), message)


def read_toml(path: str, text: str) -> Document | Problem:
    """`text` as a document, or the one problem that kept it from being TOML."""
    try:
        return Document(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        match = _ERROR_LINE.match(str(error))
        message, line = (match[1], int(match[2])) if match else (str(error), text.count("\n") + 1)
        return Problem(path, line, "", f"not TOML: {message}")
    except ValueError:  # Python's own limit, against numbers that take minutes to read
        return Problem(path, 1, "", "a number has too many digits")
    except RecursionError:
        return Problem(path, 1, "", "not TOML: nested too deeply")


def read_bytes(path: str, data: bytes) -> Document | Problem:
    """As `read_toml`, from the bytes of a file: TOML is UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem(path, data.count(b"\n", 0, error.start) + 1, "", "not UTF-8")
    return read_toml(path, text)


def written(key: Path) -> str:
    """A key as people write it: `feed[1].url`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    from difflib import get_close_matches  # loaded only where something is wrong

    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The sentence for a key that nobody reads."""
    names = sorted(known)
    meant = nearest(key, names)
    return f"unknown key; did you mean {meant!r}?" if meant else f"unknown key; expected one of {', '.join(names)}"


def lines_of(text: str) -> dict[Path, int]:
    """The line of every table, key and list item of a TOML text, by its path.

    Total: of a text that is no TOML, what was understood up to the first fault.
    """
    scan = _Scan(text)
    with contextlib.suppress(_LostError):
        scan.document()
    return scan.found


class _LostError(Exception):
    """The scan met something it cannot read."""


class _Scan:
    """A walk over the text that follows strings, lists and inline tables just closely enough to know where keys are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def document(self) -> None:
        table: Path = ()
        while self.skip(_BLANK) or self.at < len(self.text):
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table, 0)

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _LostError
        self.at = match.end()
        return match[0]

    def expect(self, mark: str) -> None:
        self.skip(_SPACE)
        if not self.text.startswith(mark, self.at):
            raise _LostError
        self.at += len(mark)

    def note(self, path: Path) -> None:
        self.found.setdefault(path, bisect_right(self.starts, self.at))

    def key(self) -> tuple[str, ...]:
        self.skip(_SPACE)
        written_key = self.skip(_KEY)
        try:
            node: Any = tomllib.loads(f"{written_key} = 0")
        except tomllib.TOMLDecodeError as error:
            raise _LostError from error
        parts: list[str] = []
        while isinstance(node, dict):
            name, node = next(iter(node.items()))
            parts.append(name)
        return tuple(parts)

    def header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        *above, last = self.key()
        path: Path = ()
        for part in above:
            path = self.newest((*path, part))
        path = (*path, last)
        self.expect("]]" if many else "]")
        after, self.at = self.at, start
        if many:
            self.note(path)
            self.counts[path] = self.counts.get(path, -1) + 1
            path = self.newest(path)
        self.note_all(path)
        self.at = after
        return path

    def newest(self, path: Path) -> Path:
        """`path`, or its newest item where it is a list of tables."""
        return (*path, self.counts[path]) if path in self.counts else path

    def note_all(self, path: Path) -> None:
        for length in range(1, len(path) + 1):
            self.note(path[:length])

    def pair(self, table: Path, depth: int) -> None:
        self.skip(_SPACE)
        start = self.at
        path: Path = (*table, *self.key())
        after, self.at = self.at, start
        self.note_all(path)
        self.at = after
        self.expect("=")
        self.value(path, depth)

    def value(self, path: Path, depth: int) -> None:
        if depth > _DEEPEST:
            raise _LostError
        self.skip(_SPACE)
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.items(path, depth)
        elif opening == "{":
            self.inline(path, depth)
        elif opening in ("'", '"'):
            self.string()
        else:
            self.skip(_SCALAR)

    def string(self) -> None:
        for kind in _STRINGS:
            match = kind.match(self.text, self.at)
            if match:
                self.at = match.end()
                return
        raise _LostError

    def items(self, path: Path, depth: int) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(_BLANK)
            if self.text.startswith("]", self.at):
                self.at += 1
                return
            self.note((*path, index))
            self.value((*path, index), depth + 1)
            index += 1
            self.skip(_BLANK)
            if not self.text.startswith("]", self.at):
                self.expect(",")

    def inline(self, path: Path, depth: int) -> None:
        self.at += 1
        self.skip(_BLANK)
        while not self.text.startswith("}", self.at):
            self.pair(path, depth + 1)
            self.skip(_BLANK)
            if not self.text.startswith("}", self.at):
                self.expect(",")
                self.skip(_BLANK)
        self.at += 1

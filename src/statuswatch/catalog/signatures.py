"""The decision table for failed calls, from its files: strict reading, with every problem of every file named at once.

Files are read in the order of their names, a user's own before ours; within a stage the first row that holds decides.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from statuswatch.catalog.located import Document, Problem, nearest, read_bytes, unknown_key
from statuswatch.core.health import Confidence, Fault
from statuswatch.core.signatures import HeaderTest, Origin, Phrase, Place, Row, Shape, Signatures, Stage, When, squash

_TOP = frozenset({"stage", "explicit", "row", "origin", "gateway_headers", "request_ids", "code_headers", "wrapped_prefixes", "quota_headers"})
_ROW = frozenset(
    {"id", "codes", "means", "status", "providers", "headers", "without", "shape", "wording", "paths", "place", "param"}
    | {"fault", "confidence", "reason", "explicit", "source"}
)
_ORIGIN = frozenset({"provider", "headers", "request_id"})
_NEEDED = ("id", "fault", "confidence", "reason", "source")
_STATUS = re.compile(r"([1-5])xx|([1-9]\d\d)(?:-([1-9]\d\d))?")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
_ABSENT = frozenset({"none"})
_CALLERS = (400, 413, 422)


class _WrongValueError(ValueError):
    """A value that is not what its key asks for; the text says what was expected."""


@dataclass(slots=True)
class _Reading:
    """What was read so far, over all files. `own` are the rows of a person's own files, once all of them are read."""

    rows: dict[Stage, list[Row]] = field(default_factory=lambda: {stage: [] for stage in Stage})
    lines: dict[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    origins: list[Origin] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@cache
def builtin_signatures() -> Signatures:
    """The table that is shipped. It is linted by the tests, so its problems are not asked for here."""
    return _shipped()[0]


@cache
def _shipped() -> tuple[Signatures, tuple[Problem, ...]]:
    return _load(())


def load_signatures(user_dir: Path | None = None) -> tuple[Signatures, tuple[Problem, ...]]:
    """The table, and what was wrong with its files; a wrong row is left out, the rest stays.

    `user_dir` may hold `signatures/*.toml`; its rows are asked before ours, and one with the id of ours takes its place.
    """
    own = sorted((user_dir / "signatures").glob("*.toml")) if user_dir else []
    return _load(own) if own else _shipped()


def _load(own: Iterable[Path]) -> tuple[Signatures, tuple[Problem, ...]]:
    reading = _Reading()
    for path in own:
        try:
            _read_file(read_bytes(str(path), path.read_bytes()), reading)
        except OSError as error:
            reading.problems.append(Problem(str(path), 1, "", f"cannot be read: {error.strerror}"))
    reading.own = frozenset(reading.lines)
    shipped = (item for item in (files("statuswatch.catalog") / "signatures").iterdir() if item.name.endswith(".toml"))
    for item in sorted(shipped, key=lambda item: item.name):
        _read_file(read_bytes(item.name, item.read_bytes()), reading)
    return _assembled(reading), tuple(reading.problems)


def signatures_from(texts: Mapping[str, str]) -> tuple[Signatures, tuple[Problem, ...]]:
    """The table of these texts by name, in order: for tests and for checking a file before it is saved."""
    reading = _Reading()
    for name, text in texts.items():
        _read_file(read_bytes(name, text.encode()), reading)
    return _assembled(reading), tuple(reading.problems)


def lint_providers(signatures: Signatures, known: Iterable[str]) -> tuple[str, ...]:
    """The provider ids that rows and origins name and nobody knows, each with the row."""
    ids = set(known)
    named = [(f"row {row.id}", provider) for rows in signatures.rows.values() for row in rows for provider in sorted(row.when.providers)]
    named += [("origin", origin.provider) for origin in signatures.origins]
    return tuple(f"{where}: unknown provider {provider!r}" for where, provider in named if provider not in ids)


def _assembled(reading: _Reading) -> Signatures:
    lists = reading.lists
    return Signatures(
        rows={stage: tuple(rows) for stage, rows in reading.rows.items() if rows},
        origins=tuple(reading.origins),
        gateway_headers=tuple(_header_test(name, "*") for name in lists.get("gateway_headers", ())),
        request_ids=frozenset(lists.get("request_ids", ())),
        code_headers=frozenset(lists.get("code_headers", ())),
        wrapped_prefixes=tuple(lists.get("wrapped_prefixes", ())),
        quota_headers=tuple(_header_test(name, "0") for name in lists.get("quota_headers", ())),
    )


def _read_file(document: Document | Problem, reading: _Reading) -> None:
    if isinstance(document, Problem):
        reading.problems.append(document)
        return
    data, problems = document.data, reading.problems
    problems += [document.problem((key,), unknown_key(key, _TOP)) for key in data if key not in _TOP]
    for key in ("gateway_headers", "request_ids", "code_headers", "wrapped_prefixes", "quota_headers"):
        try:
            reading.lists.setdefault(key, []).extend(_texts(data.get(key, [])))
        except _WrongValueError as error:
            problems.append(document.problem((key,), str(error)))
    for index, table in enumerate(_tables(document, "origin", problems)):
        _read_origin(document, index, table, reading)
    rows = _tables(document, "row", problems)
    if not rows:
        return
    try:
        stage = Stage(data.get("stage", ""))
    except ValueError:
        problems.append(document.problem(("stage",), f"expected one of {', '.join(Stage)}"))
        return
    for index, table in enumerate(rows):
        _read_row(document, index, table, stage, reading)


def _tables(document: Document, key: str, problems: list[Problem]) -> list[dict[str, Any]]:
    value = document.data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        problems.append(document.problem((key,), f"expected tables headed [[{key}]]"))
        return []
    return value


def _read_origin(document: Document, index: int, table: Mapping[str, Any], reading: _Reading) -> None:
    reading.problems += [document.problem(("origin", index, key), unknown_key(key, _ORIGIN)) for key in table if key not in _ORIGIN]
    try:
        pattern = _pattern([table["request_id"]]) if "request_id" in table else None
        reading.origins.append(Origin(_text(table.get("provider")), _header_tests(table.get("headers", {})), pattern))
    except _WrongValueError as error:
        reading.problems.append(document.problem(("origin", index), str(error)))


def _read_row(document: Document, index: int, table: Mapping[str, Any], stage: Stage, reading: _Reading) -> None:
    """Read one row; a row with any problem is left out."""
    before = len(reading.problems)

    def wrong(key: str, message: str) -> None:
        reading.problems.append(document.problem(("row", index, key), message))

    for key in table:
        if key not in _ROW:
            wrong(key, unknown_key(key, _ROW))
    for key in _NEEDED:
        if not isinstance(table.get(key), str) or not table[key].strip():
            wrong(key, "expected a text; every row has " + ", ".join(_NEEDED))
    fault, confidence = _member(Fault, table, "fault", wrong), _member(Confidence, table, "confidence", wrong)
    when = _when(table, wrong)
    explicit = table.get("explicit", document.data.get("explicit", False))
    if not isinstance(explicit, bool):
        wrong("explicit", "expected true or false")
    if len(reading.problems) == before and isinstance(fault, Fault) and isinstance(confidence, Confidence):
        row = Row(table["id"], stage, when, fault, confidence, table["reason"], explicit, table["source"])
        found = _lint(row, reading)
        reading.problems += [document.problem(("row", index, key), message) for key, message in found]
        if not found and row.id not in reading.own:
            reading.lines[row.id] = f"{document.path}:{document.line_of(('row', index))}"
            reading.rows[stage].append(row)


def _lint(row: Row, reading: _Reading) -> list[tuple[str, str]]:
    """Rules that keep the table trustworthy."""
    found: list[tuple[str, str]] = []
    when = row.when
    if row.id in reading.lines and row.id not in reading.own:
        found.append(("id", f"already used at {reading.lines[row.id]}"))
    if (when.wording or when.means) and row.confidence is Confidence.HIGH:
        found.append(("confidence", "wording and meaning are never a reason for high confidence"))
    if when.wording and row.explicit:
        found.append(("explicit", "wording never names a cause for certain"))
    if when.wording and any(low <= status <= high for low, high in when.statuses for status in _CALLERS) and not _anchored(when.wording):
        found.append(("wording", "with status 400, 413 or 422 every pattern begins with ^: such messages repeat the request"))
    if when.codes:
        found += [
            ("codes", f"never reached: {', '.join(hidden)} already decided by {earlier.id}")
            for earlier in reading.rows[row.stage]
            if earlier.id not in reading.own
            if _only_codes(earlier.when) and (hidden := sorted(when.codes & earlier.when.codes))
        ]
    return found


def _only_codes(when: When) -> bool:
    return when == When(codes=when.codes, means=when.means)


def _anchored(pattern: re.Pattern[str]) -> bool:
    return all(part.startswith("^") for part in pattern.pattern.removeprefix("(?:").removesuffix(")").split(")|(?:"))


def _member(kind: type[Fault] | type[Confidence], table: Mapping[str, Any], key: str, wrong: Any) -> Fault | Confidence | None:
    value = str(table.get(key))
    try:
        return kind(value)
    except ValueError:
        meant = nearest(value, [member.value for member in kind])
        wrong(key, f"did you mean {meant!r}?" if meant else f"expected one of {', '.join(kind)}")
        return None


def _when(table: Mapping[str, Any], wrong: Any) -> When:
    """The conditions of a row; what cannot be read is told to `wrong` and left empty."""

    def read(key: str, reader: Any, default: Any) -> Any:
        if key not in table:
            return default
        try:
            return reader(table[key])
        except _WrongValueError as error:
            wrong(key, str(error))
            return default

    statuses = read("status", _statuses, ((), False))
    return When(
        codes=read("codes", _codes, frozenset()),
        means=read("means", _phrases, ()),
        statuses=statuses[0],
        no_status=statuses[1],
        providers=read("providers", _words, frozenset()),
        headers=read("headers", _header_tests, ()),
        without=read("without", lambda value: tuple(_header_test(name, "*") for name in _texts(value)), ()),
        shapes=read("shape", lambda value: frozenset(_of(Shape, text) for text in _texts(value)), frozenset()),
        wording=read("wording", _pattern, None),
        paths=read("paths", _pattern, None),
        place=read("place", lambda value: _of(Place, value), None),
        params=read("param", _words, frozenset()),
    )


def _of(kind: Any, value: object) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise _WrongValueError(f"expected one of {', '.join(kind)}") from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _WrongValueError("expected a text")
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise _WrongValueError("expected a list of texts")
    return value


def _words(value: object) -> frozenset[str]:
    for word in _texts(value):
        if not _WORD.fullmatch(word):
            raise _WrongValueError(f"not an id in lower case: {word!r}")
    return frozenset(_texts(value))


def _codes(value: object) -> frozenset[str]:
    spelled = {code: squash(code) for code in _texts(value)}
    empty = [code for code, squashed in spelled.items() if not squashed]
    if empty:
        raise _WrongValueError(f"says nothing without the word error: {empty[0]!r}")
    if len(set(spelled.values())) < len(spelled):
        seen: dict[str, str] = {}
        for code, squashed in spelled.items():
            if squashed in seen:
                raise _WrongValueError(f"{code!r} and {seen[squashed]!r} are one code")
            seen[squashed] = code
    return frozenset(spelled.values())


def _phrases(value: object) -> tuple[Phrase, ...]:
    phrases = []
    for text in _texts(value):
        words = text.split()
        stems = tuple(f" {word}" for word in words if not word.startswith("!"))
        if not stems or any(not _WORD.fullmatch(word.removeprefix("!")) for word in words):
            raise _WrongValueError(f"expected stems like 'rate limit !upstream', got {text!r}")
        phrases.append(Phrase(stems, tuple(f" {word[1:]}" for word in words if word.startswith("!"))))
    return tuple(phrases)


def _statuses(value: object) -> tuple[tuple[tuple[int, int], ...], bool]:
    items = value if isinstance(value, list) else [value]
    ranges: list[tuple[int, int]] = []
    for item in items:
        match = _STATUS.fullmatch(str(item))
        if item in _ABSENT:
            continue
        if not match or isinstance(item, bool):
            raise _WrongValueError(f"expected 429, '5xx', '520-527' or 'none', got {item!r}")
        first = int(match[1]) * 100 if match[1] else int(match[2])
        ranges.append((first, first + 99 if match[1] else int(match[3] or match[2])))
    return tuple(ranges), any(item in _ABSENT for item in items)


def _pattern(value: object) -> re.Pattern[str]:
    """Patterns as one, searched in each line of a lower-case text."""
    texts = _texts([value] if isinstance(value, str) else value)
    for text in texts:
        try:
            re.compile(text)
        except re.error as error:
            raise _WrongValueError(f"not a pattern: {text!r}: {error}") from None
    return re.compile("(?:" + ")|(?:".join(texts) + ")", re.IGNORECASE | re.MULTILINE)


def _header_tests(value: object) -> tuple[HeaderTest, ...]:
    if not isinstance(value, dict) or not all(isinstance(values, str) for values in value.values()):
        raise _WrongValueError('expected header names with values, as in { "x-ratelimit-remaining-*" = "0" }')
    return tuple(_header_test(str(name), values) for name, values in value.items())


def _header_test(name: str, values: str) -> HeaderTest:
    """`values` are alternatives between `|`; `*` stands for anything, in names too."""
    pattern = re.compile(_glob(name)) if "*" in name else None
    wanted = None if values == "*" else re.compile("|".join(_glob(part.strip()) for part in values.split("|")), re.IGNORECASE)
    return HeaderTest(name, pattern, wanted)


def _glob(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split("*"))

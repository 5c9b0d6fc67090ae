"""The needed fields of large JSON lists: the rest is skipped and never built (msgspec), and old rows that have ended are not read at all.

What msgspec refuses (a type that nobody expects, half a document) is read by `body.read_json`, which tells what is wrong with it. Both ways give the same
rows; the second costs what building everything costs. A byte that is no UTF-8 in a place that is not needed is not noted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypedDict

from statuswatch.core.incident import Unreadable
from statuswatch.sources.body import MAX_BYTES, Body, Document, read_json
from statuswatch.sources.fields import mapping

NEWEST = 150
"""Rows that are read of a list that has the newest first, beside those that are not over. Statuspage lists 50, Google Cloud had 111; the rest is history."""

_SMALLEST = 8 * 1024  # below that, importing and asking costs more than it saves


@dataclass(frozen=True, slots=True)
class Needed:
    """What is needed of a body. `rows` is the key of the list in it, empty where the body is that list.

    `others` and `row` are TypedDicts of needed keys; values of no structure are `Any`. A row is surely over where `over` says so of its value at `ends`;
    `at` is the key of its time. Both are values of no structure.
    """

    rows: str
    others: Any
    row: Any
    ends: str
    over: Callable[[object], bool]
    at: str


def read_needed(body: Body, needed: Needed) -> Document | Unreadable:
    """As `read_json`, but with needed keys alone where the body is large and sound, and without rows that are old and over."""
    quick = _quick(body.data, needed) if _SMALLEST <= len(body.data) <= MAX_BYTES else None
    if quick is not None:
        return quick
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    rows = mapping(root).get(needed.rows) if needed.rows else root
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return document
    places = _kept(rows, [row.get(needed.ends) for row in rows[NEWEST:]], needed, lambda row: row.get(needed.at))
    kept = [rows[place] for place in places]
    return Document({**root, needed.rows: kept} if needed.rows else kept, document.problems + _note(rows, kept))


@lru_cache(maxsize=64)
def decoder(wanted: Any) -> Callable[[Any], Any]:
    """What reads bytes as the type `wanted`. It raises msgspec.MsgspecError for any other bytes."""
    import msgspec

    decode: Callable[[Any], Any] = msgspec.json.Decoder(wanted).decode
    return decode


@lru_cache(maxsize=8)
def light_type(needed: Needed) -> tuple[Any, tuple[tuple[str, Any], ...]]:
    """The type of the body with rows whose lists are left as they stand in it; and the keys of a row with the type of their list, None where it is none."""
    import msgspec

    lists = {key: None if kind is Any else kind for key, kind in needed.row.__annotations__.items()}
    fields = [(key, Any, msgspec.UNSET) if kind is None else (key, msgspec.Raw, msgspec.Raw()) for key, kind in lists.items()]
    rows = list[msgspec.defstruct("Light", fields, gc=False)]  # type: ignore[misc,valid-type]  # made of what is needed
    make: Any = TypedDict
    return make("Root", {**needed.others.__annotations__, needed.rows: rows}, total=False) if needed.rows else rows, tuple(lists.items())


def _quick(data: bytes, needed: Needed) -> Document | None:
    """The document by msgspec; None where it refuses anything."""
    import msgspec

    try:
        wanted, keys = light_type(needed)
        root = decoder(wanted)(data)
        rows = root.get(needed.rows) if needed.rows else root
        if rows is None:
            return Document(root)
        places = _kept(rows, [getattr(row, needed.ends) for row in rows[NEWEST:]], needed, lambda row: getattr(row, needed.at))
        kept = [_whole(rows[place], keys) for place in places]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return Document({**root, needed.rows: kept} if needed.rows else kept, _note(rows, kept))


def _whole(light: Any, keys: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The row with its lists; a key that was not there is not there."""
    import msgspec

    row: dict[str, Any] = {}
    for key, kind in keys:
        value = getattr(light, key)
        if kind is None:
            if value is not msgspec.UNSET:
                row[key] = value
        elif bytes(value):
            row[key] = decoder(kind)(value)
    return row


def _kept(rows: Sequence[Any], ends: Sequence[object], needed: Needed, at: Callable[[Any], object]) -> Sequence[int]:
    """The places of the rows that are read: all, or of a list with the newest first those that are not over, and the newest."""
    if not ends:
        return range(len(rows))
    first, last = at(rows[0]), at(rows[-1])
    if not isinstance(first, str) or not isinstance(last, str) or first < last:
        return range(len(rows))
    over = needed.over
    return [*range(NEWEST), *(place for place, value in enumerate(ends, NEWEST) if not over(value))]


def _note(rows: Sequence[Any], kept: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    left = len(rows) - len(kept)
    return (f"{left} older entries that are over were not read",) if left else ()

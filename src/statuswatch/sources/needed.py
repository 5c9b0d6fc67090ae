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

_SMALLEST = 8 * 1024  # below that, importing and asking costs more than it saves
_LIGHT = 192 * 1024  # up to that, everything needed is read in one pass; above, first what tells which rows matter


@dataclass(frozen=True, slots=True)
class Needed:
    """What is needed of a body. `rows` is the key of the list in it, empty where the body is that list.

    `others` and `row` are TypedDicts of needed keys; values of no structure are `Any`. A row is surely over where `over` says so of its value at `ends`;
    `at` is the key of its time. Both are values of no structure. Of a list that has the newest first, so many of the `newest` are read, beside those that
    are not over: what pages are known to list, so that only what others have piled up is left out.
    """

    rows: str
    others: Any
    row: Any
    ends: str
    over: Callable[[object], bool]
    at: str
    newest: int


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
    places = _kept(rows, [row.get(needed.ends) for row in rows[needed.newest :]], needed, lambda row: row.get(needed.at))
    kept = [rows[place] for place in places]
    return Document({**root, needed.rows: kept} if needed.rows else kept, document.problems + _note(rows, kept))


@lru_cache(maxsize=64)
def decoder(wanted: Any) -> Callable[[Any], Any]:
    """What reads bytes as the type `wanted`. It raises msgspec.MsgspecError for any other bytes."""
    import msgspec

    decode: Callable[[Any], Any] = msgspec.json.Decoder(wanted).decode
    return decode


@lru_cache(maxsize=8)
def whole_type(needed: Needed) -> Any:
    """The type of the body with all that is needed."""
    make: Any = TypedDict
    rows = list[needed.row]  # type: ignore[name-defined]  # made of what is needed
    return make("Whole", {**needed.others.__annotations__, needed.rows: rows}, total=False) if needed.rows else rows


@lru_cache(maxsize=8)
def light_type(needed: Needed) -> tuple[Any, tuple[tuple[str, Any], ...]]:
    """The type of the body with rows whose lists are left as they stand in it; and the keys of a row with what reads their list, None where it is none."""
    import msgspec

    lists = {key: None if kind is Any else kind for key, kind in needed.row.__annotations__.items()}
    fields = [(key, Any, msgspec.UNSET) if kind is None else (key, msgspec.Raw, msgspec.Raw()) for key, kind in lists.items()]
    rows = list[msgspec.defstruct("Light", fields, gc=False)]  # type: ignore[misc,valid-type]  # made of what is needed
    make: Any = TypedDict
    keys = tuple((key, None if kind is None else decoder(kind)) for key, kind in lists.items())
    return make("Root", {**needed.others.__annotations__, needed.rows: rows}, total=False) if needed.rows else rows, keys


def _quick(data: bytes, needed: Needed) -> Document | None:
    """The document by msgspec; None where it refuses anything."""
    import msgspec

    try:
        root, rows, kept = (_at_once if len(data) <= _LIGHT else _lightly)(data, needed)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    whole = kept if not needed.rows else {**root, needed.rows: kept} if root.get(needed.rows) else root
    return Document(whole, _note(rows, kept))


Rows = Sequence[Any]


def _at_once(data: bytes, needed: Needed) -> tuple[Any, Rows, Rows]:
    """The body, its rows, and those that are read."""
    root = decoder(whole_type(needed))(data)
    rows = (root.get(needed.rows) or ()) if needed.rows else root
    places = _kept(rows, [row.get(needed.ends) for row in rows[needed.newest :]], needed, lambda row: row.get(needed.at))
    return root, rows, rows if len(places) == len(rows) else [rows[place] for place in places]


def _lightly(data: bytes, needed: Needed) -> tuple[Any, Rows, Rows]:
    """The same, with the lists below a row built for those alone that are read."""
    wanted, keys = light_type(needed)
    root = decoder(wanted)(data)
    rows = (root.get(needed.rows) or ()) if needed.rows else root
    places = _kept(rows, [getattr(row, needed.ends) for row in rows[needed.newest :]], needed, lambda row: getattr(row, needed.at))
    return root, rows, [_whole(rows[place], keys) for place in places]


def _whole(light: Any, keys: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The row with its lists; a key that was not there is not there."""
    from msgspec import UNSET

    row: dict[str, Any] = {}
    for key, decode in keys:
        value = getattr(light, key)
        if decode is None:
            if value is not UNSET:
                row[key] = value
        elif bytes(value):
            row[key] = decode(value)
    return row


def _kept(rows: Sequence[Any], ends: Sequence[object], needed: Needed, at: Callable[[Any], object]) -> Sequence[int]:
    """The places of the rows that are read: all, or of a list with the newest first those that are not over, and the newest."""
    if not ends:
        return range(len(rows))
    first, last = at(rows[0]), at(rows[-1])
    if not isinstance(first, str) or not isinstance(last, str) or first < last:
        return range(len(rows))
    over = needed.over
    return [*range(needed.newest), *(place for place, value in enumerate(ends, needed.newest) if not over(value))]


def _note(rows: Sequence[Any], kept: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    left = len(rows) - len(kept)
    return (f"{left} older entries that are over were not read",) if left else ()

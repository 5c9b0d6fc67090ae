"""Values of core to plain JSON-able data and back, driven by their annotations. Unknown fields are ignored, so an older reader survives a newer writer."""

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from statuswatch.core.errors import DataError
from statuswatch.core.moment import format_time, parse_time

T = TypeVar("T")
Plain = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None


_ATOMS = frozenset({str, int, float, bool, type(None)})


def encode(value: object) -> Any:
    """Dataclasses to dicts, enums to their values, times to RFC 3339, tuples and sets to lists."""
    kind: Any = type(value)
    if kind in _ATOMS:
        return value
    if kind is tuple:
        return [encode(item) for item in value]  # type: ignore[attr-defined]  # its kind was looked at
    names = _names(kind)
    if names is not None:
        return {name: encode(getattr(value, name)) for name in names}
    return _encode_other(value)


def _encode_other(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [encode(item) for item in value]
    return value


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass; None for any other type. Remembered, because all that is published and stored goes through here after each step."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def decode(kind: type[T], data: object) -> T:
    """The value of type `kind` that `data` describes; raises DataError with the place that does not fit."""
    return _decode(kind, data, kind.__name__)  # type: ignore[no-any-return]


def _decode(kind: Any, data: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_union(kind, data, where)
    if origin in (tuple, frozenset):
        return _decode_many(origin, get_args(kind), data, where)
    if origin is not None and issubclass(origin, Mapping):
        _expect(isinstance(data, Mapping), "an object", data, where)
        return {key: _decode(get_args(kind)[1], item, f"{where}.{key}") for key, item in data.items()}
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, data, where)
    return _decode_scalar(kind, data, where)


def _decode_scalar(kind: Any, data: Any, where: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError as error:
            msg = f"{where}: {data!r} is none of {', '.join(str(member.value) for member in kind)}"
            raise DataError(msg) from error
    if kind is datetime:
        _expect(isinstance(data, str), "a time", data, where)
        return parse_time(data)
    if kind is float:
        _expect(isinstance(data, (int, float)) and not isinstance(data, bool), "a number", data, where)
        return float(data)
    if kind in (int, str, bool):
        _expect(type(data) is kind, kind.__name__, data, where)
    return data


def _decode_union(kind: Any, data: Any, where: str) -> Any:
    members = get_args(kind)
    if data is None and type(None) in members:
        return None
    problems = []
    for member in members:
        if member is not type(None):
            try:
                return _decode(member, data, where)
            except DataError as error:
                problems.append(str(error))
    raise DataError("; ".join(problems) or f"{where}: nothing expected here but null")


def _decode_many(origin: Any, args: tuple[Any, ...], data: Any, where: str) -> Any:
    _expect(isinstance(data, list), "a list", data, where)
    if origin is tuple and not (len(args) == 2 and args[1] is Ellipsis):  # noqa: PLR2004 - (item, ...) is the other form
        _expect(len(data) == len(args), f"{len(args)} items", data, where)
        return tuple(_decode(arg, item, f"{where}[{index}]") for index, (arg, item) in enumerate(zip(args, data, strict=True)))
    return origin(_decode(args[0], item, f"{where}[{index}]") for index, item in enumerate(data))


def _decode_dataclass(kind: Any, data: Any, where: str) -> Any:
    _expect(isinstance(data, Mapping), "an object", data, where)
    given = {}
    for name, (hint, required) in _fields(kind).items():
        if name in data:
            given[name] = _decode(hint, data[name], f"{where}.{name}")
        elif required:
            msg = f"{where}.{name}: missing"
            raise DataError(msg)
    return kind(**given)


@cache
def _fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(kind)
    missing = dataclasses.MISSING
    return {field.name: (hints[field.name], field.default is missing and field.default_factory is missing) for field in dataclasses.fields(kind) if field.init}


def _expect(fits: bool, wanted: str, data: object, where: str) -> None:
    if not fits:
        msg = f"{where}: expected {wanted}, got {type(data).__name__}"
        raise DataError(msg)

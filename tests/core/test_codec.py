from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest

from statuswatch.core.codec import decode, encode
from statuswatch.core.errors import DataError


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Leaf:
    at: datetime
    colour: Colour = Colour.RED


@dataclass(frozen=True)
class Tree:
    name: str
    size: float
    leaves: tuple[Leaf, ...] = ()
    pair: tuple[int, str] = (1, "a")
    tags: frozenset[str] = frozenset()
    by_name: Mapping[str, Leaf] = field(default_factory=dict)
    maybe: int | None = None
    either: int | str = 0


_LEAF = Leaf(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
_TREE = Tree("oak", 2.0, (_LEAF,), (7, "z"), frozenset({"x"}), {"k": _LEAF}, 3, "both")


def test_a_value_survives_being_plain_data() -> None:
    plain = encode(_TREE)

    assert plain["leaves"] == [{"at": "2026-01-02T03:04:05Z", "colour": "red"}]
    assert decode(Tree, plain) == _TREE


def test_unknown_fields_are_ignored_and_missing_ones_with_a_default_are_filled() -> None:
    assert decode(Tree, {"name": "oak", "size": 2, "planted_by": "someone"}) == Tree("oak", 2.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": None}, "Tree.name: expected str, got NoneType"),
        ({"size": True}, "Tree.size: expected a number"),
        ({"leaves": {}}, "Tree.leaves: expected a list"),
        ({"leaves": [3]}, r"Tree.leaves\[0\]: expected an object"),
        ({"leaves": [{}]}, r"Tree.leaves\[0\].at: missing"),
        ({"leaves": [{"at": "2026-01-02T03:04:05Z", "colour": "blue"}]}, "'blue' is none of red"),
        ({"leaves": [{"at": 5}]}, "expected a time"),
        ({"pair": [1]}, "expected 2 items"),
        ({"by_name": []}, "expected an object"),
        ({"maybe": "x"}, "expected int"),
        ({"either": []}, "expected int.*expected str"),
    ],
)
def test_data_that_does_not_fit_is_refused_with_its_place(change: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        decode(Tree, {"name": "oak", "size": 2.0, **change})


def test_a_field_that_may_hold_anything_takes_anything() -> None:
    @dataclass(frozen=True)
    class Box:
        inside: Any

    assert decode(Box, {"inside": [1, {"a": None}]}) == Box([1, {"a": None}])


def test_null_where_only_null_would_fit_is_said_so() -> None:
    @dataclass(frozen=True)
    class Nothing:
        value: None = None

    assert encode(Nothing()) == {"value": None}
    assert encode(Leaf) is Leaf

"""No bytes make a reader raise, and nothing private gets out of one: cut records, wrong types at each key, huge and deep values, planted secrets."""

import dataclasses
import json
import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from statuswatch.core.observation import Call
from statuswatch.sources.clients import CLIENTS, Kind
from support.planting import FILES, MARK, SECRETS, lines_of, planted_line

ALL = [(client.name, kind.name) for client in CLIENTS.values() for kind in client.kinds]
_WRONG: list[Any] = [None, True, 7, -1, 1e308, float("nan"), "", "\x1b[31m\u202e", "x" * 10_000, [], [[]], {}, {"a": {"b": []}}]
_WRONG_HERE = "wrong-here"


def variants(value: Any, wrong: Any) -> Iterator[Any]:
    """`value` with one of its parts after the other replaced by `wrong`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {**value, key: wrong}
            for changed in variants(inner, wrong):
                yield {**value, key: changed}
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            for changed in variants(inner, wrong):
                yield [*value[:index], changed, *value[index + 1 :]]


def sound(calls: list[Call]) -> None:
    """What a Call promises whatever came in."""
    for call in calls:
        assert isinstance(call.at, datetime)
        assert call.at.tzinfo is not None
        assert call.key
        assert call.model
        for field in dataclasses.fields(call):
            value = getattr(call, field.name)
            if isinstance(value, str):
                assert value.isprintable()
                assert len(value) <= 120


@pytest.mark.parametrize(("client", "kind"), ALL)
def test_a_record_cut_at_any_byte_is_read_or_passed_over(reader, client: str, kind: str) -> None:
    for line in lines_of(client, kind):
        for cut in range(0, len(line), 7):
            sound(list(reader(client, kind).feed(line[:cut])))


@pytest.mark.parametrize(("client", "kind"), ALL)
def test_a_wrong_type_at_any_key_is_read_or_passed_over(reader, client: str, kind: str) -> None:
    one = reader(client, kind)
    for line in lines_of(client, kind):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        for turn in range(3):
            for position, changed in enumerate(variants(record, _WRONG_HERE)):
                wrong = _WRONG[(position + 5 * turn) % len(_WRONG)]
                sound(list(one.feed(json.dumps(changed).replace(f'"{_WRONG_HERE}"', json.dumps(wrong)).encode())))


@pytest.mark.parametrize(("client", "kind"), ALL)
def test_flipped_bytes_and_noise_are_read_or_passed_over(reader, client: str, kind: str) -> None:
    dice = random.Random(529)
    for line in lines_of(client, kind):
        one = reader(client, kind)
        for _ in range(20):
            bent = bytearray(line)
            for _ in range(1 + len(bent) // 50):
                bent[dice.randrange(len(bent))] = dice.randrange(256)
            sound(list(one.feed(bytes(bent))))
        sound(list(one.feed(dice.randbytes(500))))


@pytest.mark.parametrize(("client", "kind"), ALL)
def test_huge_and_deep_lines_are_passed_over(reader, client: str, kind: str) -> None:
    one = reader(client, kind)
    for line in lines_of(client, kind):
        marked = line.rstrip(b"}")
        assert one.feed(b'{"x":"' + b"y" * (1 << 20) + b'",' + line.lstrip(b"{")) == ()
        sound(list(one.feed(marked + b',"deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}")))
        sound(list(one.feed(marked + b',"deep":' + b'{"a":' * 100_000)))


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(("client", "kind"), ALL)
def test_a_secret_in_every_field_is_in_no_call_and_in_nothing_that_is_remembered(reader, client: str, kind: str, secret: str) -> None:
    one = reader(client, kind)
    told: list[Call] = []
    for line in lines_of(client, kind):
        told += one.feed(planted_line(line, secret))
    assert MARK not in repr(told)
    assert MARK not in repr(_remembered(one))


def _remembered(one: Any) -> object:
    """All that a reader keeps between lines, its origin apart."""
    slots = list(getattr(type(one), "__slots__", ()))
    state = {**getattr(one, "__dict__", {}), **{name: getattr(one, name) for name in slots}}
    state.pop("_origin", None)
    return {name: repr(value) for name, value in state.items()}


def test_every_kind_is_in_the_hostile_set() -> None:
    assert set(FILES) == set(ALL)
    assert all(isinstance(kind, Kind) for client in CLIENTS.values() for kind in client.kinds)

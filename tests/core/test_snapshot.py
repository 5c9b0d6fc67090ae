"""The published form: what a reader of version 1 may rely on, and what it must survive."""

import json

import pytest

from statuswatch.core.codec import decode, encode
from statuswatch.core.errors import DataError
from statuswatch.core.snapshot import SNAPSHOT_VERSION, EngineView, Level, Snapshot, Summary
from support.facts import at

_PLAIN = Snapshot(at("10:00"), EngineView("0.1.0", at("09:00"), at("10:02"), 7, listeners=1), Summary(Level.OK, None, "What you use is fine.", exit_status=0))


def test_the_snapshot_carries_its_version_and_every_part() -> None:
    data = encode(_PLAIN)

    assert data["v"] == SNAPSHOT_VERSION == 1
    assert set(data) >= {"at", "engine", "summary", "routes", "incidents", "calls", "feeds", "notices", "suppressed", "sources", "problems", "delivery"}
    assert decode(Snapshot, json.loads(json.dumps(data))) == _PLAIN


def test_a_reader_survives_fields_of_a_later_writer_and_parts_that_an_earlier_one_did_not_have() -> None:
    data = {name: part for name, part in encode(_PLAIN).items() if name in {"at", "engine", "summary"}} | {"weather": "rain"}

    assert decode(Snapshot, data) == _PLAIN


@pytest.mark.parametrize("name", ["at", "engine", "summary"])
def test_a_snapshot_without_its_heart_is_refused_by_name(name: str) -> None:
    data = encode(_PLAIN)
    del data[name]

    with pytest.raises(DataError, match=f"Snapshot.{name}: missing"):
        decode(Snapshot, data)


def test_a_level_that_nobody_knows_is_refused_with_those_that_are() -> None:
    data = encode(_PLAIN)
    data["summary"]["level"] = "splendid"

    with pytest.raises(DataError, match="'splendid' is none of ok, unknown"):
        decode(Snapshot, data)

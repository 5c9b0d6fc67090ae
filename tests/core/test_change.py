"""Changes are values that the store and the socket carry as plain data."""

import json

import pytest

from statuswatch.core.change import Change, ChangeKind
from statuswatch.core.codec import decode, encode
from statuswatch.core.lifecycle import TABLE
from support.facts import OPUS, at


@pytest.mark.parametrize("kind", ChangeKind)
def test_a_change_comes_back_from_plain_data_as_it_was(kind: ChangeKind) -> None:
    change = Change(kind, at("10:00"), OPUS, "anthropic", "ok", "degraded")

    assert decode(Change, json.loads(json.dumps(encode(change)))) == change


def test_every_change_that_the_life_cycle_names_is_one_of_an_incident() -> None:
    of_incidents = {kind for _, kind in TABLE.values() if kind}

    assert of_incidents == {
        ChangeKind.OPENED,
        ChangeKind.CALMING,
        ChangeKind.RELAPSED,
        ChangeKind.ENDED,
        ChangeKind.REOPENED,
        ChangeKind.SEEN_ENDED,
        ChangeKind.PLANNED,
        ChangeKind.STARTED,
        ChangeKind.MISSING,
    }

"""Cloud regions by their shape."""

import pytest

from statuswatch.core.regions import regions, same_region
from statuswatch.core.sentences import clauses


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("us-east5: errors", {"us-east5"}),
        ("errors in us-east-1 and europe-west9-a", {"us-east-1", "europe-west9"}),
        ("errors in all regions", {"*"}),
        ("the global endpoint", {"*"}),
        ("gpt-4-turbo in the west", set()),
    ],
)
def test_regions_are_read(text: str, named: set[str]) -> None:
    assert regions(clauses(text)[0]) == named


def test_a_region_is_the_same_with_or_without_a_hyphen_before_its_number() -> None:
    assert same_region(frozenset({"us-east-5"}), "us-east5")
    assert same_region(frozenset({"*"}), "us-east5")
    assert not same_region(frozenset({"us-east1"}), "us-east5")

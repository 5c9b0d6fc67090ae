import pytest

from statuswatch.core.interest import interesting
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from support.facts import watching

_KNOWN = Knowledge(
    {
        "maker": ProviderFacts("maker", "Maker", families=("claude",), runs_on=("edge",)),
        "second": ProviderFacts("second", "Second", families=("gpt",)),
        "shop": ProviderFacts("shop", "Shop", serves=("maker", "second", "gone"), feeds_of=("mall",)),
    }
)


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("maker:claude-opus-4.5", {"maker"}),
        ("shop:claude-opus-4.5", {"shop", "mall", "maker"}),
        ("shop:gpt-5.5", {"shop", "mall", "second"}),
        ("shop:*", {"shop", "mall", "maker", "second"}),
        ("shop:qwen3-coder", {"shop", "mall"}),
        ("mystery:thing", {"mystery"}),
    ],
)
def test_only_pages_that_can_concern_a_route_are_read(route: str, expected: set[str]) -> None:
    assert interesting(watching(route), _KNOWN) == expected


def test_the_platform_below_is_asked_while_there_is_trouble_above_it() -> None:
    assert interesting(watching("maker:claude-opus-4.5"), _KNOWN, frozenset({"maker"})) == {"maker", "edge"}

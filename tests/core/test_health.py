import pytest

from statuswatch.core.health import SIDES, Confidence, Fault, Side, raised


def test_every_fault_has_a_side() -> None:
    assert set(SIDES) == set(Fault)


@pytest.mark.parametrize(
    ("fault", "side"),
    [("provider", "theirs"), ("edge", "theirs"), ("gateway", "yours"), ("quota", "yours"), ("network", "yours"), ("model", "yours"), ("unknown", "undecided")],
)
def test_a_fault_lies_on_the_side_the_glossary_says(fault: str, side: str) -> None:
    assert SIDES[Fault(fault)] is Side(side)


@pytest.mark.parametrize(
    ("start", "steps", "end"),
    [("low", 1, "medium"), ("medium", 1, "high"), ("high", 1, "high"), ("low", 2, "high"), ("medium", -1, "low"), ("low", -3, "low")],
)
def test_confidence_moves_within_its_ladder(start: str, steps: int, end: str) -> None:
    assert raised(Confidence(start), steps) is Confidence(end)

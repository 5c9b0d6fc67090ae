from dataclasses import replace

from support.facts import AUTH, OVERLOADED, UNCLEAR


def test_a_diagnosis_has_the_side_of_its_fault() -> None:
    assert (OVERLOADED.side, AUTH.side, UNCLEAR.side) == ("theirs", "yours", "undecided")
    assert replace(OVERLOADED, fault=AUTH.fault).side == "yours"

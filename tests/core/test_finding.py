"""The result of weighing, as a value."""

from statuswatch.core.codec import decode, encode
from statuswatch.core.finding import Finding, RelevanceReason
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Surface


def test_a_finding_survives_being_stored() -> None:
    finding = Finding(Relevance.POSSIBLE, RelevanceReason.MANY_MODELS, "many models", 2, ("lyra-opal-4.5",), (Surface.API,), "mine")

    assert decode(Finding, encode(finding)) == finding

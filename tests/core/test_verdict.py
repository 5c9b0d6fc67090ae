import pytest

from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.ids import parse_route
from statuswatch.core.verdict import Reason, Verdict
from support.facts import OPUS


@pytest.mark.parametrize("health", Health)
def test_trouble_is_what_is_wrong_or_not_yet_sure(health: Health) -> None:
    verdict = Verdict(parse_route(OPUS), health, Fault.PROVIDER, Confidence.LOW, Reason.INCIDENT_AFFECTS)

    assert verdict.trouble == (health not in {Health.OK, Health.UNKNOWN, Health.MAINTENANCE})
    assert verdict.side == "theirs"

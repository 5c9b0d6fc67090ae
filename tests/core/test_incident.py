from dataclasses import replace

import pytest

from statuswatch.core.incident import Stage
from support.facts import at, incident


def test_identity_is_provider_and_id() -> None:
    assert incident(("10:00", "investigating", "x")).key == "anthropic:i1"


@pytest.mark.parametrize("stage", Stage)
def test_it_is_over_only_by_the_words_that_say_so(stage: Stage) -> None:
    shown = replace(incident(("10:00", "investigating", "x")), stage=stage)

    assert shown.over == (stage in {Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED})


def test_it_last_moved_at_its_newest_update_else_when_it_was_posted_or_began() -> None:
    shown = incident(("10:05", "identified", "y"), ("10:00", "investigating", "x"))
    assert shown.last_at == at("10:05")
    assert replace(shown, updates=()).last_at == at("10:05")
    assert replace(shown, updates=(), posted_at=None, started_at=at("09:00")).last_at == at("09:00")
    assert replace(shown, updates=(), posted_at=None, started_at=None).last_at is None

"""The table of an incident's life, read as the table that it is."""

import itertools

import pytest

from statuswatch.core.change import ChangeKind
from statuswatch.core.incident import Stage
from statuswatch.core.lifecycle import TABLE, Absent, Phase, step

_OPEN_STAGES = [Stage.INVESTIGATING, Stage.IDENTIFIED]
_ENDS = [Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED]


def test_every_phase_answers_every_event() -> None:
    events = [*Stage, *Absent]
    missing = [pair for pair in itertools.product([None, *Phase], events) if pair not in TABLE and pair != (None, Absent.ABSENT)]

    assert missing == []


@pytest.mark.parametrize("phase", [None, *Phase])
def test_an_unknown_word_never_ends_an_incident_and_never_opens_one_that_ended(phase: Phase | None) -> None:
    after, _ = step(phase, Stage.UNKNOWN)

    assert (after is Phase.ENDED) == (phase is Phase.ENDED)


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.MONITORING, Phase.RUNNING, Phase.PLANNED])
def test_absence_ends_nothing_until_it_was_seen_twice(phase: Phase) -> None:
    first, _ = step(phase, Absent.ABSENT)
    second, kind = step(first, Absent.ABSENT)

    assert (first, second, kind) == (Phase.LOST, Phase.ENDED, ChangeKind.ENDED)


@pytest.mark.parametrize("stage", _ENDS)
def test_what_is_over_when_first_seen_did_not_end_before_our_eyes(stage: Stage) -> None:
    assert step(None, stage) == (Phase.ENDED, ChangeKind.SEEN_ENDED)


@pytest.mark.parametrize("stage", [*_OPEN_STAGES, Stage.MONITORING, Stage.IN_PROGRESS])
def test_resolved_is_not_final(stage: Stage) -> None:
    _, kind = step(Phase.ENDED, stage)

    assert kind is ChangeKind.REOPENED


@pytest.mark.parametrize("stage", _OPEN_STAGES)
def test_going_back_from_monitoring_is_a_relapse(stage: Stage) -> None:
    assert step(Phase.MONITORING, stage) == (Phase.OPEN, ChangeKind.RELAPSED)


@pytest.mark.parametrize("stage", _OPEN_STAGES)
def test_an_incident_that_was_missing_for_one_poll_comes_back_without_a_word(stage: Stage) -> None:
    assert step(Phase.LOST, stage) == (Phase.OPEN, None)

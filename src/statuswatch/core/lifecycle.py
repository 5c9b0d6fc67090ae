"""The whole life of an incident, in one table. Everything that may happen to one is a row here; docs/reference/lifecycle.md is drawn from it.

Two rules stand behind the rows. An unknown word never ends an incident and never opens one that has ended. Absence from a list of what is
open is no end until it was seen twice: real pages drop a live incident for a poll.
"""

from enum import StrEnum

from statuswatch.core.change import ChangeKind
from statuswatch.core.incident import Stage


class Phase(StrEnum):
    """What an incident is to us. `LOST` was open and is missing from the newest list of open ones."""

    OPEN = "open"
    MONITORING = "monitoring"
    PLANNED = "planned"
    RUNNING = "running"
    LOST = "lost"
    ENDED = "ended"


class Absent(StrEnum):
    """The one event that is no stage: a list of everything open does not hold the incident."""

    ABSENT = "absent"


Event = Stage | Absent
Row = tuple[Phase, ChangeKind | None]

_ENDS = (Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED)
_OPENS = (Stage.INVESTIGATING, Stage.IDENTIFIED)

TABLE: dict[tuple[Phase | None, Event], Row] = {
    (None, Stage.INVESTIGATING): (Phase.OPEN, ChangeKind.OPENED),
    (None, Stage.IDENTIFIED): (Phase.OPEN, ChangeKind.OPENED),
    (None, Stage.UNKNOWN): (Phase.OPEN, ChangeKind.OPENED),
    (None, Stage.MONITORING): (Phase.MONITORING, ChangeKind.OPENED),
    (None, Stage.SCHEDULED): (Phase.PLANNED, ChangeKind.PLANNED),
    (None, Stage.IN_PROGRESS): (Phase.RUNNING, ChangeKind.STARTED),
    **{(None, stage): (Phase.ENDED, ChangeKind.SEEN_ENDED) for stage in _ENDS},
    **{(Phase.OPEN, stage): (Phase.OPEN, None) for stage in (*_OPENS, Stage.UNKNOWN)},
    (Phase.OPEN, Stage.MONITORING): (Phase.MONITORING, ChangeKind.CALMING),
    (Phase.OPEN, Stage.SCHEDULED): (Phase.PLANNED, ChangeKind.PLANNED),
    (Phase.OPEN, Stage.IN_PROGRESS): (Phase.RUNNING, ChangeKind.STARTED),
    **{(Phase.OPEN, stage): (Phase.ENDED, ChangeKind.ENDED) for stage in _ENDS},
    (Phase.OPEN, Absent.ABSENT): (Phase.LOST, ChangeKind.MISSING),
    **{(Phase.MONITORING, stage): (Phase.OPEN, ChangeKind.RELAPSED) for stage in _OPENS},
    **{(Phase.MONITORING, stage): (Phase.MONITORING, None) for stage in (Stage.MONITORING, Stage.UNKNOWN)},
    (Phase.MONITORING, Stage.SCHEDULED): (Phase.PLANNED, ChangeKind.PLANNED),
    (Phase.MONITORING, Stage.IN_PROGRESS): (Phase.RUNNING, ChangeKind.STARTED),
    **{(Phase.MONITORING, stage): (Phase.ENDED, ChangeKind.ENDED) for stage in _ENDS},
    (Phase.MONITORING, Absent.ABSENT): (Phase.LOST, ChangeKind.MISSING),
    **{(Phase.PLANNED, stage): (Phase.OPEN, ChangeKind.OPENED) for stage in _OPENS},
    (Phase.PLANNED, Stage.MONITORING): (Phase.RUNNING, ChangeKind.STARTED),
    (Phase.PLANNED, Stage.SCHEDULED): (Phase.PLANNED, None),
    (Phase.PLANNED, Stage.UNKNOWN): (Phase.PLANNED, None),
    (Phase.PLANNED, Stage.IN_PROGRESS): (Phase.RUNNING, ChangeKind.STARTED),
    **{(Phase.PLANNED, stage): (Phase.ENDED, ChangeKind.ENDED) for stage in _ENDS},
    (Phase.PLANNED, Absent.ABSENT): (Phase.LOST, ChangeKind.MISSING),
    **{(Phase.RUNNING, stage): (Phase.OPEN, ChangeKind.OPENED) for stage in _OPENS},
    **{(Phase.RUNNING, stage): (Phase.RUNNING, None) for stage in (Stage.MONITORING, Stage.UNKNOWN, Stage.IN_PROGRESS)},
    (Phase.RUNNING, Stage.SCHEDULED): (Phase.PLANNED, ChangeKind.PLANNED),
    **{(Phase.RUNNING, stage): (Phase.ENDED, ChangeKind.ENDED) for stage in _ENDS},
    (Phase.RUNNING, Absent.ABSENT): (Phase.LOST, ChangeKind.MISSING),
    **{(Phase.LOST, stage): (Phase.OPEN, None) for stage in (*_OPENS, Stage.UNKNOWN)},
    (Phase.LOST, Stage.MONITORING): (Phase.MONITORING, None),
    (Phase.LOST, Stage.SCHEDULED): (Phase.PLANNED, None),
    (Phase.LOST, Stage.IN_PROGRESS): (Phase.RUNNING, None),
    **{(Phase.LOST, stage): (Phase.ENDED, ChangeKind.ENDED) for stage in _ENDS},
    (Phase.LOST, Absent.ABSENT): (Phase.ENDED, ChangeKind.ENDED),
    **{(Phase.ENDED, stage): (Phase.OPEN, ChangeKind.REOPENED) for stage in _OPENS},
    (Phase.ENDED, Stage.MONITORING): (Phase.MONITORING, ChangeKind.REOPENED),
    (Phase.ENDED, Stage.SCHEDULED): (Phase.PLANNED, ChangeKind.PLANNED),
    (Phase.ENDED, Stage.IN_PROGRESS): (Phase.RUNNING, ChangeKind.REOPENED),
    **{(Phase.ENDED, stage): (Phase.ENDED, None) for stage in (*_ENDS, Stage.UNKNOWN)},
    (Phase.ENDED, Absent.ABSENT): (Phase.ENDED, None),
}

LIVE_PHASES = frozenset({Phase.OPEN, Phase.MONITORING, Phase.RUNNING, Phase.LOST})


def step(phase: Phase | None, event: Event) -> Row:
    """The next phase and the change it makes (None: nothing worth a name). `phase` None: never seen before."""
    return TABLE[phase, event]

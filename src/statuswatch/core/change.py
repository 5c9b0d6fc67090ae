"""A named change with its reason: what an observation did to the world, before anything reacts to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChangeKind(StrEnum):
    """What happened. Incident kinds come from the table in `lifecycle`."""

    OPENED = "opened"
    UPDATED = "updated"
    SCOPE_CHANGED = "scope_changed"
    WORSENED = "worsened"
    CALMING = "calming"
    RELAPSED = "relapsed"
    ENDED = "ended"
    REOPENED = "reopened"
    SEEN_ENDED = "seen_ended"
    PLANNED = "planned"
    STARTED = "started"
    MISSING = "missing"
    FEED_STATE = "feed_state"
    CALL_FAILED = "call_failed"
    CALL_SUCCEEDED = "call_succeeded"
    CLOCK_JUMPED = "clock_jumped"
    NETWORK = "network"
    COMMANDED = "commanded"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `subject` is an incident key, a feed's name, a route or a command's target; `was` and `now` are words of the glossary."""

    kind: ChangeKind
    at: datetime
    subject: str
    provider: str = ""
    was: str = ""
    now: str = ""

"""The small closed vocabularies of the glossary: health, fault, side, confidence, relevance, feed state."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Health(StrEnum):
    """How a route, a component or a page is. `UNKNOWN` is a state of its own and never stands for `OK`."""

    OK = "ok"
    SUSPECT = "suspect"
    DEGRADED = "degraded"
    DOWN = "down"
    RECOVERING = "recovering"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class Fault(StrEnum):
    """Whose fault a failed call is."""

    PROVIDER = "provider"
    EDGE = "edge"
    GATEWAY = "gateway"
    QUOTA = "quota"
    BILLING = "billing"
    AUTH = "auth"
    REQUEST = "request"
    MODEL = "model"
    NETWORK = "network"
    UNKNOWN = "unknown"


class Side(StrEnum):
    """The short answer to "is it them or me?"."""

    THEIRS = "theirs"
    YOURS = "yours"
    UNDECIDED = "undecided"


SIDES: dict[Fault, Side] = {
    Fault.PROVIDER: Side.THEIRS,
    Fault.EDGE: Side.THEIRS,
    Fault.GATEWAY: Side.YOURS,
    Fault.QUOTA: Side.YOURS,
    Fault.BILLING: Side.YOURS,
    Fault.AUTH: Side.YOURS,
    Fault.REQUEST: Side.YOURS,
    Fault.MODEL: Side.YOURS,
    Fault.NETWORK: Side.YOURS,
    Fault.UNKNOWN: Side.UNDECIDED,
}


class Confidence(StrEnum):
    """How sure a verdict is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


LADDER = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def raised(confidence: Confidence, steps: int = 1) -> Confidence:
    """The confidence `steps` up (or down, when negative), held within low and high."""
    return LADDER[max(0, min(len(LADDER) - 1, LADDER.index(confidence) + steps))]


class Relevance(StrEnum):
    """What an incident means for a route."""

    AFFECTED = "affected"
    POSSIBLE = "possible"
    UNAFFECTED = "unaffected"


class FeedState(StrEnum):
    """Whether a feed can be believed to show the present. Only `FRESH` says anything about now."""

    FRESH = "fresh"
    STALE = "stale"
    BLOCKED = "blocked"
    UNREADABLE = "unreadable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Reading:
    """A health with its age: what it is, since when, and the time of the newest fact behind it (None: never any)."""

    health: Health
    since: datetime | None
    as_of: datetime | None

"""What a status feed says, normalised: incidents with their updates, components, pages (design/contracts: normalised incident)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from statuswatch.core.health import Health


class Stage(StrEnum):
    """Where an incident or a maintenance stands, after its newest update. The raw word is kept beside it."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    UNKNOWN = "unknown"


class Impact(StrEnum):
    """The weight a page gives an incident. No gate for relevance: most incidents that name a model are `minor`."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """Whether it happened to them or was planned by them."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class ComponentRef:
    """A component as an incident lists it. `id` is the identity where the format has one: names change while ids stay."""

    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ComponentChange:
    """One component's move within an update. A None side was not stated."""

    name: str
    old: Health | None = None
    new: Health | None = None
    id: str | None = None
    raw_old: str | None = None
    raw_new: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One post. `at` orders (display time); `posted_at` is when it was really written and decides recency (back-dated posts)."""

    at: datetime
    stage: Stage
    body: str
    raw_stage: str = ""
    posted_at: datetime | None = None
    id: str | None = None
    components: tuple[ComponentChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident or maintenance. Identity is `provider` + `id`; title, components and updates may all change while it lives."""

    provider: str
    id: str
    title: str
    impact: Impact = Impact.UNKNOWN
    raw_impact: str = ""
    kind: Kind = Kind.INCIDENT
    stage: Stage = Stage.UNKNOWN
    raw_stage: str = ""
    started_at: datetime | None = None
    posted_at: datetime | None = None
    resolved_at: datetime | None = None
    scheduled_until: datetime | None = None
    components: tuple[ComponentRef, ...] = ()
    updates: tuple[Update, ...] = ()
    url: str | None = None

    @property
    def key(self) -> str:
        """`provider:id`, the identity."""
        return f"{self.provider}:{self.id}"

    @property
    def over(self) -> bool:
        """Whether its newest word is that it has ended. It may still reopen."""
        return self.stage in OVER_STAGES

    @property
    def last_at(self) -> datetime | None:
        """When it last moved: the newest update's time, else its start."""
        return max((update.at for update in self.updates), default=self.posted_at or self.started_at)


OVER_STAGES = frozenset({Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED})


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a page with its present health."""

    id: str | None
    name: str
    health: Health
    raw: str = ""
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One successful read of a feed.

    `as_of`: the time the body itself speaks of, if it does. `health`: the page's own badge (no evidence either way).
    `lists_open`: whether a missing incident means it is no longer open (a summary) or nothing at all (a capped history).
    `problems`: what in the body was odd, one sentence each, already free of control characters.
    """

    provider: str
    format: str
    health: Health = Health.UNKNOWN
    raw_health: str = ""
    as_of: datetime | None = None
    components: tuple[Component, ...] = ()
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Incident, ...] = ()
    lists_open: bool = False
    problems: tuple[str, ...] = field(default=())


class UnreadableReason(StrEnum):
    """Why a body was no feed."""

    EMPTY = "empty"
    HTML = "html"
    TRUNCATED = "truncated"
    NOT_JSON = "not_json"
    NOT_XML = "not_xml"
    WRONG_SHAPE = "wrong_shape"
    TOO_LARGE = "too_large"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What came instead of a feed: why, how large, and a sentence without anything of the body in it."""

    reason: UnreadableReason
    detail: str
    size: int = 0

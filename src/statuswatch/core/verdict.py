"""The answer for one route: whose fault, how sure, since when, on which evidence, and what to do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from statuswatch.core.finding import RelevanceReason
from statuswatch.core.health import SIDES, Confidence, Fault, Health, Relevance, Side
from statuswatch.core.ids import Route


class Reason(StrEnum):
    """Why the verdict is what it is: the row of the table in `judge` that decided."""

    NOTHING_KNOWN = "nothing_known"
    PAGE_QUIET = "page_quiet"
    COMPONENT_STATED = "component_stated"
    CALLS_SUCCEED = "calls_succeed"
    OWN_FAILURES_CAPACITY = "own_failures_capacity"
    OWN_FAILURES_SERVER = "own_failures_server"
    OWN_FAILURES_YOURS = "own_failures_yours"
    OWN_FAILURES_UNDECIDED = "own_failures_undecided"
    OWN_FAILURES_RATE = "own_failures_rate"
    OWN_FAILURES_UNREACHABLE = "own_failures_unreachable"
    KEYS_REFUSED_TOGETHER = "keys_refused_together"
    OWN_NETWORK = "own_network"
    CAPTIVE_PORTAL = "captive_portal"
    INTERCEPTED = "intercepted"
    INCIDENT_AFFECTS = "incident_affects"
    INCIDENT_POSSIBLE = "incident_possible"
    INCIDENT_MONITORING = "incident_monitoring"
    BACK_BUT_OPEN = "back_but_open"
    RESOLVED_UNVERIFIED = "resolved_unverified"
    MAINTENANCE_NOW = "maintenance_now"
    FEED_UNREADABLE = "feed_unreadable"


class EvidenceKind(StrEnum):
    """What kind of fact a line of evidence is."""

    CALLS_FAILED = "calls_failed"
    CALLS_OK = "calls_ok"
    SIBLING_OK = "sibling_ok"
    SIBLING_FAILED = "sibling_failed"
    LOGINS_REFUSED = "logins_refused"
    INCIDENT = "incident"
    PAGE_QUIET = "page_quiet"
    PAGE_CLEAR = "page_clear"
    PAGE_OTHERS = "page_others"
    PAGE_PART = "page_part"
    PAGE_OLD = "page_old"
    FEED_STATE = "feed_state"
    FEEDS_ANSWER = "feeds_answer"
    FEEDS_SILENT = "feeds_silent"
    CLOCK_OFF = "clock_off"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation that the verdict uses. `subject` is ours (a code, a model, a provider name); `quote` is theirs, raw and untrusted.

    `count` of `total` are requests: retries of one request are one; `attempts` counts them all. `posted_at` is when the incident was posted,
    `quoted_at` the time of the update that `quote` stands in (None: the title); `until` when planned work is to end.
    """

    kind: EvidenceKind
    at: datetime | None = None
    count: int = 0
    total: int = 0
    subject: str = ""
    quote: str = ""
    clients: tuple[str, ...] = ()
    projects: int = 0
    incident: str | None = None
    posted_at: datetime | None = None
    url: str | None = None
    attempts: int = 0
    quoted_at: datetime | None = None
    until: datetime | None = None


class Reach(StrEnum):
    """How far a trouble goes: this route alone, more of the same provider, or everything outside this machine."""

    ROUTE = "route"
    PROVIDER = "provider"
    EVERYTHING = "everything"


class AdviceKind(StrEnum):
    """What a person can do now."""

    SWITCH = "switch"
    LOCAL = "local"
    RETRY = "retry"
    WAIT = "wait"
    TOP_UP = "top_up"
    CHECK_KEY = "check_key"
    SLOW_DOWN = "slow_down"
    FIX_REQUEST = "fix_request"
    CHECK_MODEL = "check_model"
    CHECK_NETWORK = "check_network"
    JOIN_NETWORK = "join_network"
    CHECK_GATEWAY = "check_gateway"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do. `target` is a route (a local server's own word for its model with LOCAL); `seconds` a wait; both only where they mean something."""

    kind: AdviceKind
    target: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one route. `health` always comes with its age: `since` and `as_of` (newest fact behind it; None: none ever)."""

    route: Route
    health: Health
    fault: Fault
    confidence: Confidence
    reason: Reason
    since: datetime | None = None
    as_of: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    advice: tuple[Advice, ...] = ()
    incident: str | None = None
    relevance: Relevance | None = None
    relevance_reason: RelevanceReason | None = None
    reach: Reach | None = None

    @property
    def side(self) -> Side:
        """Theirs, yours or undecided."""
        return SIDES[self.fault]

    @property
    def trouble(self) -> bool:
        """Whether there is something wrong or not yet sure on this route."""
        return self.health in TROUBLE

    @property
    def offline(self) -> bool:
        """Whether nothing is known because nothing outside answers this machine."""
        return self.health is Health.UNKNOWN and self.reason in {Reason.OWN_NETWORK, Reason.CAPTIVE_PORTAL}


TROUBLE = frozenset({Health.SUSPECT, Health.DEGRADED, Health.DOWN, Health.RECOVERING})

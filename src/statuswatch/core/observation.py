"""The facts that come in: page reads, failed fetches, own calls, clock jumps, a person's commands. Values; nothing is decided here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from statuswatch.core.health import SIDES, Confidence, Fault, FeedState, Side
from statuswatch.core.ids import Surface
from statuswatch.core.incident import Page


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one failed response says by itself, before any other evidence is joined.

    `code` is the most exact word found (body code, body type, errno), `signals` name the facts the reading stands on,
    `explicit` marks a stable code that names the cause (an overload code, a quota header) as against a bare status or wording.
    `upstream` is whom a gateway names as the one that failed, in its words; `status_link` where the service says its status is (RFC 8631).
    """

    fault: Fault
    confidence: Confidence
    reason: str
    status: int | None = None
    code: str | None = None
    provider: str | None = None
    model: str | None = None
    retry_after_s: float | None = None
    signals: tuple[str, ...] = ()
    explicit: bool = False
    upstream: str | None = None
    status_link: str | None = None

    @property
    def side(self) -> Side:
        """Theirs, yours or undecided, by the fault."""
        return SIDES[self.fault]


@dataclass(frozen=True, slots=True)
class Headroom:
    """What is left of a provider's limit: its name there (`input-tokens`, `5h`), the share from 0 to 1, and when it begins anew."""

    limit: str
    left: float
    resets_at: datetime | None = None


class Outcome(StrEnum):
    """How one attempt ended."""

    OK = "ok"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt of the user to call a model, with its outcome. Never holds a prompt, a reply, a key or a header value.

    `turn` groups the attempts that are retries of one request; `final` says that the client gave up.
    `key` is unique per attempt and lets the same record be read twice without counting twice. `credential` tells the logins of one provider apart:
    a word of the record for the kind of login or account, never a key and nothing computed from one.
    `stall_ms` is the longest pause in the middle of an answer, `headroom` what its headers say is left of the limits.
    """

    key: str
    at: datetime
    client: str
    provider: str
    model: str
    outcome: Outcome
    surface: Surface | None = None
    diagnosis: Diagnosis | None = None
    final: bool = True
    turn: str | None = None
    request_id: str | None = None
    project: str | None = None
    latency_ms: float | None = None
    credential: str | None = None
    stall_ms: float | None = None
    headroom: Headroom | None = None


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A tap saw a call."""

    at: datetime
    call: Call


@dataclass(frozen=True, slots=True)
class PageRead:
    """A feed was fetched and understood."""

    at: datetime
    feed: str
    provider: str
    page: Page


@dataclass(frozen=True, slots=True)
class PageUnchanged:
    """A feed was fetched and had not changed (304, or the same bytes). Fresh, and nothing new."""

    at: datetime
    feed: str
    provider: str
    as_of: datetime | None = None


class Obstacle(StrEnum):
    """What stood in the way of a feed, where that says something of this machine's network."""

    NAME = "name"
    CERTIFICATE = "certificate"
    LOGIN_PAGE = "login_page"


@dataclass(frozen=True, slots=True)
class FeedFailed:
    """A feed could not be read. `transport` is true when no response came at all (DNS, connect, timeout); `obstacle` where the way it failed tells more."""

    at: datetime
    feed: str
    provider: str
    state: FeedState
    detail: str
    transport: bool = False
    obstacle: Obstacle | None = None


class Link(StrEnum):
    """What the operating system says of the way out, in NetworkManager's words for connectivity (`NMConnectivityState`)."""

    UNKNOWN = "unknown"
    NONE = "none"
    PORTAL = "portal"
    LIMITED = "limited"
    FULL = "full"


class Cut(StrEnum):
    """How the way out is cut off."""

    OFFLINE = "offline"
    NAMES = "names"
    INTERCEPTED = "intercepted"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class NetworkSeen:
    """The operating system's word on the network has changed. A hint: what answers is believed before it."""

    at: datetime
    link: Link


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A model server on this machine that answered: its name for a person, where it listens (host:port), and the models that it has."""

    name: str
    place: str
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalServersSeen:
    """This machine was looked at for model servers, in trouble, and these answered."""

    at: datetime
    servers: tuple[LocalServer, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """Wall and monotonic time disagree by `seconds` since the last look (positive: sleep or clock set forward)."""

    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class ClockCompared:
    """By how many seconds this machine's clock is ahead of those of the pages' hosts (RFC 9110 section 6.6.1, Date); None where it is not known."""

    at: datetime
    ahead_s: float | None


class CommandKind(StrEnum):
    """What a surface may ask for."""

    REFRESH = "refresh"
    MUTE = "mute"
    UNMUTE = "unmute"
    ACKNOWLEDGE = "acknowledge"
    WAIT = "wait"
    SNOOZE = "snooze"


@dataclass(frozen=True, slots=True)
class Command:
    """A person's wish. `target` is a route, a provider, an incident key or `*`; `until` bounds a mute or a snooze."""

    at: datetime
    kind: CommandKind
    target: str = "*"
    until: datetime | None = None


Observation = CallSeen | PageRead | PageUnchanged | FeedFailed | NetworkSeen | LocalServersSeen | ClockJumped | ClockCompared | Command

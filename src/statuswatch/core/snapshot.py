"""The one published picture that every surface reads. `v` names the form; within a `v` fields are only added."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from statuswatch.core.health import FeedState, Health, Side
from statuswatch.core.notice import Notice, Suppressed
from statuswatch.core.observation import Headroom
from statuswatch.core.verdict import Verdict

SNAPSHOT_VERSION = 1
CALLS_SHOWN = 60
"""Of the own calls only so many, the newest, are in a picture."""
NOWHERE = "nothing on this machine can show a notice"
"""How a sentence of `Snapshot.delivery` ends where there is neither a desktop nor a terminal to tell in: for `doctor`, not for every page."""


class Level(StrEnum):
    """The weight of the whole picture, for prompts and icons."""

    OK = "ok"
    UNKNOWN = "unknown"
    UNSURE = "unsure"
    YOURS = "yours"
    FAILING = "failing"
    DOWN = "down"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class EngineView:
    """Who published, and how fresh the picture is. `expires_at` is real time even when `at` is simulated.

    `clock_offset_s`: seconds by which this machine's clock is ahead of the clocks of the pages' hosts (None: not known).
    """

    version: str
    started_at: datetime
    expires_at: datetime
    pid: int | None = None
    simulated: str | None = None
    listeners: int = 0
    clock_offset_s: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """The answer in one line. `exit_status` is what `statuswatch status` ends with; `label` is the prompt's text in `[A-Za-z0-9 .:+_-]{0,40}`."""

    level: Level
    side: Side | None
    headline: str
    details: tuple[str, ...] = ()
    label: str = ""
    exit_status: int = 4


@dataclass(frozen=True, slots=True)
class CallWindow:
    """Own calls on one route in the last hour: requests that worked and that did not (a retry is none of its own).

    `latencies_ms`: of the attempts, in milliseconds, oldest first (None: failed; 0: worked, not measured).
    """

    ok: int = 0
    failed: int = 0
    latencies_ms: tuple[float | None, ...] = ()
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RouteView:
    """One route the person uses. `title` and `surface_name` are words for a person; `page_word` is what the page says about this route.

    `acknowledged`: it is in trouble, and the person has said that they know of it. `headroom`: what the newest answer said is left of the limits.
    """

    route: str
    provider: str
    provider_name: str
    title: str
    surface_name: str
    verdict: Verdict
    calls: CallWindow
    feed_state: FeedState | None
    page_word: str
    source: str = ""
    note: str = ""
    acknowledged: bool = False
    headroom: Headroom | None = None


@dataclass(frozen=True, slots=True)
class UpdateView:
    """One post of an incident; `body` is theirs, raw."""

    at: datetime
    stage: str
    body: str


@dataclass(frozen=True, slots=True)
class RelevanceView:
    """What an incident means for one route; `sentence` is theirs, raw."""

    route: str
    relevance: str
    reason: str
    sentence: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident that is open, or ended lately. `concerns` is true when it is affected or possible for any watched route."""

    key: str
    provider: str
    provider_name: str
    title: str
    impact: str
    stage: str
    started_at: datetime | None
    posted_at: datetime | None
    resolved_at: datetime | None
    url: str | None
    concerns: bool
    relevance: tuple[RelevanceView, ...] = ()
    updates: tuple[UpdateView, ...] = ()
    components: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallView:
    """One own call for a person to look at. `latency_ms`: how long it took; `stall_ms`: the longest pause in the midst of its answer, where that was seen."""

    at: datetime
    outcome: str
    client: str
    provider: str
    model: str
    route: str
    status: int | None = None
    code: str | None = None
    fault: str | None = None
    confidence: str | None = None
    final: bool = True
    project: str | None = None
    request_id: str | None = None
    latency_ms: float | None = None
    reason: str = ""
    stall_ms: float | None = None


@dataclass(frozen=True, slots=True)
class PollView:
    """How a feed was read last, and what its host still allows.

    `status`: of the last answer (None: there was none). `etag`: whether it can be asked for changes only. `slot`: its place among 60 in an interval.
    `failures`: reads that failed in a row; `host_failures`: the host's own, by which its pauses grow. `budget_left`: requests that may follow each other
    at once. `format`: what the body is in; `moved`: that this is another than the provider's file says.
    """

    host: str
    status: int | None = None
    tried_at: datetime | None = None
    etag: bool = False
    failures: int = 0
    host_failures: int = 0
    slot: int = 0
    budget_left: int = 0
    format: str = ""
    moved: bool = False


@dataclass(frozen=True, slots=True)
class FeedView:
    """One feed: whether it can be believed, and since when. `state` None: not read yet."""

    name: str
    provider: str
    url: str
    state: FeedState | None
    page_health: Health
    as_of: datetime | None = None
    last_ok: datetime | None = None
    since: datetime | None = None
    detail: str = ""
    next_at: datetime | None = None
    next_reason: str = ""
    polling: PollView | None = None


@dataclass(frozen=True, slots=True)
class SourceView:
    """One thing on this machine that may be read: what, where, and whether the person agreed. `note` is what hinders reading it."""

    name: str
    what: str
    path: str
    enabled: bool
    asked: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class HushView:
    """Something that nothing is told about now: what keeps it back, what it is about, until when, and who wanted it.

    `by`: `mute`, `snooze` or `quiet_hours`. `what` says what `target` is: `route`, `provider`, `incident` (its key), `kind` (of notices), `everything` (`*`),
    or `unknown`; `title` is its name for a person, of an incident the page's own, raw. `until` None: for good. `wanted_by`: `person` (asked for on a
    surface) or `settings`.
    """

    by: str
    what: str
    target: str
    title: str
    until: datetime | None = None
    wanted_by: str = "person"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a surface may show, at one instant `at` (the engine's own clock, which a simulation sets)."""

    at: datetime
    engine: EngineView
    summary: Summary
    v: int = SNAPSHOT_VERSION
    routes: tuple[RouteView, ...] = ()
    incidents: tuple[IncidentView, ...] = ()
    calls: tuple[CallView, ...] = ()
    feeds: tuple[FeedView, ...] = ()
    notices: tuple[Notice, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    sources: tuple[SourceView, ...] = ()
    problems: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    hushed: tuple[HushView, ...] = ()

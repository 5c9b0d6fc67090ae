"""What is worth telling a person once, and the memory of what was told."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from statuswatch.core.health import Confidence, Fault


class NoticeKind(StrEnum):
    """What a notice says. `AMENDED` is no new notice: it brings the text of one already shown up to date, silently and in place."""

    OPENED = "opened"
    GREW = "grew"
    WORSENED = "worsened"
    RECOVERING = "recovering"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    MAINTENANCE = "maintenance"
    AMENDED = "amended"


class NoticeReason(StrEnum):
    """Why a notice is told."""

    OWN_FAILURES = "own_failures"
    INCIDENT_POSTED = "incident_posted"
    SCOPE_GREW = "scope_grew"
    WORSE = "worse"
    OWN_SUCCESS = "own_success"
    PAGE_RESOLVED = "page_resolved"
    REOPENED = "reopened"
    NARROWED = "narrowed"
    STILL = "still"
    PLANNED = "planned"


class SuppressReason(StrEnum):
    """Why nothing is told, kept and shown by `statuswatch notices --all`."""

    UNAFFECTED = "unaffected"
    ALREADY_TOLD = "already_told"
    NOT_SURE_YET = "not_sure_yet"
    YOUR_SIDE = "your_side"
    OWN_CALLS_SUCCEED = "own_calls_succeed"
    RETROACTIVE = "retroactive"
    STALE = "stale"
    FIRST_LOOK = "first_look"
    MUTED = "muted"
    GRACE = "grace"
    FLAPPING = "flapping"
    SNOOZED = "snoozed"
    QUIET_HOURS = "quiet_hours"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `id` is unique and stable; `trouble` groups the notices of one trouble, and is what a pop-up replaces in place.

    `title` and `body` are our sentences; where they quote a feed, the quote is raw: escape at the surface. `quiet`: it comes without a sound.
    """

    id: str
    trouble: str
    kind: NoticeKind
    at: datetime
    reason: NoticeReason
    routes: tuple[str, ...]
    title: str
    body: str
    provider: str
    incident: str | None = None
    url: str | None = None
    fault: Fault = Fault.UNKNOWN
    confidence: Confidence = Confidence.LOW
    simulated: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A notice that was not told, and why."""

    at: datetime
    route: str
    reason: SuppressReason
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble of this person as told so far. It lives from its first notice until its recovery was told and the reopen window has passed.

    `pending`: routes still in trouble; `back`: routes told as back; `incidents`: the keys of the incidents it has merged;
    `digest`: what the shown text stands on; `weight`: the heaviest impact told of (0 to 3); `hold_until`: how long a recovery waits for its siblings;
    `seen_at`: when a verdict last spoke of it; `number`: how many notices it has given. A route in both `pending` and `back` fails again without a word.
    `asked`: somebody asked to be told when it is back; `reminded_at`: when it was last told again after a snooze.
    """

    id: str
    provider: str
    opened_at: datetime
    pending: tuple[str, ...]
    back: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    told: tuple[NoticeKind, ...] = ()
    closed_at: datetime | None = None
    digest: str = ""
    weight: int = 0
    hold_until: datetime | None = None
    seen_at: datetime | None = None
    number: int = 0
    asked: bool = False
    reminded_at: datetime | None = None

    def telling(self, *kinds: NoticeKind) -> "Trouble":
        """This trouble with `kinds` noted as told."""
        return replace(self, told=self.told + tuple(kind for kind in kinds if kind not in self.told))


@dataclass(frozen=True, slots=True)
class Told:
    """The memory of notices: open troubles, those closed lately, and the planned work that was announced (`announced`: incident keys, newest last)."""

    troubles: tuple[Trouble, ...] = ()
    seen_before: tuple[str, ...] = ()
    counter: int = 0
    announced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What this person wants to be told. `muted` maps a target (route, provider, incident key or `*`) to the end of the mute.

    `muted_kinds`: kinds of notices that are never told; `quiet_until`: the end of the quiet hours that it is in the midst of, if it is.
    """

    muted: tuple[tuple[str, datetime], ...] = ()
    simulated: bool = False
    muted_kinds: frozenset[NoticeKind] = frozenset()
    quiet_until: datetime | None = None

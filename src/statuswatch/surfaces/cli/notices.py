"""`statuswatch notices`: what was told, and with --all also what was not and why."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from statuswatch.core.codec import encode
from statuswatch.core.health import Fault, Side
from statuswatch.core.notice import Notice, NoticeKind, Suppressed, SuppressReason
from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put
from statuswatch.surfaces.client import CANNOT_TELL, FINE, read_snapshot, wall_clock
from statuswatch.surfaces.present import Look, banner, scene
from statuswatch.surfaces.present_text import EMPTY, Line, Span, Tone, clean, say, wrap
from statuswatch.surfaces.present_words import Scene

_TONES = {
    NoticeKind.OPENED: Tone.FAILING,
    NoticeKind.GREW: Tone.FAILING,
    NoticeKind.WORSENED: Tone.DOWN,
    NoticeKind.REOPENED: Tone.FAILING,
    NoticeKind.RECOVERING: Tone.BACK,
    NoticeKind.RESOLVED: Tone.OK,
    NoticeKind.MAINTENANCE: Tone.MAINTENANCE,
}
_WHY_NOT = {
    SuppressReason.UNAFFECTED: "does not concern this route",
    SuppressReason.ALREADY_TOLD: "told already",
    SuppressReason.NOT_SURE_YET: "not sure yet",
    SuppressReason.YOUR_SIDE: "on your side",
    SuppressReason.OWN_CALLS_SUCCEED: "your own calls worked",
    SuppressReason.RETROACTIVE: "posted after it was over",
    SuppressReason.STALE: "old news",
    SuppressReason.FIRST_LOOK: "was there before the first look",
    SuppressReason.MUTED: "muted by you",
    SuppressReason.GRACE: "within the time that is left for it to pass",
    SuppressReason.FLAPPING: "coming and going",
    SuppressReason.SNOOZED: "snoozed by you",
    SuppressReason.QUIET_HOURS: "in your quiet hours",
}
_YOURS = "on your side; your own tool says so"


@dataclass(frozen=True, slots=True)
class Way:
    """How one notice fared by one way of telling. `state`: `pending`, `delivered` or `given_up`; `tried`: how often; `detail`: a sentence, raw."""

    way: str
    state: str
    tried: int
    detail: str


Deliveries = Callable[[], Mapping[str, tuple[Way, ...]]]
"""How each notice was told, by its id; a notice of which nothing is known is missing."""


def run(argv: list[str], deliveries: Deliveries = dict) -> int:
    """Run the verb; returns 0, or 4 where there is no picture."""
    given = read("notices", argv)
    if isinstance(given, int):
        return given
    snapshot = read_snapshot()
    if snapshot is None:
        sys.stderr.write("Cannot tell: no engine runs, and there is no picture of an earlier one. To begin: statuswatch engine start\n")
        return CANNOT_TELL
    ways = deliveries()
    if given.json:
        for item in entries(snapshot, everything=given.all):
            sys.stdout.write(json.dumps({**_fared(item, ways), **encode(item)}, separators=(",", ":")) + "\n")
    else:
        put(notice_lines(snapshot, look_here(), wall_clock(), ways, everything=given.all))
    return FINE


def _fared(item: Notice | Suppressed, ways: Mapping[str, tuple[Way, ...]]) -> dict[str, object]:
    """`told`: it is a notice; `reached`: whether any way took it, null where that is not known; `ways`: each of them."""
    if isinstance(item, Suppressed):
        return {"told": False}
    found = ways.get(item.id, ())
    return {"told": True, "reached": any(way.state == "delivered" for way in found) if found else None, "ways": [asdict(way) for way in found]}


def entries(snapshot: Snapshot, *, everything: bool) -> list[Notice | Suppressed]:
    """The notices, newest first, amendments left out: they only bring the text of another one up to date."""
    told: list[Notice | Suppressed] = [notice for notice in snapshot.notices if notice.kind is not NoticeKind.AMENDED]
    return sorted([*told, *(snapshot.suppressed if everything else ())], key=lambda item: item.at, reverse=True)


def notice_lines(snapshot: Snapshot, look: Look, now: datetime, ways: Mapping[str, tuple[Way, ...]] | None = None, *, everything: bool) -> tuple[Line, ...]:
    """The page of the verb."""
    view = scene(snapshot, now, look)
    lines: list[Line] = [*banner(view)]
    found = entries(snapshot, everything=everything)
    for item in found:
        lines += _told(item, (ways or {}).get(item.id, ()), view) if isinstance(item, Notice) else _untold(item, view)
    if not found:
        lines.append(say("Nothing was told." if not everything else "Nothing was told, and nothing was held back."))
    if snapshot.suppressed and not everything:
        count = len(snapshot.suppressed)
        lines += [EMPTY, say(f"{count} time{'s' if count > 1 else ''} something was not told: statuswatch notices --all shows why.", Tone.DIM)]
    return tuple(lines)


def _told(notice: Notice, ways: tuple[Way, ...], view: Scene) -> list[Line]:
    head = (
        Span(f"{view.clock(notice.at)}  ", Tone.DIM),
        Span(f"{notice.kind.value:<11} ", _TONES.get(notice.kind, Tone.PLAIN)),
        Span(clean(notice.title, 200), Tone.STRONG),
        Span("  (simulated)" if notice.simulated else "", Tone.MAINTENANCE),
    )
    body = clean(notice.body, 400)
    said = wrap(tuple(span for span in head if span.text), view.look.width, 7)
    fared = _reached(ways)
    return [
        *said,
        *(wrap(say("       " + body, Tone.DIM), view.look.width, 7) if body else ()),
        *(wrap((Span("       "), fared), view.look.width, 7) if fared else ()),
    ]


def _reached(ways: tuple[Way, ...]) -> Span | None:
    """By which ways it came, or that it reached nobody and why; None where that is not known."""
    came = [clean(way.way, 40) for way in ways if way.state == "delivered"]
    missed = [f"{clean(way.way, 40)}: {_why_missed(way)}" for way in ways if way.state != "delivered"]
    if came:
        return Span(f"told by {', '.join(came)}" + (f"; not by {'; '.join(missed)}" if missed else ""), Tone.DIM)
    return Span(f"reached nobody: {'; '.join(missed)}", Tone.UNSURE) if missed else None


def _why_missed(way: Way) -> str:
    if way.state == "pending" and not way.tried:
        return "not tried yet"
    return clean(way.detail, 200) + (" (it is tried again)" if way.state == "pending" else "")


def _why_not(item: Suppressed, view: Scene) -> str:
    """What is on your side is named by its fault, as long as the trouble that it was about lasts."""
    if item.reason is SuppressReason.YOUR_SIDE:
        for verdict in (shown.verdict for shown in view.snapshot.routes if item.route in {shown.route, shown.verdict.route.canonical}):
            if verdict.side is Side.YOURS and verdict.since is not None and verdict.since <= item.at:
                return "your network, not theirs" if verdict.fault is Fault.NETWORK else _YOURS
    return _WHY_NOT.get(item.reason, item.reason.value)


def _untold(item: Suppressed, view: Scene) -> list[Line]:
    why = _why_not(item, view)
    about = f" ({clean(item.incident, 60)})" if item.incident else ""
    head = (Span(f"{view.clock(item.at)}  ", Tone.DIM), Span("not told    ", Tone.UNKNOWN), Span(f"{view.name_of(item.route)}: {why}{about}", Tone.DIM))
    return list(wrap(head, view.look.width, 7))

"""`statuswatch notices`: what was told, and with --all also what was not and why."""

import json
import sys
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


def run(argv: list[str]) -> int:
    """Run the verb; returns 0, or 4 where there is no picture."""
    given = read("notices", argv)
    if isinstance(given, int):
        return given
    snapshot = read_snapshot()
    if snapshot is None:
        sys.stderr.write("Cannot tell: no engine runs, and there is no picture of an earlier one. To begin: statuswatch engine start\n")
        return CANNOT_TELL
    if given.json:
        for item in entries(snapshot, everything=given.all):
            sys.stdout.write(json.dumps({"told": isinstance(item, Notice), **encode(item)}, separators=(",", ":")) + "\n")
    else:
        put(notice_lines(snapshot, look_here(), wall_clock(), everything=given.all))
    return FINE


def entries(snapshot: Snapshot, *, everything: bool) -> list[Notice | Suppressed]:
    """The notices, newest first, amendments left out: they only bring the text of another one up to date."""
    told: list[Notice | Suppressed] = [notice for notice in snapshot.notices if notice.kind is not NoticeKind.AMENDED]
    return sorted([*told, *(snapshot.suppressed if everything else ())], key=lambda item: item.at, reverse=True)


def notice_lines(snapshot: Snapshot, look: Look, now: datetime, *, everything: bool) -> tuple[Line, ...]:
    """The page of the verb."""
    view = scene(snapshot, now, look)
    lines: list[Line] = [*banner(view)]
    found = entries(snapshot, everything=everything)
    for item in found:
        lines += _told(item, view) if isinstance(item, Notice) else _untold(item, view)
    if not found:
        lines.append(say("Nothing was told." if not everything else "Nothing was told, and nothing was held back."))
    if snapshot.suppressed and not everything:
        count = len(snapshot.suppressed)
        lines += [EMPTY, say(f"{count} time{'s' if count > 1 else ''} something was not told: statuswatch notices --all shows why.", Tone.DIM)]
    return tuple(lines)


def _told(notice: Notice, view: Scene) -> list[Line]:
    head = (
        Span(f"{view.clock(notice.at)}  ", Tone.DIM),
        Span(f"{notice.kind.value:<11} ", _TONES.get(notice.kind, Tone.PLAIN)),
        Span(clean(notice.title, 200), Tone.STRONG),
        Span("  (simulated)" if notice.simulated else "", Tone.MAINTENANCE),
    )
    body = clean(notice.body, 400)
    return [*wrap(tuple(span for span in head if span.text), view.look.width, 7), *(wrap(say("       " + body, Tone.DIM), view.look.width, 7) if body else ())]


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

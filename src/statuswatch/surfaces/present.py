"""Presenters: a Snapshot and a moment become plain data and text. No Textual, no engine, no clock; every surface for people stands on these.

`scene()` first: it settles what "now" is and whether the picture may pass for the present. Then `answer`, `routes`, `incidents`, `calls`, `feeds` give lines
of toned spans that are already inert and fit the width; `status_text` and `why_text` are whole pages of them.
"""

from datetime import datetime

from statuswatch.core.errors import RouteError
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.snapshot import NOWHERE, RouteView, Snapshot
from statuswatch.core.verdict import Verdict
from statuswatch.surfaces.present_feeds import feed_lines, feeds, feeds_summary, sources
from statuswatch.surfaces.present_hushed import hushed_lines
from statuswatch.surfaces.present_incidents import Reading, first_lines, incidents
from statuswatch.surfaces.present_limits import limit_lines
from statuswatch.surfaces.present_routes import NARROW, calls, routes
from statuswatch.surfaces.present_text import EMPTY, Line, Span, Tone, clean, cut, join, plain, say, terminal, wrap
from statuswatch.surfaces.present_verdict import answer, reasoning, worst
from statuswatch.surfaces.present_words import Look, Scene, age_words, scene

__all__ = [
    "NARROW",
    "Look",
    "Reading",
    "Scene",
    "answer",
    "banner",
    "calls",
    "feed_lines",
    "feeds",
    "find_route",
    "hushed_lines",
    "incidents",
    "reasoning",
    "routes",
    "scene",
    "sources",
    "status_lines",
    "status_text",
    "terminal",
    "top_line",
    "why_lines",
    "why_text",
    "worst",
]


_WORTH_AN_AGE = 10  # seconds; an engine that has just gone left a picture without an age to speak of


def banner(look: Scene) -> tuple[Line, ...]:
    """What must be said before anything else: that the picture is old, that it is a simulation, and what the engine has trouble with."""
    lines: list[Line] = []
    if look.old_s is not None:
        age = f" is {age_words(look.old_s)} old" if look.old_s >= _WORTH_AN_AGE else ""
        told = f"The last picture{age} and no engine renews it" if age else "No engine renews the last picture"
        lines += wrap(say(f"{told}: it shows {look.clock(look.snapshot.at)}, not now.", Tone.UNSURE), look.look.width)
    if look.snapshot.engine.simulated is not None:
        name = clean(look.snapshot.engine.simulated, 60)
        lines += wrap(say(f"Simulation {name}: nothing of this is happening now.", Tone.MAINTENANCE), look.look.width)
    delivery = [sentence for sentence in look.snapshot.delivery if not sentence.endswith(NOWHERE)]
    for problem in (*look.snapshot.problems[:3], *delivery[:2]):
        lines += wrap(say(clean(problem, 300), Tone.UNSURE), look.look.width, 2)
    return tuple(lines)


def top_line(look: Scene) -> Line:
    """`live · 9 feeds fresh · 14:48`: whether this is the present, what it stands on, and the picture's time."""
    dot = f" {look.look.glyphs.dot} "
    if look.old_s is not None:
        state: Line = (Span(f"old, {age_words(look.old_s)}" if look.old_s >= _WORTH_AN_AGE else "old", Tone.UNSURE),)
    elif look.snapshot.engine.simulated is not None:
        state = say("simulation", Tone.MAINTENANCE)
    elif any(view.verdict.offline for view in look.snapshot.routes):
        state = say("offline", Tone.UNSURE)
    else:
        state = say("live", Tone.OK)
    return join([state, EMPTY if look.look.width < NARROW else feeds_summary(look), say(look.clock(look.now), Tone.DIM)], dot)


def status_lines(snapshot: Snapshot, now: datetime, look: Look) -> tuple[Line, ...]:
    """The page of `statuswatch status`: the answer, what you use, the incidents that concern you, and what you are not told of."""
    view = scene(snapshot, now, look)
    lines: list[Line] = [*banner(view), *answer(view, look.width).lines]
    table = routes(view)
    if table.rows:
        lines += [EMPTY, *([table.heading] if table.heading else []), *(row.line for row in table.rows)]
    found = incidents(view)
    if found.yours:
        lines += [EMPTY, say(f"Incidents that concern you ({len(found.yours)})", Tone.STRONG)]
        if look.width < NARROW:
            lines += first_lines(found.yours, look.width, look.glyphs.cut)
        else:
            lines += [line for block in found.yours for line in block.lines]
    if found.others:
        count = len(found.others)
        lines += [EMPTY, say(f"{count} more incident{'s' if count > 1 else ''} at your providers {'do' if count > 1 else 'does'} not concern you.", Tone.DIM)]
    limits = limit_lines(view)
    if limits:
        lines += [EMPTY, *limits]
    kept_back = hushed_lines(view)
    if kept_back:
        lines += [EMPTY, *kept_back]
    return tuple(cut(line, look.width, look.glyphs.cut) for line in lines)


def status_text(snapshot: Snapshot, now: datetime, width: int = 80, look: Look | None = None) -> str:
    """The page of `statuswatch status` without colour, each line at most `width` cells, with a newline at its end."""
    return _page(status_lines(snapshot, now, look or Look(width)))


def why_lines(snapshot: Snapshot, verdict: Verdict | None, now: datetime, look: Look) -> tuple[Line, ...]:
    """The page of `statuswatch why` for `verdict`; None means the worst trouble, and where there is none, the whole picture's answer."""
    view = scene(snapshot, now, look)
    subject = worst(view) if verdict is None else _view_of(snapshot, verdict)
    if subject is None:
        return (*banner(view), *answer(view, look.width).lines)
    return (*banner(view), *reasoning(subject, view))


def why_text(snapshot: Snapshot, verdict: Verdict | None, now: datetime, width: int = 80, look: Look | None = None) -> str:
    """The page of `statuswatch why` without colour, with a newline at its end."""
    return _page(why_lines(snapshot, verdict, now, look or Look(width)))


def find_route(snapshot: Snapshot, text: str) -> RouteView | None:
    """The watched route that `text` means: a route in any spelling, or the only one whose name contains it."""
    try:
        wanted: Route | None = parse_route(text)
    except RouteError:
        wanted = None
    for view in snapshot.routes:
        if view.route == text or (wanted is not None and view.verdict.route == wanted):
            return view
    needle = text.casefold().strip()
    named = [view for view in snapshot.routes if needle and needle in f"{view.title} {view.route}".casefold()]
    return named[0] if len(named) == 1 else None


def _view_of(snapshot: Snapshot, verdict: Verdict) -> RouteView | None:
    return next((view for view in snapshot.routes if view.verdict.route == verdict.route), None)


def _page(lines: tuple[Line, ...]) -> str:
    return "".join(plain(line).rstrip() + "\n" for line in lines)

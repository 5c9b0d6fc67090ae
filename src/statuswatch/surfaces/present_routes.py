"""What you use: one row a route, and your own calls."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from statuswatch.core.health import Fault, Health, Relevance
from statuswatch.core.snapshot import CallView, RouteView
from statuswatch.surfaces.glyphs import sparkline
from statuswatch.surfaces.present_calls import call_columns, call_row
from statuswatch.surfaces.present_text import EMPTY, Column, Line, Span, Table, Tone, clean, cut, join, pad, say, table, width_of
from statuswatch.surfaces.present_verdict import TONES, WEIGHT
from statuswatch.surfaces.present_words import Scene, health_word

if TYPE_CHECKING:  # the past loads a half of core, and the first picture does not wait for it
    from collections.abc import Mapping

    from statuswatch.core.history import RouteHistory

NARROW = 60

_COLUMNS = (
    Column("what", "What you use", 18, 26, 9),
    Column("surface", "", 11, 14, 4),
    Column("health", "health", 8, 14, 8),
    Column("age", "age", 3, 5, 2, right=True),
    Column("spark", "", 6, 10, 3),
    Column("calls", "calls, 1 h", 10, 12, 6),
    Column("rate", "worked", 6, 6, 1, right=True),
    Column("page", "page", 8, 14, 5),
    Column("since", "since", 5, 7, 7),
)
_DAYS = 90
_FEWEST = 23  # cells; a mark is four days then
_SPARK = (6, 10)
_ROOMY = 100
BARS_FROM = 115
_CALL_COLUMNS = call_columns(number=8, clock=9, answer=8, model=7, client=5, project=4, fault=6, sure=2, id=1)


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route, for a person: its words beside its tone, and the whole line laid out for the width."""

    route: str
    health: Health
    word: str
    line: Line


@dataclass(frozen=True, slots=True)
class Routes:
    """The rows of the table with its heading (empty on narrow screens). `hidden` rows do not fit the filter."""

    heading: Line
    rows: tuple[RouteRow, ...]
    hidden: int = 0


def routes(look: Scene, wanted: str = "", past: "Mapping[str, RouteHistory] | None" = None) -> Routes:
    """The routes whose title, provider or id contain `wanted` (any case), as rows: those in trouble first, else in the snapshot's order.

    `past`: the last 90 days by route, shown as bars where there is room.
    """
    needle = wanted.casefold().strip()
    views = [view for view in look.snapshot.routes if needle in f"{view.title} {view.provider_name} {view.surface_name} {view.route}".casefold()]
    views.sort(key=_urgency)
    laid = _narrow(views, look) if look.look.width < NARROW else _wide(views, look, past or {})
    rows = tuple(
        RouteRow(view.route, view.verdict.health, health_word(view.verdict.health, view.verdict), line) for view, line in zip(views, laid.rows, strict=True)
    )
    return Routes(laid.heading, rows, len(look.snapshot.routes) - len(views))


def _wide(views: list[RouteView], look: Scene, past: "Mapping[str, RouteHistory]") -> Table:
    """The table, with bars of the past at its right where enough room is left: a bar that is cut would lack the newest days."""
    laid = table(_COLUMNS, [_cells(view, look) for view in views], look.look.width, look.look.glyphs.cut)
    used = max(map(width_of, (laid.heading, *laid.rows)))
    room = min(_DAYS, look.look.width - used - 2)
    if not past or look.look.width < BARS_FROM or room < _FEWEST:
        return laid
    from statuswatch.surfaces.present_history import bars

    days = [bars(past[view.route].days, look.look, room) if view.route in past else EMPTY for view in views]
    rows = tuple((*pad(row, used + 2), *marks) for row, marks in zip(laid.rows, days, strict=True))
    return Table((*pad(laid.heading, used + 2), Span("90 days", Tone.DIM)), rows, (*laid.shown, "days"))


def _urgency(view: RouteView) -> int:
    health = view.verdict.health
    return WEIGHT.index(health) if health in WEIGHT else len(WEIGHT)


def _cells(view: RouteView, look: Scene) -> dict[str, Line]:
    verdict = view.verdict
    tone = TONES[verdict.health]
    symbol = Span(look.look.glyphs.health[verdict.health] + " ", tone)
    return {
        "what": (symbol, Span(clean(view.title, 60))),
        "surface": say(clean(view.surface_name, 30), Tone.DIM),
        "health": (Span(health_word(verdict.health, verdict), tone), *((Span(", known", Tone.DIM),) if view.acknowledged else ())),
        "age": say(look.age(verdict.as_of), Tone.DIM),
        "spark": _spark(view, look),
        "calls": _counts(view),
        "rate": _rate(view),
        "page": say(clean(view.page_word, 30), _page_tone(view)),
        "since": say(_since(view, look)),
    }


def _since(view: RouteView, look: Scene) -> str:
    verdict = view.verdict
    return "" if verdict.health is Health.OK else look.age(verdict.since or verdict.as_of)


def _spark(view: RouteView, look: Scene) -> Line:
    symbols = look.look.glyphs
    shown = sparkline(view.calls.latencies_ms, symbols, _SPARK[look.look.width >= _ROOMY])
    return tuple(Span(bar, Tone.FAILING if bar == symbols.failed else Tone.DIM) for bar in shown)


def _counts(view: RouteView) -> Line:
    calls = view.calls
    total = calls.ok + calls.failed
    if not total:
        return say("no calls", Tone.DIM)
    return say(f"{calls.failed}/{total} failed", Tone.STRONG) if calls.failed else say(f"{calls.ok}/{total} ok")


def _rate(view: RouteView) -> Line:
    total = view.calls.ok + view.calls.failed
    return say(f"{100 * view.calls.ok // total} %" if total else "", Tone.STRONG if view.calls.failed else Tone.DIM)


def _page_tone(view: RouteView) -> Tone:
    return Tone.PLAIN if view.verdict.relevance in {Relevance.AFFECTED, Relevance.POSSIBLE} else Tone.DIM


def _narrow(views: list[RouteView], look: Scene) -> Table:
    lines = []
    for view in views:
        cells = _cells(view, look)
        lines.append(cut(join([cells["what"], join([cells["health"], cells["since"]], " ")], " "), look.look.width, look.look.glyphs.cut))
    return Table(EMPTY, tuple(lines), ("what", "health", "since"))


def calls(look: Scene, most: int | None = None, wanted: str = "") -> Table:
    """Your own calls that contain `wanted`, newest first, at most `most`, each with the number that `statuswatch why` takes."""
    needle = wanted.casefold().strip()
    kept = [pair for pair in enumerate(look.snapshot.calls, start=1) if not needle or needle in _said(pair[1], look).casefold()]
    newest = sorted(kept, key=lambda pair: pair[1].at, reverse=True)[:most]
    return table(_CALL_COLUMNS, [_call(call, number, look) for number, call in newest], look.look.width, look.look.glyphs.cut)


def _said(call: CallView, look: Scene) -> str:
    return f"{call.status or ''} {call.code or ''} {call.model} {call.route} {look.name_of(call.route)} {call.client} {call.project or ''} {call.fault or ''}"


def _call(call: CallView, number: int, look: Scene) -> dict[str, Line]:
    yours = call.fault not in {None, Fault.PROVIDER, Fault.EDGE, Fault.UNKNOWN}
    fault = ("you: " if yours else "") + clean(call.fault or "", 20) if call.outcome != "ok" else ""
    return {**call_row(number, call, look), "fault": say(fault)}

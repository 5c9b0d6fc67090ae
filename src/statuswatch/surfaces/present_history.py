"""Ninety days of a route for people: a mark a day, what it came to, the troubles one by one. Pure; what was not watched is shown as such, never as good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from statuswatch.core import wording
from statuswatch.core.errors import RouteError
from statuswatch.core.health import Health, Side
from statuswatch.core.history import TROUBLE, Day, History, RouteHistory, TroubleSpan
from statuswatch.core.ids import parse_route
from statuswatch.surfaces.present_text import EMPTY, Column, Line, Span, Table, Tone, cells, clean, say, table, wrap
from statuswatch.surfaces.present_verdict import TONES
from statuswatch.surfaces.present_words import Look, age_words

# Seconds of trouble on a day, above which its mark is higher.
_HEIGHTS = (5 * 60.0, 30 * 60.0, 2 * 3600.0)
_INDENT = 2
_PROSE = 100
_MINUTE = 60.0
_HALF = 2
_COLUMNS = (
    Column("since", "since", 11, 17, 9),
    Column("length", "for", 5, 12, 8),
    Column("worst", "worst", 8, 10, 7),
    Column("whose", "whose", 6, 10, 6),
    Column("incident", "incident", 12, 40, 3),
    Column("note", "", 10, 40, 4),
)
_ROUTE_WIDE = 70
_NAMED = (12, 28)
_TOLD = 18
_DAY_COLUMNS = (
    Column("day", "day", 10, 10, 9),
    Column("worst", "worst", 8, 20, 8),
    Column("trouble", "trouble", 7, 8, 7, right=True),
    Column("yours", "yours", 5, 8, 3, right=True),
    Column("calls", "your requests", 8, 18, 6),
    Column("watched", "watched", 7, 8, 5, right=True),
)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a day: `heights` from no trouble seen to a day full of it."""

    heights: str
    unknown: str
    yours: str


UNICODE = Marks("▁▂▃▅▇", "·", "y")
ASCII = Marks("_.:!#", "?", "y")


def marks_of(look: Look) -> Marks:
    """The marks that this terminal can show; every one is one cell wide."""
    return ASCII if look.ascii else UNICODE


def name_of(route: str, names: Mapping[str, str]) -> str:
    """What a person calls a route: its title where it is watched, else its model and where it is used."""
    if route in names:
        return clean(names[route], 60)
    try:
        parsed = parse_route(route)
    except RouteError:
        return clean(route, 60)
    model = parsed.provider if parsed.model == "*" else wording.model_title(parsed.model)
    return clean(f"{model}, {parsed.provider} {wording.surface_name(parsed)}", 80)


def bars(days: Sequence[Day], look: Look, width: int) -> Line:
    """The days oldest first as marks, at most `width` cells; where they do not fit, each mark stands for `days_a_mark` of them, the worst of them shown."""
    if not days or width < 1:
        return EMPTY
    size = days_a_mark(len(days), width)
    first = len(days) % size or size  # the newest mark is whole
    groups = [days[:first], *(days[start : start + size] for start in range(first, len(days), size))]
    return tuple(day_mark(group, look) for group in groups)


def days_a_mark(count: int, width: int) -> int:
    """How many days one mark has to stand for, so that `count` of them fit into `width` cells."""
    return -(-count // max(1, width))


def day_mark(days: Sequence[Day], look: Look) -> Span:
    """One mark for a day, or for several: the higher, the longer the trouble; its own for what nobody watched, and for trouble on your side alone."""
    marks = marks_of(look)
    known = [day for day in days if day.worst is not Health.UNKNOWN]
    if not known:
        return Span(marks.unknown, Tone.UNKNOWN)
    worst = max(known, key=lambda day: day.trouble_s)
    if worst.trouble_s > 0:
        height = 1 + sum(worst.trouble_s > limit for limit in _HEIGHTS)
        return Span(marks.heights[height], TONES[worst.worst] if worst.worst in TROUBLE else Tone.FAILING)
    if any(day.yours_s > 0 for day in known):
        return Span(marks.yours, Tone.UNSURE)
    return Span(marks.heights[0], Tone.OK)


def legend(look: Look) -> str:
    """What the marks mean, in one line."""
    return "  ".join(_meanings(look))


def _meanings(look: Look) -> tuple[str, ...]:
    marks = marks_of(look)
    calm, short, longer, long, most = tuple(marks.heights)
    heights = (f"{calm} no trouble seen", f"{short} trouble up to 5m", f"{longer} 30m", f"{long} 2h", f"{most} longer")
    return (*heights, f"{marks.yours} on your side", f"{marks.unknown} not watched")


def legend_lines(look: Look) -> tuple[Line, ...]:
    """What the marks mean, in lines that fit; none is cut between a mark and its meaning."""
    lines: list[str] = []
    for meaning in _meanings(look):
        if lines and cells(f"{lines[-1]}  {meaning}") <= look.width:
            lines[-1] += f"  {meaning}"
        else:
            lines.append(meaning)
    return tuple(say(line, Tone.DIM) for line in lines)


def summary(route: RouteHistory) -> str:
    """What the days come to: `watched on 61 of 90 days, 17d in all; trouble 3 times, 2h14m, 0.5 % of the watched time; your requests: 9 worked, 1 failed`."""
    watched = [day for day in route.days if day.worst is not Health.UNKNOWN]
    known, trouble, yours = (sum(getattr(day, name) for day in watched) for name in ("known_s", "trouble_s", "yours_s"))
    ok, failed = sum(day.ok for day in route.days), sum(day.failed for day in route.days)
    if not watched:
        told = [f"not watched in these {len(route.days)} days"]
    else:
        told = [f"watched on {len(watched)} of {len(route.days)} days, {age_words(known)} in all"]
        theirs = sum(span.side is not Side.YOURS for span in route.troubles)
        times = "once" if theirs == 1 else f"{theirs} times"
        told.append(f"trouble {times}, {age_words(trouble)}, {100 * trouble / known:.1f} % of the watched time" if trouble and known else "no trouble seen")
        if yours:
            told.append(f"{age_words(yours)} on your side")
    if ok or failed:
        told.append(f"your requests: {ok} worked, {failed} failed")
    return "; ".join(told)


def gaps(history: History) -> tuple[str, ...]:
    """What is missing of what was kept, a sentence each: shown where the past is, so that it is not taken for an empty one."""
    told = [f"The past could not be read: {clean(history.unread, 300)}."] if history.unread else []
    if history.skipped:
        told.append(
            f"{'An entry' if history.skipped == 1 else f'{history.skipped} entries'} of what was kept could not be read, and what that told is missing."
        )
    return tuple(told)


def gap_lines(history: History, width: int) -> tuple[Line, ...]:
    """The same as lines that fit."""
    return tuple(line for sentence in gaps(history) for line in wrap(say(sentence, Tone.UNSURE), min(width, _PROSE)))


def history_lines(history: History, names: Mapping[str, str], look: Look, zone: tzinfo, *, listed: bool = False) -> tuple[Line, ...]:
    """The page of `statuswatch history`: each route with its bars and what they come to; with one route, or `listed`, also its troubles or its days.

    What could not be read is said first; where nothing could, that is all: a past of which nothing was read is not shown as one that nobody watched.
    """
    width = look.width - _INDENT
    missing = gap_lines(history, look.width)
    if history.unread:
        return missing
    lines: list[Line] = []
    for route in history.routes:
        size = days_a_mark(len(route.days), width)
        span = f"{len(route.days)} days to today" + (f", a mark is {size} days" if size > 1 else "")
        lines += [*([EMPTY] if lines else []), *wrap((Span(name_of(route.route, names), Tone.STRONG), Span(f"  {span}", Tone.DIM)), look.width, _INDENT)]
        if not listed:
            lines.append((Span(" " * _INDENT), *bars(route.days, look, width)))
        lines += wrap(say(f"{'':<{_INDENT}}{summary(route)}"), min(look.width, _PROSE), _INDENT)
        if listed:
            lines += [EMPTY, *_indented(day_table(route, look, width))]
        elif len(history.routes) == 1 and route.troubles:
            lines += [EMPTY, *_indented(trouble_table(route, look, zone, history.at, width))]
    if lines and not listed:
        lines += [EMPTY, *legend_lines(look)]
    return (*missing, *([EMPTY] if missing and lines else []), *lines)


def past_table(history: History, names: Mapping[str, str], look: Look) -> Table:
    """A row a route, in the history's order: its name, its bars, and what they come to. The bars get what the others leave, at most a cell a day."""
    wide = look.width >= _ROUTE_WIDE
    titles = [name_of(route.route, names) for route in history.routes]
    named = max(_NAMED[0], min(_NAMED[1 if wide else 0], max(map(cells, titles), default=0)))
    room = max(10, look.width - named - 2 - (_TOLD + 2 if wide else 0))
    most = max((len(route.days) for route in history.routes), default=0)
    size = days_a_mark(most, room)
    columns = (
        Column("what", "What you use", named, named, 9),
        Column("bars", f"{most} days to today" + (f", {size} a mark" if size > 1 else ""), 10, room, 8),
        Column("told", "trouble", 7, _TOLD, 7),
    )
    rows = [
        {"what": say(title), "bars": bars(route.days, look, room), "told": say(_told(route) if wide else "", Tone.DIM)}
        for title, route in zip(titles, history.routes, strict=True)
    ]
    return table(columns, rows, look.width, look.glyphs.cut)


def _told(route: RouteHistory) -> str:
    if all(day.worst is Health.UNKNOWN for day in route.days):
        return "not watched yet"
    trouble = sum(day.trouble_s for day in route.days)
    times = sum(span.side is not Side.YOURS for span in route.troubles)
    return f"{times} times, {age_words(trouble)}" if trouble and times > 1 else f"once, {age_words(trouble)}" if trouble else "none seen"


def trouble_table(route: RouteHistory, look: Look, zone: tzinfo, now: datetime, width: int) -> Table:
    """The troubles, newest first: since when, for how long, how bad, whose, and the incident that spoke of it."""
    return table(_COLUMNS, [_trouble(span, look, zone, now) for span in reversed(route.troubles)], width, look.glyphs.cut)


def _trouble(span: TroubleSpan, look: Look, zone: tzinfo, now: datetime) -> dict[str, Line]:
    side = {Side.THEIRS: "theirs", Side.YOURS: "yours", Side.UNDECIDED: "not sure"}[span.side]
    whole = ((span.ended or span.unknown_since or now) - span.started).total_seconds()
    lost = f"not known since {when(span.unknown_since, zone, now)}" if span.unknown_since else ""
    notes = [lost or ("lasts" if span.ended is None else "")]
    if whole - span.seen_s > _HALF * _MINUTE:
        notes.append(f"seen {age_words(span.seen_s)} of it")
    note = ", ".join(note for note in notes if note)
    return {
        "since": say(when(span.started, zone, now), Tone.DIM),
        "length": say(f"{age_words(whole)}{'+' if lost else ''}"),
        "worst": say(f"{look.glyphs.health[span.worst]} {wording.health_word(span.worst, None)}", TONES[span.worst]),
        "whose": say(side),
        "incident": say(clean(span.incident or "", 60), Tone.DIM),
        "note": say(note, Tone.DIM),
    }


def when(at: datetime, zone: tzinfo, now: datetime) -> str:
    """`14:25` today, else with the date: `Nov 22 14:25`, and with the year where that is another."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    clock = f"{local:%H:%M}"
    if local.date() == today.date():
        return clock
    date = f"{local:%b} {local.day:>2}"
    return f"{date} {clock}" if local.year == today.year else f"{date} {local.year} {clock}"


def day_table(route: RouteHistory, look: Look, width: int) -> Table:
    """A line a day, newest first; days of which nothing is known, and that follow each other, are one line."""
    rows: list[dict[str, Line]] = []
    unknown: list[Day] = []
    for day in reversed(route.days):
        if day.worst is Health.UNKNOWN and not day.ok and not day.failed:
            unknown.append(day)
            continue
        rows += [*_unknown(unknown, look), _day(day, look)]
        unknown = []
    return table(_DAY_COLUMNS, [*rows, *_unknown(unknown, look)], width, look.glyphs.cut)


def _unknown(days: Sequence[Day], look: Look) -> list[dict[str, Line]]:
    if not days:
        return []
    blank = f"{look.glyphs.health[Health.UNKNOWN]} "
    told = "unknown" if len(days) == 1 else f"{len(days)} days unknown"
    return [{"day": say(days[-1].day, Tone.DIM), "worst": say(blank + told, Tone.UNKNOWN)}]


def _day(day: Day, look: Look) -> dict[str, Line]:
    requests = f"{day.ok} worked" if not day.failed else f"{day.failed} of {day.ok + day.failed} failed"
    return {
        "day": say(day.day, Tone.DIM),
        "worst": say(f"{look.glyphs.health[day.worst]} {wording.health_word(day.worst, None)}", TONES[day.worst]),
        "trouble": say(age_words(day.trouble_s) if day.trouble_s else ""),
        "yours": say(age_words(day.yours_s) if day.yours_s else ""),
        "calls": say(requests if day.ok or day.failed else "", Tone.STRONG if day.failed else Tone.PLAIN),
        "watched": say(age_words(day.known_s) if day.known_s else "", Tone.DIM),
    }


def _indented(laid: Table) -> list[Line]:
    return [(Span(" " * _INDENT), *line) for line in (laid.heading, *laid.rows)]

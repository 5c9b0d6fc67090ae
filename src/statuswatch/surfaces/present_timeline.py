"""Incidents for the verb `incidents`: the list with the reasons, and one of them whole, with all that was posted."""

from statuswatch.core.snapshot import IncidentView, RelevanceView, UpdateView
from statuswatch.surfaces.present_incidents import incidents
from statuswatch.surfaces.present_text import EMPTY, Line, Span, Tone, clean, cut, say, wrap
from statuswatch.surfaces.present_text import safe_link as _safe
from statuswatch.surfaces.present_words import Scene, relevance_words

_PROSE = 100
_RELEVANT = {"affected": "concerns", "possible": "may concern", "unaffected": "not"}
_RANK = ("affected", "possible", "unaffected")
_COMPONENTS = 12
_LABEL = 11


def list_lines(look: Scene, *, everything: bool) -> tuple[Line, ...]:
    """The incidents that concern you with their newest posts; with `everything` also the others, a line each with the reason."""
    found = incidents(look)
    width, sign = look.look.width, look.look.glyphs.cut
    lines: list[Line] = []
    for block in found.yours:
        lines += [*([EMPTY] if lines else []), *(cut(line, width, sign) for line in block.lines), say(f"    {block.key}", Tone.DIM)]
    if not found.yours:
        lines.append(say("No incident concerns you.", Tone.STRONG))
    count = len(found.others)
    if everything and count:
        return (*lines, EMPTY, say(f"Not yours ({count})", Tone.STRONG), *found.others)
    if count:
        words = f"{count} more at your providers {'does' if count == 1 else 'do'} not concern you: statuswatch incidents --all says why."
        lines += [EMPTY, *wrap(say(words, Tone.DIM), width)]
    elif everything:
        lines += [EMPTY, say("No other is open at your providers.", Tone.DIM)]
    return tuple(lines)


def whole_lines(item: IncidentView, look: Scene) -> tuple[Line, ...]:
    """One incident: its title, what it is, whom it concerns and why, its parts, and every post, newest first."""
    width = min(look.look.width, _PROSE)
    lines = [*wrap((Span(f'"{clean(item.title, 300)}"', Tone.STRONG),), width, 1)]
    dot = f" {look.look.glyphs.dot} "
    lines += wrap(say(dot.join(clean(word, 40) for word in (item.provider_name, item.impact, item.stage, item.key) if word), Tone.DIM), width, 2)
    lines += _row("began", _since(item, look), width)
    for label, views in _by_relevance(item):
        for view in views:
            told = f"{look.name_of(view.route)}: {relevance_words(view.reason)}"
            quote = f', "{clean(view.sentence, 200)}"' if view.sentence and view.relevance != "unaffected" else ""
            lines += _row(label, told + quote, width)
    parts = ", ".join(clean(name, 60) for name in item.components[:_COMPONENTS])
    more = len(item.components) - _COMPONENTS
    lines += _row("parts", parts + (f" and {more} more" if more > 0 else ""), width)
    link = _safe(item.url)
    lines += _row("link", link.url if link else "", 10_000)
    lines.append(EMPTY)
    deciding = {view.position for view in item.relevance if view.position is not None and view.relevance != "unaffected"}
    for index, update in sorted(enumerate(item.updates), key=lambda pair: pair[1].at, reverse=True):
        lines += _post(update, look, width, deciding=index in deciding)
    return tuple(lines if item.updates else lines[:-1])


def _by_relevance(item: IncidentView) -> list[tuple[str, list[RelevanceView]]]:
    return [(_RELEVANT[word], [view for view in item.relevance if view.relevance == word]) for word in _RANK]


def _since(item: IncidentView, look: Scene) -> str:
    start = item.started_at or item.posted_at
    words = [f"{look.clock(start)}, {look.age(start)} ago"] if start else []
    if item.posted_at and item.started_at and item.posted_at > item.started_at:
        words.append(f"posted {look.clock(item.posted_at)}")
    if item.resolved_at:
        words.append(f"over {look.clock(item.resolved_at)}")
    return "; ".join(words)


def _row(label: str, text: str, width: int) -> list[Line]:
    if not text:
        return []
    return [*wrap((Span(f"  {label:<{_LABEL}} ", Tone.DIM), Span(text)), width, _LABEL + 3)]


def _post(update: UpdateView, look: Scene, width: int, *, deciding: bool) -> list[Line]:
    mark = f"{look.look.glyphs.mark} " if deciding else "  "
    stage = clean(update.stage, 20) if update.stage != "unknown" else "update"
    head = (Span(mark, Tone.KEY), Span(f"{look.clock(update.at)}  ", Tone.DIM), Span(stage, Tone.DIM))
    body = clean(update.body, 4000)
    return [head, *(wrap((Span("    "), Span(f'"{body}"', Tone.THEIRS)), width, 4) if body else ())]

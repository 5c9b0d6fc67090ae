"""Incidents: those that concern you with the sentence that decided it, those that do not with the reason, and the feeds they come from."""

from dataclasses import dataclass

from statuswatch.core.health import FeedState, Health
from statuswatch.core.snapshot import FeedView, IncidentView, RelevanceView, SourceView, UpdateView
from statuswatch.core.verdict import EvidenceKind
from statuswatch.surfaces.present_text import EMPTY, Column, Line, Link, Span, Table, Tone, apart, clean, cut, join, safe_link, say, table, wrap
from statuswatch.surfaces.present_verdict import TONES
from statuswatch.surfaces.present_words import Scene, age_words, feed_word, health_word, relevance_words

_RANK = {"affected": 0, "possible": 1, "unaffected": 2}
_IMPACT = {"critical": Health.DOWN, "major": Health.DOWN, "minor": Health.DEGRADED, "none": Health.SUSPECT, "maintenance": Health.MAINTENANCE}
_NARROW = 60  # where two ends do not fit on a line
_FEED_COLUMNS = (
    Column("name", "feed", 10, 24, 9),
    Column("state", "read", 8, 14, 8),
    Column("page", "page says", 8, 14, 7),
    Column("age", "last read", 6, 12, 6),
    Column("next", "next", 6, 20, 3),
    Column("detail", "", 10, 50, 4),
)


@dataclass(frozen=True, slots=True)
class IncidentBlock:
    """One incident in lines: title and state, then its updates, newest first. `link` is safe to open after asking."""

    key: str
    lines: tuple[Line, ...]
    link: Link | None


@dataclass(frozen=True, slots=True)
class Incidents:
    """What is open at your providers. `heading` counts both kinds; `yours` are blocks; `others` are one line each, with the reason."""

    heading: Line
    yours: tuple[IncidentBlock, ...]
    others: tuple[Line, ...]


def incidents(look: Scene, *, updates: int = 3, unfolded: bool = False) -> Incidents:
    """The incidents, yours in full with at most `updates` posts each (the deciding one always), the others folded to a line."""
    live = [item for item in look.snapshot.incidents if item.concerns or item.resolved_at is None]
    yours = sorted((item for item in live if item.concerns), key=lambda item: (item.resolved_at is not None, _rank(item)))
    others = [item for item in live if not item.concerns]
    title = f"Incidents that concern you ({len(yours)})" if yours else "No incident that concerns you"
    fold = say(f"not yours: {len(others)} (n to {'fold' if unfolded else 'show'})" if others else "", Tone.DIM)
    heading = apart(say(title, Tone.STRONG if yours else Tone.DIM), fold, look.look.width, look.look.glyphs.cut)
    return Incidents(heading, tuple(_block(item, look, updates) for item in yours), tuple(_other(item, look) for item in others))


def _rank(item: IncidentView) -> int:
    return min((_RANK.get(view.relevance, 3) for view in item.relevance), default=3)


def _deciding(item: IncidentView) -> RelevanceView | None:
    return min(item.relevance, key=lambda view: _RANK.get(view.relevance, 3), default=None)


def _block(item: IncidentView, look: Scene, updates: int) -> IncidentBlock:
    over = item.resolved_at is not None
    health = Health.OK if over else _IMPACT.get(item.impact, Health.SUSPECT)
    mark = Span(look.look.glyphs.health[health] + " ", TONES[health])
    dot = look.look.glyphs.dot
    facts = [clean(word, 30) for word in (item.provider_name, item.impact, item.stage) if word not in {"", "unknown"}]
    narrow = look.look.width < _NARROW
    right = EMPTY if narrow else say(f" {dot} ".join(facts), Tone.DIM)
    lines = [apart((mark, Span(f'"{clean(item.title, 200)}"', Tone.THEIRS)), right, look.look.width, look.look.glyphs.cut)]
    deciding = _deciding(item)
    for view in [view for view in item.relevance if view.relevance != "unaffected"][:3]:
        certain = "concerns" if view.relevance == "affected" else "may concern"
        words = f"    {certain} {look.name_of(view.route)}: {relevance_words(view.reason)}"
        lines += wrap(say(words), look.look.width, 6)
    if not narrow:
        lines += _updates(item, deciding, look, updates)
    return IncidentBlock(item.key, tuple(lines), safe_link(item.url))


def _updates(item: IncidentView, deciding: RelevanceView | None, look: Scene, most: int) -> list[Line]:
    indexed = sorted(enumerate(item.updates), key=lambda pair: pair[1].at, reverse=True)
    position = deciding.position if deciding else None
    shown = [pair for place, pair in enumerate(indexed) if place < most or pair[0] == position]
    lines: list[Line] = []
    for index, update in shown:
        sentence = deciding.sentence if deciding and index == position else ""
        lines += _update(update, sentence, look, first=index == indexed[-1][0], item=item)
    hidden = len(indexed) - len(shown)
    return [*lines, say(f"           {hidden} earlier", Tone.DIM)] if hidden > 0 else lines


def _update(update: UpdateView, sentence: str, look: Scene, *, first: bool, item: IncidentView) -> list[Line]:
    symbols = look.look.glyphs
    mark = Span(f"  {symbols.mark} " if sentence else "    ", Tone.KEY)
    when = Span(f"{look.clock(update.at)}  ", Tone.DIM)
    what = clean(update.stage, 20) if update.stage != "unknown" else "update"
    late = _lateness(item, look) if first else ""
    head = Span(f"{'posted' if first else what}{late}", Tone.DIM)
    quote = _marked(clean(update.body, 400), clean(sentence, 400))
    indent = 4 + len(when.text)
    line = (mark, when, head, Span("  "), *quote) if quote else (mark, when, head)
    return [*wrap(line, look.look.width, indent)[:3]]


def _marked(body: str, sentence: str) -> Line:
    """The post with the sentence that decided in bold: all of it is theirs."""
    if not body:
        return EMPTY
    start = body.find(sentence) if sentence else -1
    if start < 0:
        return (Span(f'"{sentence or body}"', Tone.STRONG if sentence else Tone.THEIRS),)
    parts = ((f'"{body[:start]}', Tone.THEIRS), (sentence, Tone.STRONG), (f'{body[start + len(sentence) :]}"', Tone.THEIRS))
    return tuple(Span(text, tone) for text, tone in parts if text)


def _lateness(item: IncidentView, look: Scene) -> str:
    posted = item.posted_at or item.started_at
    firsts = [
        fact.at
        for view in look.snapshot.routes
        if view.verdict.incident == item.key
        for fact in view.verdict.evidence
        if fact.kind is EvidenceKind.CALLS_FAILED and fact.at is not None
    ]
    if posted is None or not firsts or min(firsts) >= posted:
        return ""
    return f", {age_words((posted - min(firsts)).total_seconds())} after your first failed call"


def _other(item: IncidentView, look: Scene) -> Line:
    reason = relevance_words(item.relevance[0].reason) if item.relevance else "of a provider you do not use"
    facts = say(f"{clean(item.provider_name, 30)} {look.look.glyphs.dot} {reason}", Tone.DIM)
    left = (Span(look.look.glyphs.health[Health.UNKNOWN] + " ", Tone.DIM), Span(f'"{clean(item.title, 200)}"', Tone.DIM))
    return apart(left, facts, look.look.width, look.look.glyphs.cut)


def feeds(look: Scene) -> Table:
    """The feeds, troubled ones first: whether each can be believed, what its page says, when it was last read."""
    ordered = sorted(look.snapshot.feeds, key=lambda feed: (feed.state is FeedState.FRESH, feed.name))
    if look.look.width < _NARROW:
        return Table(EMPTY, tuple(_short_feed(_feed(feed, look), look) for feed in ordered), ("name", "state", "age"))
    return table(_FEED_COLUMNS, [_feed(feed, look) for feed in ordered], look.look.width, look.look.glyphs.cut)


def _short_feed(row: dict[str, Line], look: Scene) -> Line:
    return apart(row["name"], join([row["state"], row["age"]], " "), look.look.width, look.look.glyphs.cut)


def _feed(feed: FeedView, look: Scene) -> dict[str, Line]:
    fresh = feed.state is FeedState.FRESH
    health = Health.OK if fresh else Health.UNKNOWN
    blank = look.look.glyphs.health[Health.UNKNOWN]
    page = health_word(feed.page_health) if fresh and feed.page_health is not Health.UNKNOWN else blank
    return {
        "name": (Span(look.look.glyphs.health[health] + " ", TONES[health]), Span(clean(feed.name, 60))),
        "state": say(feed_word(feed.state), TONES[health]),
        "page": say(page, Tone.DIM if feed.page_health is Health.OK else Tone.PLAIN),
        "age": say(f"{look.age(feed.last_ok)} ago" if feed.last_ok else "never", Tone.DIM),
        "next": say(_next(feed, look), Tone.DIM),
        "detail": say(clean(feed.detail, 120), Tone.DIM),
    }


def _next(feed: FeedView, look: Scene) -> str:
    if feed.next_at is None:
        return ""
    seconds = (feed.next_at - look.now).total_seconds()
    return f"in {age_words(seconds)}" if seconds > 0 else "due"


def feeds_summary(look: Scene) -> Line:
    """`9 feeds fresh`, or how many of them are."""
    total = len(look.snapshot.feeds)
    if not total:
        return EMPTY
    fresh = sum(feed.state is FeedState.FRESH for feed in look.snapshot.feeds)
    word = "feed" if total == 1 else "feeds"
    return say(f"{total} {word} fresh", Tone.DIM) if fresh == total else join([say(f"{fresh} of {total} {word} fresh", Tone.UNSURE)], "")


def first_lines(blocks: tuple[IncidentBlock, ...], width: int, sign: str) -> tuple[Line, ...]:
    """The blocks' titles alone, for small screens."""
    return tuple(cut(block.lines[0], width, sign) for block in blocks)


def sources(look: Scene) -> Table:
    """What may be read on this machine, with what the person has agreed to."""
    columns = (Column("on", "", 3, 12, 9), Column("what", "what", 20, 60, 8), Column("path", "where", 10, 60, 5))
    return table(columns, [_source(item, look) for item in look.snapshot.sources], look.look.width, look.look.glyphs.cut)


def _source(item: SourceView, look: Scene) -> dict[str, Line]:
    symbols = look.look.glyphs.health
    if not item.asked:
        state = say(f"{symbols[Health.SUSPECT]} not asked", Tone.UNSURE)
    else:
        state = say(f"{symbols[Health.OK]} read", Tone.OK) if item.enabled else say(f"{symbols[Health.UNKNOWN]} not read", Tone.UNKNOWN)
    return {"on": state, "what": say(clean(item.what, 200)), "path": say(clean(item.path, 200), Tone.DIM)}

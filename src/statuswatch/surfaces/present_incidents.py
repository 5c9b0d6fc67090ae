"""Incidents: those that concern you with the sentence that decided it, those that do not with the reason, and the feeds they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from statuswatch.core.health import Health
from statuswatch.core.snapshot import IncidentView, RelevanceView, UpdateView
from statuswatch.core.verdict import EvidenceKind
from statuswatch.surfaces.present_text import EMPTY, Line, Link, Span, Tone, apart, clean, cut, safe_link, say, wrap
from statuswatch.surfaces.present_verdict import TONES
from statuswatch.surfaces.present_words import Scene, age_words, relevance_words

_RANK = {"affected": 0, "possible": 1, "unaffected": 2}
_IMPACT = {"critical": Health.DOWN, "major": Health.DOWN, "minor": Health.DEGRADED, "none": Health.SUSPECT, "maintenance": Health.MAINTENANCE}
_NARROW = 60  # where two ends do not fit on a line


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
    other_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How a person reads the incidents: `updates` posts of each, the others `unfolded` or not, only those that contain `wanted` (any case).

    Only the first `whole` of the person's own are laid out with their posts, the others are their titles.
    `looked`: the newest post that they have seen of each incident, by its key; what is newer is marked as new. None: nothing is known of that.
    """

    updates: int = 3
    unfolded: bool = False
    wanted: str = ""
    looked: Mapping[str, datetime] | None = None
    whole: int = 1000

    def is_new(self, item: IncidentView, update: UpdateView) -> bool:
        """Whether the person has not seen this post yet."""
        seen = self.looked.get(item.key) if self.looked is not None else update.at
        return seen is None or update.at > seen


def contains(item: IncidentView, wanted: str) -> bool:
    """Whether an incident's title, provider, stage or posts contain `wanted`, in any case."""
    needle = wanted.casefold().strip()
    return not needle or needle in " ".join((item.title, item.provider_name, item.key, item.stage, *(update.body for update in item.updates))).casefold()


def incidents(look: Scene, *, updates: int = 3, unfolded: bool = False, reading: Reading | None = None) -> Incidents:
    """The incidents, yours in full with at most `updates` posts each (the deciding one always), the others folded to a line. `reading` says more."""
    reading = reading or Reading(updates, unfolded)
    live = [item for item in look.snapshot.incidents if (item.concerns or item.resolved_at is None) and contains(item, reading.wanted)]
    yours = sorted((item for item in live if item.concerns), key=lambda item: (item.resolved_at is not None, _rank(item)))
    others = [item for item in live if not item.concerns]
    news = sum(reading.is_new(item, update) for item in yours for update in item.updates)
    told = f", {news} new post{'s' if news > 1 else ''} since you looked" if news else ""
    title = f"Incidents that concern you ({len(yours)}){told}" if yours else "No incident that concerns you"
    fold = say(f"not yours: {len(others)} (n to {'fold' if reading.unfolded else 'show'})" if others else "", Tone.DIM)
    heading = apart(say(title, Tone.STRONG if yours else Tone.DIM), fold, look.look.width, look.look.glyphs.cut)
    return Incidents(
        heading,
        tuple(_block(item, look, reading, whole=place < reading.whole) for place, item in enumerate(yours)),
        tuple(_other(item, look) for item in others),
        tuple(item.key for item in others),
    )


def _rank(item: IncidentView) -> int:
    return min((_RANK.get(view.relevance, 3) for view in item.relevance), default=3)


def _deciding(item: IncidentView) -> RelevanceView | None:
    return min(item.relevance, key=lambda view: _RANK.get(view.relevance, 3), default=None)


def _block(item: IncidentView, look: Scene, reading: Reading, *, whole: bool) -> IncidentBlock:
    over = item.resolved_at is not None
    health = Health.OK if over else _IMPACT.get(item.impact, Health.SUSPECT)
    mark = Span(look.look.glyphs.health[health] + " ", TONES[health])
    dot = look.look.glyphs.dot
    facts = [clean(word, 30) for word in (item.provider_name, item.impact, item.stage) if word not in {"", "unknown"}]
    narrow = look.look.width < _NARROW
    right = EMPTY if narrow else say(f" {dot} ".join(facts), Tone.DIM)
    new = (Span("new ", Tone.KEY),) if any(reading.is_new(item, update) for update in item.updates) else ()
    lines = [apart((mark, *new, Span(f'"{clean(item.title, 200)}"', Tone.THEIRS)), right, look.look.width, look.look.glyphs.cut)]
    if not whole:
        return IncidentBlock(item.key, tuple(lines), safe_link(item.url))
    deciding = _deciding(item)
    for view in [view for view in item.relevance if view.relevance != "unaffected"][:3]:
        certain = "concerns" if view.relevance == "affected" else "may concern"
        words = f"    {certain} {look.name_of(view.route)}: {relevance_words(view.reason)}"
        lines += wrap(say(words), look.look.width, 6)
    if not narrow:
        lines += _updates(item, deciding, look, reading)
    return IncidentBlock(item.key, tuple(lines), safe_link(item.url))


def _updates(item: IncidentView, deciding: RelevanceView | None, look: Scene, reading: Reading) -> list[Line]:
    indexed = sorted(enumerate(item.updates), key=lambda pair: pair[1].at, reverse=True)
    position = deciding.position if deciding else None
    shown = [pair for place, pair in enumerate(indexed) if place < reading.updates or pair[0] == position]
    lines: list[Line] = []
    for index, update in shown:
        post = _Post(update, deciding.sentence if deciding and index == position else "", index == indexed[-1][0], reading.is_new(item, update))
        lines += _update(post, item, look)
    hidden = len(indexed) - len(shown)
    return [*lines, say(f"           {hidden} earlier", Tone.DIM)] if hidden > 0 else lines


@dataclass(frozen=True, slots=True)
class _Post:
    """A post as it is shown: the sentence in it that decided, whether it was the first one, and whether it is new to the person."""

    update: UpdateView
    sentence: str
    first: bool
    new: bool


def _update(post: _Post, item: IncidentView, look: Scene) -> list[Line]:
    update, sentence, first = post.update, post.sentence, post.first
    symbols = look.look.glyphs
    mark = Span(f"  {symbols.mark} " if sentence else "    ", Tone.KEY)
    when = Span(f"{look.clock(update.at)}  ", Tone.DIM)
    what = clean(update.stage, 20) if update.stage != "unknown" else "update"
    late = _lateness(item, look) if first else ""
    head = Span(f"{'posted' if first else what}{late}", Tone.DIM)
    new = (Span("new  ", Tone.KEY),) if post.new else ()
    quote = _marked(clean(update.body, 400), clean(sentence, 400))
    indent = 4 + len(when.text)
    line = (mark, when, *new, head, Span("  "), *quote) if quote else (mark, when, *new, head)
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


def first_lines(blocks: tuple[IncidentBlock, ...], width: int, sign: str) -> tuple[Line, ...]:
    """The blocks' titles alone, for small screens."""
    return tuple(cut(block.lines[0], width, sign) for block in blocks)

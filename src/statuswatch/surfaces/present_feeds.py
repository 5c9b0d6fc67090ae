"""The feeds and how far each can be believed, and what may be read on this machine."""

from datetime import datetime

from statuswatch.core.health import FeedState, Health
from statuswatch.core.snapshot import FeedView, SourceView
from statuswatch.surfaces.present_text import EMPTY, Column, Line, Span, Table, Tone, apart, clean, cut, join, say, table, wrap
from statuswatch.surfaces.present_verdict import TONES
from statuswatch.surfaces.present_words import Scene, age_words, feed_word, health_word

NARROW = 60  # where two ends do not fit on a line
_FEED_COLUMNS = (
    Column("name", "feed", 10, 24, 9),
    Column("state", "read", 8, 14, 8),
    Column("page", "page says", 8, 14, 7),
    Column("age", "last read", 6, 12, 6),
    Column("next", "next", 6, 20, 3),
    Column("detail", "", 10, 50, 4),
)
_SOURCE_COLUMNS = (
    Column("on", "", 3, 12, 9),
    Column("what", "what", 20, 60, 8),
    Column("path", "where", 10, 60, 5),
    Column("note", "", 16, 60, 7),
)


def in_order(look: Scene, wanted: str = "") -> tuple[FeedView, ...]:
    """The feeds whose name, provider or address contain `wanted` (any case), those that cannot be believed first."""
    needle = wanted.casefold().strip()
    found = [feed for feed in look.snapshot.feeds if needle in f"{feed.name} {feed.provider} {feed.url} {feed.detail}".casefold()]
    return tuple(sorted(found, key=lambda feed: (feed.state is FeedState.FRESH, feed.name)))


def feeds(look: Scene, wanted: str = "") -> Table:
    """A row a feed, in the order of `in_order`: whether each can be believed, what its page says, when it was last read."""
    ordered = in_order(look, wanted)
    if look.look.width < NARROW:
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


def feed_lines(feed: FeedView, look: Scene) -> tuple[Line, ...]:
    """All that is known of one feed: whether it can be believed and since when, how fresh it is, how it is read."""
    poll, width = feed.polling, look.look.width
    since = f", {look.since(feed.since)}" if feed.since else ""
    facts = [
        ("feed", f"{clean(feed.name, 60)}, of {clean(feed.provider, 60)}"),
        ("read", feed_word(feed.state) + since),
        ("because", clean(feed.detail, 300)),
        ("page says", health_word(feed.page_health) if feed.state is FeedState.FRESH else "not known now"),
        ("as of", _ago(feed.as_of, look)),
        ("last read", _ago(feed.last_ok, look) or "never"),
        ("next", " ".join(word for word in (_next(feed, look), f"({clean(feed.next_reason, 60)})" if feed.next_reason else "") if word)),
        ("address", clean(feed.url, 300)),
    ]
    if poll is not None:
        facts += [
            ("host", clean(poll.host, 120)),
            ("answer", str(poll.status) if poll.status is not None else "none"),
            ("asked for", "changes only" if poll.etag else "all of it"),
            ("form", clean(poll.format, 60)),
            ("failed", f"{poll.failures} times in a row" if poll.failures else ""),
        ]
    return tuple(line for label, text in facts if text for line in wrap((Span(f"{label:<10} ", Tone.DIM), Span(text)), width, 11))


def _ago(at: datetime | None, look: Scene) -> str:
    return f"{look.clock(at)}, {look.age(at)} ago" if at else ""


def sources(look: Scene, wanted: str = "") -> Table:
    """What may be read on this machine, with what the person has agreed to and what hinders reading it."""
    needle = wanted.casefold().strip()
    found = [item for item in look.snapshot.sources if needle in f"{item.name} {item.what} {item.path} {item.note}".casefold()]
    if look.look.width < NARROW:
        rows = [join([row["on"], say(clean(item.name, 40)), row["note"]], "  ") for item in found for row in [_source(item, look)]]
        return Table(EMPTY, tuple(cut(row, look.look.width, look.look.glyphs.cut) for row in rows), ("on", "name", "note"))
    return table(_SOURCE_COLUMNS, [_source(item, look) for item in found], look.look.width, look.look.glyphs.cut)


def _source(item: SourceView, look: Scene) -> dict[str, Line]:
    symbols = look.look.glyphs.health
    if not item.asked:
        state = say(f"{symbols[Health.SUSPECT]} not asked", Tone.UNSURE)
    else:
        state = say(f"{symbols[Health.OK]} read", Tone.OK) if item.enabled else say(f"{symbols[Health.UNKNOWN]} not read", Tone.UNKNOWN)
    return {"on": state, "what": say(clean(item.what, 200)), "path": say(clean(item.path, 200), Tone.DIM), "note": say(clean(item.note, 200), Tone.UNSURE)}

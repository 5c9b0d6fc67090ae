"""`statuswatch doctor`: what is in order on this machine, what is not and what to do; with `--polling`, why each feed is read when it is."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from statuswatch.core.health import FeedState
from statuswatch.core.moment import format_time
from statuswatch.core.politeness import Allowance
from statuswatch.core.schedule import SLOTS, DueReason
from statuswatch.core.snapshot import FeedView, PollView, Snapshot
from statuswatch.surfaces.cli import checkup
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.checkup import Finding, Seen
from statuswatch.surfaces.cli.printing import look_here, put, put_json, tell
from statuswatch.surfaces.client import read_snapshot, wall_clock
from statuswatch.surfaces.present import NARROW
from statuswatch.surfaces.present_text import EMPTY, Column, Line, Span, Tone, clean, cut, join, say, table, wrap
from statuswatch.surfaces.present_words import age_words, feed_word

FINE, PROBLEMS = 0, 1
_NO_PICTURE = "No engine keeps a picture, so nothing is polled. To begin: statuswatch engine start"

_TONES = {"ok": Tone.OK, "problem": Tone.DOWN, "unknown": Tone.UNKNOWN}
_COLUMNS = (
    Column("feed", "feed", 12, 26, 10),
    Column("next", "next", 6, 8, 9),
    Column("because", "because", 36, 40, 8),
    Column("state", "read", 6, 16, 7),
    Column("answer", "answered", 12, 18, 6),
    Column("age", "age", 4, 6, 5, right=True),
    Column("failed", "failed", 9, 12, 6),
    Column("asks", "asks for", 9, 9, 2),
    Column("left", "left", 8, 8, 3),
    Column("slot", "slot", 5, 5, 1),
    Column("host", "host", 16, 40, 0),
)
_LEGEND = {
    "age": "age: how old what the page says is.",
    "failed": "failed: reads in a row, of the feed and of its host.",
    "left": "left: requests that may follow each other at its host.",
    "slot": "slot: its place in an interval, so that not all are asked at once.",
}

Ways = Callable[[], tuple[tuple[str, bool, str], ...]]
"""Looks at the ways of telling a person: name, whether it works, a sentence. Starts nothing."""

BECAUSE: dict[DueReason, str] = {
    DueReason.FIRST: "not read yet, or the machine woke up",
    DueReason.CALL_FAILED: "a call of yours failed",
    DueReason.ASKED: "somebody asked",
    DueReason.TROUBLE: "there is trouble that concerns you",
    DueReason.WATCHED: "somebody looks",
    DueReason.UNWATCHED: "nobody looks",
    DueReason.IDLE: "nobody looks, and you made no call for an hour",
    DueReason.CACHED: "the page says that its copy serves until then",
    DueReason.SERVER_SAYS: "the server asked to be left alone until then",
    DueReason.BACKOFF: "it did not answer, or not with its feed: longer and longer pauses",
    DueReason.BLOCKED: "the server refuses programs: asked rarely",
    DueReason.BUDGET: "its host was asked often enough for now",
}

_BRIEFLY: dict[DueReason, str] = {
    DueReason.IDLE: "you made no call for an hour",
    DueReason.CACHED: "the page's copy serves until then",
    DueReason.SERVER_SAYS: "the server asked for this pause",
    DueReason.BACKOFF: "it fails: longer and longer pauses",
    DueReason.BLOCKED: "it refuses programs: asked rarely",
    DueReason.BUDGET: "its host was asked enough for now",
}
"""What the table has room for at any width, where the whole sentence is longer."""
_ROOM = 36


def run(argv: list[str], ways: Ways) -> int:
    """Run the verb; returns 0 where all is fine, 1 where there are problems, 2 for wrong usage."""
    given = read("doctor", argv)
    if isinstance(given, int):
        return given
    return _polling(as_json=given.json) if given.polling else _sections(ways, as_json=given.json)


def _sections(ways: Ways, *, as_json: bool) -> int:
    found = findings(ways)
    if as_json:
        for item in found:
            put_json({"section": item.section, "state": item.state, "text": item.text, "remedy": item.remedy or None})
    else:
        put(page(found))
    return FINE if all(item.fine for item in found) else PROBLEMS


def findings(ways: Ways) -> tuple[Finding, ...]:
    """All that is found, section by section."""
    now = wall_clock()
    try:
        snapshot, hello = read_snapshot(), checkup.greet()
    except OSError:  # no usable place: the section on places says so
        snapshot, hello = None, None
    seen = Seen(snapshot, snapshot is not None and hello is not None and now < snapshot.engine.expires_at, hello, now)
    return tuple(
        chain(
            checkup.places(),
            checkup.engine(seen),
            checkup.taps(seen, os.environ, Path.home()),
            checkup.feeds(seen),
            checkup.notices(seen, ways()),
            checkup.prompt(seen),
            checkup.clock(seen),
        )
    )


def page(found: tuple[Finding, ...]) -> tuple[Line, ...]:
    """The page of the verb."""
    look = look_here()
    lines: list[Line] = []
    for section, items in groupby(found, key=lambda item: item.section):
        lines.append(say(section, Tone.STRONG))
        for item in items:
            mark = Span(f"  {item.state:<7}  ", _TONES[item.state])
            lines += wrap((mark, Span(item.text)), look.width, 11)
            if item.remedy:
                lines += wrap((Span(f"{'':<11}"), Span(item.remedy, Tone.DIM if item.fine else Tone.STRONG)), look.width, 11)
    problems = sum(not item.fine for item in found)
    end = "No problems." if not problems else f"{problems} problem{'' if problems == 1 else 's'}."
    return (*lines, EMPTY, say(end, Tone.STRONG))


def _polling(*, as_json: bool) -> int:
    snapshot, now = read_snapshot(), wall_clock()
    if snapshot is None or now >= snapshot.engine.expires_at:
        tell(_NO_PICTURE, sys.stderr)
        return PROBLEMS
    at = snapshot.at if snapshot.engine.simulated is not None else now
    ordered = sorted(snapshot.feeds, key=lambda feed: (feed.next_at is None, feed.next_at or at, feed.name))
    if as_json:
        for feed in ordered:
            put_json(plain(feed, at))
    else:
        put(polling_page(snapshot, ordered, at))
    return FINE


def plain(feed: FeedView, now: datetime) -> dict[str, Any]:
    """One feed as data. Times are RFC 3339, `_s` are seconds."""
    poll = feed.polling or PollView("")
    return {
        "feed": feed.name,
        "provider": feed.provider,
        "url": feed.url,
        "host": poll.host,
        "due_at": format_time(feed.next_at) if feed.next_at else None,
        "due_in_s": round(max(0.0, (feed.next_at - now).total_seconds()), 1) if feed.next_at else None,
        "reason": feed.next_reason or None,
        "because": because(feed.next_reason),
        "state": feed.state,
        "status": poll.status,
        "tried_at": format_time(poll.tried_at) if poll.tried_at else None,
        "age_s": round(max(0.0, (now - feed.as_of).total_seconds()), 1) if feed.as_of else None,
        "etag": poll.etag,
        "failures": poll.failures,
        "host_failures": poll.host_failures,
        "slot": poll.slot,
        "slots": SLOTS,
        "budget_left": poll.budget_left,
        "budget": Allowance().burst,
        "format": poll.format,
        "moved": poll.moved,
    }


def because(reason: str) -> str:
    """The reason in words; the word itself where a newer engine has one that is not known here."""
    return next((words for known, words in BECAUSE.items() if known.value == reason), clean(reason, 40))


def _reason(feed: FeedView) -> str:
    """Why it is read when it is, as long as it is never cut: of a page that fails what is wrong with it, where that is short."""
    if not feed.next_reason:
        return "not polled"
    reason = next((known for known in DueReason if known.value == feed.next_reason), None)
    if reason is DueReason.BACKOFF:
        if checkup.nameless(feed):
            return "its name cannot be resolved (DNS)"
        wrong = clean(feed.detail, 400).removeprefix(f"{clean(feed.url, 400)}: ")
        if wrong and len(wrong) <= _ROOM:
            return wrong
    return _BRIEFLY[reason] if reason in _BRIEFLY else because(feed.next_reason)


def polling_page(snapshot: Snapshot, ordered: list[FeedView], now: datetime) -> tuple[Line, ...]:
    """The page of `--polling`: a row a feed, in the order in which they are read; on a small screen two lines each."""
    look = look_here()
    if not ordered:
        return (say("No feed is polled: nothing you use is known."),)
    rows = [_polled(feed, now) for feed in ordered]
    looking = snapshot.engine.listeners
    end = f"{len(ordered)} feed{'' if len(ordered) == 1 else 's'}; {looking} program{'' if looking == 1 else 's'} looking."
    if look.width < NARROW:
        lines = [line for row in rows for line in _short(row, look.width, look.glyphs.cut)]
        return (*lines, EMPTY, say(end, Tone.DIM))
    laid = table(_COLUMNS, rows, look.width, look.glyphs.cut)
    told = [words for key, words in _LEGEND.items() if key in laid.shown]
    moved = [line for feed in ordered if feed.polling and feed.polling.moved for line in wrap(say(_moved(feed), Tone.UNSURE), look.width, 2)]
    legend = [line for words in told for line in wrap(say(words, Tone.DIM), look.width, 2)]
    return (laid.heading, *laid.rows, EMPTY, *moved, *legend, say(end, Tone.DIM))


def _short(row: dict[str, Line], width: int, sign: str) -> list[Line]:
    return [
        cut(join([row["feed"], row["next"]], "  "), width, sign),
        cut((Span("  "), *join([row["because"], row["state"], row["answer"]], ", ")), width, sign),
    ]


def _polled(feed: FeedView, now: datetime) -> dict[str, Line]:
    poll = feed.polling or PollView("")
    tried = f"{age_words(max(0.0, (now - poll.tried_at).total_seconds()))} ago" if poll.tried_at else ""
    answer = "" if poll.tried_at is None else f"{poll.status}, {tried}" if poll.status is not None else f"nothing, {tried}"
    failures = f"{poll.failures}, host {poll.host_failures}" if poll.failures or poll.host_failures else ""
    known = poll.tried_at is not None
    return {
        "feed": say(clean(feed.name, 60), Tone.STRONG),
        "next": say("never" if feed.next_at is None else _in((feed.next_at - now).total_seconds())),
        "because": say(_reason(feed), Tone.DIM),
        "state": say(feed_word(feed.state), Tone.OK if feed.state is FeedState.FRESH else Tone.UNSURE),
        "answer": say(answer, Tone.DIM),
        "age": say(age_words(max(0.0, (now - feed.as_of).total_seconds())) if feed.as_of else "", Tone.DIM),
        "failed": say(failures, Tone.FAILING),
        "asks": say(("changes" if poll.etag else "all of it") if known else "", Tone.DIM),
        "left": say(f"{poll.budget_left} of {Allowance().burst}" if known else "", Tone.DIM),
        "slot": say(f"{poll.slot}/{SLOTS}" if known else "", Tone.DIM),
        "host": say(clean(poll.host, 80), Tone.DIM),
    }


def _in(seconds: float) -> str:
    return f"in {age_words(seconds)}" if seconds > 0 else "now"


def _moved(feed: FeedView) -> str:
    return f"{clean(feed.name, 60)} is read as {clean(feed.polling.format if feed.polling else '', 40)}, which the provider's file does not say."

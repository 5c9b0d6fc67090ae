"""`statuswatch doctor`: what is in order on this machine, what is not and what to do; with `--polling`, why each feed is read when it is."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from statuswatch.core.moment import format_time
from statuswatch.core.politeness import Allowance
from statuswatch.core.schedule import SLOTS, DueReason
from statuswatch.core.snapshot import FeedView, PollView, Snapshot
from statuswatch.surfaces.cli import checkup
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.checkup import Finding, Seen
from statuswatch.surfaces.cli.printing import look_here, put, put_json
from statuswatch.surfaces.client import read_snapshot, wall_clock
from statuswatch.surfaces.present_text import EMPTY, Line, Span, Tone, clean, say, wrap
from statuswatch.surfaces.present_words import age_words, feed_word

FINE, PROBLEMS = 0, 1
_NO_PICTURE = "No engine keeps a picture, so nothing is polled. To begin: statuswatch engine start"

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
            put_json({"section": item.section, "state": "ok" if item.fine else "problem", "text": item.text, "remedy": item.remedy or None})
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
            mark = Span("  ok       ", Tone.OK) if item.fine else Span("  problem  ", Tone.DOWN)
            lines += wrap((mark, Span(item.text)), look.width, 11)
            if item.remedy:
                lines += wrap((Span(f"{'':<11}"), Span(item.remedy, Tone.DIM if item.fine else Tone.STRONG)), look.width, 11)
    problems = sum(not item.fine for item in found)
    end = "No problems." if not problems else f"{problems} problem{'' if problems == 1 else 's'}."
    return (*lines, EMPTY, say(end, Tone.STRONG))


def _polling(*, as_json: bool) -> int:
    snapshot, now = read_snapshot(), wall_clock()
    if snapshot is None or now >= snapshot.engine.expires_at:
        sys.stderr.write(_NO_PICTURE + "\n")
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


def polling_page(snapshot: Snapshot, ordered: list[FeedView], now: datetime) -> tuple[Line, ...]:
    """The page of `--polling`: two lines a feed."""
    look = look_here()
    lines: list[Line] = []
    for feed in ordered:
        due = "not polled" if feed.next_at is None else _in((feed.next_at - now).total_seconds())
        lines += wrap((Span(f"{clean(feed.name, 60)}  ", Tone.STRONG), Span(due), Span(f": {because(feed.next_reason)}", Tone.DIM)), look.width, 2)
        lines += wrap(say(f"  {', '.join(_last(feed, now))}", Tone.DIM), look.width, 2)
    if not lines:
        lines.append(say("No feed is polled: nothing you use is known."))
    looking = snapshot.engine.listeners
    return (*lines, EMPTY, say(f"{len(ordered)} feeds; {looking} program{'' if looking == 1 else 's'} looking.", Tone.DIM))


def _in(seconds: float) -> str:
    return f"due in {age_words(seconds)}" if seconds > 0 else "due now"


def _last(feed: FeedView, now: datetime) -> list[str]:
    poll = feed.polling
    if poll is None or poll.tried_at is None:
        return [feed_word(feed.state)]
    answer = f"answered {poll.status}" if poll.status is not None else "did not answer"
    words = [f"{feed_word(feed.state)}: {answer} {age_words(max(0.0, (now - poll.tried_at).total_seconds()))} ago"]
    if feed.as_of:
        words.append(f"what it says is {age_words(max(0.0, (now - feed.as_of).total_seconds()))} old")
    words.append("asks for changes only" if poll.etag else "compares whole bodies")
    if poll.failures or poll.host_failures:
        words.append(f"failed {poll.failures} in a row, its host {poll.host_failures}")
    words += [f"slot {poll.slot} of {SLOTS}", f"{poll.budget_left} of {Allowance().burst} requests left at {clean(poll.host, 80)}"]
    return [*words, f"read as {clean(poll.format, 40)}, which the provider's file does not say"] if poll.moved else words

"""The RSS of status.x.ai: an item's title starts with its component in brackets, its text has a status, a severity and dated updates in either order.

`pubDate` is the start and does not move with an update, so a reader that goes by it misses updates.
"""

import re
from dataclasses import replace

from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, wrong_shape
from statuswatch.sources.entries import Entry
from statuswatch.sources.feed import incident_from, read_feed
from statuswatch.sources.fields import Notes, carried, oldest_first, over_at, stage_of, word
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import BODY_LIMIT, quoted, sound
from statuswatch.sources.times import time_of

STATUS = re.compile(r"^Status: ?(.{1,40})$", re.MULTILINE)
SEVERITY = re.compile(r"^Severity: ?(.{1,40})$", re.MULTILINE)
"""The two lines that every item's text starts with."""

_COMPONENT = re.compile(r"\[([^\[\]]{1,120})\] ?(.*)", re.DOTALL)
_IMPACTS = {"available": Impact.NONE, "degraded": Impact.MINOR, "partial": Impact.MAJOR, "unavailable": Impact.CRITICAL, "maintenance": Impact.MAINTENANCE}


def parse(body: Body) -> Page | Unreadable:
    """The incidents of late, open or not; how far back the feed goes is not said, so a missing one means nothing."""
    feed = read_feed(body)
    if isinstance(feed, Unreadable):
        return feed
    notes = Notes(feed.problems)
    known = [incident for entry in feed.entries if (incident := _incident(entry, body.provider, notes)) is not None]
    if not known and (feed.entries or feed.updated is None):
        return wrong_shape(body, "items with a status and a severity")
    return page_of(body.provider, "xai-rss", known, notes, as_of=feed.updated)


def _incident(entry: Entry, provider: str, notes: Notes) -> Incident | None:
    text = entry.text
    status, severity = STATUS.search(text), SEVERITY.search(text)
    if status is None or severity is None or not entry.slug:
        notes.lose(f"item {quoted(entry.title)} has no status, severity or id and was left out")
        return None
    named = _COMPONENT.fullmatch(entry.title)
    updates = _updates(text, notes)
    stage = stage_of(status[1], notes)
    return replace(
        incident_from(entry, provider, updates, ident=entry.ident or entry.slug),
        impact=word(_IMPACTS, severity[1], Impact.UNKNOWN, "severity", notes),
        raw_impact=severity[1].strip(),
        stage=stage,
        raw_stage=status[1].strip(),
        started_at=entry.published or (updates[0].at if updates else None),
        resolved_at=over_at(stage, updates, None) or (updates[-1].at if updates and stage is Stage.RESOLVED else None),
        components=(ComponentRef(named[1]),) if named else (),
    )


def _updates(text: str, notes: Notes) -> tuple[Update, ...]:
    """The dated blocks of the text: a line that is a date, a line that is a stage, and what follows up to the next date."""
    lines = [line for line in text.split("\n") if line]
    dated = [(index, at) for index, line in enumerate(lines) if (at := time_of(line)) is not None and index + 1 < len(lines)]
    if not dated:
        return ()
    ends = [*(index for index, _ in dated[1:]), len(lines)]
    found = [
        Update(at, stage_of(lines[index + 1], notes), sound("\n".join(lines[index + 2 : end]), BODY_LIMIT), lines[index + 1])
        for (index, at), end in zip(dated, ends, strict=True)
    ]
    return carried(oldest_first(found))

"""AWS's RSS, one feed a service and region and one of all (https://status.aws.amazon.com/rss/all.rss): each item is one update.

An item's id ends in `#<service>-<region>_<seconds>`, and the state stands before the title. Items of one trouble share both places without these, which makes
one incident of them; a trouble of the same name that comes back later opens it again. From feeds that are quoted in public; no recording is known.
"""

import re
from dataclasses import replace

from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, wrong_shape
from statuswatch.sources.entries import ENTRY_LIMIT, Entry
from statuswatch.sources.feed import incident_from, read_feed
from statuswatch.sources.fields import Notes, over_at
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import BODY_LIMIT, quoted, sound
from statuswatch.sources.words import ONGOING

GENERATOR = "Service Health Dashboard RSS"
"""A part of what the feed names as its generator."""
PLACE = re.compile(r"#([A-Za-z0-9.-]{1,120})_\d{9,11}$")
"""The end of an item's id."""

_STATED = re.compile(r"\s*(?:\[(resolved)\]|([A-Za-z][A-Za-z ]{2,40}):)\s*", re.IGNORECASE)
_OVER = frozenset({"resolved", "service is operating normally"})
_IMPACTS = {
    "informational message": Impact.MINOR,
    "performance issues": Impact.MAJOR,
    "service impact": Impact.MAJOR,
    "service disruption": Impact.CRITICAL,
}


def parse(body: Body) -> Page | Unreadable:
    """The troubles of late, open or not; how far back the feed goes is not said, so a missing one means nothing, and an empty feed neither."""
    feed = read_feed(body, ENTRY_LIMIT)  # one trouble has many items
    if isinstance(feed, Unreadable):
        return feed
    if GENERATOR not in feed.generator and not any(PLACE.search(entry.ident) for entry in feed.entries):
        return wrong_shape(body, "a health dashboard as its generator, or items that are named after a service")
    notes = Notes(feed.problems)
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in feed.entries:
        place = PLACE.search(entry.ident)
        if place is None or entry.published is None:
            notes.lose(f"item {quoted(entry.title)} names no service or has no date and was left out")
            continue
        groups.setdefault((place[1], _parts(entry.title)[1]), []).append(entry)
    known = [_incident(place, title, group, body.provider, notes) for (place, title), group in groups.items()]
    return page_of(body.provider, "aws-rss", known, notes, as_of=feed.updated)


def _parts(title: str) -> tuple[tuple[str, ...], str]:
    """The words before a title, in lower case, and the title without them: there may be two, as in `Service is operating normally: [RESOLVED] Errors`."""
    words: list[str] = []
    while (match := _STATED.match(title)) is not None:
        word = (match[1] or match[2]).strip().lower()
        if word not in _OVER | _IMPACTS.keys():
            break
        words.append(word)
        title = title[match.end() :]
    return tuple(words), title.strip()


def _incident(place: str, title: str, group: list[Entry], provider: str, notes: Notes) -> Incident:
    """The incident of items that share a place and a title."""
    dated = sorted(((entry.published, index, entry) for index, entry in enumerate(group) if entry.published is not None), key=lambda item: (item[0], -item[1]))
    updates, impact, raw_impact = [], Impact.UNKNOWN, ""
    for at, _, entry in dated:
        words = _parts(entry.title)[0]
        if not words:
            notes.add(f"item {quoted(entry.title)} names no state")
        stage = Stage.RESOLVED if _OVER & set(words) else ONGOING if words else Stage.UNKNOWN
        weight = next((word for word in words if word in _IMPACTS), "")
        if weight:
            impact, raw_impact = _IMPACTS[weight], weight
        updates.append(Update(at, stage, sound(entry.text, BODY_LIMIT), ", ".join(words)))
    told = tuple(updates)
    # The place and the title are what stays the same from item to item.
    base = incident_from(dated[-1][2], provider, told, ident=sound(f"{place}/{title}", 400))
    stage = told[-1].stage
    return replace(
        base,
        title=title,
        impact=impact,
        raw_impact=raw_impact,
        stage=stage,
        resolved_at=over_at(stage, told, None),
        components=(ComponentRef(place, place),),
        url=dated[-1][2].link,
    )

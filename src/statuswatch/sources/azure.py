"""Azure's status RSS: an item is a broad incident that is shown now; no item is a healthy cloud. No stage, no severity, one text that is replaced."""

from dataclasses import replace

from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentRef, Incident, Page, Unreadable, Update
from statuswatch.sources.body import Body, wrong_shape
from statuswatch.sources.entries import Entry
from statuswatch.sources.feed import incident_from, read_feed
from statuswatch.sources.fields import Notes
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import BODY_LIMIT, quoted, sound
from statuswatch.sources.words import ONGOING


def parse(body: Body) -> Page | Unreadable:
    """The incidents that are shown. Categories hold services and regions in one list; both become components, told apart by nobody."""
    feed = read_feed(body)
    if isinstance(feed, Unreadable):
        return feed
    if feed.updated is None or not feed.title:
        return wrong_shape(body, "a channel with a title and a build date")
    notes = Notes(feed.problems)
    notes.lost = not feed.whole
    known = [incident for entry in feed.entries if (incident := _incident(entry, body.provider, notes)) is not None]
    health = Health.DEGRADED if feed.entries else Health.OK
    return page_of(body.provider, "azure-rss", known, notes, health=health, as_of=feed.updated, lists_open=True)


def _incident(entry: Entry, provider: str, notes: Notes) -> Incident | None:
    at = entry.updated or entry.published
    if not entry.ident:
        notes.lose(f"item {quoted(entry.title)} has no guid and was left out")
        return None
    if at is None:
        notes.add(f"item {quoted(entry.title)} has no time")
    updates = (Update(at, ONGOING, sound(entry.text, BODY_LIMIT)),) if at else ()
    found = incident_from(entry, provider, updates, ident=entry.ident)
    return replace(found, stage=ONGOING, components=tuple(ComponentRef(name) for name in dict.fromkeys(entry.categories)))

"""The RSS of status.volcengine.com, one feed a service and region: items without id, all with one link, the state in brackets behind the title.

Items of one trouble share their title, whose state is brought up to date on all of them, so they are the updates of one incident.
"""

import re
from dataclasses import replace
from datetime import timedelta

from statuswatch.core.incident import Incident, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, wrong_shape
from statuswatch.sources.entries import ENTRY_LIMIT, Entry
from statuswatch.sources.feed import incident_from, made_up_id, read_feed
from statuswatch.sources.fields import Notes, over_at
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import BODY_LIMIT, quoted, sound
from statuswatch.sources.words import ONGOING

STATED = re.compile(r"(.+?)\s*[(\uff08]([^()\uff08\uff09]{1,20})[)\uff09]", re.DOTALL)
"""A title with a state in plain or full-width brackets at its end."""

_STAGES = {
    "\u5df2\u6062\u590d": Stage.RESOLVED,  # recovered
    "\u5df2\u89e3\u51b3": Stage.RESOLVED,  # solved
    "\u6062\u590d\u4e2d": Stage.MONITORING,  # recovering
    "\u89c2\u5bdf\u4e2d": Stage.MONITORING,  # being watched
    "\u5904\u7406\u4e2d": Stage.IDENTIFIED,  # being handled
    "\u8c03\u67e5\u4e2d": ONGOING,  # being investigated
}
_ONE_TROUBLE = timedelta(hours=24)


def parse(body: Body) -> Page | Unreadable:
    """The troubles of late, open or not; a missing one means nothing."""
    feed = read_feed(body, ENTRY_LIMIT)  # one trouble has many items
    if isinstance(feed, Unreadable):
        return feed
    notes = Notes(feed.problems)
    dated = sorted((entry for entry in feed.entries if entry.published and entry.title), key=lambda entry: str(entry.published))
    if not feed.title or (feed.entries and not dated):
        return wrong_shape(body, "a channel with dated items")
    if len(dated) < len(feed.entries):
        notes.lose("an item has no title or no date and was left out")
    groups: list[list[Entry]] = []
    for entry in dated:
        same = next((group for group in reversed(groups) if _continues(group[-1], entry)), None)
        if same is None:
            groups.append([entry])
        else:
            same.append(entry)
    return page_of(body.provider, "volcengine-rss", [_incident(group, body.provider, notes) for group in groups], notes, as_of=feed.updated)


def _parts(title: str) -> tuple[str, str]:
    """A title without its state, and the state."""
    match = STATED.fullmatch(title)
    return (match[1], match[2]) if match else (title, "")


def _continues(earlier: Entry, later: Entry) -> bool:
    near = earlier.published is not None and later.published is not None and later.published - earlier.published <= _ONE_TROUBLE
    return near and _parts(earlier.title)[0] == _parts(later.title)[0]


def _incident(group: list[Entry], provider: str, notes: Notes) -> Incident:
    """The incident of items that are oldest first; its state is the newest title's."""
    first, newest = group[0], group[-1]
    title, state = _parts(newest.title)
    stage = _STAGES.get(state, Stage.UNKNOWN if state else ONGOING)
    if state and state not in _STAGES:
        notes.add(f"state {quoted(state)} is not known")
    shown = [(entry.published, sound(entry.text, BODY_LIMIT), stage if entry is newest else ONGOING) for entry in group]
    updates = tuple(Update(at, step, body, state if step is stage else "") for at, body, step in shown if at is not None)
    base = incident_from(newest, provider, updates, ident=made_up_id(replace(first, title=title)))
    return replace(base, title=title, stage=stage, raw_stage=state, resolved_at=over_at(stage, updates, None))

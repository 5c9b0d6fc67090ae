"""Google Cloud's `incidents.json` (https://status.cloud.google.com/summary): a list, newest first; an incident without `end` is open."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Unreadable, Update
from statuswatch.sources import shapes
from statuswatch.sources.body import Body, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, note_order, objects, oldest_first, prose, string, time_at, word
from statuswatch.sources.needed import Needed, read_needed
from statuswatch.sources.pages import page_of, quiet_or_worst
from statuswatch.sources.text import link_of, quoted
from statuswatch.sources.times import time_of
from statuswatch.sources.words import ONGOING

INCIDENT = {"begin": str, "external_desc": str, "updates": list}
"""The anchors of one incident."""


_NEEDED = Needed("", None, shapes.CloudIncident, "end", lambda end: time_of(end) is not None, "begin", 150)
"""The list had 111 at most."""
_IMPACTS = {"service_information": Impact.MINOR, "service_disruption": Impact.MAJOR, "service_outage": Impact.CRITICAL}
_STAGES = {"service_information": ONGOING, "service_disruption": ONGOING, "service_outage": ONGOING, "available": Stage.RESOLVED}


def parse(body: Body) -> Page | Unreadable:
    """All incidents of the last months, open or not. There is no badge: the page is ok where none is open."""
    document = read_needed(body, _NEEDED)
    if isinstance(document, Unreadable):
        return document
    rows = document.value
    if not isinstance(rows, list) or not all(is_shaped(row, INCIDENT) for row in rows):
        return wrong_shape(body, f"a list of incidents with {', '.join(INCIDENT)}")
    notes = Notes(document.problems)
    known = [_incident(row, body, notes) for row in objects({"incidents": rows}, "incidents", notes, needed=True)]
    as_of = max((at for at in (time_at(row, "modified") for row in rows) if at is not None), default=None)
    return quiet_or_worst(page_of(body.provider, "google-cloud", known, notes, as_of=as_of, lists_open=True))


def _incident(row: Mapping[str, Any], body: Body, notes: Notes) -> Incident | None:
    ident = string(row, "id") or string(row, "number")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    updates = _updates(row, ident, notes)
    ended = time_at(row, "end")
    raw = string(row, "status_impact")
    products = [ComponentRef(string(item, "title"), string(item, "id") or None) for item in objects(row, "affected_products", notes)]
    known = Incident(
        provider=body.provider,
        id=ident,
        title=string(row, "external_desc").strip(),
        impact=word(_IMPACTS, raw, Impact.UNKNOWN, "status_impact", notes),
        raw_impact=raw,
        stage=Stage.RESOLVED if ended else ONGOING,
        raw_stage=updates[-1].raw_stage if updates else "",
        started_at=time_at(row, "begin"),
        posted_at=time_at(row, "created"),
        resolved_at=ended,
        components=tuple(ref for ref in products if ref.name),
        updates=updates,
        url=link_of(urljoin(body.url, string(row, "uri"))) if body.url else None,
    )
    return note_order(known, notes)


def _updates(row: Mapping[str, Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    found = []
    for item in objects(row, "updates", notes):
        posted = time_at(item, "created")
        at, raw = time_at(item, "when") or posted, string(item, "status")
        if at is None:
            notes.add(f"an update of incident {quoted(ident)} has no time and was left out")
            continue
        found.append(Update(at, word(_STAGES, raw, Stage.UNKNOWN, "update status", notes), prose(item, "text"), raw, posted))
    return oldest_first(found)

"""Checkly's `/api/status-page/<name>/unresolved-incidents`: open incidents only, often short and made by monitors, sometimes without a title."""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, mapping, objects, oldest_first, over_at, prose, stage_of, string, time_at, word
from statuswatch.sources.pages import page_of, quiet_or_worst
from statuswatch.sources.text import quoted

INCIDENT = {"id": str, "incidentUpdates": list, "lastUpdateStatus": str}
"""The anchors of one incident."""

_IMPACTS = {"minor": Impact.MINOR, "medium": Impact.MAJOR, "major": Impact.CRITICAL}


def parse(body: Body) -> Page | Unreadable:
    """All open incidents; an empty list is a page without any."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = mapping(document.value).get("incidents")
    if not isinstance(rows, list) or not all(is_shaped(row, INCIDENT) for row in rows):
        return wrong_shape(body, f"incidents with {', '.join(INCIDENT)}")
    notes = Notes(document.problems)
    known = [_incident(row, body.provider, notes) for row in objects(document.value, "incidents", notes, needed=True)]
    return quiet_or_worst(page_of(body.provider, "checkly", known, notes, lists_open=True))


def _incident(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    ident, raw_impact, raw_stage = string(row, "id"), string(row, "severity"), string(row, "lastUpdateStatus")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    updates = _updates(row, ident, notes)
    stage = stage_of(raw_stage, notes)
    posted = time_at(row, "created_at")
    services = [ComponentRef(string(item, "name"), string(item, "id") or None) for item in objects(row, "services", notes)]
    return Incident(
        provider=provider,
        id=ident,
        title=string(row, "name"),
        impact=word(_IMPACTS, raw_impact, Impact.UNKNOWN, "severity", notes),
        raw_impact=raw_impact,
        stage=stage,
        raw_stage=raw_stage,
        started_at=updates[0].at if updates else posted,
        posted_at=posted,
        resolved_at=over_at(stage, updates, None),
        components=tuple(ref for ref in services if ref.name),
        updates=updates,
    )


def _updates(row: Mapping[str, Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    found = []
    for item in objects(row, "incidentUpdates", notes):
        posted, raw = time_at(item, "created_at"), string(item, "status")
        at = time_at(item, "publicIncidentUpdateDate") or posted
        if at is None:
            notes.add(f"an update of incident {quoted(ident)} has no time and was left out")
            continue
        stage: Stage = stage_of(raw, notes)
        found.append(Update(at, stage, prose(item, "description"), raw, posted, string(item, "id") or None))
    return oldest_first(found)

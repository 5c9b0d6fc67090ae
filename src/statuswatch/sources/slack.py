"""Slack's status API v2.0.0 `current` (https://docs.slack.dev/reference/slack-status-api): what is open now, with its notes, newest first."""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentRef, Impact, Incident, Kind, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, objects, oldest_first, over_at, prose, string, time_at, word
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import NAME_LIMIT, link_of, quoted, sound
from statuswatch.sources.words import MAINTENANCE_STAGES, ONGOING

CURRENT = {"status": str, "active_incidents": list, "date_created": str}
"""The anchors."""

_HEALTHS = {"ok": Health.OK, "active": Health.DEGRADED}
_STAGES = {"active": ONGOING, "resolved": Stage.RESOLVED, "scheduled": Stage.SCHEDULED, "completed": Stage.COMPLETED, "cancelled": Stage.COMPLETED}
_IMPACTS = {"notice": Impact.MINOR, "incident": Impact.MAJOR, "outage": Impact.CRITICAL, "maintenance": Impact.MAINTENANCE}


def parse(body: Body) -> Page | Unreadable:
    """The page's word and all active incidents."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, CURRENT):
        return wrong_shape(body, ", ".join(CURRENT))
    notes = Notes(document.problems)
    raw = string(root, "status")
    known = [_incident(row, body.provider, notes) for row in objects(root, "active_incidents", notes, needed=True)]
    health = word(_HEALTHS, raw, Health.UNKNOWN, "page status", notes)
    return page_of(body.provider, "slack", known, notes, health=health, raw_health=raw, as_of=time_at(root, "date_updated"), lists_open=True)


def _incident(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    ident, raw_stage, raw_impact = string(row, "id"), string(row, "status"), string(row, "type")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    stage = word(_STAGES, raw_stage, Stage.UNKNOWN, "incident status", notes)
    impact = word(_IMPACTS, raw_impact, Impact.UNKNOWN, "incident type", notes)
    updates = _updates(row, ident, stage, notes)
    services = row.get("services")
    names = [sound(name, NAME_LIMIT) for name in services if isinstance(name, str)] if isinstance(services, list) else []
    return Incident(
        provider=provider,
        id=ident,
        title=string(row, "title"),
        impact=impact,
        raw_impact=raw_impact,
        kind=Kind.MAINTENANCE if impact is Impact.MAINTENANCE or stage in MAINTENANCE_STAGES else Kind.INCIDENT,
        stage=stage,
        raw_stage=raw_stage,
        started_at=time_at(row, "date_created"),
        posted_at=time_at(row, "date_created"),
        resolved_at=over_at(stage, updates, None),
        components=tuple(ComponentRef(name) for name in names),
        updates=updates,
        url=link_of(row.get("url")),
    )


def _updates(row: Mapping[str, Any], ident: str, stage: Stage, notes: Notes) -> tuple[Update, ...]:
    """The notes, oldest first. They name no stage: the newest has the incident's, those before it were ongoing."""
    found = []
    for item in objects(row, "notes", notes):
        at = time_at(item, "date_created")
        if at is None:
            notes.add(f"a note of incident {quoted(ident)} has no time and was left out")
            continue
        found.append(Update(at, ONGOING, prose(item, "body"), posted_at=at))
    ordered = oldest_first(found)
    return tuple(Update(item.at, stage if item is ordered[-1] else ONGOING, item.body, posted_at=item.at) for item in ordered)

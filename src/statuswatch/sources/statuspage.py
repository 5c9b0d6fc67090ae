"""Statuspage API v2 (https://status.atlassian.com/api) and incident.io's shim of the same addresses, which leaves many keys out.

Only the fields that are needed are looked at. Components are told apart by id: a name may change, and two components may share one.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import OVER_STAGES, Component, ComponentChange, ComponentRef, Impact, Incident, Kind, Page, Unreadable, Update
from statuswatch.sources import shapes
from statuswatch.sources.body import Body, Document, decode, read_json, wrong_shape
from statuswatch.sources.fields import (
    Notes,
    carried,
    is_shaped,
    mapping,
    note_order,
    objects,
    oldest_first,
    over_at,
    prose,
    refs_of,
    stage_now,
    stage_of,
    string,
    time_at,
    word,
)
from statuswatch.sources.needed import Needed, read_needed
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import link_of, quoted
from statuswatch.sources.words import COMPONENTS, IMPACTS, INDICATORS, MAINTENANCE_STAGES, STAGES

SUMMARY = {"page": dict, "status": dict, "components": list, "incidents": list}
"""The anchors of `/api/v2/summary.json`."""
INCIDENTS = {"page": dict, "incidents": list}
"""The anchors of `/api/v2/incidents.json` and `/api/v2/incidents/unresolved.json`."""
INCIDENT = {"id": str, "name": str, "incident_updates": list}
"""The anchors of one incident."""
UPTIME = {"component": dict, "days": list}
"""The anchors of one component in the `uptimeData` of a page's own address."""
COMPONENT_LIST = {"page": dict, "components": list}
"""The anchors of `/api/v2/components.json`."""

_COMPONENTS = 5_000


_OVER = frozenset(word for word, stage in STAGES.items() if stage in OVER_STAGES)
NEEDED = Needed("incidents", shapes.Others, shapes.Incident, "status", lambda status: isinstance(status, str) and status in _OVER, "created_at", 50)
"""What is needed of `incidents.json`, which lists 50, and of `summary.json`."""


def parse_summary(body: Body) -> Page | Unreadable:
    """`/api/v2/summary.json`: components, open incidents, open and coming maintenances, and the page's badge.

    `as_of` is the page's `updated_at`, which does not move from poll to poll and says nothing about freshness.
    """
    return _parse(body, "statuspage-summary", SUMMARY, lists_open=True)


def parse_incidents(body: Body) -> Page | Unreadable:
    """`/api/v2/incidents.json`: the newest 50 incidents (25 at incident.io), so one that is missing may still be open."""
    return _parse(body, "statuspage-incidents", INCIDENTS, lists_open=False)


def parse_unresolved(body: Body) -> Page | Unreadable:
    """`/api/v2/incidents/unresolved.json`: every open incident, no components."""
    return _parse(body, "statuspage-unresolved", INCIDENTS, lists_open=True)


def parse_components(body: Body) -> Page | Unreadable:
    """`/api/v2/components.json`: every component; incident.io's summary shows 25 of them only, and not always the same."""
    return _parse(body, "statuspage-components", COMPONENT_LIST, lists_open=False)


def parse_archive(body: Body) -> Page | Unreadable:
    """Incident objects one by one, as archives keep them: one JSON value (`/incidents/<id>.json`), or one a line. Nothing is said of what is missing."""
    rows = archived(body)
    if isinstance(rows, Unreadable):
        return rows
    if not rows or not all(is_shaped(row, INCIDENT) for row in rows):
        return wrong_shape(body, f"incidents with {', '.join(INCIDENT)}, one a line")
    notes = Notes()
    known = [_incident(row, body.provider, notes) for row in objects({"incidents": rows}, "incidents", notes, needed=True)]
    return page_of(body.provider, "statuspage-archive", known, notes)


def archived(body: Body) -> list[object] | Unreadable:
    """The JSON values of a body that is one of them, or has one in each line; why it is none where a line is none."""
    whole = read_json(body)
    if not isinstance(whole, Unreadable):
        return [whole.value]
    decoded = decode(body)
    lines = [] if isinstance(decoded, Unreadable) else [line for line in decoded.text.split("\n") if line.strip()]
    values: list[object] = []
    for line in lines if len(lines) > 1 else ():
        read = read_json(replace(body, data=line.encode("utf-8", "replace")))
        if isinstance(read, Unreadable):
            return whole
        values.append(read.value)
    return values or whole


def parse_uptime(body: Body) -> Page | Unreadable:
    """The `uptimeData` of a page's own address: the names and ids of its components, and ninety days of each. How they are now is not in it."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = document.value
    if not is_uptime(rows):
        return wrong_shape(body, "components with days")
    notes = Notes(document.problems)
    told = [mapping(row["component"]) for row in list(rows.values())[:_COMPONENTS]]
    components = [Component(string(row, "code") or None, string(row, "name"), Health.UNKNOWN) for row in told]
    return page_of(body.provider, "statuspage-uptime", (), notes, components=components)


def is_uptime(value: Any) -> bool:
    """Whether it is an object of components with their days."""
    return isinstance(value, dict) and bool(value) and all(is_shaped(row, UPTIME) and string(row["component"], "name") for row in value.values())


def _parse(body: Body, form: str, anchors: Mapping[str, type], *, lists_open: bool) -> Page | Unreadable:
    document = read_needed(body, NEEDED)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, anchors) or not any(string(root["page"], key) for key in ("id", "name", "url")):
        return wrong_shape(body, f"{', '.join(anchors)} as a status page has them")
    return _page(body.provider, form, document, lists_open=lists_open)


def _page(provider: str, form: str, document: Document, *, lists_open: bool) -> Page:
    root, notes = document.value, Notes(document.problems)
    page = root["page"]
    raw_health = string(mapping(root.get("status")), "indicator")
    told = [_incident(item, provider, notes, link_of(page.get("url"))) for item in objects(root, "incidents", notes, needed=True)]
    planned = [_incident(item, provider, notes, link_of(page.get("url")), Kind.MAINTENANCE) for item in objects(root, "scheduled_maintenances", notes)]
    return page_of(
        provider,
        form,
        told + planned,
        notes,
        health=word(INDICATORS, raw_health, Health.UNKNOWN, "indicator", notes) if "status" in root else Health.UNKNOWN,
        raw_health=raw_health,
        as_of=time_at(page, "updated_at"),
        components=_components(root, notes),
        lists_open=lists_open,
    )


def _components(root: Mapping[str, Any], notes: Notes) -> tuple[Component, ...]:
    """The page's components. A group is no component of its own: it names those that point to it."""
    rows = objects(root, "components", notes)
    groups = {string(row, "id"): string(row, "name") for row in rows if row.get("group") is True}
    found = []
    for row in rows:
        name, raw = string(row, "name"), string(row, "status")
        if row.get("group") is True:
            continue
        if not name:
            notes.add("a component has no name")
            continue
        health = word(COMPONENTS, raw, Health.UNKNOWN, "component status", notes)
        found.append(Component(string(row, "id") or None, name, health, raw, groups.get(string(row, "group_id")) or None))
    return tuple(found)


def incident_of(obj: object, provider: str, notes: Notes | None = None) -> Incident | None:
    """One incident object, as archives keep them one by one (`/incidents/<id>.json`, a line of a history); None where it has no id.

    What is odd about it goes to `notes`, where the caller wants to know.
    """
    return _incident(mapping(obj), provider, notes or Notes())


def _incident(obj: Mapping[str, Any], provider: str, notes: Notes, page_url: str | None = None, kind: Kind = Kind.INCIDENT) -> Incident | None:
    ident = string(obj, "id")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    raw_impact, raw_stage = string(obj, "impact"), string(obj, "status")
    updates = _updates(obj, ident, notes)
    stage = stage_of(raw_stage, notes) if raw_stage else stage_now(updates)
    impact = word(IMPACTS, raw_impact, Impact.UNKNOWN, "impact", notes)
    if impact is Impact.MAINTENANCE or stage in MAINTENANCE_STAGES:
        kind = Kind.MAINTENANCE
    posted = time_at(obj, "created_at")
    firsts = [time for time in (posted, updates[0].at if updates else None) if time is not None]
    known = Incident(
        provider=provider,
        id=ident,
        title=string(obj, "name"),
        impact=impact,
        raw_impact=raw_impact,
        kind=kind,
        stage=stage,
        raw_stage=raw_stage,
        started_at=time_at(obj, *(("scheduled_for",) if kind is Kind.MAINTENANCE else ()), "started_at") or min(firsts, default=None),
        posted_at=posted,
        resolved_at=over_at(stage, updates, time_at(obj, "resolved_at")),
        scheduled_until=time_at(obj, "scheduled_until"),
        components=_listed(obj, updates, notes),
        updates=updates,
        url=link_of(obj.get("shortlink")) or (link_of(f"{page_url.rstrip('/')}/incidents/{ident}") if page_url else None),
    )
    return note_order(known, notes)


def _listed(obj: Mapping[str, Any], updates: tuple[Update, ...], notes: Notes) -> tuple[ComponentRef, ...]:
    """The components that the incident lists, by their names of today; those of its updates where the format lists none (incident.io)."""
    if "components" not in obj:
        return refs_of(updates)
    named = ((string(row, "name"), string(row, "id") or None) for row in objects(obj, "components", notes))
    return tuple(ComponentRef(name, ident) for name, ident in named if name)


def _updates(obj: Mapping[str, Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    """The posts, oldest first by the time they are shown with; the API lists the newest first, the page's own address the oldest."""
    found = []
    for row in objects(obj, "incident_updates", notes):
        posted = time_at(row, "created_at")
        shown = time_at(row, "display_at") or posted or time_at(row, "updated_at")
        if shown is None:
            notes.add(f"an update of incident {quoted(ident)} has no time and was left out")
            continue
        raw = string(row, "status")
        found.append(Update(shown, stage_of(raw, notes), prose(row, "body"), raw, posted, string(row, "id") or None, _changes(row, notes)))
    return carried(oldest_first(found))


def _changes(row: Mapping[str, Any], notes: Notes) -> tuple[ComponentChange, ...]:
    """How the post moved components; the key is absent at incident.io and null in a tenth of the posts."""
    changes = []
    for item in objects(row, "affected_components", notes):
        name, ident = string(item, "name"), string(item, "code") or None
        if name or ident:
            raw_old, raw_new = string(item, "old_status"), string(item, "new_status")
            old, new = _health(raw_old, notes), _health(raw_new, notes)
            changes.append(ComponentChange(name or str(ident), old, new, ident, raw_old or None, raw_new or None))
    return tuple(changes)


def _health(raw: str, notes: Notes) -> Health | None:
    """One side of a move; None where it was not stated."""
    return COMPONENTS.get(raw) or (word(COMPONENTS, raw, Health.UNKNOWN, "component status", notes) if raw else None)

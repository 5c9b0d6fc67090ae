"""Better Stack's `/index.json` (JSON:API, https://jsonapi.org): a page, and beside it its resources, sections, reports and updates."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Impact, Incident, Kind, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, mapping, objects, oldest_first, over_at, prose, string, time_at, word
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import quoted
from statuswatch.sources.words import ONGOING

INDEX = {"data": dict, "included": list}
"""The anchors; `data` is of type `status_page`."""

_TYPES = ("status_page_section", "status_page_resource", "status_report", "status_update")
_HEALTHS = {
    "operational": Health.OK,
    "resolved": Health.OK,
    "degraded": Health.DEGRADED,
    "downtime": Health.DOWN,
    "maintenance": Health.MAINTENANCE,
    "not_monitored": Health.UNKNOWN,
}
_STAGES = {"resolved": Stage.RESOLVED, "degraded": ONGOING, "downtime": ONGOING, "operational": ONGOING}
_PLANS = {"resolved": Stage.COMPLETED, "maintenance": Stage.SCHEDULED}
_IMPACTS = {"degraded": Impact.MINOR, "downtime": Impact.CRITICAL, "maintenance": Impact.MAINTENANCE}


def parse(body: Body) -> Page | Unreadable:
    """The badge, every resource, and the reports of late. Monitors set the badge: it can say downtime with no report open."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, INDEX) or root["data"].get("type") != "status_page" or not is_shaped(root["data"], {"attributes": dict}):
        return wrong_shape(body, "data of the type status_page and what is included with it")
    notes = Notes(document.problems)
    about = root["data"]["attributes"]
    rows = objects(root, "included", notes, needed=True)
    raw = string(about, "aggregate_state")
    components = _components(rows, notes)
    names = {component.id or "": component.name for component in components}
    posts = {string(row, "id"): mapping(row.get("attributes")) for row in rows if row.get("type") == "status_update"}
    known = [_incident(row, body.provider, posts, names, notes) for row in rows if row.get("type") == "status_report"]
    health = word(_HEALTHS, raw, Health.UNKNOWN, "page state", notes)
    # A report may hide behind a type that is not known, so what is then missing is not taken as over.
    whole = all(row.get("type") in _TYPES for row in rows)
    return page_of(
        body.provider,
        "betterstack",
        known,
        notes,
        health=health,
        raw_health=raw,
        as_of=time_at(about, "updated_at"),
        components=components,
        lists_open=whole,
    )


def _components(rows: list[Mapping[str, Any]], notes: Notes) -> list[Component]:
    sections = {string(row, "id"): string(mapping(row.get("attributes")), "name") for row in rows if row.get("type") == "status_page_section"}
    found = []
    for row in rows:
        if row.get("type") == "status_page_resource":
            about = mapping(row.get("attributes"))
            raw = string(about, "status")
            health = word(_HEALTHS, raw, Health.UNKNOWN, "resource status", notes)
            section = sections.get(string(about, "status_page_section_id")) or None
            found.append(Component(string(row, "id") or None, string(about, "public_name"), health, raw, section))
    return found


def _incident(row: Mapping[str, Any], provider: str, posts: Mapping[str, Mapping[str, Any]], names: Mapping[str, str], notes: Notes) -> Incident | None:
    ident, about = string(row, "id"), mapping(row.get("attributes"))
    if not ident:
        notes.lose("a report has no id and was left out")
        return None
    planned = string(about, "report_type") == "maintenance"
    raw = string(about, "aggregate_state")
    stage = word(_PLANS if planned else _STAGES, raw, Stage.UNKNOWN, "report state", notes)
    listed = objects(mapping(mapping(row.get("relationships")).get("status_updates")), "data", notes)
    updates = _updates([string(item, "id") for item in listed], posts, ident, names, notes)
    if planned:
        updates = tuple(replace(update, stage=stage if update is updates[-1] else Stage.SCHEDULED) for update in updates)
    changes = [change for update in updates for change in update.components]
    raws = [change.raw_new or "" for change in changes]
    touched = [string(item, "status_page_resource_id") for item in objects(about, "affected_resources", notes)] + [change.id or "" for change in changes]
    ends = time_at(about, "ends_at")
    impact = next((_IMPACTS[state] for state in ("downtime", "degraded") if state in raws), Impact.UNKNOWN)
    return Incident(
        provider=provider,
        id=ident,
        title=string(about, "title"),
        impact=Impact.MAINTENANCE if planned else impact,
        kind=Kind.MAINTENANCE if planned else Kind.INCIDENT,
        stage=stage,
        raw_stage=raw,
        started_at=time_at(about, "starts_at"),
        resolved_at=over_at(stage, updates, ends),
        scheduled_until=ends if planned else None,
        components=tuple(ComponentRef(names.get(part) or part, part) for part in dict.fromkeys(touched) if part),
        updates=updates,
    )


def _updates(idents: list[str], posts: Mapping[str, Mapping[str, Any]], report: str, names: Mapping[str, str], notes: Notes) -> tuple[Update, ...]:
    """The updates that a report points to, which are in no order. One that sets every resource to resolved ends the report."""
    found = []
    for ident in idents:
        post = posts.get(ident)
        at = time_at(post, "published_at") if post is not None else None
        if post is None or at is None:
            notes.add(f"an update of report {quoted(report)} is missing or has no time")
            continue
        moved = [(string(item, "status_page_resource_id"), string(item, "status")) for item in objects(post, "affected_resources", notes)]
        changes = tuple(
            ComponentChange(names.get(part) or part, None, word(_HEALTHS, raw, Health.UNKNOWN, "resource status", notes), part, None, raw)
            for part, raw in moved
            if part
        )
        over = bool(moved) and all(raw == "resolved" for _, raw in moved)
        found.append(Update(at, Stage.RESOLVED if over else ONGOING, prose(post, "message"), id=ident, components=changes))
    return oldest_first(found)

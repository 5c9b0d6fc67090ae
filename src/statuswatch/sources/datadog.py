"""Datadog's status pages: one object with components, which may be nested in groups, and incidents with a timeline.

`createdAt` of a timeline entry is when it was written, `startedAt` what it is shown with; a history that was filled in later has far later `createdAt`.
"""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Incident, Kind, Page, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, carried, is_shaped, objects, oldest_first, over_at, prose, stage_now, stage_of, string, time_at, word, worst
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import link_of, quoted
from statuswatch.sources.words import COMPONENTS, MAINTENANCE_STAGES

PAGE = {"components": list, "incidents": list, "domainPrefix": str, "pageUrl": str}
"""The anchors."""


def parse(body: Body) -> Page | Unreadable:
    """Every component, and the incidents of late, open or not."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, PAGE):
        return wrong_shape(body, ", ".join(PAGE))
    notes = Notes(document.problems)
    components = _components(root, notes)
    known = [_incident(row, body.provider, notes, Kind.INCIDENT, root) for row in objects(root, "incidents", notes, needed=True)]
    known += [_incident(row, body.provider, notes, Kind.MAINTENANCE, root) for row in objects(root, "maintenances", notes)]
    health = worst(component.health for component in components)
    return page_of(body.provider, "datadog", known, notes, health=health, components=components, lists_open=True)


def _components(root: Mapping[str, Any], notes: Notes) -> list[Component]:
    """The components, those of a group under its name. Groups are one level deep."""
    found = []
    for row in objects(root, "components", notes, needed=True):
        inner = objects(row, "components", notes, needed=True)
        if string(row, "type") == "ComponentGroup":
            found += [_component(item, notes, string(row, "name") or None) for item in inner]
        else:
            found.append(_component(row, notes, None))
    return found


def _component(row: Mapping[str, Any], notes: Notes, group: str | None) -> Component:
    raw = string(row, "status")
    return Component(string(row, "id") or None, string(row, "name"), word(COMPONENTS, raw, Health.UNKNOWN, "component status", notes), raw, group)


def _incident(row: Mapping[str, Any], provider: str, notes: Notes, kind: Kind, root: Mapping[str, Any]) -> Incident | None:
    ident = string(row, "id")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    updates = _updates(row, ident, notes)
    raw = string(row, "currentStatus") or string(row, "status")
    stage = stage_of(raw, notes) if raw else stage_now(updates)
    shown = time_at(row, "publishedDate")
    named = [ComponentRef(string(item, "name"), string(item, "id") or None) for item in objects(row, "componentsAffected", notes)]
    base = link_of(root.get("pageUrl"))
    return Incident(
        provider=provider,
        id=ident,
        title=string(row, "title"),
        kind=Kind.MAINTENANCE if stage in MAINTENANCE_STAGES else kind,
        stage=stage,
        raw_stage=raw,
        started_at=shown or (updates[0].at if updates else None),
        posted_at=updates[0].posted_at if updates else None,
        resolved_at=over_at(stage, updates, time_at(row, "resolvedDate")),
        components=tuple(ref for ref in named if ref.name),
        updates=updates,
        url=f"{base.rstrip('/')}/incidents/{ident}" if base else None,
    )


def _updates(row: Mapping[str, Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    """The timeline, oldest first, with the states that each entry set."""
    found = []
    for item in objects(row, "timeline", notes):
        posted, raw = time_at(item, "createdAt"), string(item, "status")
        at = time_at(item, "startedAt") or posted
        if at is None:
            notes.add(f"an update of incident {quoted(ident)} has no time and was left out")
            continue
        moved = [(string(part, "name"), string(part, "id"), string(part, "status")) for part in objects(item, "componentsAffected", notes)]
        changes = tuple(
            ComponentChange(name or part, None, word(COMPONENTS, status, Health.UNKNOWN, "component status", notes), part or None, None, status)
            for name, part, status in moved
            if name or part
        )
        found.append(Update(at, stage_of(raw, notes), prose(item, "description"), raw, posted, string(item, "id") or None, changes))
    return carried(oldest_first(found))

"""Flashduty's status pages: the page with what is active, and a list of changes of late. Times are seconds since 1970, texts are bilingual."""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Incident, Kind, Page, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, carried, is_shaped, mapping, objects, oldest_first, over_at, prose, refs_of, stage_of, string, word, worst
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import quoted
from statuswatch.sources.times import epoch_of
from statuswatch.sources.words import COMPONENTS, MAINTENANCE_STAGES

ACTIVE = {"page": dict, "active_changes": list}
"""The anchors of `active`."""


def parse(body: Body) -> Page | Unreadable:
    """The page's components, what is active, and the changes of late."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    active = mapping(mapping(document.value).get("active"))
    if not is_shaped(active, ACTIVE) or not is_shaped(active["page"], {"components": list}):
        return wrong_shape(body, "active with a page, its components and active_changes")
    notes = Notes(document.problems)
    open_now = objects(active, "active_changes", notes, needed=True)
    rows = open_now + objects(mapping(document.value.get("changeList")), "items", notes)
    components = _components(active["page"], open_now, notes)
    known: dict[str, Incident] = {}
    for row in rows:
        incident = _incident(row, body.provider, notes)
        if incident is not None:
            known.setdefault(incident.id, incident)
    health = worst([*(component.health for component in components), *([Health.OK] if not open_now else [Health.UNKNOWN])])
    return page_of(body.provider, "flashduty", known.values(), notes, health=health, components=components, lists_open=True)


def _components(page: Mapping[str, Any], open_now: list[Mapping[str, Any]], notes: Notes) -> list[Component]:
    """The page's components. Their state is only in what is active: one that nothing active names is operational by its rule."""
    sections = {string(row, "section_id"): string(row, "name") for row in objects(page, "sections", notes)}
    states: dict[str, list[str]] = {}
    for row in open_now:
        listed = objects(row, "affected_components", notes, needed=True)
        for item in listed:
            states.setdefault(string(item, "component_id"), []).append(string(item, "status"))
        if not listed:
            notes.lose("something active names no component")
    rows = objects(page, "components", notes)
    # An id that is not on the page may be that of any of its components.
    strange = states.keys() - {string(row, "component_id") for row in rows}
    quiet = Health.UNKNOWN if notes.lost or strange else Health.OK
    found = []
    for row in rows:
        ident = string(row, "component_id")
        raws = states.get(ident, [])
        health = worst(word(COMPONENTS, raw, Health.UNKNOWN, "component status", notes) for raw in raws) if raws else quiet if ident else Health.UNKNOWN
        found.append(Component(ident or None, string(row, "name") or ident, health, raws[0] if raws else "", sections.get(string(row, "section_id")) or None))
    return found


def _incident(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    ident, raw = string(row, "change_id"), string(row, "status")
    if not ident:
        notes.lose("a change has no id and was left out")
        return None
    updates = _updates(row, ident, notes)
    stage = stage_of(raw, notes)
    named = [ComponentRef(string(item, "name"), string(item, "component_id") or None) for item in objects(row, "affected_components", notes)]
    return Incident(
        provider=provider,
        id=ident,
        title=string(row, "title"),
        kind=Kind.MAINTENANCE if string(row, "type") == "maintenance" or stage in MAINTENANCE_STAGES else Kind.INCIDENT,
        stage=stage,
        raw_stage=raw,
        started_at=epoch_of(row.get("start_at_seconds")) or (updates[0].at if updates else None),
        resolved_at=over_at(stage, updates, epoch_of(row.get("close_at_seconds"))),
        components=tuple(ref for ref in named if ref.name) or refs_of(updates),
        updates=updates,
    )


def _updates(row: Mapping[str, Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    found = []
    for item in objects(row, "updates", notes):
        at, raw = epoch_of(item.get("at_seconds")), string(item, "status")
        if at is None:
            notes.add(f"an update of change {quoted(ident)} has no time and was left out")
            continue
        moved = [(string(part, "component_name"), string(part, "component_id"), string(part, "status")) for part in objects(item, "component_changes", notes)]
        changes = tuple(
            ComponentChange(name or part, None, word(COMPONENTS, status, Health.UNKNOWN, "component status", notes), part or None, None, status)
            for name, part, status in moved
            if name or part
        )
        found.append(Update(at, stage_of(raw, notes), prose(item, "description"), raw, id=string(item, "update_id") or None, components=changes))
    return carried(oldest_first(found))

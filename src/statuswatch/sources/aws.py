"""AWS Health's public `currentevents` (UTF-16 with a byte order mark): a list of events; an empty list is a healthy cloud.

States are digits: 0 resolved, 1 informational, 2 degraded, 3 disrupted. Events can stay open for months, and each is about one region.
"""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentRef, Impact, Incident, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, mapping, objects, oldest_first, over_at, prose, string, word
from statuswatch.sources.pages import page_of, quiet_or_worst
from statuswatch.sources.text import quoted
from statuswatch.sources.times import epoch_of
from statuswatch.sources.words import ONGOING

EVENT = {"arn": str, "event_log": list, "service": str}
"""The anchors of one event."""

_STAGES = {"0": Stage.RESOLVED, "1": ONGOING, "2": ONGOING, "3": ONGOING}
_IMPACTS = {"0": Impact.NONE, "1": Impact.MINOR, "2": Impact.MAJOR, "3": Impact.CRITICAL}
_HEALTHS = {"0": Health.OK, "1": Health.DEGRADED, "2": Health.DEGRADED, "3": Health.DOWN}


def parse(body: Body) -> Page | Unreadable:
    """Every current event, and as components the services that these events touch."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = document.value
    if not isinstance(rows, list) or not all(is_shaped(row, EVENT) for row in rows):
        return wrong_shape(body, f"a list of events with {', '.join(EVENT)}")
    notes = Notes(document.problems)
    events = objects({"events": rows}, "events", notes, needed=True)
    known = [_incident(row, body.provider, notes) for row in events]
    components = [component for row in events for component in _components(row, notes)]
    return quiet_or_worst(page_of(body.provider, "aws-events", known, notes, components=components, lists_open=True))


def _services(row: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(slug, mapping(item)) for slug, item in mapping(row.get("impacted_services")).items()]


def _components(row: Mapping[str, Any], notes: Notes) -> list[Component]:
    """The services of one event with their present state; the group is the region's name."""
    region = string(row, "region_name") or None
    found = []
    for slug, item in _services(row):
        raw = string(item, "current")
        health = word(_HEALTHS, raw, Health.UNKNOWN, "service state", notes)
        found.append(Component(slug, string(item, "service_name") or slug, health, raw, region))
    return found


def _incident(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    ident, raw, region = string(row, "arn"), string(row, "status"), string(row, "region_name")
    if not ident:
        notes.lose("an event has no id and was left out")
        return None
    updates = _updates(row, ident, notes)
    stage = word(_STAGES, raw, Stage.UNKNOWN, "event state", notes)
    started = epoch_of(row.get("date")) or (updates[0].at if updates else None)
    title = string(row, "summary")
    return Incident(
        provider=provider,
        id=ident,
        title=f"{title} ({region})" if region else title,
        impact=word(_IMPACTS, raw, Impact.UNKNOWN, "event state", notes),
        raw_impact=raw,
        stage=stage,
        raw_stage=raw,
        started_at=started,
        resolved_at=over_at(stage, updates, None) or (updates[-1].at if stage is Stage.RESOLVED and updates else None),
        components=tuple(ComponentRef(string(item, "service_name") or slug, slug) for slug, item in _services(row)),
        updates=updates,
    )


def _updates(row: Mapping[str, Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    found = []
    for item in objects(row, "event_log", notes):
        at, raw = epoch_of(item.get("timestamp")), string(item, "status")
        if at is None:
            notes.add(f"an update of event {quoted(ident[-12:])} has no time and was left out")
            continue
        found.append(Update(at, word(_STAGES, raw, Stage.UNKNOWN, "event state", notes), prose(item, "message"), raw))
    return oldest_first(found)

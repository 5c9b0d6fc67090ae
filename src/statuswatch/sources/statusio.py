"""Status.io's public status API, `/1.0/status/<page>` (https://kb.status.io/developers/public-status-api/): everything of a page, states as numbers.

From the documentation and from programs that read it; no recording is known.
"""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentRef, Impact, Incident, Kind, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, mapping, objects, oldest_first, over_at, prose, string, time_at, word, worst
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import quoted
from statuswatch.sources.words import ONGOING

RESULT = {"status_overall": dict, "status": list, "incidents": list}
"""The anchors of `result`."""

_HEALTHS = {
    "100": Health.OK,
    "200": Health.MAINTENANCE,
    "300": Health.DEGRADED,
    "400": Health.DEGRADED,
    "500": Health.DOWN,
    "600": Health.DEGRADED,
    "operational": Health.OK,
    "planned_maintenance": Health.MAINTENANCE,
    "degraded_performance": Health.DEGRADED,
    "partial_service_disruption": Health.DEGRADED,
    "service_disruption": Health.DOWN,
    "security_event": Health.DEGRADED,
}
_IMPACTS = {"100": Impact.NONE, "200": Impact.MAINTENANCE, "300": Impact.MINOR, "400": Impact.MAJOR, "500": Impact.CRITICAL, "600": Impact.MAJOR}
_STAGES = {"100": Stage.INVESTIGATING, "200": Stage.IDENTIFIED, "300": Stage.MONITORING, "400": Stage.RESOLVED}


def parse(body: Body) -> Page | Unreadable:
    """The badge, every component, what is open, and maintenances that go on or are to come."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    result = mapping(mapping(document.value).get("result"))
    if not is_shaped(result, RESULT):
        return wrong_shape(body, f"a result with {', '.join(RESULT)}")
    notes = Notes(document.problems)
    overall = result["status_overall"]
    plans = mapping(result.get("maintenance"))
    known = [_incident(row, body.provider, notes) for row in objects(result, "incidents", notes, needed=True)]
    known += [_plan(row, body.provider, Stage.IN_PROGRESS, notes) for row in objects(plans, "active", notes)]
    known += [_plan(row, body.provider, Stage.SCHEDULED, notes) for row in objects(plans, "upcoming", notes)]
    return page_of(
        body.provider,
        "statusio",
        known,
        notes,
        health=_health(overall, "page status", notes),
        raw_health=_raw(overall),
        as_of=time_at(overall, "updated"),
        components=[_component(row, notes) for row in objects(result, "status", notes, needed=True)],
        lists_open=True,
    )


def _raw(row: Mapping[str, Any]) -> str:
    """The state as it is written: its number, else its words."""
    return string(row, "status_code") or string(row, "status")


def _health(row: Mapping[str, Any], what: str, notes: Notes) -> Health:
    return word(_HEALTHS, _raw(row), Health.UNKNOWN, what, notes)


def _component(row: Mapping[str, Any], notes: Notes) -> Component:
    """A component is as bad as the worst of its places ("containers"): some pages state it nowhere else."""
    places = [_health(item, "container status", notes) for item in objects(row, "containers", notes, needed=True)]
    own = [_health(row, "component status", notes)] if _raw(row) or not places else []
    return Component(string(row, "id") or None, string(row, "name"), worst(own + places), _raw(row))


def _incident(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    ident = string(row, "_id") or string(row, "id")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    updates = _updates(row, ident, notes, _STAGES)
    stage = updates[-1].stage if updates else ONGOING
    posts = objects(row, "messages", notes)
    codes = [string(row, "status_code"), *(string(item, "status") for item in posts)]
    weight = max((code for code in codes if code in _IMPACTS), default="")
    ended = time_at(row, "datetime_resolved", "datetime_close")
    return Incident(
        provider=provider,
        id=ident,
        title=string(row, "name"),
        impact=word(_IMPACTS, weight or next(filter(None, codes), ""), Impact.UNKNOWN, "incident status", notes),
        raw_impact=weight,
        stage=Stage.RESOLVED if ended else stage,
        raw_stage=updates[-1].raw_stage if updates else "",
        started_at=time_at(row, "datetime_open") or (updates[0].at if updates else None),
        posted_at=updates[0].posted_at if updates else None,
        resolved_at=ended or over_at(stage, updates, None),
        components=_refs(row, notes),
        updates=updates,
    )


def _plan(row: Mapping[str, Any], provider: str, stage: Stage, notes: Notes) -> Incident | None:
    ident = string(row, "_id") or string(row, "id")
    if not ident:
        notes.lose("a maintenance has no id and was left out")
        return None
    return Incident(
        provider=provider,
        id=ident,
        title=string(row, "name"),
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        stage=stage,
        started_at=time_at(row, "datetime_planned_start", "datetime_open"),
        posted_at=time_at(row, "datetime_open"),
        scheduled_until=time_at(row, "datetime_planned_end"),
        components=_refs(row, notes),
        updates=_updates(row, ident, notes, dict.fromkeys(_STAGES, stage)),
    )


def _refs(row: Mapping[str, Any], notes: Notes) -> tuple[ComponentRef, ...]:
    named = ((string(item, "name"), string(item, "_id") or None) for item in objects(row, "components_affected", notes))
    return tuple(ComponentRef(name, ident) for name, ident in named if name)


def _updates(row: Mapping[str, Any], ident: str, notes: Notes, stages: Mapping[str, Stage]) -> tuple[Update, ...]:
    found = []
    for item in objects(row, "messages", notes):
        at, raw = time_at(item, "datetime"), string(item, "state")
        if at is None:
            notes.add(f"an update of {quoted(ident)} has no time and was left out")
            continue
        found.append(Update(at, word(stages, raw, Stage.UNKNOWN, "state", notes), prose(item, "details"), raw, at))
    return oldest_first(found)

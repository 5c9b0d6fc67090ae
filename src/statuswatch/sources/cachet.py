"""Cachet's `/api/v1/components` and `/api/v1/incidents` (https://docs.cachethq.io), and the same without `/v1` of its third version, which is JSON:API.

States are numbers, bare or beside their name. Times have no offset; they are read as UTC, which is what Cachet keeps unless it was set otherwise.
From the documentation; no recording is known.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentRef, Incident, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, mapping, objects, oldest_first, over_at, prose, string, word, worst
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import link_of, quoted
from statuswatch.sources.times import utc_of
from statuswatch.sources.words import ONGOING

LIST = {"data": list, "meta": dict}
"""The anchors of every list."""

_HEALTHS = {
    "1": Health.OK,
    "2": Health.DEGRADED,
    "3": Health.DEGRADED,
    "4": Health.DOWN,
    "5": Health.UNKNOWN,
    "6": Health.MAINTENANCE,
}
# 0 was reserved for plans in the first versions and means "reported" since; a plan is no incident any more.
_STAGES = {"0": ONGOING, "1": Stage.INVESTIGATING, "2": Stage.IDENTIFIED, "3": Stage.MONITORING, "4": Stage.RESOLVED}


def rows_of(value: object, *marks: str) -> list[Mapping[str, Any]] | None:
    """The rows of a list whose every row has a name and a state, and one of the keys `marks`; None where it is no such list."""
    if not is_shaped(value, LIST) or not mapping(value)["data"]:
        return None
    rows: list[Mapping[str, Any]] = [{**mapping(mapping(row).get("attributes", row)), "id": mapping(row).get("id")} for row in mapping(value)["data"]]
    told = all("name" in row and "status" in row and any(mark in row for mark in marks) for row in rows)
    return rows if told else None


COMPONENT = ("status_name", "description", "link")
"""Keys of which a component has at least one."""
INCIDENT = ("message",)
"""What an incident has and a component has not."""


def parse_components(body: Body) -> Page | Unreadable:
    """The components of the list's first page, which may not be all; no incidents."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = rows_of(document.value, *COMPONENT)
    if rows is None or rows_of(document.value, *INCIDENT) is not None:
        return wrong_shape(body, "a list of components with a name and a state")
    notes = Notes(document.problems)
    found = []
    for row in objects({"data": rows}, "data", notes, needed=True):
        raw = _state(row)
        found.append(Component(string(row, "id") or None, string(row, "name"), word(_HEALTHS, raw, Health.UNKNOWN, "component status", notes), raw))
    return page_of(body.provider, "cachet-components", (), notes, health=worst(component.health for component in found), components=found)


def parse_incidents(body: Body) -> Page | Unreadable:
    """The incidents of the list's first page, newest first, open or not, so one that is missing may still be open."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = rows_of(document.value, *INCIDENT)
    if rows is None:
        return wrong_shape(body, "a list of incidents with a name, a state and a message")
    notes = Notes(document.problems)
    known = [_incident(row, body.provider, notes) for row in objects({"data": rows}, "data", notes, needed=True)]
    return page_of(body.provider, "cachet-incidents", known, notes)


def _state(row: Mapping[str, Any], key: str = "status") -> str:
    """A state's number, bare or as the `value` of an object."""
    return string(row, key) or string(mapping(row.get(key)), "value")


def _time(row: Mapping[str, Any], *keys: str) -> datetime | None:
    """The first of the keys that holds a time, bare or as the `string` of an object; `occurred_at` is `occurred` in the third version."""
    for key in keys:
        found = utc_of(row.get(key)) or utc_of(mapping(row.get(key.removesuffix("_at"))).get("string"))
        if found is not None:
            return found
    return None


def _incident(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    ident = string(row, "id")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    updates = _updates(row, ident, notes)
    raw = _state(row, "latest_status") or _state(row)
    stage = word(_STAGES, raw, Stage.UNKNOWN, "incident status", notes)
    posted = _time(row, "created_at")
    component = string(row, "component_id")
    return Incident(
        provider=provider,
        id=ident,
        title=string(row, "name"),
        stage=stage,
        raw_stage=raw,
        started_at=_time(row, "occurred_at") or posted,
        posted_at=posted,
        resolved_at=over_at(stage, updates, None),
        components=(ComponentRef(component, component),) if component.strip("0") else (),
        updates=updates,
        url=link_of(row.get("permalink")),
    )


def _updates(row: Mapping[str, Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    """The incident's own message, which is its first post, and the updates that followed."""
    found = []
    for item in ({**row, "id": None}, *objects(row, "updates", notes)):
        posted = _time(item, "created_at")
        at = _time(item, "occurred_at") or posted
        raw = _state(item)
        if at is None:
            notes.add(f"an update of incident {quoted(ident)} has no time and was left out")
            continue
        found.append(Update(at, word(_STAGES, raw, Stage.UNKNOWN, "incident status", notes), prose(item, "message"), raw, posted, string(item, "id") or None))
    return oldest_first(found)

"""Instatus: `/summary.json`, `/v2/components.json` (https://instatus.com/help/api), and the data of its web pages. Words are upper case without separators."""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Impact, Incident, Kind, Page, Stage, Unreadable
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, mapping, objects, string, time_at, word, worst
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import link_of
from statuswatch.sources.words import STAGES

SUMMARY = {"page": dict}
"""The anchor of a summary; its page has a `status` in upper case. Lists that are empty are left out of it."""

SITE = {"site": dict, "activeIncidents": list}
"""The anchors of a web page's data; its names are objects of texts by language."""

_PAGES = {
    "up": Health.OK,
    "hasissues": Health.DEGRADED,
    "onedegradedperformance": Health.DEGRADED,
    "somedegradedperformance": Health.DEGRADED,
    "alldegradedperformance": Health.DEGRADED,
    "onepartialoutage": Health.DEGRADED,
    "somepartialoutage": Health.DEGRADED,
    "allpartialoutage": Health.DEGRADED,
    "oneminoroutage": Health.DEGRADED,
    "someminoroutage": Health.DEGRADED,
    "allminoroutage": Health.DEGRADED,
    "onemajoroutage": Health.DEGRADED,
    "somemajoroutage": Health.DEGRADED,
    "allmajoroutage": Health.DOWN,
    "undermaintenance": Health.MAINTENANCE,
    "oneundermaintenance": Health.MAINTENANCE,
    "someundermaintenance": Health.MAINTENANCE,
    "allundermaintenance": Health.MAINTENANCE,
}
_COMPONENTS = {
    "operational": Health.OK,
    "degradedperformance": Health.DEGRADED,
    "partialoutage": Health.DEGRADED,
    "minoroutage": Health.DEGRADED,
    "majoroutage": Health.DOWN,
    "undermaintenance": Health.MAINTENANCE,
}
_IMPACTS = {
    "operational": Impact.NONE,
    "degradedperformance": Impact.MINOR,
    "partialoutage": Impact.MAJOR,
    "minoroutage": Impact.MINOR,
    "majoroutage": Impact.CRITICAL,
    "undermaintenance": Impact.MAINTENANCE,
}
_STAGES = {**STAGES, "notstartedyet": Stage.SCHEDULED, "inprogress": Stage.IN_PROGRESS}


def parse_summary(body: Body) -> Page | Unreadable:
    """The badge, and open incidents without their texts: this form has none."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, SUMMARY) or not is_shaped(root["page"], {"status": str, "name": str}):
        return wrong_shape(body, "a page with a name and a status word")
    notes = Notes(document.problems)
    raw = string(root["page"], "status")
    told = [_incident(row, body.provider, notes, Kind.INCIDENT) for row in objects(root, "activeIncidents", notes, needed=True)]
    planned = [_incident(row, body.provider, notes, Kind.MAINTENANCE) for row in objects(root, "activeMaintenances", notes)]
    health = word(_PAGES, raw, Health.UNKNOWN, "page status", notes)
    # A page with issues but without the list has not said which; nothing may be taken as over from that.
    listed = health is Health.OK or bool(told)
    return page_of(body.provider, "instatus-summary", told + planned, notes, health=health, raw_health=raw, lists_open=listed)


def parse_page(body: Body) -> Page | Unreadable:
    """The data that a web page carries: the badge, every component, and what is open."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, SITE) or not is_shaped(root["site"], {"status": str, "components": list}):
        return wrong_shape(body, "a site with a status word, its components and activeIncidents")
    notes, site = Notes(document.problems), root["site"]
    raw = string(site, "status")
    told = [_incident(row, body.provider, notes, Kind.INCIDENT) for row in objects(root, "activeIncidents", notes, needed=True)]
    planned = [_incident(row, body.provider, notes, Kind.MAINTENANCE) for row in objects(root, "activeMaintenances", notes)]
    health = word(_PAGES, raw, Health.UNKNOWN, "page status", notes)
    components = _components(objects(site, "components", notes, needed=True), notes)
    return page_of(body.provider, "instatus-page", told + planned, notes, health=health, raw_health=raw, components=components, lists_open=True)


def parse_components(body: Body) -> Page | Unreadable:
    """Every component; no incidents."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = mapping(document.value).get("components")
    if not isinstance(rows, list) or not rows or not all(is_shaped(row, {"id": str, "status": str}) for row in rows):
        return wrong_shape(body, "components with an id and a status word")
    notes = Notes(document.problems)
    found = _components(objects(document.value, "components", notes), notes)
    return page_of(body.provider, "instatus-components", (), notes, health=worst(component.health for component in found), components=found)


def _components(rows: list[Mapping[str, Any]], notes: Notes) -> list[Component]:
    found = []
    for row in rows:
        raw = string(row, "status")
        group = _name(mapping(row.get("group"))) or string(row, "group")
        found.append(Component(string(row, "id") or None, _name(row), word(_COMPONENTS, raw, Health.UNKNOWN, "component status", notes), raw, group or None))
    return found


def _name(row: Mapping[str, Any]) -> str:
    """The name, which is a text or an object of texts by language."""
    return string(row, "name") or string(mapping(row.get("name")), "default")


def _incident(row: Mapping[str, Any], provider: str, notes: Notes, kind: Kind) -> Incident | None:
    ident, raw_stage, raw_impact = string(row, "id"), string(row, "status"), string(row, "impact")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    maintenance = kind is Kind.MAINTENANCE
    return Incident(
        provider=provider,
        id=ident,
        title=_name(row),
        impact=Impact.MAINTENANCE if maintenance else word(_IMPACTS, raw_impact, Impact.UNKNOWN, "impact", notes),
        raw_impact=raw_impact,
        kind=kind,
        stage=word(_STAGES, raw_stage, Stage.UNKNOWN, "stage", notes),
        raw_stage=raw_stage,
        started_at=time_at(row, "started", "start"),
        url=link_of(row.get("url")),
    )

"""incident.io's own forms: the summary of `/proxy/<page>`, the same object inside its web pages, and a list of incidents with their updates.

An absent value is null in the JSON and the text `$undefined` in the pages. A page has no badge, and an incident no impact.
"""

import json
from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import OVER_STAGES, Component, ComponentChange, ComponentRef, Incident, Kind, Page, Unreadable, UnreadableReason, Update
from statuswatch.sources.body import Body, decode, looks_like_html, read_json, unreadable, wrong_shape
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
    worst,
)
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import link_of, quoted
from statuswatch.sources.words import COMPONENTS, MAINTENANCE_STAGES

SUMMARY = {"components": list, "ongoing_incidents": list, "affected_components": list, "structure": dict}
"""The anchors of a page's summary."""
INCIDENTS = {"incidents": list}
"""The anchor of a list of incidents; its entries have `component_impacts` or `updates`."""
PUSH = "self.__next_f.push("
"""The call by which a page hands its data to the script that shows it."""

_PUSHES = 2_000


def parse_native(body: Body) -> Page | Unreadable:
    """The summary as JSON, bare or below `summary`. It lists all that is ongoing, so what is missing is over."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    summary = root["summary"] if is_shaped(root, {"summary": dict}) else root
    if not is_shaped(summary, SUMMARY):
        return wrong_shape(body, f"{', '.join(SUMMARY)} as an incident.io page has them")
    return _page(body.provider, "incidentio", summary, Notes(document.problems))


def parse_page(body: Body) -> Page | Unreadable:
    """The summary inside a web page: JSON inside strings that are handed to a script. Nothing is executed."""
    decoded = decode(body)
    if isinstance(decoded, Unreadable):
        return decoded
    summary = _embedded(decoded.text)
    if summary is None:
        reason = UnreadableReason.HTML if looks_like_html(decoded.text) else UnreadableReason.WRONG_SHAPE
        return unreadable(body, reason, "the body holds no summary of an incident.io page")
    return _page(body.provider, "incidentio-page", summary, Notes(decoded.problems))


def parse_incidents(body: Body) -> Page | Unreadable:
    """A list of incidents with their updates, newest first, of whatever length; a missing one may be open."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = mapping(document.value).get("incidents")
    if not isinstance(rows, list) or not all(is_shaped(row, {"updates": list, "component_impacts": list}) for row in rows):
        return wrong_shape(body, "incidents with updates and component_impacts as incident.io has them")
    notes = Notes(document.problems)
    known = [_incident(row, body.provider, {}, notes, "") for row in objects(document.value, "incidents", notes, needed=True)]
    return page_of(body.provider, "incidentio-incidents", known, notes)


def _embedded(text: str) -> Mapping[str, Any] | None:
    """The first summary in the strings that the page pushes, joined in their order: one JSON value may run over several of them."""
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    pieces: list[str] = []
    at = text.find(PUSH)
    try:
        while at >= 0 and len(pieces) < _PUSHES:
            value, end = decoder.raw_decode(text, at + len(PUSH))
            if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
                pieces.append(value[1])
            at = text.find(PUSH, end)
        joined = "".join(pieces)
        at = joined.find('"summary":{')
        summary = decoder.raw_decode(joined, at + len('"summary":'))[0] if at >= 0 else None
    except (ValueError, RecursionError):
        return None
    return summary if is_shaped(summary, SUMMARY) else None


def _page(provider: str, form: str, summary: Mapping[str, Any], notes: Notes) -> Page:
    names = {string(row, "id"): string(row, "name") for row in objects(summary, "components", notes)}
    components = _components(summary, names, notes)
    url = link_of(summary.get("public_url")) or ""
    told = [_incident(row, provider, names, notes, url) for row in objects(summary, "ongoing_incidents", notes, needed=True)]
    planned = [_incident(row, provider, names, notes, url) for row in objects(summary, "scheduled_maintenances", notes)]
    ailing = [component.health for component in components if component.health is not Health.OK]
    # A component that was set operational again leaves its incident open, so only a page without both has nothing to say.
    quiet = not summary["ongoing_incidents"] and not summary["affected_components"]
    health = Health.OK if quiet and not ailing else worst(ailing)
    return page_of(provider, form, told + planned, notes, health=health, components=components, lists_open=True)


def _components(summary: Mapping[str, Any], names: Mapping[str, str], notes: Notes) -> tuple[Component, ...]:
    """Every component. One that is not listed as affected is operational by this format's rule, as long as that list is whole and names known ones."""
    rows = objects(summary, "affected_components", notes, needed=True)
    affected = {ident: string(row, "status") for row in rows if (ident := string(row, "component_id"))}
    unknown = affected.keys() - names.keys()
    unlisted = Health.OK if len(affected) == len(summary["affected_components"]) and not unknown else Health.UNKNOWN
    groups: dict[str, str] = {}
    for item in objects(summary["structure"], "items", notes):
        group = mapping(item.get("group"))
        groups.update({string(row, "component_id"): string(group, "name") for row in objects(group, "components", notes)})
    found = []
    for ident, name in names.items():
        if ident and name:
            raw = affected.get(ident)
            health = unlisted if raw is None else word(COMPONENTS, raw, Health.UNKNOWN, "component status", notes)
            found.append(Component(ident, name, health, raw or "", groups.get(ident) or None))
    if unknown:
        notes.add(f"{len(unknown)} affected components are not in the page's list")
        found += [
            Component(ident, ident, word(COMPONENTS, affected[ident], Health.UNKNOWN, "component status", notes), affected[ident]) for ident in sorted(unknown)
        ]
    return tuple(found)


def _incident(row: Mapping[str, Any], provider: str, names: Mapping[str, str], notes: Notes, url: str) -> Incident | None:
    ident = string(row, "id")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    updates = _updates(row, ident, names, notes)
    raw = string(row, "status")
    stage = stage_of(raw, notes) if raw else stage_now(updates)
    planned = string(row, "type") == "maintenance" or stage in MAINTENANCE_STAGES
    impacts = objects(row, "component_impacts", notes)
    starts = [at for at in (time_at(item, "start_at") for item in impacts) if at is not None]
    firsts = [update.at for update in updates[:1]]
    posted = time_at(row, "published_at")
    ends = [at for at in (time_at(item, "end_at") for item in impacts) if at is not None]
    known = Incident(
        provider=provider,
        id=ident,
        title=string(row, "name"),
        kind=Kind.MAINTENANCE if planned else Kind.INCIDENT,
        stage=stage,
        raw_stage=raw,
        started_at=min(starts if planned and starts else starts + firsts + ([posted] if posted else []), default=None),
        posted_at=posted,
        resolved_at=over_at(stage, updates, None) or (max(ends, default=None) if stage in OVER_STAGES else None),
        scheduled_until=max(ends, default=None) if planned else None,
        components=_refs(row, updates, names, notes),
        updates=updates,
        url=link_of(f"{url.rstrip('/')}/incidents/{ident}") if url else None,
    )
    return note_order(known, notes)


def _refs(row: Mapping[str, Any], updates: tuple[Update, ...], names: Mapping[str, str], notes: Notes) -> tuple[ComponentRef, ...]:
    """The components that it affects or ever moved; an id stands in for a name that the page does not give."""
    idents = [string(item, "component_id") for key in ("affected_components", "component_impacts") for item in objects(row, key, notes)]
    idents += [ref.id or "" for ref in refs_of(updates)]
    return tuple(ComponentRef(names.get(ident) or ident, ident) for ident in dict.fromkeys(idents) if ident)


def _updates(row: Mapping[str, Any], ident: str, names: Mapping[str, str], notes: Notes) -> tuple[Update, ...]:
    found = []
    for item in objects(row, "updates", notes):
        at, raw = time_at(item, "published_at"), string(item, "to_status")
        if at is None:
            notes.add(f"an update of incident {quoted(ident)} has no time and was left out")
            continue
        moved = [(string(part, "component_id"), string(part, "status")) for part in objects(item, "component_statuses", notes)]
        changes = tuple(
            ComponentChange(names.get(part) or part, None, word(COMPONENTS, status, Health.UNKNOWN, "component status", notes), part, None, status)
            for part, status in moved
            if part
        )
        found.append(Update(at, stage_of(raw, notes), prose(item, "message_string"), raw, id=string(item, "id") or None, components=changes))
    return carried(oldest_first(found))

"""Rootly's public status page API (https://docs.rootly.com/configuration/status-page-public-api): a badge with what is active, and a list of that by pages.

Neither form lists components, and an incident has no id: its page's address ends in one. From the documentation; no recording is known.
"""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import OVER_STAGES, Impact, Incident, Kind, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, carried, is_shaped, mapping, note_order, objects, oldest_first, over_at, prose, stage_now, string, time_at, word
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import last_segment, link_of, quoted
from statuswatch.sources.words import IMPACTS, INDICATORS, MAINTENANCE_STAGES, ONGOING, STAGES

STATUS = {"page": dict, "status": dict, "incidents": list}
"""The anchors of `/api/v1/status.json`; its page has no `id`, and there are no components."""
INCIDENTS = {"page": dict, "incidents": list}
"""The anchors of `/api/v1/incidents.json`; its page has no `id` either."""

# An incident's own state is that of the team that handles it; its posts have the words that other products use too.
_STAGES = {
    **STAGES,
    "in_triage": ONGOING,
    "started": ONGOING,
    "detected": ONGOING,
    "acknowledged": ONGOING,
    "mitigated": Stage.MONITORING,
    "closed": Stage.RESOLVED,
    "cancelled": Stage.RESOLVED,
}


def is_page(value: object) -> bool:
    """Whether a page's description is Rootly's: it has a name and an address, and no id, which every other product of these anchors gives."""
    return is_shaped(value, {"name": str, "url": str}) and "id" not in mapping(value)


def parse_status(body: Body) -> Page | Unreadable:
    """`/api/v1/status.json`: the badge and every active incident."""
    return _parse(body, "rootly-status", STATUS, lists_open=True)


def parse_incidents(body: Body) -> Page | Unreadable:
    """`/api/v1/incidents.json`: the first page of what is active, 25 unless asked for more, so one that is missing may still be open."""
    return _parse(body, "rootly-incidents", INCIDENTS, lists_open=False)


def _parse(body: Body, form: str, anchors: Mapping[str, type], *, lists_open: bool) -> Page | Unreadable:
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, anchors) or not is_page(root["page"]):
        return wrong_shape(body, f"{', '.join(anchors)} as a Rootly page has them")
    notes = Notes(document.problems)
    raw = string(mapping(root.get("status")), "indicator")
    known = [_incident(row, body.provider, notes) for row in objects(root, "incidents", notes, needed=True)]
    health = word(INDICATORS, raw, Health.UNKNOWN, "indicator", notes) if "status" in anchors else Health.UNKNOWN
    as_of = time_at(root["page"], "updated_at")
    return page_of(body.provider, form, known, notes, health=health, raw_health=raw, as_of=as_of, lists_open=lists_open)


def _incident(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    url = link_of(row.get("url"))
    ident = string(row, "id") or (last_segment(url) if url else "")
    if not ident:
        notes.lose("an incident has neither an id nor an address and was left out")
        return None
    updates = _updates(row, ident, notes)
    raw_stage, raw_impact = string(row, "status"), string(row, "impact")
    stated = word(_STAGES, raw_stage, Stage.UNKNOWN, "incident status", notes)
    told = stage_now(updates)
    # The posts are finer than an own word that only says that it goes on; whether that is over is not for an older post to say.
    stage = told if stated is ONGOING and told not in OVER_STAGES | {Stage.UNKNOWN} else stated
    impact = word(IMPACTS, raw_impact, Impact.UNKNOWN, "impact", notes)
    known = Incident(
        provider=provider,
        id=ident,
        title=string(row, "name"),
        impact=impact,
        raw_impact=raw_impact,
        kind=Kind.MAINTENANCE if impact is Impact.MAINTENANCE or stage in MAINTENANCE_STAGES else Kind.INCIDENT,
        stage=stage,
        raw_stage=raw_stage,
        started_at=time_at(row, "started_at") or (updates[0].at if updates else None),
        posted_at=updates[0].posted_at if updates else None,
        resolved_at=over_at(stage, updates, time_at(row, "resolved_at")),
        updates=updates,
        url=url,
    )
    return note_order(known, notes)


def _updates(row: Mapping[str, Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    found = []
    for item in objects(row, "incident_updates", notes):
        at, raw = time_at(item, "created_at"), string(item, "status")
        if at is None:
            notes.add(f"an update of incident {quoted(ident)} has no time and was left out")
            continue
        found.append(Update(at, word(_STAGES, raw, Stage.UNKNOWN, "stage", notes), prose(item, "body"), raw, at, string(item, "id") or None))
    return carried(oldest_first(found))

"""Uptime Kuma's `/api/status-page/heartbeat/<page>` and `/api/status-page/<page>` (https://github.com/louislam/uptime-kuma, `status-page-router.js`).

The first has the state of every monitor by number, the second their names, what is pinned, and maintenances. Times are UTC without saying so.
From the program's source; no recording is known.
"""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Impact, Incident, Kind, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, objects, prose, string, word, worst
from statuswatch.sources.pages import page_of
from statuswatch.sources.times import utc_of
from statuswatch.sources.words import ONGOING

HEARTBEAT = {"heartbeatList": dict, "uptimeList": dict}
"""The anchors of the heartbeats."""
PAGE = {"config": dict, "publicGroupList": list}
"""The anchors of the page."""

_MONITORS = 5_000
_BEATS = 200  # a page shows a hundred
# A monitor whose check failed is "pending" while it is tried again: not up, not yet down.
_HEALTHS = {"0": Health.DOWN, "1": Health.OK, "2": Health.UNKNOWN, "3": Health.MAINTENANCE}
_IMPACTS = {"danger": Impact.MAJOR, "warning": Impact.MINOR}
_PLANS = {"under-maintenance": Stage.IN_PROGRESS, "scheduled": Stage.SCHEDULED, "ended": Stage.COMPLETED, "inactive": Stage.COMPLETED}


def parse_heartbeat(body: Body) -> Page | Unreadable:
    """The monitors as components, each as its newest beat is. A page that does not exist answers with an empty list, which is refused."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, HEARTBEAT) or not root["heartbeatList"]:
        return wrong_shape(body, "heartbeats of at least one monitor")
    notes = Notes(document.problems)
    found = []
    for ident in sorted(root["heartbeatList"])[:_MONITORS]:
        raw = _newest(root["heartbeatList"], ident, notes)
        name = string({"name": ident}, "name")
        found.append(Component(name or None, name, word(_HEALTHS, raw, Health.UNKNOWN, "monitor status", notes), raw))
    if len(root["heartbeatList"]) > _MONITORS:
        notes.lose(f"there are {len(root['heartbeatList'])} monitors; {_MONITORS} were read")
    health = worst(component.health for component in found)
    return page_of(body.provider, "uptimekuma-heartbeat", (), notes, health=health, components=found)


def _newest(beats: Mapping[str, Any], ident: str, notes: Notes) -> str:
    """The state in the newest beat; they are oldest first, and a day without any is a bare zero."""
    rows = [row for row in beats[ident] if row != 0 or isinstance(row, bool)] if isinstance(beats[ident], list) else [None]
    told = objects({"beats": rows[-_BEATS:]}, "beats", notes, needed=True)
    if not told or len(told) < min(len(rows), _BEATS):
        return ""
    dated = [(at, place) for place, row in enumerate(told) if (at := utc_of(row.get("time"))) is not None]
    return string(told[max(dated)[1] if len(dated) == len(told) else -1], "status")


def parse_page(body: Body) -> Page | Unreadable:
    """What is pinned to the page, maintenances, and the monitors without their state, which only the heartbeats have."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, PAGE):
        return wrong_shape(body, ", ".join(PAGE))
    notes = Notes(document.problems)
    pinned = objects(root, "incidents", notes, needed=True)
    if root.get("incident") is not None:
        pinned = [*pinned, *objects({"incident": [root["incident"]]}, "incident", notes, needed=True)]
    known = [_incident(row, body.provider, notes) for row in pinned]
    known += [_plan(row, body.provider, notes) for row in objects(root, "maintenanceList", notes)]
    components = [
        Component(string(row, "id") or None, string(row, "name"), Health.UNKNOWN, "", string(group, "name") or None)
        for group in objects(root, "publicGroupList", notes)
        for row in objects(group, "monitorList", notes)
    ]
    return page_of(body.provider, "uptimekuma-page", known, notes, components=components, lists_open=True)


def _incident(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    """What was pinned. Its style is a colour; only two of them say how bad it is."""
    ident, raw = string(row, "id"), string(row, "style")
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    posted, moved = utc_of(row.get("createdDate")), utc_of(row.get("lastUpdatedDate"))
    over = row.get("active") is False
    at = moved or posted
    stage = Stage.RESOLVED if over else ONGOING
    return Incident(
        provider=provider,
        id=ident,
        title=string(row, "title"),
        impact=_IMPACTS.get(raw, Impact.UNKNOWN),
        raw_impact=raw,
        stage=stage,
        started_at=posted,
        posted_at=posted,
        resolved_at=at if over else None,
        updates=(Update(at, stage, prose(row, "content"), posted_at=at),) if at else (),
    )


def _plan(row: Mapping[str, Any], provider: str, notes: Notes) -> Incident | None:
    ident, raw = string(row, "id"), string(row, "status")
    if not ident:
        notes.lose("a maintenance has no id and was left out")
        return None
    slots = objects(row, "timeslotList", notes)
    slot = slots[0] if slots else {}
    return Incident(
        provider=provider,
        id=f"maintenance-{ident}",
        title=string(row, "title"),
        impact=Impact.MAINTENANCE,
        kind=Kind.MAINTENANCE,
        stage=word(_PLANS, raw, Stage.UNKNOWN, "maintenance status", notes),
        raw_stage=raw,
        started_at=utc_of(slot.get("startDate")),
        scheduled_until=utc_of(slot.get("endDate")),
    )

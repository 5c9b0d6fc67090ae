"""A page's state in the bytes that such a page really serves: Atlassian Statuspage API v2 and its history feed (shapes as recorded, keys in their order)."""

import json
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from statuswatch.simulate.script import OPERATIONAL, PageIncident, PageState, Post, ScriptComponent

JSON_TYPE = "application/json; charset=utf-8"
ATOM_TYPE = "application/atom+xml; charset=utf-8"

_WORST = (OPERATIONAL, "under_maintenance", "degraded_performance", "partial_outage", "major_outage")
_BADGES = {
    OPERATIONAL: ("none", "All Systems Operational"),
    "under_maintenance": ("maintenance", "Service Under Maintenance"),
    "degraded_performance": ("minor", "Partially Degraded Service"),
    "partial_outage": ("major", "Partial System Outage"),
    "major_outage": ("major", "Partial System Outage"),
}


def body_at(page: PageState, path: str) -> tuple[str, bytes] | None:
    """Content type and body of what the page serves at `path`; None where there is nothing."""
    head = {"page": _page(page)}
    documents: dict[str, dict[str, Any]] = {
        "/api/v2/summary.json": head
        | {
            "components": [_component(page, item, index) for index, item in enumerate(page.provider.components, 1)],
            "incidents": [_incident(page, shown) for shown in reversed(page.open)],
            "scheduled_maintenances": [],
            "status": _status(page),
        },
        "/api/v2/status.json": head | {"status": _status(page)},
        "/api/v2/components.json": head | {"components": [_component(page, item, index) for index, item in enumerate(page.provider.components, 1)]},
        "/api/v2/incidents.json": head | {"incidents": [_incident(page, shown) for shown in reversed(page.incidents)]},
        "/api/v2/incidents/unresolved.json": head | {"incidents": [_incident(page, shown) for shown in reversed(page.open)]},
        "/api/v2/scheduled-maintenances.json": head | {"scheduled_maintenances": []},
    }
    if path == "/history.atom":
        return ATOM_TYPE, _atom(page).encode()
    document = documents.get(path)
    return None if document is None else (JSON_TYPE, json.dumps(document, separators=(",", ":")).encode())


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _page(page: PageState) -> dict[str, Any]:
    party = page.provider
    return {"id": party.page_id, "name": party.page_name, "url": party.page_url, "time_zone": "Etc/UTC", "updated_at": _time(page.changed)}


def _status(page: PageState) -> dict[str, str]:
    """The badge. It is critical only where every component is out."""
    states = list(page.health.values())
    worst = max(states, key=_WORST.index, default=OPERATIONAL)
    indicator, description = _BADGES[worst]
    if worst == "major_outage" and set(states) == {worst}:
        indicator, description = "critical", "Major System Outage"
    return {"indicator": indicator, "description": description}


def _component(page: PageState, component: ScriptComponent, position: int) -> dict[str, Any]:
    moved = [post.at for shown in page.incidents if component.id in shown.incident.components for post in shown.posts]
    return {
        "id": component.id,
        "name": component.name,
        "status": page.health[component.id],
        "created_at": _time(component.since),
        "updated_at": _time(max(moved, default=component.since)),
        "position": position,
        "description": None,
        "showcase": True,
        "start_date": component.since.date().isoformat(),
        "group_id": None,
        "page_id": page.provider.page_id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(page: PageState, shown: PageIncident) -> dict[str, Any]:
    incident, first, last = shown.incident, shown.posts[0], shown.last
    positions = {component.id: (component, position) for position, component in enumerate(page.provider.components, 1)}
    updates = [_update(page, shown, index) for index in range(len(shown.posts))]
    return {
        "id": incident.id,
        "name": incident.title,
        "status": last.stage.value,
        "created_at": _time(first.at),
        "updated_at": _time(last.at),
        "monitoring_at": next((_time(post.at) for post in shown.posts if post.stage == "monitoring"), None),
        "resolved_at": _time(last.at) if shown.over else None,
        "impact": incident.impact.value,
        "shortlink": f"{page.provider.page_url}/incidents/{incident.id}",
        "started_at": _time(first.at),
        "page_id": page.provider.page_id,
        "incident_updates": updates[::-1],
        "components": [_component(page, *positions[name]) for name in incident.components],
        "reminder_intervals": None,
    }


def _update(page: PageState, shown: PageIncident, index: int) -> dict[str, Any]:
    post = shown.posts[index]
    before = shown.posts[index - 1].health if index else OPERATIONAL
    names = {component.id: component.name for component in page.provider.components}
    return {
        "id": post.id,
        "status": post.stage.value,
        "body": post.body,
        "incident_id": shown.incident.id,
        "created_at": _time(post.at),
        "updated_at": _time(post.at),
        "display_at": _time(post.at),
        "affected_components": [
            {"code": component, "name": names[component], "old_status": before, "new_status": post.health} for component in shown.incident.components
        ],
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _atom(page: PageState) -> str:
    party, host = page.provider, page.provider.page_url.partition("://")[2]
    entries = "".join(_entry(page, shown, host) for shown in reversed(page.incidents))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">\n'
        f'  <id>tag:{host},2005:/history</id>\n  <link rel="alternate" type="text/html" href="{party.page_url}"/>\n'
        f'  <link rel="self" type="application/atom+xml" href="{party.page_url}/history.atom"/>\n'
        f"  <title>{escape(party.page_name)} Status - Incident History</title>\n  <updated>{_whole(page.changed)}</updated>\n"
        f"  <author>\n    <name>{escape(party.page_name)}</name>\n  </author>\n{entries}</feed>\n"
    )


def _entry(page: PageState, shown: PageIncident, host: str) -> str:
    """One incident: its updates newest first as HTML, with dates that have no year. The entry's number is unlike the incident's id, as it really is."""
    number = sum(ord(letter) << (index % 8) for index, letter in enumerate(shown.incident.id)) + 30_000_000
    content = " ".join(_paragraph(post) for post in reversed(shown.posts))
    return (
        f"  <entry>\n    <id>tag:{host},2005:Incident/{number}</id>\n    <published>{_whole(shown.last.at)}</published>\n"
        f"    <updated>{_whole(shown.last.at)}</updated>\n"
        f'    <link rel="alternate" type="text/html" href="{page.provider.page_url}/incidents/{shown.incident.id}"/>\n'
        f'    <title>{escape(shown.incident.title)}</title>\n    <content type="html">{escape(content)}</content>\n  </entry>\n'
    )


def _paragraph(post: Post) -> str:
    at = post.at
    date = f"{at:%b} <var data-var='date'>{at.day:2d}</var>, <var data-var='time'>{at:%H:%M}</var> UTC"
    return f"<p> <small>{date}</small><br> <strong>{post.stage.value.replace('_', ' ').capitalize()}</strong> - {escape(post.body)} </p>"


def _whole(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")

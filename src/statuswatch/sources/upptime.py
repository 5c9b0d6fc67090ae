"""Upptime's `history/summary.json` (https://upptime.js.org): one object a site that it watches. Percentages are texts; there are no incidents."""

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page, Unreadable
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, objects, string, word, worst
from statuswatch.sources.pages import page_of

SITE = {"slug": str, "status": str, "uptime": str}
"""The anchors of one site."""

_HEALTHS = {"up": Health.OK, "degraded": Health.DEGRADED, "down": Health.DOWN}


def parse(body: Body) -> Page | Unreadable:
    """The sites as components; the page is as its worst site."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = document.value
    if not isinstance(rows, list) or not rows or not all(is_shaped(row, SITE) for row in rows):
        return wrong_shape(body, f"a list of sites with {', '.join(SITE)}")
    notes = Notes(document.problems)
    found = []
    for row in objects({"sites": rows}, "sites", notes):
        raw = string(row, "status")
        found.append(Component(string(row, "slug"), string(row, "name") or string(row, "slug"), word(_HEALTHS, raw, Health.UNKNOWN, "site status", notes), raw))
    return page_of(body.provider, "upptime-summary", (), notes, health=worst(component.health for component in found), components=found)

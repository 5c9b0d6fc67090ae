"""Health checks of type `application/health+json` (draft-inadarei-api-health-check-06): one word for a service, and perhaps one for each thing it needs.

A service that fails answers with an error status (section 3.1), and its body is read all the same. From the draft; no recording is known.
"""

from collections.abc import Mapping
from typing import Any

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page, Unreadable
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, is_shaped, mapping, objects, spelled, string, time_at, word, worst
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import NAME_LIMIT, sound

MEDIA_TYPE = "application/health+json"
CHECK = {"status": str}
"""The anchor."""

_CHECKS = 5_000
# Section 3.1, with the spellings that it allows for two families of libraries.
HEALTHS = {
    "pass": Health.OK,
    "ok": Health.OK,
    "up": Health.OK,
    "warn": Health.DEGRADED,
    "fail": Health.DOWN,
    "error": Health.DOWN,
    "down": Health.DOWN,
}


def is_check(value: object, content_type: str = "") -> bool:
    """Whether it is a health check: by its media type, or by checks that are lists below a word of the draft. A bare word says too little."""
    if not is_shaped(value, CHECK):
        return False
    checks = mapping(value).get("checks")
    listed = isinstance(checks, dict) and bool(checks) and all(isinstance(nodes, list) for nodes in checks.values())
    return content_type.startswith(MEDIA_TYPE) or (listed and spelled(mapping(value)["status"]) in HEALTHS)


def parse(body: Body) -> Page | Unreadable:
    """The service's word, and as components what it checks; one that runs on several nodes is as its worst node."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    root = document.value
    if not is_shaped(root, CHECK) or not (is_check(root, body.content_type) or (spelled(root["status"]) in HEALTHS and "checks" not in root)):
        return wrong_shape(body, "a status word, or checks below it")
    notes = Notes(document.problems)
    raw = string(root, "status")
    checks = mapping(root.get("checks"))
    components = [_component(name, checks, notes) for name in list(checks)[:_CHECKS]]
    times = [time_at(node, "time") for nodes in checks.values() if isinstance(nodes, list) for node in nodes[:_CHECKS] if isinstance(node, dict)]
    as_of = max((at for at in times if at is not None), default=None)
    health = word(HEALTHS, raw, Health.UNKNOWN, "status", notes)
    return page_of(body.provider, "health-json", (), notes, health=health, raw_health=raw, as_of=as_of, components=components)


def _component(name: str, checks: Mapping[str, Any], notes: Notes) -> Component:
    nodes = checks[name] if isinstance(checks[name], list) else [None]
    told = objects({"nodes": nodes}, "nodes", notes, needed=True)
    raws = [string(node, "status") for node in told]
    # A node without a word is a measurement, which says nothing of how the component is; neither does a node that cannot be read.
    healths = [word(HEALTHS, raw, Health.UNKNOWN, "check status", notes) for raw in raws]
    health = worst(healths if len(told) == len(nodes) else [*healths, Health.UNKNOWN])
    raw = next((raw for raw, told in zip(raws, healths, strict=True) if told is health), "")
    shown = sound(name, NAME_LIMIT)
    return Component(shown, shown, health, raw)

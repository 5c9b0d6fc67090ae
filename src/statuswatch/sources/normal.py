"""Incidents in the normalised form that other programs read and write: plain data, oldest update first."""

from typing import Any

from statuswatch.core.incident import Incident, Update
from statuswatch.core.moment import format_time


def normal_of(incident: Incident) -> dict[str, Any]:
    """The incident as `{id, provider, title, impact, started_at, resolved_at, components, updates, ...}`; texts are theirs, raw.

    Beside what the form asks for there are `kind`, `stage`, `url`, and the feed's own words as `raw_impact` and `raw_stage`. Absent times are null.
    """
    return {
        "id": incident.id,
        "provider": incident.provider,
        "title": incident.title,
        "impact": incident.impact.value,
        "raw_impact": incident.raw_impact,
        "kind": incident.kind.value,
        "stage": incident.stage.value,
        "raw_stage": incident.raw_stage,
        "started_at": format_time(incident.started_at) if incident.started_at else None,
        "posted_at": format_time(incident.posted_at) if incident.posted_at else None,
        "resolved_at": format_time(incident.resolved_at) if incident.resolved_at else None,
        "scheduled_until": format_time(incident.scheduled_until) if incident.scheduled_until else None,
        "components": [component.name for component in incident.components],
        "updates": [_update(update) for update in incident.updates],
        "url": incident.url,
    }


def _update(update: Update) -> dict[str, Any]:
    plain: dict[str, Any] = {"at": format_time(update.at), "stage": update.stage.value, "raw_stage": update.raw_stage, "body": update.body}
    if update.posted_at is not None and update.posted_at != update.at:
        plain["posted_at"] = format_time(update.posted_at)
    moved: dict[str, list[str | None]] = {}
    for change in update.components:
        # Two components of a page may have one name; the second is told apart by its id.
        name = change.name if change.name not in moved else f"{change.name} ({change.id})"
        moved[name] = [change.raw_old, change.raw_new]
    if moved:
        plain["components"] = moved
    return plain

"""Putting a page together from what a format's module found: incidents apart from maintenances, and never more certain than what was read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Impact, Incident, Kind, Page
from statuswatch.sources.fields import Notes, worst

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_WEIGHTS = {Impact.NONE: Health.OK, Impact.MINOR: Health.DEGRADED, Impact.MAJOR: Health.DEGRADED, Impact.CRITICAL: Health.DOWN}


def page_of(
    provider: str,
    form: str,
    known: Iterable[Incident | None],
    notes: Notes,
    *,
    health: Health = Health.UNKNOWN,
    raw_health: str = "",
    as_of: datetime | None = None,
    components: Iterable[Component] = (),
    lists_open: bool = False,
) -> Page:
    """The page. Where an entry was lost, it neither lists all that is open nor is it ok."""
    found = _once([incident for incident in known if incident is not None], notes)
    return Page(
        provider=provider,
        format=form,
        health=Health.UNKNOWN if notes.lost and health is Health.OK else health,
        raw_health=raw_health,
        as_of=as_of,
        components=tuple(components),
        incidents=tuple(incident for incident in found if incident.kind is Kind.INCIDENT),
        maintenances=tuple(incident for incident in found if incident.kind is Kind.MAINTENANCE),
        lists_open=lists_open and not notes.lost,
        problems=notes.sentences,
    )


def _once(found: list[Incident], notes: Notes) -> list[Incident]:
    """Each id once. Feeds with an entry for each post say one id several times; the newest word counts, and of two at one time the one that is open."""
    by_id: dict[str, list[Incident]] = {}
    for incident in found:
        by_id.setdefault(incident.id, []).append(incident)
    if len(by_id) == len(found):
        return found
    notes.add(f"entries that share an id were read as one: {len(found) - len(by_id)} fewer")
    return [_joined(same) if len(same) > 1 else same[0] for same in by_id.values()]


def _joined(same: list[Incident]) -> Incident:
    newest = max(same, key=lambda incident: (incident.last_at or _LONG_AGO, not incident.over))
    updates = dict.fromkeys(update for incident in same for update in incident.updates)
    starts = [incident.started_at for incident in same if incident.started_at is not None]
    return replace(newest, updates=tuple(sorted(updates, key=lambda update: update.at)), started_at=min(starts, default=None))


def quiet_or_worst(page: Page) -> Page:
    """For a format without a badge that lists all that is open: ok where nothing is open, else the weight of what is (degraded at least)."""
    still = [incident for incident in page.incidents if not incident.over]
    if not still:
        return replace(page, health=Health.OK if page.lists_open else Health.UNKNOWN)
    weights = [_WEIGHTS.get(incident.impact, Health.UNKNOWN) for incident in still]
    return replace(page, health=worst(Health.DEGRADED if weight is Health.OK else weight for weight in weights))

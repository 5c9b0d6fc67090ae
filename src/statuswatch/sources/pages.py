"""Putting a page together from what a format's module found: incidents apart from maintenances, and never more certain than what was read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Impact, Incident, Kind, Page
from statuswatch.sources.fields import Notes, worst

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
    found = [incident for incident in known if incident is not None]
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


def quiet_or_worst(page: Page) -> Page:
    """For a format without a badge that lists all that is open: ok where nothing is open, else the weight of what is (degraded at least)."""
    still = [incident for incident in page.incidents if not incident.over]
    if not still:
        return replace(page, health=Health.OK if page.lists_open else Health.UNKNOWN)
    weights = [_WEIGHTS.get(incident.impact, Health.UNKNOWN) for incident in still]
    return replace(page, health=worst(Health.DEGRADED if weight is Health.OK else weight for weight in weights))

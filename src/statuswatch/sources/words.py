"""The words of status pages, one table a vocabulary, in lower case with underscores; a word that is not listed is unknown.

Statuspage coined them, and incident.io kept most.
"""

from collections.abc import Mapping

from statuswatch.core.health import Health
from statuswatch.core.incident import Impact, Stage

STAGES: Mapping[str, Stage] = {
    "investigating": Stage.INVESTIGATING,
    "identified": Stage.IDENTIFIED,
    "monitoring": Stage.MONITORING,
    "resolved": Stage.RESOLVED,
    "postmortem": Stage.POSTMORTEM,
    "scheduled": Stage.SCHEDULED,
    "in_progress": Stage.IN_PROGRESS,
    "verifying": Stage.IN_PROGRESS,
    "completed": Stage.COMPLETED,
    "maintenance_scheduled": Stage.SCHEDULED,
    "maintenance_in_progress": Stage.IN_PROGRESS,
    "maintenance_complete": Stage.COMPLETED,
}
"""Stage words of incidents, maintenances and their updates. `verifying` is a maintenance that is not over."""

UNSTAGED = frozenset({"update", "updated"})
"""Words of posts that say no stage: what held before them goes on."""

COMPONENTS: Mapping[str, Health] = {
    "operational": Health.OK,
    "degraded_performance": Health.DEGRADED,
    "partial_outage": Health.DEGRADED,
    "major_outage": Health.DOWN,
    "full_outage": Health.DOWN,
    "under_maintenance": Health.MAINTENANCE,
    "degraded": Health.DEGRADED,
    "downtime": Health.DOWN,
    "maintenance": Health.MAINTENANCE,
}
"""Component words; incident.io says `full_outage` natively where its compatible address says `major_outage`, younger products use shorter ones."""

ONGOING = Stage.INVESTIGATING
"""The stage of what is open where a format has no finer word."""

INDICATORS: Mapping[str, Health] = {
    "none": Health.OK,
    "minor": Health.DEGRADED,
    "major": Health.DEGRADED,
    "critical": Health.DOWN,
    "maintenance": Health.MAINTENANCE,
}
"""A page's badge: `major` reads "Partial System Outage", `critical` "Major System Outage"."""

IMPACTS: Mapping[str, Impact] = {
    "none": Impact.NONE,
    "minor": Impact.MINOR,
    "major": Impact.MAJOR,
    "critical": Impact.CRITICAL,
    "maintenance": Impact.MAINTENANCE,
}
"""The weight of an incident on a Statuspage page."""

MAINTENANCE_STAGES = frozenset({Stage.SCHEDULED, Stage.IN_PROGRESS, Stage.COMPLETED})
"""Stages that only a maintenance has."""

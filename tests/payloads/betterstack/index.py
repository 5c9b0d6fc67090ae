from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Impact, Incident, Kind, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="betterstack",
    health=Health.DOWN,
    raw_health="downtime",
    as_of=parse_time("2026-05-04T10:15:53.193Z"),
    components=(
        Component(id="84", name="Hub", health=Health.DOWN, raw="downtime", group="Core"),
        Component(id="85", name="Jobs", health=Health.UNKNOWN, raw="not_monitored", group="Core"),
    ),
    incidents=(
        Incident(
            provider="acme",
            id="600",
            title="Hub unavailable",
            impact=Impact.CRITICAL,
            stage=Stage.INVESTIGATING,
            raw_stage="degraded",
            started_at=parse_time("2026-05-04T10:00:00Z"),
            components=(ComponentRef(name="Hub", id="84"),),
            updates=(
                Update(
                    at=parse_time("2026-05-04T10:00:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="The hub is away.",
                    id="501",
                    components=(ComponentChange(name="Hub", new=Health.DOWN, id="84", raw_new="downtime"),),
                ),
                Update(
                    at=parse_time("2026-05-04T10:05:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="Coming back.",
                    id="502",
                    components=(ComponentChange(name="Hub", new=Health.DEGRADED, id="84", raw_new="degraded"),),
                ),
            ),
        ),
    ),
    maintenances=(
        Incident(
            provider="acme",
            id="601",
            title="Planned: Jobs",
            impact=Impact.MAINTENANCE,
            kind=Kind.MAINTENANCE,
            stage=Stage.COMPLETED,
            raw_stage="resolved",
            started_at=parse_time("2026-05-05T07:00:00Z"),
            resolved_at=parse_time("2026-05-05T08:00:00Z"),
            scheduled_until=parse_time("2026-05-05T08:00:00Z"),
            components=(ComponentRef(name="Jobs", id="85"),),
            updates=(
                Update(at=parse_time("2026-05-05T07:00:00Z"), stage=Stage.SCHEDULED, body="Short breaks.", id="503"),
                Update(at=parse_time("2026-05-05T08:00:00Z"), stage=Stage.COMPLETED, body="Done.", id="504"),
            ),
        ),
    ),
    lists_open=True,
    problems=("an update of report '600' is missing or has no time",),
)

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentRef, Impact, Incident, Kind, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="statusio",
    health=Health.DEGRADED,
    raw_health="400",
    as_of=parse_time("2026-05-04T10:00:00Z"),
    components=(
        Component(id="c1", name="API", health=Health.DOWN, raw="300"),
        Component(id="c2", name="Console", health=Health.OK),
    ),
    incidents=(
        Incident(
            provider="acme",
            id="i1",
            title="Errors in the east",
            impact=Impact.CRITICAL,
            raw_impact="500",
            stage=Stage.IDENTIFIED,
            raw_stage="200",
            started_at=parse_time("2026-05-04T09:50:00Z"),
            posted_at=parse_time("2026-05-04T09:52:00Z"),
            components=(ComponentRef(name="API", id="c1"),),
            updates=(
                Update(
                    at=parse_time("2026-05-04T09:52:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="We look.",
                    raw_stage="100",
                    posted_at=parse_time("2026-05-04T09:52:00Z"),
                ),
                Update(
                    at=parse_time("2026-05-04T10:00:00Z"),
                    stage=Stage.IDENTIFIED,
                    body="We have found it.",
                    raw_stage="200",
                    posted_at=parse_time("2026-05-04T10:00:00Z"),
                ),
            ),
        ),
    ),
    maintenances=(
        Incident(
            provider="acme",
            id="m1",
            title="Disks",
            impact=Impact.MAINTENANCE,
            kind=Kind.MAINTENANCE,
            stage=Stage.IN_PROGRESS,
            started_at=parse_time("2026-05-04T08:00:00Z"),
            posted_at=parse_time("2026-05-01T00:00:00Z"),
            scheduled_until=parse_time("2026-05-04T12:00:00Z"),
            components=(ComponentRef(name="Console", id="c2"),),
            updates=(
                Update(
                    at=parse_time("2026-05-04T08:00:00Z"),
                    stage=Stage.IN_PROGRESS,
                    body="We begin.",
                    raw_stage="200",
                    posted_at=parse_time("2026-05-04T08:00:00Z"),
                ),
            ),
        ),
        Incident(
            provider="acme",
            id="m2",
            title="Network",
            impact=Impact.MAINTENANCE,
            kind=Kind.MAINTENANCE,
            stage=Stage.SCHEDULED,
            started_at=parse_time("2026-05-10T08:00:00Z"),
            posted_at=parse_time("2026-05-02T00:00:00Z"),
            scheduled_until=parse_time("2026-05-10T12:00:00Z"),
        ),
    ),
    lists_open=True,
)

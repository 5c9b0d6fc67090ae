from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Impact, Incident, Kind, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="uptimekuma-page",
    components=(Component(id="7", name="API", health=Health.UNKNOWN, group="Services"),),
    incidents=(
        Incident(
            provider="acme",
            id="3",
            title="API is down",
            impact=Impact.MAJOR,
            raw_impact="danger",
            stage=Stage.INVESTIGATING,
            started_at=parse_time("2026-05-04T09:00:00Z"),
            posted_at=parse_time("2026-05-04T09:00:00Z"),
            updates=(Update(at=parse_time("2026-05-04T09:20:00Z"), stage=Stage.INVESTIGATING, body="We look.", posted_at=parse_time("2026-05-04T09:20:00Z")),),
        ),
    ),
    maintenances=(
        Incident(
            provider="acme",
            id="maintenance-2",
            title="Disks",
            impact=Impact.MAINTENANCE,
            kind=Kind.MAINTENANCE,
            stage=Stage.SCHEDULED,
            raw_stage="scheduled",
            started_at=parse_time("2026-05-10T08:00:00Z"),
            scheduled_until=parse_time("2026-05-10T09:00:00Z"),
        ),
    ),
    lists_open=True,
)

from statuswatch.core.incident import Incident, Kind, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="statuspage-history",
    as_of=parse_time("2026-01-02T08:00:00Z"),
    incidents=(
        Incident(
            provider="acme",
            id="abc123",
            title="Errors over New Year & after",
            stage=Stage.MONITORING,
            raw_stage="Monitoring",
            started_at=parse_time("2025-12-31T23:40:00Z"),
            updates=(
                Update(at=parse_time("2025-12-31T23:40:00Z"), stage=Stage.INVESTIGATING, body="We look.", raw_stage="Investigating"),
                Update(at=parse_time("2025-12-31T23:50:00Z"), stage=Stage.INVESTIGATING, body="More soon.", raw_stage="Update"),
                Update(at=parse_time("2026-01-01T01:10:00Z"), stage=Stage.MONITORING, body="It holds.\np99 is < 2 s.", raw_stage="Monitoring"),
            ),
            url="https://status.acme.test/incidents/abc123",
        ),
    ),
    maintenances=(
        Incident(
            provider="acme",
            id="def456",
            title="Planned work",
            kind=Kind.MAINTENANCE,
            stage=Stage.SCHEDULED,
            raw_stage="Scheduled",
            started_at=parse_time("2025-12-21T14:00:00Z"),
            scheduled_until=parse_time("2025-12-21T16:00:00Z"),
            updates=(Update(at=parse_time("2025-12-20T14:00:00Z"), stage=Stage.SCHEDULED, body="Work ahead.", raw_stage="Scheduled"),),
            url="https://status.acme.test/incidents/def456",
        ),
    ),
)

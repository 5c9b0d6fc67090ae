from statuswatch.core.incident import Impact, Incident, Kind, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="rootly-incidents",
    as_of=parse_time("2026-05-04T10:40:00Z"),
    incidents=(
        Incident(
            provider="acme",
            id="def456",
            title="Chat is down",
            impact=Impact.CRITICAL,
            raw_impact="critical",
            stage=Stage.MONITORING,
            raw_stage="mitigated",
            started_at=parse_time("2026-05-04T09:00:00Z"),
            posted_at=parse_time("2026-05-04T09:05:00Z"),
            updates=(
                Update(
                    at=parse_time("2026-05-04T09:05:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="We look.",
                    raw_stage="investigating",
                    posted_at=parse_time("2026-05-04T09:05:00Z"),
                ),
            ),
            url="https://status.acme.test/incidents/def456",
        ),
    ),
    maintenances=(
        Incident(
            provider="acme",
            id="ghi789",
            title="Planned work",
            impact=Impact.NONE,
            raw_impact="none",
            kind=Kind.MAINTENANCE,
            stage=Stage.IN_PROGRESS,
            raw_stage="in_progress",
            started_at=parse_time("2026-05-04T08:00:00Z"),
            url="https://status.acme.test/incidents/ghi789",
        ),
    ),
)

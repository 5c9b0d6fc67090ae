from statuswatch.core.health import Health
from statuswatch.core.incident import Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="rootly-status",
    health=Health.DEGRADED,
    raw_health="major",
    as_of=parse_time("2026-05-04T10:40:00Z"),
    incidents=(
        Incident(
            provider="acme",
            id="abc123",
            title="Chat is slow",
            impact=Impact.MINOR,
            raw_impact="minor",
            stage=Stage.IDENTIFIED,
            raw_stage="started",
            started_at=parse_time("2026-05-04T10:30:00Z"),
            posted_at=parse_time("2026-05-04T10:35:00Z"),
            updates=(
                Update(
                    at=parse_time("2026-05-04T10:35:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="We look.",
                    raw_stage="investigating",
                    posted_at=parse_time("2026-05-04T10:35:00Z"),
                ),
                Update(
                    at=parse_time("2026-05-04T10:40:00Z"),
                    stage=Stage.IDENTIFIED,
                    body="We have found it.",
                    raw_stage="identified",
                    posted_at=parse_time("2026-05-04T10:40:00Z"),
                ),
            ),
            url="https://status.acme.test/incidents/abc123",
        ),
    ),
    lists_open=True,
)

from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="google-cloud",
    health=Health.DOWN,
    as_of=parse_time("2026-05-04T10:00:00Z"),
    incidents=(
        Incident(
            provider="acme",
            id="G1",
            title="Requests fail",
            impact=Impact.CRITICAL,
            raw_impact="SERVICE_OUTAGE",
            stage=Stage.INVESTIGATING,
            raw_stage="SERVICE_DISRUPTION",
            started_at=parse_time("2026-05-04T09:00:00Z"),
            posted_at=parse_time("2026-05-04T09:20:00Z"),
            components=(ComponentRef(name="Agent Platform", id="Z0"),),
            updates=(
                Update(
                    at=parse_time("2026-05-04T09:15:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="We see failures.",
                    raw_stage="SERVICE_OUTAGE",
                    posted_at=parse_time("2026-05-04T09:20:00Z"),
                ),
                Update(
                    at=parse_time("2026-05-04T10:00:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="Mitigated in part.",
                    raw_stage="SERVICE_DISRUPTION",
                    posted_at=parse_time("2026-05-04T10:00:00Z"),
                ),
            ),
            url="https://status.acme.test/incidents/G1",
        ),
        Incident(
            provider="acme",
            id="G0",
            title="Slow queries",
            impact=Impact.MINOR,
            raw_impact="SERVICE_INFORMATION",
            stage=Stage.RESOLVED,
            raw_stage="AVAILABLE",
            started_at=parse_time("2026-05-01T09:00:00Z"),
            posted_at=parse_time("2026-05-01T09:20:00Z"),
            resolved_at=parse_time("2026-05-01T12:00:00Z"),
            updates=(
                Update(
                    at=parse_time("2026-05-01T12:05:00Z"),
                    stage=Stage.RESOLVED,
                    body="Fine again.",
                    raw_stage="AVAILABLE",
                    posted_at=parse_time("2026-05-01T12:05:00Z"),
                ),
            ),
            url="https://status.acme.test/incidents/G0",
        ),
    ),
    lists_open=True,
)

from statuswatch.core.health import Health
from statuswatch.core.incident import Impact, Incident, Kind, Page, Stage
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="instatus-summary",
    health=Health.DEGRADED,
    raw_health="ONEMAJOROUTAGE",
    incidents=(
        Incident(
            provider="acme",
            id="cm1",
            title="Sandbox",
            impact=Impact.CRITICAL,
            raw_impact="MAJOROUTAGE",
            stage=Stage.MONITORING,
            raw_stage="MONITORING",
            started_at=parse_time("2026-05-04T09:48:28.028Z"),
            url="https://status.acme.test/cm1",
        ),
    ),
    maintenances=(
        Incident(
            provider="acme",
            id="cm2",
            title="Move",
            impact=Impact.MAINTENANCE,
            kind=Kind.MAINTENANCE,
            stage=Stage.SCHEDULED,
            raw_stage="NOTSTARTEDYET",
            started_at=parse_time("2026-05-05T09:00:00Z"),
            url="https://status.acme.test/cm2",
        ),
    ),
    lists_open=True,
)

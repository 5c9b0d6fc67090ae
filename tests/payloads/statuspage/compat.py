from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="statuspage-summary",
    health=Health.DEGRADED,
    raw_health="minor",
    as_of=parse_time("2026-05-04T10:00:00Z"),
    components=(
        Component(id="01C1", name="Login", health=Health.OK, raw="operational"),
        Component(id="01C2", name="Login", health=Health.DEGRADED, raw="degraded_performance"),
    ),
    incidents=(
        Incident(
            provider="acme",
            id="01I1",
            title="Slow answers",
            impact=Impact.MINOR,
            raw_impact="minor",
            stage=Stage.INVESTIGATING,
            raw_stage="investigating",
            started_at=parse_time("2026-05-04T09:58:00Z"),
            posted_at=parse_time("2026-05-04T10:00:00Z"),
            updates=(
                Update(
                    at=parse_time("2026-05-04T09:58:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="We are on it.",
                    raw_stage="investigating",
                    posted_at=parse_time("2026-05-04T10:00:00Z"),
                    id="01U1",
                ),
            ),
            url="https://status.acme.test/incidents/01I1",
        ),
    ),
    lists_open=True,
)

from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="checkly",
    health=Health.DEGRADED,
    incidents=(
        Incident(
            provider="acme",
            id="b3",
            title="",
            impact=Impact.MAJOR,
            raw_impact="MEDIUM",
            stage=Stage.INVESTIGATING,
            raw_stage="INVESTIGATING",
            started_at=parse_time("2026-05-04T10:32:53.607Z"),
            posted_at=parse_time("2026-05-04T10:32:53.607Z"),
            components=(ComponentRef(name="Audio API", id="d8"),),
            updates=(
                Update(
                    at=parse_time("2026-05-04T10:32:53.607Z"),
                    stage=Stage.INVESTIGATING,
                    body="Audio is slow.",
                    raw_stage="INVESTIGATING",
                    posted_at=parse_time("2026-05-04T10:32:53.621Z"),
                    id="10",
                ),
            ),
        ),
    ),
    lists_open=True,
)

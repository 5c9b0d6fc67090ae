from statuswatch.core.incident import Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="statuspage-archive",
    incidents=(
        Incident(
            provider="acme",
            id="i4",
            title="Not over",
            impact=Impact.MINOR,
            raw_impact="minor",
            stage=Stage.IDENTIFIED,
            raw_stage="identified",
            started_at=parse_time("2026-05-04T10:00:00Z"),
            posted_at=parse_time("2026-05-04T10:00:00Z"),
            updates=(
                Update(
                    at=parse_time("2026-05-04T10:05:00Z"),
                    stage=Stage.RESOLVED,
                    body="Done.",
                    raw_stage="resolved",
                    posted_at=parse_time("2026-05-04T10:05:00Z"),
                    id="x1",
                ),
                Update(
                    at=parse_time("2026-05-04T10:10:00Z"),
                    stage=Stage.IDENTIFIED,
                    body="It is back.",
                    raw_stage="identified",
                    posted_at=parse_time("2026-05-04T10:10:00Z"),
                    id="x2",
                ),
            ),
            url="https://stspg.test/i4",
        ),
    ),
)

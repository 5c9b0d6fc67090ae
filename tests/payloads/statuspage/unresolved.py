from statuswatch.core.incident import Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="statuspage-unresolved",
    as_of=parse_time("2026-05-04T10:15:00Z"),
    incidents=(
        Incident(
            provider="acme",
            id="i5",
            title="Open",
            impact=Impact.MINOR,
            raw_impact="minor",
            stage=Stage.IDENTIFIED,
            raw_stage="identified",
            started_at=parse_time("2026-05-04T10:00:00Z"),
            posted_at=parse_time("2026-05-04T10:00:00Z"),
            updates=(
                Update(
                    at=parse_time("2026-05-04T10:00:00Z"),
                    stage=Stage.IDENTIFIED,
                    body="",
                    raw_stage="identified",
                    posted_at=parse_time("2026-05-04T10:00:00Z"),
                    id="y1",
                ),
            ),
            url="https://status.acme.test/incidents/i5",
        ),
    ),
    lists_open=True,
)

from statuswatch.core.incident import Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="statuspage-archive",
    incidents=(
        Incident(
            provider="acme",
            id="i3",
            title="Told afterwards",
            impact=Impact.NONE,
            raw_impact="none",
            stage=Stage.POSTMORTEM,
            raw_stage="postmortem",
            started_at=parse_time("2026-05-02T12:00:00Z"),
            posted_at=parse_time("2026-05-02T12:00:00Z"),
            resolved_at=parse_time("2026-05-02T11:00:00Z"),
            updates=(
                Update(
                    at=parse_time("2026-05-02T11:00:00Z"),
                    stage=Stage.RESOLVED,
                    body="It was slow.",
                    raw_stage="resolved",
                    posted_at=parse_time("2026-05-02T12:00:00Z"),
                    id="w1",
                ),
                Update(
                    at=parse_time("2026-05-03T09:00:00Z"),
                    stage=Stage.POSTMORTEM,
                    body="What went wrong.",
                    raw_stage="postmortem",
                    posted_at=parse_time("2026-05-03T09:00:00Z"),
                    id="w2",
                ),
            ),
            url="https://stspg.test/i3",
        ),
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
    problems=("incident 'i3' is resolved before it started",),
)

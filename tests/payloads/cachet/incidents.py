from statuswatch.core.incident import ComponentRef, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="cachet-incidents",
    incidents=(
        Incident(
            provider="acme",
            id="8",
            title="API is slow",
            stage=Stage.MONITORING,
            raw_stage="3",
            started_at=parse_time("2026-05-04T09:00:00Z"),
            posted_at=parse_time("2026-05-04T09:05:00Z"),
            components=(ComponentRef(name="1", id="1"),),
            updates=(
                Update(
                    at=parse_time("2026-05-04T09:00:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="We look.",
                    raw_stage="1",
                    posted_at=parse_time("2026-05-04T09:05:00Z"),
                ),
                Update(
                    at=parse_time("2026-05-04T09:30:00Z"),
                    stage=Stage.MONITORING,
                    body="We watch.",
                    raw_stage="3",
                    posted_at=parse_time("2026-05-04T09:30:00Z"),
                    id="21",
                ),
            ),
            url="https://status.acme.test/incidents/8",
        ),
        Incident(
            provider="acme",
            id="7",
            title="Site was down",
            stage=Stage.RESOLVED,
            raw_stage="4",
            started_at=parse_time("2026-05-03T09:00:00Z"),
            posted_at=parse_time("2026-05-03T09:00:00Z"),
            resolved_at=parse_time("2026-05-03T09:00:00Z"),
            updates=(
                Update(at=parse_time("2026-05-03T09:00:00Z"), stage=Stage.RESOLVED, body="Over.", raw_stage="4", posted_at=parse_time("2026-05-03T09:00:00Z")),
            ),
        ),
    ),
)

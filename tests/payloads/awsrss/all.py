from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="aws-rss",
    as_of=parse_time("2026-05-04T10:10:00Z"),
    incidents=(
        Incident(
            provider="acme",
            id="models-xx-east-1/Error Rates",
            title="Error Rates",
            impact=Impact.CRITICAL,
            raw_impact="service disruption",
            stage=Stage.INVESTIGATING,
            raw_stage="service disruption",
            started_at=parse_time("2026-05-04T09:00:00Z"),
            components=(ComponentRef(name="models-xx-east-1", id="models-xx-east-1"),),
            updates=(
                Update(at=parse_time("2026-05-04T09:00:00Z"), stage=Stage.INVESTIGATING, body="We look.", raw_stage="informational message"),
                Update(at=parse_time("2026-05-04T10:00:00Z"), stage=Stage.INVESTIGATING, body="It goes on.", raw_stage="service disruption"),
            ),
            url="https://status.acme.test/",
        ),
        Incident(
            provider="acme",
            id="store-xx-east-1/Slow",
            title="Slow",
            stage=Stage.RESOLVED,
            raw_stage="service is operating normally, resolved",
            started_at=parse_time("2026-05-02T09:00:00Z"),
            resolved_at=parse_time("2026-05-02T09:00:00Z"),
            components=(ComponentRef(name="store-xx-east-1", id="store-xx-east-1"),),
            updates=(Update(at=parse_time("2026-05-02T09:00:00Z"), stage=Stage.RESOLVED, body="Over.", raw_stage="service is operating normally, resolved"),),
            url="https://status.acme.test/",
        ),
    ),
)

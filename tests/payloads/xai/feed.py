from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="xai-rss",
    as_of=parse_time("2026-05-04T12:00:00Z"),
    incidents=(
        Incident(
            provider="acme",
            id="INC1",
            title="[API (one)] Requests fail",
            impact=Impact.CRITICAL,
            raw_impact="unavailable",
            stage=Stage.IDENTIFIED,
            raw_stage="IDENTIFIED",
            started_at=parse_time("2026-05-04T11:00:00Z"),
            components=(ComponentRef(name="API (one)"),),
            updates=(
                Update(at=parse_time("2026-05-04T11:10:00Z"), stage=Stage.IDENTIFIED, body="We know why.\nSoon more.", raw_stage="Identified"),
                Update(at=parse_time("2026-05-04T11:45:00Z"), stage=Stage.IDENTIFIED, body="Still.", raw_stage="Updated"),
            ),
            url="https://status.acme.test/api-one/INC1",
        ),
    ),
)

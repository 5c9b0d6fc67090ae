from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="slack",
    health=Health.DEGRADED,
    raw_health="active",
    as_of=parse_time("2026-05-04T10:10:20Z"),
    incidents=(
        Incident(
            provider="acme",
            id="1073",
            title="Messages are late",
            impact=Impact.MAJOR,
            raw_impact="incident",
            stage=Stage.INVESTIGATING,
            raw_stage="active",
            started_at=parse_time("2026-05-04T09:00:53Z"),
            posted_at=parse_time("2026-05-04T09:00:53Z"),
            components=(ComponentRef(name="Messaging"), ComponentRef(name="Connections")),
            updates=(
                Update(at=parse_time("2026-05-04T09:00:53Z"), stage=Stage.INVESTIGATING, body="We look.", posted_at=parse_time("2026-05-04T09:00:53Z")),
                Update(
                    at=parse_time("2026-05-04T10:10:20Z"), stage=Stage.INVESTIGATING, body="Better.\n\nWe go on.", posted_at=parse_time("2026-05-04T10:10:20Z")
                ),
            ),
            url="https://status.test/2026-05/deb",
        ),
    ),
    lists_open=True,
)

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Impact, Incident, Page, Stage
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="instatus-page",
    health=Health.DEGRADED,
    raw_health="HASISSUES",
    components=(
        Component(id="k1", name="API", health=Health.DOWN, raw="MAJOROUTAGE"),
        Component(id="k2", name="Site", health=Health.OK, raw="OPERATIONAL", group="Web"),
    ),
    incidents=(
        Incident(
            provider="acme",
            id="n1",
            title="API is down",
            impact=Impact.NONE,
            raw_impact="OPERATIONAL",
            stage=Stage.MONITORING,
            raw_stage="MONITORING",
            started_at=parse_time("2026-05-04T09:00:00Z"),
        ),
    ),
    lists_open=True,
)

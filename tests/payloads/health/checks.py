from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="health-json",
    health=Health.DEGRADED,
    raw_health="Warn",
    as_of=parse_time("2026-05-04T10:01:00Z"),
    components=(
        Component(id="store:responseTime", name="store:responseTime", health=Health.DOWN, raw="fail"),
        Component(id="uptime", name="uptime", health=Health.OK, raw="pass"),
    ),
)

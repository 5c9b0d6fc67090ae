from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="statuspage-components",
    as_of=parse_time("2026-05-04T10:15:00Z"),
    components=(Component(id="c1", name="API", health=Health.DOWN, raw="major_outage"), Component(id="c5", name="Docs", health=Health.OK, raw="operational")),
    problems=("a component has no name",),
)

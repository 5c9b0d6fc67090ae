from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page

PAGE = Page(
    provider="acme",
    format="cachet-components",
    health=Health.DEGRADED,
    components=(
        Component(id="1", name="API", health=Health.DEGRADED, raw="3"),
        Component(id="2", name="Site", health=Health.OK, raw="1"),
    ),
)

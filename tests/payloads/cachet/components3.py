from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page

PAGE = Page(
    provider="acme",
    format="cachet-components",
    health=Health.DOWN,
    components=(
        Component(id="1", name="API", health=Health.DOWN, raw="4"),
        Component(id="2", name="Site", health=Health.MAINTENANCE, raw="6"),
    ),
)

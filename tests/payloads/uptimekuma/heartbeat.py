from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page

PAGE = Page(
    provider="acme",
    format="uptimekuma-heartbeat",
    health=Health.DOWN,
    components=(
        Component(id="10", name="10", health=Health.UNKNOWN, raw="2"),
        Component(id="7", name="7", health=Health.DOWN, raw="0"),
        Component(id="9", name="9", health=Health.OK, raw="1"),
    ),
)

from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page

PAGE = Page(
    provider="acme",
    format="statuspage-uptime",
    components=(
        Component(id="ab1", name="API", health=Health.UNKNOWN),
        Component(id="ab2", name="Site", health=Health.UNKNOWN),
    ),
)

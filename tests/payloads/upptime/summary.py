from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page

PAGE = Page(
    provider="acme",
    format="upptime-summary",
    health=Health.DOWN,
    components=(Component(id="site", name="Site", health=Health.DOWN, raw="down"), Component(id="blog", name="blog", health=Health.OK, raw="up")),
)

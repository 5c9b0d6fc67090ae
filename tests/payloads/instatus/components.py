from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page

PAGE = Page(
    provider="acme",
    format="instatus-components",
    health=Health.DOWN,
    components=(
        Component(id="k1", name="Website", health=Health.DOWN, raw="MAJOROUTAGE"),
        Component(id="k2", name="API", health=Health.OK, raw="OPERATIONAL", group="Core"),
    ),
)

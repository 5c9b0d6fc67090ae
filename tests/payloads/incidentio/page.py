from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page

PAGE = Page(
    provider="acme",
    format="incidentio-page",
    health=Health.DEGRADED,
    components=(Component(id="01C1", name="Chat", health=Health.DEGRADED, raw="degraded_performance"), Component(id="01C2", name="Batch", health=Health.OK)),
    lists_open=True,
)

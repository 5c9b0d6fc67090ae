from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentRef, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="azure-rss",
    health=Health.DEGRADED,
    as_of=parse_time("2026-05-04T10:12:58Z"),
    incidents=(
        Incident(
            provider="acme",
            id="connectivity-in-west",
            title="Connectivity in West",
            stage=Stage.INVESTIGATING,
            started_at=parse_time("2026-05-04T09:29:09Z"),
            components=(ComponentRef(name="App Service"), ComponentRef(name="West")),
            updates=(Update(at=parse_time("2026-05-04T09:29:09Z"), stage=Stage.INVESTIGATING, body="Since 09:00 requests fail.\n\nWe are on it."),),
            url="https://cloud.test/status/",
        ),
    ),
    lists_open=True,
)

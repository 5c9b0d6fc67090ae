from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="datadog",
    health=Health.DOWN,
    components=(
        Component(id="9f", name="Chat", health=Health.DEGRADED, raw="degraded", group="Gateway"),
        Component(id="9e", name="Video", health=Health.OK, raw="operational", group="Gateway"),
        Component(id="23", name="Web", health=Health.DOWN, raw="major_outage"),
    ),
    incidents=(
        Incident(
            provider="acme",
            id="2a",
            title="Video is slow",
            stage=Stage.INVESTIGATING,
            raw_stage="investigating",
            started_at=parse_time("2026-05-04T09:27:00Z"),
            posted_at=parse_time("2026-05-04T10:34:01.430Z"),
            components=(ComponentRef(name="Video", id="9e"),),
            updates=(
                Update(
                    at=parse_time("2026-05-04T09:27:00Z"),
                    stage=Stage.INVESTIGATING,
                    body="We look.",
                    raw_stage="investigating",
                    posted_at=parse_time("2026-05-04T10:34:01.430Z"),
                    id="0e",
                    components=(ComponentChange(name="Video", new=Health.DEGRADED, id="9e", raw_new="degraded"),),
                ),
            ),
            url="https://acme.status.test/incidents/2a",
        ),
        Incident(
            provider="acme",
            id="bf",
            title="Backfill",
            stage=Stage.RESOLVED,
            raw_stage="resolved",
            started_at=parse_time("2026-05-01T13:00:00Z"),
            resolved_at=parse_time("2026-05-02T13:00:00Z"),
            url="https://acme.status.test/incidents/bf",
        ),
    ),
    lists_open=True,
)

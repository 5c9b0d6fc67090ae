from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Incident, Kind, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="incidentio",
    health=Health.DOWN,
    components=(Component(id="01C1", name="Chat", health=Health.DOWN, raw="full_outage", group="APIs"), Component(id="01C2", name="Batch", health=Health.OK)),
    incidents=(
        Incident(
            provider="acme",
            id="01I",
            title="Chat is down",
            stage=Stage.IDENTIFIED,
            raw_stage="identified",
            started_at=parse_time("2026-05-04T10:00:00Z"),
            posted_at=parse_time("2026-05-04T10:06:00.955Z"),
            components=(ComponentRef(name="Chat", id="01C1"), ComponentRef(name="01C9", id="01C9")),
            updates=(
                Update(
                    at=parse_time("2026-05-04T10:00:00Z"),
                    stage=Stage.IDENTIFIED,
                    body="We know why.",
                    raw_stage="identified",
                    id="01U1",
                    components=(ComponentChange(name="Chat", new=Health.DOWN, id="01C1", raw_new="full_outage"),),
                ),
                Update(
                    at=parse_time("2026-05-04T10:10:00Z"),
                    stage=Stage.RESOLVED,
                    body="Back.",
                    raw_stage="resolved",
                    id="01U2",
                    components=(ComponentChange(name="Chat", new=Health.OK, id="01C1", raw_new="operational"),),
                ),
                Update(
                    at=parse_time("2026-05-04T10:20:00Z"),
                    stage=Stage.IDENTIFIED,
                    body="It came back.",
                    raw_stage="identified",
                    id="01U3",
                    components=(ComponentChange(name="01C9", new=Health.DOWN, id="01C9", raw_new="full_outage"),),
                ),
            ),
            url="https://status.acme.test/incidents/01I",
        ),
    ),
    maintenances=(
        Incident(
            provider="acme",
            id="01M",
            title="Move",
            kind=Kind.MAINTENANCE,
            stage=Stage.SCHEDULED,
            raw_stage="maintenance_scheduled",
            started_at=parse_time("2026-05-06T00:00:00Z"),
            posted_at=parse_time("2026-05-01T10:00:00Z"),
            scheduled_until=parse_time("2026-05-06T02:00:00Z"),
            components=(ComponentRef(name="Batch", id="01C2"),),
            updates=(Update(at=parse_time("2026-05-01T10:00:00Z"), stage=Stage.SCHEDULED, body="Ahead.", raw_stage="maintenance_scheduled", id="01U4"),),
            url="https://status.acme.test/incidents/01M",
        ),
    ),
    lists_open=True,
)

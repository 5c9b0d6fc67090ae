from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="flashduty",
    health=Health.DEGRADED,
    components=(
        Component(id="01A", name="Pro (API Service)", health=Health.DEGRADED, raw="degraded"),
        Component(id="01B", name="Chat", health=Health.OK, group="Chat Service"),
    ),
    incidents=(
        Incident(
            provider="acme",
            id="675",
            title="Slow (API Degraded)",
            stage=Stage.IDENTIFIED,
            raw_stage="identified",
            started_at=parse_time("2026-07-24T06:30:38Z"),
            components=(ComponentRef(name="Pro (API Service)", id="01A"),),
            updates=(
                Update(
                    at=parse_time("2026-07-24T06:30:38Z"),
                    stage=Stage.IDENTIFIED,
                    body="Known.",
                    raw_stage="identified",
                    id="01U",
                    components=(ComponentChange(name="Pro", new=Health.DEGRADED, id="01A", raw_new="degraded"),),
                ),
            ),
        ),
        Incident(
            provider="acme",
            id="674",
            title="Search",
            stage=Stage.RESOLVED,
            raw_stage="resolved",
            started_at=parse_time("2026-07-22T05:12:18Z"),
            resolved_at=parse_time("2026-07-22T09:05:03Z"),
            components=(ComponentRef(name="Web Chat", id="01Z"),),
            updates=(
                Update(
                    at=parse_time("2026-07-22T09:05:03Z"),
                    stage=Stage.RESOLVED,
                    body="Fine.",
                    raw_stage="resolved",
                    id="01V",
                    components=(ComponentChange(name="Web Chat", new=Health.OK, id="01Z", raw_new="operational"),),
                ),
            ),
        ),
    ),
    lists_open=True,
)

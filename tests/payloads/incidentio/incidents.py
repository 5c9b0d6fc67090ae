from statuswatch.core.incident import ComponentRef, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="incidentio-incidents",
    incidents=(
        Incident(
            provider="acme",
            id="01J",
            title="Invoices do not load",
            stage=Stage.RESOLVED,
            raw_stage="resolved",
            started_at=parse_time("2026-01-30T10:42:56.002Z"),
            posted_at=parse_time("2026-01-30T10:42:56.002Z"),
            resolved_at=parse_time("2026-01-30T12:38:56.689Z"),
            components=(ComponentRef(name="01C1", id="01C1"),),
            updates=(Update(at=parse_time("2026-01-30T10:42:56.002Z"), stage=Stage.IDENTIFIED, body="On it.", raw_stage="identified", id="01U"),),
        ),
        Incident(
            provider="acme",
            id="01K",
            title="Exports fail",
            stage=Stage.INVESTIGATING,
            raw_stage="investigating",
            started_at=parse_time("2026-01-31T10:00:00Z"),
            posted_at=parse_time("2026-01-31T10:00:00Z"),
        ),
    ),
)

from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="google-aistudio",
    health=Health.DEGRADED,
    incidents=(
        Incident(
            provider="acme",
            id="API-20260504",
            title="Errors",
            impact=Impact.MAJOR,
            raw_impact="2",
            raw_stage="9",
            started_at=parse_time("2026-05-04T09:00:00Z"),
            components=(ComponentRef(name="Gemini API", id="1"), ComponentRef(name="4", id="4")),
            updates=(
                Update(at=parse_time("2026-05-04T09:00:00Z"), stage=Stage.INVESTIGATING, body="We look.", raw_stage="1"),
                Update(at=parse_time("2026-05-04T10:00:00Z"), stage=Stage.UNKNOWN, body="Hm.", raw_stage="9"),
            ),
        ),
        Incident(
            provider="acme",
            id="Studio-20260501",
            title="Slow",
            impact=Impact.MINOR,
            raw_impact="1",
            stage=Stage.RESOLVED,
            raw_stage="4",
            started_at=parse_time("2026-05-01T17:00:00Z"),
            resolved_at=parse_time("2026-05-01T18:00:00Z"),
            components=(ComponentRef(name="AI Studio", id="3"),),
            updates=(
                Update(at=parse_time("2026-05-01T17:00:00Z"), stage=Stage.INVESTIGATING, body="We look.", raw_stage="1"),
                Update(at=parse_time("2026-05-01T18:00:00Z"), stage=Stage.RESOLVED, body="Fine.", raw_stage="4"),
            ),
        ),
    ),
    lists_open=True,
    problems=("state '9' is not known",),
)

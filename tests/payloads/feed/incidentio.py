from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentChange, ComponentRef, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="statuspage-history",
    as_of=parse_time("2026-05-04T10:20:00.404Z"),
    incidents=(
        Incident(
            provider="acme",
            id="01I1",
            title="Errors in Chat",
            stage=Stage.IDENTIFIED,
            raw_stage="Identified",
            started_at=parse_time("2026-05-04T10:17:19.771Z"),
            components=(ComponentRef(name="Chat (new)"), ComponentRef(name="Voice"), ComponentRef(name="Nameless")),
            updates=(
                Update(
                    at=parse_time("2026-05-04T10:17:19.771Z"),
                    stage=Stage.IDENTIFIED,
                    body="We know why.",
                    raw_stage="Identified",
                    components=(
                        ComponentChange(name="Chat (new)", new=Health.DEGRADED, raw_new="Degraded performance"),
                        ComponentChange(name="Voice", new=Health.UNKNOWN, raw_new="Sparkling"),
                        ComponentChange(name="Nameless"),
                    ),
                ),
            ),
            url="https://status.acme.test//incidents/01I1",
        ),
    ),
    problems=("component status 'Sparkling' is not known",),
)

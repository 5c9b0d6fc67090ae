from statuswatch.core.incident import Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="generic-feed",
    as_of=parse_time("2026-05-04T10:00:00Z"),
    incidents=(
        Incident(
            provider="acme",
            id="g1",
            title="Resolved: mail was late",
            stage=Stage.RESOLVED,
            raw_stage="Resolved",
            started_at=parse_time("2026-05-04T07:00:00Z"),
            resolved_at=parse_time("2026-05-04T07:00:00Z"),
            updates=(Update(at=parse_time("2026-05-04T07:00:00Z"), stage=Stage.RESOLVED, body="All mail is out.", raw_stage="Resolved"),),
            url="https://acme.test/g1",
        ),
        Incident(
            provider="acme",
            id="4b471561e5b8a41e",
            title="Search is slow",
            stage=Stage.INVESTIGATING,
            raw_stage="investigating",
            started_at=parse_time("2026-05-04T13:30:00Z"),
            updates=(Update(at=parse_time("2026-05-04T13:30:00Z"), stage=Stage.INVESTIGATING, body="We look & wait", raw_stage="investigating"),),
            url="https://acme.test/all",
        ),
        Incident(provider="acme", id="622feb3feded3e60", title="Something", url="https://acme.test/all"),
    ),
    problems=("entry 'Something' has no time", "an entry has neither title nor text and was left out"),
)

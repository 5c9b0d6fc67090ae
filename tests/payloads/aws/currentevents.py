from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentRef, Impact, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="aws-events",
    health=Health.DOWN,
    components=(
        Component(id="s3-xx-one-1", name="Storage", health=Health.DOWN, raw="3", group="Testland"),
        Component(id="ec2-xx-one-1", name="Computing", health=Health.OK, raw="0", group="Testland"),
    ),
    incidents=(
        Incident(
            provider="acme",
            id="arn:aws:health:xx-one-1::event/A/B/C1",
            title="Increased Error Rates (Testland)",
            impact=Impact.CRITICAL,
            raw_impact="3",
            stage=Stage.INVESTIGATING,
            raw_stage="3",
            started_at=parse_time("2026-03-01T12:51:25Z"),
            components=(ComponentRef(name="Storage", id="s3-xx-one-1"), ComponentRef(name="Computing", id="ec2-xx-one-1")),
            updates=(
                Update(at=parse_time("2026-03-01T12:51:25Z"), stage=Stage.INVESTIGATING, body="We look into it.", raw_stage="1"),
                Update(at=parse_time("2026-03-01T12:59:59Z"), stage=Stage.INVESTIGATING, body="A zone is without power.", raw_stage="3"),
            ),
        ),
    ),
    lists_open=True,
)

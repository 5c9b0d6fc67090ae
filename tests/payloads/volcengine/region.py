from statuswatch.core.incident import Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time

PAGE = Page(
    provider="acme",
    format="volcengine-rss",
    incidents=(
        Incident(
            provider="acme",
            id="6b0e69bbf9a547e1",
            title="平台异常",
            raw_stage="古怪",
            started_at=parse_time("2026-05-01T14:10:00Z"),
            updates=(Update(at=parse_time("2026-05-01T14:10:00Z"), stage=Stage.UNKNOWN, body="旧", raw_stage="古怪"),),
            url="https://status.test/",
        ),
        Incident(
            provider="acme",
            id="7999ab1de31d2cf8",
            title="平台异常",
            stage=Stage.MONITORING,
            raw_stage="恢复中",
            started_at=parse_time("2026-05-04T14:10:00Z"),
            updates=(
                Update(at=parse_time("2026-05-04T14:10:00Z"), stage=Stage.INVESTIGATING, body="异常"),
                Update(at=parse_time("2026-05-04T14:20:00Z"), stage=Stage.MONITORING, body="好转", raw_stage="恢复中"),
            ),
            url="https://status.test/",
        ),
    ),
    problems=("state '\\u53e4\\u602a' is not known",),
)

"""Real polls of a real page, served again over HTTP to the whole engine: no crash, no unknown turned ok, and each notice with its reason."""

import asyncio
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statuswatch.app.wiring import Start, make_engine, read_setting
from statuswatch.config import paths
from statuswatch.core.health import FeedState, Health
from statuswatch.core.moment import Moment
from statuswatch.core.notice import NoticeKind, NoticeReason
from statuswatch.core.schedule import DueReason, Pace
from support.recordings import recordings
from support.server import Answer, status_server

pytestmark = [pytest.mark.timeout(300), pytest.mark.recordings]
_ARCHIVE = "feeds/anthropic/replay-2026-04_06-incidents_json.tar.xz"


class PollClock:
    """The time of the poll that is served. It stands still while the engine works."""

    speed = 1.0

    def __init__(self, at: datetime) -> None:
        self._start = at
        self.at = at

    def now(self) -> Moment:
        return Moment(self.at, (self.at - self._start).total_seconds())

    def real(self) -> datetime:
        return self.at

    def jitter(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 3600.0))


def _polls() -> list[tuple[datetime, bytes]]:
    with tarfile.open(recordings(_ARCHIVE)) as archive:
        found = []
        for member in archive.getmembers():
            handle = archive.extractfile(member)
            if handle is not None and member.name.endswith(".json"):
                stamp = datetime.strptime(Path(member.name).stem, "%Y-%m-%dT%H-%M-%SZ").replace(tzinfo=UTC)
                found.append((stamp, handle.read()))
    return sorted(found)


async def test_the_recorded_polls_of_spring_2026_give_notices_with_reasons_and_nothing_false(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    polls = _polls()
    home = tmp_path / "h"
    monkeypatch.setenv("STATUSWATCH_HOME", str(home))
    async with status_server() as server:
        feed = f'[[feed]]\nformat = "statuspage-incidents"\nurl = "{server.url("/api/v2/incidents.json")}"\nsource = "test"\nverified = true\n'
        paths.ensure_private(paths.config_dir())
        paths.ensure_private(paths.providers_dir())
        Path(paths.providers_dir(), "anthropic.toml").write_text(f'id = "anthropic"\n{feed}')
        Path(paths.providers_dir(), "cloudflare.toml").write_text('id = "cloudflare"\nfeed = []\n')
        Path(paths.config_file()).write_text('[watch]\nroutes = ["anthropic/code:claude-opus-4-6", "anthropic/api:claude-haiku-4-5"]\n')
        clock = PollClock(polls[0][0])
        server.serve("/api/v2/incidents.json", Answer(body=polls[0][1], headers={"Content-Type": "application/json"}))
        looked = asyncio.Event()
        made = make_engine(read_setting(), Start(clock, {}, tmp_path, desktop=False, pace=Pace(least_s=0.0), after_step=looked.set))
        running = asyncio.create_task(made.run())
        seen = []
        for at, body in polls:
            clock.at = at
            server.serve("/api/v2/incidents.json", Answer(body=body, headers={"Content-Type": "application/json"}))
            made.poller.hurry(DueReason.ASKED)
            seen.append(await _picture(made, looked, at))
        made.engine.stop()
        await asyncio.wait_for(running, 20)

    assert len(seen) == len(polls) > 250
    for snapshot in seen:
        assert [feed.state for feed in snapshot.feeds] == [FeedState.FRESH]
        assert snapshot.problems == ()
        for view in snapshot.routes:
            affected = [
                i for i in snapshot.incidents if i.resolved_at is None and any(r.route == view.route and r.relevance == "affected" for r in i.relevance)
            ]
            assert not (affected and view.verdict.health is Health.OK), f"{snapshot.at}: {view.route} ok while {affected[0].title}"
    notices = {notice.id: notice for snapshot in seen for notice in snapshot.notices if notice.kind is not NoticeKind.AMENDED}
    assert len(notices) >= 20
    assert {notice.reason for notice in notices.values()} <= {
        NoticeReason.INCIDENT_POSTED,
        NoticeReason.PAGE_RESOLVED,
        NoticeReason.SCOPE_GREW,
        NoticeReason.WORSE,
        NoticeReason.NARROWED,
        NoticeReason.REOPENED,
    }
    opened = [notice for notice in notices.values() if notice.kind is NoticeKind.OPENED]
    assert len({notice.incident for notice in opened}) == len(opened), "one incident is opened once"
    assert {item.reason for snapshot in seen for item in snapshot.suppressed}


async def _picture(made: "object", looked: asyncio.Event, at: datetime) -> "object":
    """The snapshot that the engine publishes once it has read the feed at `at`."""
    for _ in range(400):
        looked.clear()
        snapshot = made.engine.snapshot  # type: ignore[attr-defined]
        if snapshot is not None and snapshot.feeds and all(feed.last_ok is not None and feed.last_ok >= at - timedelta(seconds=1) for feed in snapshot.feeds):
            return snapshot
        try:
            await asyncio.wait_for(looked.wait(), 0.05)
        except TimeoutError:
            continue
    snapshot = made.engine.snapshot  # type: ignore[attr-defined]
    raise AssertionError(f"the engine never read the poll of {at}: {snapshot.at} {snapshot.feeds} {snapshot.problems}")

"""Real polls of a real page, served again over HTTP to the whole engine: no crash, no unknown turned ok, and each notice with its reason."""

import asyncio
import functools
import importlib.util
import sys
import tarfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

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
        await asyncio.wait_for(running, 60)

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
    for _ in range(1200):
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


_ROOT = Path(__file__).resolve().parents[2]
_FEEDS = {
    "anthropic": "feeds/anthropic/replay-2026-04_06-incidents_json.tar.xz",
    "google-cloud": "feeds/gcp/replay-2025-06-12-incidents_json.tar.xz",
    "github": "feeds/github/replay-2025-10-29-summary_json.tar.xz",
}
# What each person must be told: at the first poll that shows it, incident, kind, and of which of their routes (their order in bench/replays.toml).
_MUST: dict[str, set[tuple[str, str, str, tuple[int, ...]]]] = {
    "anthropic": {
        ("2026-04-15T15:02:18Z", "f00h6l76tsjs", "opened", (0, 1)),
        ("2026-04-15T18:05:43Z", "f00h6l76tsjs", "resolved", (0, 1)),
        ("2026-04-16T07:24:37Z", "7jbzthbc1dwr", "opened", (0,)),
        ("2026-04-16T09:13:24Z", "7jbzthbc1dwr", "resolved", (0,)),
        ("2026-04-19T23:30:46Z", "34yy5hskyw2v", "opened", (0,)),
        ("2026-04-20T02:08:02Z", "34yy5hskyw2v", "resolved", (0,)),
        ("2026-04-28T12:26:35Z", "c20m4lbfd6pm", "opened", (1,)),
        ("2026-04-28T15:23:45Z", "c20m4lbfd6pm", "resolved", (1,)),
        ("2026-04-28T17:43:12Z", "9l93x2ht4s5w", "opened", (0, 1)),
        ("2026-04-28T19:26:14Z", "9l93x2ht4s5w", "resolved", (0, 1)),
        ("2026-05-06T15:59:33Z", "437swp24nrf4", "opened", (0, 1)),
        ("2026-05-06T17:46:39Z", "437swp24nrf4", "resolved", (0, 1)),
        ("2026-05-18T06:52:04Z", "fvddmdx8z6y7", "opened", (1,)),
        ("2026-05-18T11:03:05Z", "fvddmdx8z6y7", "resolved", (1,)),
        ("2026-05-19T08:23:25Z", "0y2vzr60dktt", "opened", (1,)),
        ("2026-05-19T11:57:31Z", "0y2vzr60dktt", "resolved", (1,)),
        ("2026-05-22T04:56:23Z", "p0mgnjv3bj97", "opened", (0, 1)),
        ("2026-05-22T08:20:22Z", "p0mgnjv3bj97", "resolved", (0,)),
        ("2026-05-22T11:40:44Z", "p0mgnjv3bj97", "resolved", (1,)),
        ("2026-06-02T08:00:09Z", "zkr25thltwc9", "opened", (0, 1)),
        ("2026-06-02T12:12:41Z", "zkr25thltwc9", "resolved", (0, 1)),
        ("2026-06-05T17:11:18Z", "fprlnsvdnr2k", "opened", (0, 1)),
        ("2026-06-05T19:46:38Z", "fprlnsvdnr2k", "resolved", (0, 1)),
        ("2026-06-07T04:25:06Z", "s4pq658bt69h", "opened", (0, 1)),
        ("2026-06-07T08:20:29Z", "s4pq658bt69h", "resolved", (0, 1)),
        ("2026-06-10T16:30:44Z", "32lyxmplb5wz", "opened", (1,)),
        ("2026-06-10T19:30:04Z", "32lyxmplb5wz", "resolved", (1,)),
        ("2026-06-16T17:59:06Z", "xmhsglsz3h3w", "opened", (0, 1)),
        ("2026-06-16T20:57:34Z", "xmhsglsz3h3w", "resolved", (0, 1)),
        ("2026-06-22T19:20:59Z", "bbcpk0t2cj4p", "opened", (0, 1)),
        ("2026-06-22T21:58:15Z", "bbcpk0t2cj4p", "resolved", (0, 1)),
        ("2026-06-23T16:24:15Z", "jbhf20wjmzrf", "opened", (0, 1)),
        ("2026-06-23T19:06:38Z", "jbhf20wjmzrf", "resolved", (0, 1)),
    },
    "google-cloud": {
        ("2025-06-12T19:08:14Z", "ow5i3PPK96RduMcb1SsW", "opened", (0, 1)),
        ("2025-06-13T02:41:34Z", "ow5i3PPK96RduMcb1SsW", "resolved", (0, 1)),
    },
    "github": set(),
}


@functools.cache
def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("replays_page", _ROOT / "bench" / "replays.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def played() -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each replay with the notices that the program gives, through the command line as a person uses it."""
    script = _script()
    where = recordings(_FEEDS["anthropic"])
    base = where.parents[len(Path(_FEEDS["anthropic"]).parts) - 1]
    return {replay["provider"]: (replay, script.answers(replay, base)[0]) for replay in script.replays()}


@pytest.mark.parametrize("provider", _FEEDS)
def test_everybody_is_told_of_their_outages_at_the_first_poll_that_shows_them(
    provider: str, played: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]
) -> None:
    replay, rows = played[provider]
    told = {(row["at"], row["incident"], row["kind"], tuple(sorted(replay["routes"].index(route) for route in row["routes"]))) for row in rows}
    assert _MUST[provider] - told == set()


@pytest.mark.parametrize("provider", _FEEDS)
def test_nobody_is_told_anything_that_a_reader_has_not_judged(provider: str, played: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
    replay, rows = played[provider]
    assert {row["incident"] for row in rows} - set(replay["about"]) == set()


def test_nothing_is_opened_in_spring_2026_but_what_concerns_the_person(played: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
    _, rows = played["anthropic"]
    opened = {row["incident"] for row in rows if row["kind"] == "opened"}
    assert opened == {incident for _, incident, kind, _ in _MUST["anthropic"] if kind == "opened"}


@pytest.mark.parametrize("provider", _FEEDS)
def test_each_outage_is_opened_once_and_ended_once_for_each_route(provider: str, played: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
    _, rows = played[provider]
    begun = Counter((row["incident"], route) for row in rows if row["kind"] in ("opened", "grew") for route in row["routes"])
    ended = Counter((row["incident"], route) for row in rows if row["kind"] == "resolved" for route in row["routes"])
    assert set(begun.values()) <= {1}
    assert begun == ended


def test_the_outage_of_another_part_of_a_shared_page_is_nothing_to_a_person_who_calls_models(
    played: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]],
) -> None:
    _, rows = played["github"]
    assert rows == []


def test_the_page_about_the_replays_is_what_the_program_answers() -> None:
    where = recordings(_FEEDS["anthropic"])
    base = where.parents[len(Path(_FEEDS["anthropic"]).parts) - 1]
    written = (_ROOT / "docs" / "explanation" / "replays.md").read_text(encoding="utf-8")
    assert written == _script().page(base), "run: python bench/replays.py > docs/explanation/replays.md"

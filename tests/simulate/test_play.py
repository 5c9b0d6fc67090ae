import asyncio
import tomllib
from pathlib import Path

import httpx
import pytest

from statuswatch.catalog.loader import load as load_catalogue
from statuswatch.config.consent import load_consent
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.ids import parse_route
from statuswatch.core.moment import parse_time
from statuswatch.engine.clock import ScaledClock
from statuswatch.simulate.play import Event, Play
from statuswatch.simulate.reading import load
from statuswatch.sources.formats import FORMATS

SCRIPT = load("claude-2025-12-14")


async def test_the_whole_outage_plays_at_many_times_its_pace_and_leaves_nothing_behind(tmp_path: Path) -> None:
    events: list[Event] = []
    before = asyncio.all_tasks()
    home = tmp_path / "sim"
    routes = [*SCRIPT.routes, parse_route("openai/api:gpt-5.1"), parse_route("anthropic/chat:*")]
    async with Play(SCRIPT, ScaledClock(SCRIPT.start, 600), home, events.append, routes) as play:
        await asyncio.wait_for(play.finished(), 100)
        url = play.api
        assert len(list((home / "clients").rglob("*.jsonl"))) == 2
    posts = [event.line() for event in events if event.event == "page"]
    assert [(line["at"], line["kind"]) for line in posts] == [
        ("2025-12-14T21:31:42Z", "investigating"),
        ("2025-12-14T21:46:05Z", "investigating"),
        ("2025-12-14T22:36:57Z", "investigating"),
        ("2025-12-14T22:46:57Z", "identified"),
        ("2025-12-14T22:51:48Z", "resolved"),
    ]
    assert {line["incident"] for line in posts} == {"9g6qpr72ttbr"}
    calls = [event for event in events if event.event == "call"]
    assert {event.route for event in calls} == {str(route) for route in routes[:3]}
    assert {event.route for event in calls if event.kind == "failed"} == {"anthropic/code:claude-opus-4-5"}
    failed = next(event.line() for event in calls if event.kind == "failed")
    assert failed["reason"] == "529 overloaded_error, attempt 1 of 3"
    assert parse_time(failed["at"]) >= parse_time("2025-12-14T21:25:00Z")
    assert list(home.rglob("*")) == []
    assert {task for task in asyncio.all_tasks() if not task.done()} <= before
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.TransportError):
            await client.get(url)


async def test_in_the_simulated_home_every_feed_is_on_this_machine(tmp_path: Path) -> None:
    home = tmp_path / "sim"
    async with Play(SCRIPT, ScaledClock(SCRIPT.start, 1), home, lambda _: None) as play:
        catalogue = load_catalogue(home / "config/providers", FORMATS)
        assert catalogue.problems == ()
        assert [(feed.name, feed.format) for feed in catalogue.feeds] == [
            ("anthropic", "statuspage-summary"),
            ("anthropic/incidents", "statuspage-incidents"),
            ("openai", "statuspage-summary"),
        ]
        for feed in catalogue.feeds:
            assert feed.readable
            assert [url.startswith(play.pages[feed.provider]) for url in feed.urls] == [True]
        shipped = load_catalogue(None, FORMATS)
        assert catalogue.knowledge.providers == shipped.knowledge.providers
        assert load_consent(home / "config/sources.toml") == {"claude-code": True}
        assert tomllib.loads((home / "config/config.toml").read_text())["watch"]["routes"] == [str(route) for route in SCRIPT.routes]


async def test_the_environment_keeps_every_real_record_out(tmp_path: Path) -> None:
    home = tmp_path / "sim"
    async with Play(SCRIPT, ScaledClock(SCRIPT.start, 1), home, lambda _: None) as play:
        environment = play.environment
        assert environment["STATUSWATCH_HOME"] == str(home)
        assert environment["ANTHROPIC_BASE_URL"] == play.api
        for name in ("HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_DATA_HOME", "COPILOT_HOME", "GEMINI_CLI_HOME"):
            assert environment[name].startswith(f"{home}/clients")


async def test_a_folder_that_is_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "mine"
    (home / "config").mkdir(parents=True)
    (home / "config/config.toml").write_text("")
    with pytest.raises(StatuswatchError, match="is not empty"):
        async with Play(SCRIPT, ScaledClock(SCRIPT.start, 1), home, lambda _: None):
            pytest.fail("it started")
    assert (home / "config/config.toml").exists()


async def test_leaving_early_stops_everything(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with Play(SCRIPT, ScaledClock(SCRIPT.start, 600), tmp_path / "sim", lambda _: None):
        await asyncio.sleep(0)
    assert {task for task in asyncio.all_tasks() if not task.done()} <= before


async def test_an_error_of_whoever_listens_is_not_swallowed(tmp_path: Path) -> None:
    def listen(event: Event) -> None:
        raise RuntimeError(event.event)

    with pytest.raises(ExceptionGroup):
        async with Play(SCRIPT, ScaledClock(SCRIPT.start, 2400), tmp_path / "sim", listen) as play:
            await play.finished()

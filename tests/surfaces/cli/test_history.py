"""`statuswatch history`: what the store kept, with and without an engine."""

import json
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from statuswatch.app import history as app
from statuswatch.config import paths
from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.history import Day, History, RouteHistory
from statuswatch.core.ids import parse_route
from statuswatch.core.notice import Told
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.watchlist import Watchlist
from statuswatch.core.world import World
from statuswatch.engine.store import HealthTurn, Step, Store
from statuswatch.surfaces.cli import history
from statuswatch.surfaces.client import wall_clock
from support import snapshots
from support.published import publish

ROUTE = "anthropic/code:claude-opus-4.5"


@pytest.fixture
def kept() -> None:
    """A store in which Opus was down for ten of the last thirty minutes."""
    now = wall_clock()
    store = Store.open(Path(paths.store_file()), now)
    store.load(now)
    was = None
    for minute in range(31):
        at = now - timedelta(minutes=30 - minute)
        health = Health.DOWN if 10 <= minute < 20 else Health.OK
        verdict = Verdict(parse_route(ROUTE), health, Fault.PROVIDER, Confidence.HIGH, Reason.OWN_FAILURES_CAPACITY, incident="anthropic:i1")
        turns = (HealthTurn(at, ROUTE, was, verdict),) if health.value != was else ()
        store.commit(Step(at, World(), Told(), Watchlist(), turns=turns))
        was = health.value
    store.close()


@pytest.mark.usefixtures("kept")
def test_without_an_engine_the_store_is_read_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([]) == 0
    out = capsys.readouterr().out
    assert out.startswith("No engine runs: what happens now is not written down.\n")
    assert "Claude Opus 4.5, anthropic code  90 days to today" in out
    assert "trouble once, 10m" in out
    assert "anthropic:i1" in out


@pytest.mark.usefixtures("kept")
def test_json_has_every_day_and_trouble(capsys: pytest.CaptureFixture[str]) -> None:
    publish(replace(snapshots.calm(), at=wall_clock()))
    assert app.run(["claude-opus-4-5", "--json"]) == 2
    assert "is no route" in capsys.readouterr().err
    assert app.run(["anthropic/code:claude-opus-4-5", "--json", "--days", "3"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["route"], len(row["days"])) == ("anthropic/code:claude-opus-4-5", 3)
    assert [(span["worst"], span["fault"], span["incident"], span["seen_s"]) for span in row["troubles"]] == [("down", "provider", "anthropic:i1", 600.0)]


@pytest.mark.usefixtures("kept")
def test_a_route_of_which_nothing_is_kept_is_shown_as_unknown_and_ends_with_4(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["openai/api:gpt-5.5"]) == 4
    assert "not watched in these 90 days" in capsys.readouterr().out


def test_where_nothing_was_ever_kept_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([]) == 4
    assert "statuswatch engine start" in capsys.readouterr().err
    assert not Path(paths.store_file()).exists()


def test_where_an_engine_runs_and_nothing_is_watched_the_engine_is_not_blamed(capsys: pytest.CaptureFixture[str]) -> None:
    publish(snapshots.empty())
    assert app.run([]) == 4
    told = capsys.readouterr().err
    assert told.startswith("Nothing is kept yet: the engine runs, but no model or tool of yours was found to watch. ")
    assert f'Add one to {paths.config_file()}, below [watch]: routes = ["anthropic/code:claude-opus-4.5"]. ' in told
    assert told.endswith("A running engine reads it after: statuswatch engine stop, then statuswatch engine start.\n")
    publish(snapshots.empty(), seconds=-1)
    assert app.run([]) == 4
    assert "Nothing is kept yet: no engine runs" in capsys.readouterr().err


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("given", [[], ["--json"], ["--list", ROUTE]])
def test_a_store_that_cannot_be_read_is_no_empty_past(capsys: pytest.CaptureFixture[str], given: list[str]) -> None:
    Path(paths.store_file()).write_bytes(b"no database" * 1000)
    assert app.run(given) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("The past could not be read: the store is damaged;")
    assert "Nothing is kept" not in told.err


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("given", [[], ["--json"]])
def test_an_entry_that_cannot_be_read_is_counted_and_the_others_are_told(capsys: pytest.CaptureFixture[str], given: list[str]) -> None:
    with sqlite3.connect(paths.store_file()) as other:
        other.execute("INSERT INTO health (at, route, now, fault, confidence, reason) VALUES ('soon', ?, 'ok', 'unknown', 'low', '')", (ROUTE,))
    other.close()
    assert app.run(given) == 0
    told = capsys.readouterr()
    assert "An entry of what was kept could not be read" in (told.err if given else told.out)
    assert "anthropic:i1" in told.out


def _recall(asked: list[tuple[tuple[str, ...], int]]) -> history.Recall:
    def recall(routes: tuple[str, ...], now: datetime, days: int) -> History:
        asked.append((routes, days))
        return History(now, tuple(RouteHistory(route, tuple(Day(f"2025-12-{day + 1:02d}", Health.OK, 60.0) for day in range(days))) for route in routes))

    return recall


def test_the_watched_routes_are_asked_for_under_the_names_of_the_picture(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[tuple[tuple[str, ...], int]] = []
    picture = snapshots.trouble()
    publish(replace(picture, engine=replace(picture.engine, simulated="test")))
    assert history.run([], _recall(asked)) == 0
    assert asked == [(tuple(view.route for view in picture.routes), 90)]
    out = capsys.readouterr().out
    assert all(view.title in out for view in picture.routes)
    assert "No engine runs" not in out


@pytest.mark.parametrize(("text", "wanted"), [("opus", snapshots.OPUS), ("GPT", snapshots.GPT), ("anthropic/code:claude-opus-4-5-20251101", snapshots.OPUS)])
def test_a_part_of_a_name_is_enough(text: str, wanted: str) -> None:
    asked: list[tuple[tuple[str, ...], int]] = []
    publish(snapshots.trouble())
    assert history.run([text, "--days", "7", "--list"], _recall(asked)) == 0
    assert asked == [((wanted,), 7)]


def test_a_part_of_several_names_and_of_none_is_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    publish(snapshots.trouble())
    assert history.run(["claude"], _recall([])) == 2
    assert "is a part of several names" in capsys.readouterr().err
    assert history.run(["quasar\x1b[2J"], _recall([])) == 2
    err = capsys.readouterr().err
    assert snapshots.OPUS in err
    assert "\x1b" not in err

"""The screens as pictures. After a wanted change: `pytest tests/surfaces/tui/test_screens.py --snapshot-update`, then look at every changed one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from statuswatch.core.health import Health
from statuswatch.core.history import Day, History, RouteHistory
from statuswatch.core.snapshot import HushView, Snapshot, SourceView
from statuswatch.surfaces.tui.app import Dashboard
from statuswatch.surfaces.tui.looked import write_looked
from statuswatch.surfaces.tui.scenery import Place
from support import snapshots
from support.snapshots import HAIKU, NOW, minutes_ago
from support.sources import FakeSource

Compare = Callable[..., bool]
DARK, LIGHT = "statuswatch-dark", "statuswatch-light"


def past(routes: tuple[str, ...], now: datetime, days: int) -> History:
    """A month watched of three, with troubles of each length, one of the person's own among them."""
    told = {3: (Health.DEGRADED, 200.0, 0.0), 9: (Health.DOWN, 3600.0, 0.0), 15: (Health.DEGRADED, 0.0, 900.0), 21: (Health.DOWN, 9000.0, 0.0)}
    lived = (Day(f"day {n}", told[n % 25][0], 86400.0, *told[n % 25][1:], 9, 2) if n % 25 in told else Day(f"day {n}", Health.OK, 86400.0) for n in range(35))
    every = (*(Day(f"old {n}") for n in range(days - 35)), *lived)
    return History(now, tuple(RouteHistory(route, every) for route in routes))


async def settle(pilot: Pilot[int]) -> None:
    for _ in range(4):
        await pilot.pause()
    reading = [worker for worker in pilot.app.workers if worker.group == "history"]
    if reading:  # of none it would wait for all, and listening never ends
        await pilot.app.workers.wait_for_complete(reading)
    await pilot.pause()


def shown(compare: Compare, picture: Snapshot, size: tuple[int, int], theme: str = DARK, keys: tuple[str, ...] = (), later_s: float = 5, **place: Any) -> bool:
    app = Dashboard(FakeSource(picture), Place(lambda: NOW + timedelta(seconds=later_s), zone=UTC, theme=theme, **place))

    async def act(pilot: Pilot[int]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return compare(app, terminal_size=size, run_before=act)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 36), (200, 40)])
def test_trouble(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert shown(snap_compare, snapshots.trouble(), size, theme, recall=past)


@pytest.mark.parametrize(("size", "theme"), [((40, 16), LIGHT), ((80, 24), DARK), ((120, 30), LIGHT), ((200, 30), DARK)])
def test_all_well(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert shown(snap_compare, snapshots.calm(), size, theme)


@pytest.mark.parametrize(("size", "theme"), [((40, 20), DARK), ((100, 30), LIGHT)])
def test_first_run(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert shown(snap_compare, snapshots.first_run(), size, theme, consent=lambda _yes: None)


@pytest.mark.parametrize(
    "state", [snapshots.not_sure, snapshots.yours, snapshots.recovering, snapshots.offline, snapshots.empty], ids=lambda state: state.__name__
)
def test_other_states(snap_compare: Compare, state: Callable[[], Snapshot]) -> None:
    assert shown(snap_compare, state(), (80, 24))


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_an_old_picture_is_grey(snap_compare: Compare, theme: str) -> None:
    assert shown(snap_compare, snapshots.trouble(), (100, 30), theme, later_s=800)


def test_many_routes(snap_compare: Compare) -> None:
    assert shown(snap_compare, snapshots.many(), (80, 24), keys=("down", "down"))


def test_hostile_titles(snap_compare: Compare) -> None:
    assert shown(snap_compare, snapshots.hostile(), (120, 44))


def test_plain_symbols(snap_compare: Compare) -> None:
    assert shown(snap_compare, snapshots.trouble(), (80, 24), ascii=True)


def test_why(snap_compare: Compare) -> None:
    assert shown(snap_compare, snapshots.trouble(), (80, 24), keys=("y",))


def test_asking_before_a_browser_opens(snap_compare: Compare) -> None:
    assert shown(snap_compare, snapshots.trouble(), (80, 24), keys=("o",), opener=lambda _url: None)


@pytest.mark.parametrize(("size", "theme"), [((40, 20), DARK), ((80, 24), LIGHT), ((120, 30), DARK), ((200, 30), LIGHT)])
@pytest.mark.parametrize("key", ["c", "i", "h", "f"], ids=["calls", "incidents", "history", "feeds"])
def test_lists(snap_compare: Compare, key: str, size: tuple[int, int], theme: str) -> None:
    assert shown(snap_compare, snapshots.trouble(), size, theme, keys=(key,), recall=past)


@pytest.mark.parametrize(("size", "theme"), [((80, 24), DARK), ((120, 30), LIGHT)])
def test_what_is_new_and_what_is_kept_back(snap_compare: Compare, tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    write_looked(tmp_path / "looked", {"anthropic:9g6qpr72ttbr": minutes_ago(10)})
    hushed = (HushView("mute", "route", HAIKU, "Claude Haiku 4.5", NOW + timedelta(hours=1)),)
    picture = replace(snapshots.trouble(), hushed=hushed)
    known = replace(picture, routes=(replace(picture.routes[0], acknowledged=size[0] > 80), *picture.routes[1:]))
    assert shown(snap_compare, known, size, theme, looked=tmp_path / "looked")


@pytest.mark.parametrize(
    ("keys", "size"), [(("i", "enter"), (80, 24)), (("c", "enter"), (120, 30)), (("f", "enter"), (80, 24)), (("question_mark",), (80, 30))]
)
def test_pages(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert shown(snap_compare, snapshots.trouble(), size, keys=keys)


def test_sources(snap_compare: Compare) -> None:
    codex = SourceView("codex", "Codex CLI's session records: status and error lines only", "~/.codex/sessions", enabled=True, asked=True, note="not readable")
    assert shown(snap_compare, replace(snapshots.first_run(), sources=(codex, *snapshots.first_run().sources[:1])), (120, 20), keys=("s",))


def test_a_filter(snap_compare: Compare) -> None:
    assert shown(snap_compare, snapshots.many(), (80, 24), LIGHT, keys=("slash", *"model-19"))

"""The screens as pictures. After a wanted change: `pytest tests/surfaces/tui/test_screens.py --snapshot-update`, then look at every changed one."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.tui.app import Dashboard
from statuswatch.surfaces.tui.scenery import Place
from support import snapshots
from support.snapshots import NOW
from support.sources import FakeSource

Compare = Callable[..., bool]
DARK, LIGHT = "statuswatch-dark", "statuswatch-light"


def shown(compare: Compare, picture: Snapshot, size: tuple[int, int], theme: str = DARK, keys: tuple[str, ...] = (), later_s: float = 5, **place: Any) -> bool:
    app = Dashboard(FakeSource(picture), Place(lambda: NOW + timedelta(seconds=later_s), zone=UTC, theme=theme, **place))

    async def settle(pilot: Pilot[int]) -> None:
        for _ in range(3):
            await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()

    return compare(app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 36)])
def test_trouble(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert shown(snap_compare, snapshots.trouble(), size, theme)


@pytest.mark.parametrize(("size", "theme"), [((40, 16), LIGHT), ((80, 24), DARK), ((120, 30), LIGHT)])
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

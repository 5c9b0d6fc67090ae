"""The dashboard's own terminal calls for a person who looks elsewhere, where the engine could show a notice on no screen."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from statuswatch.app.dashboard import calling
from statuswatch.config import paths
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.tui.app import Dashboard
from statuswatch.surfaces.tui.messages import NoticeArrived, PictureArrived
from statuswatch.surfaces.tui.scenery import Place
from support import snapshots
from support.snapshots import NOW, OPUS
from support.sources import FakeSource

NOTICE = Notice("n1", "t1", NoticeKind.OPENED, NOW, NoticeReason.OWN_FAILURES, (OPUS,), "Anthropic is failing", "Not you.", "anthropic")
UNSEEN = ("screen: no session bus, and no tmux client of yours is there to show it",)
KITTY = {"TERM": "xterm-kitty"}


def told(snapshot: Snapshot, environ: dict[str, str] | None = None) -> str:
    alert = calling(KITTY if environ is None else environ)
    return alert(NOTICE, snapshot) if alert else "cannot"


@pytest.mark.parametrize(
    ("delivery", "calls"), [((), False), (("webhook: gone",), False), (UNSEEN, True), (("desktop: none",), True), (("terminal: none",), True)]
)
def test_it_calls_only_where_no_screen_took_the_notice(delivery: tuple[str, ...], *, calls: bool) -> None:
    assert bool(told(replace(snapshots.trouble(), delivery=delivery))) is calls


def test_it_calls_in_no_terminal_that_is_unknown_and_for_nobody_who_does_not_want_it() -> None:
    picture = replace(snapshots.trouble(), delivery=UNSEEN)
    assert told(picture, {"TERM": "vt220"}) == "cannot"
    config = Path(paths.config_file())
    config.parent.mkdir(parents=True)
    config.write_text("[notices]\nterminal = false\n")
    assert told(picture) == ""
    config.write_text("[notices\n")
    assert told(picture) == ""


async def test_a_notice_waits_a_minute_for_the_picture_that_says_that_it_was_not_shown() -> None:
    at = [NOW]
    app = Dashboard(FakeSource(snapshots.trouble()), Place(lambda: at[0], zone=UTC, alert=calling(KITTY)))
    async with app.run_test(size=(100, 32)) as pilot:
        await pilot.pause()
        written: list[str] = []
        assert app._driver
        app._driver.write = written.append  # type: ignore[method-assign]
        app.post_message(NoticeArrived(NOTICE))
        await pilot.pause()
        assert not any("99;i=statuswatch-t1" in text for text in written)
        for _ in range(2):  # the second picture calls no second time
            app.post_message(PictureArrived(replace(snapshots.trouble(), delivery=UNSEEN)))
            await pilot.pause()
        assert sum("99;i=statuswatch-t1" in text for text in written) == 1

        app.post_message(PictureArrived(snapshots.trouble()))
        app.post_message(NoticeArrived(replace(NOTICE, trouble="t2")))
        await pilot.pause()
        at[0] += timedelta(seconds=61)
        app.post_message(PictureArrived(replace(snapshots.trouble(), delivery=UNSEEN)))
        await pilot.pause()
        assert not any("99;i=statuswatch-t2" in text for text in written)

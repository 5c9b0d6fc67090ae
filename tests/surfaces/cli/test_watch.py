"""`statuswatch watch`: a line for each change, across restarts of the engine, until somebody ends it."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Self

import pytest

from statuswatch.core.health import FeedState, Health
from statuswatch.core.snapshot import Snapshot, UpdateView
from statuswatch.surfaces.cli import watch
from statuswatch.surfaces.cli.watch import changes
from support import snapshots
from support.published import Engine

PATIENCE = 60.0


def still(picture: Snapshot) -> Snapshot:
    """A picture whose clock stands still."""
    return replace(picture, engine=replace(picture.engine, simulated="test"))


CALM, TROUBLE = still(snapshots.calm()), still(snapshots.trouble())


def said(old: Snapshot | None, new: Snapshot) -> list[tuple[str, str, str | None, str | None]]:
    return [(item.what, item.name, item.was, item.now) for item in changes(old, new, snapshots.NOW)]


def test_the_first_picture_tells_how_things_are() -> None:
    told = changes(None, TROUBLE, snapshots.NOW)
    assert [item.name for item in told if item.what == "route"] == [view.route for view in TROUBLE.routes]
    opus = next(item for item in told if item.name == snapshots.OPUS)
    assert (opus.was, opus.now) == (None, "degraded")
    assert "Anthropic is failing for Claude Opus 4.5" in opus.sentence
    assert [item.what for item in told if item.what == "feed"] == []


def test_what_is_unknown_comes_with_its_reason_and_offline_is_called_that() -> None:
    first = changes(None, still(snapshots.offline()), snapshots.NOW)[0]
    assert first.sentence == "Claude Haiku 4.5 (Claude Code): offline: nothing outside answers this machine."
    turned = changes(CALM, still(snapshots.offline()), snapshots.NOW)
    assert any("offline, was ok: nothing outside answers this machine." in item.sentence for item in turned)


def test_the_same_picture_says_nothing() -> None:
    assert said(TROUBLE, TROUBLE) == []


def test_a_route_that_turns_is_one_line_with_what_it_was() -> None:
    view = CALM.routes[0]
    down = replace(CALM, routes=(replace(view, verdict=snapshots.verdict(view.route, Health.DOWN)), *CALM.routes[1:]))
    assert said(CALM, down) == [("route", view.route, "ok", "down")]
    assert ": down, was ok." in changes(CALM, down, snapshots.NOW)[0].sentence
    gone = replace(CALM, routes=CALM.routes[1:])
    assert said(CALM, gone) == [("route", view.route, "ok", None)]


def test_only_incidents_that_concern_you_are_told_and_each_post_is_a_line() -> None:
    item = snapshots.incident_view()
    with_it = replace(CALM, incidents=(item, *snapshots.not_yours_views()))
    assert said(CALM, with_it) == [("incident", item.key, None, "investigating")]
    posted = replace(item, updates=(*item.updates, UpdateView(snapshots.NOW, "investigating", "We are looking\x1b[2J into it.")))
    (line,) = changes(with_it, replace(with_it, incidents=(posted,)), snapshots.NOW)
    assert '"We are looking into it."' in line.sentence
    spared = replace(with_it, incidents=(replace(item, concerns=False),))
    assert "does not concern you any more" in changes(with_it, spared, snapshots.NOW)[0].sentence


def test_a_page_that_cannot_be_read_any_more_is_told_with_the_reason() -> None:
    feed = snapshots.feed_view()
    lost = replace(feed, state=FeedState.UNREACHABLE, detail="no answer")
    before, after = replace(CALM, feeds=(feed,)), replace(CALM, feeds=(lost,))
    (line,) = changes(before, after, snapshots.NOW)
    assert (line.what, line.was, line.now) == ("feed", "fresh", "unreachable")
    assert "no answer" in line.sentence
    assert said(after, replace(CALM, feeds=(replace(lost, state=FeedState.STALE),))) == []  # from one silence to another


def test_where_nothing_is_watched_that_is_what_is_told() -> None:
    assert said(None, still(snapshots.empty()))[0][:2] == ("summary", "summary")


class Watching:
    """The program itself, with what it wrote so far."""

    def __init__(self, *argv: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "statuswatch", "watch", *argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ)
        )
        self.text = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()

    def until(self, words: str) -> str:
        """All that it wrote, once `words` are among it."""
        assert self.process.stdout
        deadline = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.process.stdout, selectors.EVENT_READ)
            while words not in self.text:
                assert time.monotonic() < deadline, self.text
                if waiting.select(1.0):
                    piece = os.read(self.process.stdout.fileno(), 1 << 16).decode()
                    assert piece or words in self.text, self.text
                    self.text += piece
        return self.text


@pytest.fixture
def watching() -> Iterator[Watching]:
    with Watching("--json") as program:
        yield program


def test_it_waits_for_an_engine_follows_it_across_a_restart_and_ends_by_an_interrupt(watching: Watching) -> None:
    waited = watching.until("\n")
    assert json.loads(waited)["now"] == "gone"
    with Engine() as engine:
        engine.show(CALM)
        watching.until('"The engine is back."')
        watching.until(f'"name":"{snapshots.HAIKU}"')
    with Engine() as engine:
        engine.show(TROUBLE)
        watching.until(f'"name":"{snapshots.OPUS}"')
        engine.show(CALM)
        watching.until('"now":null')
    rows = [json.loads(line) for line in watching.text.splitlines()]
    assert [row["now"] for row in rows if row["what"] == "engine"] in (
        ["gone", "live"],
        ["gone", "live", "gone", "live"],
    )  # the second where the machine was slow
    assert {"at", "what", "name", "was", "now", "text"} == set(rows[0])
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(PATIENCE) == 130


def test_lines_for_people_begin_with_the_time_of_their_clock() -> None:
    with Engine() as engine, Watching() as program:
        engine.show(TROUBLE)
        text = program.until("Claude Opus 4.5")
        assert all(line[:20].replace("-", " ").replace(":", " ").split()[0].isdigit() for line in text.splitlines() if line)
        assert "\x1b" not in text


def test_once_tells_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert watch.run(["--once"]) == 4
    assert "no engine answers" in capsys.readouterr().err
    with Engine() as engine:
        engine.show(TROUBLE)
        assert watch.run(["--once"]) == 0
        assert "Claude Opus 4.5" in capsys.readouterr().out


def test_a_reader_that_goes_away_ends_it_without_a_word() -> None:
    with Engine() as engine, Watching() as program:
        engine.show(TROUBLE)
        program.until("\n")
        assert program.process.stdout
        program.process.stdout.close()
        engine.show(CALM)
        engine.show(TROUBLE)
        assert program.process.wait(PATIENCE) == 0
        program.process.stdout = None

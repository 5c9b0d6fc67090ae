"""`statuswatch notices`: what was told, what was not and why."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from statuswatch.app import notices as app
from statuswatch.config import paths
from statuswatch.core.health import Fault, Health
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Suppressed, SuppressReason, Told
from statuswatch.core.watchlist import Watchlist
from statuswatch.core.world import World
from statuswatch.engine.store import Step, Store
from statuswatch.surfaces.cli import notices
from support import snapshots
from support.published import publish


def notice(minutes, kind=NoticeKind.OPENED, **fields):
    given = {"title": "Anthropic is failing for Claude Opus 4.5", "body": "3 of 4 calls got 529.", "provider": "anthropic"} | fields
    return Notice(f"n{minutes}", "t1", kind, snapshots.minutes_ago(minutes), NoticeReason.OWN_FAILURES, (snapshots.OPUS,), **given)


def picture(**fields):
    told = (notice(23), notice(20, NoticeKind.AMENDED, title="only the text"), notice(2, NoticeKind.RESOLVED, title="Claude Opus 4.5 is back"))
    held = (Suppressed(snapshots.minutes_ago(10), snapshots.HAIKU, SuppressReason.UNAFFECTED, "anthropic:9g6qpr72ttbr"),)
    return replace(snapshots.trouble(), notices=told, suppressed=held, **fields)


def test_what_was_told_comes_newest_first_and_amendments_are_no_notices(capsys):
    publish(picture())

    assert notices.run([]) == 0
    out = capsys.readouterr().out
    assert out.index("Claude Opus 4.5 is back") < out.index("Anthropic is failing")
    assert "only the text" not in out
    assert "1 time something was not told: statuswatch notices --all" in out


def test_all_shows_what_was_not_told_with_the_reason(capsys):
    publish(picture())

    assert notices.run(["--all"]) == 0
    assert "Claude Haiku 4.5: does not concern this route (anthropic:9g6qpr72ttbr)" in capsys.readouterr().out


def test_json_is_one_object_a_line(capsys):
    publish(picture())

    assert notices.run(["--all", "--json"]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(item["told"], item.get("kind"), item["reason"]) for item in said] == [
        (True, "resolved", "own_failures"),
        (False, None, "unaffected"),
        (True, "opened", "own_failures"),
    ]


def test_a_notice_that_no_way_could_show_reads_as_having_reached_nobody(capsys):
    publish(picture())
    ways = {
        "n23": (notices.Way("desktop", "pending", 3, "nothing shows pop-ups here\x1b[2J"), notices.Way("command", "given_up", 20, "it ended with 1")),
        "n2": (notices.Way("desktop", "delivered", 1, "dunst"), notices.Way("command", "pending", 0, "")),
    }

    assert notices.run([], lambda: ways) == 0
    out = capsys.readouterr().out
    assert "reached nobody: desktop: nothing shows pop-ups here (it is tried again); command: it ended" in " ".join(out.split())
    assert "told by desktop; not by command: not tried yet" in out
    assert "\x1b" not in out
    assert notices.run(["--json"], lambda: ways) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(item["id"], item["reached"], [way["state"] for way in item["ways"]]) for item in said] == [
        ("n2", True, ["delivered", "pending"]),
        ("n23", False, ["pending", "given_up"]),
    ]


def test_the_verb_reads_from_the_store_how_each_notice_was_told(capsys):
    publish(picture())
    file = Path(paths.store_file())
    assert app.run([]) == 0  # without a store nothing is known of it
    assert "reached" not in capsys.readouterr().out
    at = snapshots.minutes_ago(23)
    with closing(Store.open(file, at)) as store:
        store.load(at)
        store.commit(Step(at, World(), Told(), Watchlist(()), (notice(23),), ways=("desktop",)))
        store.mark_failed("n23", "desktop", "no bus")

        assert app.run([]) == 0
        assert "reached nobody: desktop: no bus (it is tried again)" in capsys.readouterr().out
        store.mark_delivered("n23", "desktop", "7", "shown")
        assert app.run([]) == 0
        assert "told by desktop" in capsys.readouterr().out


def test_every_reason_has_words():
    assert set(notices._WHY_NOT) == set(SuppressReason)


def test_nothing_told_is_said_and_no_picture_cannot_tell(capsys):
    assert notices.run([]) == 4
    publish(snapshots.calm())
    assert notices.run([]) == 0
    assert "Nothing was told." in capsys.readouterr().out
    assert notices.run(["--all"]) == 0
    assert "nothing was held back" in capsys.readouterr().out
    assert notices.run(["--nope"]) == 2


def test_a_simulated_notice_says_so_and_a_feeds_words_stay_words(capsys):
    hostile = tuple(notice(n, title=title, body=title, simulated=True) for n, title in enumerate(snapshots.HOSTILE_TITLES))
    publish(replace(snapshots.trouble(), notices=hostile))

    assert notices.run([]) == 0
    assert notices.run(["--json"]) == 0
    out = capsys.readouterr().out
    assert "(simulated)" in out
    assert not set(out) & set("\x1b\x07\x9b\r\u202e\u200b")


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Fault.NETWORK, "your network, not theirs"), (Fault.AUTH, "on your side; your own tool says so"), (None, "on your side")],
)
def test_what_is_on_your_side_is_named_by_its_fault_while_it_lasts(capsys, fault, words):
    verdict = snapshots.verdict(health=Health.UNKNOWN, fault=fault, since=snapshots.minutes_ago(30)) if fault else snapshots.verdict()
    held = (Suppressed(snapshots.minutes_ago(10), snapshots.OPUS, SuppressReason.YOUR_SIDE),)
    publish(snapshots.snapshot(routes=(snapshots.route_view(verdict=verdict),), suppressed=held))

    assert notices.run(["--all"]) == 0
    assert f": {words}\n" in capsys.readouterr().out

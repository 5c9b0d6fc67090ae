"""`statuswatch mute`, `snooze` and `unmute`, against a real server."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from statuswatch.core.moment import format_time, parse_time
from statuswatch.core.snapshot import HushView
from statuswatch.surfaces.cli import mute, snooze, unmute
from support import snapshots
from support.published import Engine


def _picture():
    return snapshots.snapshot(routes=(snapshots.route_view(title="Claude Opus 4.5"),))


@pytest.mark.parametrize(
    ("verb", "word", "target", "asked"),
    [
        (mute, "mute", "opus", snapshots.OPUS),
        (mute, "mute", snapshots.OPUS, snapshots.OPUS),
        (snooze, "snooze", "all", "*"),
        (snooze, "snooze", "anthropic", "anthropic"),
    ],
)
def test_it_asks_for_what_is_meant_until_the_time_that_is_meant(verb, word, target, asked, capsys):
    with Engine() as engine:
        engine.show(_picture())
        assert verb.run([target, "--for", "30m"]) == 0

    (command,) = engine.commands
    assert (command.kind, command.target, command.until - _picture().at) == (word, asked, timedelta(minutes=30))
    said = capsys.readouterr().out
    assert f"To undo: statuswatch unmute {'all' if asked == '*' else asked}\n" in said
    assert ("told then" in said) is (word == "snooze")


def test_undoing_needs_no_time_and_says_so(capsys):
    with Engine() as engine:
        engine.show(_picture())
        assert unmute.run(["all"]) == 0

    assert [(command.kind, command.target, command.until) for command in engine.commands] == [("unmute", "*", None)]
    assert capsys.readouterr().out == "Nothing was muted: notices about anything are on.\n"


def _hush(by="mute", what="route", target=snapshots.OPUS, title="Claude Opus 4.5", **fields):
    return HushView(by, what, target, title, snapshots.minutes_ago(-60), **fields)


_ALL = _hush(what="everything", target="*", title="everything")
_SETTINGS = _hush(what="provider", target="anthropic", title="Anthropic", wanted_by="settings")


@pytest.mark.parametrize(
    ("hushed", "target", "said"),
    [
        ((), "opus", "Nothing about Claude Opus 4.5 was muted: notices about it are on."),
        ((_hush(),), "opus", "Notices about Claude Opus 4.5 are on."),
        ((_hush("snooze"),), "opus", "Notices about Claude Opus 4.5 are on."),
        ((_hush(target=snapshots.HAIKU, title="Claude Haiku 4.5"),), "opus", "Nothing about Claude Opus 4.5 was muted: notices about it are on."),
        ((_hush(),), "anthropic", "Nothing about Anthropic was muted: notices about it are on."),
        ((_hush(), _ALL), "all", "Notices about anything are on."),
        ((_hush(), _SETTINGS), "all", "Nothing is muted by you any more. No notices about Anthropic: config.toml says so."),
        ((_SETTINGS,), "all", "Nothing was muted by you. No notices about Anthropic: config.toml says so."),
        ((_hush(), _SETTINGS), "opus", "Claude Opus 4.5 is not muted by itself any more. No notices about Anthropic: config.toml says so."),
        ((_SETTINGS,), "opus", "Claude Opus 4.5 was not muted by itself. No notices about Anthropic: config.toml says so."),
    ],
)
def test_taking_back_says_whether_anything_was_muted_and_what_still_is(hushed, target, said, capsys):
    with Engine() as engine:
        engine.show(replace(_picture(), engine=replace(_picture().engine, simulated="test"), hushed=hushed))
        assert unmute.run([target]) == 0

    assert len(engine.commands) == 1
    assert capsys.readouterr().out == f"{said}\n"


def test_what_still_keeps_it_back_is_named_with_how_to_end_that(capsys):
    with Engine() as engine:
        engine.show(replace(_picture(), engine=replace(_picture().engine, simulated="test"), hushed=(_ALL,)))
        assert unmute.run(["opus"]) == 0

    said = capsys.readouterr().out
    assert said.startswith("Claude Opus 4.5 was not muted by itself. No notices about everything until ")
    assert said.endswith("muted by you; to undo: statuswatch unmute all\n")


def test_a_route_has_the_spelling_that_is_watched_and_its_mute_is_found_in_any(capsys):
    watched = "anthropic/code:claude-opus-4-5"
    picture = snapshots.snapshot(routes=(snapshots.route_view(watched, title="Claude Opus 4.5"),))
    with Engine() as engine:
        engine.show(picture)
        assert mute.run(["opus"]) == 0
        engine.show(replace(picture, engine=replace(picture.engine, simulated="test"), hushed=(_hush(target=watched),)))
        assert unmute.run(["opus"]) == 0

    assert [command.target for command in engine.commands] == [snapshots.OPUS, watched]
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(f"To undo: statuswatch unmute {watched}")
    assert second == "Notices about Claude Opus 4.5 are on."


def test_programs_get_one_object(capsys):
    with Engine() as engine:
        engine.show(_picture())
        assert mute.run(["opus", "--json", "--for", "1d"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said == {"target": snapshots.OPUS, "kind": "mute", "until": format_time(_picture().at + timedelta(days=1))}


def test_a_clock_time_is_the_next_one_of_that_name_and_a_whole_time_is_taken_as_it_is():
    now = parse_time("2026-03-02T10:00:00Z")
    assert mute._until(None, "09:30", now) == parse_time("2026-03-03T09:30:00Z")
    assert mute._until(None, "10:30", now) == parse_time("2026-03-02T10:30:00Z")
    assert mute._until(None, "2026-03-05T00:00:00Z", now) == parse_time("2026-03-05T00:00:00Z")
    assert mute._until(None, None, now) == parse_time("2026-03-02T11:00:00Z")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["nothing-like-it"], "no route, provider or incident that is known; routes: "),
        (["antrophic"], "did you mean anthropic?"),
        (["anthropic:i2"], "is no route, provider or incident that is known"),
        (["opus", "--for", "soon"], "expected a time as 30m, 2h or 1d"),
        (["opus", "--for", "0m"], "expected a time ahead"),
        (["opus", "--until", "25:00"], "expected a time of the day"),
        (["opus", "--until", "yesterday"], "expected 18:30"),
        (["opus", "--until", "2020-01-01T00:00:00Z"], "expected a time ahead"),
        (["opus", "--for", "9999d"], "--for 9999d: expected a time ahead, within a year"),
    ],
)
def test_a_slip_is_told_and_nothing_is_asked(argv, words, capsys):
    with Engine() as engine:
        engine.show(_picture())
        assert mute.run(argv) == 2

    assert words in capsys.readouterr().err
    assert engine.commands == []


def test_without_an_engine_there_is_nobody_to_ask(capsys):
    assert mute.run(["opus"]) == 4
    assert "Cannot tell: " in capsys.readouterr().err


def test_a_provider_of_the_catalogue_can_be_muted_before_it_is_watched(capsys):
    with Engine() as engine:
        engine.show(_picture())
        assert mute.run(["openai"]) == 0

    assert [command.target for command in engine.commands] == ["openai"]
    assert "No notices about OpenAI until" in capsys.readouterr().out


def test_what_is_kept_back_can_be_let_go_after_it_has_gone_from_the_picture(capsys):
    gone = HushView("mute", "incident", "anthropic:i9", "Old trouble", None)
    with Engine() as engine:
        engine.show(replace(_picture(), hushed=(gone,)))
        assert unmute.run(["anthropic:i9"]) == 0

    assert [command.target for command in engine.commands] == ["anthropic:i9"]
    assert capsys.readouterr().out == "Notices about Old trouble are on.\n"

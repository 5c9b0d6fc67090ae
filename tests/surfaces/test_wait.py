"""`statuswatch wait`: returns when the route is back, against a real server."""

import json
import threading
from dataclasses import replace

import pytest

from statuswatch.core.health import Fault, FeedState, Health
from statuswatch.core.verdict import Reason
from statuswatch.surfaces.cli import wait
from support import snapshots
from support.published import Engine


def down(**fields):
    return snapshots.snapshot(
        routes=(
            snapshots.route_view(
                health=Health.DOWN, verdict=snapshots.verdict(health=Health.DOWN, since=snapshots.minutes_ago(23), **fields), title="Claude Opus 4.5"
            ),
        )
    )


def fine():
    return snapshots.snapshot(routes=(snapshots.route_view(title="Claude Opus 4.5"),))


class Waiting:
    """The verb on a thread of its own."""

    def __init__(self, *argv):
        self.status = None
        self._thread = threading.Thread(target=self._run, args=(list(argv),), daemon=True)
        self._thread.start()

    def _run(self, argv):
        self.status = wait.run(argv)

    def end(self):
        self._thread.join(60)
        return self.status


def test_it_returns_when_the_route_is_back_and_asks_for_a_closer_look_meanwhile(capsys):
    with Engine() as engine:
        engine.show(down(fault=Fault.PROVIDER))
        waiting = Waiting("claude-opus")
        assert engine.came.wait(60)
        engine.show(snapshots.recovering())
        engine.show(fine())

        assert waiting.end() == 0

    assert capsys.readouterr().out == "Claude Opus 4.5 is back. It had trouble for 23m.\n"
    assert [(command.kind, command.target) for command in engine.commands] == [("wait", snapshots.OPUS)]


def test_what_is_fine_is_told_at_once(capsys):
    with Engine() as engine:
        engine.show(fine())

        assert wait.run([snapshots.OPUS, "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said == {"route": snapshots.OPUS, "back": True, "health": "ok", "exit_status": 0, "message": "Claude Opus 4.5 is fine."}


def test_it_gives_up_after_its_time(capsys):
    with Engine() as engine:
        engine.show(down(fault=Fault.PROVIDER))

        assert wait.run([snapshots.OPUS, "--timeout", "8"]) == 4

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Timed out: Claude Opus 4.5 is still down." in captured.err


@pytest.mark.parametrize("health", [Health.SUSPECT, Health.UNKNOWN, Health.RECOVERING])
def test_not_sure_unknown_and_coming_back_are_not_back(health):
    with Engine() as engine:
        engine.show(snapshots.snapshot(routes=(snapshots.route_view(health=health),)))

        assert wait.run([snapshots.OPUS, "--timeout", "8"]) == 4


@pytest.mark.parametrize("fault", [Fault.AUTH, Fault.BILLING, Fault.REQUEST, Fault.MODEL])
def test_what_only_you_can_mend_is_not_waited_for(fault, capsys):
    with Engine() as engine:
        engine.show(down(fault=fault))

        assert wait.run([snapshots.OPUS]) == 3

    assert "Waiting does not help" in capsys.readouterr().err


def test_a_rate_limit_passes_by_itself_and_is_named_as_yours(capsys):
    with Engine() as engine:
        engine.show(down(fault=Fault.QUOTA))

        assert wait.run([snapshots.OPUS, "--timeout", "8"]) == 4

    assert capsys.readouterr().err.splitlines() == [
        "Waiting until Claude Opus 4.5 is back. Now: down on your side.",
        "Timed out: Claude Opus 4.5 is still down on your side.",
    ]


def test_no_engine_is_told_at_once(capsys):
    assert wait.run([snapshots.OPUS]) == 4
    assert "no engine answers" in capsys.readouterr().err


def test_an_engine_that_restarts_is_no_news(capsys):
    with Engine() as first:
        first.show(down(fault=Fault.PROVIDER))
        waiting = Waiting(snapshots.OPUS)
        assert first.came.wait(60)
    with Engine() as second:
        second.show(down(fault=Fault.PROVIDER))
        assert second.came.wait(60)
        second.show(fine())

        assert waiting.end() == 0

    assert "is back" in capsys.readouterr().out


def test_an_engine_that_stays_away_is(capsys, monkeypatch):
    monkeypatch.setattr(wait, "RECONNECT_SECONDS", 0.3)
    with Engine() as engine:
        engine.show(down(fault=Fault.PROVIDER))
        waiting = Waiting(snapshots.OPUS)
        assert engine.came.wait(60)

    assert waiting.end() == 4
    assert "was down when it was last heard of" in capsys.readouterr().err


def test_a_route_that_nobody_watches_cannot_come_back(capsys):
    with Engine() as engine:
        engine.show(fine())

        assert wait.run(["acme/api:big-1"]) == 4
        assert wait.run(["no such thing"]) == 4

    assert capsys.readouterr().err.splitlines() == [
        f"Cannot tell, not watched: {name}; watched are {snapshots.OPUS}" for name in ("acme/api:big-1", "no such thing")
    ]


def test_where_nothing_is_watched_that_is_said(capsys):
    with Engine() as engine:
        engine.show(snapshots.empty())

        assert wait.run(["opus"]) == 4

    assert capsys.readouterr().err == "Cannot tell, not watched: opus; nothing is watched yet\n"


def test_a_part_of_several_names_is_answered_with_those_names(capsys):
    with Engine() as engine:
        engine.show(
            snapshots.snapshot(routes=(snapshots.route_view(snapshots.OPUS), snapshots.route_view(snapshots.HAIKU), snapshots.route_view(snapshots.GPT)))
        )

        assert wait.run(["claude"]) == 2

    said = capsys.readouterr().err
    assert f"'claude' is a part of several names: {snapshots.OPUS}, {snapshots.HAIKU}; name one" in said


@pytest.mark.parametrize("seconds", ["-1", "soon", "inf", "nan"])
def test_a_time_that_is_none_is_usage(seconds):
    assert wait.run([snapshots.OPUS, "--timeout", seconds]) == 2


def test_the_route_may_change_its_health_while_it_is_waited_for():
    with Engine() as engine:
        engine.show(down(fault=Fault.PROVIDER))
        waiting = Waiting(snapshots.OPUS)
        assert engine.came.wait(60)
        engine.show(replace(down(fault=Fault.AUTH)))

        assert waiting.end() == 3


def test_with_notify_it_asks_and_returns_at_once(capsys):
    with Engine() as engine:
        engine.show(down(fault=Fault.PROVIDER))

        assert wait.run(["claude-opus", "--notify"]) == 0
        assert wait.run(["claude-opus", "--notify", "--json"]) == 0

    plain, as_json = capsys.readouterr().out.splitlines()
    assert plain == "You will be told when Claude Opus 4.5 is back."
    assert json.loads(as_json) == {"route": snapshots.OPUS, "back": False, "health": "down", "exit_status": 0, "message": plain}
    assert [(command.kind, command.target) for command in engine.commands] == [("wait", snapshots.OPUS)] * 2


def test_what_is_fine_already_is_not_asked_for(capsys):
    with Engine() as engine:
        engine.show(fine())

        assert wait.run([snapshots.OPUS, "--notify"]) == 0

    assert capsys.readouterr().out == "Claude Opus 4.5 is fine.\n"
    assert engine.commands == []


def test_with_notify_what_cannot_be_asked_for_is_said(capsys):
    assert wait.run([snapshots.OPUS, "--notify"]) == 4
    with Engine() as engine:
        engine.show(down(fault=Fault.BILLING))
        assert wait.run([snapshots.OPUS, "--notify"]) == 3
        assert wait.run(["acme/api:big-1", "--notify"]) == 4
    assert wait.run([snapshots.OPUS, "--notify", "--timeout", "8"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert "no engine answers" in lines[0]
    assert "Waiting does not help" in lines[1]
    assert "not watched" in lines[2]


def unheard(**fields):
    """A route of which nothing is known, as right after the engine's start."""
    given = {"title": "Claude Opus 4.5", "feed_state": None, "verdict": snapshots.verdict(health=Health.UNKNOWN, reason=Reason.NOTHING_KNOWN)} | fields
    return snapshots.snapshot(routes=(snapshots.route_view(**given),))


def unreachable():
    return unheard(
        feed_state=FeedState.UNREACHABLE,
        verdict=snapshots.verdict(health=Health.UNKNOWN, fault=Fault.NETWORK, reason=Reason.OWN_NETWORK, since=snapshots.minutes_ago(46)),
    )


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (unheard, "unknown (no calls of yours yet, page not read yet)"),
        (unreachable, "offline (nothing outside answers this machine)"),
    ],
)
def test_what_is_unknown_is_waited_for_only_with_a_word_on_why_on_a_terminal_or_off_it(picture, words, capsys):
    with Engine() as engine:
        engine.show(picture())

        assert wait.run([snapshots.OPUS, "--timeout", "8"]) == 4

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        f"Waiting until Claude Opus 4.5 is known to be fine. Now: {words}.",
        f"Timed out: Claude Opus 4.5 is still {words}.",
    ]


def test_a_wait_without_a_limit_for_what_is_unknown_names_the_limit_and_each_state_that_follows_and_ends_as_fine(capsys):
    with Engine() as engine:
        engine.show(unheard())
        waiting = Waiting(snapshots.OPUS)
        assert engine.came.wait(60)
        engine.show(unreachable())
        engine.show(unreachable())
        engine.show(fine())

        assert waiting.end() == 0

    captured = capsys.readouterr()
    assert captured.out == "Claude Opus 4.5 is fine.\n"
    first, *others = captured.err.splitlines()
    assert first == (
        "Waiting until Claude Opus 4.5 is known to be fine. Now: unknown (no calls of yours yet, page not read yet)."
        " However long that takes: --timeout SECONDS limits it."
    )
    assert others in ([], ["Waiting until Claude Opus 4.5 is known to be fine. Now: offline (nothing outside answers this machine)."])


def test_trouble_that_was_waited_for_is_named_too_and_programs_still_get_one_object(capsys):
    with Engine() as engine:
        engine.show(down(fault=Fault.PROVIDER))

        assert wait.run([snapshots.OPUS, "--timeout", "8", "--json"]) == 4

    captured = capsys.readouterr()
    assert captured.err == "Waiting until Claude Opus 4.5 is back. Now: down.\n"
    assert json.loads(captured.out)["message"] == "Timed out: Claude Opus 4.5 is still down."


@pytest.mark.parametrize("picture", [unheard, unreachable])
def test_no_notice_is_promised_where_no_trouble_is_known_that_could_end(picture, capsys):
    with Engine() as engine:
        engine.show(picture())

        assert wait.run([snapshots.OPUS, "--notify"]) == 4

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"Cannot tell: Claude Opus 4.5 is {'unknown (no calls' if picture is unheard else 'offline (nothing'}")
    assert captured.err.endswith(f"to pause until it is known to be fine: statuswatch wait {snapshots.OPUS}\n")
    assert engine.commands == []


@pytest.mark.parametrize(("slip", "name"), [("antropic", "anthropic"), ("Opsu", "opus"), ("anthropic/code:claude-opus-4.6", snapshots.OPUS)])
def test_a_name_that_comes_near_to_a_watched_one_is_answered_with_that_one(slip, name, capsys):
    with Engine() as engine:
        engine.show(fine())

        assert wait.run([slip]) == 4
        assert wait.run([name]) == 0

    assert capsys.readouterr().err == f"Cannot tell, not watched: {slip}; did you mean {name}? watched are {snapshots.OPUS}\n"


def test_a_name_that_comes_near_to_a_provider_of_which_nothing_is_watched_is_answered_with_it_too(capsys):
    with Engine() as engine:
        engine.show(snapshots.empty())

        assert wait.run(["antropic"]) == 4
        assert wait.run(["anthropic"]) == 4

    assert capsys.readouterr().err.splitlines() == [
        "Cannot tell, not watched: antropic; did you mean anthropic? nothing is watched yet",
        "Cannot tell, not watched: anthropic; nothing is watched yet",
    ]

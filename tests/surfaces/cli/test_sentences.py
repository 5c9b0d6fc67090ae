"""The verbs that answer in sentences: on a terminal each line fits, elsewhere a sentence is one line."""

import io
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from statuswatch.app import engine as engine_verb
from statuswatch.surfaces.cli import models, mute, wait
from statuswatch.surfaces.cli.printing import tell
from support import snapshots
from support.published import Engine

_LONG = snapshots.route_view(snapshots.OPUS, title="Claude Opus 4.5 with a title that is longer than most")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


_VERBS: dict[str, Callable[[], int]] = {
    "models": lambda: models.run(["show", "opus", "claude-opus-4-5-20251101"]),
    "mute": lambda: mute.run([snapshots.OPUS]),
    "mute of nothing": lambda: mute.run(["quasar"]),
    "wait": lambda: wait.run([snapshots.OPUS]),
    "wait for nothing": lambda: wait.run(["acme/api:no-such-model-at-all"]),
    "engine status": lambda: engine_verb.run(["status"]),
}


@pytest.mark.parametrize("verb", _VERBS.values(), ids=_VERBS)
def test_on_a_narrow_terminal_each_line_fits(verb: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = Terminal(), Terminal()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with Engine() as one:
        one.show(snapshots.snapshot(routes=(_LONG,)))
        verb()

    said = (out.getvalue() + err.getvalue()).splitlines()
    assert len(said) > 1
    assert [line for line in said if len(line) > 40] == []


def test_elsewhere_a_sentence_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with Engine() as one:
        one.show(snapshots.snapshot(routes=(_LONG,)))
        assert mute.run([snapshots.OPUS]) == 0

    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("text", snapshots.HOSTILE_TITLES)
def test_whatever_a_sentence_quotes_drives_no_terminal(text: str, terminal: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()
    tell(f"the engine refuses: {text}", stream)

    assert all(line.isprintable() for line in stream.getvalue().splitlines())
    assert stream.getvalue().endswith("\n")


def test_a_refusal_of_whatever_sits_at_the_socket_is_inert(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mute.Link, "messages", lambda *_: iter([{"type": "error", "id": "mute", "error": "\x1b]0;gone\x07no\nroom"}]))
    monkeypatch.setattr(mute, "snapshot_in", lambda _: replace(snapshots.calm(), routes=(_LONG,)))
    with Engine():
        assert mute.run([snapshots.OPUS]) == 4

    assert "\x1b" not in capsys.readouterr().err

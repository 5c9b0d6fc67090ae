"""The bytes that terminals are given: what each understands, and that nothing a feed wrote can end, begin or steer a sequence."""

import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.notify.osc import Speech, own_terminal, passed_through, speech_of, spoken

OPENED = Notice(
    id="n7",
    trouble="t7",
    kind=NoticeKind.OPENED,
    at=datetime(2025, 12, 14, 21, 27, tzinfo=UTC),
    reason=NoticeReason.OWN_FAILURES,
    routes=("anthropic/code:claude-opus-4.5",),
    title="Anthropic is failing for Claude Opus 4.5",
    body="Not you: 3 of 4 calls got 529.",
    provider="anthropic",
)
HOSTILE = "4;1;9;7;calc \x1b]52;c;YQ==\x07 \x9c\x9b31m \x1bP+q \u202egnp.exe ; end"


@pytest.mark.parametrize(
    ("names", "speech"),
    [
        (("kitty(0.26.5)", "xterm-256color"), Speech.OSC_99),
        (("xterm-kitty",), Speech.OSC_99),
        (("iTerm2 3.4.23", "xterm-256color"), Speech.OSC_9),
        (("WezTerm 20240203", "xterm-256color"), Speech.OSC_9),
        (("ghostty 1.1.3",), Speech.OSC_9),
        (("foot(1.13.1)", "foot"), Speech.OSC_777),
        (("", "rxvt-unicode-256color"), Speech.OSC_777),
        (("XTerm(379)", "xterm-256color"), Speech.BELL),
        (("tmux 3.3a", "tmux-256color"), Speech.BELL),
        (("vscode", "xterm-256color"), Speech.BELL),
        (("vt100",), None),
        (("dumb",), None),
        (("",), None),
        ((), None),
    ],
)
def test_a_terminal_is_spoken_to_as_its_own_name_says(names: tuple[str, ...], speech: Speech | None) -> None:
    assert speech_of(names) is speech


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, (Speech.OSC_99, False)),
        ({"TERM_PROGRAM": "iTerm.app", "TERM": "xterm-256color"}, (Speech.OSC_9, False)),
        ({"TERM_PROGRAM": "vscode", "TERM": "xterm-256color"}, (Speech.BELL, False)),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, (Speech.BELL, False)),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "KITTY_WINDOW_ID": "1"}, (Speech.BELL, False)),
        ({"TMUX": "/tmp/tmux-1/default,1,0", "TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "KITTY_WINDOW_ID": "1"}, (Speech.OSC_99, True)),
        ({"TMUX": "/tmp/tmux-1/default,1,0", "TERM": "screen", "LC_TERMINAL": "iTerm2"}, (Speech.OSC_9, True)),
        ({"TMUX": "/tmp/tmux-1/default,1,0", "TERM": "screen"}, (Speech.BELL, True)),
        ({"STY": "1.pts-0", "TERM": "screen.xterm-kitty", "KITTY_WINDOW_ID": "1"}, (Speech.BELL, False)),
        ({"TERM": "vt220"}, (None, False)),
        ({}, (None, False)),
    ],
)
def test_the_own_terminal_is_known_by_what_it_set(environ: dict[str, str], told: tuple[Speech | None, bool]) -> None:
    assert own_terminal(environ) == told


def test_each_kind_of_terminal_gets_its_own_sequence() -> None:
    title, body = OPENED.title, OPENED.body
    assert spoken(OPENED, Speech.OSC_9) == f"\x1b]9;statuswatch: {title}. {body}\x1b\\"
    assert spoken(OPENED, Speech.OSC_777) == f"\x1b]777;notify;statuswatch: {title};{body}\x1b\\"
    first, second = re.findall(r"\x1b\]99;([^\x1b]*)\x1b\\", spoken(OPENED, Speech.OSC_99))
    assert first.startswith("i=statuswatch-t7:")
    assert "d=0:p=title;" in first
    assert second.startswith("i=statuswatch-t7:d=1:e=1:p=body;")
    assert [b64decode(part.rpartition(";")[2]).decode() for part in (first, second)] == [title, body]
    assert spoken(OPENED, Speech.BELL) == "\a"


def test_a_terminal_that_nothing_is_known_of_gets_nothing_at_all() -> None:
    assert spoken(OPENED, None) == spoken(OPENED, None, tmux=True) == ""


def test_what_comes_quietly_rings_no_bell_and_is_of_low_urgency() -> None:
    quiet = replace(OPENED, quiet=True)
    assert spoken(quiet, Speech.BELL) == ""
    assert ":u=0:" in spoken(quiet, Speech.OSC_99)
    assert ":u=1:" in spoken(OPENED, Speech.OSC_99)


def test_behind_tmux_the_sequence_is_wrapped_and_a_bell_is_not() -> None:
    assert spoken(OPENED, Speech.OSC_9, tmux=True) == passed_through(spoken(OPENED, Speech.OSC_9))
    assert passed_through("\x1b]9;a\x1b\\") == "\x1bPtmux;\x1b\x1b]9;a\x1b\x1b\\\x1b\\"
    assert spoken(OPENED, Speech.BELL, tmux=True) == "\a"


@pytest.mark.parametrize("speech", [Speech.OSC_9, Speech.OSC_99, Speech.OSC_777])
@given(
    text=st.one_of(st.just(HOSTILE), st.just("A; \x1b" * 900), st.text(max_size=300)),
    trouble=st.one_of(st.just("t1"), st.just("t\x1b:;="), st.text(max_size=9)),
)
def test_no_text_ends_begins_or_steers_a_sequence(speech: Speech, text: str, trouble: str) -> None:
    said = spoken(replace(OPENED, title=text, body=text, trouble=trouble), speech)
    count = 2 if speech is Speech.OSC_99 else 1
    assert said.count("\x1b") == 2 * count
    assert said.endswith("\x1b\\")
    assert not [char for char in said.replace("\x1b", "") if ord(char) < 32 or 127 <= ord(char) < 160]
    assert len(said.encode()) < 4096  # what a terminal's line takes in one go
    if speech is Speech.OSC_9:
        assert said.count(";") == 1
        assert said.startswith("\x1b]9;statuswatch: ")
    if speech is Speech.OSC_777:
        assert said.count(";") == 3

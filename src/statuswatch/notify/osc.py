"""Notices in the terminal's own language: which escape sequence a terminal shows as a pop-up, by what it is called. Pure.

Sources: iTerm2's proprietary escape codes (OSC 9), kitty's desktop notifications (OSC 99), urxvt's and foot's `777;notify`, tmux's passthrough.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from enum import StrEnum

from statuswatch.core.notice import Notice
from statuswatch.notify.text import body_of, title_of

BEL = "\a"
_OSC, _ST = "\x1b]", "\x1b\\"
_APP = "statuswatch"


class Speech(StrEnum):
    """How a terminal can be made to call for a person: a pop-up of its own (`OSC...`), or its bell, which leaves sound or sight to its settings."""

    OSC_9 = "osc 9"
    OSC_99 = "osc 99"
    OSC_777 = "osc 777"
    BELL = "bell"


# By a part of what the terminal calls itself (its answer to XTVERSION, TERM, TERM_PROGRAM); the first that fits counts. Only what its own
# documentation says it shows: elsewhere 9;4 is a progress bar and 9;7 starts a program, and a terminal that is not listed gets nothing at all.
_BY_NAME: tuple[tuple[str, Speech], ...] = (
    ("kitty", Speech.OSC_99),
    ("iterm", Speech.OSC_9),
    ("wezterm", Speech.OSC_9),
    ("ghostty", Speech.OSC_9),
    ("foot", Speech.OSC_777),
    ("contour", Speech.OSC_777),
    ("rxvt", Speech.OSC_777),
    ("alacritty", Speech.BELL),
    ("apple_terminal", Speech.BELL),
    ("vscode", Speech.BELL),
    ("konsole", Speech.BELL),
    ("vte", Speech.BELL),
    ("xterm", Speech.BELL),
    ("tmux", Speech.BELL),
    ("screen", Speech.BELL),
    ("linux", Speech.BELL),
)
# Variables that a terminal sets in what it starts, and that outlive a tmux in between, which renames TERM and TERM_PROGRAM.
_LEFT_BEHIND = {"KITTY_WINDOW_ID": "kitty", "WEZTERM_PANE": "wezterm", "GHOSTTY_RESOURCES_DIR": "ghostty", "ITERM_SESSION_ID": "iterm"}


def speech_of(names: Iterable[str]) -> Speech | None:
    """What a terminal of these names understands, the most telling name first; None for one that nothing is known of."""
    for name in names:
        told = name.lower()
        found = next((speech for part, speech in _BY_NAME if part in told), None)
        if found is not None:
            return found
    return None


def own_terminal(environ: Mapping[str, str]) -> tuple[Speech | None, bool]:
    """What the terminal of this process understands, and whether a tmux lies between: then the sequence must be wrapped for it.

    Behind GNU screen there is the bell only.
    """
    left_behind = [name for variable, name in _LEFT_BEHIND.items() if environ.get(variable)]
    if environ.get("STY"):
        return Speech.BELL, False
    if environ.get("TMUX"):
        return speech_of((environ.get("LC_TERMINAL", ""), *left_behind, "tmux")), True
    return speech_of((environ.get("TERM_PROGRAM", ""), *left_behind, environ.get("TERM", ""), environ.get("LC_TERMINAL", ""))), False


def spoken(notice: Notice, speech: Speech | None, *, tmux: bool = False) -> str:
    """What to write to the terminal; empty where there is nothing that it would understand, or only a bell for what shall make no sound."""
    match speech:
        case Speech.OSC_9:  # never begins with a number, whatever the feed wrote: 9;4 and 9;7 are commands
            said = _sequence(f"9;{_APP}: {_words(title_of(notice))}. {_words(body_of(notice, markup=False))}")
        case Speech.OSC_777:
            said = _sequence(f"777;notify;{_APP}: {_words(title_of(notice))};{_words(body_of(notice, markup=False))}")
        case Speech.OSC_99:
            said = _kitty(notice)
        case Speech.BELL:
            return "" if notice.quiet else BEL
        case None:
            return ""
    return passed_through(said) if tmux else said


def passed_through(sequence: str) -> str:
    """Wrapped so that tmux hands it on to the terminal it runs in, where `allow-passthrough` is on; where it is off tmux drops it whole."""
    escaped = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{escaped}{_ST}"


def _kitty(notice: Notice) -> str:
    """Title and body of one notification, in place of the trouble's earlier one. Text goes as base64: nothing in it can end the sequence."""
    name = f"{_APP}-" + "".join(char for char in notice.trouble if char.isascii() and char.isalnum())[:40]
    shared = f"i={name}:f={_encoded(_APP)}:u={0 if notice.quiet else 1}:s={_encoded('silent')}:e=1"
    title = _sequence(f"99;{shared}:d=0:p=title;{_encoded(title_of(notice))}")
    return title + _sequence(f"99;i={name}:d=1:e=1:p=body;{_encoded(body_of(notice, markup=False))}")


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def _words(text: str) -> str:
    """Without what separates the parts of a sequence; control characters are gone already."""
    return text.replace(";", ",")


def _sequence(content: str) -> str:
    return f"{_OSC}{content}{_ST}"

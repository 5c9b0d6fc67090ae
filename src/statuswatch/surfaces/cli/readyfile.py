"""What a fast verb needs: one small file read whole, the time, and whether the terminal has our symbols.

Nothing is imported that Python has not loaded anyway.
"""

import os
import stat
import sys
import time

_SIGNS = ("✓◌▲●↑◷–·›…→─▌▁▂▃▄▅▆×", "+?!X^=-|>~>->_.,-~*x")  # noqa: RUF001 - the signs of the screens
ASCII_MARKS = dict(zip(*_SIGNS, strict=True))
_LOOKS: dict[str, tuple[bool, str]] = {}
_CONTROLS = {number: None for number in (*range(32), *range(127, 160)) if number != 10}  # noqa: PLR2004 - all but the newline


def read_ready(path: str, limit: int) -> tuple[str, float] | None:
    """The first `limit` bytes of a file that the engine wrote, without control characters, and its time of change in seconds since 1970.

    None where there is none: missing, no plain file, another user's, unreadable. It never blocks.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or (hasattr(os, "geteuid") and found.st_uid != os.geteuid()):
            return None
        data = os.read(descriptor, limit)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return data.decode("utf-8", "replace"), found.st_mtime


def inert(text: str) -> str:
    """The text without control characters but for newlines: what is printed cannot drive the terminal, whoever wrote the file."""
    return text.translate(_CONTROLS)


def now() -> float:
    """Seconds since 1970."""
    return time.time()  # noqa: TID251 - the whole verb is one look at the clock


def whole_number(text: str) -> int | None:
    """A number of at most twelve ASCII digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None  # noqa: PLR2004 - epochs for the next 29,000 years


def wanted_look() -> tuple[bool, str]:
    """Of `[display]` in the settings: whether only ASCII is wanted, and when colours are. What reads settings is loaded only where they speak of that.

    Settings with a mistake are the usual ones here: the engine and doctor tell of the mistake.
    """
    from statuswatch.config import paths

    try:
        path = paths.config_file()
    except OSError:  # no usable place: what asks for one says so
        return False, "auto"
    if path not in _LOOKS:
        _LOOKS[path] = _look_in(path)
    return _LOOKS[path]


def _look_in(path: str) -> tuple[bool, str]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is not loaded yet
            if b"display" not in file.read():
                return False, "auto"
    except OSError:
        return False, "auto"
    from statuswatch.config.load import load_config
    from statuswatch.core.errors import StatuswatchError

    try:
        said = load_config(path).display
    except StatuswatchError:
        return False, "auto"
    return said.ascii, said.colour


def printable(text: str) -> str:
    """The text as standard output can show it: plain signs where its encoding or its terminal lacks ours, or the settings want none."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    bare = not encoding.replace("-", "").replace("_", "").startswith("utf")
    if bare or (on_terminal() and os.environ.get("TERM") in {"dumb", "linux"}) or wanted_look()[0]:
        text = text.translate({ord(sign): plain for sign, plain in ASCII_MARKS.items()})
    return text.encode(encoding, "replace").decode(encoding) if bare else text


def on_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout.isatty()


def coloured() -> bool:
    """Whether to use colour: never where NO_COLOR is set (no-color.org), always where it is forced (CLICOLOR_FORCE of bixense.com/clicolors, FORCE_COLOR).

    Else as `[display] colour` has it; where that is `auto`, on a terminal that can, unless CLICOLOR is 0.
    """
    said = os.environ.get
    if said("NO_COLOR") or said("FORCE_COLOR") == "0":
        return False
    if said("CLICOLOR_FORCE", "0") not in {"", "0"} or said("FORCE_COLOR"):
        return True
    wanted = wanted_look()[1]
    if wanted != "auto":
        return wanted == "always"
    return on_terminal() and said("CLICOLOR") != "0" and said("TERM") != "dumb"

"""`statuswatch prompt`: the segment for prompts that can only run a program, and `prompt init SHELL`: the code for those that need not.

This module and what it imports load nothing but what Python has loaded anyway.
"""

# pathlib costs as much to import as Python does to start, and the prompt pays for it.
# ruff: noqa: PTH118, PTH120, PTH123
import os
import sys

from statuswatch.config import paths
from statuswatch.surfaces.cli.readyfile import now, printable, read_ready, whole_number

FINE, USAGE = 0, 2
SHELLS = ("zsh", "bash", "fish", "nushell", "powershell", "sh")
_LIMIT = 200
_WIDTH = 40
_STALE_SECONDS = 12 * 3600
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .:+_-")
_MARKS = {"down": "●", "failing": "▲", "yours": "▲", "recovering": "↑", "unknown": "–"}  # noqa: RUF001 - the signs of the screens
_UNSURE = "◌"


def run(argv: list[str]) -> int:
    """Run the verb; returns 0, or 2 for arguments it does not know."""
    if not argv:
        text = segment()
        if text:
            _say(printable(text) + "\n")
        return FINE
    if argv[0] == "init" and len(argv) == 2 and argv[1] in SHELLS:  # noqa: PLR2004 - init and the shell
        sys.stdout.write(shell_code(argv[1]))
        return FINE
    from statuswatch.surfaces.cli.asked import read

    given = read("prompt", argv, {"pid": int})
    if isinstance(given, int):
        return given
    from statuswatch.surfaces.cli.knocking import pass_on

    return pass_on(given.pid)


def _say(text: str) -> None:
    """Print it; where that cannot be, a full disk or a reader that is gone, nothing is said: a prompt must not break."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def segment() -> str:
    """The symbol and the label; empty where there is nothing to show, whatever the reason."""
    try:
        found = read_ready(paths.prompt_file(), _LIMIT)
    except OSError:
        return ""
    if found is None or "\n" not in found[0]:
        return ""
    fields = found[0].partition("\n")[0].split("\t")
    if len(fields) != 4 or fields[0] != "1":  # noqa: PLR2004 - form, expiry, level, label
        return ""
    expires, level, label = whole_number(fields[1]), fields[2], fields[3]
    if expires is None or not (level.isascii() and level.isalpha()) or not _LETTERS.issuperset(label):
        return ""
    if level == "ok" or (level == "unknown" and not os.environ.get("STATUSWATCH_UNKNOWN")):
        return ""
    moment = now()
    if moment >= expires:
        return "?" if moment < expires + _STALE_SECONDS else ""
    width = whole_number(os.environ.get("STATUSWATCH_WIDTH", "")) or _WIDTH
    return f"{_MARKS.get(level, _UNSURE)} {label or level}"[:width]


def shell_code(shell: str) -> str:
    """The segment's code for one of `SHELLS`."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "prompt")
    ending = {"nushell": "nu", "powershell": "ps1"}.get(shell, shell)
    with open(os.path.join(folder, f"statuswatch.{ending}"), encoding="utf-8") as file:
        return file.read()

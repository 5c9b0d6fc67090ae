"""`statuswatch status`: can I work? Prints the rendering that the engine keeps ready. Nothing is started and nothing is waited for.

This module and what it imports load nothing but what Python has loaded anyway; what costs more is imported where it is used.
"""

import os
import sys

from statuswatch.config import paths
from statuswatch.surfaces.cli.readyfile import coloured, inert, now, on_terminal, printable, read_ready, whole_number

CANNOT_TELL = 4
_LIMIT = 1 << 20
_LATE = 2.0
"""Seconds after which a ready text that tells ages in seconds is wrong."""
_NOTHING = "Cannot tell: no engine runs, and there is no picture of an earlier one. To begin: statuswatch engine start"
_COLOURS = {"✓": "32", "◌": "33", "▲": "33", "●": "31", "↑": "36", "◷": "35", "–": "2"}  # noqa: RUF001 - the signs of the screens


def run(argv: list[str]) -> int:
    """Run the verb; returns the exit status of the picture, or 4 where there is none that may pass for the present."""
    if argv and argv != ["--json"]:
        from statuswatch.surfaces.cli.asked import read

        given = read("status", argv)
        if isinstance(given, int):
            return given
    ready = _ready()
    if ready is None or now() >= ready[1]:
        _tell_mistakes()
    if argv:
        return _json(ready)
    if ready is None:
        if on_terminal():
            from statuswatch.surfaces.cli.printing import tell

            tell(_NOTHING, sys.stdout)
        else:
            sys.stdout.write(_NOTHING + "\n")
        return CANNOT_TELL
    status, expires, changed, text = ready
    fresh = now() < expires
    late = fresh and now() - changed >= _LATE and _tells_seconds(text)
    if (late or _too_wide(text)) and _render_anew():
        return status if fresh else CANNOT_TELL
    if not fresh:
        sys.stdout.write(f"This picture is {age(now() - changed)} old and no engine renews it: it shows what was, not what is.\n")
    sys.stdout.write(painted(printable(text)) if coloured() else printable(text))
    return status if fresh else CANNOT_TELL


def _tell_mistakes() -> None:
    """Where no engine runs, the settings may be the reason: then what is wrong with them stands on standard error."""
    if not os.path.exists(paths.config_file()):  # noqa: PTH110 - pathlib is not loaded here
        return
    from statuswatch.surfaces.cli.mistakes import mistakes

    found = [inert(line) for line in mistakes()]
    if found:
        sys.stderr.write("\n".join(["The settings have mistakes, and no engine starts with them:", *found, ""]))


def _ready() -> tuple[int, int, float, str] | None:
    """The picture's exit status, its expiry and change in seconds since 1970, and its text; None where there is none that can be read."""
    try:
        found = read_ready(paths.status_file(), _LIMIT)
    except OSError:
        return None
    if found is None:
        return None
    head, _, text = found[0].partition("\n")
    fields = head.split("\t")
    expires = whole_number(fields[1]) if len(fields) == 3 else None  # noqa: PLR2004 - form, expiry, exit status
    if expires is None or fields[0] != "1" or fields[2] not in {"0", "1", "3", "4"}:
        return None
    return int(fields[2]), expires, found[1], inert(text)


def age(seconds: float) -> str:
    """An age as the other surfaces write it: `21s`, `12m`, `3h05m`, `2d`."""
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if minutes < 1:
        return f"{max(0, int(seconds))}s"
    if hours < 1:
        return f"{minutes}m"
    if hours >= 48:  # noqa: PLR2004 - two days
        return f"{hours // 24}d"
    return f"{hours}h" if hours >= 10 or not minutes % 60 else f"{hours}h{minutes % 60:02d}m"  # noqa: PLR2004 - short beyond ten hours


def painted(text: str) -> str:
    """The text with each line's leading symbol in its colour, and the first such line, the answer, in bold."""
    lines = []
    bold = True
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        code = _COLOURS.get(bare[:1]) if bare[1:2] == " " else None
        if code is None:
            lines.append(line)
            continue
        indent, rest = line[: len(line) - len(bare)], bare[1:]
        lines.append(f"{indent}\x1b[{code}m{bare[0]}\x1b[0m" + (f"\x1b[1m{rest}\x1b[0m" if bold else rest))
        bold = False
    return "\n".join(lines)


def _tells_seconds(text: str) -> bool:
    """Whether an age below a minute stands in the ready text: it goes on, and the text does not."""
    return any(word[-1:] == "s" and word[:-1].isdigit() for word in text.replace("(", " ").replace(")", " ").split())


def _too_wide(text: str) -> bool:
    """Whether the ready text does not fit where it is shown: what COLUMNS says, else the terminal."""
    columns = whole_number(os.environ.get("COLUMNS", "")) or 0
    if not columns and on_terminal():
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
        except (OSError, ValueError):
            return False
    return columns > 0 and any(len(line) > columns for line in text.split("\n"))


def _render_anew() -> bool:
    """Render the snapshot for this terminal's width: slower, so only where the ready text would break its lines. False where there is no snapshot."""
    from statuswatch.surfaces.cli.printing import look_here, put
    from statuswatch.surfaces.client import read_snapshot, wall_clock
    from statuswatch.surfaces.present import status_lines

    picture = read_snapshot()
    if picture is None:
        return False
    put(status_lines(picture, wall_clock(), look_here()))
    return True


def _json(ready: tuple[int, int, float, str] | None) -> int:
    """Print the snapshot as it lies there. The exit status is the picture's own, or 4 where it is out of date."""
    import json

    from statuswatch.surfaces.client import parse_snapshot, read_snapshot_text, wall_clock

    text = read_snapshot_text()
    picture = parse_snapshot(text) if text is not None else None
    if text is None or picture is None or "\n" in text:
        summary: dict[str, object] = {"level": "unknown", "side": None, "headline": _NOTHING, "details": [], "label": "", "exit_status": CANNOT_TELL}
        sys.stdout.write(json.dumps({"v": 1, "at": None, "engine": None, "summary": summary, "routes": [], "incidents": [], "calls": [], "feeds": []}) + "\n")
        return CANNOT_TELL
    sys.stdout.write(text + "\n")
    gone = ready is not None and now() >= ready[1]  # an engine that ended on purpose says so in the ready text
    return CANNOT_TELL if gone or wall_clock() >= picture.engine.expires_at else picture.summary.exit_status

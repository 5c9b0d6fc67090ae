"""Claude Code's status line (docs.claude.com, "Status line configuration"): a member `statusLine` of its settings, whose command prints what it shows.

A status line that the person has is wrapped: theirs runs first, with the same input, and what it prints stays; ours comes behind it when there is trouble.
Should our script be gone, theirs still runs.
"""

import json
import re
import shlex

from statuswatch.surfaces.setup import jsontext
from statuswatch.surfaces.setup.target import Ground, SetupError

EMPTY = "{\n}\n"
SCRIPT = "statuswatch.sh"

_KEY = "statusLine"
_REFRESH_SECONDS = 10
_MARK = "# by statuswatch setup"
_THEIRS = re.compile(r"^o=(?P<theirs>'.*'); \[ -r (?:.*) \] && exec sh (?:.*) claude-code \"\$o\"; exec sh -c \"\$o\" # by statuswatch setup\Z", re.DOTALL)


def put(text: str, ground: Ground) -> str:
    """The settings with our status line, or with theirs wrapped. Raises SetupError for a status line of a kind that is not known."""
    found = jsontext.read(text)
    script = shlex.quote(str(ground.code / SCRIPT))
    alone = f"[ -r {script} ] && exec sh {script} claude-code; exit 0 {_MARK}"
    member = found.last(_KEY)
    if member is None:
        return jsontext.added(text, found, _KEY, json.dumps({"type": "command", "command": alone, "refreshInterval": _REFRESH_SECONDS}, indent=2))
    command = _command(text, member)
    ours = str(jsontext.value(text, command))
    theirs = _theirs_in(ours)
    if theirs is None and ours.endswith(_MARK):
        wanted = alone
    else:
        quoted = shlex.quote(ours if theirs is None else theirs)
        quoted = quoted if quoted.startswith("'") else f"'{quoted}'"
        wanted = f'o={quoted}; [ -r {script} ] && exec sh {script} claude-code "$o"; exec sh -c "$o" {_MARK}'
    return text if ours == wanted else jsontext.replaced(text, command, json.dumps(wanted))


def take(text: str, before: str | None) -> str:
    """The settings without ours: no status line, or theirs as they had written it."""
    found = jsontext.read(text)
    member = found.last(_KEY)
    if member is None:
        return text
    try:
        command = _command(text, member)
    except SetupError:  # theirs by now
        return text
    ours = str(jsontext.value(text, command))
    if not ours.endswith(_MARK):
        return text
    theirs = _theirs_in(ours)
    if theirs is None:
        return jsontext.removed(text, found, member)
    return jsontext.replaced(text, command, _as_written(theirs, before))


def _theirs_in(command: str) -> str | None:
    """The command that was wrapped; None where none was."""
    found = _THEIRS.match(command)
    return "".join(shlex.split(found["theirs"])) if found else None


def _as_written(theirs: str, before: str | None) -> str:
    """Their command as JSON, in the spelling that they chose where that is known."""
    if before is not None:
        try:
            member = jsontext.read(before).last(_KEY)
            command = _command(before, member) if member else None
            if command and jsontext.value(before, command) == theirs:
                return before[command.value : command.end]
        except SetupError:
            pass
    return json.dumps(theirs)


def _command(text: str, member: jsontext.Member) -> jsontext.Member:
    inside = jsontext.member(text, member)
    command = inside.last("command") if inside else None
    kind = inside.last("type") if inside else None
    if command is None or text[command.value] != '"' or (kind is not None and jsontext.value(text, kind) != "command"):
        raise SetupError("its statusLine is no command, so it cannot be wrapped; take it out first")
    return command

"""`statuswatch setup`: puts the prompt segment into a shell or another tool, after showing what would change; `--undo` takes it out again."""

import difflib
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from statuswatch.surfaces import setup
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import put_json
from statuswatch.surfaces.cli.readyfile import coloured, printable
from statuswatch.surfaces.plain import plain
from statuswatch.surfaces.setup.files import Plan, carry_out, check, plan_put, plan_take, text_of
from statuswatch.surfaces.setup.target import Ground, SetupError, Target
from statuswatch.surfaces.setup.targets import TARGETS

FINE, USAGE = 0, 2
_PATIENCE = 3  # lines around a change
_YES = frozenset({"y", "yes"})
_COLOURS = {"+": "32", "-": "31", "@": "36"}


@dataclass(frozen=True, slots=True)
class State:
    """How things stand with a target: `ready`, `old` (set up by an earlier version), `absent`, or `unclear` with the reason."""

    word: str
    reason: str = ""


_WORDS = {"ready": "set up", "old": "set up, out of date: set it up again", "absent": "not set up", "unclear": "cannot tell"}


def run(argv: list[str], targets: Mapping[str, Target] = TARGETS) -> int:
    """Run the verb; returns 0 where things are as asked or the person said no, 2 for wrong usage or where it could not be done."""
    given = read("setup", argv)
    if isinstance(given, int):
        return given
    ground = ground_here()
    if not given.names:
        if given.undo:
            sys.stderr.write(f"statuswatch setup --undo: what? one or more of {', '.join(targets)}\n")
            return USAGE
        return _list(targets, ground, json=given.json)
    for name in given.names:
        if name not in targets:
            near = difflib.get_close_matches(name, targets, 1)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(targets)}"
            sys.stderr.write(f"statuswatch setup: nothing is known of {plain(name)[:40]!r}; {hint}\n")
            return USAGE
    return max(_one(targets[name], ground, undo=given.undo, yes=given.yes) for name in given.names)


def ground_here() -> Ground:
    """This person's home and environment, and where our code lies."""
    return Ground(os.environ, Path(os.environ.get("HOME") or Path.home()), Path(setup.__file__).parent.parent / "prompt")


def state_of(target: Target, ground: Ground) -> State:
    """How things stand. Nothing is changed."""
    try:
        wanted, taken = plan_put(target, ground), plan_take(target, ground)
    except (SetupError, OSError) as error:
        return State("unclear", str(error))
    if wanted.old is not None and not wanted.changes:
        return State("ready")
    return State("old" if taken.old is not None and taken.changes else "absent")


def _list(targets: Mapping[str, Target], ground: Ground, *, json: bool) -> int:
    width = max(map(len, targets))
    for target in targets.values():
        state, there = state_of(target, ground), shutil.which(target.program) is not None
        file = str(target.file(ground))
        if json:
            row = {"target": target.name, "title": target.title, "state": state.word, "reason": state.reason, "installed": there, "file": file}
            put_json({**row, "untested": target.untested})
            continue
        words = state.reason or _WORDS[state.word]
        words += "" if there else f" ({target.program} is not installed)"
        words += f"; untested: {target.untested}" if target.untested else ""
        sys.stdout.write(printable(_visible(f"{target.name:<{width}}  {words}  {_short(file, ground)}")) + "\n")
    if not json:
        sys.stdout.write("\nstatuswatch setup NAME shows what would change and asks; --undo takes it out again.\n")
    return FINE


def _one(target: Target, ground: Ground, *, undo: bool, yes: bool) -> int:
    try:
        plan = (plan_take if undo else plan_put)(target, ground)
        if not plan.changes:
            carry_out(plan)
            sys.stdout.write(printable(plain(f"{target.name}: {'there is nothing of statuswatch in' if undo else 'set up already in'} {plan.file}")) + "\n")
            return FINE
        _show(plan)
        check(plan)
        if not yes:
            answer = _ask(plan)
            if answer is None:
                what = f"statuswatch setup{' --undo' if undo else ''} --yes {target.name}"
                sys.stderr.write(f"Nothing was changed: there is no terminal to ask at. To make this change: {what}\n")
                return USAGE
            if not answer:
                sys.stdout.write("Nothing was changed.\n")
                return FINE
        kept = carry_out(plan)
    except SetupError as error:
        sys.stderr.write(plain(f"statuswatch setup {target.name}: {error}") + "\n")
        return USAGE
    except OSError as error:
        sys.stderr.write(
            plain(f"statuswatch setup {target.name}: {target.file(ground)} could not be changed: {error.strerror or error}; it is as it was") + "\n"
        )
        return USAGE
    _told(plan, kept)
    return FINE


def _told(plan: Plan, kept: Path | None) -> None:
    target = plan.target
    if plan.undo:
        lines = [f"{target.name}: taken out of {plan.file}", *filter(None, [target.undone])]
    else:
        lines = [f"{target.name}: set up in {plan.file}. {target.then}"]
        if target.note:
            lines.append(target.note)
        if target.untested:
            lines.append(f"Untested: {target.untested}.")
        if kept is not None and plan.old is not None:
            lines.append(f"As it was before: {kept}")
        lines.append(f"To undo: statuswatch setup --undo {target.name}")
    sys.stdout.write("".join(printable(plain(line)) + "\n" for line in lines))


def _ask(plan: Plan) -> bool | None:
    """What the person says; None where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    sys.stdout.write(f"\n{'Take it out' if plan.undo else 'Make this change'}? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in _YES


def _show(plan: Plan) -> None:
    """The difference, with what could drive a terminal made visible."""
    old, new = (text_of(data or b"").split("\n") for data in (plan.old, plan.new))
    names = ("/dev/null" if plan.old is None else str(plan.file), "/dev/null" if plan.new is None else str(plan.file))
    colour = coloured()
    for line in difflib.unified_diff(old, new, *names, n=_PATIENCE, lineterm=""):
        shown = _visible(line.removesuffix("\r"))
        code = _COLOURS.get(line[:1], "")
        sys.stdout.write(printable(f"\x1b[{code}m{shown}\x1b[0m" if colour and code else shown) + "\n")


def _visible(text: str) -> str:
    """The text as it stands, with what could drive a terminal or turn the text's direction written out."""
    return "".join(char if char.isprintable() or char == "\t" else f"\\u{ord(char):04x}" for char in text)


def _short(file: str, ground: Ground) -> str:
    home = f"{ground.home}/"
    return f"~/{file.removeprefix(home)}" if file.startswith(home) else file

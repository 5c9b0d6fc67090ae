"""`statuswatch why`: whose fault, how sure, the evidence, what to do; for the worst trouble, for a route, or for one call of yours."""

import sys

from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.asking import NO_PICTURE, Subject, answer, subject, told_lines, unknown
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put, put_json, tell
from statuswatch.surfaces.client import CANNOT_TELL, exit_status, read_snapshot, wall_clock


def run(argv: list[str]) -> int:
    """Run the verb; returns the exit status of the verdict: 0 fine, 1 theirs, 3 yours, 4 cannot tell; 2 for a subject that is neither a route nor a call."""
    given = read("why", argv, defaults={"subject": ""})
    if isinstance(given, int):
        return given
    snapshot = read_snapshot()
    if snapshot is None:
        if given.json:
            put_json(answer(None, None, None, wall_clock()))
        else:
            tell(NO_PICTURE, sys.stdout)
        return CANNOT_TELL
    about = subject(snapshot, given.subject, wall_clock(), look_here())
    if about is None:
        status, sentence = unknown(given.subject, snapshot)
        sys.stderr.write(f"statuswatch why: {sentence}\n")
        return status
    return _show(snapshot, about, as_json=given.json)


def _show(snapshot: Snapshot, about: Subject, *, as_json: bool) -> int:
    now, view = wall_clock(), about.view
    if as_json:
        put_json(answer(snapshot, view, about.call, now))
    else:
        put(told_lines(snapshot, about, now, look_here()))
    if now >= snapshot.engine.expires_at or (about.call and not view):
        return CANNOT_TELL
    return exit_status(view.verdict) if view else snapshot.summary.exit_status

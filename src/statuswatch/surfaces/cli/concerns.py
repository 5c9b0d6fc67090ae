"""`statuswatch incidents`: those that concern you, with `--all` the others and why not, or one of them with all its posts."""

import sys
from dataclasses import replace

from statuswatch.core.codec import encode
from statuswatch.core.snapshot import IncidentView, Snapshot
from statuswatch.surfaces.asking import NO_PICTURE
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put, put_json, tell
from statuswatch.surfaces.client import CANNOT_TELL, FINE, USAGE, read_snapshot, wall_clock
from statuswatch.surfaces.present import banner, scene
from statuswatch.surfaces.present_text import clean
from statuswatch.surfaces.present_timeline import list_lines, whole_lines

_NAMED = 8
_WIDEST = 120
"""Beyond it the two ends of a line are too far apart to be read as one."""


def run(argv: list[str]) -> int:
    """Run the verb; returns 0, 2 for an incident that is not known, 4 where there is no picture."""
    given = read("incidents", argv)
    if isinstance(given, int):
        return given
    snapshot = read_snapshot()
    if snapshot is None:
        tell(NO_PICTURE, sys.stderr)
        return CANNOT_TELL
    found = find(snapshot, given.incident) if given.incident else None
    if isinstance(found, str):
        sys.stderr.write(f"statuswatch incidents: {found}\n")
        return USAGE
    if given.json:
        shown = [found] if found else [item for item in snapshot.incidents if item.concerns or given.all]
        for item in shown:
            put_json(encode(item))
        return FINE
    look = look_here()
    view = scene(snapshot, wall_clock(), replace(look, width=min(look.width, _WIDEST)))
    put((*banner(view), *(whole_lines(found, view) if found else list_lines(view, everything=given.all))))
    return FINE


def find(snapshot: Snapshot, text: str) -> IncidentView | str:
    """The incident of that key or id, or the only one whose title or key has `text` as a part; else a sentence that says what there is."""
    needle = text.casefold().strip()
    exact = [item for item in snapshot.incidents if needle in {item.key.casefold(), item.key.partition(":")[2].casefold()}]
    near = [item for item in snapshot.incidents if needle and needle in f"{item.title} {item.key}".casefold()]
    found = exact or near
    if len(found) == 1:
        return found[0]
    shown = ", ".join(clean(item.key, 60) for item in (found or snapshot.incidents)[:_NAMED])
    if found:
        return f"{clean(text, 60)!r} is a part of several: {shown}; name one of them"
    return f"no incident {clean(text, 60)!r}; known: {shown or 'none is open'}"

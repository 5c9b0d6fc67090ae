"""`statuswatch sources`: which records on this machine may be read, what is read of them and where they lie; and switching each on or off."""

import argparse
import difflib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from statuswatch.config import paths
from statuswatch.config.consent import load_consent, save_consent
from statuswatch.core.snapshot import Snapshot
from statuswatch.sources.clients import CLIENTS, Client
from statuswatch.surfaces.cli.printing import look_here, put
from statuswatch.surfaces.client import FINE, USAGE, engine_answers, read_snapshot
from statuswatch.surfaces.present_text import EMPTY, Line, Span, Tone, clean, say, wrap


@dataclass(frozen=True, slots=True)
class Row:
    """One source. `answer` is what the person said (None: not asked); `there` whether it exists on this machine."""

    name: str
    what: str
    leaves: str
    path: str
    there: bool
    answer: bool | None


def run(argv: list[str]) -> int:
    """Run the verb; returns 0, or 2 for a name that is no source. Raises ConfigError where the file of answers is broken, PlaceError where it has no place."""
    parser = argparse.ArgumentParser(
        prog="statuswatch sources", description="Which records of clients may be read on this machine. Nothing is read without your yes."
    )
    parser.add_argument("turn", nargs="?", choices=("on", "off"), help="let it be read, or no longer")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of {', '.join(_names(None))}")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    try:
        given = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    snapshot = read_snapshot()
    if given.turn:
        status = _switch(given.names, given.turn, _names(snapshot))
        if status != FINE:
            return status
    rows = rows_of(snapshot, load_consent(paths.sources_file()), os.environ, Path.home())
    if given.json:
        for row in rows:
            shown = {"name": row.name, "read": bool(row.answer), "asked": row.answer is not None, "what": row.what, "leaves": row.leaves}
            sys.stdout.write(json.dumps({**shown, "path": row.path, "exists": row.there}) + "\n")
    else:
        put(page(rows))
    if given.turn and engine_answers():
        sys.stderr.write("The running engine reads by the answers it began with: statuswatch engine stop, then statuswatch engine start.\n")
    return FINE


def _names(snapshot: Snapshot | None) -> list[str]:
    own = [client.name for client in CLIENTS.values() if client.roots]
    found = [source.name for source in snapshot.sources] if snapshot else []
    return list(dict.fromkeys([*own, *found]))


def _switch(names: list[str], turn: str, known: list[str]) -> int:
    if not names:
        sys.stderr.write(f"statuswatch sources {turn}: which? one or more of {', '.join(known)}\n")
        return USAGE
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
            sys.stderr.write(f"statuswatch sources: no source {clean(name, 40)!r}; {hint}\n")
            return USAGE
    paths.ensure_private(paths.config_dir())
    file = paths.sources_file()
    save_consent(file, {**load_consent(file), **dict.fromkeys(names, turn == "on")})
    return FINE


def rows_of(snapshot: Snapshot | None, answers: Mapping[str, bool], environ: Mapping[str, str], home: Path) -> tuple[Row, ...]:
    """All sources: the clients whose records can be read, then what else the engine found to ask about."""
    rows = [_row(client, answers, environ, home) for client in CLIENTS.values() if client.roots]
    seen = {row.path for row in rows}
    others = [source for source in snapshot.sources if source.path not in seen] if snapshot else []
    return (*rows, *(Row(item.name, clean(item.what, 200), "", item.path, there=True, answer=answers.get(item.name)) for item in others))


def _row(client: Client, answers: Mapping[str, bool], environ: Mapping[str, str], home: Path) -> Row:
    moved = environ.get(client.root_env or "", "")
    places = [Path(moved, client.root_below)] if os.path.isabs(moved) else [home / root for root in client.roots]  # noqa: PTH117 - Path("") is no path
    place = next((path for path in places if path.is_dir()), places[0])
    return Row(client.name, f"{client.title}: {client.reads}", client.leaves, str(place), place.is_dir(), answers.get(client.name))


def page(rows: tuple[Row, ...]) -> tuple[Line, ...]:
    """The page of the verb."""
    look = look_here()
    lines: list[Line] = []
    for row in rows:
        state = ("not asked", Tone.UNSURE) if row.answer is None else ("read", Tone.OK) if row.answer else ("not read", Tone.UNKNOWN)
        lines += wrap((Span(f"{state[0]:<10} ", state[1]), Span(f"{clean(row.name, 30):<12} ", Tone.STRONG), Span(clean(row.what, 240))), look.width, 24)
        if row.leaves:
            lines += wrap(say(f"{'':<24}never: {clean(row.leaves, 200)}", Tone.DIM), look.width, 24)
        lines += wrap(say(f"{'':<24}{clean(row.path, 300)}{'' if row.there else ' (not on this machine)'}", Tone.DIM), look.width, 24)
    return (*lines, EMPTY, say("statuswatch sources on NAME, or off NAME, changes it.", Tone.DIM))

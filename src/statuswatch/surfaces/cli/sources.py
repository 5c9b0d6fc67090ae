"""`statuswatch sources`: which records on this machine may be read, what is read of them and where they lie; and switching each on or off."""

import difflib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from statuswatch.config import paths
from statuswatch.config.consent import load_consent, save_consent
from statuswatch.config.load import load_config
from statuswatch.config.token import make_token
from statuswatch.core.snapshot import Snapshot
from statuswatch.sources.clients import CLIENTS, Client
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.exporting import Exporter, exporters
from statuswatch.surfaces.cli.printing import look_here, put
from statuswatch.surfaces.client import FINE, USAGE, engine_answers, read_snapshot
from statuswatch.surfaces.present_text import EMPTY, Line, Span, Tone, clean, say, wrap

OTLP = "otlp"
_TURNS = {"on": "on", "enable": "on", "off": "off", "disable": "off"}


@dataclass(frozen=True, slots=True)
class Row:
    """One source. `answer` is what the person said (None: not asked); `there` whether it exists on this machine; `note` what hinders reading it."""

    name: str
    what: str
    leaves: str
    path: str
    there: bool
    answer: bool | None
    note: str = ""


def run(argv: list[str]) -> int:
    """Run the verb; returns 0, or 2 for a name that is no source. Raises ConfigError where the file of answers is broken, PlaceError where it has no place."""
    given = read("sources", argv)
    if isinstance(given, int):
        return given
    snapshot = read_snapshot()
    if given.turn == OTLP:
        return _export(asked=True)
    if given.turn:
        status = _switch(given.names, _TURNS[given.turn], _names(snapshot))
        if status != FINE:
            return status
    rows = rows_of(snapshot, load_consent(paths.sources_file()), os.environ, Path.home())
    if given.json:
        for row in rows:
            shown = {"name": row.name, "read": bool(row.answer), "asked": row.answer is not None, "what": row.what, "leaves": row.leaves}
            sys.stdout.write(json.dumps({**shown, "path": row.path, "exists": row.there, "note": row.note}) + "\n")
    else:
        put(page(tuple(row for row in rows if not given.turn or row.name in given.names), whole=not given.turn))
        if given.turn in ("on", "enable") and OTLP in given.names:
            _export(asked=False)
    if given.turn and engine_answers():
        sys.stderr.write("The running engine reads by the answers it began with: statuswatch engine stop, then statuswatch engine start.\n")
    return FINE


def _names(snapshot: Snapshot | None) -> list[str]:
    own = [client.name for client in CLIENTS.values() if client.roots]
    found = [source.name for source in snapshot.sources] if snapshot else []
    return list(dict.fromkeys([*own, OTLP, *found]))


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
    found = {source.path: clean(source.note, 200) for source in snapshot.sources} if snapshot else {}
    rows = [_row(client, answers, environ, home) for client in CLIENTS.values() if client.roots]
    rows.append(Row(OTLP, f"{CLIENTS[OTLP].title}: {CLIENTS[OTLP].reads}", CLIENTS[OTLP].leaves, _receiver(), there=True, answer=answers.get(OTLP)))
    seen = {row.path for row in rows}
    others = [source for source in snapshot.sources if source.path not in seen and source.name != OTLP] if snapshot else []
    rows = [replace(row, note=found.get(row.path, "") if row.answer else "") for row in rows]
    return (*rows, *(Row(item.name, clean(item.what, 200), "", item.path, there=True, answer=answers.get(item.name)) for item in others))


def _receiver() -> str:
    """Where exports are received, without the word that makes the address whole."""
    return f"127.0.0.1:{load_config(paths.config_file()).otlp.port}"


def _export(*, asked: bool) -> int:
    """Print what to set in each client. The word in the address is drawn here, so that it is there before the engine is."""
    if asked and not load_consent(paths.sources_file()).get(OTLP):
        sys.stderr.write(f"Exports are not received: statuswatch sources on {OTLP} begins it.\n")
        return USAGE
    paths.ensure_private(paths.state_dir())
    address = f"http://{_receiver()}/{make_token(paths.otlp_token_file())}"
    put(export_page(exporters(address, os.environ, Path.home())))
    return FINE


def export_page(found: tuple[Exporter, ...]) -> tuple[Line, ...]:
    """What to set in each client; where it is set otherwise already, that it stays so."""
    look = look_here()
    lines = [
        EMPTY,
        *wrap(say("Set this in the clients that are to export. Nothing is changed for you; the address is for you alone.", Tone.DIM), look.width, 0),
    ]
    for item in found:
        lines += [EMPTY, (Span(item.title, Tone.STRONG), Span(f"  {clean(item.where, 200)}", Tone.DIM))]
        if item.taken:
            names = clean(", ".join(item.taken), 300)
            lines += wrap(say(f"  left as it is: its telemetry is set up otherwise already ({names})", Tone.UNSURE), look.width, 2)
        else:
            lines += [say(f"  {line}") for line in item.lines]  # never wrapped: they are copied
    return tuple(lines)


def _row(client: Client, answers: Mapping[str, bool], environ: Mapping[str, str], home: Path) -> Row:
    moved = environ.get(client.root_env or "", "")
    places = [Path(moved, client.root_below)] if os.path.isabs(moved) else [home / root for root in client.roots]  # noqa: PTH117 - Path("") is no path
    place = next((path for path in places if path.is_dir()), places[0])
    return Row(client.name, f"{client.title}: {client.reads}", client.leaves, str(place), place.is_dir(), answers.get(client.name))


def page(rows: tuple[Row, ...], *, whole: bool = True) -> tuple[Line, ...]:
    """The page of the verb; not `whole`: the rows that were just changed."""
    look = look_here()
    lines: list[Line] = []
    for row in rows:
        state = ("not asked", Tone.UNSURE) if row.answer is None else ("read", Tone.OK) if row.answer else ("not read", Tone.UNKNOWN)
        lines += wrap((Span(f"{state[0]:<10} ", state[1]), Span(f"{clean(row.name, 30):<12} ", Tone.STRONG), Span(clean(row.what, 240))), look.width, 24)
        if row.leaves:
            lines += wrap(say(f"{'':<24}never: {clean(row.leaves, 200)}", Tone.DIM), look.width, 24)
        if row.note:
            lines += wrap(say(f"{'':<24}{row.note}", Tone.UNSURE), look.width, 24)
        lines += wrap(say(f"{'':<24}{clean(row.path, 300)}{'' if row.there else ' (not on this machine)'}", Tone.DIM), look.width, 24)
    if not whole:
        return tuple(lines)
    return (*lines, EMPTY, say("statuswatch sources on NAME, or off NAME, changes it.", Tone.DIM))

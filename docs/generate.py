# ruff: noqa: INP001 - a script, run as `python docs/generate.py [--check]`
"""Writes every generated page of docs/ from the code and its data. With `--check` nothing is written; stale pages are named and the exit status is 1.

The same tree gives the same bytes on every machine: no time, no path of this machine, no width of this terminal goes in.
"""

import argparse
import contextlib
import dataclasses
import io
import os
import sys
import textwrap
import tomllib
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints
from unittest import mock

from statuswatch import cli
from statuswatch.catalog import reference as providers_page
from statuswatch.catalog.loader import load
from statuswatch.catalog.reference import cell
from statuswatch.config import reference as configuration_page
from statuswatch.core import finding, health, notice, schedule, snapshot, verdict
from statuswatch.core.incident import Stage
from statuswatch.core.lifecycle import TABLE, Absent, Phase
from statuswatch.core.signatures import Stage as Step
from statuswatch.sources.addresses import USUAL
from statuswatch.sources.clients import CLIENTS
from statuswatch.sources.formats import ABOUT
from statuswatch.surfaces.cli import manual
from statuswatch.surfaces.cli.verbs import TABLE as VERBS

HERE = Path(__file__).resolve().parent
_SOME_HOME = "/home/you"
_WIDTH = 132
_VOCABULARIES: tuple[type[StrEnum], ...] = (
    health.Health,
    health.Fault,
    health.Confidence,
    health.Relevance,
    finding.RelevanceReason,
    health.FeedState,
    snapshot.Level,
    verdict.Reason,
    verdict.EvidenceKind,
    verdict.Reach,
    verdict.AdviceKind,
    notice.NoticeKind,
    notice.NoticeReason,
    notice.SuppressReason,
    schedule.DueReason,
)
_STATUSES = {
    "FINE": "fine, or back; verbs that only report (`classify`, `inspect`, `match`, `backtest`, `feed show`, `simulate`) end with 0 whatever the answer",
    "THEIRS": "`status`, `why`: trouble on their side; `providers check`: a page is not as its file says",
    "USAGE": "wrong usage, a wrong file, or input that could not be read",
    "YOURS": "`status`, `why`, `wait`: trouble on your side",
    "CANNOT_TELL": "`status`, `why`, `wait`: cannot tell (unknown, out of date, no engine, timed out)",
}


def pages() -> dict[str, str]:
    """Every generated page, by its path below docs/."""
    return {
        "reference/commands.md": commands(),
        "reference/words.md": words(),
        "reference/snapshot.md": snapshot_fields(),
        "reference/lifecycle.md": lifecycle(),
        "reference/sources.md": sources(),
        "reference/formats.md": formats(),
        "reference/signatures.md": signatures(),
        "reference/providers.md": providers_page.page(load(None, ())),
        "reference/configuration.md": configuration_page.page(),
        "decisions/README.md": decisions(),
        "man/statuswatch.1": manual.page(VERBS),
    }


def commands() -> str:
    """The verbs with their own help, and what exit statuses mean."""
    lines = [*_head("Commands", "`statuswatch.cli` and each verb's `--help`"), "## Exit statuses", "", "| status | means |", "|---|---|"]
    statuses = {name: value for name, value in vars(cli.Exit).items() if name.isupper()}
    lines += [f"| {value} | {_STATUSES[name]} |" for name, value in sorted(statuses.items(), key=lambda item: item[1])]
    lines += ["", "An interrupted verb ends with 130, as shells do it.", "", "## Verbs", "", "| verb | |", "|---|---|"]
    lines += [f"| [`{verb}`](#{verb}) | {cell(what)} |" for verb, (_, what) in cli.VERBS.items()]
    for verb in cli.VERBS:
        lines += ["", f"## {verb}", "", "```text", _help(verb), "```"]
        for below in VERBS[verb].verbs:
            if below.options or below.arguments:
                lines += ["", "```text", _help(verb, below.name), "```"]
    return "\n".join(lines) + "\n"


def _help(*words: str) -> str:
    """What `statuswatch WORDS --help` prints, on a wide terminal of somebody whose home is of no importance, wrapped here."""
    out = io.StringIO()
    environment = {"HOME": _SOME_HOME, "COLUMNS": str(_WIDTH), "PATH": os.environ.get("PATH", "")}
    with mock.patch.dict(os.environ, environment, clear=True), contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        cli.main([*words, "--help"])
    return "\n".join(_wrapped(line) for line in out.getvalue().replace(_SOME_HOME, "~").rstrip().splitlines())


def _wrapped(line: str) -> str:
    """A long `line` cut; what follows is put below the text of an option, which starts after two spaces."""
    if len(line) <= _WIDTH:
        return line
    start = line.rfind("  ", 0, 40) + 2 if line.startswith("  ") else 0
    return textwrap.fill(line, _WIDTH, subsequent_indent=" " * start, break_long_words=False, break_on_hyphens=False, replace_whitespace=False)


def words() -> str:
    """The closed vocabularies with the meanings of docs/words.toml. Raises SystemExit where the two differ."""
    meanings = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    lines = _head("Words", "the vocabularies of `statuswatch.core` and docs/words.toml")
    lines += ["These words stand in `--json`, in files and in the code. People are shown the words of the screens; see [the glossary](../index.md#words)."]
    for vocabulary in _VOCABULARIES:
        told = meanings.pop(vocabulary.__name__, {})
        if set(told) != {str(word) for word in vocabulary}:
            raise SystemExit(f"docs/words.toml: [{vocabulary.__name__}] must have exactly the words {', '.join(vocabulary)}")
        sides = vocabulary is health.Fault
        lines += ["", f"## {vocabulary.__name__}", "", _first(vocabulary), "", "| word | side | means |" if sides else "| word | means |"]
        lines.append("|---|---|---|" if sides else "|---|---|")
        lines += [f"| `{word}` |{f' {health.SIDES[health.Fault(word)]} |' if sides else ''} {cell(told[word])} |" for word in vocabulary]
    if meanings:
        raise SystemExit(f"docs/words.toml: nothing in the code is called {', '.join(meanings)}")
    return "\n".join(lines) + "\n"


def snapshot_fields() -> str:
    """The snapshot's JSON, object by object, from the dataclasses that are written."""
    lines = _head("The snapshot", "the dataclasses of `statuswatch.core.snapshot`")
    lines += [
        f"One JSON object, form `v` = {snapshot.SNAPSHOT_VERSION}: printed by `statuswatch status --json`, sent over the socket, lying in `snapshot.json`.",
        "Within a `v` fields are only added, so ignore what you do not know. Times are RFC 3339, UTC. Texts of feeds (an incident's `title`, an",
        "update's `body`, `quote`, `sentence`) are raw: escape them for where you show them.",
    ]
    for kind in _objects(snapshot.Snapshot, []):
        lines += ["", f"## {kind.__name__}", "", _first(kind), "", "| field | type | where absent |", "|---|---|---|"]
        hints = get_type_hints(kind)
        lines += [f"| `{field.name}` | {_type(hints[field.name])} | {_default(field)} |" for field in dataclasses.fields(kind)]
    return "\n".join(lines) + "\n"


def _objects(kind: type, found: list[type]) -> list[type]:
    """`kind` and every dataclass in its fields, in the order of their first mention."""
    if kind not in found:
        found.append(kind)
        for hint in get_type_hints(kind).values():
            for inner in _flat(hint):
                if dataclasses.is_dataclass(inner) and isinstance(inner, type):
                    _objects(inner, found)
    return found


def _flat(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from _flat(part)


def _type(hint: Any) -> str:
    origin = get_origin(hint)
    if origin in {Union, types.UnionType}:
        return " or ".join(_type(part) for part in get_args(hint))
    if origin is tuple:
        return f"list of {_type(get_args(hint)[0])}"
    if hint is datetime:
        return "time"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        known = hint in _VOCABULARIES
        return f"[{hint.__name__}](words.md#{hint.__name__.lower()})" if known else " / ".join(f"`{word}`" for word in hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return {str: "text", int: "whole number", float: "number", bool: "true or false", types.NoneType: "null"}[hint]


def _default(field: "dataclasses.Field[Any]") -> str:
    if field.default is dataclasses.MISSING:
        return "always there"
    return "empty" if field.default in ("", ()) else f"`{'null' if field.default is None else str(field.default).lower()}`"


def lifecycle() -> str:
    """The table of an incident's life: for each phase and each thing a page may say, the next phase and the change."""
    lines = _head("The life of an incident", "`statuswatch.core.lifecycle.TABLE`")
    lines += [
        "A column is what an incident is to us, a row what the page says of it now; the cell is what it becomes, and in brackets the change that",
        "the rest of the program hears of. *absent*: a list of everything open does not hold it. [Why it is so](../explanation/life-cycle.md).",
        "",
    ]
    phases: list[Phase | None] = [None, *Phase]
    events = [*Stage, Absent.ABSENT]
    lines += ["| says → | " + " | ".join(phase or "never seen" for phase in phases) + " |", "|---" * (len(phases) + 1) + "|"]
    lines += [f"| **{str(event).replace('_', ' ')}** | " + " | ".join(_row(phase, event) for phase in phases) + " |" for event in events]
    moves: dict[tuple[str, str], list[str]] = {}
    for (phase, event), (after, _) in TABLE.items():
        if phase is not after:
            moves.setdefault((phase or "[*]", after), []).append(str(event).replace("_", " "))
    lines += ["", "```mermaid", "stateDiagram-v2", *(f"    {before} --> {after}: {', '.join(said)}" for (before, after), said in moves.items()), "```"]
    return "\n".join(lines) + "\n"


def _row(phase: Phase | None, event: Stage | Absent) -> str:
    after = TABLE.get((phase, event))
    if after is None:
        return ""
    return f"{after[0]} ({str(after[1]).replace('_', ' ')})" if after[1] else str(after[0])


def sources() -> str:
    """What may be read on this machine, from the tables that discovery and the readers work by."""
    found = tomllib.loads(files("statuswatch.engine").joinpath("discover.toml").read_text(encoding="utf-8"))
    lines = _head("What is read on your machine", "`statuswatch.sources.clients` and `statuswatch/engine/discover.toml`")
    lines += [
        "Nothing in this list is opened before you agree to that client; `statuswatch sources` shows and changes your answers. Without them only the names of",
        "environment variables and the existence of these files are looked at. [What is kept, and what never is](../explanation/privacy.md).",
        "",
        "## Records of clients",
        "",
        "| client | name | where, below your home | moved by | what is read | what is left out |",
        "|---|---|---|---|---|---|",
    ]
    for client in CLIENTS.values():
        if client.roots:
            places = " or ".join(f"`{root}`" for root in client.roots)
            lines.append(f"| {client.title} | `{client.name}` | {places} | `{client.root_env}` | {cell(client.reads)} | {cell(client.leaves)} |")
    lines += ["", "## Settings of clients", "", "| file, below your home | of client | keys |", "|---|---|---|"]
    for entry in found["settings"]:
        keys = ", ".join(f"`{key}`" for key in [*entry["models"], *([entry["provider"]] if "provider" in entry else [])])
        lines.append(f"| `{entry['path']}` | `{entry['client']}` | {keys} |")
    lines += ["", "## Environment variables whose presence is noticed", "", "Never their value.", "", "| variable | stands for the route |", "|---|---|"]
    lines += [f"| `{name}` | `{route}` |" for name, route in {**found["keys"], **found["switches"]}.items()]
    lines += ["", "## Environment variables whose value is read, with your consent to the client", "", "| variable | client |", "|---|---|"]
    lines += [f"| `{name}` | `{client}` |" for name, client in found["models"].items()]
    return "\n".join(lines) + "\n"


def formats() -> str:
    """The forms of status feeds that are read, from the table of parsers."""
    lines = _head("Formats of status feeds", "`statuswatch.sources.formats`")
    lines += [
        "A body is told by what it holds, not by who sends it: `statuswatch feed show URL|FILE` says which form it is in and what told it, and",
        "`statuswatch providers add URL` asks the usual addresses below a host. A page whose form has changed is read in its new one where the body plainly",
        "tells it; otherwise it is unreadable, with what came instead. A form without a recording is built from what its makers publish, and may be wrong in",
        "ways that only a real body shows.",
        "",
        "| name | product | where it lies, usually | made from |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{name}` | {cell(about.product)} | {cell(about.address)} | {cell(about.made_from)} |" for name, about in ABOUT.items()]
    lines += [
        "",
        "Asked below a host, in this order: " + ", ".join(f"`{path.format(host='HOST')}`" for path, _ in USUAL) + "; then the feeds that the page names.",
    ]
    return "\n".join(lines) + "\n"


def signatures() -> str:
    """The decision table for failed calls, from its data files."""
    lines = _head("Signatures of failed calls", "`src/statuswatch/catalog/signatures`")
    lines += [
        "Whose fault a failed answer is. The groups are asked in this order, and in a group the first row that fits decides.",
        "A code counts by its words, in any spelling: `insufficientQuota`, `INSUFFICIENT_QUOTA` and `InsufficientQuotaError` are one.",
    ]
    shipped = sorted((item for item in (files("statuswatch.catalog") / "signatures").iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    tables = [tomllib.loads(item.read_text(encoding="utf-8")) for item in shipped]
    for step in Step:
        rows = [(table, row) for table in tables if table.get("stage") == step for row in table.get("row", ())]
        lines += ["", f"## {step}", "", "| row | where | fault | sure | reason | known from |", "|---|---|---|---|---|---|"]
        lines += [f"| `{row['id']}` | {_where(row)} | {row['fault']} | {row['confidence']} | {row['reason']} | {cell(row['source'])} |" for table, row in rows]
    return "\n".join(lines) + "\n"


def _where(row: Mapping[str, Any]) -> str:
    told = {key: value for key, value in row.items() if key not in {"id", "fault", "confidence", "reason", "source", "explicit"}}
    return "; ".join(f"{key} {_value(value)}" for key, value in told.items()) or "always"


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(item)}" for key, item in value.items())
    return f"`{cell(str(value))}`"


def decisions() -> str:
    """The decision pages by title, each with its first sentence."""
    lines = _head("Decisions", "the pages beside this one")
    lines += ["What was decided where another way was open, and why. A page is changed when the decision is.", ""]
    for path in sorted((HERE / "decisions").glob("*.md")):
        if path.name != "README.md":
            title, _, rest = path.read_text(encoding="utf-8").partition("\n")
            said = " ".join(rest.strip().partition("\n\n")[0].split()).replace("**", "").removeprefix("Decided. ")
            lines.append(f"- [{title.lstrip('# ')}]({path.name}): {said.partition('. ')[0].rstrip('.')}.")
    return "\n".join(lines) + "\n"


def _head(title: str, source: str) -> list[str]:
    return [f"# {title}", "", f"This page is generated from {source} by `make docs`.", ""]


def _first(thing: type) -> str:
    """A docstring's paragraphs as one line each."""
    return "\n\n".join(" ".join(part.split()) for part in (thing.__doc__ or "").strip().split("\n\n"))


def main(argv: list[str], folder: Path = HERE, made: Callable[[], Mapping[str, str]] = pages) -> int:
    """Write the pages below `folder`, or look whether they are as they would be written; returns the exit status."""
    parser = argparse.ArgumentParser(description="Writes the generated pages of docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; name stale pages and end with 1")
    check = parser.parse_args(argv).check
    stale = []
    for name, text in made().items():
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        sys.stderr.write(f"docs/{name} {'is out of date; `make docs` writes it' if check else 'written'}\n")
    return int(bool(stale)) if check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

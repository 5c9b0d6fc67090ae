"""`statuswatch match`: what incidents mean for the routes that you use, with the sentence that decided it."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from statuswatch.catalog.knowing import know
from statuswatch.config.paths import config_dir
from statuswatch.core.errors import RouteError
from statuswatch.core.finding import Finding, RelevanceReason, Turn
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.incident import Incident
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import format_time
from statuswatch.core.scope import read_scope
from statuswatch.core.weighing import turns, weigh
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.incidents import BadLine, read_lines
from statuswatch.surfaces.plain import plain

ANSWERED, USAGE = 0, 2
_QUOTE = 160
_BAR = 30
_BAR_FROM = 262_144

WHY = {
    RelevanceReason.MODEL_NAMED: "names the model",
    RelevanceReason.FAMILY_NAMED: "names the family",
    RelevanceReason.ALL_MODELS: "all models",
    RelevanceReason.MANY_MODELS: "many models, none of them named as yours",
    RelevanceReason.SOME_MODELS: "some models, none of them named as yours",
    RelevanceReason.SURFACE_ONLY: "no model named; it is about what you call",
    RelevanceReason.OTHER_MODELS: "names only other models",
    RelevanceReason.MODEL_EXCLUDED: "says the model is not part of it",
    RelevanceReason.OTHER_SURFACE: "another way of using the provider",
    RelevanceReason.SURFACE_EXCLUDED: "says that your way of using it is not part of it",
    RelevanceReason.NOT_INFERENCE: "not about model requests",
    RelevanceReason.OTHER_PROVIDER: "another provider",
    RelevanceReason.UPSTREAM: "the provider behind it, or in front of it",
    RelevanceReason.PLATFORM: "the platform below",
    RelevanceReason.OTHER_REGION: "bound to a region",
    RelevanceReason.NOTHING_SAID: "says nothing about what is hit",
    RelevanceReason.RULE: "a rule of yours",
}


def run(argv: list[str], stdin: IO[Any] | None = None) -> int:
    """Answer on standard output; 0 whatever the answer, 2 on usage or where a line could not be read."""
    options = read("match", argv)
    if isinstance(options, int):
        return options
    try:
        routes = tuple(parse_route(text) for text in options.using)
    except RouteError as error:
        return _complain(plain(str(error)))
    knowledge = know(config_dir()).knowledge
    if options.file in (None, "-"):
        return _answer((stdin or sys.stdin.buffer), routes, knowledge, as_json=options.json, size=0)
    try:
        with Path(options.file).open("rb") as file:
            return _answer(file, routes, knowledge, as_json=options.json, size=Path(options.file).stat().st_size)
    except OSError as error:
        return _complain(f"{plain(options.file)}: {error.strerror}")


def _complain(sentence: str) -> int:
    sys.stderr.write(f"statuswatch match: {sentence}\n")
    return USAGE


def _answer(source: Iterable[bytes], routes: Sequence[Route], knowledge: Knowledge, *, as_json: bool, size: int) -> int:
    status = ANSWERED
    for incident in read_lines(_counted(source, size)):
        if isinstance(incident, BadLine):
            sys.stderr.write(f"line {incident.number}: {plain(incident.message)}\n")
            status = USAGE
            continue
        for line in lines(incident, routes, knowledge, as_json=as_json):
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return status


def _counted(source: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The lines, with a bar on standard error where a person waits for a long file."""
    shown = size >= _BAR_FROM and sys.stderr.isatty() and not sys.stdout.isatty()
    done = 0
    for line in source:
        yield line
        done += len(line)
        if shown:
            filled = min(_BAR, done * _BAR // size)
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {min(100, done * 100 // size)} %")
    if shown:
        sys.stderr.write("\r\x1b[K")


def lines(incident: Incident, routes: Sequence[Route], knowledge: Knowledge, *, as_json: bool) -> Iterator[str]:
    """One line for each route, or a small table of all of them."""
    scope = read_scope(incident, knowledge)
    rows = []
    for route in routes:
        timeline = turns(incident, scope, route, knowledge)
        rows.append((route, weigh(incident, scope, route, knowledge), timeline))
    if as_json:
        yield from (json.dumps(row(incident, *each)) for each in rows)
    else:
        yield from _table(incident, rows)


def row(incident: Incident, route: Route, finding: Finding, timeline: tuple[Turn, ...]) -> dict[str, Any]:
    """One answer as the contract has it; `sentence` and `position` (null: the title) beside it."""
    return {
        "provider": incident.provider,
        "id": incident.id,
        "route": str(route),
        "relevance": finding.relevance.value,
        "reason": finding.reason.value,
        "models": list(finding.models),
        "surfaces": [surface.value for surface in finding.surfaces],
        "timeline": [{"at": format_time(turn.at), "relevance": turn.finding.relevance.value, "reason": turn.finding.reason.value} for turn in timeline],
        "sentence": finding.sentence,
        "position": finding.position,
        "rule": finding.rule or None,
    }


def _table(incident: Incident, rows: list[tuple[Route, Finding, tuple[Turn, ...]]]) -> Iterator[str]:
    begun = f"  {format_time(incident.started_at)}" if incident.started_at else ""
    yield f"{plain(incident.provider)}:{plain(incident.id)}{begun}  {plain(incident.title)[:_QUOTE]}"
    width = max(len(str(route)) for route, _, _ in rows)
    for route, finding, timeline in rows:
        moved = " (was " + ", ".join(turn.finding.relevance.value for turn in timeline[:-1]) + ")" if len(timeline) > 1 else ""
        yield f"  {plain(str(route)):<{width}}  {finding.relevance.value:<10}  {WHY[finding.reason]}{moved}"
        if finding.sentence and finding.position is not None:
            yield f"  {'':<{width}}  {'':<10}  update {finding.position + 1}: “{plain(finding.sentence)[:_QUOTE]}”"
    yield ""


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))

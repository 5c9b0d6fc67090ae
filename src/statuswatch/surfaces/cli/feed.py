"""`statuswatch feed show`: what is read from a status feed, from its address or from a recorded body. For people who look after a provider's file."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from statuswatch.core.incident import Component, Page, Unreadable
from statuswatch.core.moment import format_time
from statuswatch.sources.body import MAX_BYTES, Body
from statuswatch.sources.detect import parse_detected
from statuswatch.sources.formats import FORMATS, parser_for
from statuswatch.sources.normal import normal_of
from statuswatch.surfaces.plain import plain

Fetch = Callable[[str], tuple[bytes, str]]
"""Gets an address: its body and its content type. Raises OSError where nothing came."""

ANSWERED = 0
USAGE = 2
_TITLE = 100


def run(argv: list[str], fetch: Fetch | None = None) -> int:
    """Run the verb; returns its exit status: 0 when it answered, also that a body is unreadable; 2 for a missing file or an unknown format.

    `fetch` is what the program reads addresses with; without it, files only.
    """
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    if options.format and options.format not in FORMATS:
        return _complain(f"no format {plain(options.format)[:40]!r}; one of {', '.join(FORMATS)}")
    try:
        body = _body(options.source, options.provider, fetch)
    except OSError as error:
        if _is_address(options.source):
            return _show(_answer(None, options.provider, options.format, [f"nothing came from there: {plain(str(error))}"]), as_json=options.json)
        return _complain(f"{plain(options.source)}: {error.strerror or error}")
    if body is None:
        return _complain("addresses cannot be read here; give a file, for example one that curl -o saved")
    read = parser_for(options.format)(body) if options.format else parse_detected(body)
    return _show(_answer(read, options.provider, options.format, []), as_json=options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="statuswatch feed", description="What is read from a status feed.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    show = verbs.add_parser("show", help="read one body and show it normalised")
    show.add_argument("source", metavar="URL|FILE", help="the feed's address, or a file with a recorded body")
    show.add_argument("--json", action="store_true", help="one JSON object")
    show.add_argument("--format", default="", metavar="NAME", help=f"the format, where it is not to be detected: {', '.join(FORMATS)}")
    show.add_argument("--provider", default="unknown", metavar="ID", help="whose feed it is, for example anthropic")
    return parser


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _body(source: str, provider: str, fetch: Fetch | None) -> Body | None:
    """The body at an address or in a file, one byte more than is read at the most; None for an address that cannot be fetched here. Raises OSError."""
    if _is_address(source):
        if fetch is None:
            return None
        data, content_type = fetch(source)
        return Body(data, provider, source, content_type)
    with Path(source).open("rb") as file:
        return Body(file.read(MAX_BYTES + 1), provider)


def _answer(read: Page | Unreadable | None, provider: str, form: str, problems: list[str]) -> dict[str, Any]:
    """The object that is printed, of one shape whatever happened. None: no response at all."""
    page = read if isinstance(read, Page) else None
    if isinstance(read, Unreadable):
        problems = [f"{read.reason.value}: {read.detail}"]
    return {
        "format": page.format if page else form or None,
        "provider": provider,
        "as_of": format_time(page.as_of) if page and page.as_of else None,
        "feed_state": "fresh" if page else "unreadable" if read else "unreachable",
        "page_health": page.health.value if page else "unknown",
        "raw_health": page.raw_health if page else "",
        "lists_open": page.lists_open if page else False,
        "components": [_component(component) for component in page.components] if page else [],
        "incidents": [normal_of(incident) for incident in page.incidents] if page else [],
        "maintenances": [normal_of(incident) for incident in page.maintenances] if page else [],
        "problems": list(page.problems) if page else problems,
    }


def _component(component: Component) -> dict[str, Any]:
    return {"id": component.id, "name": component.name, "health": component.health.value, "raw": component.raw, "group": component.group}


def _show(answer: dict[str, Any], *, as_json: bool) -> int:
    # ASCII escapes keep a feed's control characters from the terminal that the JSON may be printed on.
    sys.stdout.write(json.dumps(answer) + "\n" if as_json else "".join(f"{line}\n" for line in _lines(answer)))
    return ANSWERED


def _complain(sentence: str) -> int:
    sys.stderr.write(f"statuswatch feed: {sentence}\n")
    return USAGE


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    """The answer for a person. Every text of the feed goes through `plain`."""
    word = f" ({plain(answer['raw_health'])})" if answer["raw_health"] else ""
    yield f"{answer['format'] or 'no known format'}, {plain(answer['provider'])}: {answer['feed_state']}, page {answer['page_health']}{word}"
    if answer["as_of"]:
        yield f"as of {answer['as_of']}"
    for problem in answer["problems"]:
        yield f"! {plain(problem)}"
    if answer["components"]:
        yield f"\ncomponents ({len(answer['components'])})"
    for component in sorted(answer["components"], key=lambda item: item["health"] == "ok"):
        group = f"  [{plain(component['group'])}]" if component["group"] else ""
        yield f"  {component['health']:<11} {plain(component['name'])[:_TITLE]}{group}"
    for name in ("incidents", "maintenances"):
        if answer[name]:
            yield f"\n{name} ({len(answer[name])})"
        for incident in answer[name]:
            yield from _incident_lines(incident)


def _incident_lines(incident: dict[str, Any]) -> Iterator[str]:
    span = (
        f"{incident['started_at'] or '?'} to {incident['resolved_at'] or 'now'}" if incident["stage"] != "unknown" else f"from {incident['started_at'] or '?'}"
    )
    yield f"  {plain(incident['id'])}  {incident['stage']}, {incident['impact']}, {span}"
    yield f"    {plain(incident['title'])[:_TITLE]}"
    if incident["components"]:
        yield f"    on {', '.join(plain(name) for name in incident['components'])[:_TITLE]}"
    for update in incident["updates"]:
        yield f"    {update['at']}  {update['stage']}: {plain(update['body'])[:_TITLE]}"

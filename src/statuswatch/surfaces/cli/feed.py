"""`statuswatch feed show`: what is read from a status feed, from its address or from a recorded body. For people who look after a provider's file."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from statuswatch.core.incident import Component, Page, Unreadable
from statuswatch.core.moment import format_time
from statuswatch.sources.body import MAX_BYTES, Body
from statuswatch.sources.detect import candidates, parse_detected
from statuswatch.sources.formats import FORMATS, parser_for
from statuswatch.sources.normal import normal_of
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.looking import Fetch, Looked, look, state_of
from statuswatch.surfaces.plain import plain

ANSWERED = 0
USAGE = 2
_TITLE = 100


def run(argv: list[str], fetch: Fetch | None = None) -> int:
    """Run the verb; returns its exit status: 0 when it answered, also that nothing could be read there; 2 for a missing file or an unknown format.

    `fetch` is what the program reads addresses with; without it, files only.
    """
    options = read("feed", argv, defaults={"format": "", "provider": "unknown"})
    if isinstance(options, int):
        return options
    if options.format and options.format not in FORMATS:
        return _complain(f"no format {plain(options.format)[:40]!r}; one of {', '.join(FORMATS)}")
    if _is_address(options.source):
        return _complain("addresses cannot be read here; give a file, for example one that curl -o saved") if fetch is None else _show_address(options, fetch)
    try:
        body = _body(options.source, options.provider)
    except OSError as error:
        return _complain(f"{plain(options.source)}: {error.strerror or error}")
    found = parser_for(options.format)(body) if options.format else parse_detected(body)
    return _show(_answer(found, options.provider, options.format, [], reason=_reason(body, found)), as_json=options.json)


def _show_address(options: argparse.Namespace, fetch: Fetch) -> int:
    """Read an address: in the format that was named, else in whichever it is in, there or at the usual addresses below its host."""
    if options.format:
        try:
            data, content_type = fetch(options.source)
        except OSError as error:
            answer = _answer(None, options.provider, options.format, [f"nothing came from there: {plain(str(error))}"], url=options.source)
            return _show({**answer, "feed_state": state_of(error).value}, as_json=options.json)
        body = Body(data, options.provider, options.source, content_type)
        return _show(_answer(parser_for(options.format)(body), options.provider, options.format, [], url=options.source), as_json=options.json)
    looked = look(options.source, fetch, options.provider)
    if looked.found is None:
        return _show(_nothing(looked, options), as_json=options.json)
    found = looked.found
    return _show(_answer(found.page, options.provider, "", [], url=found.url, reason=found.reason), as_json=options.json)


def _nothing(looked: Looked, options: argparse.Namespace) -> dict[str, Any]:
    """The answer where no feed was found: what came from each address that was asked."""
    came = [f"{plain(tried.url)}: {plain(tried.came)}" for tried in looked.tried]
    answer = _answer(None, options.provider, "", came, url=options.source)
    return {**answer, "feed_state": "unreadable" if any(tried.body for tried in looked.tried) else looked.tried[0].state.value}


def _reason(body: Body, read: Page | Unreadable) -> str:
    """What in the body told its format; empty where it was named, or is none."""
    return next((item.reason for item in candidates(body) if item.format == read.format), "") if isinstance(read, Page) else ""


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _body(source: str, provider: str) -> Body:
    """The body in a file, one byte more than is read at the most. Raises OSError."""
    with Path(source).open("rb") as file:
        return Body(file.read(MAX_BYTES + 1), provider)


def _answer(read: Page | Unreadable | None, provider: str, form: str, problems: list[str], *, url: str | None = None, reason: str = "") -> dict[str, Any]:
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
        "url": url,
        "reason": reason,
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
    if answer["url"]:
        yield f"at {plain(answer['url'])}"
    if answer["reason"]:
        yield f"told by: {answer['reason']}"
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

"""`statuswatch providers`: the provider files, those that ship with the program and your own: list them, look at one, check them."""

import argparse
import json
import sys
from typing import Any

from statuswatch.catalog.lint import lint
from statuswatch.catalog.loader import load
from statuswatch.catalog.located import nearest
from statuswatch.catalog.model import Catalogue, FeedSpec
from statuswatch.config import paths
from statuswatch.core.knowledge import ProviderFacts
from statuswatch.sources.formats import FORMATS
from statuswatch.surfaces.cli.printing import look_here, put, put_json
from statuswatch.surfaces.client import FINE, USAGE
from statuswatch.surfaces.present_text import Column, Line, Span, Tone, clean, say, table, wrap

_COLUMNS = (
    Column("id", "id", 10, 24, 9),
    Column("name", "name", 8, 28, 7),
    Column("feeds", "feeds", 6, 40, 8),
    Column("components", "components", 6, 12, 4, right=True),
    Column("families", "models", 8, 40, 5),
)


def run(argv: list[str]) -> int:
    """Run the verb; returns 0, or 2 where `lint` found something or `show` was asked for a provider that is not there."""
    parser = argparse.ArgumentParser(prog="statuswatch providers", description=f"The provider files: shipped ones, and your own in {paths.providers_dir()}")
    parser.add_argument("--json", action="store_true", help="JSON: one object a line, or for `show` one object")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, told in (("list", "all providers"), ("lint", "check all files; exit status 2 where something is wrong"), ("show", "one provider")):
        sub = verbs.add_parser(name, help=told)
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        if name == "show":
            sub.add_argument("id", metavar="ID", help="a provider's id, for example anthropic")
    try:
        given = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    if given.verb == "lint":
        return _lint(as_json=given.json)
    catalogue = load(paths.providers_dir(), FORMATS)
    for problem in catalogue.problems:
        sys.stderr.write(f"{clean(str(problem), 400)}\n")
    return _list(catalogue, as_json=given.json) if given.verb == "list" else _show(catalogue, given.id, as_json=given.json)


def _lint(*, as_json: bool) -> int:
    found = lint(paths.providers_dir(), FORMATS)
    for problem in found:
        if as_json:
            put_json({"path": problem.path, "line": problem.line, "key": problem.key, "message": problem.message})
        else:
            sys.stdout.write(f"{clean(str(problem), 400)}\n")
    if not found and not as_json:
        sys.stdout.write("All provider files are in order.\n")
    return USAGE if found else FINE


def _feeds_of(catalogue: Catalogue, provider: str) -> list[FeedSpec]:
    return [feed for feed in catalogue.feeds if provider in feed.covers]


def _list(catalogue: Catalogue, *, as_json: bool) -> int:
    everybody = sorted(catalogue.knowledge.providers.values(), key=lambda facts: facts.id)
    if as_json:
        for facts in everybody:
            feeds = [_feed(feed) for feed in _feeds_of(catalogue, facts.id)]
            sys.stdout.write(json.dumps({"id": facts.id, "name": facts.name, "families": facts.families, "feeds": feeds}) + "\n")
        return FINE
    look = look_here()
    rows = [
        {
            "id": say(clean(facts.id, 40), Tone.STRONG),
            "name": say(clean(facts.name, 60)),
            "feeds": say(_formats(_feeds_of(catalogue, facts.id))),
            "components": say(str(len(facts.components) or ""), Tone.DIM),
            "families": say(clean(", ".join(facts.families), 80), Tone.DIM),
        }
        for facts in everybody
    ]
    shown = table(_COLUMNS, rows, look.width, look.glyphs.cut)
    put((shown.heading, *shown.rows))
    return FINE


def _formats(feeds: list[FeedSpec]) -> str:
    return ", ".join(clean(feed.format, 20) if feed.readable else f"{clean(feed.format, 20)} (cannot be read)" for feed in feeds) or "none: shows as unknown"


def _feed(feed: FeedSpec) -> dict[str, Any]:
    return {"name": feed.name, "format": feed.format, "urls": feed.urls, "covers": feed.covers, "readable": feed.readable, "verified": feed.verified}


def _show(catalogue: Catalogue, name: str, *, as_json: bool) -> int:
    facts = catalogue.knowledge.providers.get(name)
    if facts is None:
        meant = nearest(name, catalogue.knowledge.providers)
        hint = f"; did you mean {meant}?" if meant else "; statuswatch providers list shows all"
        sys.stderr.write(f"statuswatch providers: no provider {clean(name, 40)!r}{hint}\n")
        return USAGE
    feeds = _feeds_of(catalogue, name)
    if as_json:
        put_json(_facts(facts, feeds))
    else:
        put(_page(facts, feeds))
    return FINE


def _facts(facts: ProviderFacts, feeds: list[FeedSpec]) -> dict[str, Any]:
    components = [
        {"id": item.id, "names": item.names, "surfaces": sorted(item.surfaces), "models": item.models, "inference": item.inference} for item in facts.components
    ]
    return {
        "id": facts.id,
        "name": facts.name,
        "page_url": facts.page_url,
        "usual_surface": facts.usual_surface.value,
        "families": facts.families,
        "api_hosts": facts.api_hosts,
        "serves": facts.serves,
        "runs_on": facts.runs_on,
        "feeds": [_feed(feed) for feed in feeds],
        "components": components,
    }


def _page(facts: ProviderFacts, feeds: list[FeedSpec]) -> list[Line]:
    width = look_here().width
    lines: list[Line] = [(Span(clean(facts.name, 60), Tone.STRONG), Span(f"  {clean(facts.id, 40)}", Tone.DIM))]

    def row(label: str, text: str) -> None:
        if text:
            lines.extend(wrap((Span(f"  {label:<11} ", Tone.DIM), Span(clean(text, 600))), width, 14))

    row("page", facts.page_url or "")
    row("models", ", ".join(facts.families))
    row("answers at", ", ".join(facts.api_hosts))
    row("resells", ", ".join(facts.serves))
    row("runs on", ", ".join(facts.runs_on))
    for feed in feeds:
        row("feed", f"{feed.name}: {feed.format}{'' if feed.readable else ' (cannot be read yet)'}, {' or '.join(feed.urls)}")
    for item in facts.components:
        about = ", ".join((*sorted(item.surfaces), *item.models)) or ("model calls" if item.inference else "not about model calls")
        row("component", f"{' / '.join(item.names)}: {about}")
    return lines

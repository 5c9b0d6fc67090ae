"""`statuswatch providers`: the provider files, those that ship with the program and your own: list them, look at one, check them against the pages."""

import sys
from typing import TYPE_CHECKING, Any

from statuswatch.catalog.lint import lint
from statuswatch.catalog.loader import load
from statuswatch.catalog.located import nearest
from statuswatch.catalog.model import Catalogue, FeedSpec, Origin
from statuswatch.config import paths
from statuswatch.core.knowledge import ProviderFacts
from statuswatch.sources.formats import FORMATS
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put, put_json
from statuswatch.surfaces.client import FINE, USAGE
from statuswatch.surfaces.present_text import Column, Line, Span, Tone, clean, say, table, wrap

if TYPE_CHECKING:
    from statuswatch.surfaces.cli.checking import Ask

_COLUMNS = (
    Column("id", "id", 10, 24, 9),
    Column("name", "name", 14, 28, 8),
    Column("feeds", "feeds", 14, 40, 7),
    Column("components", "parts", 5, 12, 4, right=True),
    Column("families", "models", 6, 40, 3),
    Column("unverified", "unverified", 10, 12, 5, right=True),
)
_UNVERIFIED = " (unverified)"


def run(argv: list[str], ask: "Ask | None" = None) -> int:
    """Run the verb; returns 0, or 2 where `lint` found something or a provider was named that is not there, or what `check` found.

    `ask` is what pages are fetched with; without it there is no `check`. `add` is somebody else's.
    """
    given = read("providers", argv)
    if isinstance(given, int):
        return given
    if given.verb == "add" or (given.verb == "check" and ask is None):
        sys.stderr.write("statuswatch providers: pages cannot be asked here\n")
        return USAGE
    if given.verb == "lint":
        return _lint(as_json=given.json)
    catalogue = load(paths.providers_dir(), FORMATS)
    for problem in catalogue.problems:
        sys.stderr.write(f"{clean(str(problem), 400)}\n")
    if given.verb == "check" and ask is not None:
        return _check(catalogue, given.ids, ask, as_json=given.json)
    return _list(catalogue, as_json=given.json) if given.verb == "list" else _show(catalogue, given.id, as_json=given.json)


def _check(catalogue: Catalogue, ids: list[str], ask: "Ask", *, as_json: bool) -> int:
    """The pages at the addresses that the engine would use: those of the settings come first."""
    from statuswatch.config.load import load_config, with_overrides  # only this verb pays for them
    from statuswatch.surfaces.cli.checking import run as check

    return check(with_overrides(catalogue, load_config(paths.config_file())), ids, ask, as_json=as_json)


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
            known, checked = catalogue.checked(facts.id)
            put_json({"id": facts.id, "name": facts.name, "families": facts.families, "feeds": feeds, "facts": known, "unverified": known - checked})
        return FINE
    look = look_here()
    rows = [
        {
            "id": say(clean(facts.id, 40), Tone.STRONG),
            "name": say(clean(facts.name, 60)),
            "feeds": say(_formats(_feeds_of(catalogue, facts.id))),
            "components": say(str(len(facts.components) or ""), Tone.DIM),
            "families": say(clean(", ".join(facts.families), 80), Tone.DIM),
            "unverified": _doubt(*catalogue.checked(facts.id)),
        }
        for facts in everybody
    ]
    shown = table(_COLUMNS, rows, look.width, look.glyphs.cut)
    put((shown.heading, *shown.rows))
    told = (
        "`+1` behind a feed: one more is read. `?` behind it, and the last column: facts that could not be checked against a recording or a public document; "
        "`providers show ID` marks each."
    )
    put([(), *wrap((Span(told, Tone.DIM),), look.width)])
    return FINE


def _doubt(known: int, checked: int) -> Line:
    """How many of a provider's facts nobody could check, of how many; nothing where all were."""
    return say(f"{known - checked} of {known}", Tone.UNSURE) if checked < known else say("")


def _formats(feeds: list[FeedSpec]) -> str:
    """The form of its main feed and how many others there are; `?` behind one whose address nobody saw answer."""
    if not feeds:
        return "none: shows as unknown"
    main = clean(feeds[0].format, 20) + ("" if feeds[0].verified else "?") + ("" if feeds[0].readable else " (cannot be read)")
    return f"{main} +{len(feeds) - 1}" if len(feeds) > 1 else main


def _feed(feed: FeedSpec) -> dict[str, Any]:
    return {
        "name": feed.name,
        "format": feed.format,
        "urls": feed.urls,
        "covers": feed.covers,
        "readable": feed.readable,
        "verified": feed.verified,
        "source": feed.source,
    }


def _show(catalogue: Catalogue, name: str, *, as_json: bool) -> int:
    facts = catalogue.knowledge.providers.get(name)
    if facts is None:
        meant = nearest(name, catalogue.knowledge.providers)
        hint = f"; did you mean {meant}?" if meant else "; statuswatch providers list shows all"
        sys.stderr.write(f"statuswatch providers: no provider {clean(name, 40)!r}{hint}\n")
        return USAGE
    feeds = _feeds_of(catalogue, name)
    if as_json:
        put_json(_facts(facts, feeds, catalogue.origin(facts)))
    else:
        put(_page(facts, feeds, catalogue.origin(facts)))
    return FINE


def _facts(facts: ProviderFacts, feeds: list[FeedSpec], origin: Origin) -> dict[str, Any]:
    components = [
        {
            "id": item.id,
            "names": item.names,
            "surfaces": sorted(item.surfaces),
            "models": item.models,
            "inference": item.inference,
            "verified": verified,
            "source": source,
        }
        for item, (source, verified) in zip(facts.components, origin.components, strict=True)
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
        "sources": dict(origin.fields),
        "unverified": sorted(origin.unverified),
    }


def _page(facts: ProviderFacts, feeds: list[FeedSpec], origin: Origin) -> list[Line]:
    width = look_here().width
    lines: list[Line] = [(Span(clean(facts.name, 60), Tone.STRONG), Span(f"  {clean(facts.id, 40)}", Tone.DIM))]

    def row(label: str, text: str, *, verified: bool = True) -> None:
        if text:
            doubt = () if verified else (Span(_UNVERIFIED, Tone.UNSURE),)
            lines.extend(wrap((Span(f"  {label:<11} ", Tone.DIM), Span(clean(text, 600)), *doubt), width, 14))

    for label, field, values in (
        ("page", "page_url", (facts.page_url or "",)),
        ("models", "families", facts.families),
        ("answers at", "api_hosts", facts.api_hosts),
        ("resells", "serves", facts.serves),
        ("runs on", "runs_on", facts.runs_on),
    ):
        row(label, ", ".join(values), verified=field not in origin.unverified)
    for feed in feeds:
        row("feed", f"{feed.name}: {feed.format}{'' if feed.readable else ' (cannot be read yet)'}, {' or '.join(feed.urls)}", verified=feed.verified)
    for item, (_, verified) in zip(facts.components, origin.components, strict=True):
        about = ", ".join((*sorted(item.surfaces), *item.models)) or ("model calls" if item.inference else "not about model calls")
        row("component", f"{' / '.join(item.names)}: {about}", verified=verified)
    return lines

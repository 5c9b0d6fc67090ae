"""The reference page of the providers, made from their files: `python -m statuswatch.catalog.reference [--check] [FOLDER]`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from statuswatch.catalog.loader import load
from statuswatch.catalog.model import Catalogue, FeedSpec, Origin
from statuswatch.core.knowledge import ProviderFacts

USUAL_FOLDER = "docs/reference"
_HEAD = """# Providers

Every provider that statuswatch knows, from `src/statuswatch/catalog/providers`. This page is generated: change the files, then run
`python -m statuswatch.catalog.reference`.

A file of the same form in the folder `providers` beside your `config.toml` adds a provider, or replaces single fields of a shipped
one with the same `id`; [how](../how-to/add-a-provider.md).

Each fact says where it is from. **Unverified** is what could be checked neither against a recorded answer of the page nor against a
public document that shows one: an address out of somebody's list, a host that is only usual. `statuswatch providers check` asks the
pages themselves.
"""


def page(catalogue: Catalogue) -> str:
    """The page in Markdown."""
    everybody = sorted(catalogue.knowledge.providers.values(), key=lambda facts: facts.id)
    parts = [_HEAD, _overview(catalogue, everybody)]
    for facts in everybody:
        covering = [feed for feed in catalogue.feeds if facts.id in feed.covers]
        parts.append(_section(facts, covering, catalogue.origin(facts)))
    return "\n".join(parts)


def _overview(catalogue: Catalogue, everybody: Sequence[ProviderFacts]) -> str:
    """One line a provider, with how many of its facts could be checked."""
    counts = {facts.id: catalogue.checked(facts.id) for facts in everybody}
    known, checked = (sum(count[at] for count in counts.values()) for at in (0, 1))
    lines = [
        f"{len(everybody)} providers, {known} facts, {known - checked} of them unverified.",
        "",
        "| provider | id | facts | unverified |",
        "|---|---|---:|---:|",
    ]
    for facts in everybody:
        total, sure = counts[facts.id]
        lines.append(f"| [{cell(facts.name)}](#{_anchor(facts.name)}) | `{facts.id}` | {total} | {total - sure or ''} |")
    return "\n".join([*lines, ""])


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower() if letter.isalnum() or letter in "_- ").replace(" ", "-")


def main_for(pages: Mapping[str, str], argv: Sequence[str]) -> int:
    """Write each page below the folder of `argv`, or with `--check` tell which are out of date (exit status 1)."""
    parser = argparse.ArgumentParser(description="Writes generated reference pages.")
    parser.add_argument("folder", nargs="?", default=USUAL_FOLDER)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is out of date")
    chosen = parser.parse_args(argv)
    old = 0
    for name, text in pages.items():
        path = Path(chosen.folder) / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if chosen.check:
            sys.stderr.write(f"{path} is out of date; run this again without --check\n")
            old = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return old


def cell(text: str) -> str:
    """Text that cannot end a table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")


_FIELDS = (
    ("models", "families"),
    ("serves models of", "serves"),
    ("runs on", "runs_on"),
    ("API hosts", "api_hosts"),
)


def _section(facts: ProviderFacts, feeds: list[FeedSpec], origin: Origin) -> str:
    lines = [f"## {facts.name}", "", f"- id: `{facts.id}`, used as `{facts.usual_surface}` where a route does not say how"]
    for title, field in _FIELDS:
        values = getattr(facts, field)
        if values:
            lines.append(f"- {title}: {', '.join(f'`{value}`' for value in values)} ({_from(field, origin)})")
    if facts.page_url:
        lines.append(f"- page: <{facts.page_url}> ({_from('page_url', origin)})")
    lines += ["", *_feed_table(facts, feeds)]
    if facts.components:
        lines += ["", "| component | id | surfaces | models | model requests | from |", "|---|---|---|---|---|---|"]
        for item, (source, verified) in zip(facts.components, origin.components, strict=True):
            names, models, asks = cell(" / ".join(item.names)), ", ".join(item.models), "yes" if item.inference else "no"
            lines.append(f"| {names} | {item.id or ''} | {', '.join(sorted(item.surfaces))} | {models} | {asks} | {_marked(source, verified=verified)} |")
    return "\n".join([*lines, ""])


def _from(field: str, origin: Origin) -> str:
    return _marked(origin.fields.get(field, ""), verified=field not in origin.unverified)


def _marked(source: str, *, verified: bool) -> str:
    return f"{'' if verified else '**unverified**: '}{cell(source)}"


def _feed_table(facts: ProviderFacts, feeds: list[FeedSpec]) -> list[str]:
    if not feeds:
        return ["No feed: shows as unknown."]
    lines = ["| feed | format | addresses | from |", "|---|---|---|---|"]
    for feed in feeds:
        name = feed.name if feed.provider == facts.id else f"{feed.name} (shared)"
        lines.append(f"| {name} | `{feed.format}` | {' '.join(f'<{url}>' for url in feed.urls)} | {_marked(feed.source, verified=feed.verified)} |")
    return lines


if __name__ == "__main__":
    sys.exit(main_for({"providers.md": page(load(None, ()))}, sys.argv[1:]))

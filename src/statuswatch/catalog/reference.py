"""The reference page of the providers, made from their files: `python -m statuswatch.catalog.reference [--check] [FOLDER]`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from statuswatch.catalog.loader import load
from statuswatch.catalog.model import Catalogue, FeedSpec
from statuswatch.core.knowledge import ProviderFacts

USUAL_FOLDER = "docs/reference"
_HEAD = """# Providers

Every provider that statuswatch knows, from `src/statuswatch/catalog/providers`. This page is generated: change the files, then run
`python -m statuswatch.catalog.reference`.

A file of the same form in the folder `providers` beside your `config.toml` adds a provider, or replaces single fields of a shipped
one with the same `id`. `[[feed]]` and `[[component]]` are replaced as a whole.

*Seen* says whether an answer of the address was recorded; otherwise the address is from somebody else's list.
"""


def page(catalogue: Catalogue) -> str:
    """The page in Markdown."""
    parts = [_HEAD]
    for facts in sorted(catalogue.knowledge.providers.values(), key=lambda facts: facts.id):
        covering = [feed for feed in catalogue.feeds if facts.id in feed.covers]
        parts.append(_section(facts, covering))
    return "\n".join(parts)


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


def _section(facts: ProviderFacts, feeds: list[FeedSpec]) -> str:
    lines = [f"## {facts.name}", "", f"- id: `{facts.id}`, used as `{facts.usual_surface}` where a route does not say how"]
    for title, values in (("models", facts.families), ("serves models of", facts.serves), ("runs on", facts.runs_on), ("API hosts", facts.api_hosts)):
        if values:
            lines.append(f"- {title}: {', '.join(f'`{value}`' for value in values)}")
    if facts.page_url:
        lines.append(f"- page: <{facts.page_url}>")
    lines += ["", *_feed_table(facts, feeds)]
    if facts.components:
        lines += ["", "| component | id | surfaces | models | model requests |", "|---|---|---|---|---|"]
        for item in facts.components:
            names = cell(" / ".join(item.names))
            lines.append(f"| {names} | {item.id or ''} | {', '.join(sorted(item.surfaces))} | {', '.join(item.models)} | {'yes' if item.inference else 'no'} |")
    return "\n".join([*lines, ""])


def _feed_table(facts: ProviderFacts, feeds: list[FeedSpec]) -> list[str]:
    if not feeds:
        return ["No feed: shows as unknown."]
    lines = ["| feed | format | addresses | seen |", "|---|---|---|---|"]
    for feed in feeds:
        name = feed.name if feed.provider == facts.id else f"{feed.name} (shared)"
        lines.append(f"| {name} | `{feed.format}` | {' '.join(f'<{url}>' for url in feed.urls)} | {'yes' if feed.verified else 'no'}: {cell(feed.source)} |")
    return lines


if __name__ == "__main__":
    sys.exit(main_for({"providers.md": page(load(None, ()))}, sys.argv[1:]))

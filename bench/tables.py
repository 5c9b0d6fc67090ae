"""Keeps the tables of a page as a script prints them: `--check PAGE` says which rows differ, `--write PAGE` puts the printed ones there. Prose stays."""

import sys
from collections.abc import Iterator
from pathlib import Path

Table = list[str]


def page_of(argv: list[str]) -> tuple[str, Path] | None:
    """The option and the page that a script was given, taken out of `argv`; None where it is to print."""
    for option in ("--check", "--write"):
        if option in argv:
            place = argv.index(option)
            if place + 1 >= len(argv):
                raise SystemExit(f"{option}: expected the page")
            page = Path(argv[place + 1])
            del argv[place : place + 2]
            return option, page
    return None


def settle(option: str, page: Path, printed: str) -> int:
    """Hold the tables of `page` against those of `printed`, the n-th with a head against the n-th with it; 1 where they differ and are only checked."""
    text = page.read_text(encoding="utf-8")
    fresh, wrong = text, 0
    known: dict[str, list[Table]] = {}
    for table in tables(text):
        known.setdefault(table[0], []).append(table)
    for table in tables(printed):
        if not known.get(table[0]):
            sys.stderr.write(f"{page}: no table with the head {table[0]}\n")
            return 1
        old = known[table[0]].pop(0)
        for row in [row for row in table if row not in old]:
            wrong += 1
            sys.stderr.write(f"{page}: {row}\n")
        fresh = fresh.replace("\n".join(old), "\n".join(table), 1)
    if option == "--write":
        page.write_text(fresh, encoding="utf-8")
        return 0
    return 1 if wrong else 0


def tables(text: str) -> Iterator[Table]:
    """The tables of a Markdown text, each as its lines."""
    found: Table = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            found.append(line)
        elif found:
            yield found
            found = []

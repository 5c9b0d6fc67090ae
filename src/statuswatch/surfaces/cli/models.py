"""`statuswatch models show ID`: what a model id resolves to, and why."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from statuswatch.catalog.models import Resolved, models, resolve
from statuswatch.config.paths import config_dir
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import tell
from statuswatch.surfaces.plain import plain

ANSWERED, USAGE = 0, 2
_MOST = 12


def run(argv: list[str]) -> int:
    """Answer on standard output; 0 whatever the answer, 2 on usage."""
    options = read("models", argv)
    if isinstance(options, int):
        return options
    table = models(Path(config_dir()) / "models.tsv")
    for text in options.ids:
        resolved = resolve(text, table)
        if options.json:
            sys.stdout.write(json.dumps(row(resolved)) + "\n")
            continue
        for line in lines(resolved):
            tell(line, sys.stdout, "  " if line.startswith("  ") else "")
    return ANSWERED


def row(resolved: Resolved) -> dict[str, object]:
    """The answer for programs."""
    name, facts = resolved.name, resolved.model
    return {
        "id": resolved.text,
        "canonical": name.canonical,
        "family": name.family,
        "version": name.version,
        "tier": name.tier,
        "variant": name.variant,
        "pin": name.pin,
        "known": facts is not None,
        "why": resolved.why,
        "served_by": list(facts.served_by) if facts else [],
        "spellings": list(facts.spellings) if facts else [],
        "members": list(resolved.members),
    }


def lines(resolved: Resolved) -> Iterator[str]:
    """The answer for a person."""
    name = resolved.name
    yield f"{plain(resolved.text)}: {plain(name.canonical)}"
    parts = (("family", name.family), ("version", name.version), ("tier", name.tier), ("variant", name.variant), ("snapshot", name.pin))
    yield "  " + ", ".join(f"{label} {plain(value)}" for label, value in parts if value)
    yield f"  {resolved.why}"
    if resolved.model and resolved.model.served_by:
        yield f"  served by {', '.join(resolved.model.served_by)}"
    if resolved.model and resolved.model.spellings:
        yield f"  also written {', '.join(map(plain, resolved.model.spellings))}"
    if resolved.members:
        more = f" and {len(resolved.members) - _MOST} more" if len(resolved.members) > _MOST else ""
        yield f"  {', '.join(resolved.members[:_MOST])}{more}"

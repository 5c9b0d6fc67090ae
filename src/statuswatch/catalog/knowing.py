"""Everything that decisions know, in one value: providers, model names, rules. The composition of the three catalogues."""

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from statuswatch.catalog.loader import load
from statuswatch.catalog.located import Problem
from statuswatch.catalog.model import Catalogue
from statuswatch.catalog.models import models
from statuswatch.catalog.rulebook import load_rules
from statuswatch.core.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Known:
    """The knowledge, the catalogue it came from, and every problem of the files."""

    knowledge: Knowledge
    catalogue: Catalogue
    problems: tuple[Problem, ...]


def know(config_dir: str | os.PathLike[str] | None = None, known_formats: Collection[str] = ()) -> Known:
    """Read what ships with the program and, below `config_dir`, a person's `providers/*.toml`, `rules/*.toml` and `models.tsv`.

    Never raises for what a file holds.
    """
    folder = Path(config_dir) if config_dir is not None else None
    catalogue = load(folder / "providers" if folder else None, known_formats)
    rulebook = load_rules(folder / "rules" if folder else None)
    table = models(folder / "models.tsv" if folder else None)
    knowledge = replace(catalogue.knowledge, models=tuple(table), rules=rulebook.rules)
    return Known(knowledge, replace(catalogue, knowledge=knowledge), (*catalogue.problems, *rulebook.problems))

"""The model catalogue: names, who serves them, other spellings.

A table that was generated from a maintained package (docs/decisions/model-catalogue.md); a file of the same form overrides it.
"""

import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from statuswatch.core.modelnames import ModelName, parse_model


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model: its canonical name, the providers that serve it (as the provider files name them), other spellings of its id."""

    canonical: str
    served_by: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an id was read as. `why` says it in a sentence; `model` is None where the catalogue has no such model; `members` are the models of a family."""

    text: str
    name: ModelName
    why: str
    model: ModelFacts | None = None
    members: tuple[str, ...] = ()


@cache
def shipped() -> dict[str, ModelFacts]:
    """The table that ships with the program, by canonical name."""
    return _read((files("statuswatch.catalog") / "models.tsv").read_text(encoding="utf-8"))


def models(user_file: str | os.PathLike[str] | None = None) -> dict[str, ModelFacts]:
    """The shipped table with the lines of `user_file` laid over it: the same form, one model a line; a missing or unreadable file adds nothing."""
    if user_file is None:
        return shipped()
    try:
        own = Path(user_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return shipped()
    return {**shipped(), **_read(own)}


def _read(text: str) -> dict[str, ModelFacts]:
    found: dict[str, ModelFacts] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, *rest = line.split("\t")
            served, spellings = (tuple(part for part in (rest[at] if at < len(rest) else "").split(",") if part) for at in (0, 1))
            canonical = parse_model(name).canonical
            found[canonical] = ModelFacts(canonical, served, spellings)
    return found


def resolve(text: str, table: dict[str, ModelFacts]) -> Resolved:
    """What `text` (any spelling) resolves to and why. An alias such as `opus` stays a family: which version it means differs by provider and day."""
    name = parse_model(text)
    known = table.get(name.canonical)
    if known is not None and name.version is not None:
        spelled = "the canonical name" if text == name.canonical else f"another spelling of {name.canonical}"
        return Resolved(text, name, f"{spelled}, in the catalogue", known)
    base = ModelName(name.family, name.version, None, name.tier)
    if name.version and base.canonical in table:
        return Resolved(text, name, f"a mode or a snapshot of {base.canonical}, which is in the catalogue", table[base.canonical])
    members = tuple(each for each in table if _belongs(parse_model(each), name))
    if members:
        if name.version is None:
            return Resolved(
                text,
                name,
                f"a family of {len(members)} models; it stays a family, because which one an alias means differs by provider and day",
                members=members,
            )
        return Resolved(text, name, f"a line of {len(members)} models", members=members)
    return Resolved(text, name, "in no catalogue; read by its shape, so incidents that name it are still found")


def _belongs(model: ModelName, family: ModelName) -> bool:
    return family.words <= model.words and (not family.number or family.number == model.number)

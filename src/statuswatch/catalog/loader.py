"""Reads the provider files: those that ship with the program, and a person's own, which override and add field by field."""

import os
from collections.abc import Collection, Iterable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from statuswatch.catalog.located import Document, Problem, read_bytes
from statuswatch.catalog.model import Catalogue, ComponentEntry, FeedEntry, FeedSpec, Origin, ProviderEntry
from statuswatch.catalog.schema import read_provider
from statuswatch.core.knowledge import Knowledge, ProviderFacts

BUILT_IN = "builtin"


def load(user_dir: str | os.PathLike[str] | None, known_formats: Collection[str]) -> Catalogue:
    """The catalogue of the shipped provider files with those of `user_dir` (`*.toml`) laid over them.

    Never raises for what is in a file or for a file that cannot be read: that becomes a problem, and everything else is used.
    `known_formats` are the names of the feed formats that have a parser.
    """
    problems: list[Problem] = []
    entries: dict[str, ProviderEntry] = {}
    for entry in (*read_built_in(problems), *read_user(user_dir, problems)):
        known = entries.get(entry.id)
        if known is None and not entry.name:
            problems.append(entry.document.problem(("name",), "missing key 'name': no provider of this id is known, so the file must name it"))
        entries[entry.id] = entry if known is None else _laid_over(known, entry, problems)
    return compose(entries, known_formats, problems)


def compose(entries: dict[str, ProviderEntry], known_formats: Collection[str], problems: Iterable[Problem]) -> Catalogue:
    """The catalogue that these entries make."""
    shared: dict[str, list[str]] = {}
    for entry in entries.values():
        if entry.feed_of is not None:
            shared.setdefault(entry.feed_of, []).append(entry.id)
    feeds = [_spec(entry, feed, tuple(shared.get(entry.id, ())), known_formats) for entry in entries.values() for feed in entry.feeds]
    knowledge = Knowledge({entry.id: _facts(entry) for entry in entries.values()})
    return Catalogue(knowledge, tuple(feeds), tuple(problems), {entry.id: _origin(entry) for entry in entries.values()})


def read_built_in(problems: list[Problem]) -> list[ProviderEntry]:
    """The files that ship with the program, through the package's resources (it may be a zip)."""
    folder = files("statuswatch.catalog") / "providers"
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return [entry for item in found if (entry := _read(f"{BUILT_IN}/{item.name}", item.read_bytes(), problems))]


def read_user(user_dir: str | os.PathLike[str] | None, problems: list[Problem]) -> list[ProviderEntry]:
    """A person's own files, by name. No folder is no files."""
    entries: list[ProviderEntry] = []
    if user_dir is None:
        return entries
    try:
        paths = sorted(path for path in Path(user_dir).iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except FileNotFoundError:
        return entries
    except OSError as error:
        problems.append(Problem(os.fspath(user_dir), 1, "", f"cannot be read: {error.strerror}"))
        return entries
    seen: dict[str, str] = {}
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError as error:
            problems.append(Problem(str(path), 1, "", f"cannot be read: {error.strerror}"))
            continue
        entry = _read(str(path), data, problems)
        if entry is None:
            continue
        if entry.id in seen:
            problems.append(entry.document.problem(("id",), f"{entry.id!r} has a file already: {seen[entry.id]}; this one is not used"))
            continue
        seen[entry.id] = path.name
        entries.append(entry)
    return entries


def _read(path: str, data: bytes, problems: list[Problem]) -> ProviderEntry | None:
    document = read_bytes(path, data)
    if isinstance(document, Document):
        return read_provider(document, problems)
    problems.append(document)
    return None


def _laid_over(known: ProviderEntry, entry: ProviderEntry, problems: list[Problem]) -> ProviderEntry:
    """`known` with every field that `entry` gives in place of its own; what is said of its origin goes with it.

    A list of feeds or components is replaced as a whole, or where the file asks to `keep` it, added to. A list that was given but of which nothing
    could be used leaves the known one alone: a slip must not take a feed away.
    """
    given: dict[str, Any] = {}
    for key in entry.given - _ABOUT_THE_FILE:
        value = getattr(entry, key)
        if key in ("feeds", "components"):
            if not value and entry.document.data.get(key[:-1]):
                problems.append(entry.document.problem((key[:-1],), "nothing here could be used, so the shipped ones stay"))
                continue
            if key[:-1] in entry.keep:
                value = _added(getattr(known, key), value)
        given[key] = value
    unverified = (*(name for name in known.unverified if name not in given), *entry.unverified)
    return replace(known, given=known.given | entry.given, sources=known.stated | entry.stated, unverified=unverified, **given)


_ABOUT_THE_FILE = frozenset({"source", "sources", "unverified", "keep"})
_Item = TypeVar("_Item")


def _added(shipped: tuple[_Item, ...], own: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """The shipped items that none of `own` stands for, then `own`."""
    return (*(item for item in shipped if not any(_same(item, other) for other in own)), *own)


def _same(shipped: object, own: object) -> bool:
    """Feeds are the same by name; components by id, or by a name where one of them has no id."""
    if isinstance(shipped, FeedEntry) and isinstance(own, FeedEntry):
        return shipped.name == own.name
    if not isinstance(shipped, ComponentEntry) or not isinstance(own, ComponentEntry):
        return False
    if shipped.facts.id is not None and own.facts.id is not None:
        return shipped.facts.id == own.facts.id
    return not set(shipped.facts.names).isdisjoint(own.facts.names)


def _origin(entry: ProviderEntry) -> Origin:
    own = entry.document.path
    components = tuple((component.source or own, component.verified) for component in entry.components)
    return Origin(entry.stated, frozenset(entry.unverified), components)


def _facts(entry: ProviderEntry) -> ProviderFacts:
    return ProviderFacts(
        id=entry.id,
        name=entry.name or entry.id,
        families=entry.families,
        components=tuple(component.facts for component in entry.components),
        api_hosts=entry.api_hosts,
        serves=entry.serves,
        runs_on=entry.runs_on,
        page_url=entry.page_url,
        usual_surface=entry.usual_surface,
        feeds_of=(entry.feed_of,) if entry.feed_of else (),
    )


def _spec(entry: ProviderEntry, feed: FeedEntry, shared: tuple[str, ...], known_formats: Collection[str]) -> FeedSpec:
    return FeedSpec(
        name=f"{entry.id}/{feed.name}" if feed.name else entry.id,
        provider=entry.id,
        format=feed.format,
        urls=feed.urls,
        covers=(entry.id, *shared),
        readable=feed.format in known_formats,
        verified=feed.verified,
        source=feed.source or "",
    )

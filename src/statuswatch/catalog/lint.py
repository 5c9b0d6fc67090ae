"""Asks more of the provider files than loading does: that every fact says where it is from, that names refer to something, that nothing is claimed twice."""

import os
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from statuswatch.catalog.loader import BUILT_IN, load, read_built_in, read_user
from statuswatch.catalog.located import Problem, nearest
from statuswatch.catalog.model import ProviderEntry


def lint(user_dir: str | os.PathLike[str] | None, known_formats: Collection[str]) -> tuple[Problem, ...]:
    """Everything that is wrong with the shipped files and those of `user_dir`: what loading reports, and what only a careful reader would see."""
    aside: list[Problem] = []
    entries = [*read_built_in(aside), *read_user(user_dir, aside)]
    found = list(load(user_dir, known_formats).problems)
    ids = {entry.id for entry in entries}
    with_feeds = {entry.id for entry in entries if entry.feeds}
    for entry in entries:
        found += [
            *_format_problems(entry, known_formats),
            *_reference_problems(entry, ids, with_feeds),
            *_component_problems(entry),
            *_address_problems(entry),
            *_source_problems(entry),
        ]
    found += _host_problems(entries)
    return tuple(found)


def _format_problems(entry: ProviderEntry, known_formats: Collection[str]) -> Iterator[Problem]:
    names = set()
    for feed in entry.feeds:
        if feed.format not in known_formats:
            meant = nearest(feed.format, known_formats)
            hint = f"; did you mean {meant!r}?" if meant else ""
            yield entry.document.problem(("feed", feed.index, "format"), f"no parser reads the format {feed.format!r}: its providers show as unknown{hint}")
        if feed.name in names:
            yield entry.document.problem(("feed", feed.index, "name"), f"two feeds of {entry.id} are named {feed.name!r}")
        names.add(feed.name)


def _reference_problems(entry: ProviderEntry, ids: set[str], with_feeds: set[str]) -> Iterator[Problem]:
    for key in ("serves", "runs_on"):
        for index, other in enumerate(getattr(entry, key)):
            if other not in ids:
                meant = nearest(other, ids)
                yield entry.document.problem((key, index), f"no provider {other!r}" + (f"; did you mean {meant!r}?" if meant else ""))
    if entry.feed_of is None:
        return
    if entry.feed_of not in with_feeds:
        yield entry.document.problem(("feed_of",), f"no provider {entry.feed_of!r} with a feed of its own")
    if not any(component.facts.inference for component in entry.components):
        yield entry.document.problem(("feed_of",), "a shared feed needs a [[component]] with inference, else nothing in it is about this provider")


def _component_problems(entry: ProviderEntry) -> Iterator[Problem]:
    ids: set[str] = set()
    names: set[str] = set()
    for component in entry.components:
        facts = component.facts
        if facts.id is not None and facts.id in ids:
            yield entry.document.problem(("component", component.index, "id"), f"component {facts.id!r} is there twice")
        if facts.id is None:
            for name in facts.names:
                if name in names:
                    yield entry.document.problem(
                        ("component", component.index, "names"), f"component {name!r} is there twice, and has no id to tell them apart"
                    )
            names.update(facts.names)
        else:
            ids.add(facts.id)


def _address_problems(entry: ProviderEntry) -> Iterator[Problem]:
    if entry.page_url is not None and urlsplit(entry.page_url).scheme != "https":
        yield entry.document.problem(("page_url",), "expected an https address: it is shown to people as a link")
    for index, host in enumerate(entry.api_hosts):
        if host.count("*") > 1 or ".." in host or host.endswith((".", "*")) or host.strip(".*").count(".") < 1:
            yield entry.document.problem(("api_hosts", index), f"{host!r} is not a host name with at most one * in it")


def _source_problems(entry: ProviderEntry) -> Iterator[Problem]:
    """Only shipped files must say where a fact is from; a person's own file is its own source. What nobody states needs no origin."""
    for key, names in (("sources", dict.fromkeys(entry.sources)), ("unverified", {name: index for index, name in enumerate(entry.unverified)})):
        for name, index in names.items():
            if name not in entry.given:
                yield entry.document.problem((key, name if index is None else index), f"this file does not say {name!r}")
    if entry.document.path.startswith(f"{BUILT_IN}/"):
        yield from _without_source(entry)


def _without_source(entry: ProviderEntry) -> Iterator[Problem]:
    for name in entry.stated:
        if not entry.source and name not in entry.sources:
            yield entry.document.problem((name,), "nothing says where this is from: missing key 'source', or its own in [sources]")
    for key, items in (("feed", entry.feeds), ("component", entry.components)):
        for item in items:
            if item.source is None:
                yield entry.document.problem((key, item.index), "missing key 'source'")


def _host_problems(entries: list[ProviderEntry]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for entry in entries:
        for index, host in enumerate(entry.api_hosts):
            owner = owners.setdefault(host, entry.id)
            if owner != entry.id:
                yield entry.document.problem(("api_hosts", index), f"{host!r} belongs to {owner} already")

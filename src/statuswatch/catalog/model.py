"""What the loader hands on: the knowledge that decisions use, the feeds that are polled, and what was wrong with the files."""

from dataclasses import dataclass

from statuswatch.catalog.located import Document, Problem
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ComponentFacts, Knowledge


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One status feed as it is polled.

    `name` is unique in a catalogue (`anthropic`, `anthropic/history`); `urls` are tried in order (main address, then alternates);
    `covers` are the ids of the providers whose incidents the feed holds, its owner first; `readable` is false where no parser
    knows `format`: such a feed is not polled and its providers stay unknown.
    """

    name: str
    provider: str
    format: str
    urls: tuple[str, ...]
    covers: tuple[str, ...]
    readable: bool = True
    verified: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that the provider files say. `problems` never stop the rest from being used."""

    knowledge: Knowledge
    feeds: tuple[FeedSpec, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A `[[feed]]` of a provider file; `index` is its place in the file."""

    name: str
    format: str
    urls: tuple[str, ...]
    source: str | None
    verified: bool
    index: int


@dataclass(frozen=True, slots=True)
class ComponentEntry:
    """A `[[component]]` of a provider file with where the fact comes from; `index` is its place in the file."""

    facts: ComponentFacts
    source: str | None
    verified: bool
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class ProviderEntry:
    """One provider file, read, with the document it came from. `given` names the fields that the file sets: what an override replaces."""

    id: str
    document: Document
    given: frozenset[str]
    name: str = ""
    families: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    runs_on: tuple[str, ...] = ()
    page_url: str | None = None
    usual_surface: Surface = Surface.API
    api_hosts: tuple[str, ...] = ()
    feed_of: str | None = None
    feeds: tuple[FeedEntry, ...] = ()
    components: tuple[ComponentEntry, ...] = ()

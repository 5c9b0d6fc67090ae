"""What the loader hands on: the knowledge that decisions use, the feeds that are polled, and what was wrong with the files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from statuswatch.catalog.located import Document, Problem
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts


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
class Origin:
    """Where the facts about one provider are from.

    `fields`: what is said at the top of its file (one of `FACTS`), to the source. `unverified`: those of them that nobody could check against a
    recording or a public document. `components`: source and whether it was checked, in the order of `ProviderFacts.components`.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    unverified: frozenset[str] = frozenset()
    components: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that the provider files say. `problems` never stop the rest from being used; `origins` says of each provider where its facts are from."""

    knowledge: Knowledge
    feeds: tuple[FeedSpec, ...] = ()
    problems: tuple[Problem, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin(self, facts: ProviderFacts) -> Origin:
        """Where the facts about one of its providers are from; nothing is verified of one that no file states."""
        return self.origins.get(facts.id) or Origin(components=(("", False),) * len(facts.components))

    def checked(self, provider: str) -> tuple[int, int]:
        """How many facts about a provider there are, and how many of them could be checked: fields of its file, feeds of its own, components."""
        origin = self.origins.get(provider, Origin())
        marks = [name not in origin.unverified for name in origin.fields]
        marks += [feed.verified for feed in self.feeds if feed.provider == provider]
        marks += [verified for _, verified in origin.components]
        return len(marks), sum(marks)


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
    """One provider file, read, with the document it came from. `given` names the fields that the file sets: what an override replaces.

    `source` says where the facts at the top of the file are from, `sources` where single ones are from that have another origin; `unverified` names those
    that could not be checked. `keep`: lists (`feed`, `component`) that are added to those of a shipped file instead of replacing them.
    """

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
    source: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    unverified: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    @property
    def stated(self) -> dict[str, str]:
        """The facts that the top of the file states, to where each is from: its own source, else that of the file, else the file itself."""
        own = self.source or self.document.path
        return {name: self.sources.get(name, own) for name in FACTS if name in self.given and getattr(self, name)}


FACTS = ("families", "serves", "runs_on", "page_url", "api_hosts", "feed_of")
"""The fields at the top of a provider file that state a fact about the world, and so have an origin."""

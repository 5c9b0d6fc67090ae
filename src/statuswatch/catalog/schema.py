"""The shape of a provider file, checked by hand: a catalogue is read at each start of the engine, and these checks cost little.

A wrong field is left out and reported; the rest of the file is used. So a slip in one line never takes a provider away.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from statuswatch.catalog.located import Document, Path, Problem, unknown_key
from statuswatch.catalog.model import FACTS, ComponentEntry, FeedEntry, ProviderEntry
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ComponentFacts

E = TypeVar("E", bound=StrEnum)

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_ID = _LOWER | {"-"}
_FORMAT = _ID
_HOST = _LOWER | set("-.*")
_LONGEST_ID = 40


def url_fault(url: str) -> str | None:
    """What is wrong with an address that would be fetched, or None. Plain http is for this machine only (simulations)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return f"not an address: {url[:80]!r}"
    if not host or parts.username or parts.password or any(letter.isspace() or not letter.isprintable() for letter in url):
        return f"not an address: {url[:80]!r}; expected https://host/path"
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK):
        return None
    return f"expected an https address, got {url[:80]!r}"


def id_fault(text: str) -> str | None:
    """What is wrong with a provider's id, or None: lower-case letters, digits and hyphens, at most 40."""
    if 0 < len(text) <= _LONGEST_ID and text[0] in _LOWER and set(text) <= _ID:
        return None
    return f"expected lower-case letters, digits and hyphens (at most {_LONGEST_ID}), got {text[:60]!r}"


def kind_of(value: object) -> str:
    """The TOML name of a value's type."""
    names: tuple[tuple[type, str], ...] = ((bool, "a boolean"), (str, "a string"), (int, "an integer"), (float, "a float"), (list, "a list"), (dict, "a table"))
    return next((name for kind, name in names if isinstance(value, kind)), "a date or time")


class Table:
    """One table of a document, taken key by key. What nobody took is unknown, and `close` says so."""

    def __init__(self, document: Document, data: dict[str, Any], where: Path, problems: list[Problem]) -> None:
        self.document = document
        self.data = data
        self.where = where
        self.problems = problems
        self.taken: set[str] = set()
        self.sound: set[str] = set()

    def say(self, key: str, message: str, *below: int) -> None:
        """Report the value of `key` (or its item `below`)."""
        self.problems.append(self.document.problem((*self.where, key, *below), message))

    def take(self, key: str, kind: type, wanted: str) -> Any:
        """The value of `key` if it is there and of `kind`; None, with a problem where it is of another."""
        self.taken.add(key)
        value = self.data.get(key)
        if value is None:
            return None
        if type(value) is not kind:
            self.say(key, f"expected {wanted}, got {kind_of(value)}")
            return None
        self.sound.add(key)
        return value

    def text(self, key: str, *, required: bool = False) -> str | None:
        """A string that is not empty."""
        value: str | None = self.take(key, str, "a string")
        if value is not None and not value.strip():
            self.refuse(key, "expected a string that is not empty")
            return None
        if value is None and required and key not in self.data:
            self.problems.append(self.document.problem(self.where, f"missing key {key!r}"))
        return value

    def refuse(self, key: str, message: str, *below: int) -> None:
        """Report `key` and count it as not given."""
        self.sound.discard(key)
        self.say(key, message, *below)

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean."""
        value: bool | None = self.take(key, bool, "true or false")
        return default if value is None else value

    def texts(self, key: str, allowed: Collection[str] | None = None, wanted: str = "") -> tuple[str, ...]:
        """A list of strings, each made of the letters `allowed` (any where None)."""
        kept: list[str] = []
        for index, item in enumerate(self.take(key, list, "a list of strings") or ()):
            if not isinstance(item, str) or not item.strip():
                self.say(
                    key,
                    f"expected a string that is not empty, got {kind_of(item)}" if not isinstance(item, str) else "expected a string that is not empty",
                    index,
                )
            elif allowed is not None and not set(item) <= set(allowed):
                self.say(key, f"expected {wanted}, got {item[:60]!r}", index)
            elif item in kept:
                self.say(key, f"{item[:60]!r} is listed twice", index)
            else:
                kept.append(item)
        return tuple(kept)

    def choice(self, key: str, kind: type[E], default: E) -> E:
        """One of the words of `kind`."""
        value = self.text(key)
        return default if value is None else self.word(key, kind, value) or default

    def choices(self, key: str, kind: type[E]) -> tuple[E, ...]:
        """A list of words of `kind`."""
        words = (self.word(key, kind, value) for value in self.texts(key))
        return tuple(word for word in words if word is not None)

    def word(self, key: str, kind: type[E], value: str) -> E | None:
        """`value` as a member of `kind`, or a problem."""
        for member in kind:
            if member.value == value:
                return member
        self.refuse(key, f"expected one of {', '.join(kind)}, got {value[:60]!r}")
        return None

    def urls(self, key: str) -> tuple[str, ...]:
        """A list of addresses."""
        kept = []
        for index, url in enumerate(self.texts(key)):
            fault = url_fault(url)
            if fault:
                self.say(key, fault, index)
            else:
                kept.append(url)
        return tuple(kept)

    def named(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """A list of words, each one of `known`."""
        kept = []
        for index, word in enumerate(self.texts(key)):
            if word in known:
                kept.append(word)
            else:
                self.say(key, f"expected some of {', '.join(known)}, got {word[:60]!r}", index)
        return tuple(kept)

    def texts_by(self, key: str, known: Collection[str]) -> dict[str, str]:
        """A table of strings, each under one of the keys `known`."""
        inner = Table(self.document, self.take(key, dict, f"a table written [{key}]") or {}, (*self.where, key), self.problems)
        found = {name: text for name in known if (text := inner.text(name)) is not None}
        inner.close()
        return found

    def url(self, key: str, *, required: bool = False) -> str | None:
        """One address."""
        value = self.text(key, required=required)
        fault = url_fault(value) if value is not None else None
        if fault:
            self.refuse(key, fault)
            return None
        return value

    def tables(self, key: str) -> list["Table"]:
        """A list of tables, written `[[key]]`."""
        kept = []
        for index, item in enumerate(self.take(key, list, f"tables written [[{key}]]") or ()):
            if isinstance(item, dict):
                kept.append(Table(self.document, item, (*self.where, key, index), self.problems))
            else:
                self.say(key, f"expected a table written [[{key}]], got {kind_of(item)}", index)
        return kept

    def close(self) -> None:
        """Report every key that was not taken."""
        for key in self.data:
            if key not in self.taken:
                self.say(key, unknown_key(key, self.taken))

    @property
    def index(self) -> int:
        """Its place among the tables of its name."""
        return next((part for part in reversed(self.where) if isinstance(part, int)), 0)


def read_provider(document: Document, problems: list[Problem]) -> ProviderEntry | None:
    """The provider that a file describes; None where it has no usable id. What is wrong is added to `problems`."""
    table = Table(document, document.data, (), problems)
    provider = table.text("id", required=True)
    fault = id_fault(provider) if provider is not None else None
    if fault:
        table.refuse("id", fault)
        provider = None
    read: dict[str, Any] = {
        "name": table.text("name"),
        "families": table.texts("families"),
        "serves": table.texts("serves"),
        "runs_on": table.texts("runs_on"),
        "page_url": table.url("page_url"),
        "usual_surface": table.choice("usual_surface", Surface, Surface.API),
        "api_hosts": table.texts("api_hosts", _HOST, "a lower-case host name, with at most one * in it"),
        "feed_of": table.text("feed_of"),
        "feeds": tuple(entry for entry in map(_feed, table.tables("feed")) if entry),
        "components": tuple(entry for entry in map(_component, table.tables("component")) if entry),
        "source": table.text("source"),
        "sources": table.texts_by("sources", FACTS),
        "unverified": table.named("unverified", FACTS),
        "keep": table.named("keep", ("feed", "component")),
    }
    table.close()
    if provider is None:
        return None
    given = {{"feed": "feeds", "component": "components"}.get(key, key) for key in table.sound} - {"id"}
    return ProviderEntry(provider, document, frozenset(given), **{key: value for key, value in read.items() if key in given})


def _feed(table: Table) -> FeedEntry | None:
    name, wire = table.text("name"), table.text("format", required=True)
    url, alternates = table.url("url", required=True), table.urls("alternates")
    source, verified = table.text("source"), table.flag("verified", default=False)
    table.close()
    if wire is not None and not set(wire) <= _FORMAT:
        table.refuse("format", f"expected lower-case letters, digits and hyphens, got {wire[:60]!r}")
        return None
    if wire is None or url is None:
        return None
    return FeedEntry(name or "", wire, (url, *alternates), source, verified, table.index)


def _component(table: Table) -> ComponentEntry | None:
    component, names = table.text("id"), table.texts("names")
    surfaces, models = table.choices("surfaces", Surface), table.texts("models")
    inference = table.flag("inference", default=True)
    source, verified = table.text("source"), table.flag("verified", default=False)
    table.close()
    if "names" not in table.data:
        table.problems.append(table.document.problem(table.where, "missing key 'names'"))
    if not names:
        return None
    return ComponentEntry(ComponentFacts(component, names, frozenset(surfaces), models, inference), source, verified, table.index)

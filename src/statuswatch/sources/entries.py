"""The entries of RSS 2.0 (https://www.rssboard.org/rss-specification) and Atom (RFC 4287) that are well-formed, in one pass of expat.

Nothing is fetched or expanded: a document type or an entity declaration ends the reading. `feed` reads what is not well-formed. A feed that lists the newest
first is read no further than it matters: what stands behind fifty newer entries has ended long ago, or was read when it was new.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn
from xml.parsers import expat

from statuswatch.core.incident import UnreadableReason
from statuswatch.sources.text import html_to_text, last_segment, link_of, sound
from statuswatch.sources.times import time_of

ENTRY_LIMIT = 2_000
"""Entries that are read of one feed, however it is ordered."""
NEWEST = 50
"""Entries that are read of a feed that lists the newest first. The longest history known has 50; pages list a month or two."""

_PIECE = 32 * 1024  # handed to expat at a time: what is not read need not be encoded either

_DEPTH_LIMIT = 100
_NAMESPACES = {
    "": "",
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/rss/1.0/": "",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
}
_ROOTS = frozenset({"rss", "feed"})
_ENTRIES = frozenset({"item", "entry"})
_CUT_OFF = frozenset(expat.errors.codes[text] for text in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN))
_CUT_OFF_INSIDE = frozenset(expat.errors.codes[text] for text in (expat.errors.XML_ERROR_PARTIAL_CHAR, expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `title` as text, `markup` as HTML, times in UTC, all of it theirs and raw."""

    ident: str
    link: str | None
    title: str
    markup: str
    published: datetime | None
    updated: datetime | None
    categories: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The entry's text, without its markup."""
        return html_to_text(self.markup)

    @property
    def slug(self) -> str:
        """The last part of its link, which names the incident in the page's other addresses too; its own id where it has no link."""
        return (last_segment(self.link) if self.link else "") or self.ident


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: what it says of itself, and its entries in their order. `whole` is false where some of it may be missing."""

    title: str
    ident: str
    generator: str
    updated: datetime | None
    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text is no well-formed feed. `reason` is NOT_XML where a tolerant reader may still find one in it."""

    reason: UnreadableReason
    detail: str


class _StopReading(Exception):  # noqa: N818 - it steers expat's callbacks and never leaves this module
    """Something in the document that is not read on purpose."""

    def __init__(self, reason: UnreadableReason, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason, detail)


class _Enough(Exception):  # noqa: N818 - steers expat's callbacks and never leaves this module
    """All that matters has been read."""


def strict(text: str, newest: int = NEWEST) -> Feed | Refusal:
    """The feed in `text`, or why there is none that is well-formed, as far as it was read.

    It is read whole, or up to `newest` entries where these show that the newest come first.
    """
    reader = _Reader(newest)
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.opened
    parser.EndElementHandler = reader.closed
    parser.CharacterDataHandler = reader.heard
    parser.StartDoctypeDeclHandler = reader.declared
    parser.EntityDeclHandler = reader.declared
    try:
        for start in range(0, len(text), _PIECE):
            parser.Parse(text[start : start + _PIECE].encode("utf-8", "replace"), False)
        parser.Parse(b"", True)
    except _Enough:
        pass
    except _StopReading as stop:
        return stop.refusal
    except expat.ExpatError as error:
        if error.code in _CUT_OFF | _CUT_OFF_INSIDE:
            return Refusal(UnreadableReason.TRUNCATED, "the XML stops in the middle")
        return Refusal(UnreadableReason.NOT_XML, "the body is no well-formed XML")
    return reader.feed()


@dataclass(slots=True)
class _Reader:
    """Collects the direct children of the channel and of each entry; deeper elements become markup of the child they are in."""

    newest: int = NEWEST
    depth: int = 0
    channel: int = 0
    inside: int = 0
    child: str = ""
    child_depth: int = 0
    is_xhtml: bool = False
    heard_so_far: list[str] = field(default_factory=list)
    about: dict[str, list[str]] = field(default_factory=dict)
    entry: dict[str, list[str]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    count: int = 0
    full: bool = False
    stopped: bool = False
    names: dict[str, str] = field(default_factory=dict)

    def declared(self, *_: object) -> NoReturn:
        raise _StopReading(UnreadableReason.FORBIDDEN, "the XML declares a document type or entities; feeds need neither, attacks do")

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        self.depth = depth = self.depth + 1
        if self.child:
            if depth > _DEPTH_LIMIT:
                raise _StopReading(UnreadableReason.FORBIDDEN, "the XML is nested too deeply to be a feed")
            self.heard_so_far.append(f"<{name.rpartition(' ')[2]}>")
            return
        local = self.names.get(name) or self._named(name)
        if self.inside and depth == self.inside + 1:  # what nearly every element is comes first
            self._child(local, attributes)
        else:
            self._outside(local, attributes)

    def _outside(self, local: str, attributes: dict[str, str]) -> None:
        """An element that is no child of an entry."""
        if self.depth > _DEPTH_LIMIT:
            raise _StopReading(UnreadableReason.FORBIDDEN, "the XML is nested too deeply to be a feed")
        if self.depth == 1:
            self._root(local)
        elif local == "channel" and not self.channel:
            self.channel = self.depth
        elif local in _ENTRIES and not self.inside and self.depth == self.channel + 1:
            if self.full:
                self.stopped = True
                raise _Enough
            self.inside, self.entry = self.depth, {}
        elif self.depth == (self.inside or self.channel) + 1:
            self._child(local, attributes)

    def _named(self, name: str) -> str:
        """The short name of an element that expat calls `namespace name`."""
        namespace, _, local = name.rpartition(" ")
        short = self.names[name] = _NAMESPACES.get(namespace, "?") + local
        return short

    def _root(self, local: str) -> None:
        if local not in _ROOTS:
            raise _StopReading(UnreadableReason.WRONG_SHAPE, "the XML is neither RSS nor Atom")
        self.channel = 1 if local == "feed" else 0

    def _child(self, local: str, attributes: dict[str, str]) -> None:
        self.child, self.child_depth, self.heard_so_far = local, self.depth, []
        self.is_xhtml = False
        if not attributes:
            return
        self.is_xhtml = attributes.get("type") == "xhtml"
        if local == "link" and "href" in attributes and attributes.get("rel", "alternate") == "alternate":
            self._keep("link", attributes["href"])
        if local == "category" and "term" in attributes:
            self._keep("category", attributes["term"])

    def heard(self, data: str) -> None:
        if self.child:
            self.heard_so_far.append(data if not self.is_xhtml else html.escape(data, quote=False))

    def closed(self, name: str) -> None:
        if self.child and self.depth == self.child_depth:
            heard = self.heard_so_far
            if heard:
                self._keep(self.child, (heard[0] if len(heard) == 1 else "".join(heard)).strip())
            self.child = ""
        elif self.child:
            local = name.rpartition(" ")[2]
            self.heard_so_far.append(f"</{local}>" if local != "br" else "")
        elif self.inside and self.depth == self.inside:
            self._entry()
        self.depth -= 1

    def _keep(self, name: str, value: str) -> None:
        if value:
            (self.entry if self.inside else self.about).setdefault(name, []).append(value)

    def _entry(self) -> None:
        self.inside = 0
        self.count += 1
        if self.count <= ENTRY_LIMIT:
            found = self.entry
            self.entries.append(entry_of({name: values[0] for name, values in found.items()}, found.get("category", ())))
        if self.count == self.newest:
            self.full = newest_first(self.entries)

    def feed(self) -> Feed | Refusal:
        if not self.channel:
            return Refusal(UnreadableReason.WRONG_SHAPE, "the RSS has no channel")
        first = {name: values[0] for name, values in self.about.items()}
        problems = (f"the feed has {self.count} entries; {ENTRY_LIMIT} were read",) if self.count > ENTRY_LIMIT else ()
        if self.stopped:
            problems = (f"only the newest {self.newest} entries of the feed were read",)
        return feed_of(first, tuple(self.entries), problems)


def newest_first(entries: Sequence[Entry]) -> bool:
    """Whether the newest of these entries is in their first half. False where one has no time."""
    times = [entry.updated or entry.published for entry in entries]
    told = [at for at in times if at is not None]
    half = (len(told) + 1) // 2
    return len(told) == len(times) > 1 and max(told[:half]) >= max(told[half:])


def entry_of(fields: dict[str, str], categories: list[str] | tuple[str, ...]) -> Entry:
    """An entry from the names that RSS and Atom have for the same things."""
    said = fields.get
    return Entry(
        ident=sound(said("guid") or said("id") or "", 400),
        link=link_of(said("link")),
        title=sound(html_to_text(said("title") or "").replace("\n", " "), 400),
        markup=said("content:encoded") or said("content") or said("description") or said("summary") or "",
        published=time_of(said("published") or said("pubDate") or said("dc:date")),
        updated=time_of(said("updated")),
        categories=tuple(dict.fromkeys(html_to_text(category) for category in categories)) if categories else (),
    )


def feed_of(fields: dict[str, str], entries: tuple[Entry, ...], problems: tuple[str, ...], *, whole: bool = True) -> Feed:
    """A feed from what its channel says of itself."""
    return Feed(
        title=html_to_text(_first(fields, "title")),
        ident=_first(fields, "id"),
        generator=_first(fields, "generator"),
        updated=time_of(_first(fields, "updated", "lastBuildDate", "pubDate")),
        entries=entries,
        problems=problems,
        whole=whole and not problems,
    )


def _first(fields: dict[str, str], *names: str) -> str:
    for name in names:
        value = fields.get(name)
        if value:
            return value
    return ""

"""`statuswatch providers check`: whether each page still answers, in the form that its file declares, with the components that the file lists."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from statuswatch.catalog.located import nearest
from statuswatch.catalog.model import Catalogue, FeedSpec
from statuswatch.core.health import FeedState
from statuswatch.core.incident import Component, Page, Unreadable
from statuswatch.core.knowledge import ComponentFacts
from statuswatch.core.lexicon import lexicon
from statuswatch.core.mentions import mentions
from statuswatch.core.sentences import clauses
from statuswatch.sources.body import Body
from statuswatch.sources.detect import detect
from statuswatch.sources.formats import parser_for
from statuswatch.surfaces.cli.printing import look_here, put, put_json
from statuswatch.surfaces.client import FINE, USAGE
from statuswatch.surfaces.present_text import Line, Span, Tone, clean, wrap

NOT_AS_DECLARED = 1
_MOST_NAMES = 12
_INDENT = 4


@dataclass(frozen=True, slots=True)
class Came:
    """A body, and where it finally came from."""

    data: bytes
    content_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Missed:
    """No body. `detail` is a sentence of ours."""

    state: FeedState
    detail: str


Answered = Callable[[FeedSpec, Came | Missed], None]
"""Hears of each answer as it comes."""
Ask = Callable[[Sequence[FeedSpec], Answered], None]
"""Fetches each feed once and tells of every answer."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One feed after it was asked. `found` is the format that the body is in ("" where it is in none that is known); `page` what was read of it.

    `absent`: components of the file that the page does not have; `strange`: components of the page that the file does not have.
    Both are empty where the page lists no components at all. `models`: how many of its components are known by being named like a model.
    """

    feed: FeedSpec
    state: FeedState
    found: str = ""
    detail: str = ""
    url: str = ""
    page: Page | None = None
    absent: tuple[ComponentFacts, ...] = ()
    strange: tuple[Component, ...] = ()
    models: int = 0

    @property
    def fine(self) -> bool:
        """Whether the page answered, in the declared format."""
        return self.page is not None and self.found == self.feed.format


def run(catalogue: Catalogue, names: Sequence[str], ask: Ask, *, as_json: bool) -> int:
    """Ask the feeds of the providers `names` (all of them where none is named); 0 when each answered as its file says, 1 when not, 2 for an unknown name."""
    strangers = [name for name in names if name not in catalogue.knowledge.providers]
    for name in strangers:
        meant = nearest(name, catalogue.knowledge.providers)
        hint = f"; did you mean {meant}?" if meant else "; statuswatch providers list shows all"
        sys.stderr.write(f"statuswatch providers: no provider {clean(name, 40)!r}{hint}\n")
    if strangers:
        return USAGE
    wanted = [feed for feed in catalogue.feeds if feed.urls and (not names or not set(names).isdisjoint(feed.covers))]
    report = _Report(catalogue, sum(feed.readable for feed in wanted), as_json=as_json)
    for feed in wanted:
        if not feed.readable:
            report.tell(Checked(feed, FeedState.UNREADABLE, detail=f"no parser reads the format {clean(feed.format, 40)!r}, so it was not asked"))
    ask([feed for feed in wanted if feed.readable], report.answered)
    report.end(_without_feed(catalogue, names))
    return FINE if report.fine else NOT_AS_DECLARED


def _without_feed(catalogue: Catalogue, names: Sequence[str]) -> tuple[str, ...]:
    covered = {provider for feed in catalogue.feeds for provider in feed.covers}
    return tuple(sorted(name for name in names or catalogue.knowledge.providers if name not in covered))


def check(feed: FeedSpec, answer: Came | Missed, catalogue: Catalogue) -> Checked:
    """What the answer means for the file. A body that the declared format's parser refuses is looked at for what it is in truth."""
    if isinstance(answer, Missed):
        return Checked(feed, answer.state, detail=answer.detail)
    body = Body(answer.data, feed.provider, answer.url, answer.content_type)
    read = parser_for(feed.format)(body)
    found = feed.format
    if isinstance(read, Unreadable):
        others = ((name, parser_for(name)(body)) for name in detect(body))
        found, other = next(((name, page) for name, page in others if isinstance(page, Page)), ("", None))
        if other is None:
            return Checked(feed, FeedState.UNREADABLE, detail=f"{read.reason.value}: {read.detail}", url=answer.url)
        read = other
    return Checked(feed, FeedState.FRESH, found, "", answer.url, read, *_compared(feed, read, catalogue))


def _compared(feed: FeedSpec, page: Page, catalogue: Catalogue) -> tuple[tuple[ComponentFacts, ...], tuple[Component, ...], int]:
    """The file's components that the page lacks, and the page's that no file of the providers behind this feed has; by id, else by any name it has had.

    A component that is named like a model needs no line in a file: decisions read its name.
    """
    if not page.components:
        return (), (), 0
    ids = {component.id for component in page.components}
    names = {component.name for component in page.components}
    listed = [facts for provider in feed.covers for facts in catalogue.knowledge.providers[provider].components]
    known_ids = {facts.id for facts in listed if facts.id is not None}
    known_names = {name for facts in listed for name in facts.names}
    absent = dict.fromkeys(facts for facts in listed if facts.id not in ids and names.isdisjoint(facts.names))
    unlisted = [component for component in page.components if component.id not in known_ids and component.name not in known_names]
    words = lexicon(catalogue.knowledge)
    strange = [component for component in unlisted if not any(mentions(clause, words) for clause in clauses(component.name))]
    return tuple(absent), tuple(strange), len(unlisted) - len(strange)


class _Report:
    """Tells of each feed as its answer comes, and how far the work is."""

    def __init__(self, catalogue: Catalogue, total: int, *, as_json: bool) -> None:
        self.catalogue = catalogue
        self.as_json = as_json
        self.total = total
        self.done = 0
        self.told: list[Checked] = []
        self.progress = total > 1 and sys.stderr.isatty()

    @property
    def fine(self) -> bool:
        return all(checked.fine for checked in self.told)

    def answered(self, feed: FeedSpec, answer: Came | Missed) -> None:
        self.done += 1
        self.tell(check(feed, answer, self.catalogue))
        if self.progress:
            sys.stderr.write(f"\r\x1b[K{self.done} of {self.total} pages")
            sys.stderr.flush()

    def tell(self, checked: Checked) -> None:
        self.told.append(checked)
        if self.progress:
            sys.stderr.write("\r\x1b[K")
        if self.as_json:
            put_json(row(checked))
        else:
            put(_lines(checked, look_here().width))
        sys.stdout.flush()

    def end(self, without: Iterable[str]) -> None:
        if self.progress:
            sys.stderr.write("\r\x1b[K")
        if self.as_json:
            return
        bad = sum(not checked.fine for checked in self.told)
        said = [f"{len(self.told)} pages, {len(self.told) - bad} as their files say" + (f", {bad} not" if bad else "")]
        names = ", ".join(without)
        if names:
            said.append(f"no page of their own that can be read: {names}")
        put([(), *(line for text in said for line in wrap((Span(text, Tone.DIM),), look_here().width, 2))])


def row(checked: Checked) -> dict[str, Any]:
    """One feed as `--json` has it."""
    page = checked.page
    return {
        "provider": checked.feed.provider,
        "feed": checked.feed.name,
        "fine": checked.fine,
        "state": checked.state.value,
        "declared": checked.feed.format,
        "format": checked.found or None,
        "url": checked.url or checked.feed.urls[0],
        "detail": checked.detail,
        "page_health": page.health.value if page else "unknown",
        "components": len(page.components) if page else None,
        "models": checked.models,
        "incidents": [incident.id for incident in page.incidents if not incident.over] if page else [],
        "not_on_page": [{"id": facts.id, "names": facts.names} for facts in checked.absent],
        "not_in_file": [{"id": component.id, "name": component.name} for component in checked.strange],
        "problems": list(page.problems) if page else [],
    }


def _lines(checked: Checked, width: int) -> Iterator[Line]:
    """One feed for a person. Names on the page are a stranger's text."""
    mark, tone = ("ok", Tone.OK) if checked.fine else ("moved", Tone.UNSURE) if checked.page else (checked.state.value, Tone.FAILING)
    head = (Span(f"{mark:<12}", tone), Span(f"{clean(checked.feed.name, 40):<26} ", Tone.STRONG), Span(_summary(checked)))
    yield from wrap(head, width, _INDENT)
    for label, names in (
        ("in the file, not on the page", [facts.names[0] + (f" ({facts.id})" if facts.id else "") for facts in checked.absent]),
        ("on the page, not in the file", [component.name + (f" ({component.id})" if component.id else "") for component in checked.strange]),
    ):
        if names:
            shown = ", ".join(clean(name, 80) for name in names[:_MOST_NAMES]) + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")
            yield from wrap((Span(" " * _INDENT), Span(f"{label}: ", Tone.DIM), Span(shown)), width, _INDENT + 2)


def _summary(checked: Checked) -> str:
    page = checked.page
    if page is None:
        return clean(checked.detail, 300)
    live = sum(not incident.over for incident in page.incidents)
    form = checked.found if checked.fine else f"{checked.found}, but the file says {clean(checked.feed.format, 40)}"
    named = f" ({checked.models} named like models)" if checked.models else ""
    return f"{form}; {len(page.components)} components{named}, {live} open incident{'' if live == 1 else 's'}"

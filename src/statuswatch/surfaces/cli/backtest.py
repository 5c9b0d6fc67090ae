"""`statuswatch backtest`: the notices that a history would have given to somebody who uses these routes, from the pages alone."""

import json
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from statuswatch.catalog.knowing import know
from statuswatch.catalog.model import Catalogue
from statuswatch.catalog.sharing import shared_page
from statuswatch.config.paths import config_dir
from statuswatch.core.alerting import decide
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.incident import Incident
from statuswatch.core.judge import judge
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment, format_time
from statuswatch.core.notice import Notice, NoticeKind, Policy, Told
from statuswatch.core.observation import PageRead, PageUnchanged
from statuswatch.core.relevance import Finding, assess
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.core.world import World, advance
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.histories import Bad, Split, as_posted, incidents, is_polls, polls, provider_of
from statuswatch.surfaces.plain import plain

ANSWERED, USAGE = 0, 2
_TITLE = 90
_BAR_FROM = 200
_STRONGEST = (Relevance.AFFECTED, Relevance.POSSIBLE, Relevance.UNAFFECTED)


def run(argv: list[str]) -> int:
    """Answer on standard output; 0 whatever the answer, 2 on usage or where something could not be read."""
    options = read("backtest", argv, defaults={"provider": ""})
    if isinstance(options, int):
        return options
    try:
        routes = tuple(parse_route(text) for text in options.using)
        known = know(config_dir())
        steps, bad = _steps(options.files, options.provider, known.catalogue)
    except StatuswatchError as error:
        return _complain(plain(str(error)))
    except OSError as error:
        return _complain(f"{plain(str(error.filename))}: {error.strerror}")
    for item in bad:
        sys.stderr.write(f"{plain(item.where)}: {plain(item.message)}\n")
    play = Playback(routes, known.knowledge)
    for notice in play.notices(_counted(steps)):
        row = play.row(notice)
        print(
            json.dumps(row) if options.json else f"{row['at']}  {row['kind']:<10} {plain(str(row['route'])):<36} {plain(str(row['title']))[:_TITLE]}",
            flush=True,
        )
    if bad and not steps and not options.json:  # nothing was played: there is nothing to sum up
        return USAGE
    summary = play.summary()
    print(json.dumps({"summary": summary}) if options.json else "\n".join(_told(summary)))
    return USAGE if bad else ANSWERED


def _complain(sentence: str) -> int:
    sys.stderr.write(f"statuswatch backtest: {sentence}\n")
    return USAGE


def _steps(files: Sequence[str], provider: str, catalogue: Catalogue) -> tuple[list[PageRead], list[Bad]]:
    """All reads of all files in the order of their time, and what could not be read."""
    reads: list[PageRead] = []
    bad: list[Bad] = []
    known: list[Incident] = []
    for path in map(Path, files):
        if is_polls(path):
            owner = _owner(provider_of(path, provider), catalogue)
            for step in polls(path, owner, _split(owner, catalogue)):
                if isinstance(step, Bad):
                    bad.append(step)
                else:
                    reads.append(step)
        else:
            found, wrong = incidents(path)
            known += found
            bad += wrong
    reads += as_posted(known)
    return sorted(reads, key=lambda read: read.at), bad


def _owner(provider: str, catalogue: Catalogue) -> str:
    """Whose page it is: a provider that shares another's has none of its own."""
    facts = catalogue.knowledge.providers.get(provider)
    return facts.feeds_of[0] if facts is not None and facts.feeds_of else provider


def _split(owner: str, catalogue: Catalogue) -> Split:
    """Adds the incidents that the owner's page holds for others (GitHub's for Copilot)."""
    covers = next((feed.covers for feed in catalogue.feeds if feed.provider == owner), (owner,))
    return lambda page: shared_page(page, covers, catalogue.knowledge)


def _counted(steps: Sequence[PageRead]) -> Iterator[PageRead]:
    shown = len(steps) >= _BAR_FROM and sys.stderr.isatty() and not sys.stdout.isatty()
    for number, step in enumerate(steps, start=1):
        yield step
        if shown and number % 20 == 0:
            sys.stderr.write(f"\r{number * 100 // len(steps)} % of {len(steps)} reads")
    if shown:
        sys.stderr.write("\r\x1b[K")


class Playback:
    """One person's memory while a history is played: the world as the pages told it, and what was told."""

    def __init__(self, routes: Sequence[Route], knowledge: Knowledge) -> None:
        self.routes, self.knowledge = routes, knowledge
        self.watchlist = Watchlist(tuple(Watch(route, WatchSource.CONFIGURED) for route in routes))
        self.spelled = {route.canonical: str(route) for route in routes}
        self.world, self.told, self.policy = World(), Told(), Policy()
        self.seen: dict[str, Incident] = {}
        self.noticed: set[str] = set()
        self.count = 0

    def notices(self, steps: Iterable[PageRead]) -> Iterator[Notice]:
        """The notices in the order of their time. Between two reads the page is looked at again when a decision asked for it."""
        due: datetime | None = None
        feed = ""
        for step in steps:
            while due is not None and due < step.at:
                self.world, _ = advance(self.world, PageUnchanged(due, feed, feed), Moment(due, due.timestamp()))
                due = yield from self._look(due)
            feed = step.feed
            self.seen |= {incident.key: incident for incident in (*step.page.incidents, *step.page.maintenances)}
            self.world, _ = advance(self.world, step, Moment(step.at, step.at.timestamp()))
            due = yield from self._look(step.at)
        if due is not None:
            self.world, _ = advance(self.world, PageUnchanged(due, feed, feed), Moment(due, due.timestamp()))
            yield from self._look(due)

    def _look(self, at: datetime) -> Generator[Notice, None, datetime | None]:
        now = Moment(at, at.timestamp())
        judgement = judge(self.world, self.watchlist, self.knowledge, now)
        decision = decide(judgement, self.world, self.told, self.policy, self.knowledge, now)
        self.told = decision.told
        for notice in decision.notices:
            if notice.kind is not NoticeKind.AMENDED:
                self.count += 1
                self.noticed.add(notice.incident or "")
                yield notice
        waits = [when for when in (judgement.look_again_at, decision.look_again_at) if when is not None and when > at]
        return min(waits, default=None)

    def row(self, notice: Notice) -> dict[str, Any]:
        """One notice as the contract has it; `routes` are all that it is about."""
        spelled = [self.spelled.get(route, route) for route in notice.routes]
        return {
            "at": format_time(notice.at),
            "kind": notice.kind.value,
            "incident": notice.incident.partition(":")[2] if notice.incident else None,
            "provider": notice.provider,
            "route": spelled[0] if spelled else None,
            "routes": spelled,
            "title": notice.title,
            "reason": notice.reason.value,
        }

    def summary(self) -> dict[str, Any]:
        """How many incidents there were, how many notices they gave, and why the others gave none.

        One that a page holds for several providers is counted once: as that of a provider whose route is used.
        """
        used = {route.provider for route in self.routes}
        mine = {incident.id for incident in self.seen.values() if incident.provider in used}
        counted = {key: incident for key, incident in self.seen.items() if incident.provider in used or incident.id not in mine}
        silent = [incident for key, incident in counted.items() if key not in self.noticed]
        reasons = Counter(self._why_silent(incident) for incident in silent)
        return {"incidents": len(counted), "notices": self.count, "suppressed": len(silent), "by_reason": dict(reasons.most_common())}

    def _why_silent(self, incident: Incident) -> str:
        """The reason of the strongest finding; one that concerns somebody and was not told was unsure, old, or part of a trouble told already."""
        findings = [assess(incident, route, self.knowledge) for route in self.routes]
        best: Finding = min(findings, key=lambda finding: _STRONGEST.index(finding.relevance))
        if best.relevance is Relevance.UNAFFECTED:
            return best.reason.value
        return "not_sure_yet" if best.relevance is Relevance.POSSIBLE else "told_already_or_over"


def _told(summary: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{summary['incidents']} incidents, {summary['notices']} notices, {summary['suppressed']} incidents without any"
    for reason, count in summary["by_reason"].items():
        yield f"  {count:5}  {reason.replace('_', ' ')}"

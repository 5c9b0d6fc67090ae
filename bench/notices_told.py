"""What three people would have been told over all that was recorded of two pages: notices a month, each reason counted, and anything told twice.

    python bench/notices_told.py [RECORDINGS]      (else $STATUSWATCH_RECORDINGS, else ../shared/data beside the project)
    python bench/notices_told.py --check|--write docs/explanation/notices.md

Prints Markdown, or holds that page's tables against it. Told twice: a second `opened` for the same incident and route with no `resolved` between, the same
kind for the same incident and route within five minutes, or two notices of one id.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "bench")]

from tables import page_of, settle  # noqa: E402

from statuswatch.catalog.knowing import know  # noqa: E402 - the path comes first
from statuswatch.core.ids import parse_route  # noqa: E402
from statuswatch.core.incident import Impact, Incident  # noqa: E402
from statuswatch.core.knowledge import Knowledge  # noqa: E402
from statuswatch.core.moment import format_time  # noqa: E402
from statuswatch.core.notice import Notice, NoticeKind  # noqa: E402
from statuswatch.core.observation import PageRead  # noqa: E402
from statuswatch.surfaces.cli.backtest import Playback, _split  # noqa: E402
from statuswatch.surfaces.cli.histories import Bad, as_posted, polls  # noqa: E402
from statuswatch.surfaces.cli.incidents import incident_from  # noqa: E402
from support.replays import history  # noqa: E402

SOON = timedelta(minutes=5)
PEOPLE = {
    "Opus in Claude Code, Haiku beside it": ("anthropic/code:claude-opus", "anthropic/code:claude-haiku"),
    "Sonnet and Haiku by the API": ("anthropic/api:claude-sonnet", "anthropic/api:claude-haiku"),
    "Copilot with Claude and GPT": ("github-copilot/code:claude-sonnet-4.5", "github-copilot/code:gpt-5"),
}


@dataclass(frozen=True)
class Tale:
    """One recorded history as the reads that it makes, and the incidents in it that a badge would have shown."""

    name: str
    reads: list[PageRead]
    badge: int


def tales(data: Path) -> Iterator[tuple[Tale, tuple[str, ...]]]:
    """The histories, each with the people that it can concern."""
    known = know(None)
    anthropic, copilot = tuple(PEOPLE)[:2], tuple(PEOPLE)[2:]
    raw = [each for each in history(data / "feeds/anthropic/incidents-raw-until-2026-02.jsonl", "anthropic") if "2025-03" <= _month(each) < "2026-03"]
    yield Tale("Anthropic's page, March 2025 to February 2026", list(as_posted(raw)), _badge(raw)), anthropic
    for owner, name, file, who in (
        ("anthropic", "Anthropic's page, 279 polls of April to June 2026", "feeds/anthropic/replay-2026-04_06-incidents_json.tar.xz", anthropic),
        ("github", "GitHub's page, 20 polls of 29 October 2025", "feeds/github/replay-2025-10-29-summary_json.tar.xz", copilot),
    ):
        reads = [step for step in polls(data / file, owner, _split(owner, known.catalogue)) if not isinstance(step, Bad)]
        yield Tale(name, reads, _badge({each.key: each for step in reads for each in step.page.incidents if each.provider == owner}.values())), who
    with (data / "incidents/incidents.jsonl").open(encoding="utf-8") as file:
        single = [each for each in map(incident_from, map(json.loads, file)) if isinstance(each, Incident) and each.provider.startswith("github")]
    yield Tale("GitHub's labelled incidents, of several years", list(as_posted(single)), _badge(single)), copilot


def _month(incident: Incident) -> str:
    at = incident.posted_at or incident.started_at
    return format_time(at)[:7] if at else ""


def _badge(incidents) -> int:
    return sum(each.impact is not Impact.NONE for each in incidents)


def doubled(notices: list[Notice]) -> list[str]:
    """What was told twice."""
    found, open_since, last = [], {}, {}
    ids = Counter(notice.id for notice in notices)
    found += [f"the id {name} {count} times" for name, count in ids.items() if count > 1]
    for notice in notices:
        for route in notice.routes:
            key = (notice.incident, route)
            if notice.kind is NoticeKind.OPENED and key in open_since:
                found.append(f"{format_time(notice.at)} opened again without an end: {notice.incident} for {route}")
            if notice.kind is NoticeKind.OPENED:
                open_since[key] = notice.at
            if notice.kind is NoticeKind.RESOLVED:
                open_since = {known: at for known, at in open_since.items() if known[1] != route}
            before = last.get((*key, notice.kind))
            if before is not None and notice.at - before < SOON:
                found.append(f"{format_time(notice.at)} {notice.kind.value} twice within minutes: {notice.incident} for {route}")
            last[(*key, notice.kind)] = notice.at
    return found


def told(tale: Tale, person: str, knowledge: Knowledge) -> Iterator[str]:
    """The lines of one person under one history."""
    play = Playback(tuple(parse_route(text) for text in PEOPLE[person]), knowledge)
    notices = list(play.notices(tale.reads))
    opened = [notice for notice in notices if notice.kind is NoticeKind.OPENED]
    months = Counter(format_time(notice.at)[:7] for notice in notices)
    span = _months(tale.reads[0].at, tale.reads[-1].at)
    each = f"{len(notices) / span:.1f} (most {max(months.values(), default=0)})" if span > 1 else "-"
    kinds, reasons = (Counter(word).most_common() for word in ([n.kind.value for n in notices], [n.reason.value for n in notices]))
    silent = play.summary()["by_reason"]
    cells = [
        person,
        str(tale.badge),
        str(len(opened)),
        each,
        *(", ".join(f"{word} {count}" for word, count in counted) or "-" for counted in (kinds, reasons, silent.items())),
        str(len(doubled(notices))),
    ]
    yield f"| {' | '.join(cells)} |"
    yield from (f"<!-- {line} -->" for line in doubled(notices))


def _months(first: datetime, last: datetime) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def main() -> int:
    target = page_of(sys.argv)
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared/data")
    if not data.is_dir():
        sys.stderr.write(f"{data}: no recordings there; give their folder\n")
        return 2
    if target:
        return settle(*target, "\n".join(report(data)))
    for line in report(data):
        print(line, flush=True)
    return 0


def report(data: Path) -> Iterator[str]:
    knowledge = know(None).knowledge
    for tale, people in tales(data):
        yield f"### {tale.name}\n"
        yield "| person | page badge | openings | notices a month | told, by kind | told, by reason | silent, by reason | told twice |"
        yield "|---|---:|---:|---:|---|---|---|---:|"
        for person in people:
            yield from told(tale, person, knowledge)
        yield ""


if __name__ == "__main__":
    sys.exit(main())

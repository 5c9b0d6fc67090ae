"""Reading feeds beside feedparser and beside a full validation by pydantic: processor time, alternating rounds, medians and their ratios.

    python bench/parsing.py [ROUNDS]      (7 where not given)

`entries` is what is read of a feed before anything is made of it, `page` the whole page with its incidents. `rows` is what is read of a JSON list to know
its incidents, their states and times; `fields` all that is needed, with the posts of those that are read; `page` again the whole. Whether both readers of
feeds find the same is counted on every recorded feed, where $STATUSWATCH_RECORDINGS or ../shared/data holds them.
"""

import html
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import feedparser  # noqa: E402 - the path comes first
from pydantic import BaseModel  # noqa: E402

from statuswatch.sources import needed, statuspage  # noqa: E402
from statuswatch.sources.body import Body  # noqa: E402
from statuswatch.sources.entries import Feed, strict  # noqa: E402
from statuswatch.sources.feed import loose, parse_history, read_feed  # noqa: E402

TEXT = "We looked into elevated errors on requests to the models, found what it was, and went on to watch the results. "
STAGES = ("resolved", "monitoring", "identified", "investigating")


def atom(count: int) -> bytes:
    """A history as Statuspage writes it, the newest first, four posts an entry."""
    now = datetime(2026, 10, 8, tzinfo=UTC)
    entries = []
    for number in range(count):
        at = now - timedelta(hours=7 * number)
        posts = "".join(
            f"<p><small>{then:%b} <var data-var='date'>{then.day}</var>, <var data-var='time'>{then:%H:%M}</var> UTC</small><br>"
            f"<strong>{stage.title()}</strong> - {TEXT * 3}</p>"
            for stage, then in ((stage, at - timedelta(minutes=20 * place)) for place, stage in enumerate(STAGES))
        )
        stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        entries.append(
            f"<entry><id>tag:status.acme.test,2005:Incident/{number}</id><published>{stamp}</published><updated>{stamp}</updated>"
            f'<link rel="alternate" type="text/html" href="https://status.acme.test/incidents/i{number}"/><title>Errors on requests {number}</title>'
            f'<content type="html">{html.escape(posts)}</content></entry>'
        )
    head = '<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom"><id>tag:status.acme.test,2005:/history</id><title>Acme Status</title>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<updated>2026-10-08T00:00:00Z</updated>{"".join(entries)}</feed>'.encode()


class Moved(BaseModel):
    code: str
    name: str
    old_status: str
    new_status: str


class Post(BaseModel):
    id: str
    status: str
    body: str
    incident_id: str
    created_at: str
    updated_at: str
    display_at: str
    affected_components: list[Moved] | None
    deliver_notifications: bool
    custom_tweet: str | None
    tweet_id: str | None


class Part(BaseModel):
    id: str
    name: str
    status: str
    created_at: str
    updated_at: str
    position: int
    description: str | None
    showcase: bool
    start_date: str | None
    group_id: str | None
    page_id: str
    group: bool
    only_show_if_degraded: bool


class Incident(BaseModel):
    id: str
    name: str
    status: str
    created_at: str
    updated_at: str
    monitoring_at: str | None
    resolved_at: str | None
    impact: str
    shortlink: str
    started_at: str
    page_id: str
    incident_updates: list[Post]
    components: list[Part]
    reminder_intervals: Any


class Page(BaseModel):
    id: str
    name: str
    url: str
    time_zone: str
    updated_at: str


class Whole(BaseModel):
    page: Page
    incidents: list[Incident]


def incidents(count: int) -> bytes:
    """`incidents.json` as Statuspage writes it, four posts an incident, all over."""
    page = {"id": "p", "name": "Acme", "url": "https://status.acme.test", "time_zone": "Etc/UTC", "updated_at": "2026-10-08T00:00:00Z"}
    now = datetime(2026, 10, 8, tzinfo=UTC)
    rows = []
    for number in range(count):
        at = f"{now - timedelta(hours=7 * number):%Y-%m-%dT%H:%M:%S.000Z}"
        moved = [{"code": f"c{place}", "name": f"Component {place}", "old_status": "operational", "new_status": "partial_outage"} for place in range(2)]
        part = {"name": "Component", "status": "operational", "created_at": at, "updated_at": at, "position": 1, "description": None, "showcase": True}
        part |= {"start_date": "2023-07-11", "group_id": None, "page_id": "p", "group": False, "only_show_if_degraded": False}
        posts = [
            {"id": f"u{number}{stage}", "status": stage, "body": TEXT * 3, "incident_id": f"i{number}", "created_at": at, "updated_at": at, "display_at": at}
            | {"affected_components": moved, "deliver_notifications": True, "custom_tweet": None, "tweet_id": None}
            for stage in STAGES
        ]
        row = {"id": f"i{number}", "name": f"Elevated errors {number}", "status": "resolved", "created_at": at, "updated_at": at, "monitoring_at": at}
        row |= {"resolved_at": at, "impact": "minor", "shortlink": f"https://stspg.test/i{number}", "started_at": at, "page_id": "p"}
        rows.append(row | {"incident_updates": posts, "components": [{"id": f"c{place}", **part} for place in range(2)], "reminder_intervals": None})
    return json.dumps({"page": page, "incidents": rows}, separators=(",", ":")).encode()


def took(run: Callable[[], object], times: int) -> float:
    """Processor seconds of one run, of several in a row."""
    started = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - started) / times


def compare(title: str, rounds: int, runs: dict[str, tuple[Callable[[], object], int]]) -> None:
    """Run each in turn, round by round; the last is the peer of the others."""
    for run, _ in runs.values():
        run()
    seen = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (run, times) in runs.items():
            seen[name].append(took(run, times))
    *ours, peer = runs
    ratios = {name: statistics.median(theirs / own for own, theirs in zip(seen[name], seen[peer], strict=True)) for name in ours}
    told = ", ".join(f"{name} {statistics.median(seen[name]) * 1000:.3f} ms (1/{ratios[name]:.1f})" for name in ours)
    print(f"{title}: {told}; {peer} {statistics.median(seen[peer]) * 1000:.2f} ms")


def agreement() -> None:
    folder = Path(os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared" / "data") / "feeds"
    feeds = [path for path in sorted(folder.rglob("*")) if path.suffix in {".atom", ".rss", ".xml"}] if folder.is_dir() else []
    same = 0
    for path in feeds:
        quick, slow = strict(path.read_text(encoding="utf-8")), loose(path.read_text(encoding="utf-8"))
        same += isinstance(quick, Feed) and slow is not None and quick.entries == slow.entries and quick.updated == slow.updated
    print(f"recorded feeds read alike by both readers: {same} of {len(feeds)}")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"Python {sys.version.split()[0]}, feedparser {feedparser.__version__}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {rounds} rounds")
    for count, times in ((25, 20), (1000, 5)):
        data = atom(count)
        body = Body(data, "acme")
        own = {"entries": (lambda body=body: read_feed(body), times), "page": (lambda body=body: parse_history(body), times)}
        compare(f"atom, {count} entries, {len(data) // 1000} kB", rounds, {**own, "feedparser": (lambda data=data: feedparser.parse(data), 1)})
    light, _ = needed.light_type(statuspage.NEEDED)
    for count, times in ((12, 50), (720, 3)):
        data = incidents(count)
        body = Body(data, "acme")
        runs = {
            "rows": (lambda data=data: needed.decoder(light)(data), times),
            "fields": (lambda body=body: needed.read_needed(body, statuspage.NEEDED), times),
            "page": (lambda body=body: statuspage.parse_incidents(body), times),
            "json.loads": (lambda data=data: json.loads(data), times),
            "pydantic": (lambda data=data: Whole.model_validate_json(data), times),
        }
        compare(f"incidents.json, {count} incidents, {len(data) // 1000} kB", rounds, runs)
    agreement()


if __name__ == "__main__":
    main()

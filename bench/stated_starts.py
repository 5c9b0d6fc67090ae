"""How long before the page a person's own failing calls warn, on every recorded incident whose posts state when the trouble began.

    python bench/stated_starts.py [--list] [FILE]      (the raw history below $STATUSWATCH_RECORDINGS or ../shared/data where none is given)

Finds the stated starts, prints how many there are, then plays a person through advance, judge and decide: calls work until the stated start, fail from
then on until the stated end (the post where none is stated), and the page lists nothing before its post. Seeds are fixed.
"""

import json
import os
import random  # noqa: TID251 - a simulation; its seeds are fixed
import re
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from statuswatch.catalog.knowing import know  # noqa: E402 - the path comes first
from statuswatch.core.alerting import decide  # noqa: E402
from statuswatch.core.health import Confidence, Fault  # noqa: E402
from statuswatch.core.ids import Surface, parse_route  # noqa: E402
from statuswatch.core.judge import judge  # noqa: E402
from statuswatch.core.moment import Moment, parse_time  # noqa: E402
from statuswatch.core.notice import NoticeKind, Policy, Told  # noqa: E402
from statuswatch.core.observation import Call, CallSeen, Diagnosis, Outcome, PageUnchanged  # noqa: E402
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource  # noqa: E402
from statuswatch.core.world import World, advance  # noqa: E402

TIME = r"(?:\d{4}-\d{2}-\d{2} )?(\d{1,2})(?::(\d{2}))(?::\d{2})?\s*(am|pm)?(?:\s*(utc|pt|pst|pdt|pacific))?"
TIMES = re.compile(rf"~?{TIME}", re.IGNORECASE)
LEADS = re.compile(
    r"\b(?:from|between|since|start(?:ed|ing|s)?(?:\s+of\s+errors)?|beg[ai]n(?:ning)?|as of)\b"
    r"(?:\s+(?:at|with|from|since|on|about|around|approximately|roughly|noon))*\s*~?(?=\d)",
    re.IGNORECASE,
)
OVER = re.compile(
    r"\b(?:resolved|mitigat|recover|baseline|return|normal|reduc|stable|success|fix|restor|confirm|deployed|stopped|working|subside)", re.IGNORECASE
)
DATED = re.compile(r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+\d{1,2}\b|\d{1,2}/\d{1,2}/\d{4}", re.IGNORECASE)
PACIFIC = ZoneInfo("America/Los_Angeles")
LONGEST = timedelta(hours=12)
ROUTE = "anthropic/api:claude-opus-4.5"
OVERLOADED = Diagnosis(Fault.PROVIDER, Confidence.MEDIUM, "capacity", 529, "overloaded_error", explicit=True)
SERVER = Diagnosis(Fault.PROVIDER, Confidence.LOW, "server_error", 500, "api_error")


@dataclass(frozen=True)
class Stated:
    """An incident with the start that its posts state; `end` only where the same sentence states it. `late`: its first post said that it was over."""

    id: str
    start: datetime
    post: datetime
    end: datetime | None
    late: bool

    @property
    def lag(self) -> float:
        return (self.post - self.start).total_seconds() / 60


def sentences(body: str) -> Iterator[str]:
    yield from re.split(r"(?<=[.!?])\s+(?=[A-Z*])|\n|<br ?/?>", re.sub(r"</?(?:p|b|small|var|strong|li|ul)[^>]*>", " ", body))


def clock(found: re.Match, zone: str, near: datetime) -> datetime:
    """The time of day nearest before `near`, in UTC."""
    hour, minute = int(found[1]) % 24, int(found[2] or 0)
    half = (found[3] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    home = UTC if zone == "utc" else PACIFIC
    local = near.astimezone(home).replace(hour=hour, minute=minute, second=0, microsecond=0)
    at = local.astimezone(UTC)
    return at if at <= near else (local - timedelta(days=1)).astimezone(UTC)


def said(sentence: str, post: datetime, seen: datetime) -> tuple[datetime, datetime | None] | None:
    """Start and end that a sentence states, if it states one; `post`: the incident's first post, `seen`: this post."""
    lead = LEADS.search(sentence)
    if lead is None or DATED.search(sentence):
        return None
    ranged = re.match(r"(?:from|between)", lead[0], re.IGNORECASE)
    if OVER.search(sentence) and not ranged and not re.match(r"start|beg", lead[0], re.IGNORECASE):
        return None
    times = list(TIMES.finditer(sentence, lead.end()))
    zones = [(each[4] or "").lower() for each in times]
    if not times or not any(zones):
        return None
    zoned = [zone or next(later for later in [*zones[index:], "utc"] if later) for index, zone in enumerate(zones)]
    groups: list[list[tuple[re.Match, str]]] = []
    for index, (found, zone) in enumerate(zip(times, zoned, strict=True)):
        between = sentence[times[index - 1].end() : found.start()] if index else ""
        if groups and re.fullmatch(r"\s*[/(]\s*", between):
            groups[-1].append((found, zone))
        else:
            groups.append([(found, zone)])
    best = [next(((found, zone) for found, zone in group if zone == "utc"), group[0]) for group in groups]
    start = clock(*best[0], post)
    end = clock(*best[1], max(seen, post)) if ranged and len(best) > 1 else None
    if not timedelta(0) < post - start <= LONGEST:
        return None
    return start, end if end is not None and end > start else None


def stated(line: str) -> Stated | None:
    raw = json.loads(line)
    updates = sorted(raw["incident_updates"], key=lambda update: update["created_at"])
    if raw["impact"] == "maintenance" or not updates:
        return None
    post = parse_time(updates[0]["created_at"])
    found = []
    for update in updates:
        for sentence in sentences(update["body"] or ""):
            one = said(sentence, post, parse_time(update["created_at"]))
            if one is not None:
                found.append(one)
    if not found:
        return None
    start, end = min(found, key=lambda one: one[0])
    return Stated(raw["id"], start, post, end, updates[0]["status"] in {"resolved", "postmortem"})


@dataclass(frozen=True)
class Habit:
    """How the person calls: so many requests an hour; of these `share` fail during the trouble, with two quick retries each."""

    hourly: int
    share: float
    says: Diagnosis = OVERLOADED


def lead(incident: Stated, habit: Habit, seed: str, knowledge) -> float | None:
    """Minutes from the first notice of an opened trouble to the post; None where none was told before it."""
    draw = random.Random(seed)
    watchlist = Watchlist((Watch(parse_route(ROUTE), WatchSource.CONFIGURED),))
    world, told = World(), Told()
    at = incident.start - timedelta(minutes=30)
    end = incident.end or incident.post
    number = 0
    read_at = at
    while at < incident.post:
        if at - read_at >= timedelta(minutes=1):
            world, _ = advance(world, PageUnchanged(at, "anthropic", "anthropic"), Moment(at, 0.0))
            read_at = at
        bad = incident.start <= at < end
        for attempt in range(3):
            failed = bad and draw.random() < habit.share
            when = at + timedelta(seconds=attempt)
            outcome = Outcome.FAILED if failed else Outcome.OK
            final = not failed or attempt == 2
            made = Call(
                f"{number}.{attempt}", when, "client", "anthropic", "claude-opus-4.5", outcome, Surface.API, habit.says if failed else None, final, str(number)
            )
            now = Moment(when, 0.0)
            world, _ = advance(world, CallSeen(when, made), now)
            decision = decide(judge(world, watchlist, knowledge, now), world, told, Policy(), knowledge, now)
            told = decision.told
            if any(notice.kind is NoticeKind.OPENED for notice in decision.notices):
                return (incident.post - when).total_seconds() / 60
            if not failed:
                break
        number += 1
        at += timedelta(seconds=draw.expovariate(habit.hourly / 3600))
    return None


def quartiles(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"median {middle:.0f} min (quartiles {low:.0f} and {high:.0f})"


def main() -> int:
    names = [name for name in sys.argv[1:] if not name.startswith("--")]
    base = Path(os.environ.get("STATUSWATCH_RECORDINGS") or ROOT.parent / "shared" / "data")
    path = Path(names[0]) if names else base / "feeds/anthropic/incidents-raw-until-2026-02.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [each for each in map(stated, lines) if each is not None]
    live = [each for each in found if not each.late]
    print(
        f"{len(lines)} incidents; {len(found)} state a start that lies up to 12 hours before the first post, {len(live)} of these were posted while it went on."
    )
    print(f"From the stated start to the post: {quartiles([each.lag for each in found])}; posted live: {quartiles([each.lag for each in live])}.")
    if "--list" in sys.argv:
        for each in found:
            print(f"  {each.id} start {each.start:%Y-%m-%d %H:%M} post {each.post:%H:%M:%S} lag {each.lag:6.1f} end {each.end} late {each.late}")
    knowledge = know(None).knowledge
    print("\n| requests an hour | fail | incidents | warned before the post | median lead, unwarned as 0 | quartiles | 10 min and more |")
    print("|---|---|---|---|---|---|---|")
    for hourly, share, says in (
        (60, 1.0, OVERLOADED),
        (60, 0.6, OVERLOADED),
        (60, 0.3, OVERLOADED),
        (60, 0.1, OVERLOADED),
        (60, 1.0, SERVER),
        (250, 1.0, OVERLOADED),
        (250, 0.3, OVERLOADED),
        (250, 0.1, OVERLOADED),
        (20, 1.0, OVERLOADED),
        (6, 1.0, OVERLOADED),
    ):
        for name, part in (("all", found), ("posted live", live)):
            leads = [lead(each, Habit(hourly, share, says), f"{each.id}{hourly}{share}", knowledge) or 0.0 for each in part]
            low, middle, high = statistics.quantiles(leads, n=4)
            warned, early = sum(item > 0 for item in leads), sum(item >= 10 for item in leads)
            print(
                f"| {hourly} | {100 * share:.0f} % {says.status} | {len(part)} {name} | {warned} | {middle:.1f} min | {low:.0f}, {high:.0f} | {early} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

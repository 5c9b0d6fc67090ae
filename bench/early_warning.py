"""False alarms a month and minutes to the warning, by simulating months of calls through core's own early warning.

    python bench/early_warning.py [MONTHS] [CORE_MONTHS]      (12 and none where not given: two minutes; docs/explanation/early-warning.md has 60 and 6)

`MONTHS` are played through the test alone (core.earlywarning); `CORE_MONTHS` through advance, judge and decide, counting the notices of an opened trouble.
The figures of docs/explanation/early-warning.md come from here. Seeds are fixed: the same arguments print the same figures.
"""

import random  # noqa: TID251 - a simulation; its seeds are fixed
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from statuswatch.catalog.knowing import know  # noqa: E402 - the path comes first
from statuswatch.core.alerting import decide  # noqa: E402
from statuswatch.core.earlywarning import GOOD_DAY, Tally  # noqa: E402
from statuswatch.core.health import Confidence, Fault  # noqa: E402
from statuswatch.core.ids import Surface, parse_route  # noqa: E402
from statuswatch.core.judge import judge  # noqa: E402
from statuswatch.core.moment import Moment  # noqa: E402
from statuswatch.core.notice import NoticeKind, Policy, Told  # noqa: E402
from statuswatch.core.observation import Call, CallSeen, Diagnosis, Outcome  # noqa: E402
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource  # noqa: E402
from statuswatch.core.world import World, advance  # noqa: E402

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS, HOURS, REQUESTS_A_DAY = 30, 8, 2000
RATE = REQUESTS_A_DAY / (HOURS * 3600)
LONG = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0, 32.0, 32.0)
SHORT = (0.5, 1.0)
OVERLOADED = Diagnosis(Fault.PROVIDER, Confidence.MEDIUM, "capacity", 529, "overloaded_error", explicit=True)
SERVER = Diagnosis(Fault.PROVIDER, Confidence.LOW, "server_error", 500, "api_error")
ROUTE = "anthropic/api:claude-opus-4.5"


@dataclass(frozen=True)
class Good:
    """A good day: `share` of requests fail; of these `bursty` fall into hiccups of `mean_s` seconds in which everything fails, the rest by themselves."""

    name: str
    share: float = GOOD_DAY
    bursty: float = 0.0
    mean_s: float = 10.0
    retries: tuple[float, ...] = LONG
    says: Diagnosis = OVERLOADED
    again: float = 0.1


DAYS_OF_ALL_KINDS = (
    Good("independent, ten retries"),
    Good("independent, two retries", retries=SHORT),
    Good("all in hiccups of 10 s", bursty=1.0),
    Good("all in hiccups of 30 s", bursty=1.0, mean_s=30.0),
    Good("half in hiccups of 30 s, bare 500s", bursty=0.5, mean_s=30.0, says=SERVER),
    Good("all in hiccups of 60 s", bursty=1.0, mean_s=60.0),
    Good("independent, 1 % fail", share=0.01),
    Good("independent, 2 % fail", share=0.02),
)


def call(number: str, at: float, said: Diagnosis | None, turn: str, final: bool = True) -> Call:
    outcome = Outcome.FAILED if said else Outcome.OK
    return Call(number, START + timedelta(seconds=at), "client", "anthropic", "claude-opus-4.5", outcome, Surface.API, said, final, turn)


def attempts(number: int, at: float, fails, retries: tuple[float, ...], says: Diagnosis) -> Iterator[Call]:
    """One request with its retries; `fails(at, attempt)` says how each attempt ends."""
    for attempt in range(len(retries) + 1):
        bad = fails(at, attempt)
        yield call(f"{number}.{attempt}", at, says if bad else None, str(number), final=not bad or attempt == len(retries))
        if not bad:
            return
        if attempt < len(retries):
            at += retries[attempt] * 1.1


def good_month(day: Good, draw: random.Random) -> Iterator[Call]:
    """A month of a heavy user, in order of time; requests of several agents overlap."""
    waiting: list[Call] = []
    number = 0
    for each in range(DAYS):
        now = each * 86400.0
        end = now + HOURS * 3600
        hiccup = next_hiccup(day, draw, now)
        while (now := now + draw.expovariate(RATE)) < end:
            while now >= hiccup[1]:
                hiccup = next_hiccup(day, draw, hiccup[1])
            number += 1
            start, stop = hiccup
            alone = day.share * (1 - day.bursty)

            def fails(at: float, attempt: int, start=start, stop=stop, alone=alone) -> bool:
                if start <= at < stop:
                    return True
                return draw.random() < (day.again if attempt else alone) if alone or attempt else False

            waiting.extend(attempts(number, now, fails, day.retries, day.says))
            if len(waiting) > 1 or waiting[0].diagnosis:
                waiting.sort(key=lambda item: item.at)
            until = START + timedelta(seconds=now)
            while waiting and waiting[0].at <= until:
                yield waiting.pop(0)
    yield from waiting


def next_hiccup(day: Good, draw: random.Random, after: float) -> tuple[float, float]:
    if not day.bursty:
        return (float("inf"), float("inf"))
    start = after + draw.expovariate(day.share * day.bursty / day.mean_s)
    return (start, start + draw.expovariate(1 / day.mean_s))


def alarms(calls: Iterator[Call]) -> int:
    tally, count = Tally(), 0
    for made in calls:
        before = tally.raised_at
        tally.take(made)
        count += tally.raised_at is not None and before is None
    return count


def notices(calls: Iterator[Call]) -> int:
    """The same through the whole of core: how many troubles were opened."""
    knowledge = know(None).knowledge
    watchlist = Watchlist((Watch(parse_route(ROUTE), WatchSource.CONFIGURED),))
    world, told, count = World(), Told(), 0
    for made in calls:
        now = Moment(made.at, 0.0)
        world, _ = advance(world, CallSeen(made.at, made), now)
        decision = decide(judge(world, watchlist, knowledge, now), world, told, Policy(), knowledge, now)
        told = decision.told
        count += sum(notice.kind in {NoticeKind.OPENED, NoticeKind.REOPENED} for notice in decision.notices)
    return count


def delay(share: float, rate: float, draw: random.Random, retries: tuple[float, ...] = SHORT) -> float | None:
    """Minutes from the start of an outage, in which each attempt fails with probability `share`, to the warning; None: none within two hours."""
    tally, now, number = Tally(), 0.0, 0
    waiting: list[Call] = []
    while (now := now + draw.expovariate(rate)) < 7200:
        number += 1
        waiting += attempts(number, now, lambda _at, _attempt: draw.random() < share, retries, OVERLOADED)
        waiting.sort(key=lambda item: item.at)
        until = START + timedelta(seconds=now)
        while waiting and waiting[0].at <= until:
            tally.take(waiting.pop(0))
            if tally.raised_at is not None:
                return (tally.raised_at - START).total_seconds() / 60
    return None


def main() -> int:
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    core = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(f"False alarms a month: {REQUESTS_A_DAY} requests a day on one route, {HOURS} hours of {DAYS} days, {months} months of each kind.\n")
    print("| errors on a good day (0.5 % of requests unless said) | a month | months without | most in a month |\n|---|---|---|---|")
    for index, day in enumerate(DAYS_OF_ALL_KINDS):
        counts = [alarms(good_month(day, random.Random(1000 * index + month))) for month in range(months)]
        print(f"| {day.name} | {statistics.mean(counts):.2f} | {100 * counts.count(0) / months:.0f} % | {max(counts)} |", flush=True)
    print("\nMinutes from the start of an outage to the warning, 400 outages each: median (nine in ten within); share warned within two hours.\n")
    print("| requests an hour | 10 % fail | 30 % fail | 60 % fail | all fail |\n|---|---|---|---|---|")
    for hourly in (250, 60, 20, 6):
        cells = []
        for share in (0.1, 0.3, 0.6, 1.0):
            draw = random.Random(hourly * 100 + int(share * 10))
            found = [delay(share, hourly / 3600, draw) for _ in range(400)]
            known = sorted(item for item in found if item is not None)
            cells.append(f"{statistics.median(known):.1f} ({known[int(0.9 * len(known))]:.1f}); {100 * len(known) / len(found):.0f} %" if known else "-")
        print(f"| {hourly} | {' | '.join(cells)} |", flush=True)
    if core:
        print(f"\nWarnings of the test alone, and notices of trouble through advance, judge and decide, {core} month(s) of each:")
        for index, day in list(enumerate(DAYS_OF_ALL_KINDS))[4:6]:
            alone = sum(alarms(good_month(day, random.Random(1000 * index + month))) for month in range(core))
            whole = sum(notices(good_month(day, random.Random(1000 * index + month))) for month in range(core))
            print(f"- {day.name}: {alone} warnings, {whole} notices", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

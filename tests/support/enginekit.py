"""Small ready-made values for tests of the engine: feeds, a parser that reads what the tests serve, calls, a catalogue of two providers."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from statuswatch.catalog.model import FeedSpec
from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.ids import Surface, parse_route
from statuswatch.core.incident import Impact, Incident, Page, Stage, Unreadable, UnreadableReason, Update
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.engine.clock import ScaledClock, SystemClock
from statuswatch.sources.body import Body

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KNOWLEDGE = Knowledge({"acme": ProviderFacts("acme", "Acme", families=("big",)), "bolt": ProviderFacts("bolt", "Bolt", families=("small",))})
WATCHLIST = Watchlist((Watch(parse_route("acme/api:big-1"), WatchSource.CONFIGURED),))


def loop_clock(start: datetime = START) -> SystemClock:
    """The loop's own time as machine time: with looptime it jumps. Jitter is always 0."""
    loop = asyncio.get_running_loop()
    zero = loop.time()
    return SystemClock(monotonic=loop.time, wall=lambda: start + timedelta(seconds=loop.time() - zero), draw=lambda: 0.0)


def loop_scaled_clock(speed: float, start: datetime = START) -> ScaledClock:
    loop = asyncio.get_running_loop()
    zero = loop.time()
    return ScaledClock(start, speed, monotonic=loop.time, wall=lambda: START + timedelta(seconds=loop.time() - zero), draw=lambda: 0.0)


def feed(name: str = "acme", urls: tuple[str, ...] = ("https://status.acme.example/feed",), covers: tuple[str, ...] = ()) -> FeedSpec:
    return FeedSpec(name, name.partition("/")[0], "test", urls, covers or (name.partition("/")[0],))


def feed_body(*incidents: tuple[str, str]) -> bytes:
    """What `read_feed` reads: pairs of incident id and stage."""
    return json.dumps({"incidents": list(incidents)}).encode()


def read_feed(body: Body) -> Page | Unreadable:
    try:
        found = json.loads(body.data)["incidents"]
    except ValueError:
        return Unreadable(UnreadableReason.NOT_JSON, "the body is no JSON", len(body.data))
    incidents = tuple(incident(body.provider, name, Stage(stage)) for name, stage in found)
    return Page(body.provider, "test", Health.OK, incidents=incidents, lists_open=False)


def incident(provider: str, name: str, stage: Stage = Stage.INVESTIGATING, at: datetime = START) -> Incident:
    update = Update(at, stage, "We see elevated errors on all models.")
    return Incident(provider, name, "Elevated errors across all models", Impact.MAJOR, stage=stage, started_at=at, updates=(update,))


def call(number: int, at: datetime, *, ok: bool = False, provider: str = "acme", model: str = "big-1") -> Call:
    diagnosis = None if ok else Diagnosis(Fault.PROVIDER, Confidence.HIGH, "capacity", 529, "overloaded", provider, explicit=True)
    return Call(f"call-{number}", at, "test-client", provider, model, Outcome.OK if ok else Outcome.FAILED, Surface.API, diagnosis)

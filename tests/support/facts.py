"""Small builders of the facts that tests of core speak of. Times are `HH:MM` or `HH:MM:SS` of one day."""

from datetime import datetime

from statuswatch.core.health import Confidence, Fault, FeedState, Health
from statuswatch.core.ids import Surface, parse_route
from statuswatch.core.incident import ComponentChange, ComponentRef, Impact, Incident, Kind, Page, Stage, Update
from statuswatch.core.moment import Moment, parse_time
from statuswatch.core.observation import Call, CallSeen, Diagnosis, FeedFailed, Observation, Outcome, PageRead
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.core.world import World, advance

OPUS = "anthropic/api:claude-opus-4.5"
HAIKU = "anthropic/api:claude-haiku-4.5"
GPT = "openai/api:gpt-5.5"
OVERLOADED = Diagnosis(Fault.PROVIDER, Confidence.MEDIUM, "overload code", 529, "overloaded_error", explicit=True)
SERVER = Diagnosis(Fault.PROVIDER, Confidence.LOW, "server error", 500, "api_error")
WORDS = Diagnosis(Fault.PROVIDER, Confidence.LOW, "wording")
AUTH = Diagnosis(Fault.AUTH, Confidence.HIGH, "key refused", 401, "authentication_error", explicit=True)
QUOTA = Diagnosis(Fault.QUOTA, Confidence.HIGH, "limit reached", 429, "rate_limit_error", retry_after_s=21.0, explicit=True)
NETWORK = Diagnosis(Fault.NETWORK, Confidence.MEDIUM, "name not found", None, "ENOTFOUND")
UNCLEAR = Diagnosis(Fault.UNKNOWN, Confidence.LOW, "not recognised", 418)


def at(clock: str) -> datetime:
    return parse_time(f"2026-03-02T{clock if clock.count(':') == 2 else clock + ':00'}Z")


def moment(clock: str) -> Moment:
    return Moment(at(clock), (at(clock) - at("00:00")).total_seconds())


def watching(*routes: str) -> Watchlist:
    return Watchlist(tuple(Watch(parse_route(route), WatchSource.CONFIGURED) for route in routes))


def incident(
    *posts: tuple[str, str, str],
    title: str = "Elevated errors on Claude Opus 4.5",
    name: str = "i1",
    impact: str = "minor",
    provider: str = "anthropic",
    components: tuple[str, ...] = ("Claude API",),
    kind: Kind = Kind.INCIDENT,
    moves: tuple[ComponentChange, ...] = (),
) -> Incident:
    """An incident from posts of (clock, stage, body)."""
    updates = tuple(Update(at(clock), Stage(stage), body, stage, at(clock), components=moves) for clock, stage, body in posts)
    return Incident(
        provider,
        name,
        title,
        Impact(impact),
        impact,
        kind,
        updates[-1].stage if updates else Stage.UNKNOWN,
        started_at=updates[0].at if updates else None,
        posted_at=updates[0].at if updates else None,
        components=tuple(ComponentRef(component) for component in components),
        updates=updates,
        url=f"https://status.example/{name}",
    )


def read(clock: str, *incidents: Incident, provider: str = "anthropic", feed: str = "", lists_open: bool = False, health: Health = Health.UNKNOWN) -> PageRead:
    page = Page(
        provider,
        "statuspage-summary",
        health,
        incidents=tuple(item for item in incidents if item.kind is Kind.INCIDENT),
        maintenances=tuple(item for item in incidents if item.kind is Kind.MAINTENANCE),
        lists_open=lists_open,
    )
    return PageRead(at(clock), feed or provider, provider, page)


def failed_read(clock: str, state: str = "unreachable", provider: str = "anthropic") -> FeedFailed:
    return FeedFailed(at(clock), provider, provider, FeedState(state), "made to fail", transport=state == "unreachable")


def call(
    clock: str,
    route: str = OPUS,
    diagnosis: Diagnosis | None = None,
    *,
    final: bool = True,
    turn: str | None = None,
    client: str = "claude-code",
    key: str = "",
) -> CallSeen:
    """A call that worked (no diagnosis), or that ended with `diagnosis`."""
    parsed = parse_route(route)
    outcome = Outcome.FAILED if diagnosis else Outcome.OK
    name = key or f"{route}@{clock}{client}{turn or ''}{final}"
    made = Call(name, at(clock), client, parsed.provider, parsed.model, outcome, parsed.surface or Surface.API, diagnosis, final, turn, project=client)
    return CallSeen(made.at, made)


def world(*observations: Observation) -> World:
    """The world after `observations`, each taken in at its own time."""
    state = World()
    for observation in observations:
        state, _ = advance(state, observation, Moment(observation.at, 0.0))
    return state

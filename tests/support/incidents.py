"""Incidents and knowledge for tests of relevance: made-up pages of made-up providers beside the shipped catalogue."""

from datetime import UTC, datetime, timedelta
from functools import cache

from statuswatch.catalog.knowing import know
from statuswatch.core.finding import Finding
from statuswatch.core.ids import Surface, parse_route
from statuswatch.core.incident import ComponentChange, ComponentRef, Impact, Incident, Stage, Update
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts
from statuswatch.core.relevance import assess

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@cache
def shipped() -> Knowledge:
    """The knowledge that ships with the program: providers, models, rules."""
    return know(None).knowledge


def small(**facts: ProviderFacts) -> Knowledge:
    """A knowledge of a few made-up providers, with the shipped rules."""
    return Knowledge(dict(facts), ("lyra-opal-4.5", "lyra-opal-4", "lyra-ruby-4.5", "lyra-jade-5", "zeta-4o", "zeta-4o-mini"), shipped().rules)


ACME = ProviderFacts(
    "acme",
    "Acme",
    families=("lyra",),
    components=(
        ComponentFacts("c-api", ("Acme API (api.acme.example)",), frozenset({Surface.API})),
        ComponentFacts("c-code", ("Acme Code",), frozenset({Surface.CODE})),
        ComponentFacts("c-chat", ("acme.example",), frozenset({Surface.CHAT})),
        ComponentFacts("c-console", ("Acme Console",), frozenset({Surface.CONSOLE}), inference=False),
        ComponentFacts("c-embed", ("Vector Shelf",), frozenset({Surface.API}), ("lyra-shelf",)),
        ComponentFacts("c-sync", ("Acme Sync",), inference=False),
    ),
)


def incident(
    title: str, *bodies: str, provider: str = "anthropic", components: tuple[str, ...] = (), over: bool = False, impact: Impact = Impact.MINOR
) -> Incident:
    """An incident with one update a body, ten minutes apart; the last one resolves it where `over`."""
    stages = [Stage.INVESTIGATING] * len(bodies)
    if over:
        stages[-1] = Stage.RESOLVED
    updates = tuple(Update(START + timedelta(minutes=10 * number), stage, body) for number, (stage, body) in enumerate(zip(stages, bodies, strict=True)))
    refs = tuple(ComponentRef(name) for name in components)
    return Incident(provider, "i1", title, impact, stage=stages[-1] if stages else Stage.INVESTIGATING, started_at=START, components=refs, updates=updates)


def listing(update: Update, *names: str) -> Update:
    """The update with components listed."""
    return Update(update.at, update.stage, update.body, components=tuple(ComponentChange(name) for name in names))


def found(whole: Incident, route: str, knowledge: Knowledge | None = None) -> Finding:
    """What the incident means for the route."""
    return assess(whole, parse_route(route), knowledge or shipped())


def told(whole: Incident, route: str, knowledge: Knowledge | None = None) -> tuple[str, str]:
    """Relevance and reason in words."""
    finding = found(whole, route, knowledge)
    return finding.relevance.value, finding.reason.value

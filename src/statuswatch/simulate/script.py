"""An outage as data, and what it says of any instant: pure functions of the script and a time."""

from dataclasses import dataclass
from datetime import datetime

from statuswatch.core.ids import Route, Surface
from statuswatch.core.incident import Impact, Stage
from statuswatch.core.modelnames import parse_model

OPERATIONAL = "operational"


@dataclass(frozen=True, slots=True)
class ScriptComponent:
    """A component of a provider's page; `since` is when the page got it."""

    id: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ScriptFeed:
    """One feed of a provider: its name in the catalogue (empty for the main one), its format and the path at which the page serves it."""

    name: str
    format: str
    path: str


@dataclass(frozen=True, slots=True)
class ScriptProvider:
    """A party with a status page.

    `page_url` is what the page calls itself; `api` the wire shape of its model API; `record` the coding client in whose record calls of the
    coding surface appear, None where no such client is played; `models` its ids, the newest first.
    """

    id: str
    page_id: str
    page_name: str
    page_url: str
    api: str
    record: str | None
    models: tuple[str, ...]
    feeds: tuple[ScriptFeed, ...]
    components: tuple[ScriptComponent, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """One post of an incident. `health` is what the incident's components become with it, in Statuspage's words."""

    id: str
    at: datetime
    stage: Stage
    health: str
    body: str


@dataclass(frozen=True, slots=True)
class ScriptIncident:
    """An incident with all its posts, oldest first."""

    provider: str
    id: str
    title: str
    impact: Impact
    components: tuple[str, ...]
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class ScriptFault:
    """What calls of `models` at `provider` get from `start` until just before `until`."""

    provider: str
    models: tuple[str, ...]
    start: datetime
    until: datetime
    status: int
    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Habit:
    """How the simulated person's client calls; seconds of the outage's own time."""

    every_s: tuple[float, float]
    retry_s: tuple[float, ...]
    answer_s: float
    refusal_s: float

    @property
    def attempts(self) -> int:
        """How often one call is tried before the client gives up."""
        return len(self.retry_s) + 1

    def gap_s(self, turn: int) -> float:
        """The pause after call `turn`: spread over the range without chance, so that a simulation can be repeated."""
        low, high = self.every_s
        return low + (high - low) * (turn * 0.618034 % 1.0)


@dataclass(frozen=True, slots=True)
class Script:
    """One outage, from `start` to `end`. `routes` are what the simulated person uses unless others are given."""

    name: str
    title: str
    start: datetime
    end: datetime
    routes: tuple[Route, ...]
    habit: Habit
    providers: tuple[ScriptProvider, ...]
    incidents: tuple[ScriptIncident, ...]
    faults: tuple[ScriptFault, ...]

    def provider(self, name: str) -> ScriptProvider | None:
        """The provider with that id, None where the script has none."""
        return next((provider for provider in self.providers if provider.id == name), None)


@dataclass(frozen=True, slots=True)
class PageIncident:
    """An incident as the page shows it at one instant: the posts made so far, oldest first (never none)."""

    incident: ScriptIncident
    posts: tuple[Post, ...]

    @property
    def last(self) -> Post:
        """The newest post."""
        return self.posts[-1]

    @property
    def over(self) -> bool:
        """Whether its newest word is that it has ended."""
        return self.last.stage in (Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED)


@dataclass(frozen=True, slots=True)
class PageState:
    """A provider's status page at one instant. `health` maps each component's id to Statuspage's word; `changed` is when anything last moved."""

    provider: ScriptProvider
    incidents: tuple[PageIncident, ...]
    health: dict[str, str]
    changed: datetime

    @property
    def open(self) -> tuple[PageIncident, ...]:
        """The incidents that are not over."""
        return tuple(shown for shown in self.incidents if not shown.over)


def page_at(script: Script, provider: str, at: datetime) -> PageState:
    """What the provider's page shows at `at`; raises KeyError for a provider that the script does not have."""
    party = script.provider(provider)
    if party is None:
        raise KeyError(provider)
    shown = []
    health = {component.id: OPERATIONAL for component in party.components}
    for incident in script.incidents:
        posts = tuple(post for post in incident.posts if post.at <= at)
        if incident.provider == provider and posts:
            shown.append(PageIncident(incident, posts))
            health |= dict.fromkeys(incident.components, posts[-1].health)
    changed = max((item.last.at for item in shown), default=script.start)
    return PageState(party, tuple(shown), health, changed)


def api_at(script: Script, provider: str, model: str, at: datetime) -> ScriptFault | None:
    """The fault that a call of `model` (any spelling of its id) meets at `at`; None: it is answered."""
    wanted = _same(model)
    for fault in script.faults:
        if fault.provider == provider and fault.start <= at < fault.until and any(_same(name) == wanted for name in fault.models):
            return fault
    return None


def model_id(script: Script, route: Route) -> str:
    """The id that a client would send for the route: the dated one of the provider's list, for a family the newest of it, for `*` the newest of all."""
    party = script.provider(route.provider)
    known = party.models if party else ()
    if route.model == "*":
        return known[0] if known else "any-model"
    wanted, family = _same(route.model), route.name.version is None
    for name in known:
        if _same(name) == wanted or (family and parse_model(name).family == route.name.family):
            return name
    return route.model


def calls(route: Route) -> bool:
    """Whether the route is used by programs that leave calls to see; a chat window and a console do not."""
    return route.surface not in (Surface.CHAT, Surface.CONSOLE)


def _same(model: str) -> tuple[str, str]:
    """Family and version, with `4.0` the same as `4`."""
    name = parse_model(model)
    return name.family, (name.version or "").removesuffix(".0")

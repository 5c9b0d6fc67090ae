"""A snapshot as one person sees it now: their clock, their zone, the names of what they use; and the core's sentences, made inert for a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from statuswatch.core import wording
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.health import FeedState, Health
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.snapshot import RouteView, Snapshot
from statuswatch.core.verdict import Advice, Evidence, Reason, Verdict
from statuswatch.surfaces.glyphs import Glyphs, glyphs
from statuswatch.surfaces.present_text import clean

age_words = wording.age_words
USUAL_LAG = wording.USUAL_LAG

EXAMPLE_ROUTES = 'routes = ["anthropic/code:claude-opus-4.5"]'
REREAD = "A running engine reads it after: statuswatch engine stop, then statuswatch engine start."
"""The settings are read once, when the engine starts."""

_WEEK_DAYS = 6


@dataclass(frozen=True, slots=True)
class Look:
    """How a person looks at a picture: `width` in cells, whether only ASCII can be shown, and their time zone (None: the system's).

    `settings`: the path of the settings file, for where they are told to write into it.
    """

    width: int = 80
    ascii: bool = False
    zone: tzinfo | None = None
    settings: str = "config.toml"

    @property
    def glyphs(self) -> Glyphs:
        """The symbols to use."""
        return glyphs(self.ascii)


@dataclass(frozen=True, slots=True)
class Scene:
    """A snapshot as it is looked at now.

    `now` is the instant that ages are counted to: the looker's own, but the picture's where it is old or simulated.
    `old_s` is how old the picture is in seconds when it must not pass for the present; None while it may.
    """

    snapshot: Snapshot
    now: datetime
    look: Look
    zone: tzinfo
    names: Mapping[str, str]
    knowledge: Knowledge
    old_s: float | None = None

    def name_of(self, route: str) -> str:
        """The title of a watched route; its model where the route is not watched."""
        return self.names.get(route) or wording.model_title(clean(route.partition(":")[2] or route, 60))

    def spelled(self, route: str) -> str:
        """A route in the spelling that is watched, inert; as it came where it is not watched. One answer has one spelling of a route."""
        found = next((view.route for view in self.snapshot.routes if route in {view.route, view.verdict.route.canonical}), route)
        return clean(found, 120)

    def age(self, at: datetime | None) -> str:
        """How long ago `at` is, in words; empty for no time."""
        return age_words((self.now - at).total_seconds()) if at else ""

    def clock(self, at: datetime) -> str:
        """The clock time of `at` where this person is, with the day when it is not today."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        time = wording.clock_words(at, self.zone)
        if local.date() == today.date():
            return time
        return f"{local:%a} {time}" if abs((today - local).days) < _WEEK_DAYS else f"{local:%Y-%m-%d} {time}"

    def since(self, at: datetime | None) -> str:
        """`since 14:25 (23m)`; empty for no time."""
        return f"since {self.clock(at)} ({self.age(at)})" if at else ""


def scene(snapshot: Snapshot, now: datetime, look: Look, *, connected: bool = True) -> Scene:
    """The snapshot as seen at `now` (real time, aware). It is old once the engine's promise has run out, or when nobody is connected to an engine."""
    engine = snapshot.engine
    old = now >= engine.expires_at or not connected
    published = snapshot.at if engine.simulated is None else engine.expires_at
    names: dict[str, str] = {}
    for view in snapshot.routes:
        names[view.route] = names[view.verdict.route.canonical] = clean(view.title, 60)
    facts = {view.provider: ProviderFacts(view.provider, clean(view.provider_name, 40)) for view in snapshot.routes}
    shown = snapshot.at if old or engine.simulated is not None else max(now, snapshot.at)
    zone = look.zone or now.astimezone().tzinfo or UTC
    return Scene(snapshot, shown, look, zone, names, Knowledge(facts), max(0.0, (now - published).total_seconds()) if old else None)


def health_word(health: Health, verdict: Verdict | None = None) -> str:
    """The word a person reads for a health."""
    if verdict is not None and verdict.offline:
        return "offline"
    return wording.health_word(health, verdict.reason if verdict else None)


def feed_word(state: FeedState | None) -> str:
    """The word a person reads for a feed's state."""
    return wording.feed_word(state)


def client_name(client: str) -> str:
    """A client's own spelling of its name, inert."""
    return clean(wording.client_name(client), 30)


def headline(view: RouteView, look: Scene) -> str:
    """The answer for one route: who, what, since when, how sure."""
    return clean(wording.headline(view.verdict, look.knowledge, look.now, look.zone))


def offline_words(since: datetime, look: Scene) -> str:
    """That no page can be reached, and how sure it is that the network is the cause."""
    return wording.offline_sentence((view.verdict for view in look.snapshot.routes), since, look.now, look.zone)


def evidence_words(evidence: Evidence, look: Scene) -> str:
    """One line of evidence. A quotation in it is theirs. Empty where a newer engine's evidence cannot be put in words here."""
    try:
        return clean(wording.evidence_line(evidence, look.knowledge, look.now, look.zone), 400)
    except (StatuswatchError, ValueError):
        return ""


def advice_words(advice: Advice, look: Scene) -> str:
    """One thing to do, as an order without a full stop."""
    try:
        return clean(wording.advice_line(_as_watched(advice, look), look.knowledge), 200)
    except StatuswatchError:
        return ""


def _as_watched(advice: Advice, look: Scene) -> Advice:
    return replace(advice, target=look.spelled(advice.target)) if advice.target else advice


def unknown_words(view: RouteView, look: Scene) -> str:
    """Why nothing is known about a route."""
    page = "page " + feed_word(view.feed_state)
    if view.verdict.offline:
        return "a login page answers in its place" if view.verdict.reason is Reason.CAPTIVE_PORTAL else "nothing outside answers this machine"
    if view.verdict.reason is Reason.FEED_UNREADABLE:
        return f"{page}, last known state {look.clock(view.verdict.as_of)}" if view.verdict.as_of else page
    calls = "no calls of yours lately" if view.calls.ok or view.calls.failed else "no calls of yours yet"
    return calls if view.feed_state is FeedState.FRESH else f"{calls}, {page}"


def add_words(look: Look) -> str:
    """Into which file, and where in it, a route is written that is to be watched; `EXAMPLE_ROUTES` follows."""
    return f"Add one to {clean(look.settings, 300)}, below [watch]: "


_RELEVANCE = {
    "model_named": "names your model",
    "family_named": "names your model's family",
    "all_models": "speaks of all models",
    "many_models": "speaks of many models",
    "some_models": "speaks of some models",
    "surface_only": "names what you use, no model",
    "other_models": "names other models",
    "model_excluded": "says your model is fine",
    "other_surface": "about a part you do not use",
    "surface_excluded": "says what you use is fine",
    "not_inference": "not about model calls",
    "other_provider": "of a provider you do not use",
    "upstream": "of a provider behind yours",
    "platform": "of the platform below yours",
    "other_region": "in another region",
    "nothing_said": "does not say what is touched",
}


def relevance_words(reason: str) -> str:
    """Why an incident concerns a route or does not."""
    return _RELEVANCE.get(reason, clean(reason.replace("_", " "), 40))

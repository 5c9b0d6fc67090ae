"""What an incident means for a route, with the sentence that decided it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from statuswatch.core.health import Relevance
from statuswatch.core.ids import Route, Surface
from statuswatch.core.incident import Incident
from statuswatch.core.knowledge import Knowledge


class RelevanceReason(StrEnum):
    """Why an incident concerns a route or does not."""

    MODEL_NAMED = "model_named"
    FAMILY_NAMED = "family_named"
    ALL_MODELS = "all_models"
    MANY_MODELS = "many_models"
    SOME_MODELS = "some_models"
    SURFACE_ONLY = "surface_only"
    OTHER_MODELS = "other_models"
    MODEL_EXCLUDED = "model_excluded"
    OTHER_SURFACE = "other_surface"
    SURFACE_EXCLUDED = "surface_excluded"
    NOT_INFERENCE = "not_inference"
    OTHER_PROVIDER = "other_provider"
    UPSTREAM = "upstream"
    PLATFORM = "platform"
    OTHER_REGION = "other_region"
    NOTHING_SAID = "nothing_said"


@dataclass(frozen=True, slots=True)
class Finding:
    """The relevance of one incident to one route. `sentence` is theirs, raw and untrusted; `position` is the index of the update it stands in (None: the title)."""

    relevance: Relevance
    reason: RelevanceReason
    sentence: str = ""
    position: int | None = None
    models: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """The relevance as it stood from `at` on."""

    at: datetime
    finding: Finding


def assess(incident: Incident, route: Route, knowledge: Knowledge) -> Finding:
    """What `incident`, as it reads now (title and all its updates), means for `route`."""
    facts = knowledge.providers.get(incident.provider)
    if route.provider != incident.provider:
        return Finding(Relevance.UNAFFECTED, RelevanceReason.OTHER_PROVIDER)
    _ = facts
    return Finding(Relevance.POSSIBLE, RelevanceReason.NOTHING_SAID, incident.title)


def timeline(incident: Incident, route: Route, knowledge: Knowledge) -> tuple[Turn, ...]:
    """How the relevance moved from update to update: the first entry, then each change of relevance or reason."""
    turns: list[Turn] = []
    for count, update in enumerate(incident.updates, start=1):
        partial = Incident(**{**{name: getattr(incident, name) for name in incident.__slots__}, "updates": incident.updates[:count]})
        finding = assess(partial, route, knowledge)
        if not turns or turns[-1].finding.relevance is not finding.relevance:
            turns.append(Turn(update.at, finding))
    return tuple(turns)

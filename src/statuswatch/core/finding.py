"""The result of weighing an incident against a route: relevance, reason, and the sentence that decided."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from statuswatch.core.health import Relevance
from statuswatch.core.ids import Surface


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
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Finding:
    """The relevance of one incident to one route. `sentence` is theirs, raw and untrusted; `position` is the update it stands in (None: the title).

    `models` and `surfaces` are what the incident names as hit; `rule` is the id of the rule that decided, if one did.
    """

    relevance: Relevance
    reason: RelevanceReason
    sentence: str = ""
    position: int | None = None
    models: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """The relevance as it stood from `at` on."""

    at: datetime
    finding: Finding

"""What an incident means for a route, with the sentence that decided it. For many routes read the scope once and use `weighing`."""

from statuswatch.core.finding import Finding, RelevanceReason, Turn
from statuswatch.core.ids import Route
from statuswatch.core.incident import Incident
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.scope import read_scope
from statuswatch.core.weighing import turns, weigh

__all__ = ["Finding", "RelevanceReason", "Turn", "assess", "timeline"]


def assess(incident: Incident, route: Route, knowledge: Knowledge) -> Finding:
    """What `incident`, as it reads now (title and all its updates), means for `route`."""
    return weigh(incident, read_scope(incident, knowledge), route, knowledge)


def timeline(incident: Incident, route: Route, knowledge: Knowledge) -> tuple[Turn, ...]:
    """How the relevance moved from update to update: the first entry, then each change of relevance or reason."""
    return turns(incident, read_scope(incident, knowledge), route, knowledge)

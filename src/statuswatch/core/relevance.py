"""What an incident means for a route, with the sentence that decided it. For many routes read the scope once and use `weighing`."""

from statuswatch.core.finding import Finding, RelevanceReason, Turn
from statuswatch.core.ids import Route
from statuswatch.core.incident import Incident
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.scope import Scope, read_scope
from statuswatch.core.weighing import turns, weigh

__all__ = ["Finding", "RelevanceReason", "Turn", "assess", "scope_of", "timeline"]


# One incident is asked about for every route, at every look. What was read of the last ones is kept; it depends on nothing but the two values.
_MEMO: dict[Incident, Scope] = {}
_MEMO_OF: list[Knowledge] = []
_MOST_KEPT = 256


def scope_of(incident: Incident, knowledge: Knowledge) -> Scope:
    """`read_scope`, remembered."""
    if not _MEMO_OF or _MEMO_OF[0] is not knowledge or len(_MEMO) >= _MOST_KEPT:
        _MEMO.clear()
        _MEMO_OF[:] = [knowledge]
    scope = _MEMO.get(incident)
    if scope is None:
        scope = _MEMO[incident] = read_scope(incident, knowledge)
    return scope


def assess(incident: Incident, route: Route, knowledge: Knowledge) -> Finding:
    """What `incident`, as it reads now (title and all its updates), means for `route`."""
    return weigh(incident, scope_of(incident, knowledge), route, knowledge)


def timeline(incident: Incident, route: Route, knowledge: Knowledge) -> tuple[Turn, ...]:
    """How the relevance moved from update to update: the first entry, then each change of relevance or reason."""
    return turns(incident, scope_of(incident, knowledge), route, knowledge)

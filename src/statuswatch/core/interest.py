"""Whose feeds are worth reading for this person: a page that says nothing about what they use is not fetched at all."""

from statuswatch.core.knowledge import Knowledge
from statuswatch.core.watchlist import Watchlist


def interesting(watchlist: Watchlist, knowledge: Knowledge, trouble: frozenset[str] = frozenset()) -> frozenset[str]:
    """The providers whose feeds can concern the watched routes: their own, those that speak for them, and the makers of the models.

    What a provider runs on is asked only while the provider is in `trouble`: a platform's page is large, and quiet about most of what it holds.
    """
    wanted: set[str] = set()
    for route in watchlist.routes:
        wanted.add(route.provider)
        facts = knowledge.providers.get(route.provider)
        if facts is not None:
            wanted.update(facts.feeds_of)
            wanted.update(facts.runs_on if route.provider in trouble else ())
            wanted.update(_makers(route.model, facts.serves, knowledge))
    return frozenset(wanted)


def _makers(model: str, serves: tuple[str, ...], knowledge: Knowledge) -> set[str]:
    """Of the providers whose models are resold, those that make `model`; all of them where the route names no model."""
    makers = set()
    for provider in serves:
        facts = knowledge.providers.get(provider)
        if facts is not None and (model == "*" or any(model == family or model.startswith(f"{family}-") for family in facts.families)):
            makers.add(provider)
    return makers

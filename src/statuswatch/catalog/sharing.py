"""One feed may hold the incidents of several providers. Here a page is split into what concerns each, by the components that the catalogue lists."""

from collections.abc import Sequence
from dataclasses import replace

from statuswatch.core.incident import ComponentChange, ComponentRef, Incident, Page
from statuswatch.core.knowledge import Knowledge, ProviderFacts


def pages_for(page: Page, covers: Sequence[str], knowledge: Knowledge) -> tuple[Page, ...]:
    """`page` once for each provider in `covers`, its owner first, incidents and components filtered and renamed to that provider.

    The owner keeps everything. Another provider gets the incidents that touched one of its inference components at any time (components
    are taken off incidents while they are live, and a filter on the present ones would read that as an end), or that name it in words.
    Its page has no health of its own: the page's badge speaks of its owner.
    """
    pages = [page]
    for other in covers:
        facts = knowledge.providers.get(other)
        if other != page.provider and facts is not None:
            pages.append(_share(page, facts))
    return tuple(pages)


def shared_page(page: Page, covers: Sequence[str], knowledge: Knowledge) -> Page:
    """`page` with the incidents and maintenances that it holds for the other providers in `covers` beside its owner's, each under its provider's id."""
    pages = pages_for(page, covers, knowledge)
    incidents = tuple(incident for each in pages for incident in each.incidents)
    return replace(page, incidents=incidents, maintenances=tuple(item for each in pages for item in each.maintenances))


def _share(page: Page, facts: ProviderFacts) -> Page:
    known = [component for component in facts.components if component.inference]
    ids = {component.id for component in known if component.id is not None}
    names = {name for component in known for name in component.names}
    words = tuple(word.casefold() for word in {facts.name, *names})
    return Page(
        provider=facts.id,
        format=page.format,
        as_of=page.as_of,
        components=tuple(component for component in page.components if component.id in ids or component.name in names),
        incidents=tuple(replace(item, provider=facts.id) for item in page.incidents if _concerns(item, ids, names, words)),
        maintenances=tuple(replace(item, provider=facts.id) for item in page.maintenances if _concerns(item, ids, names, words)),
        lists_open=page.lists_open,
        problems=page.problems,
    )


def _concerns(incident: Incident, ids: set[str], names: set[str], words: tuple[str, ...]) -> bool:
    touched: list[ComponentRef | ComponentChange] = [*incident.components, *(change for update in incident.updates for change in update.components)]
    if any(component.id in ids or component.name in names for component in touched):
        return True
    texts = (incident.title, *(update.body for update in incident.updates))
    return any(word in text.casefold() for text in texts for word in words)

"""Hard slices of the recordings, found by looking: titles that were edited while an incident was live,
and incidents that list the same components whichever model they name.
"""

import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from statuswatch.core.incident import OVER_STAGES, Incident, Page
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.scope import read_scope
from statuswatch.sources.body import Body
from statuswatch.sources.detect import parse_detected
from statuswatch.sources.statuspage import incident_of


def polls(path: Path, provider: str) -> Iterator[tuple[str, Page]]:
    """The recorded bodies of a tar, each with its file's name, in the order of the names."""
    with tarfile.open(path) as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            content = tar.extractfile(member)
            if content is not None:
                page = parse_detected(Body(content.read(), provider))
                if isinstance(page, Page):
                    yield member.name, page


def edited_titles(path: Path, provider: str) -> dict[str, list[Incident]]:
    """Incidents whose title changed from one poll to the next, by id: each reading with a new title, in order."""
    seen: dict[str, list[Incident]] = {}
    for _, page in polls(path, provider):
        for incident in page.incidents:
            readings = seen.setdefault(incident.id, [])
            if not readings or readings[-1].title != incident.title:
                readings.append(incident)
    return {identity: readings for identity, readings in seen.items() if len(readings) > 1}


def edited_while_live(path: Path, provider: str) -> dict[str, list[Incident]]:
    """Of those, the ones that were not over yet when the title changed."""
    return {
        identity: readings for identity, readings in edited_titles(path, provider).items() if any(reading.stage not in OVER_STAGES for reading in readings[:-1])
    }


def history(path: Path, provider: str) -> list[Incident]:
    """The incidents of a file of raw objects, one a line."""
    with path.open(encoding="utf-8") as file:
        found = (incident_of(json.loads(line), provider) for line in file)
        return [incident for incident in found if incident is not None]


def same_components(incidents: list[Incident], knowledge: Knowledge) -> dict[tuple[str, ...], list[Incident]]:
    """Incidents whose title names a model, by the set of components that they list: only sets that stand beside at least two different models."""
    groups: dict[tuple[str, ...], list[Incident]] = {}
    models: dict[tuple[str, ...], Counter[str]] = {}
    for incident in incidents:
        named = {mention.name.canonical for claim in read_scope(incident, knowledge).said[0].claims for mention in claim.names}
        listed = tuple(sorted(component.name for component in incident.components))
        if named and listed:
            groups.setdefault(listed, []).append(incident)
            models.setdefault(listed, Counter()).update(named)
    return {listed: group for listed, group in groups.items() if len(models[listed]) > 1}

"""Histories to play again: normalised incidents in a file, or recorded polls (a folder or a tar of bodies named by their time), as page reads in order."""

import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from statuswatch.core.errors import DataError
from statuswatch.core.incident import OVER_STAGES, Incident, Kind, Page, Stage
from statuswatch.core.observation import PageRead
from statuswatch.sources.body import MAX_BYTES, Body
from statuswatch.sources.detect import parse_detected
from statuswatch.surfaces.cli.incidents import BadLine, read_lines

_TIME = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})[T_ -](\d{2})[-:]?(\d{2})(?:[-:]?(\d{2}))?")
_MOST_POLLS = 200_000
# What lies beside the bodies of an archive and says where they are from.
_COMPANION = re.compile(r"(?:manifest|index|readme|licen[sc]e|notice|copying)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bad:
    """What could not be read, and why."""

    where: str
    message: str


Step = PageRead | Bad


def is_polls(path: Path) -> bool:
    """Whether a path is a recording of polls: a folder, or a tar."""
    return path.is_dir() or (path.is_file() and tarfile.is_tarfile(path))


Split = Callable[[Page], Page]
"""Adds to a page the incidents that it holds for other providers than its owner, as the engine does."""


def polls(path: Path, provider: str, split: Split = lambda page: page) -> Iterator[Step]:
    """Each recorded body as a read of the page at the time in its name. A body that is no feed, or has no time in its name, is a `Bad`.

    The page shows the time of its poll, as a fetched one does: what a body says of its own age is often the time of its last change.
    """
    for name, data in _bodies(path):
        at = time_in(name)
        if at is None:
            if not _COMPANION.match(name):
                yield Bad(name, "no time in its name, such as 2026-04-14T07-23-20Z")
            continue
        read = parse_detected(Body(data, provider))
        if isinstance(read, Page):
            yield PageRead(at, provider, provider, replace(split(read), as_of=at))
        else:
            yield Bad(name, f"{read.reason.value}: {read.detail}")


def _bodies(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith(".")):
            with file.open("rb") as opened:
                yield file.name, opened.read(MAX_BYTES + 1)
        return
    with tarfile.open(path) as tar:
        members = [member for member in tar.getmembers()[:_MOST_POLLS] if member.isfile()]
        for member in sorted(members, key=lambda member: member.name.rsplit("/", 1)[-1]):
            content = tar.extractfile(member)
            if content is not None:
                yield member.name.rsplit("/", 1)[-1], content.read(MAX_BYTES + 1)


def time_in(name: str) -> datetime | None:
    """The UTC time in a file's name, or None."""
    match = _TIME.search(name)
    if match is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def incidents(path: Path) -> tuple[list[Incident], list[Bad]]:
    """The normalised incidents of a file. Raises OSError where it cannot be opened."""
    found: list[Incident] = []
    bad: list[Bad] = []
    with path.open("rb") as file:
        for item in read_lines(file):
            if isinstance(item, BadLine):
                bad.append(Bad(f"{path}:{item.number}", item.message))
            else:
                found.append(item)
    return found, bad


def as_posted(known: list[Incident]) -> Iterator[PageRead]:
    """The reads that somebody who was always looking would have made: one for each post, at the time it was written, with the incident as it stood then."""
    for at, incident in sorted(((at, part) for whole in known for at, part in _growing(whole)), key=lambda step: (step[0], step[1].key)):
        planned = incident.kind is Kind.MAINTENANCE
        page = Page(incident.provider, "normalised", incidents=() if planned else (incident,), maintenances=(incident,) if planned else ())
        yield PageRead(at, incident.provider, incident.provider, page)


def _growing(incident: Incident) -> Iterator[tuple[datetime, Incident]]:
    """The incident after each of its posts."""
    if not incident.updates:
        at = incident.posted_at or incident.started_at or incident.resolved_at
        if at is not None:
            yield at, replace(incident, stage=Stage.INVESTIGATING, resolved_at=None)
            if incident.resolved_at is not None and incident.resolved_at > at:
                yield incident.resolved_at, replace(incident, stage=Stage.RESOLVED)
        return
    last = datetime.min.replace(tzinfo=UTC)
    for count, update in enumerate(incident.updates, start=1):
        last = max(last, update.posted_at or update.at)
        over = update.stage in OVER_STAGES
        whole = count == len(incident.updates)
        listed = incident.components if whole or not any(each.components for each in incident.updates) else ()
        part = replace(
            incident,
            updates=incident.updates[:count],
            stage=incident.stage if whole and incident.stage is not Stage.UNKNOWN else update.stage,
            resolved_at=(incident.resolved_at or update.at) if over else None,
            components=listed,
        )
        yield last, part


def provider_of(path: Path, given: str) -> str:
    """Whose polls these are: as given, else by the name of the folder they lie in. Raises DataError where neither tells."""
    if given:
        return given
    name = path.resolve().parent.name if path.is_file() else path.resolve().name
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,39}", name):
        raise DataError(f"{path}: whose feed is this? say --provider ID")
    return name

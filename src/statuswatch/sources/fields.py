"""Looking at the few fields that are needed in data of unknown shape. A missing or odd field is a value and a note, never an exception."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentRef, Incident, Stage, Update
from statuswatch.sources.text import BODY_LIMIT, NAME_LIMIT, quoted, sound
from statuswatch.sources.times import time_of
from statuswatch.sources.words import STAGES, UNSTAGED

T = TypeVar("T")
_NOTES = 50
_LISTED = 5_000
_ABSENT = "$undefined"  # how incident.io's pages write a value that is not there


class Notes:
    """What was odd in one body: sentences of ours, each once, at most 50."""

    def __init__(self, earlier: Iterable[str] = ()) -> None:
        self._said = dict.fromkeys(earlier)
        self.lost = False
        """Whether an entry was left out: what is then not listed may still be open."""

    def add(self, sentence: str) -> None:
        """Note one oddity."""
        if len(self._said) < _NOTES:
            self._said.setdefault(sentence)

    def lose(self, sentence: str) -> None:
        """Note that an entry could not be read and was left out."""
        self.lost = True
        self.add(sentence)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All notes, in the order they were made."""
        return tuple(self._said)


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def is_shaped(value: object, shape: Mapping[str, type]) -> bool:
    """Whether the value is an object that has all these keys with values of these types: the anchors of a format."""
    return isinstance(value, dict) and all(isinstance(value.get(key), kind) for key, kind in shape.items())


def objects(holder: Mapping[str, Any], key: str, notes: Notes, *, needed: bool = False) -> list[Mapping[str, Any]]:
    """The objects in the list at `key`. Null and absent are an empty list; what is no object is left out and noted, as are those beyond 5,000.

    `needed`: what is left out was an incident or a component, so the page no longer shows everything that is open.
    """
    value = holder.get(key)
    if value is None or value == _ABSENT:
        return []
    say = notes.lose if needed else notes.add
    if not isinstance(value, list):
        say(f"{key} is no list")
        return []
    if len(value) > _LISTED:
        say(f"{key} has {len(value)} entries; {_LISTED} were read")
    found: list[Mapping[str, Any]] = [item for item in value[:_LISTED] if isinstance(item, dict)]
    if len(found) < min(len(value), _LISTED):
        say(f"an entry of {key} is no object")
    return found


def string(holder: Mapping[str, Any], key: str, limit: int = NAME_LIMIT) -> str:
    """The text at `key`; a whole number as its digits; anything else, and an absent value, as an empty text."""
    value = holder.get(key)
    if isinstance(value, str):
        # Most are short and plain, and a page has thousands: for them nothing else is asked.
        plain = value if len(value) <= limit and value.isascii() else sound(value, limit)
        return "" if plain == _ABSENT else plain
    return str(value)[:limit] if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 64 else ""


def prose(holder: Mapping[str, Any], key: str) -> str:
    """The longer text at `key`, raw but for its length and its line ends."""
    return string(holder, key, BODY_LIMIT).replace("\r\n", "\n").strip()


def time_at(holder: Mapping[str, Any], *keys: str) -> datetime | None:
    """The first of the keys that holds a time, as UTC."""
    for key in keys:
        found = time_of(holder.get(key))
        if found is not None:
            return found
    return None


def spelled(raw: str) -> str:
    """A word as the tables spell it: `In Progress` is `in_progress`."""
    return raw.strip().lower().replace(" ", "_")


def word(table: Mapping[str, T], raw: str, unknown: T, what: str, notes: Notes) -> T:
    """What a feed's word means by `table`, whatever its case and spaces; a word that is not in it is `unknown` and noted."""
    found = table.get(raw) or table.get(spelled(raw))
    if found is None:
        notes.add(f"{what} {quoted(raw)} is not known" if raw else f"no {what} is given")
        return unknown
    return found


def oldest_first(updates: Sequence[Update]) -> tuple[Update, ...]:
    """The updates in the order of their display times. Those of one time keep the order of a list that is oldest first, and turn that of one that is not."""
    turned = list(updates)
    if turned and _times(turned[0]) >= _times(turned[-1]):
        turned.reverse()
    return tuple(sorted(turned, key=_times))


def _times(update: Update) -> tuple[datetime, datetime]:
    return update.at, update.posted_at or update.at


def stage_of(raw: str, notes: Notes) -> Stage:
    """The stage that a word names; a post without one ("Update") is unknown until `carried` knows what went before."""
    return STAGES.get(raw) or (Stage.UNKNOWN if spelled(raw) in UNSTAGED else word(STAGES, raw, Stage.UNKNOWN, "stage", notes))


def carried(updates: Sequence[Update]) -> tuple[Update, ...]:
    """The updates, oldest first, where a post that says no stage has the one before it."""
    stage = Stage.UNKNOWN
    told: list[Update] = []
    for update in updates:
        if update.stage is Stage.UNKNOWN and spelled(update.raw_stage) in UNSTAGED:
            told.append(replace(update, stage=stage))
            continue
        stage = update.stage
        told.append(update)
    return tuple(told)


def stage_now(updates: Sequence[Update]) -> Stage:
    """The stage of the newest of updates that are oldest first."""
    return updates[-1].stage if updates else Stage.UNKNOWN


def over_at(stage: Stage, updates: Sequence[Update], stated: datetime | None) -> datetime | None:
    """When it ended: the stated time, else the first update of the run of over-stages at its end; None while it is open, whatever is stated."""
    over = {Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED}
    if stage not in over:
        return stated if stage is Stage.UNKNOWN else None
    if stated is not None:
        return stated
    ended: datetime | None = None
    for update in reversed(updates):
        if update.stage not in over:
            break
        ended = update.at
    return ended


def note_order(incident: Incident, notes: Notes) -> Incident:
    """The incident as it is, with a note where it ends before it starts (back-filled and migrated incidents do)."""
    if incident.started_at and incident.resolved_at and incident.resolved_at < incident.started_at:
        notes.add(f"incident {quoted(incident.id)} is resolved before it started")
    return incident


def refs_of(updates: Iterable[Update]) -> tuple[ComponentRef, ...]:
    """Every component that the updates move, once, in the order of appearance; identity is the id where there is one."""
    found: dict[str, ComponentRef] = {}
    for update in updates:
        for change in update.components:
            found.setdefault(change.id or change.name, ComponentRef(change.name, change.id))
    return tuple(found.values())


_WORST = (Health.DOWN, Health.DEGRADED, Health.SUSPECT, Health.RECOVERING, Health.MAINTENANCE, Health.UNKNOWN, Health.OK)


def worst(healths: Iterable[Health]) -> Health:
    """The worst of some healths; unknown is worse than ok; nothing at all is unknown."""
    return min(healths, key=_WORST.index, default=Health.UNKNOWN)

"""Normalised incidents read from JSON Lines: the form of the contracts, with the synonyms that archives use. A line that cannot be read names its field."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from statuswatch.core.errors import DataError
from statuswatch.core.health import Health
from statuswatch.core.incident import OVER_STAGES, ComponentChange, ComponentRef, Impact, Incident, Kind, Stage, Update
from statuswatch.core.moment import parse_time
from statuswatch.sources.words import COMPONENTS, IMPACTS, STAGES

# Words of pages whose stages are not Statuspage's: the one means over, the others that it goes on.
_OTHER_STAGES = {"available": Stage.RESOLVED}
_GOING_ON = frozenset({"update", "updated", ""})


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no incident, and why."""

    number: int
    message: str


def read_lines(lines: Iterable[bytes | str]) -> Iterator[Incident | BadLine]:
    """Each line that is not blank, as an incident or as the reason why it is none."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield incident_from(_object(line))
            except DataError as error:
                yield BadLine(number, str(error))


def _object(line: bytes | str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except UnicodeDecodeError as error:
        raise DataError("not JSON: not text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise DataError(f"not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise DataError("not JSON: too deep or too large a number") from error
    if not isinstance(value, dict):
        raise DataError("expected one object a line")
    if "id" not in value and "key" not in value and isinstance(value.get("incidents"), list):
        raise DataError("this is a page, as feed show --json prints it; its incidents are wanted, one a line: jq -c '.incidents[]'")
    return value


def incident_from(data: Mapping[str, Any]) -> Incident:
    """The incident that an object describes; raises DataError with the field. `key` (`provider:id`) and an update's `status` are read as synonyms."""
    provider, identity = _identity(data)
    updates = tuple(_update(item, index) for index, item in enumerate(_list(data, "updates")))
    updates = _carried(tuple(sorted(updates, key=lambda update: update.at)))
    raw_stage = _text(data, "stage") or _text(data, "status")
    resolved = _time(data, "resolved_at")
    stage = _stage(raw_stage)
    if stage is Stage.UNKNOWN:
        stage = updates[-1].stage if updates else Stage.RESOLVED if resolved else Stage.UNKNOWN
    raw_impact = _text(data, "impact")
    maintenance = _text(data, "kind") == Kind.MAINTENANCE or IMPACTS.get(raw_impact.lower()) is Impact.MAINTENANCE
    return Incident(
        provider=provider,
        id=identity,
        title=_text(data, "title") or _text(data, "name"),
        impact=IMPACTS.get(raw_impact.lower(), Impact.UNKNOWN),
        raw_impact=raw_impact,
        kind=Kind.MAINTENANCE if maintenance else Kind.INCIDENT,
        stage=stage,
        raw_stage=raw_stage,
        started_at=_time(data, "started_at"),
        posted_at=_time(data, "posted_at"),
        resolved_at=resolved,
        components=_components(data),
        updates=updates,
    )


def _identity(data: Mapping[str, Any]) -> tuple[str, str]:
    key = _text(data, "key")
    ahead, _, behind = key.partition(":")
    provider = _text(data, "provider") or (ahead if behind else "")
    identity = _text(data, "id") or (behind or ahead)
    if not identity:
        raise DataError("id: missing (or key, written provider:id)")
    if not provider:
        raise DataError("provider: missing")
    return provider.lower(), identity.removeprefix(f"{provider}:")


def _update(item: object, index: int) -> Update:
    where = f"updates[{index}]"
    if not isinstance(item, dict):
        raise DataError(f"{where}: expected an object")
    at = _time(item, "at", where)
    if at is None:
        raise DataError(f"{where}.at: missing")
    raw = _text(item, "stage", where) or _text(item, "status", where)
    moved = item.get("components") or {}
    if not isinstance(moved, dict):
        raise DataError(f"{where}.components: expected an object of names and [old, new]")
    return Update(
        at, _stage(raw), _text(item, "body", where), raw, _time(item, "posted_at", where), None, tuple(_change(name, sides) for name, sides in moved.items())
    )


def _change(name: str, sides: object) -> ComponentChange:
    old, new = sides if isinstance(sides, list) and len(sides) == 2 else (None, None)  # noqa: PLR2004 - [old, new]
    return ComponentChange(name, _health(old), _health(new), None, _word(old), _word(new))


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _health(value: object) -> Health | None:
    return None if not isinstance(value, str) else COMPONENTS.get(value.lower(), Health.UNKNOWN)


def _stage(raw: str) -> Stage:
    word = raw.lower().replace(" ", "_")
    return STAGES.get(word) or _OTHER_STAGES.get(word, Stage.UNKNOWN)


def _carried(updates: tuple[Update, ...]) -> tuple[Update, ...]:
    """A post without a stage of its own goes on with the one before; the first is an investigation."""
    found: list[Update] = []
    for update in updates:
        if update.stage is Stage.UNKNOWN:
            before = found[-1].stage if found else Stage.INVESTIGATING
            stage = Stage.MONITORING if before in OVER_STAGES and update.raw_stage.lower() in _GOING_ON else before if found else Stage.INVESTIGATING
            update = Update(update.at, stage, update.body, update.raw_stage, update.posted_at, update.id, update.components)  # noqa: PLW2901
        found.append(update)
    return tuple(found)


def _components(data: Mapping[str, Any]) -> tuple[ComponentRef, ...]:
    found = []
    for index, item in enumerate(_list(data, "components")):
        if isinstance(item, str):
            found.append(ComponentRef(item))
        elif isinstance(item, dict) and isinstance(item.get("name"), str):
            found.append(ComponentRef(item["name"], _word(item.get("id"))))
        else:
            raise DataError(f"components[{index}]: expected a name, or an object with name and id")
    return tuple(found)


def _list(data: Mapping[str, Any], field: str) -> list[Any]:
    value = data.get(field)
    if value is None:
        return []
    if not isinstance(value, list):
        raise DataError(f"{field}: expected a list")
    return value


def _text(data: Mapping[str, Any], field: str, where: str = "") -> str:
    value = data.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise DataError(f"{where + '.' if where else ''}{field}: expected a text")
    return value


def _time(data: Mapping[str, Any], field: str, where: str = "") -> datetime | None:
    value = _text(data, field, where)
    try:
        return parse_time(value) if value else None
    except DataError as error:
        raise DataError(f"{where + '.' if where else ''}{field}: {error}") from error

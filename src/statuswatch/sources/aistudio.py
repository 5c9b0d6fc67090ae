"""The `ListIncidents` answer behind aistudio.google.com/status: arrays in arrays, numbers for words.

An incident is `[id, title, severity, [[state, local time, [epoch], text], ...], number, [component, ...]]`. What the numbers mean is not documented; the
tables are read off the texts of recorded incidents. The local time is Pacific and is not used.
"""

from collections.abc import Sequence
from typing import Any

from statuswatch.core.incident import ComponentRef, Impact, Incident, Page, Stage, Unreadable, Update
from statuswatch.sources.body import Body, read_json, wrong_shape
from statuswatch.sources.fields import Notes, oldest_first, over_at, stage_now, word
from statuswatch.sources.pages import page_of, quiet_or_worst
from statuswatch.sources.text import BODY_LIMIT, NAME_LIMIT, quoted, sound
from statuswatch.sources.times import epoch_of

_STAGES = {"1": Stage.INVESTIGATING, "2": Stage.IDENTIFIED, "3": Stage.MONITORING, "4": Stage.RESOLVED, "5": Stage.IDENTIFIED}
_IMPACTS = {"1": Impact.MINOR, "2": Impact.MAJOR, "3": Impact.CRITICAL}
_COMPONENTS = {"1": "Gemini API", "2": "Live API", "3": "AI Studio"}
_LENGTH = 4  # id, title, severity, updates


def rows_of(value: object) -> list[Any] | None:
    """The incidents in the answer; None where it is not such an answer."""
    for _ in range(2):
        if not isinstance(value, list) or len(value) != 1:
            return None
        value = value[0]
    return value if isinstance(value, list) and all(is_incident(row) for row in value) else None


def is_incident(row: object) -> bool:
    """Whether an array is an incident by its first four places."""
    return isinstance(row, list) and len(row) >= _LENGTH and isinstance(row[0], str) and isinstance(row[1], str) and isinstance(row[3], list)


def parse(body: Body) -> Page | Unreadable:
    """The incidents of the last half year, open or not; some never get a last update."""
    document = read_json(body)
    if isinstance(document, Unreadable):
        return document
    rows = rows_of(document.value)
    if rows is None:
        return wrong_shape(body, "incidents as arrays in two arrays")
    notes = Notes(document.problems)
    known = [_incident(row, body.provider, notes) for row in rows]
    return quiet_or_worst(page_of(body.provider, "google-aistudio", known, notes, lists_open=True))


def _digit(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _incident(row: Sequence[Any], provider: str, notes: Notes) -> Incident | None:
    ident = sound(row[0], NAME_LIMIT)
    if not ident:
        notes.lose("an incident has no id and was left out")
        return None
    updates = _updates(row[3], ident, notes)
    stage = stage_now(updates)
    raw = _digit(row[2])
    numbers = row[5] if len(row) > _LENGTH + 1 and isinstance(row[5], list) else []
    return Incident(
        provider=provider,
        id=ident,
        title=sound(row[1], NAME_LIMIT),
        impact=word(_IMPACTS, raw, Impact.UNKNOWN, "severity", notes),
        raw_impact=raw,
        stage=stage,
        raw_stage=updates[-1].raw_stage if updates else "",
        started_at=updates[0].at if updates else None,
        resolved_at=over_at(stage, updates, None),
        components=tuple(ComponentRef(_COMPONENTS.get(digit, digit), digit) for digit in map(_digit, numbers) if digit),
        updates=updates,
    )


def _updates(posts: Sequence[Any], ident: str, notes: Notes) -> tuple[Update, ...]:
    found = []
    for post in posts:
        whole = isinstance(post, list) and len(post) >= _LENGTH and isinstance(post[2], list) and len(post[2]) > 0 and isinstance(post[3], str)
        at = epoch_of(post[2][0]) if whole else None
        if at is None:
            notes.lose(f"an update of incident {quoted(ident)} cannot be read")
            continue
        raw = _digit(post[0])
        found.append(Update(at, word(_STAGES, raw, Stage.UNKNOWN, "state", notes), sound(post[3], BODY_LIMIT).strip(), raw))
    return oldest_first(found)

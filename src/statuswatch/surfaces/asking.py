"""What a person or a program may ask of one picture: why a route or a call is as it is, and which page to open. Shared by verbs, bridge and agents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from statuswatch.config import paths
from statuswatch.core.codec import encode
from statuswatch.core.errors import RouteError
from statuswatch.core.health import Fault, Health, Side
from statuswatch.core.ids import parse_route
from statuswatch.core.notice import Notice
from statuswatch.core.snapshot import CallView, IncidentView, RouteView, Snapshot
from statuswatch.core.verdict import Verdict
from statuswatch.surfaces.client import CANNOT_TELL, USAGE, exit_status
from statuswatch.surfaces.present import Look, find_route, reasoning, scene, why_lines, worst
from statuswatch.surfaces.present_text import Line, Link, Span, Tone, clean, plain, safe_link, say, wrap
from statuswatch.surfaces.present_words import age_words, client_name

NO_PICTURE = "Cannot tell: no engine runs, and there is no picture of an earlier one. To begin: statuswatch engine start"
OUT_OF_DATE = "No engine renews this picture, so nothing is known of now. When it was made: "
"""What stands before a sentence of an old picture wherever the sentence is shown without the picture's age."""
NO_CALLS = "no call of yours was seen yet"
LAST = "last"
ALL = "*"
WIDTHS = range(20, 401)
# What only a person can mend: waiting for it would be waiting for oneself.
_NEVER_BY_ITSELF = frozenset({Fault.BILLING, Fault.AUTH, Fault.REQUEST, Fault.MODEL})
_SHORTEST_ID = 4
_SHORTEST_NAME = 3
_LONGEST_NAME = 200
_WORTH_TELLING_MS = 2000.0  # shorter pauses are how answers come
_ONE_LINE = 4000
_ROUTES_NAMED = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: a watched route, an own call, or neither (the whole picture)."""

    view: RouteView | None
    call: CallView | None


def subject(snapshot: Snapshot, text: str, now: datetime, look: Look) -> Subject | None:
    """What `text` means: a call, a route, or for an empty text or `*` the worst trouble. None where it means nothing that is known."""
    if text in {"", ALL}:
        return Subject(worst(scene(snapshot, now, look)), None)
    call = find_call(snapshot, text)
    view = find_route(snapshot, call.route if call else text)
    return Subject(view, call) if view or call else None


def unknown(text: str, snapshot: Snapshot) -> tuple[int, str]:
    """That `text` means nothing here: an exit status, and a sentence with what would."""
    named = named_by(snapshot, text)
    if len(named) > 1:
        return USAGE, several(text, named)
    if (text == LAST or is_number(text)) and not snapshot.calls:
        return CANNOT_TELL, NO_CALLS
    if text == LAST:
        return CANNOT_TELL, f"none of the {len(snapshot.calls)} calls that are kept failed"
    if is_number(text):
        return USAGE, f"no call {text}: they count from 1, the newest, to {len(snapshot.calls)}"
    known = ", ".join(clean(view.route, 60) for view in snapshot.routes[:_ROUTES_NAMED]) or "none yet"
    try:
        parse_route(text)
    except RouteError:
        return USAGE, f"{clean(text, 60)!r} is no call and no route that is watched; {hint(snapshot, text)}routes: {known}"
    return CANNOT_TELL, f"{clean(text, 80)} is not watched, so nothing is known about it; {hint(snapshot, text)}watched: {known}"


def told_lines(snapshot: Snapshot, about: Subject, now: datetime, look: Look) -> tuple[Line, ...]:
    """The page of `why` about a subject."""
    view, call = about.view, about.call
    first = call_lines(snapshot, call, now, look) if call else ()
    if call and not view:
        return (*first, *wrap(say(f"Its route, {clean(call.route, 80)}, is not watched: there is no verdict on it beyond this call."), look.width, 2))
    return (*first, *why_lines(snapshot, view.verdict if view else None, now, look))


def find_call(snapshot: Snapshot, text: str) -> CallView | None:
    """The own call that `text` means: a request id or the only one that starts so, its number counted from the newest, 1, or `last`, the newest that failed."""
    if not text:
        return None
    if text == LAST:
        return next((call for call in snapshot.calls if call.outcome == "failed"), None)
    if is_number(text):
        return snapshot.calls[int(text) - 1] if 0 < int(text) <= len(snapshot.calls) else None
    exact = [call for call in snapshot.calls if call.request_id == text]
    near = [call for call in snapshot.calls if call.request_id and call.request_id.startswith(text)] if len(text) >= _SHORTEST_ID else []
    found = exact or near
    return found[0] if found and len({call.request_id for call in found}) == 1 else None


def is_number(text: str) -> bool:
    """Whether `text` counts calls from the newest."""
    return text.isascii() and text.isdigit() and len(text) <= _SHORTEST_ID


def named_by(snapshot: Snapshot, text: str) -> tuple[RouteView, ...]:
    """The watched routes whose title or name contains `text`."""
    needle = text.casefold().strip()
    return tuple(view for view in snapshot.routes if needle and needle in f"{view.title} {view.route}".casefold())


def hint(snapshot: Snapshot, text: str) -> str:
    """`did you mean anthropic? ` where `text` comes near to a name by which something watched can be asked for; else nothing."""
    from statuswatch.catalog.located import nearest  # only where a name means nothing

    names: dict[str, str] = {}
    for view in snapshot.routes:
        model = view.route.partition(":")[2]
        for name in (view.route, view.provider, view.title, model, *model.split("-")):
            if len(name) >= _SHORTEST_NAME:
                names.setdefault(name.casefold(), name)
    found = nearest(text[:_LONGEST_NAME].casefold().strip(), names)
    return f"did you mean {clean(names[found], 80)}? " if found else ""


def several(text: str, named: tuple[RouteView, ...]) -> str:
    """That `text` is a part of more than one name, and of which."""
    more = f" and {len(named) - _ROUTES_NAMED} more" if len(named) > _ROUTES_NAMED else ""
    return f"{clean(text, 60)!r} is a part of several names: {', '.join(clean(view.route, 60) for view in named[:_ROUTES_NAMED])}{more}; name one of them"


def call_lines(snapshot: Snapshot, call: CallView, now: datetime, look: Look) -> tuple[Line, ...]:
    """One own call in a line: when, its outcome and what it was taken for."""
    view = scene(snapshot, now, look)
    code = " ".join(str(part) for part in (call.status, call.code) if part)
    what = code or ("worked" if call.outcome == "ok" else call.outcome)
    taken = f"; taken for {clean(call.fault, 20)}, confidence {clean(call.confidence or 'low', 10)}" if call.fault else ""
    paused = f", its answer paused for {age_words(call.stall_ms / 1000)}" if call.stall_ms and call.stall_ms >= _WORTH_TELLING_MS else ""
    model = clean(view.spelled(call.route).partition(":")[2] if call.route in view.names else call.model, 60)
    words = f"{clean(what, 80)}, {client_name(call.client)}, {model}, {view.age(call.at)} ago{paused}{taken}"
    return wrap((Span("Your call  ", Tone.DIM), Span(words)), look.width, 11)


def answer(snapshot: Snapshot | None, view: RouteView | None, call: CallView | None, now: datetime) -> dict[str, Any]:
    """The one object of `why --json`: the verdict with its evidence, and what it is about. Without a picture or a trouble, the verdict's fields are null."""
    old = snapshot is None or now >= snapshot.engine.expires_at
    summary = snapshot.summary if snapshot else None
    told = plain(reasoning(view, scene(snapshot, now, Look(_ONE_LINE)))[0]) if snapshot and view and not old else ""
    return {
        "v": 1,
        "at": encode(snapshot.at) if snapshot else None,
        "out_of_date": old,
        "exit_status": CANNOT_TELL if old or (call and not view) else exit_status(view.verdict) if view else summary.exit_status if summary else CANNOT_TELL,
        "headline": told or (f"{OUT_OF_DATE if old else ''}{clean(summary.headline)}" if summary else NO_PICTURE),
        "title": view.title if view else None,
        **_verdict(view.verdict if view else None),
        "call": encode(call) if call else None,
    }


def _verdict(verdict: Verdict | None) -> dict[str, Any]:
    names = ("health", "fault", "confidence", "reason", "since", "as_of", "evidence", "advice", "incident", "relevance", "relevance_reason")
    return {
        "route": str(verdict.route) if verdict else None,
        "side": encode(verdict.side) if verdict else None,
        **{name: encode(getattr(verdict, name)) if verdict else None for name in names},
    }


class Standing(StrEnum):
    """What waiting for a route comes to as it stands: it is fine, it may come back, or only a person can mend it."""

    FINE = "fine"
    WAITING = "waiting"
    HOPELESS = "hopeless"


def standing(verdict: Verdict) -> Standing:
    """What waiting comes to with this verdict."""
    if verdict.health in {Health.OK, Health.MAINTENANCE} and verdict.side is not Side.YOURS:
        return Standing.FINE
    return Standing.HOPELESS if verdict.fault in _NEVER_BY_ITSELF else Standing.WAITING


@dataclass(frozen=True, slots=True)
class Question:
    """What a program at the bridge asks of the picture: `why` or `open`, about `target`, in lines of at most `width` cells."""

    command: str
    target: str = ALL
    width: int = 80


def reply(question: Question, snapshot: Snapshot, now: datetime, told: Mapping[str, Notice] | None = None) -> dict[str, Any]:
    """The fields of the answer: `ok`, with `why` and `lines`, or with `url` and `host`; or `error`. `told`: notices that may be asked about, by id."""
    return _reply_open(question, snapshot, told or {}) if question.command == "open" else _reply_why(question, snapshot, now)


def _reply_why(question: Question, snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    look = Look(question.width, settings=paths.config_file())
    about = subject(snapshot, question.target, now, look)
    if about is None:
        return {"ok": False, "error": unknown(question.target, snapshot)[1]}
    lines = [plain(line).rstrip() for line in told_lines(snapshot, about, now, look)]
    return {"ok": True, "why": answer(snapshot, about.view, about.call, now), "lines": lines}


def _reply_open(question: Question, snapshot: Snapshot, told: Mapping[str, Notice]) -> dict[str, Any]:
    link = page_of(snapshot, question.target, told)
    if link is None:
        return {"ok": False, "error": f"no page that can be opened safely is known for {clean(question.target, 80)!r}"}
    return {"ok": True, "url": link.url, "host": link.host}


def page_of(snapshot: Snapshot, target: str, told: Mapping[str, Notice] | None = None) -> Link | None:
    """The page to open for a notice's id, an incident, a route, a provider, or `*`: the worst trouble. None where none has a safe https address."""
    notices = {**(told or {}), **{notice.id: notice for notice in snapshot.notices}}
    if target in notices:
        return secure(notices[target].url)
    incidents = {item.key: item for item in snapshot.incidents}
    if target in incidents:
        return secure(incidents[target].url)
    troubled = [view for view in snapshot.routes if view.verdict.trouble]
    view = find_route(snapshot, target) if target != ALL else next(iter(troubled), None)
    if view is not None:
        return _page_of_route(view, incidents)
    rows = [item for item in snapshot.incidents if target in {item.provider, ALL}]
    return next((link for item in sorted(rows, key=_urgency) if (link := secure(item.url))), None)


def _page_of_route(view: RouteView, incidents: Mapping[str, IncidentView]) -> Link | None:
    named = incidents.get(view.verdict.incident or "")
    urls = [named.url if named else None, *(item.url for item in view.verdict.evidence)]
    urls += [item.url for item in sorted(incidents.values(), key=_urgency) if item.provider == view.provider and item.concerns]
    return next((link for url in urls if (link := secure(url))), None)


def _urgency(item: IncidentView) -> tuple[bool, bool, float]:
    at = item.posted_at or item.started_at
    return (not item.concerns, item.resolved_at is not None, -at.timestamp() if at else 0.0)


def secure(url: str | None) -> Link | None:
    """`url` where it is a plain https address to a named host; else None."""
    link = safe_link(url)
    return link if link and link.url.lower().startswith("https://") else None

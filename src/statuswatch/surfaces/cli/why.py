"""`statuswatch why`: whose fault, how sure, the evidence, what to do; for the worst trouble, for a route, or for one call of yours."""

import argparse
import sys
from typing import Any

from statuswatch.core.codec import encode
from statuswatch.core.errors import RouteError
from statuswatch.core.ids import parse_route
from statuswatch.core.snapshot import CallView, RouteView, Snapshot
from statuswatch.core.verdict import Verdict
from statuswatch.surfaces.cli.printing import look_here, put, put_json
from statuswatch.surfaces.client import CANNOT_TELL, USAGE, exit_status, read_snapshot, wall_clock
from statuswatch.surfaces.present import Look, find_route, reasoning, scene, why_lines, worst
from statuswatch.surfaces.present_text import Line, Span, Tone, clean, plain, say, wrap
from statuswatch.surfaces.present_words import client_name

NO_PICTURE = "Cannot tell: no engine runs, and there is no picture of an earlier one. To begin: statuswatch engine start"
NO_CALLS = "statuswatch why: no call of yours was seen yet\n"
LAST = "last"
_SHORTEST_ID = 4
_ONE_LINE = 4000
_ROUTES_NAMED = 12


def run(argv: list[str]) -> int:
    """Run the verb; returns the exit status of the verdict: 0 fine, 1 theirs, 3 yours, 4 cannot tell; 2 for a subject that is neither a route nor a call."""
    parser = argparse.ArgumentParser(prog="statuswatch why", description="Whose fault, how sure, on which evidence, and what to do.")
    parser.add_argument(
        "subject",
        nargs="?",
        default="",
        metavar="CALL|ROUTE",
        help="a call's request id, its number counted from the newest (1), or last for the newest that failed; or a route",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    try:
        given = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    snapshot = read_snapshot()
    if snapshot is None:
        if given.json:
            put_json(answer(None, None, None))
        else:
            sys.stdout.write(NO_PICTURE + "\n")
        return CANNOT_TELL
    call = find_call(snapshot, given.subject)
    view = find_route(snapshot, call.route if call else given.subject) if given.subject else worst(scene(snapshot, wall_clock(), look_here()))
    if given.subject and view is None and call is None:
        return _unknown(given.subject, snapshot)
    return _show(snapshot, view, call, as_json=given.json)


def find_call(snapshot: Snapshot, text: str) -> CallView | None:
    """The own call that `text` means: a request id or the only one that starts so, its number counted from the newest, 1, or `last`, the newest that failed."""
    if not text:
        return None
    if text == LAST:
        return next((call for call in snapshot.calls if call.outcome == "failed"), None)
    if _is_number(text):
        return snapshot.calls[int(text) - 1] if 0 < int(text) <= len(snapshot.calls) else None
    exact = [call for call in snapshot.calls if call.request_id == text]
    near = [call for call in snapshot.calls if call.request_id and call.request_id.startswith(text)] if len(text) >= _SHORTEST_ID else []
    found = exact or near
    return found[0] if found and len({call.request_id for call in found}) == 1 else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _SHORTEST_ID


def named_by(snapshot: Snapshot, text: str) -> tuple[RouteView, ...]:
    """The watched routes whose title or name contains `text`."""
    needle = text.casefold().strip()
    return tuple(view for view in snapshot.routes if needle and needle in f"{view.title} {view.route}".casefold())


def several(text: str, named: tuple[RouteView, ...]) -> str:
    """That `text` is a part of more than one name, and of which."""
    more = f" and {len(named) - _ROUTES_NAMED} more" if len(named) > _ROUTES_NAMED else ""
    return f"{clean(text, 60)!r} is a part of several names: {', '.join(clean(view.route, 60) for view in named[:_ROUTES_NAMED])}{more}; name one of them"


def _unknown(text: str, snapshot: Snapshot) -> int:
    named = named_by(snapshot, text)
    if len(named) > 1:
        sys.stderr.write(f"statuswatch why: {several(text, named)}\n")
        return USAGE
    if text == LAST:
        sys.stderr.write(f"statuswatch why: none of the {len(snapshot.calls)} calls that are kept failed\n" if snapshot.calls else NO_CALLS)
        return USAGE
    if _is_number(text):
        sys.stderr.write(f"statuswatch why: no call {text}: they count from 1, the newest, to {len(snapshot.calls)}\n" if snapshot.calls else NO_CALLS)
        return USAGE
    known = ", ".join(clean(view.route, 60) for view in snapshot.routes[:_ROUTES_NAMED]) or "none yet"
    try:
        parse_route(text)
    except RouteError:
        sys.stderr.write(f"statuswatch why: {clean(text, 60)!r} is no call and no route that is watched; routes: {known}\n")
        return USAGE
    sys.stderr.write(f"statuswatch why: {clean(text, 80)} is not watched, so nothing is known about it; watched: {known}\n")
    return CANNOT_TELL


def _show(snapshot: Snapshot, view: RouteView | None, call: CallView | None, *, as_json: bool) -> int:
    now, look = wall_clock(), look_here()
    verdict = view.verdict if view else None
    if as_json:
        put_json(answer(snapshot, view, call))
    else:
        about = call_lines(snapshot, call, look) if call else ()
        put((*about, *(why_lines(snapshot, verdict, now, look) if view or not call else wrap(say(_not_watched(call)), look.width, 2))))
    if now >= snapshot.engine.expires_at or (call and not view):
        return CANNOT_TELL
    return exit_status(verdict) if verdict else snapshot.summary.exit_status


def _not_watched(call: CallView) -> str:
    return f"Its route, {clean(call.route, 80)}, is not watched: there is no verdict on it beyond this call."


def call_lines(snapshot: Snapshot, call: CallView, look: Look) -> tuple[Line, ...]:
    """One own call in a line: when, its outcome and what it was taken for."""
    view = scene(snapshot, wall_clock(), look)
    code = " ".join(str(part) for part in (call.status, call.code) if part)
    what = code or ("worked" if call.outcome == "ok" else call.outcome)
    taken = f"; taken for {clean(call.fault, 20)}, confidence {clean(call.confidence or 'low', 10)}" if call.fault else ""
    words = f"{clean(what, 80)}, {client_name(call.client)}, {clean(call.model, 60)}, {view.age(call.at)} ago{taken}"
    return wrap((Span("Your call  ", Tone.DIM), Span(words)), look.width, 11)


def answer(snapshot: Snapshot | None, view: RouteView | None, call: CallView | None) -> dict[str, Any]:
    """The one object of `--json`: the verdict with its evidence, and what it is about. Without a picture or a trouble, the fields of the verdict are null."""
    now = wall_clock()
    old = snapshot is None or now >= snapshot.engine.expires_at
    summary = snapshot.summary if snapshot else None
    told = plain(reasoning(view, scene(snapshot, now, Look(_ONE_LINE)))[0]) if snapshot and view and not old else ""
    return {
        "v": 1,
        "at": encode(snapshot.at) if snapshot else None,
        "out_of_date": old,
        "exit_status": CANNOT_TELL if old or (call and not view) else exit_status(view.verdict) if view else summary.exit_status if summary else CANNOT_TELL,
        "headline": told or (clean(summary.headline) if summary else NO_PICTURE),
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

"""Own calls in tables: which of them are asked for, a row with whose fault each failure was and why it is taken for that, and the columns for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from statuswatch.core.health import SIDES, Fault, Side
from statuswatch.core.snapshot import CallView, Snapshot
from statuswatch.surfaces.present_text import EMPTY, Column, Line, Table, Tone, clean, cut, join, say, table
from statuswatch.surfaces.present_words import Scene, age_words, client_name

_MARK = {Side.THEIRS: "theirs", Side.YOURS: "yours", Side.UNDECIDED: "not sure"}
_MS = 1000.0
_NARROW = 60  # where a table would leave the model out
_SHAPES = {
    column.key: column
    for column in (
        Column("number", "", 2, 3, 0, right=True),
        Column("age", "age", 4, 5, 0, right=True),
        Column("at", "when", 5, 12, 0),
        Column("clock", "when", 8, 8, 0),
        Column("answer", "answer", 16, 30, 0),
        Column("took", "took", 5, 6, 0, right=True),
        Column("model", "model", 16, 20, 0),
        Column("client", "tool", 11, 14, 0),
        Column("project", "project", 10, 20, 0),
        Column("fault", "whose", 16, 18, 0),
        Column("sure", "sure", 6, 6, 0),
        Column("reason", "because", 16, 60, 0),
        Column("id", "request", 20, 30, 0, tail=True),
    )
}


def call_columns(**keep: int) -> tuple[Column, ...]:
    """The columns of these names in this order, as wide as in every table of calls; `keep`: how dear each is to this table (see Column)."""
    return tuple(replace(_SHAPES[key], keep=dear) for key, dear in keep.items())


_COLUMNS = call_columns(number=9, age=10, at=1, answer=9, took=0, model=8, client=3, project=2, fault=7, sure=5, reason=4, id=0)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which calls are wanted. `routes`: only over one of these; None: over any."""

    failed: bool = False
    routes: frozenset[str] | None = None
    since: datetime | None = None


Numbered = tuple[int, CallView]
"""A call with the number that `statuswatch why` takes."""


def wanted_calls(snapshot: Snapshot, wish: Wish) -> tuple[Numbered, ...]:
    """The calls that are asked for, newest first."""
    newest = sorted(enumerate(snapshot.calls, start=1), key=lambda pair: pair[1].at, reverse=True)
    return tuple((number, call) for number, call in newest if _fits(call, wish))


def _fits(call: CallView, wish: Wish) -> bool:
    if wish.failed and call.outcome == "ok":
        return False
    if wish.since is not None and call.at < wish.since:
        return False
    return wish.routes is None or call.route in wish.routes


def call_table(calls: Sequence[Numbered], look: Scene) -> Table:
    """A row a call: its number, age, answer, and for a failure whose fault it was, how sure that is, and why."""
    rows = [call_row(number, call, look) for number, call in calls]
    if look.look.width < _NARROW:
        cells = ("number", "age", "short", "model", "fault")  # what `why` takes, when, what came; the end of the rest may be cut
        return Table(EMPTY, tuple(cut(join([row[key] for key in cells], " "), look.look.width, look.look.glyphs.cut) for row in rows), cells)
    return table(_COLUMNS, rows, look.look.width, look.look.glyphs.cut)


def call_row(number: int, call: CallView, look: Scene) -> dict[str, Line]:
    """The cells of a call for all columns there are, and `short`: its answer in one word."""
    failed = call.outcome != "ok"
    words = " ".join(part for part in (str(call.status or ""), clean(call.code or "", 40)) if part) or ("failed" if failed else "ok")
    why = ", ".join(part for part in (clean(call.reason, 120), "" if call.final else "retried") if part)
    return {
        "number": say(str(number), Tone.DIM),
        "age": say(look.age(call.at)),
        "at": say(look.clock(call.at), Tone.DIM),
        "clock": say(f"{call.at.astimezone(look.zone):%H:%M:%S}", Tone.DIM),
        "answer": say(words, Tone.FAILING if failed else Tone.OK),
        "short": say(words.partition(" ")[0], Tone.FAILING if failed else Tone.OK),
        "took": say(_took(call.latency_ms), Tone.DIM),
        "model": say(look.name_of(call.route) if call.route in look.names else clean(call.model, 40)),
        "client": say(client_name(call.client), Tone.DIM),
        "project": say(clean(call.project or "", 60), Tone.DIM),
        "fault": say(whose(call) if failed else ""),
        "sure": say(clean(call.confidence or "", 10) if failed else "", Tone.DIM),
        "reason": say(why if failed else "", Tone.DIM),
        "id": say(clean(call.request_id or "", 60), Tone.DIM),
    }


def side_of(call: CallView) -> Side | None:
    """Whose side a failed call blames; None where nothing is said of it."""
    return SIDES[Fault(call.fault)] if call.fault in set(Fault) else None


def whose(call: CallView) -> str:
    """`theirs: provider`, `yours: quota`, `not sure`."""
    side = side_of(call)
    if side is None or side is Side.UNDECIDED:
        return "not sure"
    return f"{_MARK[side]}: {clean(call.fault or '', 20)}"


def _took(milliseconds: float | None) -> str:
    if milliseconds is None:
        return ""
    return f"{milliseconds / _MS:.1f}s" if milliseconds < 60 * _MS else age_words(milliseconds / _MS)

"""The past as the store kept it, read on a connection of its own, and told over the socket."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from statuswatch.core.codec import decode
from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.history import History, Past, RouteHistory, Watched
from statuswatch.core.ids import parse_route
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Told
from statuswatch.core.observation import CallSeen
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.world import World, advance
from statuswatch.engine.history import calendar, read_history, read_past
from statuswatch.engine.schema import MIGRATIONS
from statuswatch.engine.serve import Server
from statuswatch.engine.store import HealthTurn, Step, Store
from support.enginekit import START, WATCHLIST, call

ROUTE = "acme/api:big-1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store.open(path, START)
    opened.load(START)
    yield opened
    opened.close()


def turned(at: datetime, health: Health, was: str | None = None) -> HealthTurn:
    return HealthTurn(at, ROUTE, was, Verdict(parse_route(ROUTE), health, Fault.PROVIDER, Confidence.HIGH, Reason.OWN_FAILURES_CAPACITY, incident="acme:i1"))


def step(at: datetime, *turns: HealthTurn, world: World | None = None) -> Step:
    return Step(at, world or World(), Told(), WATCHLIST, turns=turns)


def steps(store: Store, first: datetime, minutes: int) -> None:
    """What an engine leaves that looks once a minute and sees nothing new."""
    for minute in range(minutes + 1):
        store.commit(step(first + timedelta(minutes=minute)))


def test_what_the_engine_saw_is_read_beside_it(path: Path, store: Store) -> None:
    store.commit(step(START, turned(START, Health.OK)))
    steps(store, START, 60)
    store.commit(step(START + timedelta(minutes=60), turned(START + timedelta(minutes=60), Health.DOWN, "ok")))
    steps(store, START + timedelta(minutes=61), 29)
    now = START + timedelta(minutes=90)

    history = read_history(path, (), now, zone=UTC)

    (route,) = history.routes
    assert (route.route, len(route.days), route.days[-1].day) == (ROUTE, 90, "2026-03-01")
    assert [day.worst for day in route.days[:-1]] == [Health.UNKNOWN] * 89
    assert (route.days[-1].worst, route.days[-1].known_s, route.days[-1].trouble_s) == (Health.DOWN, 90 * 60.0, 30 * 60.0)
    assert (route.troubles[0].incident, route.troubles[0].reason) == ("acme:i1", "own_failures_capacity")


def test_time_without_an_engine_is_not_watched(path: Path, store: Store) -> None:
    steps(store, START, 5)
    steps(store, START + timedelta(hours=3), 5)
    store.close()
    again = Store.open(path, START)
    again.commit(step(START + timedelta(hours=3, minutes=6)))
    again.close()

    minutes = [(int((span.end - span.start).total_seconds() // 60), span.start) for span in read_past(path, START).watched]
    assert minutes == [(5, START), (5, START + timedelta(hours=3)), (0, START + timedelta(hours=3, minutes=6))]


def test_a_clock_that_is_set_back_begins_a_stretch_of_its_own(path: Path, store: Store) -> None:
    store.commit(step(START))
    store.commit(step(START - timedelta(days=1)))

    assert [span.start for span in read_past(path, START - timedelta(days=2)).watched] == [START, START - timedelta(days=1)]


def test_a_step_that_could_not_be_stored_is_no_loss_of_the_time_it_watched(path: Path, store: Store) -> None:
    store.commit(step(START))
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        store._connection.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(Exception, match="could not be stored"):
            store.commit(step(START + timedelta(minutes=1)))
        other.execute("ROLLBACK")
    other.close()
    store.commit(step(START + timedelta(minutes=2)))

    assert read_past(path, START).watched == (Watched(START, START + timedelta(minutes=2)),)


def test_own_calls_are_counted_by_request(path: Path, store: Store) -> None:
    world = World()
    for number, (ok, turn) in enumerate([(False, "t"), (True, "t"), (False, "u"), (True, None)]):
        seen = CallSeen(START, replace(call(number, START, ok=ok), turn=turn))
        world, _ = advance(world, seen, Moment(START, 0.0))
    store.commit(step(START, world=world))

    today = read_history(path, (ROUTE,), START + timedelta(hours=1), zone=UTC).routes[0].days[-1]
    assert (today.ok, today.failed) == (2, 1)


def test_a_row_that_cannot_be_read_is_left_out(path: Path, store: Store) -> None:
    store.commit(step(START, turned(START, Health.OK)))
    with sqlite3.connect(path) as other:
        for key, data in (("a", "{"), ("b", "[]"), ("c", '{"outcome":"odd"}'), ("d", '{"outcome":"ok"}'), ("e", "[" * 100_000), ("f", '{"outcome":["ok"]}')):
            other.execute("INSERT INTO calls (key, at, route, data) VALUES (?, ?, ?, ?)", (key, START.timestamp(), ROUTE, data))
        other.execute("UPDATE health SET now = 'splendid', fault = 'nobody'")
    other.close()

    past = read_past(path, START)
    assert ([attempt.request for attempt in past.attempts], past.skipped) == (["d"], 5)
    assert [(turn.health, turn.fault) for turn in past.turns] == [(Health.UNKNOWN, Fault.UNKNOWN)]


ODD = ("soon", "", b"\x00\xff", float("inf"), 1e300, -1e300, -1, 2.6e11, 2**62)


@pytest.mark.parametrize("table", ["health", "watched", "calls"])
@pytest.mark.parametrize("at", ODD, ids=range(len(ODD)))
def test_one_row_with_a_time_that_is_none_does_not_lose_the_others(path: Path, store: Store, table: str, at: object) -> None:
    store.commit(step(START, turned(START, Health.DOWN)))
    store.commit(step(START + timedelta(minutes=1)))
    last = "until" if table == "watched" else "at"
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO calls (key, at, route, data) VALUES ('a', ?, ?, ?)", (START.timestamp(), ROUTE, '{"outcome":"ok"}'))
        other.execute("INSERT INTO calls (key, at, route, data) VALUES ('b', ?, ?, ?)", (START.timestamp(), ROUTE, '{"outcome":"ok"}'))
        other.execute("INSERT INTO watched (start, until) VALUES (?, ?)", (START.timestamp(), START.timestamp() + 7))
        other.execute("INSERT INTO health (at, route, now, fault, confidence, reason) VALUES (?, 'x', 'ok', 'unknown', 'low', '')", (START.timestamp(),))
        other.execute(f"UPDATE {table} SET {last} = ? WHERE number = (SELECT max(number) FROM {table})", (at,))
    other.close()

    past = read_past(path, START)
    whole = {"health": 2, "watched": 2, "calls": 2} | {table: 1}
    assert {"health": len(past.turns), "watched": len(past.watched), "calls": len(past.attempts)} == whole
    before = isinstance(at, int | float) and at < 0
    assert past.skipped == (0 if before and table != "health" else 1)  # of what is from before the frame only the newest turn is asked for
    assert read_history(path, (ROUTE,), START + timedelta(hours=1), zone=UTC).routes[0].days[-1].worst is Health.DOWN


@pytest.mark.parametrize("column", ["route", "reason", "incident"])
def test_a_row_whose_words_are_none_is_counted_and_left_out(path: Path, store: Store, column: str) -> None:
    store.commit(step(START, turned(START, Health.DOWN)))
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO health (at, route, now, fault, confidence, reason) VALUES (?, 'x', 'ok', 'unknown', 'low', '')", (START.timestamp(),))
        other.execute(f"UPDATE health SET {column} = x'00ff' WHERE route = 'x'")
    other.close()

    past = read_past(path, START)
    assert ([turn.route for turn in past.turns], past.skipped) == ([ROUTE], 1)


@pytest.mark.parametrize("form", ["absent", "begun"])
def test_a_store_that_is_not_there_is_an_empty_past(path: Path, form: str) -> None:
    path.parent.mkdir(parents=True)
    if form == "begun":
        path.touch()

    assert read_past(path, START) == Past()
    assert path.exists() == (form == "begun")


@pytest.mark.usefixtures("store")
def test_a_store_that_another_program_has_locked_is_no_empty_past(path: Path, monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    store.commit(step(START, turned(START, Health.DOWN)))
    store.close()
    monkeypatch.setattr("statuswatch.engine.history._BUSY_SECONDS", 0.01)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        past = read_past(path, START)
    other.close()

    assert (past.turns, past.unread) == ((), "another program has locked the store; ask again when it is done")
    assert read_past(path, START).unread == ""


@pytest.mark.parametrize(
    ("form", "why"), [("broken", "is damaged"), ("older", "of another version"), ("folder", "cannot be opened"), ("loop", "cannot be opened")]
)
def test_a_store_that_cannot_be_read_is_said_to_be_so_and_nothing_is_known(path: Path, form: str, why: str) -> None:
    path.parent.mkdir(parents=True)
    if form == "broken":
        path.write_bytes(b"no database" * 1000)
    elif form == "older":
        Store.open(path, START, MIGRATIONS[:1]).close()
    elif form == "folder":
        path.mkdir()
    else:
        path.symlink_to(path.name)
    before = sorted(path.parent.iterdir())

    past = read_past(path, START)
    assert replace(past, unread="") == Past()
    assert why in past.unread
    assert read_history(path, (), START).unread == past.unread
    history = read_history(path, (ROUTE,), START)
    assert {day.worst for day in history.routes[0].days} == {Health.UNKNOWN}
    assert [file for file in sorted(path.parent.iterdir()) if file.suffix == ".db"] == before  # nothing was made


def test_reading_writes_nothing(path: Path, store: Store) -> None:
    store.commit(step(START, turned(START, Health.OK)))
    store.close()
    before = path.read_bytes()
    read_history(path, (), START)
    assert path.read_bytes() == before


def test_the_days_are_those_of_the_persons_calendar() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    days = calendar(datetime(2026, 3, 29, 22, 30, tzinfo=UTC), 3, berlin)  # half past midnight on the 30th, the clocks went forward on the 29th

    assert [day.day for day in days] == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert [(day.end - day.start).total_seconds() / 3600 for day in days] == [24, 23, 24]
    assert calendar(START, 1)[0].start == datetime(2026, 3, 1, tzinfo=UTC)


class _Asker:
    """A program at the other end of the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, **message: Any) -> dict[str, Any]:
        self._writer.write(json.dumps({"type": "history", "id": "h", **message}).encode() + b"\n")
        return dict(json.loads(await self._reader.readline()))

    def close(self) -> None:
        self._writer.close()


async def _asker(server: Server) -> _Asker:
    await server.start()
    reader, writer = await asyncio.open_unix_connection(str(server.path))
    assert "history" in json.loads(await reader.readline())["capabilities"]
    return _Asker(reader, writer)


async def test_over_the_socket_the_past_is_told_on_request(tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []

    async def recall(routes: tuple[str, ...]) -> History:
        asked.append(routes)
        if "broken" in routes:
            raise OSError
        return History(START, tuple(RouteHistory(route, ()) for route in routes))

    server = Server(tmp_path / "r" / "s", lambda _: None, lambda: Moment(START, 0.0), recall=recall)
    asker = await _asker(server)
    said = await asker.ask(routes=[ROUTE])
    assert (said["type"], said["id"]) == ("history", "h")
    assert decode(History, said["history"]).routes == (RouteHistory(ROUTE, ()),)
    assert (await asker.ask())["history"]["routes"] == []
    assert (await asker.ask(routes=["broken"]))["error"] == "the history could not be read"
    for odd in ("x", [1], [""], ["x" * 300], ["x"] * 300):
        assert "expected a list" in (await asker.ask(routes=odd))["error"]
    assert asked == [(ROUTE,), (), ("broken",)]
    asker.close()
    await server.stop()


async def test_one_question_asked_by_many_is_answered_by_one_look(tmp_path: Path) -> None:
    begun, go_on = [], asyncio.Event()

    async def recall(routes: tuple[str, ...]) -> History:
        begun.append(routes)
        await go_on.wait()
        return History(START)

    server = Server(tmp_path / "r" / "s", lambda _: None, lambda: Moment(START, 0.0), recall=recall)
    one, two = server.recall(()), server.recall(())
    assert one is two
    await asyncio.sleep(0)
    go_on.set()
    assert one is not None
    await one
    await asyncio.sleep(0)
    assert begun == [()]
    assert server.recall(()) is not one
    await asyncio.sleep(0)


async def test_a_server_that_keeps_no_past_says_so(tmp_path: Path) -> None:
    server = Server(tmp_path / "r" / "s", lambda _: None, lambda: Moment(START, 0.0))
    asker = await _asker(server)
    assert "no history" in (await asker.ask())["error"]
    asker.close()
    await server.stop()

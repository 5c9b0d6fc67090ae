"""The store: what it keeps, and that a kill at any moment takes nothing of it."""

import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.ids import parse_route
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Suppressed, SuppressReason, Told, Trouble
from statuswatch.core.observation import CallSeen, Command, CommandKind, PageRead
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.world import World, advance
from statuswatch.engine.schema import MIGRATIONS, StoreError, StoreTooNewError
from statuswatch.engine.store import CALLS_FOR, HealthTurn, Step, Store
from statuswatch.sources.body import Body
from support.enginekit import START, WATCHLIST, call, feed_body, read_feed

NOW = Moment(START, 0.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "store.db"


@pytest.fixture
def store(path):
    opened = Store.open(path, START)
    yield opened
    opened.close()


def notice(number: int, at=START, trouble="t1") -> Notice:
    return Notice(f"n{number}", trouble, NoticeKind.OPENED, at, NoticeReason.OWN_FAILURES, ("acme/api:big-1",), "title", "body", "acme")


def lived(*observations, world=None) -> World:
    world = world or World()
    for observation in observations:
        world, _ = advance(world, observation, NOW)
    return world


def page(*incidents):
    return PageRead(START, "acme", "acme", read_feed(Body(feed_body(*incidents), "acme")))


def step(world, **more) -> Step:
    return Step(START, world, more.pop("told", Told()), more.pop("watchlist", WATCHLIST), **more)


def reopened(path):
    opened = Store.open(path, START)
    try:
        return opened.load(START)
    finally:
        opened.close()


def test_everything_that_was_committed_is_there_after_reopening(path, store):
    store.load(START)
    world = lived(
        page(("i1", "investigating"), ("i2", "resolved")),
        CallSeen(START, call(1, START)),
        CallSeen(START, call(2, START, ok=True, model="small-1")),
        Command(START, CommandKind.MUTE, "acme", START + timedelta(hours=1)),
        Command(START, CommandKind.WAIT, "acme/api:big-1"),
    )
    told = Told((Trouble("t1", "acme", START, ("acme/api:big-1",)),), ("acme:old",), 3)
    quiet = Suppressed(START, "acme/api:big-1", SuppressReason.NOT_SURE_YET)
    verdict = Verdict(parse_route("acme/api:big-1"), Health.DOWN, Fault.PROVIDER, Confidence.HIGH, Reason.OWN_FAILURES_CAPACITY)
    turn = HealthTurn(START, "acme/api:big-1", "ok", verdict)
    store.commit(step(world, told=told, notices=(notice(1),), suppressed=(quiet,), turns=(turn,), memory={"feed:acme": "x"}, ways=("desktop",)))
    back = reopened(path)
    assert back.world == world
    assert back.told == told
    assert back.watchlist == WATCHLIST
    assert back.memory == {"feed:acme": "x"}
    assert back.notices == (notice(1),)
    assert back.suppressed == (quiet,)
    assert back.healths == {"acme/api:big-1": "down"}
    assert back.problems == ()


def test_a_new_store_is_empty_and_private(path, store):
    back = store.load(START)
    assert (back.world, back.told, back.watchlist, back.problems) == (World(), Told(), None, ())
    store.commit(step(lived(page(("i1", "investigating")))))
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_only_what_changed_is_written(store):
    store.load(START)
    first = lived(page(("i1", "investigating"), ("i2", "investigating")))
    store.commit(step(first))
    changed = replace(first, incidents={**first.incidents, "acme:i1": replace(first.incidents["acme:i1"], reopened=1)})
    before = store._connection.total_changes
    store.commit(step(changed))
    assert store._connection.total_changes - before == 1


def test_an_incident_that_the_world_forgot_is_forgotten(path, store):
    store.load(START)
    world = lived(page(("i1", "investigating"), ("i2", "investigating")))
    store.commit(step(world))
    store.commit(step(replace(world, incidents={"acme:i2": world.incidents["acme:i2"]})))
    assert list(reopened(path).world.incidents) == ["acme:i2"]


def test_a_call_read_twice_is_stored_once(path, store):
    store.load(START)
    world = lived(CallSeen(START, call(1, START)))
    store.commit(step(world))
    store.commit(step(World()))
    store.commit(step(world))
    assert store._connection.execute("SELECT count(*) FROM calls").fetchone() == (1,)
    assert [item.key for item in reopened(path).world.calls["acme/api:big-1"]] == ["call-1"]


def test_old_calls_go_and_fresh_ones_stay(store):
    store.load(START)
    store.commit(step(lived(CallSeen(START, call(1, START)))))
    store._until_prune = 1
    later = START + CALLS_FOR + timedelta(hours=1)
    world, _ = advance(World(), CallSeen(later, call(2, later)), Moment(later, 0.0))
    store.commit(replace(step(world), at=later))
    assert store._connection.execute("SELECT key FROM calls").fetchall() == [("call-2",)]


def test_a_notice_waits_until_it_is_marked_and_its_handle_serves_the_next_of_its_trouble(path, store):
    store.load(START)
    store.commit(step(World(), notices=(notice(1), notice(2, trouble="t2")), ways=("desktop",)))
    assert [(out.notice.id, out.attempts, out.replaces) for out in store.pending()] == [("n1", 0, None), ("n2", 0, None)]
    store.mark_failed("n2", "desktop", "no service")
    store.mark_delivered("n1", "desktop", "7", "")
    store.commit(step(World(), notices=(notice(3),), ways=("desktop",)))
    assert [(out.notice.id, out.attempts, out.replaces) for out in store.pending()] == [("n2", 1, None), ("n3", 0, "7")]
    store.give_up("n2", "desktop", "too old")
    again = Store.open(path, START)
    assert [out.notice.id for out in again.pending()] == ["n3"]
    again.close()


def test_the_same_notice_again_is_not_told_again(store):
    store.load(START)
    store.commit(step(World(), notices=(notice(1),), ways=("desktop",)))
    store.mark_delivered("n1", "desktop", None, "")
    store.commit(step(World(), notices=(notice(1),), ways=("desktop",)))
    assert store.pending() == ()


def test_a_step_that_cannot_be_written_leaves_nothing_and_the_next_one_brings_all(path, store):
    store.load(START)
    store._connection.execute("PRAGMA query_only = ON")
    world = lived(page(("i1", "investigating")), CallSeen(START, call(1, START)))
    with pytest.raises(StoreError, match="could not be stored"):
        store.commit(step(world, notices=(notice(1),), ways=("desktop",)))
    store._connection.execute("PRAGMA query_only = OFF")
    assert reopened(path).world == World()
    store.commit(step(world))
    assert reopened(path).world == world


def test_a_newer_store_is_refused_by_name_and_left_alone(path, store):
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreTooNewError, match=r"store\.db.*newer statuswatch.*upgrade"):
        Store.open(path, START)
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (99,)


def test_an_older_store_is_brought_forward_and_a_copy_stays(path, store):
    store.load(START)
    world = lived(page(("i1", "investigating")))
    store.commit(step(world))
    store.close()
    newer = Store.open(path, START, (*MIGRATIONS, "CREATE TABLE extra (x TEXT)"))
    assert newer.load(START).world == world
    assert newer._connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    newer.close()
    copy = path.with_name(f"store.db.v{len(MIGRATIONS)}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    copied = sqlite3.connect(copy)
    assert copied.execute("SELECT key FROM incidents").fetchall() == [("acme:i1",)]
    copied.close()


def test_a_migration_that_fails_changes_nothing(path, store):
    store.close()
    with pytest.raises(StoreError):
        Store.open(path, START, (*MIGRATIONS, "CREATE TABLE extra (x TEXT); CREATE TABLE incidents (x TEXT)"))
    again = Store.open(path, START)
    assert again._connection.execute("SELECT name FROM sqlite_master WHERE name = 'extra'").fetchall() == []
    again.close()


@pytest.mark.parametrize("damage", [b"this is no database, it is a letter" * 100, b""], ids=["overwritten", "emptied"])
def test_a_broken_store_is_moved_aside_and_a_new_one_begun(path, store, damage):
    store.load(START)
    store.commit(step(lived(page(("i1", "investigating")))))
    store.close()
    path.write_bytes(damage)
    back = reopened(path)
    assert back.world == World()
    assert len(back.problems) == bool(damage)
    if damage:
        assert "store.db.broken-2026-03-01T120000Z" in back.problems[0]
        assert path.with_name("store.db.broken-2026-03-01T120000Z").read_bytes() == damage


def test_damage_in_the_middle_is_noticed_and_never_a_crash(path, store):
    store.load(START)
    world = World()
    for number in range(300):
        world = lived(CallSeen(START, call(number, START, model=f"m-{number}")), world=world)
    store.commit(step(world))
    store.close()
    data = bytearray(path.read_bytes())
    generator = random.Random(7)
    for start in range(1024, len(data) - 64, 4096):
        data[start : start + 64] = generator.randbytes(64)
    path.write_bytes(data)
    back = reopened(path)
    assert back.problems
    assert len(back.world.calls) < 300


def test_a_store_that_breaks_while_it_is_read_is_moved_aside_too(path, store):
    store._connection.execute("DROP TABLE calls")
    back = store.load(START)
    assert "broken" in back.problems[0]
    store.commit(step(lived(CallSeen(START, call(1, START)))))
    assert list(reopened(path).world.calls) == ["acme/api:big-1"]


def test_a_row_of_another_shape_is_left_out_and_named(store):
    store.load(START)
    store.commit(step(lived(page(("i1", "investigating"), ("i2", "investigating")))))
    store._connection.execute("UPDATE incidents SET data = ? WHERE key = 'acme:i1'", (json.dumps({"incident": 5}),))
    store._connection.execute("UPDATE state SET data = 'no json' WHERE name = 'told'")
    back = store.load(START)
    assert list(back.world.incidents) == ["acme:i2"]
    assert back.told == Told()
    assert len(back.problems) == 2


def test_a_place_that_cannot_be_written_is_refused_with_its_name(tmp_path):
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match="state"):
        Store.open(tmp_path / "state" / "store.db", START)


# Commits one step after another and says each number only after its commit, as the engine shows a step only then.
_WRITER = """
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Told
from statuswatch.core.observation import CallSeen
from statuswatch.core.world import World, advance
from statuswatch.engine.store import Step, Store
from support.enginekit import START, WATCHLIST, call, incident
from statuswatch.core.world import Tracked
from statuswatch.core.lifecycle import Phase
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason

store = Store.open(Path(sys.argv[1]), START)
stored = store.load(START)
world, number = stored.world, stored.told.counter
while True:
    number += 1
    at = START + timedelta(milliseconds=number)
    world, _ = advance(world, CallSeen(at, call(number, at, model=f"m-{number % 7}")), Moment(at, 0.0))
    tracked = Tracked(incident("acme", f"i{number % 5}"), Phase.OPEN, at, at, at, reopened=number)
    world = replace(world, incidents={**world.incidents, tracked.incident.key: tracked})
    told = Notice(f"n{number}", "t1", NoticeKind.OPENED, at, NoticeReason.OWN_FAILURES, (), "t", "b", "acme")
    store.commit(Step(at, world, Told(counter=number), WATCHLIST, (told,), memory={"tail:x": str(number)}, ways=("desktop",)))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_a_kill_at_any_moment_loses_nothing_that_was_shown(path):
    generator = random.Random(20251214)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    shown = 0
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, env=env)
        first = process.stdout.readline()
        time.sleep(generator.uniform(0, 0.05))
        process.kill()
        lines = (first + process.stdout.read()).split(b"\n")[:-1]
        process.stdout.close()
        process.wait()
        shown = int(lines[-1])
        opened = Store.open(path, START)
        back = opened.load(START)
        number = back.told.counter
        assert number in {shown, shown + 1}  # the last commit may not have been said yet
        assert back.memory["tail:x"] == str(number)
        assert back.world.incidents[f"acme:i{number % 5}"].reopened == number
        assert opened._connection.execute("SELECT count(*), count(DISTINCT key) FROM calls").fetchone() == (number, number)
        assert [out.notice.id for out in opened.pending()] == [f"n{n}" for n in range(1, number + 1)]
        assert back.problems == ()
        opened.close()
    assert shown > 12


def test_the_log_is_brought_into_the_file_between_steps_and_not_by_a_commit(path, store):
    plain = path.stat().st_size
    for number in range(60):
        store.commit(step(World(), memory={f"note {number}": "x" * 20_000}))
    assert path.stat().st_size == plain
    store.tidy()
    kept = path.stat().st_size
    assert kept > plain + 60 * 20_000
    store.commit(step(World(), memory={"one more": "x" * 200_000}))
    store.tidy()
    assert path.stat().st_size == kept


def test_a_sources_notes_are_stored_at_once_and_read_like_those_of_a_step(store, path):
    store.remember({"host:status.acme.example": "[1]", "feed:acme": "x"})
    store.remember({"host:status.acme.example": "[2]"})
    store.close()
    again = Store.open(path, START)
    assert again.load(START).memory == {"host:status.acme.example": "[2]", "feed:acme": "x"}
    again.close()
    with pytest.raises(StoreError):
        again.remember({"host:status.acme.example": "[3]"})

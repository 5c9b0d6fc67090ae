"""Messages `observe`: as datagrams and as lines, from programs that wait for nothing; pointers are followed only to records that may be read."""

import asyncio
import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from statuswatch.config.errors import PlaceError
from statuswatch.core.moment import Moment
from statuswatch.core.observation import CallSeen, Outcome
from statuswatch.core.tellings import Tellings
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.ingest import AT_ONCE, Ingest, Mailbox
from statuswatch.engine.serve import Server
from statuswatch.sources.clients.places import Place
from statuswatch.surfaces.cli.hook import tell
from support.enginekit import START, loop_clock

ACME = "https://api.acme.example/v1/messages"


class Undecided:
    """A Diagnose that is never asked: these calls were answered."""


@pytest.fixture
def place() -> Any:
    folder = Path("/tmp") / f"swi{os.getpid()}"
    yield folder / "observe.sock"
    for path in folder.glob("*"):
        path.unlink()
    if folder.exists():
        folder.rmdir()


def ingest(inbox: Inbox, knock: Callable[[str, str], bool] | None = None) -> Ingest:
    return Ingest(inbox, loop_clock(), Undecided(), {"api.acme.example": Place("acme")}.get, Tellings(), knock)  # type: ignore[arg-type]


def answered(**more: object) -> dict[str, object]:
    return {"type": "observe", "call": {"outcome": "ok", "url": ACME, "model": "big-1", **more}}


def _fill(send: Callable[[], object]) -> None:
    for _ in range(100_000):
        send()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - a socket's arrival has no event of ours
            await asyncio.sleep(0.01)


async def test_a_call_that_a_program_tells_reaches_the_inbox() -> None:
    inbox = Inbox()
    assert ingest(inbox).take(answered()) is True
    (arrival,) = await inbox.take()
    assert isinstance(arrival.observation, CallSeen)
    assert (arrival.observation.call.provider, arrival.observation.call.outcome) == ("acme", Outcome.OK)


async def test_a_call_to_nobody_known_says_nothing_about_anybody() -> None:
    assert ingest(Inbox()).take(answered(url="https://elsewhere.example")) is False


async def test_what_is_no_message_of_ours_is_said_to_be_none() -> None:
    taker = ingest(Inbox())
    assert taker.take({"type": "observe"}) is None
    assert taker.take({"type": "observe", "call": {"outcome": "perhaps"}}) is None


async def test_where_there_is_no_room_nothing_waits() -> None:
    inbox = Inbox(depth=1)
    taker = ingest(inbox)
    assert taker.take(answered(id="1")) is True
    assert taker.take(answered(id="2")) is False


async def test_a_pointer_is_followed_at_once_and_once_more_when_the_client_has_written() -> None:
    asked: list[tuple[str, str]] = []
    taker = ingest(Inbox(), lambda client, path: not asked.append((client, path)))
    message = {"type": "observe", "record": {"client": "claude-code", "path": "/h/s.jsonl"}}
    assert taker.take(message) is True
    assert asked == [("claude-code", "/h/s.jsonl")]
    await until(lambda: len(asked) == 2)


async def test_a_pointer_to_what_may_not_be_read_is_refused() -> None:
    message = {"type": "observe", "record": {"client": "claude-code", "path": "/etc/passwd"}}
    assert ingest(Inbox(), lambda _client, _path: False).take(message) is False
    assert ingest(Inbox()).take(message) is False


async def test_datagrams_are_read_and_only_their_owner_may_send_them(place: Path) -> None:
    taken: list[Any] = []
    task = asyncio.create_task(Mailbox(place, taken.append).run())
    await until(place.exists)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect(str(place))
        for odd in (b"", b"\xff", b"[]", b"{}", b'{"type":"command"}', b"[" * 8000, json.dumps({"type": "observe", "x": "y" * 9000}).encode()):
            out.send(odd)
        for number in range(AT_ONCE * 2):
            await asyncio.to_thread(out.send, json.dumps({"type": "observe", "n": number}).encode())
    await until(lambda: len(taken) == AT_ONCE * 2)
    assert [message["n"] for message in taken] == list(range(AT_ONCE * 2))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not place.exists()


async def test_without_an_engine_a_sender_knows_at_once_and_with_a_stuck_one_it_never_waits(place: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tell({"type": "observe"}, str(place))
    place.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stuck:
        stuck.bind(str(place))
        with pytest.raises(BlockingIOError):
            _fill(lambda: tell({"type": "observe"}, str(place)))
    with pytest.raises(ConnectionRefusedError):
        tell({"type": "observe"}, str(place))


async def test_a_stale_socket_is_replaced_and_the_one_of_another_engine_left(place: Path) -> None:
    place.parent.mkdir(mode=0o700)
    place.write_text("left behind")
    task = asyncio.create_task(Mailbox(place, print).run())
    await until(place.is_socket)
    place.unlink()
    place.write_text("another's")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert place.read_text() == "another's"


async def test_a_place_that_cannot_be_used_is_told(place: Path) -> None:
    in_the_way = place.parent / f".o{os.getpid()}"
    in_the_way.mkdir(parents=True)
    with pytest.raises(PlaceError, match="no socket could be made"):
        await Mailbox(place, print).run()
    in_the_way.rmdir()


async def test_over_the_engines_socket_a_message_is_answered(place: Path) -> None:
    inbox = Inbox()
    server = Server(place.parent / "s", inbox.submit, lambda: Moment(START, 0.0), ingest(inbox).take)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(str(place.parent / "s"))
    hello = json.loads(await reader.readline())
    assert "observe" in hello["capabilities"]
    for sent, answer in (
        (answered(), {"type": "done", "id": "1", "ok": True}),
        ({"type": "observe", "record": {"client": "codex", "path": "/x.jsonl"}}, {"type": "done", "id": "1", "ok": False}),
        ({"type": "observe", "call": 7}, None),
    ):
        writer.write(json.dumps({**sent, "id": "1"}).encode() + b"\n")
        said = json.loads(await reader.readline())
        assert said == answer or (answer is None and said["type"] == "error" and "outcome" in said["error"])
    writer.close()
    await server.stop()


async def test_a_server_without_taps_follows_no_message(place: Path) -> None:
    assert Server(place.parent / "s", lambda _c: None, lambda: Moment(START, 0.0)).observe(answered()) is False

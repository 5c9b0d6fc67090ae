"""The real source against a real Unix socket that speaks protocol 1."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statuswatch.core.codec import encode
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.core.observation import Command, CommandKind
from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.tui.source import Connection, Event, Linked, SocketSource
from support import snapshots
from support.snapshots import NOW, OPUS

HELLO = {"type": "hello", "v": 1, "version": "0.1.0", "capabilities": ["snapshot"]}


class Engine:
    """Says prepared lines to everyone who connects, and answers commands as `replies` says."""

    def __init__(self, *lines: dict[str, Any] | bytes) -> None:
        self.lines = list(lines)
        self.heard: list[dict[str, Any]] = []
        self.answer: dict[str, Any] | None = {"type": "done", "ok": True}
        self._writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        for line in self.lines:
            self.say(line)
        while data := await reader.readline():
            self.heard.append(json.loads(data))
            if self.answer is None:
                writer.close()
                return
            self.say(self.answer | {"id": self.heard[-1]["id"]})

    def say(self, line: dict[str, Any] | bytes) -> None:
        for writer in self._writers:
            writer.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")

    def drop(self) -> None:
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def running(engine: Engine, path: Path) -> AsyncIterator[None]:
    server = await asyncio.start_unix_server(engine.serve, path)
    try:
        yield
    finally:
        engine.drop()
        server.close()
        path.unlink(missing_ok=True)


async def take(events: AsyncGenerator[Event, None], count: int) -> list[Event]:
    return [await asyncio.wait_for(anext(events), 60) for _ in range(count)]


def picture(**fields: Any) -> dict[str, Any]:
    return {"type": "snapshot", "snapshot": encode(replace(snapshots.calm(), **fields))}


async def test_pictures_changes_and_notices_come_through(tmp_path: Path) -> None:
    told = Notice("n1", "t1", NoticeKind.OPENED, NOW, NoticeReason.OWN_FAILURES, (OPUS,), "title", "body", "anthropic")
    changes = {"type": "changes", "changes": [{"what": "route"}], "snapshot": encode(snapshots.trouble())}
    engine = Engine(HELLO, picture(), changes, {"type": "notice", "notice": encode(told)}, {"type": "of a later version"})
    async with running(engine, tmp_path / "s"), aclosing(SocketSource(tmp_path / "s", tmp_path / "none").events()) as events:
        assert await take(events, 5) == [Linked(Connection.CONNECTING), Linked(Connection.LIVE), snapshots.calm(), snapshots.trouble(), told]


async def test_without_an_engine_the_last_stored_picture_is_told_as_such(tmp_path: Path) -> None:
    stored = tmp_path / "snapshot.json"
    stored.write_text(json.dumps(encode(snapshots.trouble())))
    async with aclosing(SocketSource(tmp_path / "s", stored).events()) as events:
        assert await take(events, 3) == [Linked(Connection.CONNECTING), Linked(Connection.GONE, "no engine answers"), snapshots.trouble()]


@pytest.mark.parametrize("content", [b"", b"{", b'{"v": 1}', b"\xff\xfe", b"[]"])
async def test_a_stored_picture_that_cannot_be_read_is_no_picture(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "snapshot.json").write_bytes(content)
    async with aclosing(SocketSource(tmp_path / "s", tmp_path / "snapshot.json").events()) as events:
        told = await take(events, 3)
        assert not any(isinstance(event, Snapshot) for event in told)


async def test_an_engine_that_comes_later_is_joined(tmp_path: Path) -> None:
    async with aclosing(SocketSource(tmp_path / "s", tmp_path / "none").events()) as events:
        await take(events, 2)
        async with running(Engine(HELLO, picture()), tmp_path / "s"):
            while (event := (await take(events, 1))[0]) == Linked(Connection.GONE, "no engine answers"):
                pass
            assert event == Linked(Connection.LIVE)


async def test_an_engine_that_restarts_at_once_is_no_news(tmp_path: Path) -> None:
    engine = Engine(HELLO, picture())
    async with running(engine, tmp_path / "s"), aclosing(SocketSource(tmp_path / "s", tmp_path / "none").events()) as events:
        await take(events, 3)
        engine.drop()
        assert await take(events, 2) == [Linked(Connection.LIVE), snapshots.calm()]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([HELLO | {"v": 2}], "another protocol (v 2, expected 1)"),
        ([{"type": "error", "error": "there are 256 listeners already"}], "256 listeners"),
        ([b"not json\n"], "cannot be read"),
        ([b"[]\n"], "no object"),
        ([HELLO, picture(v=2)], "form v 2"),
        ([HELLO, {"type": "snapshot", "snapshot": {"at": "never"}}], "cannot be read"),
    ],
)
async def test_an_engine_that_cannot_be_understood_is_gone_with_a_reason(tmp_path: Path, lines: list[Any], words: str) -> None:
    async with running(Engine(*lines), tmp_path / "s"), aclosing(SocketSource(tmp_path / "s", tmp_path / "none").events()) as events:
        while not isinstance(event := (await take(events, 1))[0], Linked) or event.state is not Connection.GONE:
            pass
        assert words in event.detail


async def test_a_large_picture_comes_through(tmp_path: Path) -> None:
    async with (
        running(Engine(HELLO, {"type": "snapshot", "snapshot": encode(snapshots.many(2000))}), tmp_path / "s"),
        aclosing(SocketSource(tmp_path / "s", tmp_path / "none").events()) as events,
    ):
        assert (await take(events, 3))[2] == snapshots.many(2000)


async def _asking(source: SocketSource, command: Command) -> Any:
    async with aclosing(source.events()) as events:
        await take(events, 3)
        listening = asyncio.create_task(anext(events))
        reply = await asyncio.wait_for(source.send(command), 60)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        return reply


async def test_a_command_is_sent_as_the_protocol_says_and_its_answer_comes_back(tmp_path: Path) -> None:
    engine, source = Engine(HELLO, picture()), SocketSource(tmp_path / "s", tmp_path / "none")
    async with running(engine, tmp_path / "s"):
        reply = await _asking(source, Command(NOW, CommandKind.MUTE, OPUS, NOW))
    assert reply.ok
    assert engine.heard == [{"type": "command", "id": "1", "command": "mute", "target": OPUS, "until": "2025-12-14T21:48:00Z"}]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"type": "error", "error": "target: expected a route"}, "expected a route"),
        ({"type": "done", "ok": False, "error": "busy"}, "busy"),
        (None, "went away"),
    ],
)
async def test_a_refusal_is_a_reply_with_its_reason(tmp_path: Path, answer: dict[str, Any] | None, words: str) -> None:
    engine, source = Engine(HELLO, picture()), SocketSource(tmp_path / "s", tmp_path / "none")
    engine.answer = answer
    async with running(engine, tmp_path / "s"):
        reply = await _asking(source, Command(NOW, CommandKind.REFRESH))
    assert not reply.ok
    assert words in reply.detail


async def test_a_command_without_an_engine_is_refused_at_once(tmp_path: Path) -> None:
    reply = await SocketSource(tmp_path / "s", tmp_path / "none").send(Command(NOW, CommandKind.REFRESH))
    assert (reply.ok, reply.detail) == (False, "no engine answers")

"""Publishing: the three files, and the socket with real clients."""

import asyncio
import json
import os
import re
import socket
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statuswatch.core.codec import decode
from statuswatch.core.health import Health
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.core.observation import Command, CommandKind
from statuswatch.core.snapshot import EngineView, Level, Snapshot, Summary
from statuswatch.engine.doorbell import Doorbell
from statuswatch.engine.pictures import changed
from statuswatch.engine.publish import Outlets, Publisher, prompt_line, write_whole
from statuswatch.engine.serve import LINE_MAX, NOTICES_KEPT, Server
from support.otheruser import connect_as_nobody, folder_open_to_all
from support.snapshots import route_view

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EXPIRES = START + timedelta(seconds=150)
ROUTE = "anthropic/code:claude-opus-4.5"


def picture(health=Health.OK, label="", minute=0, **more) -> Snapshot:
    summary = Summary(Level.DOWN if label else Level.OK, None, "headline", label=label, exit_status=1 if label else 0)
    at = START + timedelta(minutes=minute)
    return Snapshot(at, EngineView("0.1.0", START, EXPIRES), summary, routes=(route_view(ROUTE, health),), **more)


def notice(number: int) -> Notice:
    return Notice(f"n{number}", "t1", NoticeKind.OPENED, START, NoticeReason.OWN_FAILURES, (ROUTE,), "title", "body", "anthropic")


async def until(condition) -> None:
    """Let the loop run until `condition` holds."""
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("waited in vain")


class TestFiles:
    @pytest.fixture
    def outlets(self, tmp_path):
        run = tmp_path / "run"
        return Outlets(run / "snapshot.json", run / "status.txt", run / "prompt")

    def test_the_prompt_file_is_one_line_of_four_fields(self, outlets):
        Publisher(outlets, lambda _s: "").publish(picture(label="opus down 12m"))
        assert outlets.prompt.read_text() == f"1\t{int(EXPIRES.timestamp())}\tdown\topus down 12m\n"

    def test_when_all_is_well_the_label_is_empty_and_the_line_is_there(self, outlets):
        Publisher(outlets, lambda _s: "").publish(picture())
        assert outlets.prompt.read_text() == f"1\t{int(EXPIRES.timestamp())}\tok\t\n"

    @pytest.mark.parametrize("label", ["$(touch pwned)", "`id`", "%F{red}x%f", "\x1b[31mred", "a\tb\nc", "#[fg=red]", "ünïcode", "x" * 500, "\\u@\\h"])
    def test_no_label_gets_out_that_a_shell_would_act_on(self, label):
        line = prompt_line(Summary(Level.DOWN, None, "", label=label), 5)
        assert re.fullmatch(r"1\t5\tdown\t[A-Za-z0-9 .:+_-]{0,40}\n", line)

    def test_the_status_file_starts_with_a_line_for_programs(self, outlets):
        Publisher(outlets, lambda snapshot: f"ready: {snapshot.summary.headline}\n").publish(picture(label="opus down"))
        assert outlets.status.read_text() == f"1\t{int(EXPIRES.timestamp())}\t1\nready: headline\n"

    def test_the_snapshot_file_reads_back_as_the_snapshot(self, outlets):
        shown = picture(Health.DOWN, "opus down")
        Publisher(outlets, lambda _s: "").publish(shown)
        assert decode(Snapshot, json.loads(outlets.snapshot.read_text())) == shown

    def test_the_files_are_for_their_owner_alone_and_nothing_else_is_left(self, outlets):
        publisher = Publisher(outlets, lambda _s: "")
        publisher.publish(picture())
        publisher.publish(picture(label="x"))
        files = list(outlets.prompt.parent.iterdir())
        assert {file.name for file in files} == {"snapshot.json", "status.txt", "prompt"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(outlets.prompt.parent.stat().st_mode) == 0o700

    def test_a_place_that_cannot_be_written_is_a_problem_that_goes_when_it_can_again(self, outlets):
        outlets.prompt.parent.mkdir(mode=0o700)
        outlets.prompt.mkdir()  # a folder in the way of the file, which stops root too
        (outlets.prompt / "x").touch()
        publisher = Publisher(outlets, lambda _s: "")
        publisher.publish(picture())
        assert len(publisher.problems) == 1
        assert str(outlets.prompt) in publisher.problems[0]
        assert outlets.snapshot.exists()
        assert not list(outlets.prompt.parent.glob(".*"))
        (outlets.prompt / "x").unlink()
        outlets.prompt.rmdir()
        publisher.publish(picture())
        assert publisher.problems == ()

    def test_a_full_disk_is_a_problem_and_the_old_text_stays_whole(self, tmp_path):
        full = Path("/dev/full")
        if not full.exists():
            pytest.skip("no /dev/full on this system")
        target = tmp_path / "place" / "prompt"
        write_whole(target, "old\n")
        (tmp_path / "place" / f".prompt.{os.getpid()}").symlink_to(full)
        with pytest.raises(OSError, match="No space left"):
            write_whole(target, "new\n")
        assert target.read_text() == "old\n"

    def test_a_rendering_that_breaks_silences_nothing_else(self, outlets):
        def broken(_snapshot):
            raise ZeroDivisionError

        publisher = Publisher(outlets, broken)
        publisher.publish(picture())
        assert outlets.prompt.exists()
        assert outlets.snapshot.exists()
        assert "ZeroDivisionError" in publisher.problems[0]

    def test_an_engine_that_ends_on_purpose_expires_at_once(self, outlets):
        publisher = Publisher(outlets, lambda _s: "text")
        publisher.publish(picture(label="opus down"))
        publisher.farewell(picture(label="opus down"), START)
        assert outlets.prompt.read_text().split("\t")[1] == str(int(START.timestamp()))
        assert outlets.status.read_text().split("\t")[1] == str(int(START.timestamp()))


class TestChanges:
    def test_only_what_moved_is_named(self):
        was, now = picture(), picture(Health.DOWN)
        assert changed(was, now) == [{"what": "route", "route": ROUTE, "was": "ok", "now": "down"}]
        assert changed(was, replace(was, at=START + timedelta(hours=1))) == []

    def test_what_comes_and_goes_is_named_with_null(self):
        was = picture()
        assert changed(replace(was, routes=()), was) == [{"what": "route", "route": ROUTE, "was": None, "now": "ok"}]
        assert changed(was, replace(was, routes=())) == [{"what": "route", "route": ROUTE, "was": "ok", "now": None}]


class Client:
    """A program at the socket."""

    def __init__(self, path):
        self._path = path

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_unix_connection(self._path, limit=1 << 24)
        return self

    async def __aexit__(self, *_exc):
        self.writer.close()

    async def read(self):
        async with asyncio.timeout(60):
            return json.loads(await self.reader.readline())

    async def until(self, kind):
        while True:
            message = await self.read()
            if message["type"] == kind:
                return message

    def send(self, message):
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.writer.write(line + b"\n")

    async def ask(self, message):
        self.send(message)
        return await self.read()


class TestSocket:
    @pytest.fixture
    def commands(self):
        return []

    @pytest.fixture
    async def server(self, tmp_path, commands):
        def submit(command):
            commands.append(command)
            done = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(done.set_result, None)
            return done

        running = Server(tmp_path / "r" / "s", submit, lambda: Moment(START, 0.0))
        await running.start()
        yield running
        await running.stop()

    @pytest.fixture
    def path(self, tmp_path, server):
        assert server.listeners == 0
        return tmp_path / "r" / "s"

    def show(self, server, snapshot):
        server.publish(snapshot, json.dumps({"at": snapshot.at.isoformat(), "pad": "x" * 1000}))

    async def test_a_listener_is_greeted_and_shown_the_newest_picture(self, server, path):
        self.show(server, picture())
        self.show(server, picture(minute=1))
        async with Client(path) as client:
            hello = await client.read()
            assert (hello["type"], hello["v"], hello["pid"]) == ("hello", 1, os.getpid())
            assert set(hello["capabilities"]) >= {"snapshot", "changes", "notice", "command"}
            shown = await client.read()
            assert shown["type"] == "snapshot"
            assert shown["snapshot"]["at"] == "2026-03-01T12:01:00+00:00"
            assert server.listeners == 1
        await until(lambda: not server.listeners)

    async def test_a_change_is_told_as_a_change_and_a_mere_beat_as_a_picture(self, server, path):
        self.show(server, picture())
        async with Client(path) as client:
            await client.until("snapshot")
            self.show(server, picture(Health.DOWN, minute=1))
            message = await client.read()
            assert message["type"] == "changes"
            assert message["changes"] == [{"what": "route", "route": ROUTE, "was": "ok", "now": "down"}]
            self.show(server, picture(Health.DOWN, minute=2))
            assert (await client.read())["type"] == "snapshot"

    async def test_a_notice_reaches_every_listener(self, server, path):
        async with Client(path) as one, Client(path) as two:
            for client in (one, two):
                await client.until("hello")
            server.tell(notice(1))
            for client in (one, two):
                assert (await client.until("notice"))["notice"]["id"] == "n1"

    async def test_a_ping_and_a_command_are_answered_by_their_id(self, server, path, commands):
        async with Client(path) as client:
            await client.until("hello")
            assert await client.ask({"type": "ping", "id": "a"}) == {"type": "pong", "id": "a"}
            asked = {"type": "command", "id": "b", "command": "mute", "target": ROUTE, "until": "2026-03-01T13:00:00Z"}
            assert await client.ask(asked) == {"type": "done", "id": "b", "ok": True}
            assert await client.ask({"type": "command", "id": "c", "command": "refresh"}) == {"type": "done", "id": "c", "ok": True}
            assert commands == [
                Command(START, CommandKind.MUTE, ROUTE, START + timedelta(hours=1)),
                Command(START, CommandKind.REFRESH, "*"),
            ]
            assert server.listeners == 1

    @pytest.mark.parametrize(
        "line",
        [
            b"not json",
            b"[]",
            b"7",
            b'{"type":"nonsense"}',
            b"{}",
            b'{"type":"command","command":"explode"}',
            b'{"type":"command","command":["mute"]}',
            b'{"type":"command","command":"mute","target":5}',
            b'{"type":"command","command":"mute","target":"\\u001b[2J"}',
            b'{"type":"command","command":"mute","target":""}',
            b'{"type":"command","command":"mute","until":"tomorrow"}',
            b'{"type":"command","command":"mute","until":5}',
            b'{"type":"command","command":"mute","until":"0001-01-01T00:00:00+14:00"}',
            b"\xff\xfe\x00",
            b"[" * 5000,
            b"x" * (LINE_MAX + 1),
            b"x" * 300_000,
        ],
        ids=lambda line: repr(line[:40]),
    )
    async def test_malformed_input_is_answered_with_an_error_and_the_connection_lives(self, server, path, commands, line):
        async with Client(path) as client:
            await client.until("hello")
            answer = await client.ask(line)
            assert answer["type"] == "error"
            assert answer["error"]
            assert await client.ask({"type": "ping", "id": "z"}) == {"type": "pong", "id": "z"}
            assert commands == []
            assert server.listeners == 1

    async def test_a_line_may_come_in_pieces(self, server, path):
        async with Client(path) as client:
            await client.until("hello")
            for byte in b'{"type":"ping","id":"p"}\n':
                client.writer.write(bytes([byte]))
                await client.writer.drain()
            assert (await client.read())["id"] == "p"
            assert server.listeners == 1

    async def test_a_busy_engine_says_so(self, tmp_path):
        server = Server(tmp_path / "b" / "s", lambda _c: None, lambda: Moment(START, 0.0))
        await server.start()
        async with Client(tmp_path / "b" / "s") as client:
            await client.until("hello")
            assert (await client.ask({"type": "command", "id": "1", "command": "refresh"}))["ok"] is False
        await server.stop()

    async def test_a_hundred_readers_that_do_not_read_cost_one_picture_each_and_get_the_newest(self, server, path):
        big = "x" * 500_000
        raw = []
        for _ in range(100):
            client = socket.socket(socket.AF_UNIX)
            client.setblocking(False)
            client.connect(str(path))
            raw.append(client)
        await until(lambda: server.listeners == 100)
        for minute in range(50):
            snapshot = picture(Health.DOWN if minute % 2 else Health.OK, minute=minute)
            server.publish(snapshot, json.dumps({"minute": minute, "pad": big}))
            for number in range(10):
                server.tell(notice(minute * 10 + number))
            await asyncio.sleep(0)
        for listener in server._listeners:
            assert listener._transport.get_write_buffer_size() < 2 * len(big)
            assert len(listener._notices) <= NOTICES_KEPT
        lines = await asyncio.get_running_loop().run_in_executor(None, self.read_all, raw[0])
        pictures = [json.loads(line) for line in lines if b'"snapshot":' in line[:200] or b'"changes"' in line[:30]]
        minutes = [message["snapshot"]["minute"] for message in pictures]
        assert minutes == sorted(minutes)
        assert minutes[-1] == 49
        assert len(minutes) <= 4
        told = [json.loads(line)["notice"]["id"] for line in lines if b'"notice"' in line[:20]]
        assert told[-1] == "n499"
        assert len(told) <= NOTICES_KEPT + 20
        for client in raw:
            client.close()

    @staticmethod
    def read_all(client):
        client.setblocking(True)
        client.settimeout(5.0)
        data = b""
        try:
            while piece := client.recv(1 << 20):
                data += piece
        except TimeoutError:
            pass
        return data.split(b"\n")[:-1]

    async def test_a_flood_of_bad_lines_from_one_who_does_not_read_is_not_kept(self, server, path):
        flood = socket.socket(socket.AF_UNIX)
        flood.setblocking(False)
        flood.connect(str(path))
        sent = 0
        for _ in range(2000):
            try:
                sent += flood.send(b"x\n" * 4096)
            except BlockingIOError:
                await asyncio.sleep(0)
        (listener,) = server._listeners
        assert listener._transport.get_write_buffer_size() < 10_000
        assert len(listener._input) <= 300_000
        async with Client(path) as other:
            assert (await other.read())["type"] == "hello"
        flood.close()

    async def test_a_stale_socket_is_replaced_and_ones_own_is_removed(self, tmp_path):
        place = tmp_path / "t" / "s"
        first = Server(place, lambda _c: None, lambda: Moment(START, 0.0))
        await first.start()
        second = Server(place, lambda _c: None, lambda: Moment(START, 0.0))
        await second.start()
        await first.stop()
        async with Client(place) as client:
            assert (await client.read())["type"] == "hello"
        await second.stop()
        assert not place.exists()

    async def test_another_user_gets_nothing_even_where_all_modes_are_open(self):
        with folder_open_to_all() as folder:
            server = Server(folder / "r" / "s", lambda _c: None, lambda: Moment(START, 0.0))
            await server.start()
            (folder / "r").chmod(0o755)
            (folder / "r" / "s").chmod(0o666)
            loop = asyncio.get_running_loop()
            assert await loop.run_in_executor(None, connect_as_nobody, folder / "r" / "s") in {"", "ConnectionResetError"}
            (folder / "r" / "s").chmod(0o600)
            assert await loop.run_in_executor(None, connect_as_nobody, folder / "r" / "s") == "PermissionError"
            await server.stop()


async def test_why_waiting_prompts_hear_nothing_is_part_of_the_next_picture(tmp_path):
    (tmp_path / "file").write_text("")
    outlets = Outlets(tmp_path / "snapshot.json", tmp_path / "status", tmp_path / "prompt")
    publisher = Publisher(outlets, lambda _: "", None, Doorbell(tmp_path / "file" / "prompt.sock"))

    publisher.publish(picture())

    assert any("prompts" in problem for problem in publisher.problems)

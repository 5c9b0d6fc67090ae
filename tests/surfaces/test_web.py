"""The web door as the program opens it: a process, requests on loopback, and all those who are to stay outside."""

import asyncio
import contextlib
import http.client
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.surfaces.bridge.door import Asked, Door, is_origin, other_user
from statuswatch.surfaces.bridge.web import CONNECTIONS_MAX, STREAMS_MAX, Web
from support import snapshots
from support.otheruser import as_nobody
from support.published import Engine, publish
from support.recordings import missing

WITHIN = 30
PAGE = "http://localhost:3000"


class Opened:
    """`statuswatch bridge --http 0`, running."""

    def __init__(self, *arguments):
        argv = [sys.executable, "-m", "statuswatch", "bridge", "--http", "0", *arguments]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        self.said = json.loads(self.process.stdout.readline())
        self.token = self.said["token"]
        self.port = int(self.said["url"].rpartition(":")[2])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(WITHIN)
        self.process.stdout.close()
        self.process.stderr.close()

    def ask(self, method, target, body=None, **headers):
        """Status, body and headers of the answer. Header names are written with underscores; None leaves out what is sent otherwise."""
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json" if body is not None else None}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WITHIN)
        try:
            data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            connection.putrequest(method, target, skip_host="Host" in given)
            for name, value in given.items():
                if value is not None:
                    connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            said = answer.read()
            return answer.status, json.loads(said) if said else None, dict(answer.getheaders())
        finally:
            connection.close()

    def events(self):
        return Events(self.port, self.token)


class Events:
    """One open stream of events, read by hand as the HTML standard has it."""

    def __init__(self, port, token):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
        self._connection.request("GET", f"/v1/events?token={token}")
        self.answer = self._connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answer.close()
        self._connection.close()

    def next(self):
        """The next event's data."""
        data = []
        while line := self.answer.readline():
            text = line.decode().rstrip("\n")
            if text.startswith("data: "):
                data.append(text[6:])
            elif not text and data:
                return json.loads("\n".join(data))
        return None

    def until(self, kind, **fields):
        while True:
            message = self.next()
            assert message is not None, "the stream ended"
            if message["type"] == kind and fields.items() <= message.items():
                return message


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One door for all who only knock."""
    home = tmp_path_factory.mktemp("web")
    before = os.environ.get("STATUSWATCH_HOME")
    os.environ["STATUSWATCH_HOME"] = str(home)
    try:
        with Opened("--origin", PAGE) as door:
            yield door
    finally:
        os.environ.pop("STATUSWATCH_HOME")
        if before is not None:
            os.environ["STATUSWATCH_HOME"] = before


def test_the_picture_is_given_and_a_command_answered():
    with Engine() as engine:
        engine.show(snapshots.trouble())
        with Opened() as door:
            status, picture, headers = door.ask("GET", "/v1/snapshot")
            done = door.ask("POST", "/v1/command", {"type": "command", "id": "1", "command": "refresh"})
            why = door.ask("POST", "/v1/command", {"type": "command", "id": "2", "command": "why", "target": snapshots.OPUS})
            pong = door.ask("POST", "/v1/command", {"type": "ping", "id": "3"})

    assert (status, picture["type"], picture["snapshot"]["summary"]["level"]) == (200, "snapshot", "failing")
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers
    assert done[:2] == (200, {"type": "done", "id": "1", "ok": True})
    assert why[1]["why"]["route"] == snapshots.OPUS
    assert pong[1] == {"type": "pong", "id": "3"}
    assert len(engine.commands) == 1


def test_without_an_engine_the_last_picture_is_given_as_stale_and_where_there_is_none_that_is_said():
    with Opened() as door:
        assert door.ask("GET", "/v1/snapshot")[0] == 503
        publish(snapshots.trouble())
        assert door.ask("GET", "/v1/snapshot")[1]["stale"] is True


def test_a_stream_carries_all_messages_and_takes_commands_by_its_session():
    told = Notice("n1", "t1", NoticeKind.OPENED, snapshots.NOW, NoticeReason.OWN_FAILURES, (snapshots.OPUS,), "title", "body", "anthropic")
    with Engine() as engine:
        engine.show(snapshots.calm())
        with Opened() as door, door.events() as events:
            session = events.until("session")["session"]
            assert events.until("hello")["engine"] is True
            assert events.until("snapshot")["snapshot"]["summary"]["level"] == "ok"
            engine.show(snapshots.trouble())
            assert events.until("changes")["changes"]
            engine.tell(told)
            assert events.until("notice")["notice"]["id"] == "n1"
            claim = {"type": "command", "id": "c", "command": "claim", "target": "n1"}
            assert door.ask("POST", f"/v1/command?session={session}", claim)[:2] == (202, {"taken": True})
            assert events.until("done", id="c")["ok"] is True
            assert door.ask("POST", "/v1/command", claim)[0] == 409
            assert door.ask("POST", "/v1/command?session=nobody", claim)[0] == 404


def test_an_engine_that_goes_and_comes_is_followed():
    with Opened() as door:
        with Engine() as engine:
            engine.show(snapshots.calm())
            events = door.events()
            events.until("snapshot")
        assert events.until("hello", engine=False)
        with Engine() as engine:
            engine.show(snapshots.trouble())
            assert events.until("hello", engine=True)
            assert events.until("snapshot")["snapshot"]["summary"]["level"] == "failing"
        events.__exit__()


OUTSIDE = {
    "no word": {"Authorization": None},
    "a wrong word": {"Authorization": "Bearer x"},
    "a word of another kind": {"Authorization": "Basic x"},
    "another name for this machine": {"Host": "statuswatch.evil.example"},
    "another name with the port": {"Host": "evil.example:{port}"},
    "the right name with another port": {"Host": "127.0.0.1:1"},
    "no host at all": {"Host": ""},
    "a page of another site": {"Origin": "https://evil.example"},
    "a page of no site": {"Origin": "null"},
    "a page on another port": {"Origin": "http://127.0.0.1:1"},
    "an image in a page": {"Sec_Fetch_Site": "cross-site"},
    "a page of a neighbouring site": {"Sec_Fetch_Site": "same-site"},
}


@pytest.mark.parametrize("target", ["/v1/snapshot", "/v1/events", "/v1/command"])
@pytest.mark.parametrize("headers", list(OUTSIDE.values()), ids=list(OUTSIDE))
def test_who_is_to_stay_outside_does(headers, target, shared):
    headers = {name: value and value.format(port=shared.port) for name, value in headers.items()}
    method = "POST" if target == "/v1/command" else "GET"
    body = {"type": "ping", "id": "1"} if method == "POST" else None

    status, said, given = shared.ask(method, target, body, **headers)

    assert status in {400, 401, 403}
    assert set(said or {}) <= {"error"}
    assert "access-control-allow-origin" not in {name.lower() for name in given}


def test_a_page_that_was_let_in_reads_answers_and_nobody_gets_a_wildcard(shared):
    status, _, headers = shared.ask("POST", "/v1/command", {"type": "ping", "id": "1"}, Origin=PAGE, Sec_Fetch_Site="cross-site")
    before, _, allowed = shared.ask("OPTIONS", "/v1/command", Authorization=None, Origin=PAGE, Access_Control_Request_Method="POST")
    refused = shared.ask("OPTIONS", "/v1/command", Authorization=None, Origin="https://evil.example", Access_Control_Request_Method="POST")

    assert (status, headers["access-control-allow-origin"]) == (200, PAGE)
    assert (before, allowed["access-control-allow-origin"]) == (204, PAGE)
    assert refused[0] == 403
    assert "access-control-allow-origin" not in refused[2]


def test_the_word_may_stand_in_the_address_because_event_streams_of_browsers_send_no_headers(shared):
    assert shared.ask("POST", f"/v1/command?token={shared.token}", {"type": "ping", "id": "1"}, Authorization=None)[0] == 200
    assert shared.ask("POST", f"/v1/command?token={shared.token}&token=x", {"type": "ping", "id": "1"}, Authorization=None)[0] == 401


@pytest.mark.parametrize(
    ("method", "target", "body", "headers", "status"),
    [
        ("GET", "/", None, {}, 404),
        ("GET", "/v1/../../etc/passwd", None, {}, 404),
        ("GET", "//[", None, {}, 404),
        ("GET", "/v1/snapshot?" + "&".join(f"a{number}=1" for number in range(9)), None, {}, 404),
        ("DELETE", "/v1/snapshot", None, {}, 405),
        ("GET", "/v1/command", None, {}, 405),
        ("POST", "/v1/command", b"type=ping", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ("POST", "/v1/command", b"{}", {"Content_Type": "text/plain"}, 415),
        ("POST", "/v1/command", b"{", {}, 400),
        ("POST", "/v1/command", b"[1]", {}, 400),
        ("POST", "/v1/command", b"[" * 8000, {}, 400),
        ("POST", "/v1/command", b" " * 9000, {}, 413),
        ("POST", "/v1/command", b"{}", {}, 200),
    ],
)
def test_what_is_no_request_of_ours_is_answered_with_what_would_be(method, target, body, headers, status, shared):
    assert shared.ask(method, target, body, **headers)[0] == status


def test_a_head_without_end_and_bytes_that_are_no_http_end_the_connection_and_nothing_else(shared):
    for data in (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000, b"\x16\x03\x01" * 100, b"POST /v1/command HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", shared.port), WITHIN) as peer:
            peer.sendall(data)
            while peer.recv(4096):
                pass

    assert shared.ask("POST", "/v1/command", {"type": "ping", "id": "1"})[0] == 200


def test_so_many_streams_and_no_more_and_a_stream_that_is_closed_makes_room():
    with Engine() as engine:
        engine.show(snapshots.calm())
        with Opened() as door:
            streams = [door.events() for _ in range(STREAMS_MAX)]
            for one in streams:
                one.until("snapshot")
            assert door.ask("GET", "/v1/events")[0] == 503
            assert door.ask("POST", "/v1/command", {"type": "ping", "id": "1"})[0] == 200
            streams[0].__exit__()
            while True:
                again = door.events()
                if again.answer.status == 200:
                    break
                again.__exit__()
            again.until("snapshot")
            for one in (*streams[1:], again):
                one.__exit__()
    assert STREAMS_MAX < CONNECTIONS_MAX


async def test_clients_that_come_at_once_get_no_more_streams_than_there_are(monkeypatch):
    opening, web = asyncio.Event(), Web("w" * 20)

    async def never_in_time():
        await opening.wait()
        raise OSError

    async def knock():
        reader, writer = await asyncio.open_connection("127.0.0.1", web.door.port)
        writer.write(f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{web.door.port}\r\nAuthorization: Bearer {web.door.token}\r\n\r\n".encode())
        try:
            return (await reader.read(20))[9:12]
        finally:
            writer.close()

    monkeypatch.setattr("statuswatch.surfaces.bridge.web.Relay.open", never_in_time)
    await web.start(0)
    try:
        knocking = [asyncio.create_task(knock()) for _ in range(STREAMS_MAX + 3)]
        async with asyncio.timeout(WITHIN):
            while sum(task.done() for task in knocking) < 3:
                await asyncio.wait([task for task in knocking if not task.done()], return_when=asyncio.FIRST_COMPLETED)
        assert [task.result() for task in knocking if task.done()] == [b"503"] * 3
        opening.set()
        async with asyncio.timeout(WITHIN):
            assert sorted(await asyncio.gather(*knocking)) == [b""] * STREAMS_MAX + [b"503"] * 3
            assert await knock() == b""  # a place that was given back is there for the next
    finally:
        await web.stop()


def test_a_word_that_cannot_be_stored_is_told_in_a_sentence():
    place = Path(paths.ensure_private(paths.state_dir()), "web-token")
    place.mkdir()
    done = subprocess.run([sys.executable, "-m", "statuswatch", "bridge", "--http", "0"], capture_output=True, timeout=WITHIN, check=False)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(f"statuswatch bridge: {place} cannot be written".encode())
    assert b"Traceback" not in done.stderr


@pytest.mark.timeout(600)  # pictures of 40 MB in all are made, sent and read
def test_a_stream_that_is_not_read_gets_the_newest_picture_and_no_queue():
    with Engine() as engine:
        many = snapshots.many(800).routes  # 40 MB in all, more than the system keeps for a connection
        engine.show(snapshots.snapshot(routes=many))
        with Opened() as door, door.events() as events:
            events.until("snapshot")
            for number in range(100):
                engine.show(snapshots.snapshot(routes=many, at=snapshots.minutes_ago(100 - number)))
            pictures = 1
            while events.next()["snapshot"]["at"] != "2025-12-14T21:47:00Z":
                pictures += 1

    assert pictures < 80


def test_the_word_is_kept_for_this_user_alone_and_stays_the_same():
    with Opened() as first:
        pass
    with Opened() as second:
        pass

    place = Path(paths.state_dir(), "web-token")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert first.token == second.token == place.read_text().strip()


def test_it_listens_on_loopback_only(shared):
    rows = Path("/proc/net/tcp").read_text() if Path("/proc/net/tcp").exists() else ""
    mine = [row.split()[1] for row in rows.splitlines() if f":{shared.port:04X} " in row and row.split()[3] == "0A"]

    assert mine == [f"0100007F:{shared.port:04X}"] or not rows


def test_a_port_that_is_taken_and_wrong_arguments_are_usage():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments in (["--http", port], ["--http", "x"], ["--http", "99999"], ["--http", "0", "--origin", "*"], ["--origin", PAGE]):
            done = subprocess.run([sys.executable, "-m", "statuswatch", "bridge", *arguments], capture_output=True, timeout=WITHIN, check=False)
            assert (done.returncode, done.stdout) == (2, b""), arguments
            assert done.stderr
            assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "text", ["*", "null", "", "http://", "https://a.example/", "https://a.example/path", "https://a@b.example", "javascript:1", "https://A b"]
)
def test_no_wildcard_and_no_half_address_is_an_origin(text):
    assert not is_origin(text)


def test_another_user_of_this_machine_is_hung_up_on_even_with_the_word(shared):
    if os.getuid() != 0:
        missing("root", "only root can become another user")

    def ask() -> bytes:
        with socket.socket() as peer:  # looking a name up loads a module that the other user may be unable to read
            peer.settimeout(60)
            peer.connect(("127.0.0.1", shared.port))
            peer.sendall(f"GET /v1/snapshot?token={shared.token} HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\n\r\n".encode())
            return peer.recv(1000)

    assert as_nobody(ask) in {"", "ConnectionResetError"}


def test_where_the_system_does_not_say_whose_a_connection_is_the_word_protects(tmp_path):
    for content in ("", "garbage\n", "  0: x y\n"):
        (tmp_path / "tcp").write_text(content)
        assert other_user(("127.0.0.1", 1), ("127.0.0.1", 2), tmp_path / "tcp") is False
    assert other_user(("127.0.0.1", 1), ("127.0.0.1", 2), tmp_path / "none") is False


def test_a_header_that_is_there_twice_counts_for_nothing():
    door = Door(7, "word")
    asked = Asked.of(b"GET", b"/v1/snapshot", [(b"Host", b"127.0.0.1:7"), (b"host", b"127.0.0.1:7"), (b"Authorization", b"Bearer word")])

    assert door.refusal(asked).status == 403


def test_a_word_that_is_no_ascii_is_a_wrong_word():
    assert Door(7, "word").refusal(Asked("GET", "/v1/snapshot", {"token": "wörd\u2028"}, {"host": "127.0.0.1:7"})).status == 401


def test_many_knock_at_once_and_the_engine_does_not_feel_it():
    with Engine() as engine:
        engine.show(snapshots.calm())
        with Opened() as door:
            peers = [socket.create_connection(("127.0.0.1", door.port), WITHIN) for _ in range(CONNECTIONS_MAX + 20)]
            engine.show(snapshots.trouble())
            for peer in peers:
                peer.close()
            found = []
            while len(found) < 3:  # until the last of those who knocked has been counted out
                with contextlib.suppress(OSError, http.client.HTTPException):
                    found.append(door.ask("GET", "/v1/snapshot")[0])

    assert found == [200] * 3

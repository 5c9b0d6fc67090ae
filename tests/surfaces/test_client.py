"""What a surface hears of the engine: the last picture, the greeting, messages, and the end of them."""

import contextlib
import json
import os
import socket
import threading
from itertools import islice
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.core import summary
from statuswatch.core.health import Fault, Health
from statuswatch.surfaces.client import EngineGoneError, Link, engine_answers, exit_status, monotonic, read_snapshot, read_snapshot_text, snapshot_in
from support import snapshots
from support.published import Engine, holding, outlets, publish


@pytest.fixture
def deaf():
    """Something at the socket that takes connections and says only what it is told to say."""
    Path(paths.socket_file()).parent.mkdir(parents=True, exist_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(paths.socket_file())
    server.listen()
    server.settimeout(60)
    ended, threads = [], []

    def serve(said):
        def run():
            connection, _ = server.accept()
            ended.append(connection)
            with contextlib.suppress(OSError):  # it may have hung up in the middle
                connection.sendall(said)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()

    yield serve
    for thread in threads:
        thread.join(60)
    for connection in ended:
        connection.close()
    server.close()


def test_the_last_picture_is_read_as_it_was_published():
    held = publish(snapshots.trouble())

    assert read_snapshot() == held


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"v":1}', b"\xff\xfe", b"[" * 100_000, b'{"v":1,"at":"2025-12-14T21:48:00Z","engine":null,"summary":null}']
)
def test_what_is_no_picture_is_no_picture(content):
    publish(snapshots.calm())
    outlets().snapshot.write_bytes(content)

    assert read_snapshot() is None


def test_a_picture_of_another_form_is_not_guessed_at():
    publish(snapshots.calm())
    text = read_snapshot_text()
    assert text is not None
    outlets().snapshot.write_text(json.dumps({**json.loads(text), "v": 2}))

    assert read_snapshot() is None


def test_no_file_and_no_plain_file_are_no_picture():
    assert read_snapshot() is None
    outlets().snapshot.parent.mkdir(parents=True)
    os.mkfifo(outlets().snapshot)

    assert read_snapshot() is None


def test_an_engine_that_ended_on_purpose_ends_the_pictures_promise_too():
    held = publish(snapshots.trouble())
    outlets().status.write_text("1\t1000\t1\nwhat it was\n")

    read = read_snapshot()

    assert read is not None
    assert read.engine.expires_at.timestamp() == 1000
    assert read.routes == held.routes


def test_the_exit_status_of_a_verdict_is_that_of_a_picture_of_it_alone():
    for health in Health:
        for fault in Fault:
            verdict = snapshots.verdict(health=health, fault=fault)
            assert exit_status(verdict) == summary._EXIT[summary.level_of(verdict)], (health, fault)


def test_no_engine_is_no_answer_at_once():
    began = monotonic()

    assert not engine_answers(100)
    assert monotonic() - began < 100
    with pytest.raises(EngineGoneError, match="no engine answers"):
        Link.open()


def test_a_running_engine_answers_with_its_greeting_and_picture():
    with Engine() as engine:
        engine.show(snapshots.trouble())
        assert engine_answers(60.0)
        link = Link.open(60.0)
        messages = link.messages(monotonic() + 60)
        picture = snapshot_in(next(messages))
        link.command("7", "wait", snapshots.OPUS)
        answer = next(messages)
        link.close()

    assert link.hello["type"] == "hello"
    assert picture is not None
    assert picture.routes[0].route == snapshots.OPUS
    assert answer == {"type": "done", "id": "7", "ok": True}
    assert [(command.kind, command.target) for command in engine.commands] == [("wait", snapshots.OPUS)]


def test_the_end_of_the_engine_is_told_to_who_listens():
    with Engine() as engine:
        engine.show(snapshots.calm())
        link = Link.open(60.0)
        messages = link.messages(monotonic() + 60)
        next(messages)
        engine.stop()
        with pytest.raises(EngineGoneError, match="went away"):
            next(messages)
        link.close()


def test_messages_end_at_their_time():
    with Engine():
        link = Link.open(60.0)
        assert list(link.messages(monotonic() + 0.05)) == []
        link.close()


def test_one_that_accepts_and_says_nothing_is_no_engine(deaf):
    deaf(b"")

    assert not engine_answers(0.1)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b'{"type":"hello","v":9}\n', "another protocol"),
        (b"GET / HTTP/1.1\r\n\r\n", "another protocol"),
        (b'{"type":"error","error":"there are 256 listeners already"}\n', "256 listeners"),
    ],
    ids=["newer", "http", "full"],
)
def test_one_that_greets_otherwise_is_none_either(deaf, said, told):
    deaf(said)

    with pytest.raises(EngineGoneError, match=told):
        Link.open(60.0)


def test_a_message_that_cannot_be_read_is_passed_over(deaf):
    picture = json.dumps({"type": "snapshot", "snapshot": json.loads(json.dumps({"v": "one"}))}).encode()
    deaf(b'{"type":"hello","v":1}\n' + picture + b'\nnot json\n[1]\n{"type":"notice"}\n')
    link = Link.open(60.0)
    found = [snapshot_in(message) for message in islice(link.messages(monotonic() + 60), 4)]
    found += [snapshot_in(message) for message in link.messages(monotonic() + 0.05)]
    link.close()

    assert found == [None] * 4
    assert holding(snapshots.calm()).v == 1

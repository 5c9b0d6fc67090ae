"""The editors' bridge, as an editor runs it: a process with pipes. The transcript that every editor's tests play is made and compared here."""

import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from statuswatch import __version__
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.surfaces.bridge.stdio import LINE_MAX
from support import snapshots
from support.published import Engine, publish

GOLDEN = Path(__file__).resolve().parents[2] / "extensions" / "protocol" / "golden.jsonl"
_SECONDS = 20
_WRITE = os.environ.get("STATUSWATCH_WRITE") == "golden"  # at import: a test's own environment is empty


class Editor:
    """A process at the other end of `statuswatch bridge`."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-m", "statuswatch", "bridge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def hear(self):
        """The next message; None at the end."""
        return self._lines.get(timeout=_SECONDS)

    def hear_until(self, kind, **fields):
        """The messages up to the first one of that type and with those fields."""
        heard = []
        while True:
            heard.append(self.hear())
            assert heard[-1] is not None, heard
            if heard[-1]["type"] == kind and fields.items() <= heard[-1].items():
                return heard

    def say(self, message):
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.process.stdin.write(data + b"\n")
        self.process.stdin.flush()

    def leave(self):
        """Close stdin; returns the exit status and what was still said."""
        self.process.stdin.close()
        rest = list(iter(self.hear, None))
        return self.process.wait(_SECONDS), rest


@pytest.fixture
def editor():
    with Editor() as one:
        yield one


def notice(kind, title):
    return Notice("n1", "t1", kind, snapshots.minutes_ago(0), NoticeReason.OWN_FAILURES, (snapshots.OPUS,), title, "7 of 9 calls got 529.", "anthropic")


def test_without_an_engine_it_says_so_and_shows_the_last_picture_as_a_stale_one():
    publish(snapshots.trouble())
    with Editor() as editor:
        hello, picture = editor.hear(), editor.hear()
        editor.say({"type": "ping", "id": "p"})
        editor.say({"type": "command", "id": "c", "command": "refresh"})
        editor.say({"type": "dance", "id": "d"})
        pong, refused, unknown = editor.hear(), editor.hear(), editor.hear()
        code, rest = editor.leave()

    assert (hello["type"], hello["v"], hello["engine"]) == ("hello", 1, False)
    assert (picture["type"], picture["stale"], picture["snapshot"]["summary"]["label"]) == ("snapshot", True, "opus failing 23m")
    assert pong == {"type": "pong", "id": "p"}
    assert (refused["type"], refused["id"], refused["ok"]) == ("done", "c", False)
    assert (unknown["type"], unknown["id"]) == ("error", "d")
    assert (code, rest) == (0, [])


def test_without_an_engine_and_without_a_picture_it_only_says_hello(editor):
    code, said = editor.leave()

    assert code == 0
    assert [(message["type"], message["engine"]) for message in said] == [("hello", False)]


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_a_broken_last_picture_is_not_shown(content):
    publish(snapshots.calm())
    Path(os.environ["XDG_RUNTIME_DIR"], "statuswatch", "snapshot.json").write_text(content)
    with Editor() as editor:
        assert [message["type"] for message in editor.leave()[1]] == ["hello"]


_NO_MESSAGES = {
    "half": b"{",
    "words": b"nonsense",
    "list": b"[1]",
    "text": b'"x"',
    "bytes": b"\xff\xfe",
    "deep": b"[" * 8000,
    "long": b"x" * (LINE_MAX + 1),
    "huge": b'{"a":"' + b"y" * 300_000 + b'"}',
}


@pytest.mark.parametrize("line", list(_NO_MESSAGES.values()), ids=list(_NO_MESSAGES))
def test_a_line_that_is_no_message_is_answered_and_the_next_one_counts(line, editor):
    editor.hear()
    editor.say(line)
    editor.say({"type": "ping", "id": "after"})

    error, pong = editor.hear(), editor.hear()

    assert error["type"] == "error"
    assert error["message"] == error["error"]
    assert pong == {"type": "pong", "id": "after"}


def test_empty_lines_and_a_last_line_without_its_end_are_fine(editor):
    editor.process.stdin.write(b'\n  \n{"type":"ping","id":"1"}\n{"type":"ping","id":"2"}')
    code, said = editor.leave()

    assert code == 0
    assert [message.get("id") for message in said[1:]] == ["1", "2"]


def test_what_was_asked_before_stdin_ended_is_still_answered():
    with Engine() as engine:
        engine.show(snapshots.calm())
        done = subprocess.run(
            [sys.executable, "-m", "statuswatch", "bridge"],
            input=b'{"type":"command","id":"1","command":"wait","target":"*"}\n{"type":"ping","id":"2"}\n',
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )

    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [message["type"] for message in said[:2]] == ["hello", "snapshot"]
    assert {(message["type"], message["id"]) for message in said[2:]} == {("done", "1"), ("pong", "2")}
    assert said[0]["engine"] is True
    assert len(engine.commands) == 1


def test_stdin_may_be_a_file_or_nothing(tmp_path):
    (tmp_path / "in").write_text('{"type":"ping","id":"1"}\n')
    for name in (str(tmp_path / "in"), os.devnull):
        with open(name, "rb") as source:  # noqa: PTH123 - a device as well
            done = subprocess.run([sys.executable, "-m", "statuswatch", "bridge"], stdin=source, capture_output=True, timeout=_SECONDS, check=True)
        assert json.loads(done.stdout.splitlines()[0])["engine"] is False


def test_an_engine_that_appears_goes_away_and_comes_back_is_followed():
    with Editor() as editor:
        assert editor.hear()["engine"] is False
        with Engine() as first:
            first.show(snapshots.calm())
            # The picture on disk may be told once more, as stale, before the engine is found.
            assert editor.hear_until("hello")[-1]["engine"] is True
            assert "stale" not in editor.hear_until("snapshot")[-1]
        gone = editor.hear_until("hello")[-1]
        stale = editor.hear_until("snapshot")[-1]
        with Engine() as second:
            second.show(snapshots.trouble())
            back = editor.hear_until("hello")[-1]
            picture = editor.hear_until("snapshot")[-1]
            code, _ = editor.leave()

    assert (gone["type"], gone["engine"]) == ("hello", False)
    assert stale["stale"] is True
    assert back["engine"] is True
    assert (picture["snapshot"]["summary"]["level"], "stale" in picture) == ("failing", False)
    assert code == 0


def test_an_editor_that_went_away_ends_it_quietly():
    with Engine() as engine:
        engine.show(snapshots.calm())
        with Editor() as editor:
            editor.hear_until("snapshot")
            editor.process.stdin.close()
            assert editor.process.wait(_SECONDS) == 0
            assert editor.process.stderr.read() == b""


def test_an_editor_that_reads_late_gets_the_newest_picture_and_not_a_queue():
    with Engine() as engine:
        engine.show(snapshots.many(400))
        process = subprocess.Popen([sys.executable, "-m", "statuswatch", "bridge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert json.loads(process.stdout.readline())["type"] == "hello"
        for number in range(60):
            engine.show(replace(snapshots.many(400), at=snapshots.minutes_ago(60 - number)))
        pictures = 0
        last = None
        while last != "2025-12-14T21:47:00Z":
            last = json.loads(process.stdout.readline())["snapshot"]["at"]
            pictures += 1
        process.stdin.close()
        process.wait(_SECONDS)
        process.stdout.close()

    assert pictures < 30


def test_an_argument_is_usage():
    done = subprocess.run([sys.executable, "-m", "statuswatch", "bridge", "--port", "1"], capture_output=True, timeout=_SECONDS, check=False)

    assert done.returncode == 2


def transcript():
    """A day of an editor, as it was said: all is well, trouble, a notice, commands, recovery, the engine gone and back."""
    said = []

    def heard(messages):
        said.extend({"from": "bridge", "message": message} for message in messages)

    def say(editor, message):
        said.append({"from": "editor", "message": message} if not isinstance(message, bytes) else {"from": "editor", "line": message.decode()})
        editor.say(message)

    with Editor() as editor:
        heard(editor.hear_until("hello"))
        with Engine() as engine:
            engine.show(snapshots.calm())
            heard(editor.hear_until("snapshot"))
            engine.show(snapshots.trouble())
            heard(editor.hear_until("changes"))
            engine.tell(notice(NoticeKind.OPENED, "Anthropic is failing for Claude Opus 4.5"))
            heard(editor.hear_until("notice"))
            say(editor, {"type": "ping", "id": "1"})
            heard(editor.hear_until("pong"))
            say(editor, {"type": "command", "id": "2", "command": "mute", "target": "anthropic", "until": "2025-12-14T22:48:00Z"})
            heard(editor.hear_until("done"))
            say(editor, {"type": "command", "id": "3", "command": "dance"})
            heard(editor.hear_until("error"))
            say(editor, b"{ this is no JSON")
            heard(editor.hear_until("error"))
            engine.show(snapshots.recovering())
            heard(editor.hear_until("changes"))
            engine.tell(notice(NoticeKind.RESOLVED, "Claude Opus 4.5 is back"))
            heard(editor.hear_until("notice"))
        heard(editor.hear_until("snapshot", stale=True))
        say(editor, {"type": "command", "id": "4", "command": "refresh"})
        heard(editor.hear_until("done"))
        with Engine() as engine:
            engine.show(snapshots.hostile())
            heard(editor.hear_until("snapshot"))
            editor.leave()
    return [_still(line) for line in said]


def _still(line):
    """Without what differs from run to run: process ids, the version and the promise."""
    message = line.get("message", {})
    if "pid" in message:
        message["pid"] = 4242
    if "version" in message:
        message["version"] = __version__
    if "snapshot" in message:
        message["snapshot"]["engine"]["expires_at"] = "2025-12-14T21:50:30Z"
        message["snapshot"]["engine"]["version"] = __version__
    return line


def test_the_transcript_that_editors_are_tested_with_is_what_the_bridge_says():
    said = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in transcript())
    if _WRITE:
        GOLDEN.parent.mkdir(parents=True, exist_ok=True)
        GOLDEN.write_text(said, encoding="utf-8")

    assert [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()] == [json.loads(line) for line in said.splitlines()]


def test_the_transcript_holds_every_kind_of_message():
    said = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]

    assert {line["message"]["type"] for line in said if line["from"] == "bridge"} == {"hello", "snapshot", "changes", "notice", "done", "pong", "error"}

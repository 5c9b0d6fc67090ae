"""The editors' bridge, as an editor runs it: a process with pipes. The transcript that every editor's tests play is made and compared here."""

import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from statuswatch import __version__
from statuswatch.config import paths
from statuswatch.core.history import Day, History, RouteHistory
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.engine import serve
from statuswatch.surfaces.bridging import LINE_MAX
from statuswatch.surfaces.client import ANSWER_WITHIN, CAPABILITIES, Link, monotonic
from support import snapshots
from support.published import Engine, publish

PROTOCOL_FOLDER = Path(__file__).resolve().parents[2] / "extensions" / "protocol"
FIRST = PROTOCOL_FOLDER / "v1.0.jsonl"
GOLDEN = PROTOCOL_FOLDER / "golden.jsonl"
INCIDENT = "anthropic:9g6qpr72ttbr"
_SECONDS = 30
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


class Window:
    """Another window's end of the engine's socket: attends, and claims."""

    def __enter__(self):
        self._link = Link.open(10.0)
        self._ask("attend", "*", on=True)
        return self

    def __exit__(self, *_):
        self._link.close()

    def claim(self, notice):
        """Whether this window may show it."""
        return self._ask("claim", notice)["ok"]

    def _ask(self, command, target, **more):
        self._link.send(json.dumps({"type": "command", "id": command, "command": command, "target": target, **more}).encode())
        return next(message for message in self._link.messages(monotonic() + _SECONDS) if message.get("id") == command)


def notice(kind, title, name="n1"):
    url = "https://status.example/incidents/9g6qpr72ttbr"
    said = (NoticeReason.OWN_FAILURES, (snapshots.OPUS,), title, "7 of 9 calls got 529.", "anthropic")
    return Notice(name, "t1", kind, snapshots.minutes_ago(0), *said, INCIDENT, url)


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


async def _long_past(_routes):
    """A past whose line is longer than any of an editor's, as that of a few routes over ninety days is."""
    return History(snapshots.NOW, tuple(RouteHistory(f"{snapshots.OPUS}-{number}", (Day("2026-11-22"),)) for number in range(LINE_MAX // 40)))


def test_a_past_that_was_told_is_an_answer_and_is_not_called_lost_when_the_engine_goes():
    with Engine(_long_past) as engine, Editor() as editor:
        engine.show(snapshots.calm())
        editor.hear_until("snapshot")
        editor.say({"type": "history", "id": "h"})
        told = editor.hear_until("history", id="h")[-1]
        engine.stop()
        rest = editor.hear_until("hello", engine=False)

    assert len(json.dumps(told)) > LINE_MAX
    assert [message["type"] for message in rest] == ["hello"]


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


class Conversation:
    """Says and hears, and writes both down."""

    def __init__(self, editor):
        self.editor = editor
        self.said = []

    def hear(self, kind, **fields):
        self.said.extend({"from": "bridge", "message": message} for message in self.editor.hear_until(kind, **fields))

    def say(self, message, *, answer):
        self.said.append({"from": "editor", "message": message} if not isinstance(message, bytes) else {"from": "editor", "line": message.decode()})
        self.editor.say(message)
        self.hear(answer)

    def command(self, name, command, target=None, answer="done", **more):
        self.say({"type": "command", "id": name, "command": command, **({"target": target} if target else {}), **more}, answer=answer)


def transcript():
    """A day of an editor, as it was said: all is well, trouble, a notice, commands, recovery, the engine gone and back."""
    with Editor() as editor:
        talk = Conversation(editor)
        talk.hear("hello")
        with Engine() as engine:
            engine.show(snapshots.calm())
            talk.hear("snapshot")
            _in_trouble(talk, engine)
            _recovering(talk, engine)
        talk.hear("snapshot", stale=True)
        talk.command("4", "refresh")
        talk.command("5", "open", "*")
        with Engine() as engine:
            engine.show(snapshots.hostile())
            talk.hear("snapshot")
            editor.leave()
    return [_still(line) for line in talk.said]


def _in_trouble(talk, engine):
    engine.show(snapshots.trouble())
    talk.hear("changes")
    talk.say({"type": "hello", "id": "h", "v": 1, "client": "transcript"}, answer="done")
    talk.command("a", "attend", on=True)
    engine.tell(notice(NoticeKind.OPENED, "Anthropic is failing for Claude Opus 4.5"))
    talk.hear("notice")
    talk.command("c1", "claim", "n1")
    talk.command("o1", "open", "n1")
    talk.command("o2", "open", INCIDENT)
    talk.command("o3", "open", "nobody")
    talk.command("y1", "why", snapshots.OPUS, width=72)
    talk.command("w1", "wait", snapshots.OPUS)
    talk.command("s1", "snooze", INCIDENT, for_s=3600)
    talk.say({"type": "ping", "id": "1"}, answer="pong")
    talk.command("2", "mute", "anthropic", until="2025-12-14T22:48:00Z")
    talk.command("3", "dance", answer="error")
    talk.say(b"{ this is no JSON", answer="error")


def _recovering(talk, engine):
    engine.show(snapshots.recovering())
    talk.hear("changes")
    with Window() as other:
        engine.tell(notice(NoticeKind.RESOLVED, "Claude Opus 4.5 is back", "n2"))
        talk.hear("notice")
        assert other.claim("n2")
        talk.hear("claimed")
    talk.command("c2", "claim", "n2")
    talk.command("f1", "attend", on=False)


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

    recorded, heard = ([json.loads(line) for line in text.splitlines()] for text in (GOLDEN.read_text(encoding="utf-8"), said))
    assert recorded == heard, "where that is meant, write it anew: STATUSWATCH_WRITE=golden python -m pytest tests/surfaces/test_bridge.py -k transcript"


def test_the_transcript_holds_every_kind_of_message():
    said = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]

    assert {line["message"]["type"] for line in said if line["from"] == "bridge"} == {
        "hello",
        "snapshot",
        "changes",
        "notice",
        "claimed",
        "done",
        "pong",
        "error",
    }


def _shape(value):
    """What a program relies on: names of fields and kinds of values; the words of a kind, an id and an outcome too."""
    if isinstance(value, dict):
        return {key: item if key in {"type", "id", "v", "ok", "stale"} else _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return type(value).__name__


def _holds(old, new):
    """Whether `new` has all that `old` has: within a version, messages and fields are only added."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and _holds(item, new[key]) for key, item in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(new) >= len(old) and all(map(_holds, old, new))
    return old == new or "NoneType" in {old, new}


def test_the_first_versions_conversation_goes_the_same_way_today():
    old = [json.loads(line) for line in FIRST.read_text(encoding="utf-8").splitlines()]
    with Editor() as editor:
        talk = Conversation(editor)
        talk.hear("hello")
        with Engine() as engine:
            engine.show(snapshots.calm())
            talk.hear("snapshot")
            engine.show(snapshots.trouble())
            talk.hear("changes")
            engine.tell(notice(NoticeKind.OPENED, "Anthropic is failing for Claude Opus 4.5"))
            talk.hear("notice")
            for line in [line for line in old if line["from"] == "editor"][:4]:
                talk.say(line["message"] if "message" in line else line["line"].encode(), answer=old[old.index(line) + 1]["message"]["type"])
            engine.show(snapshots.recovering())
            talk.hear("changes")
            engine.tell(notice(NoticeKind.RESOLVED, "Claude Opus 4.5 is back"))
            talk.hear("notice")
        talk.hear("snapshot", stale=True)
        talk.command("4", "refresh")
        with Engine() as engine:
            engine.show(snapshots.hostile())
            talk.hear("snapshot")
            editor.leave()

    now = [line for line in talk.said if line.get("message", {}).get("type") != "claimed"]  # a first-version client skips what it does not know
    assert [line["from"] for line in now] == [line["from"] for line in old]
    for was, is_ in zip(old, now, strict=True):
        assert _holds(_shape(was), _shape(is_)), (str(was)[:300], str(is_)[:300])


def test_an_older_engine_is_followed_and_called_older_with_what_it_lacks(monkeypatch):
    monkeypatch.setattr(serve, "CAPABILITIES", ("snapshot", "changes", "notice", "command", "ping", "observe"))
    monkeypatch.setattr(serve, "__version__", "0.0.9")
    with Engine() as engine:
        engine.show(snapshots.calm())
        with Editor() as editor:
            hello = editor.hear_until("hello", engine=True)[-1]
            picture = editor.hear_until("snapshot")[-1]
            editor.leave()

    assert hello["missing"] == ["history", "open", "why", "claim", "actions"]
    assert hello["reason"].startswith(f"the engine (0.0.9) is older than this program ({__version__})")
    assert picture["snapshot"]["summary"]["level"] == "ok"


def test_an_engine_that_greets_late_on_a_busy_machine_is_found_all_the_same():
    """Every greeting takes three times as long as an engine that is alive may take."""
    paths.ensure_private(paths.runtime_dir())
    hello = json.dumps({"type": "hello", "v": 1, "version": "x", "capabilities": [], "pid": 1}).encode() + b"\n"
    over = threading.Event()

    def greet(connection):
        over.wait(3 * ANSWER_WITHIN)
        with connection, contextlib.suppress(OSError):
            connection.sendall(hello)
            over.wait()

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=greet, args=(door.accept()[0],), daemon=True).start()

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(paths.socket_file())
        door.listen()
        threading.Thread(target=accept, daemon=True).start()
        with Editor() as editor:
            found = editor.hear_until("hello", engine=True)[-1]
        over.set()
        door.shutdown(socket.SHUT_RDWR)

    assert found["version"] == "x"


def test_an_engine_of_another_protocol_is_no_engine_and_the_reason_says_so(monkeypatch):
    monkeypatch.setattr(serve, "PROTOCOL", 2)
    with Engine() as engine, Editor() as editor:
        engine.show(snapshots.calm())
        hello = editor.hear_until("hello", engine=False)[-1]
        editor.leave()

    assert "speaks another protocol (expected v 1)" in hello["reason"]


def test_an_editor_of_another_protocol_is_told_with_and_without_an_engine():
    said = []
    with Editor() as editor:
        editor.hear_until("hello", engine=False)
        editor.say({"type": "hello", "id": "1", "v": 2})
        said.append(editor.hear_until("error")[-1])
        with Engine():
            editor.hear_until("hello", engine=True)
            editor.say({"type": "hello", "id": "2", "v": 2})
            said.append(editor.hear_until("error")[-1])
            editor.leave()

    assert [(message["id"], "speaks v 1" in message["error"]) for message in said] == [("1", True), ("2", True)]


def test_what_engine_and_bridge_say_they_understand_is_the_same():
    assert serve.CAPABILITIES == CAPABILITIES


def test_without_an_engine_why_is_answered_from_the_last_picture():
    publish(snapshots.trouble())
    with Editor() as editor:
        editor.hear_until("snapshot")
        editor.say({"type": "command", "id": "1", "command": "why", "target": snapshots.OPUS})
        editor.say({"type": "command", "id": "2", "command": "why", "target": "nobody/api:nothing"})
        why, unknown = editor.hear_until("done", id="1")[-1], editor.hear_until("done", id="2")[-1]
        editor.leave()

    assert (why["ok"], why["stale"], why["why"]["route"]) == (True, True, snapshots.OPUS)
    assert "is not watched" in unknown["error"]


def test_without_a_picture_there_is_no_why(editor):
    editor.hear_until("hello")
    editor.say({"type": "command", "id": "1", "command": "why"})

    assert editor.hear_until("done", id="1")[-1]["ok"] is False


def test_asking_why_of_hostile_calls_and_feeds_gives_lines_without_control_characters():
    with Engine() as engine:
        engine.show(snapshots.hostile())
        with Editor() as editor:
            editor.hear_until("snapshot")
            editor.say({"type": "command", "id": "1", "command": "why", "target": "last"})
            done = editor.hear_until("done")[-1]
            editor.leave()

    assert done["ok"]
    assert done["lines"]
    assert all(line.isprintable() for line in done["lines"])

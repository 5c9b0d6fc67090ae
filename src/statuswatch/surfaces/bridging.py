"""Between one program and the engine: JSON lines in, JSON lines out, across restarts of the engine. What editors, web clients and language servers speak with.

Where no engine runs it says so, shows the last picture as a stale one, and connects when an engine appears. It never starts one. The protocol's page:
extensions/README.md.
"""

import json
import os
import select
from typing import Any, TextIO

from statuswatch import __version__
from statuswatch.surfaces.asking import ALL, NO_PICTURE, WIDTHS, Question, reply
from statuswatch.surfaces.client import (
    ANSWER_WITHIN,
    CAPABILITIES,
    NO_ENGINE,
    PROTOCOL,
    EngineGoneError,
    Link,
    monotonic,
    parse_snapshot,
    read_snapshot_text,
    wall_clock,
)

LINE_MAX = 8192
_PIECE = 1 << 16
_AGAIN_SECONDS = 0.5
_PATIENCE_SECONDS = 1.0
_LONGEST_GREETING_SECONDS = 2.0
_LAST_ANSWERS_SECONDS = 2.0
# How a line begins that answers somebody: only such are read here, and whole. A past or a page of `why` is longer than any line of an editor.
_ANSWERS = tuple(b'{"type":"%s"' % kind for kind in (b"done", b"pong", b"error", b"history"))
_ALONE = ("snapshot", "ping", "open", "why")


class Bridge:
    """Between one editor and the engine. Where the editor does not read, nothing is read from the engine: it then keeps only its newest picture."""

    def __init__(self, source: TextIO, sink: TextIO) -> None:
        self._source = source.fileno()
        self._sink = sink.fileno()
        self._link: Link | None = None
        self._told: bool | None = None  # whether the editor was last told that an engine is there; None: told nothing yet
        self._lost_at = monotonic() - _PATIENCE_SECONDS
        self._try_at = 0.0
        self._within = ANSWER_WITHIN
        self._input = bytearray()
        self._skipping = False
        self._pictured = False
        self._waiting: list[str | None] = []  # ids whose answers are still to come from the engine

    def run(self) -> None:
        """Relay until the source has ended and its last commands are answered."""
        try:
            self._relay()
        finally:
            if self._link is not None:
                self._link.close()

    def _relay(self) -> None:
        until: float | None = None
        while True:
            if self._link is None:
                self._connect()
            if until is not None and (self._settled() or monotonic() >= until):
                return
            if self._ready(self._source if until is None else None) and not self._read_source():
                until = monotonic() + _LAST_ANSWERS_SECONDS

    def _settled(self) -> bool:
        """Whether everything that was asked is answered, and the first picture is out where there is an engine to send one."""
        return not self._waiting and (self._link is None or self._pictured)

    def _ready(self, source: int | None) -> bool:
        """Wait for something to happen and take in what the engine says; True when stdin has something too."""
        poll = select.poll()
        if source is not None:
            poll.register(source, select.POLLIN)
        if self._link is not None:
            poll.register(self._link.fileno(), select.POLLIN)
        seconds = None if self._link is not None and source is not None else _AGAIN_SECONDS
        happened = {descriptor for descriptor, _ in poll.poll(None if seconds is None else seconds * 1000)}
        if self._link is not None and self._link.fileno() in happened:
            self._hear(self._link)
        return source is not None and source in happened

    # --- the engine's side

    def _connect(self) -> None:
        """Look for an engine, at most twice a second; tell the editor where it came or has stayed away for longer than a restart takes.

        One that was reached and has not greeted in time is given longer at the next try: on a machine that is busy for a while it would never be heard.
        """
        if monotonic() < self._try_at:
            return
        self._try_at = monotonic() + _AGAIN_SECONDS
        try:
            self._link = Link.open(self._within)
        except EngineGoneError as error:
            self._within = min(self._within * 2, _LONGEST_GREETING_SECONDS) if isinstance(error.__cause__, TimeoutError) else ANSWER_WITHIN
            if self._told is not False and monotonic() - self._lost_at >= _PATIENCE_SECONDS:
                self._told = False
                self._say({"type": "hello", "v": PROTOCOL, "version": __version__, "capabilities": list(_ALONE), "engine": False, "reason": str(error)})
                self._show_last()
            return
        self._told, self._pictured, self._within = True, False, ANSWER_WITHIN
        self._say(_welcome(self._link.hello))
        self._pass_on(self._link.take())

    def _hear(self, link: Link) -> None:
        try:
            link.fill(0.1)
        except TimeoutError:
            return
        except EngineGoneError:
            self._drop()
            return
        self._pass_on(link.take())

    def _pass_on(self, lines: list[bytes]) -> None:
        for line in lines:
            self._pictured = self._pictured or line.startswith((b'{"type":"snapshot"', b'{"type":"changes"'))
            if self._waiting and line.startswith(_ANSWERS):
                self._strike_off(_read(line))
            self._write(line)

    def _strike_off(self, message: dict[str, Any] | None) -> None:
        if message and _name(message) in self._waiting:
            self._waiting.remove(_name(message))

    def _drop(self) -> None:
        """The engine went away: whoever waits for an answer gets one."""
        if self._link is not None:
            self._link.close()
        self._link, self._lost_at = None, monotonic()
        waiting, self._waiting = self._waiting, []
        for name in waiting:
            self._say({"type": "done", "id": name, "ok": False, "error": "the engine went away"})

    def _show_last(self) -> None:
        """The last picture, marked as what it is."""
        text = read_snapshot_text()
        try:
            picture = json.loads(text) if text else None
        except (ValueError, RecursionError):
            picture = None
        if isinstance(picture, dict):
            self._say({"type": "snapshot", "snapshot": picture, "stale": True})

    # --- the editor's side

    def _read_source(self) -> bool:
        """Take in what the editor sent; False when it has ended."""
        piece = os.read(self._source, _PIECE)
        self._input += piece or (b"\n" if self._input else b"")
        while (end := self._input.find(b"\n")) >= 0:
            line = bytes(self._input[:end]).strip()
            del self._input[: end + 1]
            if self._skipping:
                self._skipping = False
            elif len(line) > LINE_MAX:
                self._complain(f"a line is longer than {LINE_MAX} bytes")
            elif line:
                self._take(line)
        if len(self._input) > LINE_MAX:
            if not self._skipping:
                self._complain(f"a line is longer than {LINE_MAX} bytes")
            self._skipping = True
            self._input.clear()
        return bool(piece)

    def _take(self, line: bytes) -> None:
        message = _read(line)
        if message is None:
            self._complain("a line is not JSON, or no object")
            return
        name = _name(message)
        if self._link is not None:
            try:
                self._link.send(line)
                self._waiting.append(name)
            except EngineGoneError:
                self._waiting.append(name)
                self._drop()
            return
        match message.get("type"):
            case "ping":
                self._say({"type": "pong", "id": name})
            case "hello" if message.get("v") == PROTOCOL:
                self._say({"type": "done", "id": name, "ok": True})
            case "hello":
                self._complain(f"this bridge speaks v {PROTOCOL}", name)
            case "command" if message.get("command") in {"open", "why"}:
                self._say({"type": "done", "id": name, **_from_last(message)})
            case "command" | "history" | "observe":
                self._say({"type": "done", "id": name, "ok": False, "error": NO_ENGINE})
            case _:
                self._complain("unknown type; expected command, hello or ping", name)

    def _complain(self, sentence: str, name: str | None = None) -> None:
        self._say({"type": "error", "id": name, "error": sentence, "message": sentence})

    def _say(self, message: dict[str, Any]) -> None:
        self._write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))

    def _write(self, line: bytes) -> None:
        """Write one line whole. Raises BrokenPipeError when the editor is gone, which ends the program quietly."""
        rest = memoryview(line + b"\n")
        while rest:
            rest = rest[os.write(self._sink, rest) :]


def _welcome(hello: dict[str, Any]) -> dict[str, Any]:
    """The engine's greeting, as the editor gets it. An engine that does not understand all that this program does is called older, with what it lacks."""
    known = hello.get("capabilities")
    missing = [word for word in CAPABILITIES if not isinstance(known, list) or word not in known]
    if not missing:
        return {**hello, "engine": True}
    version = str(hello.get("version", "unknown"))[:40]
    reason = f"the engine ({version}) is older than this program ({__version__}); to renew it: statuswatch engine stop, then statuswatch engine start"
    return {**hello, "engine": True, "missing": missing, "reason": reason}


def _from_last(message: dict[str, Any]) -> dict[str, Any]:
    """The answer to `open` or `why` where no engine runs: from the last picture, and marked as such."""
    text = read_snapshot_text()
    picture = parse_snapshot(text) if text else None
    if picture is None:
        return {"ok": False, "error": NO_PICTURE}
    target, width = message.get("target", ALL), message.get("width")
    question = Question(str(message["command"]), target if isinstance(target, str) else ALL, width if type(width) is int and width in WIDTHS else 80)
    return {**reply(question, picture, wall_clock()), "stale": True}


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _name(message: dict[str, Any] | None) -> str | None:
    """A message's id as the engine repeats it: a text of at most 64 characters, else nothing."""
    name = message.get("id") if message else None
    return name if isinstance(name, str) and len(name) <= 64 else None  # noqa: PLR2004 - the protocol's length

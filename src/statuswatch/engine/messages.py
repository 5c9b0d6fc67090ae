"""What a listener may say over the socket: each message is checked, handed on, and answered under its id."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from statuswatch.core.codec import encode
from statuswatch.core.errors import DataError
from statuswatch.core.history import History
from statuswatch.core.observation import CommandKind
from statuswatch.engine.claims import Claims, Shower

if TYPE_CHECKING:
    import asyncio

PROTOCOL = 1

_ID_MAX = 64
_TARGET_MAX = 200
_ROUTES_MAX = 256
_FOR_MOST = 366 * 86400
_WIDTH = 80
_WIDTHS = range(20, 401)
_MEANS_NOTHING = "nothing of that name is known, so it would come to nothing; name a route, a provider or an incident"

Send = Callable[[dict[str, Any]], None]
"""Sends a message to the listener, if it is there still."""


class Host(Protocol):
    """Who does what is asked; see Server."""

    @property
    def claims(self) -> Claims:
        """Who shows which notice."""

    def command(self, kind: CommandKind, target: str, until: str | None, for_s: float | None = None) -> "asyncio.Future[None] | None":
        """Take a command in; the future is done when its effect is stored, None: there is no room. Raises DataError where `until` is no time."""

    def ask(self, command: str, target: str, width: int) -> Mapping[str, Any]:
        """The fields of the answer to `why` or `open`."""

    def observe(self, message: Mapping[str, Any]) -> bool | None:
        """Take a call or a record in; false: there is no room, None: it is neither."""

    def means_nothing(self, kind: CommandKind, target: str) -> bool:
        """Whether a command about this target would come to nothing."""

    def recall(self, routes: tuple[str, ...]) -> "asyncio.Future[History] | None":
        """The past of these routes; None where nobody keeps any."""


class Messages:
    """The messages of one listener, which `window` stands for where notices are claimed."""

    def __init__(self, host: Host, window: object, send: Send) -> None:
        self._host = host
        self._window = window
        self._send = send

    def take(self, line: bytes) -> None:
        """Take one line in and answer it, now or when its effect is there."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            self._send({"type": "error", "error": "a line is not JSON"})
            return
        if not isinstance(message, dict):
            self._send({"type": "error", "error": "expected an object with a type"})
            return
        name = message.get("id")
        name = name if isinstance(name, str) and len(name) <= _ID_MAX else None
        match message.get("type"):
            case "ping":
                self._send({"type": "pong", "id": name})
            case "command":
                self._command(message, name)
            case "observe":
                self._observe(message, name)
            case "history":
                self._history(message, name)
            case "hello":
                self._greeted(message, name)
            case _:
                self._send({"type": "error", "id": name, "error": "unknown type; expected command, hello, history, observe or ping"})

    def _greeted(self, message: dict[str, Any], name: str | None) -> None:
        if message.get("v") == PROTOCOL:
            self._send({"type": "done", "id": name, "ok": True})
        else:
            self._send({"type": "error", "id": name, "error": f"this engine speaks v {PROTOCOL}; say hello with that, or use a program of its age"})

    def _history(self, message: dict[str, Any], name: str | None) -> None:
        routes = message.get("routes", [])
        if not isinstance(routes, list) or len(routes) > _ROUTES_MAX or not all(isinstance(route, str) and 0 < len(route) <= _TARGET_MAX for route in routes):
            self._send({"type": "error", "id": name, "error": f"routes: expected a list of at most {_ROUTES_MAX} routes; an empty one means all"})
            return
        asked = self._host.recall(tuple(routes))
        if asked is None:
            self._send({"type": "error", "id": name, "error": "no history is kept here"})
            return
        asked.add_done_callback(lambda future: self._recalled(future, name))

    def _recalled(self, future: "asyncio.Future[History]", name: str | None) -> None:
        if future.cancelled() or future.exception() is not None:
            self._send({"type": "error", "id": name, "error": "the history could not be read"})
        else:
            self._send({"type": "history", "id": name, "history": encode(future.result())})

    def _observe(self, message: dict[str, Any], name: str | None) -> None:
        taken = self._host.observe(message)
        if taken is None:
            self._send({"type": "error", "id": name, "error": "observe: expected a call with an outcome, ok or failed, or a record with client and path"})
        else:
            self._send({"type": "done", "id": name, "ok": taken})

    def _command(self, message: dict[str, Any], name: str | None) -> None:
        command, target = message.get("command"), message.get("target", "*")
        if not isinstance(target, str) or not 0 < len(target) <= _TARGET_MAX or not target.isprintable():
            self._send({"type": "error", "id": name, "error": "target: expected a route, a provider, an incident key or a notice's id"})
            return
        match command:
            case "open" | "why":
                width = message.get("width")
                fields = self._host.ask(command, target, width if type(width) is int and width in _WIDTHS else _WIDTH)
                self._send({"type": "done", "id": name, **fields})
            case "claim":
                self._claim(target, name)
            case "attend":
                self._attend(message.get("on", True), name)
            case _:
                self._submit(message, target, name)

    def _claim(self, notice: str, name: str | None) -> None:
        def answer(by: Shower | None) -> None:
            if by is None:
                self._send({"type": "done", "id": name, "ok": True})
            else:
                who = "another window" if by is Shower.WINDOW else "the desktop"
                self._send({"type": "done", "id": name, "ok": False, "error": f"{who} shows it", "by": by})

        if not self._host.claims.claim(notice, self._window, answer):
            self._send({"type": "done", "id": name, "ok": False, "error": "no notice of that id can be claimed", "by": None})

    def _attend(self, on: object, name: str | None) -> None:
        if isinstance(on, bool):
            self._host.claims.attend(self._window, on=on)
            self._send({"type": "done", "id": name, "ok": True})
        else:
            self._send({"type": "error", "id": name, "error": "on: expected true or false"})

    def _submit(self, message: dict[str, Any], target: str, name: str | None) -> None:
        until, for_s = message.get("until"), message.get("for_s")
        try:
            kind = CommandKind(str(message.get("command")))
        except ValueError:
            known = (*CommandKind, "open", "why", "claim", "attend")
            self._send({"type": "error", "id": name, "error": f"unknown command; expected one of {', '.join(known)}"})
            return
        if for_s is not None and (not isinstance(for_s, int | float) or isinstance(for_s, bool) or not 0 < for_s <= _FOR_MOST):
            self._send({"type": "error", "id": name, "error": "for_s: expected seconds, at most a year"})
            return
        if self._host.means_nothing(kind, target):
            self._send({"type": "done", "id": name, "ok": False, "error": _MEANS_NOTHING})
            return
        try:
            taken = self._host.command(kind, target, until if until is None else str(until), for_s)
        except (DataError, OverflowError):
            self._send({"type": "error", "id": name, "error": "until: expected an RFC 3339 time"})
            return
        if taken is None:
            self._send({"type": "done", "id": name, "ok": False, "error": "the engine is busy; ask again"})
            return
        taken.add_done_callback(lambda future: self._send({"type": "done", "id": name, "ok": not future.cancelled() and future.exception() is None}))

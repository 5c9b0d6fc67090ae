"""`statuswatch run -- COMMAND ...`: becomes the command, with the running engine's gateway as the address of its APIs, for this one start.

Nothing is written anywhere, and nothing stays between the command and its terminal: this process turns into it, so its signals, its exit status and its
input and output are its own. Where the gateway cannot be had, the command runs without it and a line on stderr says so.
"""

import contextlib
import errno
import json
import os
import shutil
import signal
import socket
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from statuswatch.config import paths
from statuswatch.core.errors import StatuswatchError
from statuswatch.gateway.clients import File, client_of
from statuswatch.gateway.pointing import Door, Pointed, RefusedError, UnreadableError, point, way_of
from statuswatch.surfaces.plain import plain

CANNOT_BE_RUN, NOT_FOUND = 126, 127
"""As shells report a command that cannot be run, or is not there."""
_ANSWER_S = 5.0
_OPEN_S = 15.0
_LARGEST = 4 << 20


def run(argv: list[str]) -> int:
    """Become the command; returns an exit status only where there is none to become."""
    words = argv[1:] if argv[:1] == ["--"] else argv
    if not words or (words is argv and words[0].startswith("-")):
        from statuswatch.surfaces.cli.asked import read

        given = read("run", words)
        return given if isinstance(given, int) else 0
    program = shutil.which(words[0])
    if program is None:
        there = os.sep in words[0] and os.path.exists(words[0])  # noqa: PTH110 - a word, not a place of ours
        _say(f"{words[0]}: {'cannot be run' if there else 'no such command'}")
        return CANNOT_BE_RUN if there else NOT_FOUND
    pointed = pointed_at(words, os.environ)
    for sentence in pointed.said:
        _say(f"{sentence}; {Path(words[0]).name} runs {'with the rest' if pointed.through else 'without the gateway'}")
    return _become(program, pointed)


def pointed_at(words: list[str], environ: Mapping[str, str]) -> Pointed:
    """The command with the gateway in its words and variables; as it is, with the reason, where it cannot be had."""
    try:
        with _Asking() as asking:
            return point(client_of(words[0]), words, environ, read_settings, asking.door(environ))
    except (StatuswatchError, RefusedError, OSError, ValueError) as error:
        return Pointed(tuple(words), environ, (str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__,))


class _Asking:
    """The running engine's end of the socket at which it tells the gateway's address. An engine is started where none answers."""

    def __init__(self) -> None:
        self._socket = _connected()
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def door(self, environ: Mapping[str, str]) -> Door:
        """What the engine says of its gateway. Raises RefusedError where it has none to offer to this start."""
        said = self._line()
        if way_of(environ) != said.get("proxy", ""):
            raise RefusedError("HTTPS_PROXY here is not what the engine was started with (statuswatch engine stop, then it starts anew with yours)")
        if said.get("problem"):
            raise RefusedError(str(said["problem"]))
        return Door(str(said["address"]), frozenset(said.get("names", ())), frozenset(said.get("configured", ())), self._register)

    def _register(self, url: str, like: str) -> str:
        self._socket.sendall(json.dumps({"upstream": url, "like": like}).encode() + b"\n")
        try:
            return str(self._line()["name"])
        except RefusedError as error:
            raise RefusedError(f"the address that you have set cannot be passed on to ({error})") from error

    def _line(self) -> dict[str, Any]:
        try:
            said = json.loads(self._lines.readline(1 << 20) or b"{}")
        except (OSError, ValueError) as error:
            raise RefusedError("the engine does not answer") from error
        if not isinstance(said, dict) or not said:
            raise RefusedError("the engine does not answer")
        if "error" in said:
            raise RefusedError(str(said["error"]))
        return said


def _connected() -> socket.socket:
    """A connection to the engine. Raises StatuswatchError or OSError where there is none to be had."""
    found = _try()
    if found is not None:
        return found
    import time

    from statuswatch.app.engine import RUNS_ALREADY, ensure_running

    said = ensure_running()
    if said != RUNS_ALREADY:
        _say(said)
    deadline = time.monotonic() + _OPEN_S  # noqa: TID251 - waiting for a process, not deciding anything
    while (found := _try()) is None:
        if time.monotonic() > deadline:  # noqa: TID251 - see above
            raise StatuswatchError("the engine tells no address of a gateway")
        time.sleep(0.02)
    return found


def _try() -> socket.socket | None:
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(_ANSWER_S)
    try:
        link.connect(paths.gateway_file())
    except OSError:
        link.close()
        return None
    return link


def read_settings(file: File, key: str) -> Any:
    """The value at `key` of the first of the files that says anything. Raises UnreadableError for one that is there and cannot be read."""
    for path in _places(file):
        value = _within(_loaded(path), key) if path.is_file() else None
        if value is not None:
            return value
    return None


def _places(file: File) -> list[Path]:
    if file.named:
        return [Path(os.environ[file.named])] if os.environ.get(file.named) else []
    if file.above:
        here = Path.cwd()
        return [folder / file.file for folder in (here, *here.parents)]
    named = os.environ.get(file.under, "") if file.under else ""
    return [(Path(named) if named else Path.home() / file.usual) / file.file]


def _within(document: Any, key: str) -> Any:
    for part in key.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _loaded(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8-sig")
        if path.suffix == ".toml":
            return tomllib.loads(text)
        if not text.strip():
            return {}
        with contextlib.suppress(ValueError):
            return json.loads(text)
        from statuswatch.surfaces.setup.jsontext import read_all

        return read_all(text)
    except (OSError, ValueError, RecursionError, StatuswatchError) as error:
        raise UnreadableError(f"{path} cannot be read, so what it calls is not known") from error


def _say(sentence: str) -> None:
    sys.stderr.write(f"statuswatch run: {plain(sentence)}\n")


def _become(program: str, pointed: Pointed) -> int:
    """Turn into the program. What Python has set for itself is put back first, as children inherit ignored signals."""
    sys.stdout.flush()
    sys.stderr.flush()
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execve(program, list(pointed.argv), dict(pointed.environ))  # noqa: S606 - the person's own command
    except OSError as error:
        if error.errno == errno.ENOEXEC:  # a script without a first line that names its shell: as execvp does it
            os.execve("/bin/sh", ["/bin/sh", program, *pointed.argv[1:]], dict(pointed.environ))  # noqa: S606 - see above
        _say(f"{program}: {error.strerror}")
        return CANNOT_BE_RUN

"""Points one start of a client at the gateway: which words and variables it is started with. Nothing is read or started here.

An address that the person has chosen themselves is passed on to. Where it cannot be, the client keeps it, and a sentence says why.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from statuswatch.gateway.clients import OTHERS, Client, File, Way

_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY")
_HERE = "127.0.0.1"
_NO = frozenset({"", "0", "false", "no", "off"})

Read = Callable[[File, str], Any]
"""The value at a key of a file of settings, None where there is none. Raises UnreadableError."""
Register = Callable[[str, str], str]
"""The gateway's name for the API at an address, which may be that of an API it knows. Raises RefusedError."""


class UnreadableError(Exception):
    """A file of settings that is there and cannot be read; the text says which."""


class RefusedError(Exception):
    """An address that cannot be passed on to; the text says why."""


@dataclass(frozen=True, slots=True)
class Door:
    """The gateway of the running engine: what its addresses begin with, the APIs it knows by name, and those whose addresses are the person's own."""

    base: str
    names: frozenset[str]
    configured: frozenset[str]
    register: Register


@dataclass(frozen=True, slots=True)
class Pointed:
    """What the client is started with. `said` are sentences on what does not go through the gateway; `through` the APIs that do."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]
    said: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


class _Left(Exception):  # noqa: N818 - no error: what is left as it is, and why
    """This does not go through the gateway, and why."""


def way_of(environ: Mapping[str, str]) -> str:
    """The proxy that these variables lead through, as a digest (it may hold a password); empty where they name none. What is on this machine is left out."""
    asked = next((environ[name] for name in _PROXIES[:4] if environ.get(name)), "")
    excepted = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    words = sorted({word.strip().lower() for word in excepted.split(",")} - {"", _HERE})
    return sha256(json.dumps([asked, words]).encode()).hexdigest() if asked else ""


def point(client: Client, argv: Sequence[str], environ: Mapping[str, str], read: Read, door: Door) -> Pointed:
    """`argv` and `environ` with the gateway in them, for this client."""
    try:
        _elsewhere(client, argv, environ, read)
    except (_Left, UnreadableError) as left:
        return Pointed(tuple(argv), environ, (str(left),))
    made = _Making(client, list(argv), dict(environ), read, door)
    said, through = [], []
    for way in client.ways:
        try:
            if made.lead(way):
                through.append(way.api)
        except (_Left, UnreadableError, RefusedError) as left:
            said.append(str(left))
    if not through and not said:
        said.append("it uses no API that the gateway could be put before")
    if through:
        _spare_proxy(made.environ)
    return Pointed(tuple(made.argv), made.environ if through else environ, tuple(said), tuple(through))


def _elsewhere(client: Client, argv: Sequence[str], environ: Mapping[str, str], read: Read) -> None:
    """Raise _Left where the client calls something that the gateway is not put before."""
    for variable, what in client.beside.items():
        if environ.get(variable, "").lower() not in _NO:
            raise _Left(f"it calls {what}")
    for word in argv[1:]:
        if word == "--":
            break
        if any(_says(word, own) for own in client.words):
            raise _Left(f"your own {word[:40]!r} chooses what it calls")
    for other in client.other:
        if any(environ.get(name) for name in other.free):
            continue
        value = read(other.file, other.file.key)
        if value is not None and value != other.usual:
            raise _Left(f"it calls {other.what}")


def _says(word: str, own: str) -> bool:
    if own.startswith("-"):
        return word == own or word.startswith(f"{own}=")
    setting = word.removeprefix("--config=").removeprefix("-c")
    return setting.startswith(own) and "=" in setting


class _Making:
    """Words and variables as they become."""

    def __init__(self, client: Client, argv: list[str], environ: dict[str, str], read: Read, door: Door) -> None:
        self._client = client
        self.argv = argv
        self.environ = environ
        self._read = read
        self._door = door

    def lead(self, way: Way) -> bool:
        """Lead one way through the gateway; False where the client does not go it. Raises _Left, RefusedError or UnreadableError where it is left as it is."""
        if not self._goes(way):
            return False
        found, file = self._chosen(way)
        if found and not isinstance(found, str):
            raise _Left("the address in its settings is no text")
        if file is not None and file.fixed:
            raise _Left("its address is set for all users of this machine")
        if found and found.startswith(f"{self._door.base}/"):
            return True
        self._put(way, self._address(way, found or ""), beside_file=file is not None)
        return True

    def _goes(self, way: Way) -> bool:
        if way.given and not self.environ.get(way.variable):
            raise _Left(f"it calls {way.given}")
        if not (way.needs or way.signs or way.whole):
            return True
        return (
            any(self.environ.get(name) for name in way.needs)
            or any(self._read(sign, sign.key) is not None for sign in way.signs)
            or (bool(way.whole) and (any(self._read(file, way.whole) is not None for file in self._client.files) or self._member(way, way.whole) is not None))
        )

    def _chosen(self, way: Way) -> tuple[Any, File | None]:
        """The address that the person has chosen, and the file that says so. Files that nothing goes before come first, then what is said for this start."""
        held = self._member(way, way.member) if way.document else None
        if held:
            return held, None
        for file in sorted(self._client.files if way.key else (), key=lambda one: not one.fixed):
            if (value := self._read(file, way.key)) is not None:
                return value, file
        return (self.environ.get(way.variable) if way.variable else None), None

    def _document(self, way: Way) -> dict[str, Any]:
        text = self.environ.get(way.document, "")
        try:
            document = json.loads(text) if text.strip() else {}
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise _Left(f"your {way.document} is no plain JSON")
        return document

    def _member(self, way: Way, key: str) -> Any:
        found: Any = self._document(way) if way.document else None
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def _address(self, way: Way, found: str) -> str:
        """The gateway's address for what the client would call."""
        name, path = way.api, way.path
        if found:
            there = found.rstrip("/")
            path = way.path if way.path and there.endswith(way.path) else ""
            name = self._door.register(there.removesuffix(path), way.api)
        elif "." not in name and name not in self._door.names:
            raise _Left(f"the gateway knows no API named {name}")
        client = f";client={self._client.name}" if self._client.named and self._client.name != OTHERS else ""
        if name == way.api and name not in self._door.configured:
            self.environ.update({key: value for key, value in way.also.items() if key not in self.environ})
        return f"{self._door.base}/{name};annotate{client}{path}"

    def _put(self, way: Way, url: str, *, beside_file: bool) -> None:
        if beside_file and way.over:
            if any(_says(word, way.unless) for word in self.argv[1:]):
                raise _Left(f"its settings name an address of your own, and {way.unless} is given")
            self.argv[1:1] = [word.replace("{url}", url) for word in way.over]
        elif way.variable:
            self.environ[way.variable] = url
        if way.argument:
            self.argv[1:1] = [word.replace("{url}", url) for word in way.argument]
        if way.document:
            document = self._document(way)
            inner = document
            *parents, last = way.member.split(".")
            for part in parents:
                inner = inner.setdefault(part, {})
                if not isinstance(inner, dict):
                    raise _Left(f"your {way.document} has no room for an address")
            inner[last] = url
            self.environ[way.document] = json.dumps(document)


def _spare_proxy(environ: dict[str, str]) -> None:
    """Have the client reach this machine itself without a proxy, where one is set."""
    if not any(environ.get(name) for name in _PROXIES):
        return
    names = [name for name in ("no_proxy", "NO_PROXY") if environ.get(name)] or ["no_proxy", "NO_PROXY"]
    for name in names:
        words = [word.strip() for word in environ.get(name, "").split(",") if word.strip()]
        if _HERE not in words and "*" not in words:
            environ[name] = ",".join([*words, _HERE])

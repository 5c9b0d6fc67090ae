"""Which routes this machine uses: names of variables, settings of clients, models in their records. Files are read only where the user agreed to that client.

Without consent nothing but names in the environment and the existence of files and folders is looked at. Tables: discover.toml beside this file.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from statuswatch.core.errors import RouteError
from statuswatch.core.ids import Route, Surface, parse_route
from statuswatch.core.modelnames import parse_model
from statuswatch.core.observation import Call
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.sources.clients import CLIENTS, Client, Kind, Origin, kind_for, reader_class
from statuswatch.sources.clients import record as fields
from statuswatch.sources.clients.attempt import NO_MODEL, NO_PROVIDER
from statuswatch.sources.clients.diagnose import Diagnose
from statuswatch.sources.clients.places import HOME, Place, place_by_id, place_named

_SETTINGS_CAP = 1 << 20
_READ_BACK = 256 * 1024
_NEWEST = 20
_DAYS_S = 7 * 86400.0
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that could be read, for the screen that asks: whose it is, what would be read and what is left out, where it lies, whether it is there."""

    name: str
    title: str
    what: str
    left: str
    path: Path
    exists: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What discovery found: the routes, and the sources that were or could be read."""

    watches: tuple[Watch, ...]
    sources: tuple[Source, ...]


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("discover.toml").read_text(encoding="utf-8"))


def discover(environ: Mapping[str, str], home: Path, consent: frozenset[str] = frozenset()) -> Found:
    """All routes found without looking at any client that is not in `consent` (names of clients), and the sources to ask about."""
    watches = Watchlist()
    for watch in (*in_environment(environ), *in_settings(environ, home, consent)):
        watches = watches.with_watch(watch)
    return Found(_without_covered(watches.watches), sources(environ, home))


def sources(environ: Mapping[str, str], home: Path) -> tuple[Source, ...]:
    """Every record folder and settings file that this program can read, each with whether it exists; nothing is opened."""
    found = [
        Source(client.name, client.title, client.reads, client.leaves, root, root.is_dir())
        for client in CLIENTS.values()
        for root in roots_of(client, environ, home)[:1]
    ]
    for entry in _tables()["settings"]:
        path = _settings_path(entry, environ, home)
        what = "the names of the model and the provider that are set there"
        found.append(Source(entry["client"], entry["title"], what, "everything else, keys above all", path, path.is_file()))
    return tuple(found)


def roots_of(client: Client, environ: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Where a client's records lie on this machine, existing folders first."""
    if not client.roots:
        return ()
    moved = environ.get(client.root_env or "")
    if moved and Path(moved).is_absolute():
        return (Path(moved, client.root_below) if client.root_below else Path(moved),)
    candidates = [home / root for root in client.roots]
    return tuple(sorted(candidates, key=lambda path: not path.is_dir()))


def in_environment(environ: Mapping[str, str]) -> tuple[Watch, ...]:
    """The routes that the names of variables speak for. Their values are never looked at."""
    tables = _tables()
    rows = {**tables["keys"], **tables["switches"]}
    return tuple(Watch(parse_route(route), WatchSource.FOUND, f"{name} is set") for name, route in rows.items() if name in environ)


def in_settings(environ: Mapping[str, str], home: Path, consent: frozenset[str]) -> tuple[Watch, ...]:
    """The routes that the settings of agreed clients name, and the variables that hold a model's name for them."""
    found: list[Watch] = []
    for entry in _tables()["settings"]:
        if entry["client"] in consent:
            path = _settings_path(entry, environ, home)
            settings = _read_settings(path)
            place = _place_of(entry, settings)
            for name in (name for keys in entry["models"] for name in _values(settings, keys.split("."))):
                found.extend(_watches(name, place, f"{entry['title']}", split=entry.get("split", False)))
    for variable, client in _tables()["models"].items():
        if client in consent and environ.get(variable):
            found.extend(_watches(environ[variable], HOME.get(client), f"{variable} is set", split=False))
    return tuple(found)


def usual_places(environ: Mapping[str, str], home: Path, consent: frozenset[str]) -> dict[str, Place]:
    """By agreed client, the place that its own settings name; only for clients whose settings can name one."""
    found: dict[str, Place] = {}
    for entry in _tables()["settings"]:
        if entry["client"] in consent and "provider" in entry:
            place = _place_of(entry, _read_settings(_settings_path(entry, environ, home)))
            found |= {entry["client"]: place} if place is not None else {}
    return found


def in_calls(calls: Iterable[Call]) -> tuple[Watch, ...]:
    """The routes that calls went over, each with the time of its newest call. Calls whose model or provider is not known say nothing."""
    newest: dict[Route, datetime] = {}
    clients: dict[Route, str] = {}
    for call in calls:
        route = _route(Place(call.provider, call.surface), call.model)
        if route is not None and call.model != NO_MODEL and call.provider != NO_PROVIDER and call.at > newest.get(route, datetime.min.replace(tzinfo=UTC)):
            newest[route] = call.at
            clients[route] = CLIENTS[call.client].title if call.client in CLIENTS else call.client
    ordered = sorted(newest.items(), key=lambda item: item[1], reverse=True)
    return tuple(Watch(route, WatchSource.SEEN, f"seen in {clients[route]}", at) for route, at in ordered)


def recent_calls(environ: Mapping[str, str], home: Path, consent: frozenset[str], diagnose: Diagnose, now: datetime) -> tuple[Call, ...]:
    """The calls at the end of the newest records of agreed clients, at most a week old: what `in_calls` needs. Blocking; 256 kB of twenty files a client."""
    calls: dict[str, Call] = {}
    for client in CLIENTS.values():
        if client.name in consent:
            for root in roots_of(client, environ, home):
                for path, kind in _newest_records(client, root, now):
                    calls.update((call.key, call) for call in _end_of(path, kind, diagnose, now))
    return tuple(sorted(calls.values(), key=lambda call: call.at))


def _newest_records(client: Client, root: Path, now: datetime) -> list[tuple[Path, Kind]]:
    dated: list[tuple[float, Path, Kind]] = []
    inside = root.resolve()
    for glob in {glob for kind in client.kinds for glob in kind.globs}:
        for path in root.glob(glob):
            kind = kind_for(client, path.relative_to(root).as_posix())
            try:
                age = now.timestamp() - path.stat().st_mtime
            except OSError:
                continue
            if kind is not None and age <= _DAYS_S and path.is_file() and path.resolve().is_relative_to(inside):
                dated.append((age, path, kind))
    return [(path, kind) for _, path, kind in sorted(set(dated), key=lambda row: (row[0], row[1]))[:_NEWEST]]


def _end_of(path: Path, kind: Kind, diagnose: Diagnose, now: datetime) -> Iterator[Call]:
    reader = reader_class(kind)(Origin(path.name, diagnose, now))
    try:
        with path.open("rb") as handle:
            size = handle.seek(0, 2)
            handle.seek(max(0, size - _READ_BACK))
            data = handle.read(_READ_BACK)
    except OSError:
        return
    whole = data if size <= _READ_BACK else data[data.find(b"\n") + 1 :]
    for line in whole.split(b"\n"):
        yield from reader.feed(line, now)


def _settings_path(entry: Mapping[str, Any], environ: Mapping[str, str], home: Path) -> Path:
    moved = environ.get(entry["env"])
    return Path(moved, entry["below"]) if moved and Path(moved).is_absolute() else home / entry["path"]


def _read_settings(path: Path) -> object:
    """The settings in JSON (comments allowed) or TOML; None where there are none that can be read."""
    try:
        with path.open("rb") as handle:
            data = handle.read(_SETTINGS_CAP + 1)
    except OSError:
        return None
    if len(data) > _SETTINGS_CAP:
        return None
    read: Callable[[str], object] = tomllib.loads if path.suffix == ".toml" else _loads_commented
    try:
        return read(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _loads_commented(text: str) -> object:
    bare = _COMMENT.sub(lambda found: found[1] or " ", text)
    return json.loads(_TRAILING.sub(r"\1", bare))


def _values(settings: object, keys: list[str]) -> Iterator[str]:
    """The strings at a path of keys, where `*` stands for any key."""
    if not keys:
        if isinstance(settings, str):
            yield settings
        elif isinstance(settings, list):
            yield from (item for item in settings if isinstance(item, str))
        return
    if isinstance(settings, Mapping):
        for inner in settings.values() if keys[0] == "*" else (settings.get(keys[0]),):
            yield from _values(inner, keys[1:])


def _place_of(entry: Mapping[str, Any], settings: object) -> Place | None:
    home = HOME.get(entry["client"])
    if "provider" not in entry or home is None:
        return home
    return place_named(next(_values(settings, entry["provider"].split(".")), None), home)


def _watches(name: str, place: Place | None, note: str, *, split: bool) -> Iterator[Watch]:
    """The routes that a model's name in some settings stands for; aliases stand for families."""
    if split and "/" in name:
        provider, name = name.split("/", 1)
        place = place_named(provider, Place(NO_PROVIDER))
    place = place_by_id(name) or place
    bare = re.sub(r"\[[a-z0-9]+\]$", "", name.strip().lower())
    for model in _tables()["aliases"].get(bare, [name]):
        route = _route(place, model) if place is not None else None
        if route is not None:
            yield Watch(route, WatchSource.FOUND, note)


def _route(place: Place, model: str) -> Route | None:
    canonical = model if model == "*" else parse_model(model).canonical if fields.model_id(model) else ""
    surface = f"/{place.surface or Surface.API}"
    try:
        return parse_route(f"{place.provider}{surface}:{canonical}")
    except RouteError:
        return None


def _without_covered(watches: tuple[Watch, ...]) -> tuple[Watch, ...]:
    """Without the `*` of a provider and surface whose models are known by name."""
    named = {(watch.route.provider, watch.route.surface) for watch in watches if watch.route.model != "*"}
    return tuple(watch for watch in watches if watch.route.model != "*" or (watch.route.provider, watch.route.surface) not in named)

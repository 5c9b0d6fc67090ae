"""The values that shells complete with and only this machine knows, told one a line when a shell asks: at a key press, so little is loaded for it.

They come from the picture of the engine, and only those that no shell could mistake for anything else. Kinds are the words of `grammar.Kind`.
"""

import json
import os
import re

from statuswatch.config import paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_LIMIT = 32 * 1024 * 1024
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@*+-]{0,119}")
_CALLS = 20


def picture() -> "dict[str, Any]":
    """The published picture as it lies there; empty where there is none. Read without the program's own types: a shell waits for it at a key press."""
    try:
        with open(paths.snapshot_file(), "rb") as file:  # noqa: PTH123 - pathlib would add to what a key press costs
            data = json.loads(file.read(_LIMIT))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def values(kind: str, seen: "Mapping[str, Any]") -> tuple[str, ...]:
    """What stands for a kind of value in this picture."""
    routes, providers = _field(seen, "routes", "route"), _field(seen, "routes", "provider")
    incidents = _field(seen, "incidents", "key")
    match kind:
        case "route":
            found: Iterable[str] = routes
        case "incident":
            found = incidents
        case "provider":
            found = (*providers, *_field(seen, "incidents", "provider"))
        case "target":
            found = ("all", *routes, *providers, *incidents)
        case "call":
            found = ("last", *map(str, range(1, min(_CALLS, len(_objects(seen, "calls"))) + 1)), *routes)
        case "source":
            found = _field(seen, "sources", "name")
        case _:
            found = ()
    return safe(found)


def safe(words: "Iterable[str]") -> tuple[str, ...]:
    """Those of `words` that are plain to every shell, each once."""
    return tuple(dict.fromkeys(word for word in words if _SAFE.fullmatch(word)))


def _objects(seen: "Mapping[str, Any]", name: str) -> "list[Mapping[str, Any]]":
    found = seen.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _field(seen: "Mapping[str, Any]", name: str, field: str) -> list[str]:
    return [item[field] for item in _objects(seen, name) if isinstance(item.get(field), str)]


def own_files(folder: str) -> tuple[str, ...]:
    """The names of the provider files in a folder, without reading them."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - see `picture`
    except OSError:
        return ()
    return tuple(name.removesuffix(".toml") for name in names if name.endswith(".toml"))

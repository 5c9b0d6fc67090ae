"""The folders in which the records of agreed clients lie: what may be read, and what only looks as if it did."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from statuswatch.sources.clients import CLIENTS, Kind, folders_of, kind_for
from statuswatch.sources.clients.places import Place


@dataclass(frozen=True, slots=True)
class Watched:
    """A client whose records the user agreed to, and the folder where they lie. `usual`: the place that its settings name (None: none, or the same as ever)."""

    client: str
    root: Path
    usual: Place | None = None


@dataclass(frozen=True, slots=True)
class _Root:
    """A root as it is called, and where links lead."""

    client: str
    named: str
    real: str
    usual: Place | None


class Roots:
    """The roots of all agreed clients."""

    def __init__(self, watched: Iterable[Watched]) -> None:
        self._roots = tuple(_Root(item.client, str(item.root), os.path.realpath(item.root), item.usual) for item in watched)

    def folders(self) -> tuple[str, ...]:
        """The folders that exist and can hold records: not the whole of a client's root, which may hold anything."""
        return tuple(sorted(folder for folder in self._wanted() if Path(folder).is_dir()))

    def awaited(self) -> frozenset[str]:
        """What has to come before those folders that do not exist can: for each, the first part of its path that is not there."""
        return frozenset(_first_missing(folder) for folder in self._wanted() if not Path(folder).is_dir())

    def _wanted(self) -> set[str]:
        return {os.path.join(root.real, folder) if folder else root.real for root in self._roots for folder in folders_of(CLIENTS[root.client])}  # noqa: PTH118 - compared as text

    def whose(self, path: str) -> tuple[str, Place | None]:
        """The client below whose root `path` lies, and its usual place."""
        return next(((root.client, root.usual) for root in self._roots if path.startswith(f"{root.real}{os.sep}")), ("", None))

    def kind_of(self, path: str) -> Kind | None:
        """Which kind of record `path` is; None for other files, and for links that lead out of the root."""
        for root in self._roots:
            if path.startswith(f"{root.real}{os.sep}"):
                kind = kind_for(CLIENTS[root.client], os.path.relpath(path, root.real).replace(os.sep, "/"))
                if kind is not None and os.path.realpath(path).startswith(f"{root.real}{os.sep}"):
                    return kind
        return None

    def record_at(self, client: str, path: str) -> str | None:
        """The record of `client` that somebody calls `path`; None where it is none that may be read. Nothing elsewhere is touched on the disk."""
        plain = os.path.normpath(path)
        for root in self._roots:
            for folder in (root.named, root.real) if root.client == client else ():
                if plain.startswith(f"{folder}{os.sep}"):
                    place = f"{root.real}{plain.removeprefix(folder)}"
                    return place if self.kind_of(place) is not None else None
        return None


def _first_missing(folder: str) -> str:
    path = Path(folder)
    while not path.parent.is_dir():
        path = path.parent
    return str(path)

"""The folders in which the records of agreed clients lie: what may be read, and what only looks as if it did."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from statuswatch.sources.clients import CLIENTS, Kind, folders_of, kind_for


@dataclass(frozen=True, slots=True)
class Watched:
    """A client whose records the user agreed to, and the folder where they lie."""

    client: str
    root: Path


@dataclass(frozen=True, slots=True)
class _Root:
    """A root as it is called, and where links lead."""

    client: str
    named: str
    real: str


class Roots:
    """The roots of all agreed clients."""

    def __init__(self, watched: Iterable[Watched]) -> None:
        self._roots = tuple(_Root(item.client, str(item.root), os.path.realpath(item.root)) for item in watched)

    def folders(self) -> tuple[str, ...]:
        """The folders that exist and can hold records: not the whole of a client's root, which may hold anything."""
        folders = {os.path.join(root.real, folder) if folder else root.real for root in self._roots for folder in folders_of(CLIENTS[root.client])}  # noqa: PTH118 - compared as text
        return tuple(sorted(folder for folder in folders if Path(folder).is_dir()))

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

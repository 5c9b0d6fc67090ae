"""Whether the settings on disk are still those that the engine began with: it reads them once, and a change that does nothing must not be a riddle."""

import hashlib
from pathlib import Path
from typing import NamedTuple

_NAMED = 2
_LONGEST = 1_000_000  # bytes; the catalogue and the settings refuse longer files


class _Seen(NamedTuple):
    """A file as it was looked at last. A saved file that says the same is no change, so its contents decide; its times only say when to read them again."""

    modified_ns: int
    size: int
    digest: bytes


class SettingFiles:
    """The `*.toml` files of a person's settings folder and of the folders in it, as they are when this is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._look({})
        self._began = self._seen

    def changes(self) -> tuple[str, ...]:
        """A sentence where files are others now than at the beginning; none where they are the same again. Reads only those with another time or size."""
        self._seen = self._look(self._seen)
        names = sorted(self._began.keys() | self._seen.keys())
        changed = [str(path) for path in names if _digest(self._began.get(path)) != _digest(self._seen.get(path))]
        return (_sentence(changed),) if changed else ()

    def _look(self, before: dict[Path, _Seen]) -> dict[Path, _Seen]:
        found = {}
        for path in (*_files(self._folder), *(path for inner in _folders(self._folder) for path in _files(inner))):
            try:
                status = path.stat()
                last = before.get(path)
                if last is not None and (last.modified_ns, last.size) == (status.st_mtime_ns, status.st_size):
                    found[path] = last
                    continue
                with path.open("rb") as file:
                    data = file.read(_LONGEST)
            except OSError:  # taken away in this moment, or not to be read: as good as not there
                continue
            found[path] = _Seen(status.st_mtime_ns, status.st_size, hashlib.sha256(data).digest())
        return found


def _digest(seen: _Seen | None) -> bytes:
    return seen.digest if seen else b""


def _sentence(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    told = ", ".join(names[:_NAMED]) + more
    which, those = ("was", "it") if len(names) == 1 else ("were", "them")
    return f"{told} {which} changed after the engine had read {those}. To read {those} again: statuswatch engine stop, then statuswatch engine start"


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith(".") and path.is_file()]
    except OSError:
        return []


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    except OSError:
        return []

"""Hears from Linux at once which files below some folders changed: inotify(7), asked of the C library.

The kept library for this (watchfiles) looks five times a second whether it was told something, and says so only after a quiet look: up to 0.4 s late and
never asleep. Here the kernel wakes the loop, when something happened and only then.
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable, Iterator

_MODIFY, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE, _DELETE_SELF, _MOVE_SELF = 0x2, 0x40, 0x80, 0x100, 0x200, 0x400, 0x800
_OVERFLOW, _IGNORED, _IS_FOLDER = 0x4000, 0x8000, 0x40000000
_ONLY_FOLDER, _NO_LINK, _NOT_UNLINKED = 0x01000000, 0x02000000, 0x04000000
_INSIDE = _MODIFY | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE | _ONLY_FOLDER | _NOT_UNLINKED
_EVENT = struct.Struct("iIII")  # struct inotify_event: watch, mask, cookie, length of the name that follows
_READ_BYTES = 1 << 16
_DEEPEST = 8


class Tree:
    """The folders that are watched, with all below them; links below are not followed. Raises OSError where the system's limit is reached.

    `fd` is readable when `changes` has something to give. Not for several threads, but for `add`, which may run in one while nothing else is done.
    """

    def __init__(self) -> None:
        self._c = ctypes.CDLL(None, use_errno=True)
        self._paths: dict[int, str] = {}
        self._roots: tuple[str, ...] = ()
        self._awaited: frozenset[str] = frozenset()
        self._parents: frozenset[str] = frozenset()
        self._open = True
        self.fd = self._checked(self._c.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def close(self) -> None:
        """Watch nothing any more."""
        if self._open:
            self._open = False
            os.close(self.fd)

    @property
    def signs(self) -> frozenset[str]:
        """Paths that mean, when they are among `changes`, that something awaited came, or that the folder where it is awaited went."""
        return self._awaited | self._parents

    def add(self, roots: Iterable[str], awaited: frozenset[str] = frozenset()) -> None:
        """Watch `roots`, without those that may not be entered, and whether `awaited` come. Blocking; one walk over the folders of `roots`.

        Of a folder in which something is awaited nothing else is told.

        Raises OSError: FileNotFoundError for a root that is not there, and where a limit is reached.
        """
        self._roots = tuple(roots)
        for root in self._roots:
            with contextlib.suppress(PermissionError):
                self._watch(root, _INSIDE | _DELETE_SELF | _MOVE_SELF)
                self._add_below(root)
        self._awaited = awaited
        watched = set(self._paths.values())
        self._parents = frozenset(os.path.dirname(path) for path in awaited) - watched  # noqa: PTH120 - text, as it came
        for parent in self._parents:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                self._watch(parent, _CREATE | _MOVED_TO | _DELETE_SELF | _MOVE_SELF | _ONLY_FOLDER)

    def changes(self) -> set[str]:
        """The paths that something happened to since the last look; a root itself where it came, went or too much happened to be told. Raises OSError."""
        changed: set[str] = set()
        while self._open:
            try:
                data = os.read(self.fd, _READ_BYTES)
            except BlockingIOError:
                break
            for watch, mask, name in _events(data):
                changed |= self._meaning(watch, mask, name)
        return changed

    def _meaning(self, watch: int, mask: int, name: str) -> set[str]:
        if mask & _OVERFLOW:
            return set(self._roots)
        folder = self._paths.get(watch)
        if folder is None:
            return set()
        if mask & _IGNORED:
            del self._paths[watch]
            return set()
        if mask & (_DELETE_SELF | _MOVE_SELF):
            return {folder} & {*self._roots, *self._parents}
        path = f"{folder}/{name}" if name else folder
        if folder in self._parents:
            return {path} & self._awaited
        if mask & _IS_FOLDER and mask & _MOVED_FROM:
            self._leave(path)
        elif mask & _IS_FOLDER and mask & (_CREATE | _MOVED_TO) and self._depth(path) <= _DEEPEST and self._watch_below(path):
            self._add_below(path)
        return {path}

    def _depth(self, path: str) -> int:
        return min((path.count("/") - root.count("/") for root in self._roots if path.startswith(f"{root}/")), default=0)

    def _add_below(self, top: str) -> None:
        waiting = [top]
        while waiting and self._open:
            folder = waiting.pop()
            if self._depth(folder) < _DEEPEST:
                waiting += [path for path in _folders_in(folder) if self._watch_below(path)]

    def _watch_below(self, path: str) -> bool:
        """Watch a folder that is no root: one that has gone or may not be entered is left out."""
        try:
            self._watch(path, _INSIDE | _NO_LINK)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return False
        return True

    def _watch(self, path: str, mask: int) -> None:
        self._paths[self._checked(self._c.inotify_add_watch(self.fd, os.fsencode(path), ctypes.c_uint32(mask)), path)] = path

    def _leave(self, path: str) -> None:
        """A folder was moved: the kernel would go on to tell of it under a name that it no longer has."""
        for watch in [watch for watch, folder in self._paths.items() if folder == path or folder.startswith(f"{path}/")]:
            del self._paths[watch]
            self._c.inotify_rm_watch(self.fd, watch)

    def _checked(self, result: int, path: str | None = None) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), path)
        return result


def _events(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Watch, mask and name of each event."""
    start = 0
    while start + _EVENT.size <= len(data):
        watch, mask, _, length = _EVENT.unpack_from(data, start)
        start += _EVENT.size
        yield watch, mask, os.fsdecode(data[start : start + length].split(b"\0", 1)[0])
        start += length


def _folders_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []

"""Follows the record files of the agreed clients: what was appended becomes calls, handed out together with the place up to which it was read.

Only files that changed are opened, never more than a megabyte is in memory, and all reading happens in a thread. Who stores a batch stores its calls and its
offset in one transaction; a restart with those offsets then loses nothing and tells nothing twice.
"""

import asyncio
import contextlib
import os
import stat
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from statuswatch.core.observation import Call
from statuswatch.engine.follow import AGAIN_S, POLL_S, Watcher
from statuswatch.engine.recordfile import Mark, RecordFile
from statuswatch.engine.roots import Roots, Watched
from statuswatch.sources.clients import Kind, Origin, Reader, reader_class
from statuswatch.sources.clients.diagnose import Diagnose

RECENT_S = 2 * 3600.0
READ_BACK = 256 * 1024
_READ_WHOLE = 8 << 20
_HEAD = 64 * 1024
_READERS = 64
_AT_ONCE = 256
_DEEPEST = 8
_MOVED = 256
_TELL_EVERY = 256 * 1024
_RESCAN_S = 60.0
_SETTLE_S = 1.0
_WALK_ROUNDS = 5
_HOT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one read of one file gave: `calls`, and `mark` up to which they account for the file (None: the file is gone, forget it).

    `unanswered` counts attempts the client has made since its last answer: above one it is retrying, which is reason to look at the feeds at once.
    `kind` is what the file's kind of record is called.
    """

    path: str
    mark: Mark | None
    calls: tuple[Call, ...] = ()
    unanswered: int = 0
    kind: str = ""


class Tail:
    """Follows all agreed clients. `marks` are those of the last stored batches, by path; `now` gives the time of lines that carry none."""

    def __init__(
        self,
        watched: Iterable[Watched],
        diagnose: Diagnose,
        marks: Mapping[str, Mark],
        now: Callable[[], datetime],
        *,
        notify: bool = True,
        poll_s: float = POLL_S,
        again_s: float = AGAIN_S,
    ) -> None:
        self._roots = Roots(watched)
        self._diagnose = diagnose
        self._stored = dict(marks)
        self._now = now
        self._files: dict[str, RecordFile] = {}
        self._inodes: dict[tuple[int, int], str] = {}
        self._moved: OrderedDict[tuple[int, int], tuple[str, RecordFile]] = OrderedDict()
        self.readers: OrderedDict[str, Reader] = OrderedDict()
        self._shared: dict[str, dict[str, Any]] = {}
        self._told: dict[str, tuple[int, int]] = {}
        self._resuming = bool(self._stored)
        self.started = False
        self._stop = asyncio.Event()
        self._woken = asyncio.Event()
        self._changed: set[str] = set()
        self._poll_s = poll_s
        self._settled = False
        self.watcher = Watcher(self._roots.folders, self._heard, self._roots.awaited, poll_s=poll_s, again_s=again_s) if notify else None

    def stop(self) -> None:
        """End `batches` after the read that is under way."""
        self._stop.set()
        self._woken.set()
        if self.watcher:
            self.watcher.stop()

    @property
    def notified(self) -> bool:
        """Whether the system tells of changes; else files are looked at by the clock."""
        return self.watcher is not None and self.watcher.notified

    @property
    def note(self) -> str:
        """Why files are looked at by the clock, for a person; empty where the system tells of changes."""
        return self.watcher.note if self.watcher else ""

    def _heard(self, paths: Iterable[str]) -> None:
        self._changed.update(paths)
        self._woken.set()

    async def batches(self) -> AsyncIterator[Batch]:
        """Batches as files change, until `stop`. The first round reads what is new since the stored marks, and the end of files touched lately."""
        watching = asyncio.create_task(self.watcher.run()) if self.watcher else None
        try:
            paths = await asyncio.to_thread(self.look)
            while not self._stop.is_set():
                while paths and not self._stop.is_set():
                    batches, paths = await asyncio.to_thread(self._read_many, paths)
                    for batch in batches:
                        yield batch
                self.started = True
                paths = await self._next()
        finally:
            if watching:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching

    def _read_many(self, paths: list[str]) -> tuple[list[Batch], list[str]]:
        """Read from `paths`, in order, until there is a call to be told; what that gave, and what is left. Most files of a first walk hold nothing new."""
        batches: list[Batch] = []
        for count, path in enumerate(paths, 1):
            batch, more = self.read_some(path)
            batches += [batch] if batch else []
            if more or count == _AT_ONCE or (batch and batch.calls):
                return batches, paths[count - 1 if more else count :]
        return batches, []

    async def _next(self) -> list[str]:
        """Wait for something to read. Without notifications: files touched in the last hour every two seconds, everything every ten."""
        waited = 0.0
        walk_after = _RESCAN_S if self.notified else _WALK_ROUNDS * self._poll_s
        while not self._stop.is_set():
            # Notifications start beside the first walk: what changed between the two is found by a second one.
            every = _SETTLE_S if self.notified and not self._settled else _RESCAN_S if self.notified else self._poll_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every):  # not wait_for, which may swallow a cancellation that comes together with the event
                    await self._woken.wait()
            self._woken.clear()
            changed, self._changed = self._changed, set()
            if changed:
                known = [path for path in changed if path in self._files]  # the usual case, for which no thread need be waited for twice
                return known if len(known) == len(changed) else await asyncio.to_thread(self._expand, changed)
            waited += every
            full = waited >= walk_after or not self._settled
            self._settled = True
            paths = await asyncio.to_thread(self.look if full else self._hot)
            if full and self.watcher:
                self.watcher.look_again()
            if paths or full:
                return paths
        return []

    def knock(self, client: str, path: str) -> bool:
        """Look at once into the record at `path`, which somebody says is `client`'s: false where it is none that may be read. Nothing elsewhere is touched."""
        found = self._roots.record_at(client, path)
        if found is None:
            return False
        self._heard((found,))
        return True

    def look(self) -> list[str]:
        """All files of the agreed clients that have something unread or are new or gone. Blocking; costs one directory walk."""
        seen: set[str] = set()
        paths: list[str] = []
        for folder in self._roots.folders():
            for entry in _walk(Path(folder), _DEEPEST):
                seen.add(entry.path)
                # What is known was looked at closely when it became so, and is again before it is read.
                if (entry.path in self._files or self._roots.kind_of(entry.path) is not None) and self._differs(entry.path):
                    paths.append(entry.path)
        paths.extend(path for path in (*self._files, *(self._stored if not self.started else ())) if path not in seen and not os.path.lexists(path))
        return sorted(set(paths), key=_age)

    def _hot(self) -> list[str]:
        newest = self._now().timestamp() - _HOT_S
        return [path for path, file in list(self._files.items()) if file.touched >= newest and self._differs(path)]

    def _expand(self, changed: set[str]) -> list[str]:
        """The files that notifications are about: a new folder may hold files already."""
        paths: set[str] = set()
        for path in changed:
            if Path(path).is_dir() and not Path(path).is_symlink():
                paths.update(entry.path for entry in _walk(Path(path), _DEEPEST))
            else:
                paths.add(path)
        return sorted((path for path in paths if path in self._files or self._roots.kind_of(path) is not None), key=_age)

    def _differs(self, path: str) -> bool:
        known = self._files.get(path)
        try:
            now = os.stat(path)  # noqa: PTH116 - for thousands of files, and a Path costs more than the call
        except OSError:
            return known is not None
        return known is None or not known.same_as(now)

    def read_some(self, path: str) -> tuple[Batch | None, bool]:
        """Read at most a megabyte of what is unread in `path`; returns what is worth storing and whether there is more. Blocking; never raises on any file."""
        try:
            handle = open(path, "rb", opener=_open_plain)  # noqa: SIM115 - closed below, after the stat that decides
        except OSError:
            return self._forget(path), False
        with handle:
            status = os.fstat(handle.fileno())
            kind = self._roots.kind_of(path)
            if not stat.S_ISREG(status.st_mode) or kind is None:
                return None, False
            file = self._files.get(path)
            fresh = file is None
            if file is None or not file.continues(handle, status):
                file = self._begin(path, handle, status, file)
            start = file.offset
            lines, more = file.read(handle, status)
            # A file without anything new costs no reader: most files of a first walk are old.
            reader = self._reader(path, kind, handle, file, start) if lines else self.readers.get(path)
        at = self._now()
        calls = [call for line in lines for call in reader.feed(line, at)] if reader else []
        return self._batch(path, file, calls, reader.unanswered if reader else 0, kind.name, fresh=fresh), more

    def _begin(self, path: str, handle: BinaryIO, status: os.stat_result, before: RecordFile | None) -> RecordFile:
        """Where reading of a file starts: a stored mark, a moved file's place, the start of a new one, the end of an old one."""
        self.readers.pop(path, None)
        if before is not None:
            self._inodes.pop(before.inode, None)
            self._park(path, before)
        stored = self._stored.pop(path, None)
        file = RecordFile.resumed(handle, status, stored) if stored is not None else None
        moved = self._elsewhere(path, status)
        if file is None and moved is not None and moved.continues(handle, status):
            file = moved
        if file is None:
            file = RecordFile.starting(handle, status, self._start(status, known=before is not None or stored is not None))
        self._files[path] = file
        self._inodes[file.inode] = path
        return file

    def _park(self, path: str, file: RecordFile) -> None:
        """Keep the place of a file that left its name, in case it turns up under another."""
        self._moved[file.inode] = (path, file)
        if len(self._moved) > _MOVED:
            self._moved.popitem(last=False)

    def _elsewhere(self, path: str, status: os.stat_result) -> RecordFile | None:
        """The state of a file that was renamed to `path`, taken over from its old name."""
        was, parked = self._moved.pop((status.st_dev, status.st_ino), ("", None))
        if parked is not None and was != path:
            return parked
        other = self._inodes.get((status.st_dev, status.st_ino), path)
        file = self._files.get(other)
        if file is not None and other != path and file.inode == (status.st_dev, status.st_ino) and _inode(other) != file.inode:
            return self._files.pop(other)
        return None

    def _start(self, status: os.stat_result, *, known: bool) -> int:
        """The first byte to read of a file without a mark. `known`: something else lay at this path before, so all of this is new."""
        lately = self._now().timestamp() - status.st_mtime <= RECENT_S
        small = status.st_size <= _READ_WHOLE
        if known or (self.started and (lately or small)) or (self._resuming and lately and small):
            return 0
        if not lately:
            return status.st_size
        return max(0, status.st_size - READ_BACK)

    def _reader(self, path: str, kind: Kind, handle: BinaryIO, file: RecordFile, start: int) -> Reader:
        """The file's reader; one that was let go or never was is first told what came before, its calls left out."""
        reader = self.readers.get(path)
        if reader is None:
            client, usual = self._roots.whose(path)
            reader = reader_class(kind)(Origin(Path(path).name, self._diagnose, self._now(), usual, self._shared.setdefault(client, {})))
            for line in file.before(handle, start, _HEAD, READ_BACK):
                reader.feed(line)
            self.readers[path] = reader
            if len(self.readers) > _READERS:
                self.readers.popitem(last=False)
        self.readers.move_to_end(path)
        return reader

    def _batch(self, path: str, file: RecordFile, calls: list[Call], unanswered: int, kind: str, *, fresh: bool) -> Batch | None:
        offset, waiting = self._told.get(path, (0, 0))
        retrying = unanswered > 1 and unanswered != waiting
        if not (calls or fresh or retrying or abs(file.offset - offset) >= _TELL_EVERY):
            return None
        self._told[path] = (file.offset, unanswered)
        return Batch(path, file.mark, tuple(calls), unanswered, kind)

    def _forget(self, path: str) -> Batch | None:
        known = self._files.pop(path, None)
        if known is not None and self._inodes.get(known.inode) == path:
            del self._inodes[known.inode]
        stored = self._stored.pop(path, None)
        self.readers.pop(path, None)
        self._told.pop(path, None)
        if known is not None:
            self._park(path, known)
        return Batch(path, None) if known is not None or stored is not None else None


def _open_plain(path: str, flags: int) -> int:
    # A pipe with a record's name must not block the reader.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))


def _walk(root: Path, deepest: int) -> Iterator["os.DirEntry[str]"]:
    """All files below `root`, links to folders not followed."""
    waiting = [(str(root), 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if depth < deepest:
                            waiting.append((entry.path, depth + 1))
                    else:
                        yield entry
        except OSError:
            continue


def _inode(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _age(path: str) -> float:
    """Newest first: what a person is doing now is told before what lies there from yesterday."""
    try:
        return -Path(path).stat().st_mtime
    except OSError:
        return 0.0

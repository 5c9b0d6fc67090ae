"""One append-only file that is read as it grows: where reading stands, whether it is still the same file, and its lines in bounded pieces."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 1 << 20
_NOTE = re.compile(r"(\d{1,18}) (\d{1,6}) ([0-9a-f]{0,32})")
# Enough to hold a session's id and time in every client's first line.
_HEAD_BYTES = 1024
_SPARE = 4096


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file that survives a restart: all bytes before `offset` are accounted for.

    `head` is a digest of the file's first `head_bytes`, so that another file at the same path, in the same inode even, is told apart.
    """

    offset: int
    head: str
    head_bytes: int

    @property
    def text(self) -> str:
        """The mark as the note that a store keeps."""
        return f"{self.offset} {self.head_bytes} {self.head}"

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        """The mark in a stored note; None where the note is none."""
        found = _NOTE.fullmatch(text)
        return cls(int(found[1]), found[3], int(found[2])) if found else None


class RecordFile:
    """The state of one file: `offset` is the start of the first line that is not yet read, `scanned` how far an unfinished line was looked through."""

    __slots__ = ("head", "head_bytes", "inode", "offset", "scanned", "size", "touched")

    def __init__(self, status: os.stat_result, offset: int, head: str, head_bytes: int) -> None:
        self.inode = (status.st_dev, status.st_ino)
        self.offset = self.scanned = offset
        self.head = head
        self.head_bytes = head_bytes
        self.size = offset
        self.touched = status.st_mtime

    @classmethod
    def starting(cls, handle: BinaryIO, status: os.stat_result, offset: int) -> "RecordFile":
        """A file that is read from the first line that starts at or after byte `offset`; at its end, from the start of an unfinished last line."""
        file = cls(status, 0, "", 0)
        file.offset = file.scanned = _line_start(handle, offset, status.st_size)
        file._look_at_head(handle)
        return file

    @classmethod
    def resumed(cls, handle: BinaryIO, status: os.stat_result, mark: Mark) -> "RecordFile | None":
        """The file at its stored mark; None where this is another file or it was cut shorter."""
        if mark.offset > status.st_size or mark.offset < 0 or _digest(handle, mark.head_bytes) != mark.head:
            return None
        return cls(status, mark.offset, mark.head, mark.head_bytes)

    @property
    def mark(self) -> Mark:
        """The place to store."""
        return Mark(self.offset, self.head, self.head_bytes)

    def same_as(self, status: os.stat_result) -> bool:
        """Whether nothing happened to the file since it was last read, as far as its size, place and time tell."""
        return (status.st_dev, status.st_ino) == self.inode and status.st_size == self.size and status.st_mtime == self.touched

    def continues(self, handle: BinaryIO, status: os.stat_result) -> bool:
        """Whether the open file is the one read so far: same place on disk, same first bytes, not shorter than what was read."""
        return (status.st_dev, status.st_ino) == self.inode and status.st_size >= self.offset and _digest(handle, self.head_bytes) == self.head

    def read(self, handle: BinaryIO, status: os.stat_result) -> tuple[list[bytes], bool]:
        """The complete lines of the next megabyte, and whether there is more to read now. A line longer than that is passed over, its start remembered."""
        self.touched = status.st_mtime
        skipping = self.scanned - self.offset >= CHUNK
        start = self.scanned if skipping else self.offset
        # Room for what is there and a little more: a whole chunk would be allocated, and overwritten when it is freed, for a line of a few hundred bytes.
        room = min(CHUNK, max(0, status.st_size - start) + _SPARE)
        handle.seek(start)
        data = handle.read(room)
        cut = data.find(b"\n") + 1 if skipping else data.rfind(b"\n") + 1
        if cut:
            self.offset = self.scanned = start + cut
        else:
            self.scanned = start + len(data)
        if self.head_bytes < _HEAD_BYTES and self.offset > self.head_bytes:
            self._look_at_head(handle)
        self.size = start + len(data)
        lines = [] if skipping or not cut else data[: cut - 1].split(b"\n")
        return lines, len(data) == room or bool(skipping and cut and self.offset < self.size)

    def before(self, handle: BinaryIO, start: int, head: int, back: int) -> Iterator[bytes]:
        """Complete lines before byte `start`: those of the first `head` bytes and of the last `back` bytes."""
        first = min(head, start)
        handle.seek(0)
        data = handle.read(first)
        yield from data[: data.rfind(b"\n") + 1].split(b"\n")
        last = max(first, start - back)
        if last < start:
            handle.seek(last)
            data = handle.read(start - last)
            yield from data[data.find(b"\n") + 1 :].split(b"\n")

    def _look_at_head(self, handle: BinaryIO) -> None:
        self.head_bytes = min(_HEAD_BYTES, self.offset)
        self.head = _digest(handle, self.head_bytes)


def _digest(handle: BinaryIO, count: int) -> str:
    handle.seek(0)
    return hashlib.blake2b(handle.read(min(count, _HEAD_BYTES)), digest_size=8).hexdigest() if count else ""


def _line_start(handle: BinaryIO, offset: int, size: int) -> int:
    """The start of the first line at or after `offset`; near the end of the file, of the unfinished last line, so that it is read when it is finished."""
    if offset <= 0:
        return 0
    if offset < size:
        handle.seek(offset - 1)
        found = handle.read(CHUNK).find(b"\n")
        if found >= 0:
            return offset + found
    handle.seek(max(0, size - CHUNK))
    data = handle.read(CHUNK)
    return max(0, size - CHUNK) + data.rfind(b"\n") + 1 if b"\n" in data else size

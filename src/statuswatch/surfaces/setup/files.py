"""The files of other tools: read as they are, changed in one move, and what was there before kept until it is undone.

For each target a folder below the state folder, for this user alone, holds `before` (the file's bytes before our first change) and `record.json`:
`{"v": 1, "file", "after" (SHA-256 of what we wrote), "created" (there was no file), "made" (folders that were made for it)}`.
"""

import contextlib
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from statuswatch.config import paths
from statuswatch.surfaces.setup.target import Ground, SetupError, Target

_LARGEST = 4 * 1024 * 1024
_OWNER_WRITES = 0o200
_NEW_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Record:
    """What a change left behind. `before` is None where the file was not there."""

    file: Path
    after: str
    before: bytes | None
    made: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A change that can be made: of `file` (`real`, behind links) from `old` to `new`; None where there is no file, or none is to be left."""

    target: Target
    file: Path
    real: Path
    old: bytes | None
    new: bytes | None
    record: Record | None
    undo: bool

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.old != self.new


def text_of(data: bytes) -> str:
    """Any bytes as text that `bytes_of` gives back as they were."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """The bytes of such a text."""
    return text.encode("utf-8", "surrogateescape")


def plan_put(target: Target, ground: Ground) -> Plan:
    """What setting up `target` would change. Raises SetupError where it cannot be."""
    file, real, old = _found(target, ground)
    text = text_of(old) if old is not None else target.empty
    try:
        new = bytes_of(target.put(text, ground))
    except SetupError as error:
        raise SetupError(f"{file}: {error}") from error
    return Plan(target, file, real, old, new, _recorded(target), undo=False)


def plan_take(target: Target, ground: Ground) -> Plan:
    """What undoing it would change: back to the very bytes that were there, or, where the person has changed the file since, out with ours alone."""
    file, real, old = _found(target, ground)
    record = _recorded(target)
    if record is not None and record.file != real:
        record = None
    if old is None:
        return Plan(target, file, real, None, None, record, undo=True)
    if record is not None and record.after == _digest(old):
        return Plan(target, file, real, old, record.before, record, undo=True)
    before = text_of(record.before) if record is not None and record.before is not None else None
    try:
        text = target.take(text_of(old), before)
    except SetupError as error:
        raise SetupError(f"{file}: {error}") from error
    ours_alone = record is not None and record.before is None and text == target.empty
    return Plan(target, file, real, old, None if ours_alone else bytes_of(text), record, undo=True)


def carry_out(plan: Plan) -> Path | None:
    """Make the change; returns where the bytes from before are kept.

    Raises SetupError, PlaceError, or OSError with the file as it was; a SetupError that says otherwise names where its bytes are.
    """
    if not plan.changes:
        if plan.undo:
            _forget(plan.target)
        return None
    check(plan)
    if plan.undo:
        _write(plan.real, plan.new)
        for folder in plan.record.made if plan.record else ():
            with contextlib.suppress(OSError):
                Path(folder).rmdir()
        _forget(plan.target)
        return None
    kept = _keep(plan)
    _write(plan.real, plan.new)
    return kept


def check(plan: Plan) -> None:
    """Raise SetupError where the file may not be changed, or is not what it was when the plan was made."""
    if _read(plan.real) != plan.old:
        raise SetupError(f"{plan.file} has changed meanwhile; nothing was changed, try again")
    if plan.old is not None:
        held = plan.real.stat()
        if held.st_uid != os.geteuid():
            raise SetupError(f"{plan.file} belongs to another user; nothing was changed")
        if not held.st_mode & _OWNER_WRITES or not os.access(plan.real, os.W_OK):
            raise SetupError(f"{plan.file} is read-only, so something else may be keeping it; nothing was changed. Add by hand what the difference shows")
    folder = next(folder for folder in plan.real.parents if folder.exists())
    if not os.access(folder, os.W_OK):
        raise SetupError(f"{folder} cannot be written to; nothing was changed. Add by hand what the difference shows")


def _found(target: Target, ground: Ground) -> tuple[Path, Path, bytes | None]:
    file = target.file(ground)
    try:
        real = file.resolve()
    except (OSError, RuntimeError) as error:
        raise SetupError(f"{file} is a link that leads round in circles") from error
    data = _read(real)
    if data is not None and b"\0" in data:
        raise SetupError(f"{file} is no text in UTF-8; nothing was changed")
    return file, real, data


def _read(real: Path) -> bytes | None:
    try:
        held = real.stat()
        if not stat.S_ISREG(held.st_mode):
            raise SetupError(f"{real} is no plain file")
        if held.st_size > _LARGEST:
            raise SetupError(f"{real} is larger than {_LARGEST // 1024 // 1024} MB; it cannot be right")
        return real.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SetupError(f"{real} cannot be read: {error.strerror}") from error


def _write(real: Path, data: bytes | None) -> None:
    """Replace the file in one move with its mode and attributes kept; in place where it has other names (hard links) that must go on naming it.

    Raises OSError with the file as it was, and SetupError where a write in place was cut off before.
    """
    if data is None:
        real.unlink()
        return
    held = real.stat() if real.exists() else None
    if held is not None and held.st_nlink > 1:
        _write_in_place(real, data)
        return
    fresh = real.with_name(f".{real.name}.statuswatch-new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _NEW_MODE), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if held is not None:
            shutil.copystat(real, fresh)
            os.utime(fresh)
            with contextlib.suppress(OSError):
                os.chown(fresh, -1, held.st_gid)
        fresh.replace(real)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _write_in_place(real: Path, data: bytes) -> None:
    """Write over the file. A crash in the middle leaves what it held beside it, for this user alone: no move can put back a file of several names."""
    old, beside = real.read_bytes(), real.with_name(f".{real.name}.statuswatch-before")
    if beside.exists():
        raise SetupError(f"an earlier change of {real} was cut off; what it held before is in {beside}. Put that back or remove it, then try again")
    try:
        _overwrite(beside, old, os.O_CREAT | os.O_EXCL)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    try:
        _overwrite(real, data)
    except OSError as error:
        try:
            _overwrite(real, old)
        except OSError:
            raise SetupError(f"{real} was written in part ({error.strerror}); what it held before is in {beside}") from error
        beside.unlink()
        raise
    beside.unlink()


def _overwrite(path: Path, data: bytes, more: int = 0) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CLOEXEC | more, _NEW_MODE), "wb") as file:
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _keep(plan: Plan) -> Path:
    """Keep what was there before our first change. What the person has changed since the last one is theirs, and part of what is kept now."""
    folder = Path(paths.ensure_private(str(_folder(plan.target))))
    before, made = plan.old, tuple(_missing(plan.real))
    known = plan.record if plan.record and plan.record.file == plan.real else None
    if known is not None and plan.old is not None:
        made = known.made
        if known.after == _digest(plan.old):
            before = known.before
        else:
            before = bytes_of(plan.target.take(text_of(plan.old), text_of(known.before) if known.before is not None else None))
    elif plan.old is not None:
        before = bytes_of(plan.target.take(text_of(plan.old), None))
    for path in reversed(_missing(plan.real)):
        Path(path).mkdir(mode=0o700)
    kept = folder / "before"
    kept.unlink(missing_ok=True)
    if before is not None:
        _private(kept, before)
    document = {"v": 1, "file": os.fsdecode(plan.real), "after": _digest(plan.new or b""), "created": before is None, "made": made}
    _private(folder / "record.json", json.dumps(document).encode())
    return kept if before is not None else folder


def _missing(real: Path) -> list[str]:
    """The folders above the file that are not there, the nearest first."""
    return [str(folder) for folder in real.parents if not folder.exists()]


def _private(path: Path, data: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _NEW_MODE), "wb") as file:
        file.write(data)
    fresh.replace(path)


def _recorded(target: Target) -> Record | None:
    folder = _folder(target)
    try:
        document = json.loads((folder / "record.json").read_bytes())
        before = None if document["created"] else (folder / "before").read_bytes()
        return Record(Path(document["file"]), str(document["after"]), before, tuple(map(str, document["made"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # then nothing is known of before, and ours alone is taken out


def _forget(target: Target) -> None:
    shutil.rmtree(_folder(target), ignore_errors=True)


def _folder(target: Target) -> Path:
    return Path(paths.state_dir()) / "setup" / target.name


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


Ask = Callable[[Plan], bool]
"""Whether the person wants this change."""

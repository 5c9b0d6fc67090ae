"""`statuswatch inspect`: the failed calls in a client's own record, and whose fault each was. Reads the named files, writes nothing, asks no network."""

import difflib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from statuswatch.core.errors import StatuswatchError
from statuswatch.core.moment import format_time
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.sources.clients import CLIENTS, Client, Kind, Origin, Reader, detect, reader_class
from statuswatch.sources.clients.diagnose import Diagnose, SignatureDiagnose
from statuswatch.surfaces.cli.asked import read

# Stands in for the time of records that carry none; no reader takes a time before 2000 from a record, so it cannot be mistaken for one.
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_LINE_CAP = 1 << 20
_COLUMNS = ("at", "client", "model", "status", "code", "fault", "side", "confidence", "final", "reason")


class InspectError(StatuswatchError):
    """A file could not be read as a client's record."""


def run(argv: list[str]) -> int:
    """Print one line for each failed call in the files; returns 0, or 2 where a file could not be read or the usage was wrong."""
    given = read("inspect", argv)
    if isinstance(given, int):
        return given
    if given.client is not None and given.client not in CLIENTS:
        near = difflib.get_close_matches(given.client, CLIENTS, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; one of {', '.join(CLIENTS)}"
        sys.stderr.write(f"statuswatch inspect: no client {given.client[:40]!r}{hint}\n")
        return 2
    client = CLIENTS.get(given.client) if given.client else None
    rows, failed = _read_all([Path(name) for name in given.files], client, _Late())
    if rows or not failed:  # of a file that was not read nobody knows that nothing failed
        _show(rows, as_json=given.json)
    return 2 if failed else 0


class _Late:
    """The catalogue's Diagnose, loaded at the first failure: a healthy record costs no more than reading it."""

    @cached_property
    def _loaded(self) -> Diagnose:
        from statuswatch.surfaces.cli.owndata import table

        return SignatureDiagnose(*table("inspect"))

    def response(self, *, status: int | None, headers: Mapping[str, str], body: str, url: str | None, provider: str | None) -> Diagnosis:
        """See Diagnose."""
        return self._loaded.response(status=status, headers=headers, body=body, url=url, provider=provider)

    def transport(self, *, code: str, host: str | None) -> Diagnosis:
        """See Diagnose."""
        return self._loaded.transport(code=code, host=host)


def _read_all(files: list[Path], client: Client | None, diagnose: Diagnose) -> tuple[list[Call], bool]:
    rows: list[Call] = []
    failed = False
    for path in files:
        try:
            rows.extend(failed_calls(path, client, diagnose))
        except (InspectError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            sys.stderr.write(f"statuswatch inspect: {str(path)[:200]}: {reason}\n")
            failed = True
    return rows, failed


def failed_calls(path: Path, client: Client | None, diagnose: Diagnose) -> list[Call]:
    """The failed calls in the file at `path`, in its order; raises InspectError where nothing tells which client wrote it, OSError where it cannot be read."""
    with path.open("rb") as handle:
        found = detect(_lines(handle), client)
        if found is None and client is None:
            raise InspectError(f"not a record that is known; say who wrote it with --client ({', '.join(CLIENTS)})")
        handle.seek(0)
        kinds: Iterable[Kind] = (found[1],) if found else client.kinds if client else ()
        readers: list[Reader] = [reader_class(kind)(Origin(path.stem, diagnose, _NO_TIME)) for kind in kinds]
        calls: dict[str, Call] = {}
        for line in _lines(handle):
            for reader in readers:
                for call in reader.feed(line):
                    calls.setdefault(call.key, call)
    return [call for call in calls.values() if call.outcome is Outcome.FAILED]


def _lines(handle: BinaryIO) -> Iterator[bytes]:
    """Lines of at most a megabyte; longer ones hold no record of a call and are passed over in pieces."""
    whole = True
    while piece := handle.readline(_LINE_CAP):
        ended = piece.endswith(b"\n") or len(piece) < _LINE_CAP
        if whole and ended:
            yield piece
        whole = ended


def _row(call: Call) -> dict[str, object]:
    diagnosis = call.diagnosis
    return {
        "client": call.client,
        "at": None if call.at == _NO_TIME else format_time(call.at),
        "provider": call.provider,
        "model": None if call.model == "*" else call.model,
        "status": diagnosis.status if diagnosis else None,
        "code": diagnosis.code if diagnosis else None,
        "request_id": call.request_id,
        "fault": diagnosis.fault.value if diagnosis else "unknown",
        "side": diagnosis.side.value if diagnosis else "undecided",
        "confidence": diagnosis.confidence.value if diagnosis else "low",
        "final": call.final,
        "reason": diagnosis.reason if diagnosis else "nothing_known",
    }


def _show(calls: list[Call], *, as_json: bool) -> None:
    rows = [_row(call) for call in calls]
    if as_json:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=True) + "\n")
        return
    if not rows:
        sys.stdout.write("no failed call\n")
        return
    table = [list(_COLUMNS), *([_cell(row[name]) for name in _COLUMNS] for row in rows)]
    widths = [max(len(line[index]) for line in table) for index in range(len(_COLUMNS))]
    for line in table:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "retry"
    return "-" if value is None else "".join(char if char.isprintable() else "?" for char in str(value))[:60]


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

"""Readers over hand-made records, with the shipped table of signatures behind them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.observation import Call
from statuswatch.sources.clients import CLIENTS, Kind, Origin, Reader, reader_class
from statuswatch.sources.clients.diagnose import Diagnose, SignatureDiagnose

SAMPLES = Path(__file__).parent / "samples"
SEEN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def kind_of(client: str, kind: str) -> Kind:
    """The kind of that name in the table."""
    return next(known for known in CLIENTS[client].kinds if known.name == kind)


@pytest.fixture
def diagnose() -> Diagnose:
    return SignatureDiagnose(builtin_signatures(), None)


@pytest.fixture
def reader(diagnose: Diagnose) -> Callable[[str, str], Reader]:
    """A new reader of a client's kind of file."""
    return lambda client, kind: reader_class(kind_of(client, kind))(Origin("sample", diagnose, SEEN))


@pytest.fixture
def read(reader: Callable[[str, str], Reader]) -> Callable[..., list[Call]]:
    """All calls in a sample file, or in the given lines, of a client's kind."""

    def calls(client: str, kind: str, source: str | list[bytes]) -> list[Call]:
        one = reader(client, kind)
        lines = (SAMPLES / source).read_bytes().split(b"\n") if isinstance(source, str) else source
        return [call for line in lines for call in one.feed(line)]

    return calls


def row(call: Call) -> tuple[object, ...]:
    """A call as its outcome, model, status, code, fault and whether the client gave up. How sure a structured reading is belongs to the signatures."""
    read = call.diagnosis
    if read is None:
        return (call.outcome.value, call.model)
    return (call.outcome.value, call.model, read.status, read.code, read.fault.value, "final" if call.final else "retry")


@pytest.fixture
def rows() -> Callable[[list[Call]], list[tuple[object, ...]]]:
    return lambda calls: [row(call) for call in calls]

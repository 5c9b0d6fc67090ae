"""What real clients wrote while a provider misbehaved: the right side named, nothing invented, nothing twice."""

import json
from pathlib import Path

import pytest

from statuswatch.core.health import SIDES, Fault, Side
from statuswatch.core.observation import Call, Outcome
from statuswatch.sources.clients import CLIENTS, Origin, detect, reader_class
from support.recordings import recordings

pytestmark = pytest.mark.recordings
_SKIPPED = {"stderr.txt", "stdout.txt"}


def calls_in(path: Path, client: str, diagnose, seen) -> list[Call]:
    lines = path.read_bytes().split(b"\n")
    found = detect(lines, CLIENTS[client])
    if found is None:
        return []
    one = reader_class(found[1])(Origin(path.stem, diagnose, seen))
    return [call for line in lines for call in one.feed(line)]


def cases() -> list[tuple[Path, dict[str, object]]]:
    folder = recordings("clients")
    return [(path.parent, json.loads(path.read_bytes())) for path in sorted(folder.glob("*/case.json"))]


def test_each_recorded_case_is_read_as_what_happened(diagnose) -> None:
    from datetime import UTC, datetime

    seen = datetime(2026, 11, 22, tzinfo=UTC)
    wrong = []
    for folder, case in cases():
        files = [name for name in case["files"] if name not in _SKIPPED]
        last: dict[str, Fault] = {}
        for name in files:
            failed = [call for call in calls_in(folder / name, str(case["client"]), diagnose, seen) if call.outcome is Outcome.FAILED]
            if failed and failed[-1].diagnosis is not None:
                last[name] = failed[-1].diagnosis.fault
        if case["expected_fault"] == "none":
            fine = not last
        else:
            accepted = {Fault(name) for name in case.get("accept", [case["expected_fault"]])}
            sides = {SIDES[fault] for fault in accepted}
            fine = bool(accepted & set(last.values())) and all(SIDES[fault] in {*sides, Side.UNDECIDED} for fault in last.values())
        if not fine:
            wrong.append((folder.name, case["expected_fault"], last))
    assert wrong == []


def test_recorded_exports_name_their_calls_and_no_prompt(diagnose) -> None:
    from datetime import UTC, datetime

    seen = datetime(2026, 11, 22, tzinfo=UTC)
    told = [call for path in sorted(recordings("clients/otlp").glob("*.jsonl")) for call in calls_in(path, "otlp", diagnose, seen)]
    assert {call.client for call in told} == {"claude-code", "codex", "gemini-cli"}
    assert all(call.diagnosis is None or call.diagnosis.reason for call in told)
    assert len({call.key for call in told}) == len(told)

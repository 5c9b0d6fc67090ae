"""What real clients wrote while a provider misbehaved: the right side named, nothing invented, nothing twice."""

import json
from datetime import UTC, datetime
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
    seen = datetime(2026, 11, 22, tzinfo=UTC)
    told = [call for path in sorted(recordings("clients/otlp").glob("*.jsonl")) for call in calls_in(path, "otlp", diagnose, seen)]
    assert {call.client for call in told} == {"claude-code", "codex", "gemini-cli"}
    assert all(call.diagnosis is None or call.diagnosis.reason for call in told)
    assert len({call.key for call in told}) == len(told)


def newer(value: object) -> object:
    """A record of a version to come: keys that nobody knows at every level, another version's number."""
    if isinstance(value, dict):
        known = {key: "9.9.9" if key in ("version", "cli_version") else newer(inner) for key, inner in value.items()}
        return {"zz_first": {"error": 529}, **known, "zz_new": ["overloaded", {"status": 500}]}
    return [newer(inner) for inner in value] if isinstance(value, list) else value


def _told(lines: list[bytes], client: str, name: str, diagnose) -> list[tuple[object, ...]]:
    found = detect(lines, CLIENTS[client])
    if found is None:
        return []
    one = reader_class(found[1])(Origin(name, diagnose, datetime(2026, 11, 22, tzinfo=UTC)))
    calls = [call for line in lines for call in one.feed(line)]
    return [(call.outcome, call.model, call.final, call.diagnosis and (call.diagnosis.fault, call.diagnosis.status, call.diagnosis.code)) for call in calls]


def test_a_version_to_come_with_unknown_keys_is_read_as_this_one_is(diagnose) -> None:
    compared = 0
    for folder, case in cases():
        for name in (name for name in case["files"] if str(name).endswith(".jsonl")):
            lines = (folder / name).read_bytes().splitlines()
            bent = [json.dumps(newer(json.loads(line))).encode() for line in lines]
            known = _told(lines, str(case["client"]), name, diagnose)
            assert _told(bent, str(case["client"]), name, diagnose) == known, (folder.name, name)
            compared += len(known)
    assert compared > 50


@pytest.mark.parametrize("odd", [None, 7, [], {}, "zz", True], ids=str)
def test_a_version_to_come_that_says_things_otherwise_blames_nobody_wrongly(diagnose, odd: object) -> None:
    wrong = []
    for folder, case in cases():
        accepted = {SIDES[Fault(name)] for name in case.get("accept", [case["expected_fault"]]) if name != "none"} | {Side.UNDECIDED}
        for name in (name for name in case["files"] if str(name).endswith(".jsonl")):
            records = [json.loads(line) for line in (folder / name).read_bytes().splitlines()]
            for key in sorted({key for record in records for key in record} - {"type", "timestamp", "uuid"}):
                bent = [json.dumps({**record, **({key: odd} if key in record else {})}).encode() for record in records]
                told = _told(bent, str(case["client"]), name, diagnose)
                wrong += [(folder.name, name, key, row) for row in told if row[3] and SIDES[row[3][0]] not in accepted]
    assert wrong == []

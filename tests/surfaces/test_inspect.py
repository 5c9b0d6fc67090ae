"""`statuswatch inspect` as a person and a script use it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.surfaces.cli.inspect import run


def transcript(*entries: dict[str, object]) -> str:
    return "".join(json.dumps(entry) + "\n" for entry in entries)


def gave_up(status: int = 529, **more: object) -> dict[str, object]:
    message = {"id": "x", "model": "<synthetic>", "content": [{"type": "text", "text": f"API Error: {status}"}]}
    entry = {"isSidechain": False, "type": "assistant", "uuid": "g", "sessionId": "s", "timestamp": "2026-03-01T10:00:00Z", "isApiErrorMessage": True}
    return {**entry, "apiErrorStatus": status, "apiErrorType": "overloaded_error", "requestId": "req_1", "message": message, **more}


ANSWERED = {
    "isSidechain": False,
    "type": "assistant",
    "uuid": "a",
    "sessionId": "s",
    "timestamp": "2026-03-01T09:59:00Z",
    "message": {"id": "m", "model": "claude-opus-4-5-20251101", "usage": {}, "content": [{"type": "text", "text": "API Error: 529"}]},
}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "s.jsonl"
    path.write_text(transcript(ANSWERED, gave_up()))
    return path


def test_a_failed_call_is_one_line_with_the_keys_of_the_contract(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--json", "--client", "claude-code", str(record)]) == 0
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert {**row, "confidence": None, "reason": None} == {
        "client": "claude-code",
        "at": "2026-03-01T10:00:00Z",
        "provider": "anthropic",
        "model": "claude-opus-4.5",
        "status": 529,
        "code": "overloaded_error",
        "request_id": "req_1",
        "fault": "provider",
        "side": "theirs",
        "confidence": None,
        "final": True,
        "reason": None,
    }


def test_who_wrote_a_file_is_found_by_its_first_lines(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--json", str(record)]) == 0
    assert json.loads(capsys.readouterr().out)["client"] == "claude-code"


def test_a_file_without_a_failed_call_gives_nothing_and_loads_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(transcript(ANSWERED))
    assert run(["--json", str(path)]) == 0
    assert capsys.readouterr() == ("", "")
    assert run([str(path)]) == 0
    assert capsys.readouterr().out == "no failed call\n"


def test_without_json_the_rows_are_a_table(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record.write_text(transcript(gave_up(), gave_up(uuid="h", timestamp=None)))
    assert run([str(record)]) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["at", "client", "model"]
    assert "theirs" in first
    assert second.startswith("-")


def test_a_record_without_a_time_has_none(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record.write_text(transcript(gave_up(timestamp="soon")))
    run(["--json", str(record)])
    assert json.loads(capsys.readouterr().out)["at"] is None


def test_a_record_of_an_unknown_version_is_read_by_every_reader_of_the_named_client(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = gave_up()
    del entry["isSidechain"]
    record.write_text(transcript({"generation": 9}, {"x": 1, **entry}))
    assert run(["--json", str(record)]) == 2
    assert "--client" in capsys.readouterr().err
    assert run(["--json", "--client", "claude-code", str(record)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--json", str(tmp_path / "none.jsonl"), str(tmp_path), str(record)]) == 2
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert len(err.splitlines()) == 2
    assert "none.jsonl" in err


def test_an_unknown_client_is_answered_with_the_nearest(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--client", "claude-cod", str(record)]) == 2
    assert "did you mean claude-code" in capsys.readouterr().err
    assert run(["--client", "zzz", str(record)]) == 2
    assert "one of" in capsys.readouterr().err


@pytest.mark.parametrize(("argv", "status"), [([], 2), (["--json"], 2), (["--nonsense", "x"], 2), (["--help"], 0)])
def test_usage_is_answered_with_its_status(argv: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(argv) == status
    assert capsys.readouterr() != ("", "")


def test_lines_longer_than_a_record_are_passed_over(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record.write_text(transcript(ANSWERED) + '{"type":"user","x":"' + "y" * (5 << 20) + '"}\n' + transcript(gave_up()))
    assert run(["--json", str(record)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_file_of_one_huge_line_needs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    with path.open("wb") as handle:
        handle.truncate(300 << 20)
    # The peak of this program alone: what getrusage tells is inherited from the process that started it.
    code = (
        "import re, sys; from statuswatch.surfaces.cli.inspect import run; "
        f"status = run(['--json', '--client', 'claude-code', {str(path)!r}]); "
        "peak = int(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]); "
        "sys.exit(status if peak < 150 << 10 else 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, env={"PATH": os.environ["PATH"]}).returncode == 0


def test_the_module_runs_by_itself(record: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "statuswatch.surfaces.cli.inspect", "--json", str(record)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["fault"] == "provider"


def test_of_a_file_that_could_not_be_read_it_is_not_said_that_nothing_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([str(tmp_path / "missing.jsonl")]) == 2
    said = capsys.readouterr()
    assert "No such file" in said.err
    assert said.out == ""

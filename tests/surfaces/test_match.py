"""`statuswatch match`, as a script and as a person use it."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.surfaces.cli.match import run

AT = "2026-03-01T12:00:00Z"
OPUS, HAIKU = "anthropic/code:claude-opus-4-5", "anthropic/code:claude-haiku-4.5"


def line(title: str, *bodies: str, identity: str = "i1", **more: object) -> str:
    updates = [{"at": f"2026-03-01T12:{10 * number:02d}:00Z", "stage": "investigating", "body": body} for number, body in enumerate(bodies)]
    return json.dumps({"id": identity, "provider": "anthropic", "title": title, "started_at": AT, "updates": updates, **more}) + "\n"


def matched(text: str, *argv: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, object]], str]:
    status = run(["--json", *argv], io.BytesIO(text.encode()))
    out, err = capsys.readouterr()
    return status, [json.loads(row) for row in out.splitlines()], err


def test_each_incident_and_route_gets_one_line_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    text = line("Errors across many models", "We look.", "It is related to Opus 4.5.") + line("Errors on Haiku 4.5", identity="i2")
    status, rows, err = matched(text, "--using", OPUS, "--using", HAIKU, capsys=capsys)

    assert (status, err) == (0, "")
    assert [(row["id"], row["route"], row["relevance"], row["reason"]) for row in rows] == [
        ("i1", OPUS, "affected", "model_named"),
        ("i1", HAIKU, "unaffected", "other_models"),
        ("i2", OPUS, "unaffected", "other_models"),
        ("i2", HAIKU, "affected", "model_named"),
    ]
    assert rows[0]["models"] == ["claude-opus-4.5"]
    assert rows[0]["timeline"] == [
        {"at": AT, "relevance": "possible", "reason": "many_models"},
        {"at": "2026-03-01T12:10:00Z", "relevance": "affected", "reason": "model_named"},
    ]
    assert (rows[0]["sentence"], rows[0]["position"]) == ("It is related to Opus 4.5.", 1)


def test_bad_lines_are_told_and_the_rest_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    status, rows, err = matched("{\n" + line("Errors") + '{"id":"x","provider":"a","title":7}\n', "--using", OPUS, capsys=capsys)

    assert status == 2
    assert len(rows) == 1
    assert err.splitlines()[0].startswith("line 1: not JSON")
    assert err.splitlines()[1] == "line 3: title: expected a text"


@pytest.mark.parametrize(("argv", "says"), [([], "--using"), (["--using", "nonsense"], "not a route"), (["--using", OPUS, "/no/such/file"], "No such file")])
def test_wrong_usage_is_told(argv: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(argv) == 2
    assert says in capsys.readouterr().err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    assert "--using" in capsys.readouterr().out


def test_a_person_reads_plain_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "incidents.jsonl"
    file.write_text(line("Errors \x1b[31m across many models", "We look.", "It is related to Opus 4.5."))
    assert run(["--using", OPUS, "--using", HAIKU, str(file)]) == 0
    out = capsys.readouterr().out

    assert "\x1b" not in out
    assert "affected    names the model (was possible)" in out
    assert "update 2: “It is related to Opus 4.5.”" in out
    assert "names only other models" in out


def test_a_rule_of_the_person_is_used_and_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", str(tmp_path))
    rules = tmp_path / "config" / "rules"
    rules.mkdir(parents=True)
    (rules / "mine.toml").write_text('[[rule]]\nid = "quiet"\nresult = "mute"\nreason = "known"\nsays = ["opus"]\n')
    _, rows, _ = matched(line("Errors on Opus 4.5"), "--using", OPUS, capsys=capsys)

    assert (rows[0]["relevance"], rows[0]["reason"], rows[0]["rule"]) == ("unaffected", "rule", "quiet")


def _program(*argv: str) -> list[str]:
    return [sys.executable, "-m", "statuswatch.surfaces.cli.match", *argv]


def test_answers_come_line_by_line() -> None:
    with subprocess.Popen(_program("--json", "--using", OPUS), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(line("Errors on Opus 4.5").encode())
        running.stdin.flush()
        first = json.loads(running.stdout.readline())
        running.stdin.close()
        assert running.stdout.read() == b""
    assert (first["relevance"], running.returncode) == ("affected", 0)


def test_a_long_file_shows_a_bar_on_a_terminal_and_none_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    file.write_text(line("Errors on Opus 4.5", "word " * 2000) * 30)
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(_program("--json", "--using", OPUS, str(file)), stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=True)
        shown = os.read(ours, 100_000)
    finally:
        os.close(theirs)
        os.close(ours)
    silent = subprocess.run(_program("--json", "--using", OPUS, str(file)), capture_output=True, timeout=60, check=True)

    assert b"100 %" in shown
    assert done.stdout.count(b"\n") == 30
    assert silent.stderr == b""

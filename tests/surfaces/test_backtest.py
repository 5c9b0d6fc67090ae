"""`statuswatch backtest`: the notices that a history would have given."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.surfaces.cli.backtest import run
from support.recordings import recordings

OPUS, HAIKU = "anthropic/code:claude-opus-4-5", "anthropic/code:claude-haiku-4.5"


def history(*incidents: tuple[str, list[tuple[str, str, str]]]) -> str:
    lines = []
    for number, (title, posts) in enumerate(incidents):
        updates = [{"at": f"2026-03-{number + 1:02d}T{clock}:00Z", "stage": stage, "body": body} for clock, stage, body in posts]
        lines.append(json.dumps({"id": f"i{number}", "provider": "anthropic", "title": title, "impact": "major", "updates": updates}))
    return "\n".join(lines) + "\n"


OUTAGE = (
    "Errors across many models",
    [("12:00", "investigating", "We look."), ("12:14", "investigating", "It is related to Opus 4.5."), ("13:00", "resolved", "Done.")],
)
OTHER = ("Errors on Sonnet 4.5", [("12:00", "investigating", "We look."), ("13:00", "resolved", "Done.")])
FILES = ("Errors when uploading files", [("12:00", "investigating", "We look."), ("13:00", "resolved", "Done.")])


def played(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, *routes: str) -> tuple[list[dict[str, object]], dict[str, object]]:
    file = tmp_path / "history.jsonl"
    file.write_text(text)
    assert run(["--json", *(word for route in routes for word in ("--using", route)), str(file)]) == 0
    *rows, last = map(json.loads, capsys.readouterr().out.splitlines())
    return rows, last["summary"]


def test_a_person_hears_of_what_concerns_them_and_of_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, summary = played(tmp_path, capsys, history(OUTAGE, OTHER, FILES), OPUS)

    assert [(row["at"], row["kind"], row["incident"], row["route"]) for row in rows] == [
        ("2026-03-01T12:00:00Z", "opened", "i0", OPUS),
        ("2026-03-01T13:00:00Z", "resolved", "i0", OPUS),
    ]
    assert summary == {"incidents": 3, "notices": 2, "suppressed": 2, "by_reason": {"other_models": 1, "not_inference": 1}}


def test_who_uses_another_model_is_told_that_it_was_not_theirs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, _ = played(tmp_path, capsys, history(OUTAGE), HAIKU)

    assert [(row["at"], row["kind"], row["reason"]) for row in rows] == [
        ("2026-03-01T12:00:00Z", "opened", "incident_posted"),
        ("2026-03-01T12:14:00Z", "resolved", "narrowed"),
    ]


def test_an_unsure_or_an_old_incident_gives_no_notice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unsure = ("Errors on some models", [("12:00", "investigating", "We look.")])
    past = ("Errors on Opus 4.5", [("12:00", "resolved", "Errors on Opus 4.5 are over.")])
    rows, summary = played(tmp_path, capsys, history(unsure, past), OPUS)

    assert rows == []
    assert summary["by_reason"] == {"not_sure_yet": 1, "told_already_or_over": 1}


def test_recorded_polls_are_played_as_they_were_read(capsys: pytest.CaptureFixture[str]) -> None:
    tar = recordings("feeds/anthropic/replay-2026-04_06-incidents_json.tar.xz")
    assert run(["--json", "--using", "anthropic/code:claude-opus-4.6", str(tar)]) == 0
    *rows, last = map(json.loads, capsys.readouterr().out.splitlines())

    assert last["summary"]["incidents"] == 168
    assert 10 <= len(rows) <= 60
    assert {row["kind"] for row in rows} <= {"opened", "resolved", "reopened", "grew", "worsened", "recovering"}


def shared_polls(folder: Path) -> None:
    """Two polls of a page that speaks for two providers: an incident of the one, then one of the other, then neither."""
    folder.mkdir()
    page = {"id": "kctbh9vrtdwd", "name": "GitHub", "url": "https://www.githubstatus.com", "updated_at": "2026-01-01T00:00:00Z"}

    def post(ident: str, name: str, component: tuple[str, str], at: str) -> dict[str, object]:
        part = {"id": component[0], "name": component[1], "status": "major_outage"}
        update = {"id": "u", "status": "investigating", "body": "Requests fail.", "created_at": at, "display_at": at}
        return {"id": ident, "name": name, "status": "investigating", "impact": "major", "created_at": at, "components": [part], "incident_updates": [update]}

    copilot = post("c1", "Copilot requests fail", ("pjmpxvq2cmr2", "Copilot"), "2026-03-01T12:00:00Z")
    actions = post("a1", "Actions fail to start", ("br0l2tvcx85d", "Actions"), "2026-03-01T12:00:00Z")
    for minute, open_now in (("00", [copilot, actions]), ("05", [copilot, actions]), ("10", []), ("15", [])):
        body = {"page": page, "status": {"indicator": "major", "description": ""}, "components": [], "incidents": open_now, "scheduled_maintenances": []}
        (folder / f"2026-03-01T12-{minute}-00Z.json").write_text(json.dumps(body))


@pytest.mark.parametrize("named", [["--provider", "github"], ["--provider", "github-copilot"], []])
def test_a_page_that_speaks_for_two_is_played_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str], named: list[str]) -> None:
    shared_polls(tmp_path / "github")

    assert run(["--json", *named, "--using", "github-copilot/code:*", str(tmp_path / "github")]) == 0
    *rows, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(row["kind"], row["incident"], row["provider"]) for row in rows] == [("opened", "c1", "github-copilot"), ("resolved", "c1", "github-copilot")]
    assert last["summary"] == {"incidents": 2, "notices": 2, "suppressed": 1, "by_reason": {"other_provider": 1}}


def test_people_read_a_list_and_a_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text(history(OUTAGE, OTHER) + "{\n")
    assert run(["--using", OPUS, str(file)]) == 2
    out, err = capsys.readouterr()

    assert "opened" in out
    assert "2 incidents, 2 notices, 1 incidents without any" in out
    assert "history.jsonl:3" in err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["x"], "--using"),
        (["--using", "nonsense", "x"], "not a route"),
        (["--using", OPUS, "/no/such/file"], "No such file"),
    ],
)
def test_wrong_usage_is_told(argv: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(argv) == 2
    assert says in capsys.readouterr().err


def test_a_folder_whose_name_is_no_provider_asks_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "My Polls").mkdir()
    (tmp_path / "My Polls" / "x.json").write_text("<html>")

    assert run(["--using", OPUS, str(tmp_path / "My Polls")]) == 2
    assert "--provider" in capsys.readouterr().err
    assert run(["--using", OPUS, "--provider", "anthropic", str(tmp_path / "My Polls")]) == 2
    assert "no time in its name" in capsys.readouterr().err


def test_a_long_history_shows_how_far_it_is_on_a_terminal(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    posts = [(f"{hour:02d}:{minute:02d}", "investigating", "We look.") for hour in range(5) for minute in range(60)]
    file.write_text(history(("Errors on Haiku 4.5", posts)))
    ours, theirs = pty.openpty()
    try:
        program = "import sys; from statuswatch.surfaces.cli.backtest import run; sys.exit(run(sys.argv[1:]))"
        subprocess.run([sys.executable, "-c", program, "--json", "--using", OPUS, str(file)], stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=True)
        shown = os.read(ours, 100_000)
    finally:
        os.close(theirs)
        os.close(ours)

    assert b"% of 300 reads" in shown


def test_a_page_instead_of_its_incidents_is_told_what_to_do_and_nothing_is_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = tmp_path / "page.json"
    whole.write_text(json.dumps({"format": "statuspage-summary", "provider": "acme", "incidents": [json.loads(history(OUTAGE))]}) + "\n")

    assert run(["--using", OPUS, str(whole)]) == 2
    said = capsys.readouterr()
    assert "jq -c '.incidents[]'" in said.err
    assert said.out == ""
    assert run(["--using", OPUS, "--json", str(whole)]) == 2
    assert "summary" in json.loads(capsys.readouterr().out)

"""`statuswatch rules test|lint|explain`."""

from pathlib import Path

import pytest

from statuswatch.surfaces.cli.rules import run

GOOD = '[[rule]]\nid = "quiet"\nresult = "mute"\nreason = "known"\nsays = ["fail"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    return rules


def test_lint_is_content_with_what_ships(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run(["lint", "--dir", str(folder)]) == 0
    assert "0 problems" in capsys.readouterr().out


def test_lint_tells_every_problem_with_its_line(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD + "sayz = []\n")
    assert run(["lint", "--dir", str(folder)]) == 2
    out = capsys.readouterr().out

    assert "mine.toml:6: rule[0].sayz: unknown key; did you mean 'says'?" in out
    assert "1 problem" in out


def test_test_tries_the_examples_of_all_rules_or_of_one(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD + 'matches = ["Errors on Haiku"]\n')

    assert run(["test", "--dir", str(folder)]) == 2
    assert "mine.toml:1: quiet: must match and does not: 'Errors on Haiku'" in capsys.readouterr().out
    assert run(["test", "login", "--dir", str(folder)]) == 0
    assert "1 rules" in capsys.readouterr().out
    assert run(["test", "nothing", "--dir", str(folder)]) == 2


def test_explain_says_what_each_clause_means(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "mine.toml").write_text(GOOD)
    assert (
        run(["explain", "Errors on all models except Opus 4.5 in us-east5; logins to claude.ai fail", "--using", "anthropic/chat:haiku", "--dir", str(folder)])
        == 0
    )
    out = capsys.readouterr().out

    for said in (
        "except          claude-opus-4.5",
        "how many        all",
        "surfaces        chat",
        "topic           login",
        "regions         us-east5",
        "by rule quiet",
        '"id": "quiet"',
    ):
        assert said in out
    assert run(["explain", "Errors", "--dir", str(folder)]) == 0
    assert run(["explain", "Errors", "--using", "nonsense", "--dir", str(folder)]) == 2


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "lint" in capsys.readouterr().err


def test_without_a_folder_the_configured_one_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", str(tmp_path))
    (tmp_path / "config" / "rules").mkdir(parents=True)
    (tmp_path / "config" / "rules" / "mine.toml").write_text(GOOD)

    assert run(["lint"]) == 0
    assert "1 of them yours" in capsys.readouterr().out

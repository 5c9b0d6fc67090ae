"""Which records may be read: answers survive, and a broken file is never consent."""

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuswatch.config.consent import load_consent, save_consent
from statuswatch.config.errors import ConfigError


def test_no_file_is_no_answer(tmp_path: Path) -> None:
    assert load_consent(tmp_path / "sources.toml") == {}


def test_an_empty_file_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("", encoding="utf-8")
    assert load_consent(tmp_path / "sources.toml") == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(answers=st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=12), st.booleans(), max_size=4))
def test_answers_come_back_as_they_were_saved(tmp_path: Path, answers: dict[str, bool]) -> None:
    save_consent(tmp_path / "sources.toml", answers)
    assert load_consent(tmp_path / "sources.toml") == answers


def test_the_file_is_for_its_owner_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    save_consent(path, {"claude-code": True, "codex": False})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == ["sources.toml"]
    assert path.read_text(encoding="utf-8").endswith("\n[sources]\nclaude-code = true\ncodex = false\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[sources]\na = true\nb = 'yes'\n", "sources.toml:3: sources.b: expected true or false, got a string"),
        ("claude-code = true\n", "sources.toml:1: claude-code: unknown key; expected [sources]"),
        ("sources = true\n", "sources.toml:1: sources: expected a table, got a boolean"),
        ("[sources\n", "sources.toml:1: not TOML: Expected ']' at the end of a table declaration"),
    ],
)
def test_a_broken_file_is_a_complaint_and_no_consent(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_consent(path)
    assert str(caught.value) == f"{tmp_path}/{complaint}"


def test_a_file_that_cannot_be_read_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_consent(tmp_path)

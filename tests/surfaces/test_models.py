"""`statuswatch models show`."""

import json

import pytest

from statuswatch.surfaces.cli.models import run


def test_an_id_is_explained_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "claude-opus-4-5-20251101", "opus", "quasar-9\x1b[1m"]) == 0
    out = capsys.readouterr().out

    assert "claude-opus-4-5-20251101: claude-opus-4.5" in out
    assert "served by anthropic" in out
    assert "a family of" in out
    assert "in no catalogue" in out
    assert "\x1b" not in out


def test_programs_get_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--json", "gpt-4o-mini", "gemini"]) == 0
    mini, gemini = map(json.loads, capsys.readouterr().out.splitlines())

    assert (mini["canonical"], mini["family"], mini["version"], mini["tier"], mini["known"]) == ("gpt-4o-mini", "gpt", "4o", "mini", True)
    assert gemini["version"] is None
    assert len(gemini["members"]) > 12


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show"]) == 2
    assert "ID" in capsys.readouterr().err


def test_an_id_without_the_verb_below_is_told_which_was_left_out(capsys):
    assert run(["opus"]) == 2
    assert "did you mean statuswatch models show opus?" in capsys.readouterr().err

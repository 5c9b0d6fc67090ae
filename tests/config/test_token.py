"""The word in the receiver's address: drawn once, for this user alone."""

import stat
from pathlib import Path

import pytest

from statuswatch.config.token import make_token, read_token


def test_a_word_is_drawn_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    place = tmp_path / "otlp-token"
    assert read_token(place) is None
    word = make_token(place)
    assert make_token(place) == word == read_token(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert len(word) >= 20
    assert make_token(tmp_path / "other") != word


@pytest.mark.parametrize("text", ["", "short", "with space and more words", "x" * 100, "ümlaut-ümlaut-ümlaut"])
def test_what_is_no_word_is_drawn_anew(tmp_path: Path, text: str) -> None:
    place = tmp_path / "otlp-token"
    place.write_text(text, encoding="utf-8")
    assert read_token(place) is None
    assert make_token(place) == read_token(place)

"""The text of a new provider file."""

import tomllib

import pytest

from statuswatch.catalog.draft import Draft, quoted, text_of


@pytest.mark.parametrize("text", ['a"b\\c', "\x00\x7f\n\t", "\u00e9\u202e\U0001f600", ""])
def test_any_text_is_itself_after_being_quoted(text: str) -> None:
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == text


def test_half_a_character_is_a_question_mark() -> None:
    assert quoted("a\ud800b") == '"a?b"'


def test_a_draft_says_what_it_is_told_and_no_more() -> None:
    text = text_of(Draft("acme", "Acme", "slack", "https://status.acme.test/current"), "somewhere")

    assert tomllib.loads(text) == {
        "id": "acme",
        "name": "Acme",
        "feed": [{"format": "slack", "url": "https://status.acme.test/current", "source": "somewhere", "verified": True}],
    }


def test_components_are_there_to_be_chosen_from() -> None:
    components = (("c1", "API"), ("", "Site\n[[feed]]"))
    text = text_of(Draft("acme", "Acme", "slack", "https://a.test", "https://a.test", ("rockets",), ("api.a.test",), components), "somewhere")

    assert "component" not in tomllib.loads(text)
    chosen = tomllib.loads("\n".join(line.removeprefix("# ") for line in text.split("every incident of the page counts.\n")[1].splitlines()))
    assert chosen["component"] == [{"id": "c1", "names": ["API"], "surfaces": ["api"]}, {"names": ["Site\n[[feed]]"], "surfaces": ["api"]}]

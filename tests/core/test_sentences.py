"""Clauses: prose cut into words, whatever is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.sentences import LONGEST_TEXT, MOST_CLAUSES, OPAQUE, clauses


def words(text: str) -> list[tuple[str, ...]]:
    return [clause.words for clause in clauses(text)]


def test_sentences_end_at_full_stops_lines_and_breaks() -> None:
    assert words("One. Two!\nThree<br />Four") == [("one",), ("two",), ("three",), ("four",)]


def test_hosts_versions_times_and_shares_are_one_word() -> None:
    assert words("api.acme.example v1.2.3 at 15:18 for 10% of 4.5") == [("api.acme.example", "v1.2.3", "at", "15:18", "for", "10%", "of", "4.5")]


def test_a_turn_begins_a_new_clause_of_the_same_sentence() -> None:
    first, second, third = clauses("Opus has recovered, but Haiku is down; the API is fine.")

    assert (first.words[-1], second.words[0], third.words[0]) == (",", "but", "the")
    assert first.sentence == third.sentence


def test_a_but_that_excepts_a_name_turns_nothing() -> None:
    assert len(clauses("All models but Haiku are down")) == 1
    assert len(clauses("All models recover, but Haiku is down")) == 2
    assert len(clauses("All models but we look")) == 2


def test_a_sentence_that_runs_on_without_a_space_is_still_two() -> None:
    assert words("Requests fail.This was due to load") == [("requests", "fail"), ("this", "was", "due", "to", "load")]


def test_tags_addresses_and_emphasis_are_no_words() -> None:
    assert words('<a href="x">see</a> https://acme.example/opus **now**') == [("see", "now")]


def test_a_middle_dot_joins_and_a_dash_parts() -> None:
    assert words("DALL·E — down") == [("dall-e", "—", "down")]


def test_latin_words_stand_apart_from_chinese_ones() -> None:
    assert words("网页API不可用") == [("api",)]


@pytest.mark.parametrize("text", ["\u041epus", "Opu\u0455", "\u0399\u03bf\u0440us"])
def test_a_word_with_letters_of_another_alphabet_is_opaque(text: str) -> None:
    assert words(text) == [(OPAQUE,)]


def test_invisible_marks_end_a_word() -> None:
    assert words("Op\u200bus \u202eOpus\u202c") == [("op", "us", "opus")]


def test_typographic_apostrophes_are_plain_ones() -> None:
    assert words("isn\u2019t") == [("isn't",)]


def test_a_clause_is_cut_when_it_grows_too_long_and_quotes_are_short() -> None:
    found = clauses("opus " * 1000)

    assert len(found) > 1
    assert max(len(clause.words) for clause in found) <= 300
    assert len(found[0].sentence) <= 400


def test_no_more_than_the_limit_is_read() -> None:
    assert sum(len(clause.words) for clause in clauses("a " * 1_000_000)) == LONGEST_TEXT // 2


def test_no_more_clauses_than_the_limit_are_made() -> None:
    assert len(clauses("but " * 5000)) == len(clauses("a. " * 5000)) == MOST_CLAUSES


def test_phrases_are_found_as_whole_words_and_the_index_after_them_is_told() -> None:
    (clause,) = clauses("errors on all models other than Opus")

    assert clause.has((" other than ",))
    assert not clause.has((" other tha ",))
    assert clause.words[clause.index((" other than ", " all ")) or 0] == "models"
    assert clause.index((" nothing ",)) is None


@given(st.text(max_size=500))
def test_any_text_becomes_clauses(text: str) -> None:
    for clause in clauses(text):
        assert len(clause.words) == len(clause.raw)
        assert all(word.isascii() or word in {OPAQUE, "—"} for word in clause.words)

"""The words of error codes, in any spelling, and the meanings that are looked for in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.signatures import Phrase, Signatures, spaced, squash, tokens_of


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("insufficientQuota", ("insufficient", "quota")),
        ("INSUFFICIENT_QUOTA", ("insufficient", "quota")),
        ("InsufficientQuotaError", ("insufficient", "quota")),
        ("error.rate-limit", ("rate", "limit")),
        ("com.amazon.coral#ThrottlingException", ("throttling",)),
        ("ThrottlingException:http://internal.example/coral/", ("throttling",)),
        ("https://problems.example/types#quota-exceeded", ("quota", "exceeded")),
        ("https://problems.example/types/quota-exceeded/", ("quota", "exceeded")),
        ("HTTP2ProtocolError", ("http", "2", "protocol")),
        ("error", ()),
        ("", ()),
        ("過負荷", ()),
    ],
)
def test_a_code_is_read_by_its_words_in_any_spelling(code: str, words: tuple[str, ...]) -> None:
    assert tokens_of(code) == words
    assert squash(code) == "".join(words)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("user_rate_limited", True), ("RateLimitExceeded", True), ("rate", False), ("rate_limit_increase_granted", False), ("generate_limit", False)],
)
def test_a_meaning_is_found_where_its_words_begin_and_none_forbids_it(code: str, *, expected: bool) -> None:
    phrase = Phrase((" rate", " limit"), (" increase",))

    assert phrase.found_in(spaced(tokens_of(code))) is expected


def test_a_meaning_without_exceptions_needs_its_words_alone() -> None:
    assert Phrase((" overload",)).found_in(" model overloaded")


@given(st.text(max_size=400))
def test_no_code_breaks_the_reading_and_only_its_beginning_counts(code: str) -> None:
    assert tokens_of(code) == tokens_of(code[:160])


def test_an_empty_table_holds_nothing() -> None:
    assert Signatures().rows == {}

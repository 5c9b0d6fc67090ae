"""How a named model stands to one that is used."""

import pytest

from statuswatch.core.kinship import Kin, kin
from statuswatch.core.lexicon import lexicon
from statuswatch.core.mentions import Mention
from statuswatch.core.modelnames import parse_model
from support.incidents import shipped

SAME, RELATED, DIFFERENT = Kin.SAME, Kin.RELATED, Kin.DIFFERENT


@pytest.mark.parametrize(
    ("named", "used", "expected"),
    [
        ("claude-opus-4.5", "claude-opus-4-5-20251101", SAME),
        ("claude-opus-4.5", "claude-opus-4.6", DIFFERENT),
        ("claude-opus-4.5", "claude-sonnet-4.5", DIFFERENT),
        ("claude-sonnet-4.0", "claude-sonnet-4", SAME),
        ("claude-opus", "claude-opus-4.5", SAME),
        ("claude-opus-4.5", "claude-opus", SAME),
        ("claude-opus-4.5", "*", SAME),
        ("claude-opus-4.5", "best", RELATED),
        ("claude-opus-4.5", "command-a", DIFFERENT),
        ("deepseek-chat", "deepseek-reasoner", DIFFERENT),
        ("deepseek", "deepseek-reasoner", SAME),
        ("claude-opus-4.5", "claude", SAME),
        ("fable-5", "claude-fable-5", SAME),
        ("claude-2", "claude-opus", DIFFERENT),
        ("claude-4", "claude-opus", RELATED),
        ("claude-opus-4.5", "claude-opus-4.5[1m]", SAME),
        ("claude-opus-4.6-fast", "claude-opus-4.6", RELATED),
        ("gpt-4-0314", "gpt-4", RELATED),
        ("gpt-4", "gpt-4-0314", SAME),
        ("gpt-4o", "gpt-4o-mini", RELATED),
        ("gpt-4o-mini", "gpt-4o", DIFFERENT),
        ("gpt-4", "gpt-4o", RELATED),
        ("gpt-4-0314", "gpt-4o", DIFFERENT),
        ("gpt-4-turbo", "gpt-4o", DIFFERENT),
        ("gpt-5", "gpt-5.5", DIFFERENT),
        ("gemini-2.5", "gemini-2.5-pro", SAME),
        ("gemini-2.5-pro", "gemini-2.5", RELATED),
        ("gemini-pro-1.5", "gemini-1.5-pro", SAME),
        ("gemini", "gemini-2.5-pro", SAME),
        ("llama-3.3-70b", "llama-3.3-70b-instruct", SAME),
        ("text-embedding", "text-embedding-3-small", SAME),
    ],
)
def test_names_are_kin_by_their_parts(named: str, used: str, expected: Kin) -> None:
    assert kin(Mention(parse_model(named), 0, 1), parse_model(used), lexicon(shipped())) is expected


@pytest.mark.parametrize(
    ("after", "used", "expected"),
    [
        (("and", "newer"), "claude-sonnet-4.5", SAME),
        (("or", "later"), "claude-sonnet-5", SAME),
        (("and", "later"), "claude-sonnet-5", DIFFERENT),
        (("and", "newer"), "claude-sonnet-3.7", DIFFERENT),
        (("and", "older"), "claude-sonnet-3.7", SAME),
        (("or", "below"), "claude-sonnet-4.5", DIFFERENT),
        (("and", "newer"), "claude-sonnet-4o", RELATED),
        (("and", "newer"), "claude-haiku-4.5", DIFFERENT),
    ],
)
def test_a_version_may_stand_for_a_row_of_them(after: tuple[str, ...], used: str, expected: Kin) -> None:
    assert kin(Mention(parse_model("claude-sonnet-4"), 0, 1, after), parse_model(used), lexicon(shipped())) is expected


def test_words_that_follow_a_name_complete_it() -> None:
    mention = Mention(parse_model("quasar-3"), 0, 1, ("heavy", "down"))

    assert kin(mention, parse_model("quasar-3-heavy"), lexicon(shipped())) is SAME

"""Models named in prose: every spelling that pages use, and none that is not there."""

import pytest

from statuswatch.core.knowledge import Knowledge
from statuswatch.core.lexicon import lexicon
from statuswatch.core.mentions import mentions
from statuswatch.core.sentences import clauses
from support.incidents import ACME, shipped, small


def named(text: str, knowledge: Knowledge | None = None) -> list[str]:
    words = lexicon(knowledge or shipped())
    return [mention.name.canonical for clause in clauses(text) for mention in mentions(clause, words)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Elevated errors on Claude Opus 4.5", ["claude-opus-4.5"]),
        ("errors on Claude 4 Sonnet", ["claude-sonnet-4"]),
        ("Claude Sonnet 4.0 is slow", ["claude-sonnet-4"]),
        ("requests to claude-3-5-sonnet-20241022", ["claude-sonnet-3.5"]),
        ("Opus and Sonnet 4.6", ["claude-opus-4.6", "claude-sonnet-4.6"]),
        ("Sonnet 4, 4.5 and Opus 4.5", ["claude-sonnet-4", "claude-sonnet-4.5", "claude-opus-4.5"]),
        ("Claude 4 Opus and Sonnet", ["claude-opus-4", "claude-sonnet-4"]),
        ("Claude 3.7 and 3.5 Sonnet", ["claude-sonnet-3.7", "claude-sonnet-3.5"]),
        ("Claude 4, 4.5 Sonnet and 4.5 Haiku", ["claude-sonnet-4", "claude-sonnet-4.5", "claude-haiku-4.5"]),
        ("3.5 Sonnet and 3 Opus", ["claude-sonnet-3.5", "claude-opus-3"]),
        ("3.5 Sonnet and 3.7", ["claude-sonnet-3.5", "claude-sonnet-3.7"]),
        ("Haiku and 3.5 Sonnet", ["claude-haiku", "claude-sonnet-3.5"]),
        ("Opus 4.5 as well as Haiku 4.5", ["claude-opus-4.5", "claude-haiku-4.5"]),
        ("both Opus 4.1 & Sonnet 4", ["claude-opus-4.1", "claude-sonnet-4"]),
        ("Fable 5 and 5.1 and Mythos 5", ["claude-fable-5", "claude-fable-5.1", "claude-mythos-5"]),
        ("Claude 1.0, 1.1, and 1.2", ["claude-1", "claude-1.1", "claude-1.2"]),
        ("Sonnet 3.5 (new)", ["claude-sonnet-3.5"]),
        ("Claude 3.5 Sonnet (Oct 2024)", ["claude-sonnet-3.5"]),
        ("October Claude 3.5 Sonnet and 3.7 Sonnet", ["claude-sonnet-3.5", "claude-sonnet-3.7"]),
        ("Claude 3.5 June Sonnet", ["claude-sonnet-3.5"]),
        ("Claude 3.5 (June) Sonnet", ["claude-sonnet-3.5"]),
        ("Sonnet 3.5 v2 elevated", ["claude-sonnet-3.5"]),
        ("Opus 4.8 (Fast Mode)", ["claude-opus-4.8-fast"]),
        ("Opus 4.8 fast mode", ["claude-opus-4.8-fast"]),
        ("Fast Mode for Claude Opus 4.6", ["claude-opus-4.6-fast"]),
        ("Sonnet 4.5 1M context", ["claude-sonnet-4.5-1m"]),
        ("claude-opus-4.8 fast mode", ["claude-opus-4.8-fast"]),
        ("Claude Opus 4.5 [thinking]", ["claude-opus-4.5-thinking"]),
        ("Claude Sonnet (all models)", ["claude-sonnet"]),
        ("Claude Instant errors", ["claude-instant"]),
        ("Claude Instant 1.2", ["claude-instant-1.2"]),
        ("GPT5.5 is down", ["gpt-5.5"]),
        ("ChatGPT 5.5 Thinking", ["gpt-5.5-thinking"]),
        ("GPT-4 Turbo and gpt-4o-mini", ["gpt-4-turbo", "gpt-4o-mini"]),
        ("GPT-5.6 Sol and Terra", ["gpt-5.6-sol", "gpt-5.6-terra"]),
        ("o3 and o4-mini", ["o3", "o4-mini"]),
        ("o9", ["o9"]),
        ("o365 and e5 licences", []),
        ("text-davinci-002 and code-cushman-001", ["text-davinci-002", "code-cushman-001"]),
        ("Gemini 2.5 Pro and Flash", ["gemini-2.5-pro", "gemini-2.5-flash"]),
        ("Gemini 2.0 Flash and 1.5 Pro", ["gemini-2.0-flash", "gemini-1.5-pro"]),
        ("Gemini 2.0, 2.5, and 3.0 previews", ["gemini-2.0", "gemini-2.5", "gemini-3.0"]),
        ("Gemini models", ["gemini"]),
        ("the Whisper API", ["whisper"]),
        ("DALL·E in the app", ["dall-e"]),
        ("Dall-E 2 API", ["dall-e-2"]),
        ("Llama 3.3 70B", ["llama-3.3-70b"]),
        ("Kimi K2.7 Code — down", ["kimi-k2.7-code"]),
        ("BRUX 1 [schnell]", []),
        ("GPT-4.1 mini and nano", ["gpt-4.1-mini", "gpt-4.1-nano"]),
        ("GPT-4.1 mini and nano users", ["gpt-4.1-mini"]),
        ("o5-mini", ["o5-mini"]),
        ("Command A2 times out", ["command-a2"]),
        ("Command line tools time out", []),
        ("Only Brux 6 still fails", ["brux-6"]),
        ("See Brux 6 for more", []),
        ("GPT 5.5 [astra]", ["gpt-5.5-astra"]),
        ("Opus 4.5 (see the notes that follow below)", ["claude-opus-4.5"]),
        ("Opus 4.5 [1m]", ["claude-opus-4.5-1m"]),
        ("Gemini Live is down", []),
    ],
)
def test_names_are_found_in_every_spelling(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("errors on Opus 48", ["claude-opus-4.8"]),
        ("elevated errors on Opus-48", ["claude-opus-4.8"]),
        ("Sonet 4.5", ["claude-sonnet-4.5"]),
        ("Hiaku 4.5", ["claude-haiku-4.5"]),
        ("Claude Sonnnet", ["claude-sonnet"]),
        ("Claude Bonnet errors", []),
        ("Claude Sannet 4.5", ["claude-sannet-4.5"]),
    ],
)
def test_slips_of_the_keyboard_are_mended(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Claude Zephyrus 6 fails", ["claude-zephyrus-6"]),
        ("errors on Quasar 6.1", ["quasar-6.1"]),
        ("errors on Opus 4.5 and Quasar 6.1", ["claude-opus-4.5", "quasar-6.1"]),
        ("Quasar 6.1 unavailable", ["quasar-6.1"]),
        ("Quasar 6.1 was announced", []),
        ("Errors in Phase 2", []),
        ("errors on Windows 11", []),
    ],
)
def test_families_that_nobody_knew_are_read_by_their_shape(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Claude Code 2.1.59 on Windows",
        "Elevated errors on Claude API",
        "Claude is down",
        "Claude-powered apps in us-east-5",
        "Errors at 4:30 and 5.5 % of requests",
        "We use 4, 5 and 6 machines",
        "Opus\u0455 4.5",
        "O\u0440us 4.5",
        "Op\u200bus 4.5",
    ],
)
def test_what_is_no_model_is_not_named(text: str) -> None:
    assert named(text) == []


def test_a_number_that_counts_something_ends_the_list() -> None:
    assert named("Opus 4 and 3 other models") == ["claude-opus-4"]
    assert named("Sonnet 4.5 and 4 are slow") == ["claude-sonnet-4.5", "claude-sonnet-4"]


def test_a_made_up_maker_is_read_from_the_facts_alone() -> None:
    knowledge = small(acme=ACME)

    assert named("Lyra Opal 4.5 and Ruby 4.5 are slow", knowledge) == ["lyra-opal-4.5", "lyra-ruby-4.5"]
    assert named("Lyra Opal 4.5 and Lyra Ruby 4.5 are slow", knowledge) == ["lyra-opal-4.5", "lyra-ruby-4.5"]
    assert named("zeta-4o Lyra", knowledge) == ["zeta-4o", "lyra"]


def test_the_words_after_a_name_are_kept() -> None:
    (mention,) = mentions(clauses("errors on Opus 4.5 in the console")[0], lexicon(shipped()))

    assert mention.after == ("in", "the")


@pytest.mark.parametrize(
    "text",
    ["opus " * 200_000, "opus, " * 200_000, "claude " * 150_000, "4.5 and " * 150_000, "(" * 1_000_000, "claude-" * 150_000, "Sonet " * 160_000],
    ids=lambda text: text[:12],
)
@pytest.mark.timeout(60)  # a reading that backtracks takes hours, not seconds
def test_a_megabyte_of_names_is_read_to_its_end(text: str) -> None:
    assert len(set(named(text))) <= 3

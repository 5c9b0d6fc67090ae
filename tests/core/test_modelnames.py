"""Model names: any spelling of an id becomes the same parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.ids import parse_route
from statuswatch.core.modelnames import ModelName, parse_model


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("claude-opus-4-5-20251101", ModelName("claude-opus", "4.5")),
        ("claude-3-5-sonnet-20241022", ModelName("claude-sonnet", "3.5")),
        ("claude-3.5-sonnet", ModelName("claude-sonnet", "3.5")),
        ("claude-sonnet-4-20250514", ModelName("claude-sonnet", "4")),
        ("sonnet 4.0", ModelName("claude-sonnet", "4")),
        ("Claude 4 Sonnet", ModelName("claude-sonnet", "4")),
        ("claude-3-opus-latest", ModelName("claude-opus", "3")),
        ("us.anthropic.claude-opus-4-5-v1:0", ModelName("claude-opus", "4.5")),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", ModelName("claude-sonnet", "3.5")),
        ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", ModelName("claude-haiku", "3")),
        ("anthropic/claude-opus-4.5", ModelName("claude-opus", "4.5")),
        ("claude-opus-4-5@20251101", ModelName("claude-opus", "4.5")),
        ("claude-3-5-sonnet-v2@20241022", ModelName("claude-sonnet", "3.5")),
        ("claude-opus-4-8[1m]", ModelName("claude-opus", "4.8", "1m")),
        ("Opus 4.8 (Fast Mode)", ModelName("claude-opus", "4.8", "fast")),
        ("models/gemini-2.5-pro", ModelName("gemini", "2.5", tier="pro")),
        ("gemini-3-pro-preview", ModelName("gemini", "3", "preview", "pro")),
        ("gpt-4o-mini", ModelName("gpt", "4o", tier="mini")),
        ("gpt-4o-2024-08-06", ModelName("gpt", "4o")),
        ("gpt-4-0314", ModelName("gpt", "4", pin="0314")),
        ("gpt-4-32k", ModelName("gpt", "4", "32k")),
        ("gpt-5.5", ModelName("gpt", "5.5")),
        ("GPT5.5", ModelName("gpt", "5.5")),
        ("ChatGPT 5.5 Thinking", ModelName("gpt", "5.5", "thinking")),
        ("gpt-5.3-codex", ModelName("gpt", "5.3", tier="codex")),
        ("gpt-3.5-turbo", ModelName("gpt", "3.5", tier="turbo")),
        ("gpt-6-astra", ModelName("gpt", "6", tier="astra")),
        ("openai.gpt-oss-120b-1:0", ModelName("gpt-oss-120b")),
        ("o3", ModelName("o", "3")),
        ("o4-mini", ModelName("o", "4", tier="mini")),
        ("text-davinci-002", ModelName("text-davinci", "002")),
        ("llama-3.3-70b-instruct", ModelName("llama", "3.3", tier="70b-instruct")),
        ("meta.llama3-3-70b-instruct-v1:0", ModelName("llama", "3.3", tier="70b-instruct")),
        ("llama3.3:70b", ModelName("llama", "3.3", tier="70b")),
        ("accounts/fireworks/models/llama-v3p1-8b", ModelName("llama", "v3.1", tier="8b")),
        ("qwen3-coder", ModelName("qwen", "3", tier="coder")),
        ("kimi-k2", ModelName("kimi", "k2")),
        ("deepseek-v3.1", ModelName("deepseek", "v3.1")),
        ("deepseek.r1-v1:0", ModelName("deepseek", "r1")),
        ("deepseek/deepseek-r1:free", ModelName("deepseek", "r1")),
        ("mistral-large-2411", ModelName("mistral-large", "2411")),
        ("grok-4-fast", ModelName("grok", "4", "fast")),
        ("opus", ModelName("claude-opus")),
        ("fable", ModelName("claude-fable")),
        ("best", ModelName("best")),
        ("4-2", ModelName("4-2")),
        ("", ModelName("")),
        ("---", ModelName("---")),
        ("claude fast mode", ModelName("claude-fast")),
    ],
)
def test_a_spelling_becomes_its_parts(text: str, expected: ModelName) -> None:
    assert parse_model(text) == expected


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("claude-3-5-sonnet-20241022", "claude-sonnet-3.5"),
        ("claude-opus-4-0", "claude-opus-4"),
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("o4-mini", "o4-mini"),
        ("Qwen 3 Coder", "qwen3-coder"),
        ("gpt-4-1106-preview", "gpt-4-1106-preview"),
        ("gemini-1.5-pro-002", "gemini-1.5-pro-002"),
        ("claude-opus-4.6-fast", "claude-opus-4.6-fast"),
        ("mistral-large-2411", "mistral-large-2411"),
    ],
)
def test_the_canonical_spelling_is_the_familiar_one(text: str, canonical: str) -> None:
    assert parse_model(text).canonical == canonical


def test_a_version_of_point_zero_is_the_version() -> None:
    assert parse_model("gemini-2.0-flash").number == parse_model("gemini-2-flash").number == ("2",)
    assert parse_model("deepseek-v3.1").number == ("3", "1")
    assert parse_model("gemini").number == ()


def test_the_order_of_tier_and_version_does_not_matter_for_comparing() -> None:
    assert parse_model("gemini-pro-1.5").words == parse_model("gemini-1.5-pro").words


def test_a_dated_vertex_id_in_a_route_is_no_region() -> None:
    assert parse_route("google-cloud/cloud:claude-opus-4-5@20251101").canonical == "google-cloud/cloud:claude-opus-4.5"
    assert parse_route("google-cloud/cloud:claude-opus-4-5@20251101@us-east5").region == "us-east5"


def test_modes_compare_as_words() -> None:
    assert parse_model("gemini-2.0-flash-thinking-exp").modes == {"thinking", "exp"}


@given(st.text(max_size=300))
def test_any_text_has_parts_and_the_canonical_form_is_stable(text: str) -> None:
    canonical = parse_model(text).canonical
    assert isinstance(canonical, str)


@given(st.from_regex(r"[a-z]{2,8}-[0-9](\.[1-9])?(-[a-z]{2,6})?", fullmatch=True))
def test_reading_a_canonical_id_again_changes_nothing(text: str) -> None:
    once = parse_model(text)
    assert parse_model(once.canonical) == once

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.errors import RouteError
from statuswatch.core.ids import Route, Surface, parse_route


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("anthropic/code:claude-opus-4-5", "anthropic/code:claude-opus-4.5"),
        ("anthropic/code:claude-opus-4-5-20251101", "anthropic/code:claude-opus-4.5"),
        ("openai/api:gpt-5.5", "openai/api:gpt-5.5"),
        ("github-copilot/code:claude-sonnet-4.5", "github-copilot/code:claude-sonnet-4.5"),
        ("google-cloud/cloud:gemini-2.5-pro@us-central1", "google-cloud/cloud:gemini-2.5-pro@us-central1"),
        ("anthropic/chat:*", "anthropic/chat:*"),
        ("Anthropic:claude-opus", "anthropic:claude-opus"),
    ],
)
def test_any_spelling_of_a_route_becomes_the_canonical_one_and_is_echoed(text: str, canonical: str) -> None:
    route = parse_route(text)

    assert route.canonical == canonical
    assert str(route) == text


def test_two_spellings_of_one_route_are_equal() -> None:
    assert parse_route("anthropic/code:claude-opus-4-5") == parse_route("anthropic/code:claude-opus-4.5")
    assert len({parse_route("anthropic/code:claude-opus-4-5"), parse_route("anthropic/code:claude-opus-4.5")}) == 1


def test_a_route_made_from_parts_shows_its_canonical_spelling() -> None:
    assert str(Route("anthropic", Surface.CODE, "claude-opus-4.5")) == "anthropic/code:claude-opus-4.5"
    assert Route("anthropic", None, "claude-opus-4.5").name.family == "claude-opus"


@pytest.mark.parametrize(
    ("text", "word"), [("opus", "expected provider"), ("", "expected provider"), ("a b:c", "expected"), ("anthropic/phone:x", "one of api")]
)
def test_what_is_no_route_is_refused_with_the_form_expected(text: str, word: str) -> None:
    with pytest.raises(RouteError, match=word):
        parse_route(text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_routes(text: str) -> None:
    try:
        route = parse_route(text)
    except RouteError:
        return
    assert parse_route(route.canonical) == route

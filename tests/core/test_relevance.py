"""The two questions that the rest of the program asks."""

from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.ids import parse_route
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.relevance import assess, scope_of, timeline
from support.incidents import incident, shipped

ROUTE = parse_route("anthropic/api:claude-opus-4.5")


def test_an_incident_is_read_once_for_many_questions() -> None:
    whole = incident("Errors on Opus 4.5")

    assert scope_of(whole, shipped()) is scope_of(whole, shipped())
    assert scope_of(whole, Knowledge()) is not scope_of(whole, shipped())


def test_the_memory_is_bounded() -> None:
    first = incident("Errors on Opus 4.5")
    kept = scope_of(first, shipped())
    for number in range(300):
        assess(incident(f"Errors {number}"), ROUTE, shipped())

    assert scope_of(first, shipped()) is not kept


def test_without_any_knowledge_the_shape_of_names_still_tells() -> None:
    whole = incident("Elevated errors on claude-opus-4-5")

    assert assess(whole, ROUTE, Knowledge()).relevance.value in {"affected", "possible"}


@given(st.text(max_size=300), st.lists(st.text(max_size=200), max_size=4))
def test_any_text_is_weighed(title: str, bodies: list[str]) -> None:
    whole = incident(title, *bodies)
    turns = timeline(whole, ROUTE, shipped())

    assert turns[-1].finding.relevance is assess(whole, ROUTE, shipped()).relevance

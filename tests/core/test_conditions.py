"""Conditions: words and facts, all of which must hold."""

from statuswatch.core.conditions import Condition, phrase, said, spoken
from statuswatch.core.ids import Surface, parse_route
from statuswatch.core.incident import ComponentRef, Impact, Stage
from support.incidents import incident

ROUTE = parse_route("anthropic/code:claude-opus-4.5")


def test_a_phrase_is_whole_words_unless_a_star_leaves_the_last_one_open() -> None:
    assert phrase(" Log  In ") == " log in "
    assert phrase("Connector*") == " connector"
    assert said((phrase("connector*"),), spoken("Connectors are down"))
    assert said((phrase("connector"),), spoken("Connectors are down")) is None


def test_every_given_part_must_hold() -> None:
    whole = incident("Login errors", "SSO is down", components=("API",), impact=Impact.MAJOR)
    holds = Condition(
        says=(phrase("sso"),),
        title=(phrase("login"),),
        lacks=(phrase("api"),),
        providers=("anthropic",),
        components=("api",),
        impacts=(Impact.MAJOR,),
        stages=(Stage.INVESTIGATING,),
    )

    assert holds.fits(whole, ROUTE)
    for broken in (
        Condition(says=(phrase("billing"),)),
        Condition(title=(phrase("sso"),)),
        Condition(lacks=(phrase("sso"),)),
        Condition(providers=("openai",)),
        Condition(components=("chat",)),
        Condition(impacts=(Impact.MINOR,)),
        Condition(stages=(Stage.RESOLVED,)),
        Condition(routes_to=("openai",)),
        Condition(surfaces=(Surface.API,)),
        Condition(models=("claude-haiku",)),
    ):
        assert not broken.fits(whole, ROUTE)


def test_a_model_in_a_condition_covers_its_versions_and_one_version_itself() -> None:
    assert Condition(models=("opus",)).fits_route(ROUTE)
    assert Condition(models=("claude-opus-4-5",)).fits_route(ROUTE)
    assert not Condition(models=("claude-opus-4-6",)).fits_route(ROUTE)


def test_a_component_is_known_by_its_id_too() -> None:
    whole = incident("x")
    whole = type(whole)(**{**{name: getattr(whole, name) for name in whole.__slots__}, "components": (ComponentRef("Old name", "c-1"),)})

    assert Condition(components=("C-1",)).fits_incident(whole)

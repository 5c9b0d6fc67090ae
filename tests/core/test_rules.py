"""A person's rules: mute, raise, lower, only-when; and how a built-in rule speaks."""

import pytest

from statuswatch.core.conditions import Condition, phrase
from statuswatch.core.health import Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.rules import Result, Rule, personal
from support.incidents import incident

ROUTE = parse_route("anthropic/api:claude-opus-4.5")
OTHER = parse_route("openai/api:gpt-5.5")
BATCH = Condition(says=(phrase("batch*"),))
WHOLE = incident("Batch jobs are late")


@pytest.mark.parametrize(
    ("result", "before", "after"),
    [
        (Result.MUTE, Relevance.AFFECTED, Relevance.UNAFFECTED),
        (Result.RAISE, Relevance.UNAFFECTED, Relevance.POSSIBLE),
        (Result.RAISE, Relevance.POSSIBLE, Relevance.AFFECTED),
        (Result.LOWER, Relevance.AFFECTED, Relevance.POSSIBLE),
    ],
)
def test_a_rule_moves_the_relevance(result: Result, before: Relevance, after: Relevance) -> None:
    rule = Rule("mine", result, BATCH)

    assert personal((rule,), WHOLE, ROUTE, before) == (after, rule)


def test_a_rule_that_changes_nothing_does_not_decide() -> None:
    rules = (Rule("up", Result.RAISE, BATCH), Rule("off", Result.MUTE, BATCH))

    assert personal(rules, WHOLE, ROUTE, Relevance.AFFECTED) == (Relevance.UNAFFECTED, rules[1])
    assert personal((rules[0],), WHOLE, ROUTE, Relevance.AFFECTED) == (Relevance.AFFECTED, None)
    assert personal((rules[1],), incident("Login errors"), ROUTE, Relevance.AFFECTED) == (Relevance.AFFECTED, None)


def test_only_when_silences_what_it_covers_and_does_not_hold() -> None:
    rule = Rule("api only", Result.ONLY_WHEN, Condition(says=(phrase("api"),), routes_to=("anthropic",)))

    assert personal((rule,), incident("Errors on the API"), ROUTE, Relevance.AFFECTED) == (Relevance.AFFECTED, None)
    assert personal((rule,), incident("Errors in the app"), ROUTE, Relevance.AFFECTED) == (Relevance.UNAFFECTED, rule)
    assert personal((rule,), incident("Errors in the app"), ROUTE, Relevance.UNAFFECTED) == (Relevance.UNAFFECTED, None)
    assert personal((rule,), incident("Errors in the app"), OTHER, Relevance.AFFECTED) == (Relevance.AFFECTED, None)


def test_a_rule_speaks_where_its_words_stand_and_none_that_it_lacks() -> None:
    rule = Rule("t", Result.TOPIC, Condition(says=(phrase("login*"),), lacks=(phrase("requests"),)))

    assert rule.speaks(" logins fail ") == " login"
    assert rule.speaks(" logins and requests fail ") is None
    assert rule.speaks(" models fail ") is None

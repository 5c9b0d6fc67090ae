"""The grammar of status prose."""

import pytest

from statuswatch.core.phrasing import Breadth, Polarity, advice_at, breadth, exception_at, limited, opened, polarity, trouble, upstream
from statuswatch.core.sentences import Clause, clauses


def only(text: str) -> Clause:
    (clause,) = clauses(text)
    return clause


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We are investigating elevated errors", Polarity.IMPACT),
        ("Opus is still seeing errors after the fix has been applied", Polarity.IMPACT),
        ("Haiku 4.5 has recovered", Polarity.RECOVERED),
        ("Success rates have returned to normal", Polarity.RECOVERED),
        ("A decrease of errors on Sonnet", Polarity.RECOVERED),
        ("All other models are operational", Polarity.FINE),
        ("The app is not operating normally", Polarity.IMPACT),
        ("The API is unaffected", Polarity.EXCLUDED),
        ("This doesn't affect the API", Polarity.EXCLUDED),
        ("It was mitigated by moving suggestion traffic to unaffected regions", Polarity.RECOVERED),
        ("We are moving traffic to unaffected regions", Polarity.IMPACT),
        ("No other models were affected", Polarity.EXCLUDED),
        ("None of the models were impacted", Polarity.EXCLUDED),
        ("No errors since noon", Polarity.IMPACT),
        ("There is no impact on the API", Polarity.EXCLUDED),
        ("There is no impact outside the region", Polarity.IMPACT),
        ("We no longer see models affected", Polarity.RECOVERED),
        ("The last post named Opus 4.1 by mistake", Polarity.ASIDE),
    ],
)
def test_a_clause_denies_ends_or_reports(text: str, expected: Polarity) -> None:
    assert polarity(only(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("errors across many models", (Breadth.MANY, False)),
        ("errors for multiple Lyra models", (Breadth.MANY, False)),
        ("Multiple Model Disruptions", (Breadth.MANY, False)),
        ("errors on some models", (Breadth.SOME, False)),
        ("errors on a subset of models", (Breadth.SOME, False)),
        ("errors across all models", (Breadth.ALL, False)),
        ("some requests to all models", (Breadth.ALL, False)),
        ("errors on requests to models", (Breadth.GENERIC, False)),
        ("errors on Lyra models", (Breadth.GENERIC, False)),
        ("errors on Opal models", (Breadth.NONE, False)),
        ("other models work", (Breadth.NONE, True)),
        ("the rest of our models", (Breadth.NONE, True)),
        ("errors from AI model providers", (Breadth.NONE, False)),
        ("errors from specific model providers", (Breadth.SOME, False)),
        ("errors for all users", (Breadth.NONE, False)),
        ("models", (Breadth.NONE, False)),
    ],
)
def test_how_many_models_are_meant(text: str, expected: tuple[Breadth, bool]) -> None:
    assert breadth(only(text), frozenset({"lyra"}), frozenset()) == expected


def test_a_family_between_quantity_and_models_is_a_name() -> None:
    assert breadth(only("errors on all Opal models"), frozenset({"lyra"}), frozenset({3})) == (Breadth.NONE, False)


def test_what_limits_and_what_leaves_open() -> None:
    assert limited(only("The remaining impact is limited to Opus 4.1"))
    assert limited(only("This concerns Opus 4.1 only"))
    assert not limited(only("Impact is primarily limited to Opus 4.1"))
    assert not limited(only("Errors on Opus 4.1"))
    assert opened(only("Errors primarily on Opus 4.1"))
    assert not opened(only("Errors in the following models also shown above"))
    assert not opened(only("Errors on Opus 4.1"))


def test_where_advice_and_exceptions_begin() -> None:
    assert advice_at(only("Free usage is routed to Haiku")) == 5
    assert advice_at(only("Errors on Opus")) is None
    assert exception_at(only("All models except for Opus")) == 3


def test_trouble_and_upstream_are_words() -> None:
    assert trouble(only("Errors on Opus"))
    assert not trouble(only("Opus was released"))
    assert upstream(only("This is due to our upstream model provider"))
    assert not upstream(only("This is due to a deployment"))

"""The grammar of status prose."""

import pytest

from statuswatch.core.phrasing import (
    Breadth,
    Polarity,
    advice_at,
    breadth,
    contrasts,
    divided,
    exception_at,
    instead_at,
    limited,
    opened,
    partly,
    polarity,
    shut_out,
    spares_requests,
    sweeping,
    trouble,
    upstream,
)
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
        ("Neither Opus nor Sonnet is involved", Polarity.EXCLUDED),
        ("Nothing else than Opus was hit", Polarity.EXCLUDED),
        ("No model besides Opus shows errors", Polarity.EXCLUDED),
        ("No model shows errors on weekends", Polarity.IMPACT),
        ("The first tests showed no concerns", Polarity.IMPACT),
        ("not Haiku", Polarity.EXCLUDED),
        ("Not all models answer", Polarity.IMPACT),
        ("This is unrelated to the outage of Opus", Polarity.FINE),
        ("Haiku runs as it should", Polarity.FINE),
        ("Embeddings work", Polarity.FINE),
        ("Embeddings do not work", Polarity.IMPACT),
        ("Errors in Copilot Work", Polarity.IMPACT),
        ("People cannot sign in normally", Polarity.IMPACT),
        ("Opus 4.5 can be used instead", Polarity.FINE),
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
        ("not all models answer", (Breadth.SOME, False)),
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
    assert limited(only("Only Opus 4.1 fails"))
    assert limited(only("It was localized to Opus 4.1"))
    assert not limited(only("Impact is primarily limited to Opus 4.1"))
    assert not limited(only("Errors on Opus 4.1"))
    assert opened(only("Errors primarily on Opus 4.1"))
    assert not opened(only("Errors in the following models also shown above"))
    assert not opened(only("Errors on Opus 4.1"))


def test_where_advice_and_exceptions_begin() -> None:
    assert advice_at(only("Free usage is routed to Haiku")) == 5
    assert advice_at(only("Errors on Opus")) is None
    assert exception_at(only("All models except for Opus")) == 3
    assert exception_at(only("All models but Opus")) == 3
    assert instead_at(only("Requests for Opus are served by Haiku")) == 6
    assert instead_at(only("Errors on Opus")) is None


def test_what_is_set_against_the_rest() -> None:
    clause = only("Errors on Opus, not Haiku")

    assert contrasts(clause, 5)
    assert not contrasts(clause, 2)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Opus 4.5 is failing, Haiku 4.5 is unaffected", 2),
        ("Opus 4.5 is back, Sonnet 4.5 is slow, and Haiku 4.5 is fine", 3),
        ("Opus 4.5, which was failing, has recovered", 1),
        ("Opus 4.5 is failing, and is not yet back", 1),
        ("We are looking, and requests are failing", 1),
        ("No other models, including Haiku, were affected", 1),
        ("Opus is down, Haiku is fine, " * 4, 1),
    ],
)
def test_two_sides_of_a_comma_that_say_opposite_things_are_read_apart(text: str, parts: int) -> None:
    assert len(divided(only(text))) == parts


def test_who_is_shut_out_and_what_never_was_hit() -> None:
    assert shut_out(only("Some remain blocked from using the API"))
    assert not shut_out(only("Some see errors"))
    assert not shut_out(only("Nobody was blocked from using the API"))
    assert spares_requests(only("Model requests are not affected"))
    assert not spares_requests(only("Other model requests are not affected"))
    assert not spares_requests(only("Model requests fail"))


def test_trouble_and_upstream_are_words() -> None:
    assert trouble(only("Errors on Opus"))
    assert not trouble(only("Opus was released"))
    assert upstream(only("This is due to our upstream model provider"))
    assert not upstream(only("This is due to a deployment"))


def test_many_products_are_a_sweep_and_some_of_them_are_parts() -> None:
    assert sweeping(only("Multiple cloud products are down"))
    assert sweeping(only("All services fail"))
    assert not sweeping(only("Two services fail"))
    assert not sweeping(only("Some services fail"))
    assert not sweeping(only("In many regions, services fail"))
    assert partly(only("Some Acme Code services are degraded"))
    assert partly(only("Several features fail"))
    assert not partly(only("All features fail"))
    assert not partly(only("The services fail"))

"""How the models of an incident widen and narrow, as one route sees it."""

import pytest

from support.incidents import incident, told

OPUS, SONNET, HAIKU = "anthropic/api:claude-opus-4.5", "anthropic/api:claude-sonnet-4.5", "anthropic/api:claude-haiku-4.5"
AFFECTED_NAMED, AFFECTED_FAMILY = ("affected", "model_named"), ("affected", "family_named")
OTHERS, EXCLUDED = ("unaffected", "other_models"), ("unaffected", "model_excluded")
MANY, SOME, ALL = ("possible", "many_models"), ("possible", "some_models"), ("affected", "all_models")
MAYBE_NAMED = ("possible", "model_named")


@pytest.mark.parametrize(
    ("texts", "opus", "haiku"),
    [
        (["Errors on Opus 4.5"], AFFECTED_NAMED, OTHERS),
        (["Errors on Opus"], AFFECTED_FAMILY, OTHERS),
        (["Errors on all Opus models"], AFFECTED_FAMILY, OTHERS),
        (["Errors across many models"], MANY, MANY),
        (["Errors on some models"], SOME, SOME),
        (["Errors across all models"], ALL, ALL),
        (["Errors on Claude models"], ALL, ALL),
        (["Errors on models other than Opus 4.5"], EXCLUDED, ALL),
        (["Errors on models other than Opus 4.5", "We see errors on Opus 4.5 as well"], AFFECTED_NAMED, ALL),
        (["Errors on Opus 4.5", "Errors across many models"], AFFECTED_NAMED, MANY),
        (["Errors on Opus 4.5", "We serve many models"], AFFECTED_NAMED, OTHERS),
        (["Errors on Claude models", "Errors across all models"], ALL, ALL),
        (["Errors on Opus 4.5 Fast Mode"], MAYBE_NAMED, OTHERS),
        (["Errors on Opus 4.5 Fast Mode", "Errors are seen on Opus 4.5"], AFFECTED_NAMED, OTHERS),
        (["Errors on Opus 4.5", "Errors in Opus 4.5 Fast Mode as well"], AFFECTED_NAMED, OTHERS),
    ],
)
def test_one_statement_decides(texts: list[str], opus: tuple[str, str], haiku: tuple[str, str]) -> None:
    whole = incident(*texts)

    assert (told(whole, OPUS), told(whole, HAIKU)) == (opus, haiku)


@pytest.mark.parametrize(
    ("texts", "opus", "haiku"),
    [
        (["Errors across many models", "The outage is related to Opus 4.5 and Sonnet 4.5"], AFFECTED_NAMED, OTHERS),
        (["Elevated errors", "We see errors on Opus 4.5"], AFFECTED_NAMED, OTHERS),
        (["Errors on Haiku 4.5", "We see errors on Opus 4.5 as well"], AFFECTED_NAMED, AFFECTED_NAMED),
        (["Errors across all models", "Errors on Opus 4.5 have grown"], AFFECTED_NAMED, ALL),
        (["Errors across all models", "The remaining impact is limited to Opus 4.5"], AFFECTED_NAMED, OTHERS),
        (["Errors across many models", "We see an increase of errors on Opus 4.5"], AFFECTED_NAMED, MANY),
        (["Elevated errors", "Errors are primarily on Opus 4.5"], AFFECTED_NAMED, MANY),
        (["Elevated errors", "Errors on Opus 4.5 and other Claude models"], AFFECTED_NAMED, MANY),
        (["Errors on Opus 4.5", "Other models see increased latency too"], AFFECTED_NAMED, MANY),
        (["Errors on multiple models", "Other models see increased latency too"], MANY, MANY),
        (["Errors on multiple models", "Errors on some models, including Opus 4.5"], AFFECTED_NAMED, MANY),
        (["Elevated errors", "We released Opus 4.5 this morning"], MAYBE_NAMED, ("affected", "surface_only")),
        (["Elevated errors", "Affected models: \n* Opus 4.5\n* Sonnet 4.5"], AFFECTED_NAMED, OTHERS),
    ],
)
def test_later_words_narrow_and_widen(texts: list[str], opus: tuple[str, str], haiku: tuple[str, str]) -> None:
    whole = incident(*texts)

    assert (told(whole, OPUS), told(whole, HAIKU)) == (opus, haiku)


@pytest.mark.parametrize(
    ("texts", "haiku"),
    [
        (["Errors on Opus 4.5", "We see errors across multiple models"], MANY),
        (["Errors on Opus 4.5 and Sonnet 4.5", "We see errors on multiple models"], OTHERS),
        (["Errors on Opus 4.5", "We see errors on some models"], OTHERS),
        (["Errors on Opus 4.5", "We see errors on requests to models"], OTHERS),
        (["Errors on Opus 4.5", "We now see errors across all models"], ALL),
        (["Elevated errors", "Errors on Opus 4.5", "We resolve errors on multiple models"], MANY),
        (["Errors on multiple models", "Errors on Opus 4.5", "We found the cause of errors on several models"], MANY),
        (["Errors on multiple models", "Errors on Opus 4.5 and Sonnet 4.5", "We found the cause of errors on several models"], OTHERS),
        (["Errors on multiple models", "Errors on Opus 4.5", "We found the cause of errors on some models"], OTHERS),
        (["Elevated errors", "Errors on Opus 4.5", "We see additional errors on multiple models"], MANY),
    ],
)
def test_vague_words_after_a_list_mean_the_list_unless_they_add(texts: list[str], haiku: tuple[str, str]) -> None:
    assert told(incident(*texts), HAIKU) == haiku


@pytest.mark.parametrize(
    ("texts", "haiku"),
    [
        (["Errors on Opus 4.5 and Haiku 4.5", "Haiku 4.5 has recovered"], AFFECTED_NAMED),
        (["Errors on multiple models", "Haiku 4.5 has recovered"], AFFECTED_NAMED),
        (["Errors on multiple models", "Opus 4.5 has recovered"], MANY),
        (["Errors on multiple models", "The issue affecting Opus 4.5 has been resolved"], OTHERS),
        (["Errors on Haiku 3.5", "The Haiku incident has been resolved"], OTHERS),
        (["Errors on Haiku", "The trouble is with Claude 3 Haiku"], OTHERS),
        (["Errors on Haiku", "All Haiku models are slow"], AFFECTED_FAMILY),
        (["Errors on Opus 4.5", "All models have recovered except for Haiku 4.5"], AFFECTED_NAMED),
        (["Errors across all models", "All models have recovered except for Opus 4.5"], ALL),
        (["Errors on Opus 4.5", "We see full recovery across all models"], OTHERS),
    ],
)
def test_what_has_recovered_was_hit_and_says_nothing_of_the_rest(texts: list[str], haiku: tuple[str, str]) -> None:
    assert told(incident(*texts), HAIKU) == haiku


@pytest.mark.parametrize(
    ("texts", "haiku"),
    [
        (["Elevated errors", "Haiku 4.5 is unaffected"], EXCLUDED),
        (["Errors on Haiku 4.5", "Haiku 4.5 is not affected after all"], EXCLUDED),
        (["Errors on Haiku 4.5", "Haiku 4.5 is operating normally"], AFFECTED_NAMED),
        (["Elevated errors", "Haiku 4.5 is operating normally"], EXCLUDED),
        (["Elevated errors", "Other usage of Haiku 4.5 is unaffected"], ("affected", "surface_only")),
        (["Elevated errors", "The last post named Haiku 4.5 by mistake"], EXCLUDED),
        (["Errors across many models", "We see errors on Opus 4.5.", "No other models were affected"], OTHERS),
        (["Errors across many models", "No models other than Haiku 4.5 are affected"], AFFECTED_NAMED),
        (["Errors on multiple models", "Other models are available and working as expected"], OTHERS),
        (["Errors on Haiku 4.5", "Other models are operational"], AFFECTED_NAMED),
        (["Errors on all models except Opus 4.5", "Haiku 4.5 is slow"], AFFECTED_NAMED),
    ],
)
def test_denials_exclude(texts: list[str], haiku: tuple[str, str]) -> None:
    assert told(incident(*texts), HAIKU) == haiku


def test_where_most_have_recovered_those_that_remain_are_not_all_that_was_hit() -> None:
    remaining = "We continue to see errors on Opus 4.5."

    assert told(incident("Errors on multiple models", f"Most models have recovered. {remaining}"), HAIKU) == ("possible", "many_models")
    assert told(incident("Errors on multiple models", remaining), HAIKU) == OTHERS


def test_the_model_at_large_may_be_fine_while_a_mode_of_it_is_not() -> None:
    whole = incident("Fast mode of Opus 4.8 unavailable", "Opus 4.8 is not affected.")

    assert told(whole, "anthropic/api:claude-opus-4.8-fast") == AFFECTED_NAMED
    assert told(whole, "anthropic/api:claude-opus-4.8") == EXCLUDED


def test_advice_names_no_affected_model() -> None:
    assert told(incident("Errors on Opus 4.5", "Free usage has been routed to Haiku 4.5 as errors go on"), HAIKU) == OTHERS


def test_the_end_widens_nothing_but_may_name() -> None:
    assert told(incident("Errors on Opus 4.5", "We look.", "We saw errors across all models.", over=True), HAIKU) == OTHERS
    assert told(incident("Elevated errors", "We look.", "Haiku 4.5 had elevated errors.", over=True), HAIKU) == AFFECTED_NAMED
    assert told(incident("Elevated errors", "We look.", "Errors on Opus 4.5 were resolved.", over=True), HAIKU) == OTHERS
    assert told(incident("Elevated errors", "From noon on we saw errors across all models.", over=True), HAIKU) == ALL


def test_a_route_for_any_model_or_a_family_is_hit_by_its_members() -> None:
    whole = incident("Errors on Opus 4.5")

    assert told(whole, "anthropic/api:*") == AFFECTED_NAMED
    assert told(whole, "anthropic/api:opus") == AFFECTED_NAMED
    assert told(whole, "anthropic/api:haiku") == OTHERS


def test_an_alias_that_names_no_family_is_not_ruled_out() -> None:
    assert told(incident("Errors on Opus 4.5"), "anthropic/api:best")[0] == "possible"

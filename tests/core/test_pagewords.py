"""Names of components as words of prose."""

from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ComponentFacts, ProviderFacts
from statuswatch.core.pagewords import component_topics, shared_page, surface_words
from support.incidents import ACME


def test_a_components_name_means_its_surface_and_so_does_the_host_in_brackets() -> None:
    words = dict(surface_words(ACME))

    assert words[" acme api "] == {Surface.API}
    assert words[" api.acme.example "] == {Surface.API}
    assert " vector shelf " not in words


def test_longer_names_come_first() -> None:
    lengths = [len(phrase) for phrase, _ in surface_words(ACME)]

    assert lengths == sorted(lengths, reverse=True)


def test_everyday_words_and_punctuation_mean_nothing() -> None:
    odd = (ComponentFacts(None, ("Search", "responses", "Tempo (old thing)", "!. ", "CLI"), frozenset({Surface.CODE})),)
    words = dict(surface_words(ProviderFacts("acme", "Acme", components=odd)))

    assert set(words) == {" tempo ", " cli "}


def test_components_that_serve_no_models_are_topics() -> None:
    assert [rule.id for rule in component_topics(ACME)] == ["component: Acme Sync"]


def test_a_page_is_shared_by_its_cloud_or_by_its_strangers() -> None:
    strangers = tuple(ComponentFacts(None, (name,), inference=False) for name in ("Git", "Wiki", "Mail"))

    assert not shared_page(ACME)
    assert shared_page(ProviderFacts("a", "A", usual_surface=Surface.CLOUD))
    assert shared_page(ProviderFacts("a", "A", components=strangers))
    assert not shared_page(ProviderFacts("a", "A", families=("lyra",), components=strangers))

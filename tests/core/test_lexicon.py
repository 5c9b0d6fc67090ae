"""The words of models come from what is known, never from a list in code."""

from dataclasses import replace

from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts
from statuswatch.core.lexicon import lexicon, words_of
from statuswatch.core.modelnames import parse_model
from support.incidents import ACME, small


def test_stems_tiers_and_known_names_come_from_the_catalogue() -> None:
    words = lexicon(small(acme=ACME))

    assert {"lyra", "zeta"} <= words.stems
    assert words.tiers["lyra"] >= {"opal", "ruby", "jade", "shelf"}
    assert "lyra-opal-4.5" in words.known


def test_a_second_word_with_several_versions_is_a_name_of_its_own() -> None:
    knowledge = Knowledge(models=("lyra-opal-1", "lyra-opal-2", "lyra-opal-3", "lyra-ruby-1", "claude-wren-1", "lyra-mini-1", "lyra-mini-2", "lyra-mini-3"))

    assert lexicon(knowledge).alone == {"opal": "lyra", "wren": "claude"}


def test_a_families_bare_name_is_a_product_where_a_component_is_called_so() -> None:
    makes = ProviderFacts("acme", "Acme", families=("lyra", "flute", "acme"), components=(ComponentFacts(None, ("Lyra Code",), frozenset({Surface.CODE})),))
    words = lexicon(Knowledge({"acme": makes}))

    assert words.single == {"flute"}
    assert words.umbrella == {"lyra", "acme"}
    assert ("lyra", "code") in words.products
    assert words.makers["acme"] == {"lyra", "flute", "acme"}


def test_a_provider_without_models_of_its_own_makes_none() -> None:
    assert lexicon(Knowledge({"acme": ProviderFacts("acme", "Acme")})).makers == {}


def test_a_letter_is_a_family_where_it_has_many_numbers_and_an_everyday_word_where_somebody_makes_it() -> None:
    made = replace(ACME, families=("lyra", "command", "seed-large"))
    words = lexicon(Knowledge({"acme": made}, ("o1", "o3", "o4-mini", "m2", "v0")))

    assert words.letters == {"o"}
    assert words.weak == {"command"}


def test_the_lexicon_of_one_knowledge_is_built_once() -> None:
    knowledge = small(acme=ACME)

    assert lexicon(knowledge) is lexicon(knowledge)
    assert lexicon(Knowledge()) is not lexicon(knowledge)


def test_tuning_marks_do_not_tell_models_apart() -> None:
    assert words_of(parse_model("llama-3.3-70b-instruct")) == {"llama", "70b"}
    assert words_of(parse_model("llama-2-70b-chat")) == {"llama", "70b"}
    assert words_of(parse_model("chat")) == {"chat"}
    assert words_of(parse_model("lyra-chat")) == {"lyra", "chat"}
    assert words_of(parse_model("it")) == {"it"}

"""What an incident's words say, clause by clause."""

import pytest

from statuswatch.core.ids import Surface
from statuswatch.core.incident import Incident, Stage, Update
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.phrasing import Breadth, Polarity
from statuswatch.core.scope import Claim, read_scope
from support.incidents import ACME, START, incident, listing, shipped, small


def claim(text: str, provider: str = "anthropic", knowledge: Knowledge | None = None) -> Claim:
    (only,) = read_scope(incident(text, provider=provider), knowledge or shipped()).said[0].claims
    return only


def names(found: Claim) -> list[str]:
    return [mention.name.canonical for mention in found.names]


def test_a_claim_holds_what_its_clause_says() -> None:
    found = claim("Elevated errors on requests to Opus 4.5 in Claude Code")

    assert names(found) == ["claude-opus-4.5"]
    assert found.surfaces == {Surface.CODE}
    assert (found.polarity, found.trouble, found.request) == (Polarity.IMPACT, True, True)


def test_names_after_except_are_inverted_and_names_after_advice_are_dropped() -> None:
    assert [mention.name.canonical for mention in claim("Errors on all models except Opus 4.5").inverted] == ["claude-opus-4.5"]
    assert names(claim("Errors on Opus 4.5 so usage is routed to Haiku 4.5")) == ["claude-opus-4.5"]


def test_a_name_that_stands_in_for_another_is_dropped_and_one_set_against_the_rest_is_inverted() -> None:
    spared = claim("Errors on Opus 4.5, not Haiku 4.5")

    assert names(claim("Requests for Opus 4.5 are served by Haiku 4.5")) == ["claude-opus-4.5"]
    assert names(claim("Requests served by Haiku 4.5 fail")) == ["claude-haiku-4.5"]
    assert (names(spared), [name.name.canonical for name in spared.inverted]) == (["claude-opus-4.5"], ["claude-haiku-4.5"])


def test_the_makers_own_name_is_all_of_its_models_on_its_own_page() -> None:
    found = claim("Errors on Claude models")

    assert (names(found), found.breadth) == ([], Breadth.GENERIC)


def test_the_makers_name_is_a_family_elsewhere() -> None:
    assert names(claim("Errors on Claude models", "cursor")) == ["claude"]
    assert names(claim("Errors on Anthropic models", "cursor")) == ["claude"]
    assert names(claim("Elevated 429s and errors on Anthropic", "openrouter")) == ["claude"]
    assert names(claim("Errors on Anthropic models", "anthropic")) == []
    assert names(claim("We talk to Anthropic", "openrouter")) == []


def test_a_maker_of_several_families_means_the_one_it_names() -> None:
    assert names(claim("Errors on Gemini models", "google-gemini")) == ["gemini"]


def test_an_endpoint_stands_for_its_family() -> None:
    assert names(claim("Elevated errors on the Embeddings API", "openai")) == ["text-embedding"]


def test_a_line_that_is_all_name_is_an_item_of_a_list() -> None:
    assert claim("Opus 4.5").trouble
    assert not claim("Opus 4.5 was released to all on that day").trouble


def test_longer_component_names_hide_shorter_words() -> None:
    assert claim("Errors in Copilot Chat", "github-copilot").surfaces == {Surface.CHAT, Surface.CODE}
    assert claim("API errors", "github-copilot").surfaces == frozenset()


def test_topics_are_found_by_rules_and_by_components_names() -> None:
    topic = claim("Errors with connectors").topic
    own = claim("Errors in Acme Sync", "acme", small(acme=ACME)).topic

    assert topic is not None
    assert topic.id == "connectors"
    assert own is not None
    assert own.id == "component: Acme Sync"


def test_what_is_remembered_of_a_page_is_bounded() -> None:
    knowledge = small(acme=ACME)
    for number in range(30):
        found = read_scope(incident(f"Errors {number}", ". ".join(f"Note {number} {line}" for line in range(90)), provider="acme"), knowledge)

        assert len(found.said[1].claims) == 90


def test_rules_for_one_provider_are_not_asked_at_another() -> None:
    assert claim("Incident with webhooks", "github-copilot").topic is not None
    assert claim("Incident with webhooks", "anthropic").topic is None


def test_other_providers_that_are_named_are_kept() -> None:
    assert claim("This is due to Cloudflare").providers == {"cloudflare"}


def test_components_are_known_by_name_or_read_by_their_words() -> None:
    knowledge = small(acme=ACME)
    whole = incident("x", provider="acme", components=("Acme Code", "Lyra Opal 4.5 API", "Opera", "Lyra things", "...", ""))
    parts = {facts.names[0]: facts for facts in read_scope(whole, knowledge).components}

    assert parts["Acme Code"].surfaces == {Surface.CODE}
    assert parts["Lyra Opal 4.5 API"].models == ("lyra-opal-4.5",)
    assert parts["Opera"].inference
    assert "" not in parts


def test_a_strange_component_of_a_shared_page_serves_no_models_unless_it_bears_our_name() -> None:
    whole = incident("x", provider="google-gemini", components=("Widgets",))

    assert read_scope(whole, shipped()).components[0].inference
    parts = {
        facts.names[0]: facts.inference
        for facts in read_scope(incident("x", provider="google-cloud", components=("Widgets", "Widgets for Vertex AI Online Prediction")), shipped()).components
    }
    assert parts["Widgets"] is False


def test_components_of_updates_are_kept_with_them() -> None:
    whole = incident("x", "We look.", provider="acme")
    whole = Incident(**{**{name: getattr(whole, name) for name in whole.__slots__}, "updates": (listing(whole.updates[0], "Acme Code"),)})

    assert read_scope(whole, small(acme=ACME)).said[1].components[0].names == ("Acme Code",)


def test_what_is_written_after_the_end_is_not_read() -> None:
    updates = tuple(
        Update(START, stage, body)
        for stage, body in ((Stage.INVESTIGATING, "a"), (Stage.RESOLVED, "b"), (Stage.RESOLVED, "c"), (Stage.POSTMORTEM, "d"), (Stage.INVESTIGATING, "e"))
    )
    whole = Incident("anthropic", "i", "t", updates=updates)

    assert [len(said.claims) for said in read_scope(whole, shipped()).said[1:]] == [1, 1, 0, 0, 1]


def test_a_postmortem_is_read_where_it_is_all_there_is() -> None:
    whole = Incident("anthropic", "i", "t", updates=(Update(START, Stage.POSTMORTEM, "Opus 4.5 failed"),))

    assert len(read_scope(whole, shipped()).said[1].claims) == 1


@pytest.mark.parametrize(
    "text",
    [
        "opus " * 200_000,
        "errors on Opus 4.5, " * 50_000,
        "but " * 250_000,
        "<" * 1_000_000,
        "a.B" * 300_000,
        "https://" * 120_000,
        "\u202e" * 1_000_000,
        "not affected " * 80_000,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.timeout(60)  # a reading that backtracks takes hours, not seconds
def test_a_megabyte_of_hostile_text_is_read_to_its_end(text: str) -> None:
    whole = incident(text, text, text)

    assert read_scope(whole, shipped()) == read_scope(whole, shipped())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Errors in the Claude app, image generation, file upload, voice and sharing", False),
        ("Increased errors in ChatGPT, Work, image generation, file upload, Voice, and Codex Cloud", True),
        ("Increased errors in file uploads, voice mode and sharing", False),
        ("Increased errors in ChatGPT, slow answers, long waits", False),
        ("Errors when uploading files", False),
    ],
)
def test_a_surface_in_one_enumeration_with_a_topic_stands_beside_it(text: str, *, expected: bool) -> None:
    assert claim(text, "openai", shipped()).beside is expected

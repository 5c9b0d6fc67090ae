"""From words to a route: topic, surface, region, rules, and the turns of a live incident."""

from dataclasses import replace

import pytest

from statuswatch.core.conditions import Condition, phrase
from statuswatch.core.ids import Surface, parse_route
from statuswatch.core.incident import ComponentRef, Impact, Incident, Update
from statuswatch.core.knowledge import ComponentFacts, ProviderFacts
from statuswatch.core.relevance import timeline
from statuswatch.core.rules import Result, Rule
from support.incidents import ACME, START, found, incident, listing, shipped, small, told

OPUS_API, OPUS_CODE, OPUS_CHAT = "anthropic/api:claude-opus-4.5", "anthropic/code:claude-opus-4.5", "anthropic/chat:claude-opus-4.5"
SURFACE_ONLY, NOT_INFERENCE, MAYBE_INFERENCE = ("affected", "surface_only"), ("unaffected", "not_inference"), ("possible", "not_inference")
OTHER_SURFACE, EXCLUDED_SURFACE = ("unaffected", "other_surface"), ("unaffected", "surface_excluded")
MAYBE_SURFACE, MAYBE_ALL = ("possible", "other_surface"), ("possible", "nothing_said")


def _cloud(
    title: str, *bodies: str, provider: str = "google-cloud", components: tuple[str, ...] = ("Cloud Widgets",), impact: Impact = Impact.CRITICAL
) -> Incident:
    return incident(title, *bodies, provider=provider, components=components, impact=impact)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Elevated errors"], SURFACE_ONLY),
        (["API outage", "We look"], SURFACE_ONLY),
        (["Errors when uploading files"], NOT_INFERENCE),
        (["Elevated error rates on connectors"], NOT_INFERENCE),
        (["Unable to purchase credits on the API"], NOT_INFERENCE),
        (["Errors for API requests with images"], MAYBE_INFERENCE),
        (["Tool use errors on Opus 4.5"], MAYBE_INFERENCE),
        (["Errors for logins and requests"], SURFACE_ONLY),
        (["Elevated errors", "We see errors in MCP tool calls"], MAYBE_INFERENCE),
        (["Trouble", "Some users cannot upload files"], NOT_INFERENCE),
        (["Trouble", "Some users cannot upload files, and requests to models fail"], ("affected", "all_models")),
        (["Trouble", "Some users cannot upload files.", "Elevated errors on API requests"], SURFACE_ONLY),
        (["Batch jobs delayed", "Requests to the API fail as well"], MAYBE_INFERENCE),
        (["Payments fail", "Requests to the payment page fail"], NOT_INFERENCE),
        (["Errors in Acme Sync"], SURFACE_ONLY),
        ([""], ("possible", "nothing_said")),
    ],
)
def test_what_is_beside_plain_requests_does_not_concern_them(texts: list[str], expected: tuple[str, str]) -> None:
    assert told(incident(*texts), OPUS_API) == expected


def test_a_story_told_at_the_end_is_no_word_about_what_suffered() -> None:
    whole = incident("Trouble", "Some users cannot upload files", "A queue grew and requests to an internal service failed", over=True)

    assert told(whole, OPUS_API) == NOT_INFERENCE


def test_signing_in_may_concern_who_signs_in() -> None:
    whole = incident("Errors when logging in")

    assert told(whole, OPUS_API) == NOT_INFERENCE
    assert told(whole, OPUS_CHAT) == MAYBE_INFERENCE


def test_authentication_on_the_api_is_how_calls_are_made() -> None:
    assert told(incident("Authentication errors on the API"), OPUS_API) == MAYBE_INFERENCE


def test_words_about_a_tool_count_more_than_what_a_page_fills_in_by_itself() -> None:
    route = "github-copilot/code:gpt-5.5"
    slip = "Some people cannot change the policy settings, as errors show."

    assert (
        told(incident("Disruption with some GitHub services", slip, "Copilot is experiencing degraded performance.", provider="github-copilot"), route)
        == NOT_INFERENCE
    )
    assert told(incident("Disruption with some GitHub services", slip, "Errors show up all over Copilot.", provider="github-copilot"), route) == SURFACE_ONLY


def test_a_surface_in_one_list_with_a_topic_is_hit_too() -> None:
    assert told(incident("Incident with Actions and Copilot", provider="github-copilot"), "github-copilot/code:gpt-5.5") == SURFACE_ONLY
    assert told(incident("Incident with Actions", provider="github-copilot"), "github-copilot/code:gpt-5.5") == NOT_INFERENCE


@pytest.mark.parametrize(
    ("texts", "api", "code", "chat"),
    [
        (["Elevated errors on claude.ai"], OTHER_SURFACE, OTHER_SURFACE, SURFACE_ONLY),
        (["Elevated errors on the API"], SURFACE_ONLY, MAYBE_SURFACE, OTHER_SURFACE),
        (["Elevated errors on claude.ai and Claude Code"], OTHER_SURFACE, SURFACE_ONLY, SURFACE_ONLY),
        (["Elevated errors", "The API is unaffected"], EXCLUDED_SURFACE, SURFACE_ONLY, SURFACE_ONLY),
        (["Elevated errors", "The API is operating normally"], EXCLUDED_SURFACE, SURFACE_ONLY, SURFACE_ONLY),
        (["Elevated errors on the API", "The API is operating normally"], SURFACE_ONLY, MAYBE_SURFACE, OTHER_SURFACE),
        (["Elevated errors", "The API is unaffected", "We see errors on the API"], SURFACE_ONLY, MAYBE_SURFACE, OTHER_SURFACE),
        (["Elevated errors on Opus 4.5 on claude.ai"], OTHER_SURFACE, OTHER_SURFACE, ("affected", "model_named")),
    ],
)
def test_surfaces_are_told_by_words(texts: list[str], api: tuple[str, str], code: tuple[str, str], chat: tuple[str, str]) -> None:
    whole = incident(*texts)

    assert [told(whole, route) for route in (OPUS_API, OPUS_CODE, OPUS_CHAT)] == [api, code, chat]


API, CHAT, CODE = "Claude API (api.anthropic.com)", "claude.ai", "Claude Code"
NAMED, ANY_OF_ALL = ("affected", "model_named"), ("affected", "all_models")


@pytest.mark.parametrize(
    ("texts", "components", "code"),
    [
        # A model that fails on the API and in the chat fails: the coding tool calls the same one.
        (["Errors on Opus 4.5"], (API, CHAT), NAMED),
        (["Elevated errors", "Opus 4.5 is failing"], (API, CHAT), NAMED),
        (["Errors on all models"], (API, CHAT), ANY_OF_ALL),
        (["Errors on Opus 4.5"], (API, CHAT, CODE), NAMED),
        # The API alone is a way of calling; the tool has a place on the page, and is not there.
        (["Errors on Opus 4.5"], (API,), MAYBE_SURFACE),
        (["Elevated errors"], (API, CHAT), MAYBE_SURFACE),
        # Words that say where are meant.
        (["Errors on Opus 4.5 on the API"], (API, CHAT), MAYBE_SURFACE),
        (["Errors on Opus 4.5", "Claude Code is unaffected"], (API, CHAT), EXCLUDED_SURFACE),
        (["Errors on Opus 4.5 on the API only"], (), MAYBE_SURFACE),
        (["Errors on Haiku 4.5"], (API, CHAT), ("unaffected", "other_models")),
        (["Errors on Opus 4.5"], (CHAT,), OTHER_SURFACE),
    ],
)
def test_what_lies_below_a_coding_tool_is_told_by_what_else_it_hits(texts: list[str], components: tuple[str, ...], code: tuple[str, str]) -> None:
    assert told(incident(*texts, components=components), OPUS_CODE) == code


def test_where_a_page_has_no_place_for_a_coding_tool_its_api_is_what_the_tool_calls() -> None:
    page = replace(ACME, components=tuple(each for each in ACME.components if Surface.CODE not in each.surfaces))
    whole = incident("Elevated errors", provider="acme", components=("Acme API (api.acme.example)",))

    assert told(whole, "acme/code:lyra-opal-4.5", small(acme=page)) == SURFACE_ONLY
    assert told(whole, "acme/code:lyra-opal-4.5", small(acme=ACME)) == MAYBE_SURFACE


def test_a_route_to_any_model_may_use_models_of_a_kind_of_their_own() -> None:
    whole = incident("Degraded video generation", provider="openrouter", components=("Video (/api/v1/videos)",))

    assert told(whole, "openrouter/api:*") == MAYBE_INFERENCE
    assert told(whole, "openrouter/api:claude-opus-4.5")[0] == "unaffected"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Billing trouble", "Some people are blocked from using the API"], MAYBE_INFERENCE),
        (["Billing trouble", "Some people lost access to Opus 4.5"], ("possible", "model_named")),
        (["Billing trouble", "Some people cannot access claude.ai"], OTHER_SURFACE),
        (["Billing trouble", "Some people cannot use their credits"], NOT_INFERENCE),
        (["Billing trouble", "Nobody has lost access to the API."], NOT_INFERENCE),
        (["Analytics are late", "Model requests are not affected."], NOT_INFERENCE),
        (["Pages load slowly", "Model requests are not affected."], NOT_INFERENCE),
        (["Errors on requests to models", "Model requests are not affected."], ANY_OF_ALL),
    ],
)
def test_who_is_shut_out_may_be_hit_and_requests_that_never_were_are_not(texts: list[str], expected: tuple[str, str]) -> None:
    assert told(incident(*texts), OPUS_API) == expected


def test_surfaces_are_told_by_components_whatever_they_are_called_today() -> None:
    whole = replace(incident("Elevated errors"), components=(ComponentRef("A new name", "c-chat"),))
    knowledge = small(acme=ACME)

    assert told(replace(whole, provider="acme"), "acme/chat:lyra-opal-4.5", knowledge) == SURFACE_ONLY
    assert told(replace(whole, provider="acme"), "acme/api:lyra-opal-4.5", knowledge) == OTHER_SURFACE


def test_a_route_without_a_surface_may_be_any_of_them() -> None:
    assert told(incident("Elevated errors on claude.ai"), "anthropic:claude-opus-4.5") == MAYBE_SURFACE
    assert told(incident("Elevated errors on the API"), "anthropic:claude-opus-4.5") == SURFACE_ONLY


def test_components_that_serve_no_models_concern_nobody_who_calls_them() -> None:
    knowledge = small(acme=ACME)
    whole = incident("Elevated errors", provider="acme", components=("Acme Sync",))

    assert told(whole, "acme/api:lyra-opal-4.5", knowledge) == ("unaffected", "other_surface")
    assert told(replace(whole, title="Errors on Lyra Opal 4.5"), "acme/api:lyra-opal-4.5", knowledge)[1] == "other_surface"
    console = incident("Slow pages", provider="acme", components=("Acme Console",))
    assert told(console, "acme/console:lyra-opal-4.5", knowledge) == NOT_INFERENCE
    assert told(replace(console, title="", components=(ComponentRef("Acme Console"),)), "acme/console:lyra-opal-4.5", knowledge) == NOT_INFERENCE


def test_a_component_of_other_models_rules_ours_out() -> None:
    knowledge = small(acme=ACME)
    whole = incident("Elevated errors", provider="acme", components=("Vector Shelf",))

    assert told(whole, "acme/api:lyra-opal-4.5", knowledge) == ("unaffected", "other_models")
    assert told(whole, "acme/api:lyra-shelf", knowledge) == SURFACE_ONLY
    assert told(replace(whole, title=""), "acme/api:lyra-opal-4.5", knowledge) == ("unaffected", "other_models")


def test_a_shared_page_says_nothing_until_it_names_us() -> None:
    route = "github-copilot/code:gpt-5.5"

    assert told(incident("Disruption with some GitHub services", provider="github-copilot"), route) == ("possible", "nothing_said")
    assert told(incident("Disruption with some GitHub services", provider="github-copilot", components=("Copilot",)), route) == SURFACE_ONLY
    assert told(incident("Disruption with some GitHub services", provider="github-copilot", components=("Actions",)), route) == OTHER_SURFACE
    assert told(incident("Delays in wiki search", provider="github-copilot"), route) == OTHER_SURFACE
    assert told(incident("Incident with Copilot", provider="github-copilot"), route) == SURFACE_ONLY
    assert told(incident("Elevated errors", provider="google-cloud", components=("Cloud Widgets",)), "google-cloud/cloud:gemini-2.5-pro") == OTHER_SURFACE


@pytest.mark.parametrize(
    ("whole", "route", "expected"),
    [
        (_cloud("Multiple cloud products are impacted"), "google-cloud/cloud:gemini-2.5-pro", MAYBE_ALL),
        (_cloud("Outage of all Google Cloud services", "We look into it."), "google-cloud/cloud:claude-opus-4.5@europe-west1", MAYBE_ALL),
        (_cloud("Many products fail", components=("Cloud Widgets", "Vertex Gemini API")), "google-cloud/cloud:claude-opus-4.5", MAYBE_ALL),
        (_cloud("Many products fail", components=("Cloud Widgets", "Vertex Gemini API")), "google-cloud/cloud:gemini-2.5-pro", SURFACE_ONLY),
        (_cloud("Multiple cloud products are impacted", impact=Impact.MAJOR), "google-cloud/cloud:gemini-2.5-pro", OTHER_SURFACE),
        (_cloud("Cloud Widgets are down"), "google-cloud/cloud:gemini-2.5-pro", OTHER_SURFACE),
        (_cloud("Two products are down"), "google-cloud/cloud:gemini-2.5-pro", OTHER_SURFACE),
        (_cloud("Multiple products in europe-west9 are down"), "google-cloud/cloud:gemini-2.5-pro", OTHER_SURFACE),
        (_cloud("Multiple products are down", "We see errors in europe-west9."), "google-cloud/cloud:gemini-2.5-pro", OTHER_SURFACE),
        (_cloud("Logging in to multiple products fails"), "google-cloud/cloud:gemini-2.5-pro", OTHER_SURFACE),
        (_cloud("Multiple products are down", "Vertex AI is not affected."), "google-cloud/cloud:gemini-2.5-pro", EXCLUDED_SURFACE),
        (_cloud("Multiple services are down", provider="github-copilot", components=("Actions",)), "github-copilot/code:gpt-5.5", OTHER_SURFACE),
    ],
)
def test_a_cloud_that_is_down_at_large_may_be_down_for_what_it_has_not_listed_yet(whole: Incident, route: str, expected: tuple[str, str]) -> None:
    assert told(whole, route) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Some Acme Code services are degraded", "Trouble with code reviews, routines and coding agents"], NOT_INFERENCE),
        (["Some Acme Code services are degraded", "Some Acme Code services have issues. Trouble with code reviews or routines"], NOT_INFERENCE),
        (["Some Acme Code services are degraded", "Trouble with code reviews and terminals"], MAYBE_INFERENCE),
        (["Some Acme Code services are degraded", "Trouble with code reviews and completions"], SURFACE_ONLY),
        (["Some Acme Code services are degraded", "Trouble with code reviews. Acme Code does not start"], SURFACE_ONLY),
        (["Some Acme Code services are degraded", "We look"], SURFACE_ONLY),
        (["Acme Code is degraded", "Trouble with code reviews and routines"], SURFACE_ONLY),
        (["All Acme Code services are degraded", "Trouble with code reviews and routines"], SURFACE_ONLY),
    ],
)
def test_some_services_of_a_tool_are_those_that_a_list_of_topics_names(texts: list[str], expected: tuple[str, str]) -> None:
    assert told(incident(*texts, provider="acme"), "acme/code:lyra-opal-4.5", small(acme=ACME)) == expected


def test_the_chat_of_a_coding_tool_is_the_tools_own_and_a_console_is_where_people_chat() -> None:
    tool = ProviderFacts("tool", "Tool", usual_surface=Surface.CODE, components=(ComponentFacts("t", ("Tool IDE",), frozenset({Surface.CODE})),))
    studio = ProviderFacts("studio", "Studio", components=(ComponentFacts("s", ("Play Studio",), frozenset({Surface.CONSOLE})),))
    knowledge = small(tool=tool, studio=studio)

    assert told(incident("Errors in Tool IDE", provider="tool"), "tool/chat:lyra-opal-4.5", knowledge) == SURFACE_ONLY
    assert told(incident("Errors in Play Studio", provider="studio"), "studio/chat:lyra-opal-4.5", knowledge) == SURFACE_ONLY
    assert told(incident("Errors in Play Studio", provider="studio"), "studio/api:lyra-opal-4.5", knowledge) == OTHER_SURFACE


@pytest.mark.parametrize(
    ("title", "route", "expected"),
    [
        ("us-east5: errors on Claude Opus 4.5", "google-cloud/cloud:claude-opus-4.5", ("possible", "other_region")),
        ("us-east5: errors on Claude Opus 4.5", "google-cloud/cloud:claude-opus-4.5@us-east5", ("affected", "model_named")),
        ("us-east5: errors on Claude Opus 4.5", "google-cloud/cloud:claude-opus-4.5@europe-west1", ("unaffected", "other_region")),
        ("us-east5: errors on Claude Opus 4.5", "google-cloud/cloud:claude-haiku-4.5", ("unaffected", "other_models")),
        ("Multi region: errors on Claude Opus 4.5", "google-cloud/cloud:claude-opus-4.5", ("affected", "model_named")),
    ],
)
def test_a_region_in_the_title_bounds_the_trouble(title: str, route: str, expected: tuple[str, str]) -> None:
    assert told(incident(title, provider="google-cloud"), route) == expected


def test_a_rule_of_the_person_decides_last_and_is_named() -> None:
    rule = Rule("quiet", Result.MUTE, Condition(says=(phrase("opus 4.5"),)), "known")
    knowledge = replace(shipped(), rules=(*shipped().rules, rule))
    finding = found(incident("Errors on Opus 4.5"), OPUS_API, knowledge)

    assert (finding.relevance.value, finding.reason.value, finding.rule) == ("unaffected", "rule", "quiet")
    assert found(incident("Errors on Haiku 4.5"), OPUS_API, knowledge).reason.value == "other_models"


def test_the_sentence_that_decided_is_quoted_with_its_place() -> None:
    finding = found(incident("Errors across many models", "We look.", "It works again. The outage is related to Opus 4.5."), OPUS_API)

    assert (finding.sentence, finding.position) == ("The outage is related to Opus 4.5.", 1)
    assert finding.models == ("claude-opus-4.5",)


def growing(whole: Incident) -> list[Incident]:
    return [replace(whole, updates=whole.updates[:count]) for count in range(1, len(whole.updates) + 1)]


def test_the_turns_are_what_assessing_the_growing_incident_gives() -> None:
    whole = incident(
        "Elevated errors across many models", "We look.", "The outage is related to Opus 4.5.", "We see full recovery across all models.", over=True
    )
    for route in (OPUS_CODE, "anthropic/code:claude-haiku-4.5"):
        turns = timeline(whole, parse_route(route), shipped())
        stepwise = [(part.updates[-1].at, found(part, route)) for part in growing(whole)]

        assert [(turn.at, turn.finding.relevance) for turn in turns] == [(at, finding.relevance) for at, finding in stepwise[:2]]
        assert stepwise[2][1].relevance is turns[-1].finding.relevance


def test_components_count_from_the_update_that_lists_them() -> None:
    whole = incident("Elevated errors", "We look.", "We look on.", components=("claude.ai", "Claude API (api.anthropic.com)"))
    whole = replace(whole, updates=(listing(whole.updates[0], "claude.ai"), listing(whole.updates[1], "claude.ai", "Claude API (api.anthropic.com)")))

    assert [turn.finding.relevance.value for turn in timeline(whole, parse_route(OPUS_API), shipped())] == ["unaffected", "affected"]


def test_components_lost_at_the_end_still_count() -> None:
    whole = incident("Elevated errors", "We look.", "Resolved.", over=True)
    whole = replace(whole, updates=(listing(whole.updates[0], "claude.ai"), whole.updates[1]))

    assert told(whole, OPUS_API) == OTHER_SURFACE


def test_an_incident_without_updates_has_one_turn_where_it_has_a_time() -> None:
    whole = incident("Errors on Opus 4.5")

    assert [turn.at for turn in timeline(whole, parse_route(OPUS_API), shipped())] == [START]
    assert timeline(replace(whole, started_at=None), parse_route(OPUS_API), shipped()) == ()


def test_more_updates_than_the_limit_are_not_read() -> None:
    many = tuple(Update(START, incident("x", "y").updates[0].stage, f"note {number}") for number in range(700))

    assert len(timeline(replace(incident("Errors on Opus 4.5"), updates=many), parse_route(OPUS_API), shipped())) == 1


def test_impact_is_no_gate() -> None:
    assert told(incident("Errors on Opus 4.5", impact=Impact.NONE), OPUS_API) == ("affected", "model_named")

"""The shipped provider files: clean, complete where it counts, and in agreement with what was recorded."""

import json
from importlib.resources import files
from urllib.parse import urlsplit

import pytest

from statuswatch.catalog.loader import load
from statuswatch.catalog.schema import id_fault
from statuswatch.catalog.sharing import pages_for
from statuswatch.core.health import Health
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Incident, Page, Stage, Update
from statuswatch.core.moment import parse_time
from support.recordings import recordings

CATALOGUE = load(None, {"statuspage-summary"})
PROVIDERS = CATALOGUE.knowledge.providers
NAMES = sorted(item.name for item in (files("statuswatch.catalog") / "providers").iterdir() if item.name.endswith(".toml"))
AT = parse_time("2026-01-01T00:00:00Z")


def test_every_shipped_file_is_read_without_a_problem() -> None:
    assert CATALOGUE.problems == ()
    assert len(NAMES) == len(PROVIDERS) >= 50


def test_a_file_is_named_after_its_provider() -> None:
    assert sorted(f"{provider}.toml" for provider in PROVIDERS) == NAMES
    assert [provider for provider in PROVIDERS if id_fault(provider)] == []


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_provider_has_a_page_over_https_and_no_component_twice(provider: str) -> None:
    facts = PROVIDERS[provider]
    ids = [component.id for component in facts.components if component.id]
    assert urlsplit(facts.page_url or "").scheme == "https"
    assert len(ids) == len(set(ids))


def test_feeds_have_names_of_their_own_and_https_addresses() -> None:
    names = [feed.name for feed in CATALOGUE.feeds]
    assert len(names) == len(set(names))
    assert {urlsplit(url).scheme for feed in CATALOGUE.feeds for url in feed.urls} == {"https"}


def test_only_feeds_whose_format_has_a_parser_are_readable() -> None:
    assert {feed.format for feed in CATALOGUE.feeds if feed.readable} == {"statuspage-summary"}


def component(name: str, identity: str | None = None) -> ComponentRef:
    return ComponentRef(name, identity)


def github(*incidents: Incident) -> Page:
    return Page(
        "github",
        "statuspage-summary",
        health=Health.DEGRADED,
        as_of=AT,
        components=(Component("pjmpxvq2cmr2", "Copilot", Health.OK), Component("br0l2tvcx85d", "Actions", Health.OK)),
        incidents=incidents,
        lists_open=True,
    )


def test_a_shared_page_is_split_by_the_components_that_carry_model_requests() -> None:
    taken_off = Update(AT, Stage.IDENTIFIED, "", components=(ComponentChange("Copilot", id="pjmpxvq2cmr2"),))
    page = github(
        Incident("github", "a", "One", components=(component("Copilot", "pjmpxvq2cmr2"),)),
        Incident("github", "b", "Two", components=(component("Actions", "br0l2tvcx85d"),)),
        Incident("github", "c", "Three", components=(component("Actions"),), updates=(taken_off,)),
        Incident("github", "d", "Trouble with copilot completions"),
        Incident("github", "e", "Five", components=(component("Copilot AI Model Providers"),)),
    )
    whole, share = pages_for(page, ("github", "github-copilot"), CATALOGUE.knowledge)
    assert whole is page
    assert (share.provider, share.health, share.as_of, share.lists_open) == ("github-copilot", Health.UNKNOWN, AT, True)
    assert [item.key for item in share.incidents] == ["github-copilot:a", "github-copilot:c", "github-copilot:d", "github-copilot:e"]
    assert [item.name for item in share.components] == ["Copilot"]


def test_a_page_of_one_provider_stays_as_it_is() -> None:
    page = github()
    assert pages_for(page, ("github",), CATALOGUE.knowledge) == (page,)
    assert pages_for(page, ("github", "nobody-knows"), CATALOGUE.knowledge) == (page,)


# The vendors, gateways, tools and platforms that people who call models use; the list of the first complete catalogue.
WANTED = (
    "anthropic openai google-gemini google-cloud aws-bedrock azure-openai github github-copilot cursor windsurf jetbrains-ai openrouter mistral cohere groq "
    "cerebras deepseek xai together fireworks replicate huggingface perplexity elevenlabs moonshot zai minimax alibaba volcengine modal coreweave cloudflare "
    "aws azure fastly slack figma vercel netlify npm pypi docker linear atlassian sentry datadog flyio railway supabase neon stripe"
)


@pytest.mark.parametrize("provider", WANTED.split())
def test_a_provider_that_people_rely_on_has_a_file(provider: str) -> None:
    assert provider in PROVIDERS


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_every_fact_of_a_provider_says_where_it_is_from(provider: str) -> None:
    origin = CATALOGUE.origins[provider]
    assert all(origin.fields.values())
    assert all(source for source, _ in origin.components)
    assert len(origin.components) == len(PROVIDERS[provider].components)
    assert all(feed.source for feed in CATALOGUE.feeds if feed.provider == provider)
    known, checked = CATALOGUE.checked(provider)
    assert 0 <= checked <= known


def test_a_name_stands_for_two_things_on_one_page_only_where_ids_tell_them_apart() -> None:
    odd = []
    for facts in PROVIDERS.values():
        nameless = {name: component for component in facts.components if component.id is None for name in component.names}
        for component in facts.components:
            odd += [f"{facts.id}: {name}" for name in component.names if name in nameless and nameless[name] is not component]
    assert odd == []


def test_a_platform_below_a_provider_is_known_and_no_circle() -> None:
    def below(provider: str, seen: tuple[str, ...] = ()) -> bool:
        return provider in seen or any(below(other, (*seen, provider)) for other in PROVIDERS[provider].runs_on)

    assert [provider for provider in PROVIDERS if below(provider)] == []


@pytest.mark.recordings
def test_every_provider_of_the_recorded_incidents_is_known() -> None:
    lines = recordings("incidents/incidents.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["provider"] for line in lines} - set(PROVIDERS) == set()


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("anthropic", "feeds/anthropic/components.malorn44.json"),
        ("anthropic", "feeds/anthropic/summary-20260729T202625Z-critical.json"),
        ("openai", "feeds/openai/summary-20260722T144905Z-minor.json"),
    ],
)
def test_every_recorded_component_is_known_by_id_and_name(provider: str, path: str) -> None:
    known = {component.id: component.names for component in PROVIDERS[provider].components}
    for item in json.loads(recordings(path).read_bytes())["components"]:
        assert item["name"] in known[item["id"]]


@pytest.mark.recordings
def test_every_recorded_component_of_bedrock_and_hugging_face_is_known() -> None:
    events = json.loads(recordings("feeds/aws/currentevents-20260801T185355Z.utf16.json").read_bytes().decode("utf-16"))
    impacted = {service["service_name"] for event in events for service in event["impacted_services"].values()}
    assert {name for component in PROVIDERS["aws"].components for name in component.names} <= impacted
    page = json.loads(recordings("feeds/huggingface/betterstack-index-20260719T134250Z.json").read_bytes())
    listed = {item["id"]: item["attributes"]["public_name"] for item in page["included"] if item["type"] == "status_page_resource"}
    assert {component.id: component.names[0] for component in PROVIDERS["huggingface"].components} == listed


@pytest.mark.recordings
def test_every_recorded_component_of_linear_is_known() -> None:
    page = json.loads(recordings("feeds/incidentio/linear-page-good.extracted.json").read_bytes())
    assert {component["id"] for component in page["summary"]["components"]} == {component.id for component in PROVIDERS["linear"].components}


@pytest.mark.recordings
def test_every_name_that_a_component_of_anthropic_has_had_is_known() -> None:
    known = {component.id: component.names for component in PROVIDERS["anthropic"].components}
    for line in recordings("feeds/anthropic/incidents-raw-until-2026-02.jsonl").read_text(encoding="utf-8").splitlines():
        for update in json.loads(line)["incident_updates"]:
            for item in update["affected_components"] or ():
                assert item["name"] in known[item["code"]]

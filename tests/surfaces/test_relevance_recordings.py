"""Relevance on what pages really wrote: the outage of 2025-12-14, titles edited while live, and incidents that list the same components for every model."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from statuswatch.core.health import Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.incident import Incident
from statuswatch.core.modelnames import parse_model
from statuswatch.core.relevance import assess, timeline
from statuswatch.core.scope import read_scope
from support.incidents import shipped
from support.recordings import recordings
from support.replays import edited_while_live, history, same_components

pytestmark = pytest.mark.recordings

OUTAGE = "9g6qpr72ttbr"


@cache
def _history(path: Path) -> list[Incident]:
    return history(path, "anthropic")


@pytest.fixture
def past() -> list[Incident]:
    return _history(recordings("feeds/anthropic/incidents-raw-until-2026-02.jsonl"))


@pytest.fixture
def outage(past: list[Incident]) -> Incident:
    return next(incident for incident in past if incident.id == OUTAGE)


def turns(incident: Incident, route: str) -> list[tuple[datetime, str, str]]:
    return [
        (turn.at.replace(microsecond=0), turn.finding.relevance.value, turn.finding.reason.value) for turn in timeline(incident, parse_route(route), shipped())
    ]


def test_the_outage_becomes_certain_when_the_models_are_named(outage: Incident) -> None:
    posted, named = datetime(2025, 12, 14, 21, 31, 42, tzinfo=UTC), datetime(2025, 12, 14, 21, 46, 5, tzinfo=UTC)

    for model in ("claude-opus-4.5", "claude-sonnet-4.5", "claude-sonnet-4-20250514"):
        assert turns(outage, f"anthropic/code:{model}") == [(posted, "possible", "many_models"), (named, "affected", "model_named")]
    for model in ("claude-haiku-4.5", "claude-opus-4.1"):
        assert turns(outage, f"anthropic/code:{model}") == [(posted, "possible", "many_models"), (named, "unaffected", "other_models")]


def test_the_outage_read_as_it_grew_gives_the_same_turns(outage: Incident) -> None:
    for model in ("claude-opus-4.5", "claude-haiku-4.5"):
        route = parse_route(f"anthropic/code:{model}")
        grown = [assess(replace(outage, updates=outage.updates[:count]), route, shipped()).relevance for count in range(1, len(outage.updates) + 1)]
        whole = timeline(outage, route, shipped())

        assert grown == [next(turn for turn in reversed(whole) if turn.at <= update.at).finding.relevance for update in outage.updates]


def test_the_outage_reaches_those_who_buy_the_model_elsewhere(outage: Incident) -> None:
    assert assess(outage, parse_route("github-copilot/code:claude-opus-4.5"), shipped()).relevance is Relevance.POSSIBLE
    assert assess(outage, parse_route("github-copilot/code:claude-haiku-4.5"), shipped()).relevance is Relevance.UNAFFECTED
    assert assess(outage, parse_route("openai/api:gpt-5.5"), shipped()).relevance is Relevance.UNAFFECTED


def named(incident: Incident) -> set[str]:
    return {mention.name.canonical for claim in read_scope(incident, shipped()).said[0].claims for mention in claim.names}


@pytest.fixture
def live() -> dict[str, list[Incident]]:
    return edited_while_live(recordings("feeds/anthropic/replay-2026-04_06-incidents_json.tar.xz"), "anthropic")


def test_a_title_edited_while_live_is_read_anew(live: dict[str, list[Incident]]) -> None:
    assert len(live) == 3
    for readings in live.values():
        for reading in readings:
            for model in named(reading):
                assert assess(reading, parse_route(f"anthropic/api:{model}"), shipped()).relevance is Relevance.AFFECTED


def test_a_title_that_gains_a_model_gains_its_users(live: dict[str, list[Incident]]) -> None:
    (grown,) = (readings for readings in live.values() if named(readings[0]) == {"claude-sonnet-4.6"})
    haiku = parse_route("anthropic/api:claude-haiku-4.5")

    assert [assess(reading, haiku, shipped()).relevance for reading in grown] == [Relevance.UNAFFECTED, Relevance.AFFECTED]


def test_a_title_that_swings_takes_the_relevance_along(live: dict[str, list[Incident]]) -> None:
    (swinging,) = (readings for readings in live.values() if len(readings) == 3)
    haiku, opus = parse_route("anthropic/api:claude-haiku-4.5"), parse_route("anthropic/api:claude-opus-4.6")

    assert [assess(reading, haiku, shipped()).relevance.value for reading in swinging] == ["possible", "unaffected", "possible"]
    assert assess(swinging[1], opus, shipped()).relevance is Relevance.AFFECTED


def test_the_same_components_do_not_blur_the_models(past: list[Incident]) -> None:
    groups = same_components(past, shipped())
    incidents = [incident for group in groups.values() for incident in group]
    assert len(incidents) > 250

    families = ("claude-opus", "claude-sonnet", "claude-haiku")
    off = [
        (incident.title, family)
        for incident in incidents
        if len(told := _families(incident)) and not _plural(incident)
        for family in families
        if family not in told and assess(incident, parse_route(f"anthropic/{_surface(incident)}:{family}"), shipped()).relevance is Relevance.AFFECTED
    ]
    assert len(off) <= 0.02 * len(incidents), off


def test_a_model_in_the_title_is_never_missed(past: list[Incident]) -> None:
    missed = [
        (incident.title, model)
        for group in same_components(past, shipped()).values()
        for incident in group
        for model in named(incident)
        if assess(incident, parse_route(f"anthropic/{_surface(incident)}:{model}"), shipped()).relevance is Relevance.UNAFFECTED
    ]
    assert len(missed) <= 2, missed


def _families(incident: Incident) -> set[str]:
    return {parse_model(mention.name.canonical).family for said in read_scope(incident, shipped()).said for claim in said.claims for mention in claim.names}


def _plural(incident: Incident) -> bool:
    return any(claim.breadth.value != "none" or claim.others for said in read_scope(incident, shipped()).said for claim in said.claims)


def _surface(incident: Incident) -> str:
    names: Callable[[str], bool] = lambda word: any(word in component.name.lower() for component in incident.components)  # noqa: E731 - one question, asked twice
    return "api" if names("api") else "code" if names("code") else "chat"

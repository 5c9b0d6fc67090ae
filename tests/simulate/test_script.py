import json
from datetime import datetime
from itertools import islice

import pytest

from statuswatch.core.ids import parse_route
from statuswatch.core.moment import parse_time
from statuswatch.simulate.reading import load, outages
from statuswatch.simulate.script import api_at, calls, model_id, page_at
from support.recordings import recordings

NAME = "claude-2025-12-14"
SCRIPT = load(NAME)


def at(clock: str) -> datetime:
    return parse_time(f"2025-12-14T{clock}Z")


@pytest.mark.parametrize(
    ("clock", "stages", "health"),
    [
        ("21:20:00", [], "operational"),
        ("21:31:41", [], "operational"),
        ("21:31:42", ["investigating"], "major_outage"),
        ("21:46:04", ["investigating"], "major_outage"),
        ("21:46:05", ["investigating"] * 2, "major_outage"),
        ("22:36:57", ["investigating"] * 3, "major_outage"),
        ("22:46:57", ["investigating"] * 3 + ["identified"], "major_outage"),
        ("22:51:47", ["investigating"] * 3 + ["identified"], "major_outage"),
        ("22:51:48", ["investigating"] * 3 + ["identified", "resolved"], "operational"),
    ],
)
def test_the_page_shows_each_post_from_its_second_on(clock: str, stages: list[str], health: str) -> None:
    page = page_at(SCRIPT, "anthropic", at(clock))
    assert [post.stage for shown in page.incidents for post in shown.posts] == stages
    assert set(page.health.values()) == {health}
    assert [shown.incident.id for shown in page.open] == (["9g6qpr72ttbr"] if stages and stages[-1] != "resolved" else [])


def test_the_models_are_named_first_in_the_second_post() -> None:
    page = page_at(SCRIPT, "anthropic", at("22:56:00"))
    [shown] = page.incidents
    for words in (shown.incident.title, shown.posts[0].body):
        assert not any(name in words for name in ("Opus", "Sonnet", "Haiku"))
    assert all(name in shown.posts[1].body for name in ("Sonnet 4,", "Sonnet 4.5", "Opus 4.5"))
    assert "Haiku" not in shown.posts[1].body
    assert "22:43 UTC" in shown.last.body


def test_the_second_provider_stays_well_and_an_unknown_one_is_an_error() -> None:
    page = page_at(SCRIPT, "openai", at("22:00:00"))
    assert page.incidents == ()
    assert set(page.health.values()) == {"operational"}
    with pytest.raises(KeyError):
        page_at(SCRIPT, "nobody", at("22:00:00"))


@pytest.mark.parametrize(
    "model", ["claude-opus-4-5-20251101", "claude-opus-4-5", "claude-opus-4.5", "claude-sonnet-4-20250514", "claude-sonnet-4-0", "claude-sonnet-4-5"]
)
@pytest.mark.parametrize(("clock", "status"), [("21:24:59", None), ("21:25:00", 529), ("22:42:59", 529), ("22:43:00", None)])
def test_the_three_models_fail_from_2125_until_2243(model: str, clock: str, status: int | None) -> None:
    fault = api_at(SCRIPT, "anthropic", model, at(clock))
    assert (fault.status if fault else None) == status
    assert fault is None or fault.type == "overloaded_error"


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-haiku-4-5"),
        ("anthropic", "claude-opus-4-1-20250805"),
        ("openai", "gpt-5.1"),
        ("aws-bedrock", "claude-opus-4-5"),
        ("anthropic", "claude-opus"),
    ],
)
def test_all_others_answer_throughout(provider: str, model: str) -> None:
    assert api_at(SCRIPT, provider, model, at("22:00:00")) is None


@pytest.mark.parametrize(
    ("route", "sent", "calling"),
    [
        ("anthropic/code:claude-opus-4.5", "claude-opus-4-5-20251101", True),
        ("anthropic/api:claude-sonnet-4-0", "claude-sonnet-4-20250514", True),
        ("anthropic/code:claude-sonnet", "claude-sonnet-4-5-20250929", True),
        ("anthropic:*", "claude-opus-4-5-20251101", True),
        ("anthropic/code:claude-opus-9", "claude-opus-9", True),
        ("openai/api:gpt-5.5", "gpt-5.5", True),
        ("nobody/api:*", "any-model", True),
        ("anthropic/chat:*", "claude-opus-4-5-20251101", False),
        ("anthropic/console:*", "claude-opus-4-5-20251101", False),
    ],
)
def test_a_route_becomes_the_model_that_its_client_asks_for(route: str, sent: str, calling: bool) -> None:
    parsed = parse_route(route)
    assert model_id(SCRIPT, parsed) == sent
    assert calls(parsed) is calling


def test_the_pauses_fill_their_range_and_are_the_same_every_time() -> None:
    pauses = [SCRIPT.habit.gap_s(turn) for turn in range(60)]
    assert all(60 <= pause < 90 for pause in pauses)
    assert max(pauses) - min(pauses) > 25
    assert pauses == [SCRIPT.habit.gap_s(turn) for turn in range(60)]


def test_the_facts_are_those_of_the_recorded_incident_and_the_words_are_not() -> None:
    with recordings("feeds/anthropic/incidents-raw-until-2026-02.jsonl").open() as lines:
        recorded = next(entry for entry in map(json.loads, lines) if entry["id"] == "9g6qpr72ttbr")
    [incident] = SCRIPT.incidents
    posts = sorted(recorded["incident_updates"], key=lambda update: update["display_at"])
    assert [(post.id, post.at, post.stage.value) for post in incident.posts] == [
        (post["id"], parse_time(post["display_at"]).replace(microsecond=0), post["status"]) for post in posts
    ]
    assert incident.impact == recorded["impact"]
    assert set(incident.components) == {component["id"] for component in recorded["components"]}
    assert {(part["code"], part["new_status"]) for part in posts[0]["affected_components"]} == {(name, "major_outage") for name in incident.components}
    ours = {incident.title, *(post.body for post in incident.posts)}
    theirs = {recorded["name"], *(post["body"] for post in posts)}
    assert not ours & theirs
    for text in theirs:
        words = text.lower().split()
        windows = {" ".join(islice(words, start, start + 5)) for start in range(max(1, len(words) - 4))}
        assert not any(window in mine.lower() for window in windows if len(window.split()) == 5 for mine in ours)


def test_every_outage_that_ships_can_be_loaded() -> None:
    assert NAME in outages()
    for name in outages():
        script = load(name)
        assert script.title
        assert script.routes
        assert script.start < script.incidents[0].posts[0].at < script.end

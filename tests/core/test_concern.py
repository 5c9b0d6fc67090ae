"""Which incidents concern a route, strongest first, and how bad their page says they are."""

from dataclasses import replace

import pytest

from statuswatch.core.concern import Concern, concerns, docket, ended_since, episode_start, finding_of, speaks_of_keys, stated_health
from statuswatch.core.health import Health, Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.incident import ComponentChange, Incident, Kind
from statuswatch.core.relevance import Finding, RelevanceReason, assess
from support.facts import OPUS, at, incident, read, world
from support.timeline import KNOWLEDGE

_ROUTE = parse_route(OPUS)
_NAMED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."))
_BIG = incident(("10:01", "investigating", "Claude Opus 4.5 requests fail."), name="big", impact="major")
_CALM = incident(("10:02", "monitoring", "A fix for Claude Opus 4.5 is in place."), name="calm", impact="critical")
_OTHER = incident(("10:03", "investigating", "Errors on Claude Haiku 4.5."), title="Elevated errors on Claude Haiku 4.5", name="other")
_WORK = incident(("10:00", "in_progress", "Work on the API."), title="Maintenance of the Claude API", name="work", kind=Kind.MAINTENANCE)


def test_what_concerns_comes_strongest_first_and_what_does_not_is_left_out() -> None:
    found = concerns(docket(world(read("10:05", _NAMED, _BIG, _CALM, _OTHER, _WORK)), at("10:06")), _ROUTE, KNOWLEDGE)

    assert [item.incident.id for item in found] == ["big", "i1", "calm"]


def test_maintenance_is_asked_for_apart() -> None:
    found = concerns(docket(world(read("10:05", _NAMED, _WORK)), at("10:06")), _ROUTE, KNOWLEDGE, Kind.MAINTENANCE)

    assert [item.incident.id for item in found] == ["work"]


def test_the_newest_that_ended_after_a_time_is_found() -> None:
    ended = incident(("10:00", "investigating", "Errors on Claude Opus 4.5."), ("10:20", "resolved", "Done."))
    state = docket(world(read("10:05", _NAMED, _OTHER), read("10:21", ended, replace(_OTHER, stage=ended.stage))), at("10:22"))

    found = ended_since(state, _ROUTE, KNOWLEDGE, at("10:10"))
    assert found is not None
    assert found.incident.id == "i1"
    assert ended_since(state, _ROUTE, KNOWLEDGE, at("10:30")) is None


def _moved(*healths: Health | None) -> Incident:
    posts = [(f"10:0{n}", "investigating", "x") for n in range(len(healths))]
    made = incident(*posts)
    return replace(
        made, updates=tuple(replace(update, components=(ComponentChange("API", None, new),)) for update, new in zip(made.updates, healths, strict=True))
    )


@pytest.mark.parametrize(
    ("shown", "health"),
    [
        (_NAMED, Health.DEGRADED),
        (incident(("10:00", "investigating", "x"), impact="critical"), Health.DOWN),
        (_CALM, Health.RECOVERING),
        (_moved(Health.DOWN), Health.DOWN),
        (_moved(Health.DOWN, Health.DEGRADED), Health.DEGRADED),
        (_moved(Health.DOWN, None), Health.DOWN),
        (_moved(Health.OK), Health.DEGRADED),
    ],
)
def test_an_open_incident_is_never_better_than_failing(shown: Incident, health: Health) -> None:
    tracked = world(read("10:05", shown)).incidents[shown.key]

    assert stated_health(Concern(tracked, Finding(Relevance.AFFECTED, RelevanceReason.MODEL_NAMED))) is health


def test_what_is_remembered_is_what_weighing_says_for_very_many_routes_too() -> None:
    routes = [parse_route(f"anthropic/api:claude-opus-{n}") for n in range(600)]

    for route in (*routes, *routes[:3], _ROUTE):
        assert finding_of(_NAMED, route, KNOWLEDGE) == assess(_NAMED, route, KNOWLEDGE)


def test_another_reading_of_the_same_incident_is_weighed_anew() -> None:
    changed = replace(_NAMED, title="Elevated errors on Claude Haiku 4.5", updates=())

    assert finding_of(_NAMED, _ROUTE, KNOWLEDGE).relevance is Relevance.AFFECTED
    assert finding_of(changed, _ROUTE, KNOWLEDGE).relevance is Relevance.UNAFFECTED
    assert finding_of(changed, _ROUTE, replace(KNOWLEDGE, models=())) == assess(changed, _ROUTE, replace(KNOWLEDGE, models=()))


@pytest.mark.parametrize(
    ("posts", "start"),
    [
        ([("10:00", "investigating", "x"), ("10:10", "identified", "y")], "10:00"),
        ([("10:00", "investigating", "x"), ("10:10", "resolved", "y"), ("10:20", "investigating", "z"), ("10:30", "identified", "z")], "10:20"),
        ([("10:00", "investigating", "x"), ("10:10", "resolved", "y"), ("10:40", "postmortem", "z")], "10:00"),
    ],
)
def test_trouble_that_was_opened_again_began_when_it_was(posts: list[tuple[str, str, str]], start: str) -> None:
    tracked = world(read("10:50", incident(*posts))).incidents["anthropic:i1"]

    assert episode_start(tracked) == at(start)


def test_without_any_time_trouble_began_when_it_was_first_seen() -> None:
    bare = replace(_NAMED, updates=(), started_at=None, posted_at=None)

    assert episode_start(world(read("10:50", bare)).incidents["anthropic:i1"]) == at("10:50")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Requests fail with authentication errors.", True),
        ("Users cannot log in.", True),
        ("API keys are refused.", True),
        ("Some requests return 401.", True),
        ("We see elevated errors; an author of ours is looking.", False),
        ("Catalogins are slow.", False),
    ],
)
def test_an_incident_about_keys_is_told_by_its_words(text: str, *, expected: bool) -> None:
    assert speaks_of_keys(incident(("10:00", "investigating", text))) is expected

"""Which incidents concern a route, strongest first, and how bad their page says they are."""

from dataclasses import replace

import pytest

from statuswatch.core.concern import Concern, concerns, docket, ended_since, stated_health
from statuswatch.core.health import Health, Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.incident import ComponentChange, Incident, Kind
from statuswatch.core.relevance import Finding, RelevanceReason
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

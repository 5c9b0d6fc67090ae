"""Statuspage's own bodies and incident.io's shim: the rules that the payloads do not show one by one."""

import json
from typing import Any

import pytest

from statuswatch.core.health import Health
from statuswatch.core.incident import Impact, Kind, Page, Stage, Unreadable, UnreadableReason
from statuswatch.sources.body import Body
from statuswatch.sources.fields import Notes
from statuswatch.sources.statuspage import incident_of, parse_components, parse_incidents, parse_summary, parse_unresolved
from support.payloads import sample

SUMMARY: dict[str, Any] = json.loads(sample("statuspage/summary.json").data)


def summary(**changes: Any) -> Page | Unreadable:
    return parse_summary(Body(json.dumps({**SUMMARY, **changes}).encode(), "acme"))


@pytest.mark.parametrize("key", ["page", "status", "components", "incidents"])
@pytest.mark.parametrize("value", [None, 7, "x", True])
def test_a_summary_without_an_anchor_is_unreadable_and_never_an_empty_healthy_page(key: str, value: object) -> None:
    read = summary(**{key: value})

    assert isinstance(read, Unreadable)
    assert read.reason is UnreadableReason.WRONG_SHAPE


def test_a_page_without_a_name_is_no_page() -> None:
    assert isinstance(summary(page={}), Unreadable)


@pytest.mark.parametrize(
    ("indicator", "health"),
    [
        ("none", Health.OK),
        ("minor", Health.DEGRADED),
        ("major", Health.DEGRADED),
        ("critical", Health.DOWN),
        ("maintenance", Health.MAINTENANCE),
        ("great", Health.UNKNOWN),
        (None, Health.UNKNOWN),
    ],
)
def test_the_badge_is_what_the_indicator_says(indicator: str | None, health: Health) -> None:
    read = summary(status={"indicator": indicator}, incidents=[])

    assert isinstance(read, Page)
    assert read.health is health


def test_a_summary_is_no_list_of_incidents_and_the_other_way_round() -> None:
    assert isinstance(parse_summary(sample("statuspage/incidents.json")), Unreadable)
    assert isinstance(parse_components(sample("statuspage/incidents.json")), Unreadable)
    both = parse_incidents(sample("statuspage/summary.json"))
    assert isinstance(both, Page)
    assert not both.lists_open


def test_an_incident_that_cannot_be_read_takes_the_promise_to_list_all_with_it() -> None:
    for broken in ({}, {"name": "no id"}, 7):
        read = summary(incidents=[*SUMMARY["incidents"], broken], status={"indicator": "none"})
        assert isinstance(read, Page)
        assert (read.lists_open, read.health) == (False, Health.UNKNOWN)
    assert isinstance(parse_unresolved(sample("statuspage/unresolved.json")), Page)


def test_a_maintenance_that_stands_among_the_incidents_is_one() -> None:
    for words in ({"impact": "maintenance", "status": "resolved"}, {"impact": "minor", "status": "in_progress"}):
        read = summary(incidents=[{"id": "x", **words}])
        assert isinstance(read, Page)
        assert read.incidents == ()
        assert [incident.id for incident in read.maintenances] == ["x", "m1"]


def test_one_incident_object_is_read_by_itself() -> None:
    notes = Notes()
    known = incident_of(SUMMARY["incidents"][0], "acme", notes)

    assert known is not None
    assert (known.key, known.kind, known.impact, len(known.updates)) == ("acme:i1", Kind.INCIDENT, Impact.CRITICAL, 3)
    assert notes.sentences == ()


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, {"id": ""}, {"id": None}])
def test_what_has_no_id_is_no_incident(odd: object) -> None:
    notes = Notes()

    assert incident_of(odd, "acme", notes) is None
    assert notes.lost


def test_an_incident_without_a_status_stands_where_its_newest_post_does() -> None:
    posts = [{"status": "resolved", "display_at": "2026-05-04T11:00:00Z"}, {"status": "investigating", "display_at": "2026-05-04T10:00:00Z"}]
    known = incident_of({"id": "x", "incident_updates": posts}, "acme")

    assert known is not None
    assert known.stage is Stage.RESOLVED
    assert known.resolved_at is not None
    assert known.started_at == known.updates[0].at


def test_updates_listed_oldest_first_or_newest_first_come_out_the_same() -> None:
    shown = dict(SUMMARY["incidents"][0])
    turned = {**shown, "incident_updates": shown["incident_updates"][::-1]}

    assert incident_of(shown, "acme") == incident_of(turned, "acme")


def test_a_post_without_any_time_is_left_out_and_noted() -> None:
    notes = Notes()
    known = incident_of({"id": "x", "status": "identified", "impact": "none", "incident_updates": [{"status": "identified", "body": "?"}]}, "acme", notes)

    assert known is not None
    assert known.updates == ()
    assert notes.sentences == ("an update of incident 'x' has no time and was left out",)


def test_a_component_is_told_by_its_code_and_a_move_may_have_one_side() -> None:
    moved = [{"code": "c1", "new_status": "operational"}, {"name": "By name", "old_status": "zzz"}, {}, {"new_status": "operational"}]
    known = incident_of({"id": "x", "incident_updates": [{"status": "update", "created_at": "2026-05-04T10:00:00Z", "affected_components": moved}]}, "acme")

    assert known is not None
    assert [(change.name, change.id, change.old, change.new) for change in known.updates[0].components] == [
        ("c1", "c1", None, Health.OK),
        ("By name", None, Health.UNKNOWN, None),
    ]
    assert [(ref.name, ref.id) for ref in known.components] == [("c1", "c1"), ("By name", None)]


def test_only_a_web_address_becomes_the_incidents_link() -> None:
    read = summary(incidents=[{"id": "x", "shortlink": "javascript:alert(1)"}], page={"id": "p", "url": "javascript:x"})

    assert isinstance(read, Page)
    assert [incident.url for incident in read.incidents] == [None]

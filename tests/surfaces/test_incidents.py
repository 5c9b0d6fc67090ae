"""Normalised incidents, read from JSON Lines."""

import json

import pytest

from statuswatch.core.errors import DataError
from statuswatch.core.health import Health
from statuswatch.core.incident import Impact, Kind, Stage
from statuswatch.sources.normal import normal_of
from statuswatch.surfaces.cli.incidents import BadLine, incident_from, read_lines
from support.incidents import incident

AT, LATER = "2026-03-01T12:00:00Z", "2026-03-01T12:10:00Z"


def test_the_form_of_the_contract_is_read() -> None:
    whole = incident_from(
        {
            "id": "i1",
            "provider": "Acme",
            "title": "Errors",
            "impact": "major",
            "started_at": AT,
            "resolved_at": LATER,
            "components": ["API", {"name": "App", "id": "c-1"}],
            "updates": [
                {"at": LATER, "stage": "resolved", "body": "Done."},
                {
                    "at": AT,
                    "stage": "investigating",
                    "body": "We look.",
                    "posted_at": LATER,
                    "components": {"API": ["operational", "major_outage"], "App": None, "Web": ["odd", 3]},
                },
            ],
        }
    )

    assert (whole.key, whole.impact, whole.stage) == ("acme:i1", Impact.MAJOR, Stage.RESOLVED)
    assert [update.body for update in whole.updates] == ["We look.", "Done."]
    assert [(change.name, change.old, change.new) for change in whole.updates[0].components] == [
        ("API", Health.OK, Health.DOWN),
        ("App", None, None),
        ("Web", Health.UNKNOWN, None),
    ]
    assert whole.components[1].id == "c-1"


def test_what_is_written_out_is_read_back() -> None:
    whole = incident("Errors on Opus 4.5", "We look.", "Done.", over=True, components=("Claude API",))
    again = incident_from(json.loads(json.dumps(normal_of(whole))))

    assert (again.key, again.title, again.stage) == (whole.key, whole.title, whole.stage)
    assert [(update.at, update.stage, update.body) for update in again.updates] == [(update.at, update.stage, update.body) for update in whole.updates]


def test_synonyms_are_read() -> None:
    whole = incident_from({"key": "acme:i1", "name": "Errors", "status": "monitoring", "updates": [{"at": AT, "status": "identified", "body": "x"}]})

    assert (whole.provider, whole.id, whole.title, whole.stage, whole.updates[0].stage) == ("acme", "i1", "Errors", Stage.MONITORING, Stage.IDENTIFIED)
    assert incident_from({"provider": "acme", "id": "acme:i1"}).id == "i1"
    assert incident_from({"provider": "acme", "key": "i1"}).id == "i1"


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (["", "update", "resolved", "update"], [Stage.INVESTIGATING, Stage.INVESTIGATING, Stage.RESOLVED, Stage.MONITORING]),
        (["SERVICE_OUTAGE", "AVAILABLE", "AVAILABLE"], [Stage.INVESTIGATING, Stage.RESOLVED, Stage.RESOLVED]),
        (["identified", "odd word"], [Stage.IDENTIFIED, Stage.IDENTIFIED]),
        (["resolved", "odd word"], [Stage.RESOLVED, Stage.RESOLVED]),
    ],
)
def test_a_post_without_a_stage_goes_on_with_the_one_before(stages: list[str], expected: list[Stage]) -> None:
    updates = [{"at": f"2026-03-01T12:0{number}:00Z", "stage": stage} for number, stage in enumerate(stages)]

    assert [update.stage for update in incident_from({"id": "i", "provider": "a", "updates": updates}).updates] == expected


def test_a_maintenance_is_one_by_its_kind_or_its_impact_and_the_end_by_its_time() -> None:
    assert incident_from({"id": "i", "provider": "a", "kind": "maintenance"}).kind is Kind.MAINTENANCE
    assert incident_from({"id": "i", "provider": "a", "impact": "maintenance"}).kind is Kind.MAINTENANCE
    assert incident_from({"id": "i", "provider": "a", "resolved_at": AT}).stage is Stage.RESOLVED
    assert incident_from({"id": "i", "provider": "a"}).stage is Stage.UNKNOWN


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"provider": "a"}, "id: missing"),
        ({"id": "i"}, "provider: missing"),
        ({"id": 3, "provider": "a"}, "id: expected a text"),
        ({"id": "i", "provider": "a", "updates": {}}, "updates: expected a list"),
        ({"id": "i", "provider": "a", "updates": ["x"]}, "updates[0]: expected an object"),
        ({"id": "i", "provider": "a", "updates": [{"body": "x"}]}, "updates[0].at: missing"),
        ({"id": "i", "provider": "a", "updates": [{"at": "noon"}]}, "updates[0].at: not a time"),
        ({"id": "i", "provider": "a", "updates": [{"at": AT, "body": 1}]}, "updates[0].body: expected a text"),
        ({"id": "i", "provider": "a", "updates": [{"at": AT, "components": []}]}, ""),
        ({"id": "i", "provider": "a", "updates": [{"at": AT, "components": [1]}]}, "updates[0].components: expected an object"),
        ({"id": "i", "provider": "a", "components": [1]}, "components[0]: expected a name"),
        ({"id": "i", "provider": "a", "started_at": "noon"}, "started_at: not a time"),
    ],
)
def test_what_does_not_fit_names_its_field(data: dict[str, object], says: str) -> None:
    if not says:
        assert incident_from(data).updates[0].components == ()
        return
    with pytest.raises(DataError) as raised:
        incident_from(data)
    assert str(raised.value).startswith(says)


def test_lines_that_cannot_be_read_are_told_and_the_rest_is_processed() -> None:
    lines = [b'{"id":"i","provider":"a"}', b"", b"{", b"[]", b"\xff\xfe", b'{"id":' + b"9" * 5000 + b"}", b"[" * 100_000, '{"id":"j","provider":"a"}']
    found = list(read_lines(lines))

    assert [item.id if not isinstance(item, BadLine) else item.number for item in found] == ["i", 3, 4, 5, 6, 7, "j"]
    assert [item.message.split(":")[0] for item in found if isinstance(item, BadLine)] == [
        "not JSON",
        "expected one object a line",
        "not JSON",
        "not JSON",
        "not JSON",
    ]

"""The normalised form of an incident."""

import json

from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentChange, Incident, Stage, Update
from statuswatch.core.moment import parse_time
from statuswatch.sources.normal import normal_of
from support.payloads import expected


def test_an_incident_is_written_as_the_contract_has_it() -> None:
    plain = normal_of(expected("statuspage/summary.json").incidents[0])

    assert {key: plain[key] for key in ("id", "provider", "title", "impact", "started_at", "resolved_at", "components")} == {
        "id": "i1",
        "provider": "acme",
        "title": "API answers with errors",
        "impact": "critical",
        "started_at": "2026-05-04T09:50:00Z",
        "resolved_at": None,
        "components": ["API"],
    }
    assert plain["updates"][0] == {
        "at": "2026-05-04T10:00:00Z",
        "stage": "investigating",
        "raw_stage": "investigating",
        "body": "We look into it.",
        "posted_at": "2026-05-04T10:00:00.250Z",
        "components": {"API (old name)": ["operational", "major_outage"]},
    }
    assert "components" not in plain["updates"][1]
    assert "posted_at" not in plain["updates"][2]
    json.dumps(plain)


def test_two_components_of_one_name_are_both_written() -> None:
    at = parse_time("2026-05-04T10:00:00Z")
    changes = tuple(ComponentChange("Login", None, Health.DOWN, ident, None, "major_outage") for ident in ("c1", "c2"))
    plain = normal_of(Incident("acme", "i", "t", updates=(Update(at, Stage.IDENTIFIED, "", components=changes),)))

    assert plain["updates"][0]["components"] == {"Login": [None, "major_outage"], "Login (c2)": [None, "major_outage"]}

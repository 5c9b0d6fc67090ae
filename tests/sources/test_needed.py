"""The quick way to the needed fields, and that it finds what the thorough way finds."""

import json
from typing import Any

import pytest

from statuswatch.core.health import Health
from statuswatch.core.incident import Page, Stage, Unreadable
from statuswatch.sources import needed
from statuswatch.sources.body import Body
from statuswatch.sources.formats import parser_for
from support.hostile import WHOLESALE, as_json, mutations, recoded, truncations
from support.payloads import CASES, sample
from support.recordings import recordings

FORMS = [(form, name) for form, name in CASES if form.startswith("statuspage-") and name.endswith(".json")] + [("google-cloud", "google/incidents.json")]


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reads a body in all ways, whatever its size, and holds them against each other; gives the page, and whether the quick ways read it."""

    def read(form: str, data: bytes) -> tuple[Page | Unreadable, bool]:
        taken: list[bool] = []
        quick = needed._quick

        def watched(*given: Any) -> Any:
            found = quick(*given)
            taken.append(found is not None)
            return found

        with monkeypatch.context() as patch:
            patch.setattr(needed, "_SMALLEST", 0)
            patch.setattr(needed, "_quick", watched)
            fast = parser_for(form)(Body(data, "acme"))
            patch.setattr(needed, "_LIGHT", 0)
            light = parser_for(form)(Body(data, "acme"))
            patch.setattr(needed, "_SMALLEST", needed.MAX_BYTES + 1)
            slow = parser_for(form)(Body(data, "acme"))
        assert fast == light == slow
        assert len(set(taken)) <= 1
        return fast, any(taken)

    return read


@pytest.mark.parametrize(("form", "name"), FORMS)
def test_a_sound_body_is_read_the_quick_way_with_the_same_page(form: str, name: str, both: Any) -> None:
    read, quick = both(form, sample(name).data)

    assert isinstance(read, Page)
    assert quick is (form not in {"statuspage-archive", "statuspage-uptime"})


@pytest.mark.parametrize(("form", "name"), FORMS)
def test_both_ways_agree_on_every_odd_value_at_every_place(form: str, name: str, both: Any) -> None:
    for _, changed in mutations(json.loads(sample(name).data)):
        both(form, as_json(changed))


@pytest.mark.parametrize(("form", "name"), FORMS)
def test_both_ways_agree_on_bodies_that_are_cut_or_in_another_encoding(form: str, name: str, both: Any) -> None:
    data = sample(name).data
    for hurt in (*truncations(data), *recoded(data).values(), data + b" \n", data + b"x", data.replace(b'"', b"'")):
        both(form, hurt)


@pytest.mark.parametrize("what", WHOLESALE)
def test_both_ways_agree_on_what_is_no_feed(what: str, both: Any) -> None:
    for form in ("statuspage-summary", "google-cloud"):
        both(form, WHOLESALE[what])


@pytest.mark.parametrize(
    "value", [1 << 63, (1 << 64) - 1, 1 << 70, -(1 << 70), 1e308, 1.5, float("nan"), float("inf"), "\ud800", "\x00", True, [[[]]], {"id": {"id": 1}}]
)
def test_both_ways_agree_on_numbers_and_texts_at_their_limits(value: Any, both: Any) -> None:
    root = json.loads(sample("statuspage/summary.json").data)
    for key in ("id", "name", "status", "created_at"):
        root["incidents"][0][key] = value
        both("statuspage-summary", as_json(root))
    both("statuspage-summary", as_json(root).replace(b'"page"', b'"page": {"id": "other", "name": "x"}, "page"', 1))


def _rows(count: int, open_places: set[int]) -> list[dict[str, Any]]:
    rows = []
    for place in range(count):
        at = f"2026-{12 - place // 28:02}-{28 - place % 28:02}T00:00:00Z"
        status = "investigating" if place in open_places else "resolved"
        rows.append({"id": f"i{place}", "name": "x", "status": status, "impact": "minor", "created_at": at, "incident_updates": []})
    return rows


def _incidents(rows: list[dict[str, Any]]) -> bytes:
    return as_json({"page": {"id": "p", "name": "Acme"}, "incidents": rows})


def test_of_a_long_list_the_newest_and_all_that_is_open_are_read(both: Any) -> None:
    read, quick = both("statuspage-incidents", _incidents(_rows(220, {3, 160, 219})))

    assert quick
    assert isinstance(read, Page)
    assert [incident.id for incident in read.incidents] == [*(f"i{place}" for place in range(50)), "i160", "i219"]
    assert [incident.id for incident in read.incidents if not incident.over] == ["i3", "i160", "i219"]
    assert read.problems == ("168 older entries that are over were not read",)


def test_a_quiet_page_without_any_row_is_read_the_quick_way_too(both: Any) -> None:
    root = json.loads(sample("statuspage/summary.json").data)
    for nothing, kind in (([], Page), (None, Unreadable), ({}, Unreadable)):
        read, quick = both("statuspage-summary", as_json({**root, "incidents": nothing}))
        assert isinstance(read, kind)
        assert quick is (nothing == [])
    read, quick = both("google-cloud", b"[]")
    assert isinstance(read, Page)
    assert quick


def test_a_row_whose_state_is_not_known_is_never_left_out(both: Any) -> None:
    rows = _rows(180, set())
    rows[170]["status"] = "pondering"
    del rows[175]["status"]
    read, _ = both("statuspage-incidents", _incidents(rows))

    assert isinstance(read, Page)
    assert [(incident.id, incident.stage) for incident in read.incidents[50:]] == [("i170", Stage.UNKNOWN), ("i175", Stage.UNKNOWN)]


def test_a_list_with_the_oldest_first_is_read_whole(both: Any) -> None:
    read, _ = both("statuspage-incidents", _incidents(_rows(220, set())[::-1]))

    assert isinstance(read, Page)
    assert (len(read.incidents), read.problems) == (220, ())


def test_a_clouds_list_of_years_still_shows_everything_that_is_open(both: Any) -> None:
    rows = []
    for place in range(220):
        begin = f"2026-{12 - place // 28:02}-{28 - place % 28:02}T00:00:00+00:00"
        ended = {} if place == 200 else {"end": begin}
        rows.append({"id": f"g{place}", "begin": begin, "external_desc": "x", "status_impact": "SERVICE_OUTAGE", "updates": [], **ended})
    read, quick = both("google-cloud", as_json(rows))

    assert quick
    assert isinstance(read, Page)
    assert (read.health, read.lists_open, len(read.incidents)) == (Health.DOWN, True, 151)
    assert [incident.id for incident in read.incidents if not incident.over] == ["g200"]


def test_a_row_that_is_no_object_is_read_the_thorough_way(both: Any) -> None:
    for odd in (None, 7, "x", []):
        read, quick = both("statuspage-incidents", _incidents([*_rows(180, set()), odd]))
        assert not quick
        assert isinstance(read, Page)
        assert "an entry of incidents is no object" in read.problems


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("statuspage-summary", "anthropic/summary-20260729T202625Z-critical.json"),
        ("statuspage-summary", "cloudflare/summary-20260729T200441Z-major.json"),
        ("statuspage-summary", "openai/summary-20260722T144905Z-minor.json"),
    ],
)
def test_recorded_bodies_are_read_the_quick_way(form: str, name: str, both: Any) -> None:
    read, quick = both(form, recordings(f"feeds/{name}").read_bytes())

    assert quick
    assert isinstance(read, Page)

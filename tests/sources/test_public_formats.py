"""The formats that are made from public documentation alone: the rules that their payloads do not show."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from statuswatch.core.health import Health
from statuswatch.core.incident import Impact, Kind, Page, Stage, Unreadable
from statuswatch.sources.body import Body
from statuswatch.sources.detect import detect
from statuswatch.sources.formats import parser_for
from statuswatch.sources.times import utc_of
from support.payloads import sample


def read(form: str, value: Any, content_type: str = "") -> Page:
    page = parser_for(form)(Body((value if isinstance(value, str) else json.dumps(value)).encode(), "acme", content_type=content_type))
    assert isinstance(page, Page), page
    return page


def payload(name: str) -> Any:
    return json.loads(sample(name).data)


@pytest.mark.parametrize(
    ("status", "newest", "stage"),
    [
        ("started", "identified", Stage.IDENTIFIED),
        ("acknowledged", "monitoring", Stage.MONITORING),
        ("started", "resolved", Stage.INVESTIGATING),
        ("mitigated", "investigating", Stage.MONITORING),
        ("resolved", "monitoring", Stage.RESOLVED),
        ("closed", "investigating", Stage.RESOLVED),
        ("completed", "in_progress", Stage.COMPLETED),
        ("pondering", "resolved", Stage.UNKNOWN),
    ],
)
def test_rootly_s_own_word_decides_what_is_over_and_its_posts_how_far_the_rest_is(status: str, newest: str, stage: Stage) -> None:
    value = payload("rootly/status.json")
    value["incidents"][0]["status"] = status
    value["incidents"][0]["incident_updates"][0]["status"] = newest
    page = read("rootly-status", value)

    assert [incident.stage for incident in page.incidents + page.maintenances] == [stage]


def test_a_rootly_incident_without_an_address_cannot_be_told_apart_and_costs_the_claim_that_all_is_listed() -> None:
    value = payload("rootly/status.json")
    value["incidents"][0]["url"] = "javascript:alert(1)"
    page = read("rootly-status", value)

    assert (page.incidents, page.lists_open) == ((), False)


def test_a_statuspage_is_no_rootly_page_for_it_has_an_id() -> None:
    assert detect(sample("statuspage/incidents.json")) == ("statuspage-incidents",)
    value = payload("rootly/status.json")
    value["page"]["id"] = "p"
    assert isinstance(parser_for("rootly-status")(Body(json.dumps(value).encode(), "acme")), Unreadable)


def test_a_quiet_rootly_page_lists_that_nothing_is_open() -> None:
    value = {**payload("rootly/status.json"), "incidents": [], "status": {"indicator": "none"}}
    page = read("rootly-status", value)

    assert (page.health, page.lists_open) == (Health.OK, True)
    assert not read("rootly-incidents", {"page": value["page"], "incidents": []}).lists_open


def test_status_io_without_numbers_is_read_by_its_words_and_without_messages_is_open() -> None:
    value = payload("statusio/page.json")
    del value["result"]["status_overall"]["status_code"]
    value["result"]["incidents"][0]["messages"] = []
    page = read("statusio", value)

    assert (page.health, page.raw_health) == (Health.DEGRADED, "Partial Service Disruption")
    assert (page.incidents[0].stage, page.incidents[0].impact) == (Stage.INVESTIGATING, Impact.UNKNOWN)
    assert page.incidents[0].started_at == datetime(2026, 5, 4, 9, 50, tzinfo=UTC)


def test_status_io_says_when_an_incident_was_closed_and_a_message_without_a_time_is_left_out() -> None:
    value = payload("statusio/page.json")
    value["result"]["incidents"][0]["datetime_close"] = "2026-05-04T11:00:00.000Z"
    value["result"]["incidents"][0]["messages"][0]["datetime"] = "soon"
    value["result"]["maintenance"]["active"][0].pop("_id")
    page = read("statusio", value)

    assert (page.incidents[0].over, page.incidents[0].resolved_at) == (True, datetime(2026, 5, 4, 11, 0, tzinfo=UTC))
    assert [update.raw_stage for update in page.incidents[0].updates] == ["200"]
    assert [incident.id for incident in page.maintenances] == ["m2"]
    assert set(page.problems) >= {"an update of 'i1' has no time and was left out", "a maintenance has no id and was left out"}


def test_cachet_s_third_version_has_its_values_inside_objects() -> None:
    about = {"name": "API is slow", "message": "We look.", "status": {"human": "Watching", "value": 3}, "permalink": "https://status.acme.test/i/8"}
    about |= {"occurred": {"human": "an hour ago", "string": "2026-05-04 09:00:00"}, "created": {"string": "2026-05-04 09:05:00"}}
    page = read("cachet-incidents", {"data": [{"id": "8", "type": "incidents", "attributes": about}], "meta": {}})

    (incident,) = page.incidents
    assert (incident.id, incident.stage, incident.components) == ("8", Stage.MONITORING, ())
    assert (incident.started_at, incident.posted_at) == (datetime(2026, 5, 4, 9, 0, tzinfo=UTC), datetime(2026, 5, 4, 9, 5, tzinfo=UTC))


def test_cachet_s_odd_states_are_unknown_and_its_empty_list_is_no_page() -> None:
    value = payload("cachet/components.json")
    value["data"][0]["status"], value["data"][1]["status"] = 5, 9
    page = read("cachet-components", value)

    assert (page.health, [item.health for item in page.components]) == (Health.UNKNOWN, [Health.UNKNOWN] * 2)
    assert page.problems == ("component status '9' is not known",)
    for form in ("cachet-components", "cachet-incidents"):
        assert isinstance(parser_for(form)(Body(b'{"data": [], "meta": {}}', "acme")), Unreadable)


def test_cachet_s_incident_without_a_time_has_no_updates_and_without_an_id_is_lost() -> None:
    value = payload("cachet/incidents.json")
    value["data"][0] |= {"occurred_at": None, "created_at": "soon", "updates": None}
    del value["data"][1]["id"]
    page = read("cachet-incidents", value)

    assert [(incident.id, incident.updates, incident.started_at) for incident in page.incidents] == [("8", (), None)]


def test_the_newest_beat_counts_in_whatever_order_they_come() -> None:
    value = payload("uptimekuma/heartbeat.json")
    value["heartbeatList"]["7"].reverse()
    assert [(item.id, item.health) for item in read("uptimekuma-heartbeat", value).components if item.id == "7"] == [("7", Health.DOWN)]
    value["heartbeatList"]["7"] = [{"status": 1}, {"status": 0}]
    assert [item.health for item in read("uptimekuma-heartbeat", value).components if item.id == "7"] == [Health.DOWN]


def test_monitors_without_beats_are_unknown_and_a_page_without_monitors_is_none() -> None:
    page = read("uptimekuma-heartbeat", {"heartbeatList": {"1": [], "2": [0, 0], "3": "x", "4": [None]}, "uptimeList": {}})

    assert [item.health for item in page.components] == [Health.UNKNOWN] * 4
    assert isinstance(parser_for("uptimekuma-heartbeat")(Body(b'{"heartbeatList": {}, "uptimeList": {}}', "acme")), Unreadable)


def test_what_is_no_longer_active_on_an_uptime_kuma_page_is_over() -> None:
    value = payload("uptimekuma/page.json")
    value["incidents"] = [{**value.pop("incident"), "id": 4, "active": False, "style": "info"}, {"title": "no id"}]
    value["maintenanceList"].append({"title": "no id"})
    page = read("uptimekuma-page", value)

    (incident,) = page.incidents
    assert (incident.stage, incident.impact, incident.resolved_at) == (Stage.RESOLVED, Impact.UNKNOWN, datetime(2026, 5, 4, 9, 20, tzinfo=UTC))
    assert ([item.kind for item in page.maintenances], page.lists_open) == ([Kind.MAINTENANCE], False)


def test_a_bare_word_is_a_health_check_only_where_that_is_said() -> None:
    bare = {"status": "ok"}

    assert detect(Body(json.dumps(bare).encode(), "acme")) == ()
    assert detect(Body(json.dumps(bare).encode(), "acme", content_type="application/health+json; charset=utf-8")) == ("health-json",)
    assert read("health-json", bare).health is Health.OK
    assert read("health-json", {"status": "wobbly"}, "application/health+json").health is Health.UNKNOWN
    for odd in ({"status": "wobbly"}, {"status": 200}, {"status": "ok", "checks": []}):
        assert isinstance(parser_for("health-json")(Body(json.dumps(odd).encode(), "acme")), Unreadable)


@pytest.mark.parametrize(
    ("word", "health"),
    [("PASS", Health.OK), ("up", Health.OK), ("warn", Health.DEGRADED), ("Fail", Health.DOWN), ("down", Health.DOWN), ("error", Health.DOWN)],
)
def test_a_health_check_has_the_words_of_the_draft_in_any_case(word: str, health: Health) -> None:
    assert read("health-json", {"status": word}).health is health


def test_a_check_that_only_measures_says_nothing_of_its_component() -> None:
    page = read("health-json", {"status": "pass", "checks": {"a": [{"observedValue": 1}], "b": [], "c": [{"status": "pass"}]}})

    assert [(item.name, item.health) for item in page.components] == [("a", Health.UNKNOWN), ("b", Health.UNKNOWN), ("c", Health.OK)]


def item(title: str, at: str, place: str = "api-xx_1777888800") -> str:
    return f"<item><title>{title}</title><link>https://s.test/</link><pubDate>Mon, 04 May 2026 {at}:00 PDT</pubDate><guid>https://s.test/#{place}</guid></item>"


def aws(*items: str, generator: str = "AWS Service Health Dashboard RSS Generator") -> str:
    return f"<rss version='2.0'><channel><title>t</title><generator>{generator}</generator>{''.join(items)}</channel></rss>"


def test_items_of_one_place_and_title_are_one_incident_that_may_end_and_come_back() -> None:
    told = [item("Performance issues: Errors", "03:00"), item("[RESOLVED] Errors", "02:00"), item("Informational message: Errors", "01:00")]
    (back,) = read("aws-rss", aws(*told)).incidents
    (over,) = read("aws-rss", aws(*told[1:])).incidents

    assert back.id == over.id
    assert (over.stage, over.resolved_at) == (Stage.RESOLVED, datetime(2026, 5, 4, 9, 0, tzinfo=UTC))
    assert ([update.stage for update in back.updates], back.resolved_at, back.impact) == (
        [Stage.INVESTIGATING, Stage.RESOLVED, Stage.INVESTIGATING],
        None,
        Impact.MAJOR,
    )


def test_an_aws_item_that_names_no_state_is_unknown_and_one_without_a_place_is_lost() -> None:
    page = read("aws-rss", aws(item("Errors", "01:00"), item("Service disruption: Errors", "01:00", "nowhere")))

    assert [(incident.title, incident.stage, incident.over) for incident in page.incidents] == [("Errors", Stage.UNKNOWN, False)]
    assert page.problems == ("item 'Service disruption: Errors' names no service or has no date and was left out", "item 'Errors' names no state")


def test_an_aws_feed_without_items_says_nothing_and_another_feed_is_none() -> None:
    page = read("aws-rss", aws())

    assert (page.health, page.incidents, page.lists_open) == (Health.UNKNOWN, (), False)
    assert isinstance(parser_for("aws-rss")(Body(aws(generator="x").encode(), "acme")), Unreadable)
    assert isinstance(parser_for("aws-rss")(Body(b"", "acme")), Unreadable)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-05-04 09:00:00", 9),
        ("2026-05-04 09:00:00.120", 9),
        ("2026-05-04T09:00:00Z", 9),
        ("2026-05-04T09:00:00+02:00", 7),
        ("soon", None),
        ("", None),
        (7, None),
    ],
)
def test_a_time_without_an_offset_is_utc_where_the_product_keeps_utc(text: object, hour: int | None) -> None:
    found = utc_of(text)

    assert (found.hour if found else None) == hour

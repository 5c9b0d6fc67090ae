"""The formats of fewer pages: the rules that their payloads do not show."""

import json
from typing import Any

import pytest

from statuswatch.core.health import Health
from statuswatch.core.incident import Impact, Incident, Page, Stage, Unreadable
from statuswatch.sources.body import Body
from statuswatch.sources.fields import Notes
from statuswatch.sources.formats import parser_for
from statuswatch.sources.pages import page_of, quiet_or_worst
from support.payloads import sample


def read(form: str, value: Any) -> Page:
    page = parser_for(form)(Body((value if isinstance(value, str) else json.dumps(value)).encode(), "acme"))
    assert isinstance(page, Page), page
    return page


def payload(name: str) -> Any:
    return json.loads(sample(name).data)


@pytest.mark.parametrize(("form", "quiet"), [("google-cloud", []), ("aws-events", []), ("checkly", {"incidents": []})])
def test_an_empty_list_is_a_quiet_page(form: str, quiet: Any) -> None:
    page = read(form, quiet)

    assert (page.health, page.lists_open, page.incidents) == (Health.OK, True, ())


def test_a_page_that_lost_an_entry_is_never_quiet() -> None:
    notes = Notes()
    notes.lose("gone")
    page = quiet_or_worst(page_of("acme", "x", [], notes, health=Health.OK, lists_open=True))

    assert (page.health, page.lists_open) == (Health.UNKNOWN, False)


@pytest.mark.parametrize(
    ("impact", "health"),
    [(Impact.NONE, Health.DEGRADED), (Impact.MINOR, Health.DEGRADED), (Impact.CRITICAL, Health.DOWN), (Impact.UNKNOWN, Health.UNKNOWN)],
)
def test_what_is_open_weighs_at_least_degraded(impact: Impact, health: Health) -> None:
    page = page_of("acme", "x", [Incident("acme", "i", "t", impact=impact, stage=Stage.MONITORING)], Notes(), lists_open=True)

    assert quiet_or_worst(page).health is health


def test_google_knows_an_old_incident_by_its_number_and_leaves_out_one_without_any() -> None:
    row = {"begin": "2026-05-01T09:00:00Z", "external_desc": "x", "updates": []}
    page = read("google-cloud", [{**row, "number": "77"}, row])

    assert [incident.id for incident in page.incidents] == ["77"]
    assert (page.lists_open, page.incidents[0].url) == (False, None)


def test_google_is_open_until_there_is_an_end_even_when_an_update_says_available() -> None:
    (row,) = payload("google/incidents.json")[:1]
    row["updates"] = [{"when": "2026-05-04T10:00:00Z", "text": "Fine.", "status": "AVAILABLE"}]
    page = read("google-cloud", [row])

    assert (page.incidents[0].over, page.incidents[0].updates[0].stage, page.health) == (False, Stage.RESOLVED, Health.DOWN)


def test_a_resolved_event_of_aws_ends_with_its_last_word() -> None:
    event = {"arn": "a", "service": "s", "summary": "x", "status": "0", "event_log": [{"message": "Fine.", "status": "1", "timestamp": 1772369485}]}
    page = read("aws-events", [event])

    assert (page.incidents[0].stage, page.incidents[0].resolved_at, page.health) == (Stage.RESOLVED, page.incidents[0].updates[0].at, Health.OK)
    assert page.incidents[0].title == "x"


def test_azure_needs_a_build_date_and_a_guid() -> None:
    channel = "<rss version='2.0'><channel><title>t</title>{}{}</channel></rss>"
    dated = "<lastBuildDate>Mon, 04 May 2026 10:00:00 Z</lastBuildDate>"
    assert isinstance(parser_for("azure-rss")(Body(channel.format("", "").encode(), "acme")), Unreadable)

    page = read("azure-rss", channel.format(dated, "<item><title>no guid</title></item><item><guid>g</guid><title>no time</title></item>"))
    assert [incident.id for incident in page.incidents] == ["g"]
    assert (page.health, page.lists_open) == (Health.DEGRADED, False)
    assert page.problems == ("item 'no guid' has no guid and was left out", "item 'no time' has no time")


def test_a_damaged_azure_feed_without_items_is_not_healthy() -> None:
    text = "<rss version='2.0'><channel><title>t &nbsp;</title><lastBuildDate>Mon, 04 May 2026 10:00:00 Z</lastBuildDate></channel></rss>"
    page = read("azure-rss", text)

    assert (page.health, page.lists_open) == (Health.UNKNOWN, False)


def test_slack_notes_stand_where_the_incident_does_only_at_the_end() -> None:
    value = payload("slack/current.json")
    value["active_incidents"][0]["status"] = "resolved"
    (incident,) = read("slack", value).incidents

    assert [update.stage for update in incident.updates] == [Stage.INVESTIGATING, Stage.RESOLVED]
    assert incident.resolved_at == incident.updates[-1].at


def test_instatus_with_issues_but_without_a_list_does_not_list_what_is_open() -> None:
    page = read("instatus-summary", {"page": {"name": "a", "url": "https://a.test", "status": "HASISSUES"}})
    quiet = read("instatus-summary", {"page": {"name": "a", "url": "https://a.test", "status": "UP"}})

    assert (page.health, page.lists_open) == (Health.DEGRADED, False)
    assert (quiet.health, quiet.lists_open) == (Health.OK, True)


def test_better_stack_with_something_of_an_unknown_type_does_not_list_what_is_open() -> None:
    value = payload("betterstack/index.json")
    value["included"].append({"id": "1", "type": "status_banner"})

    assert not read("betterstack", value).lists_open


def test_a_page_of_incident_io_with_an_open_incident_and_no_affected_component_is_not_ok() -> None:
    value = payload("incidentio/native.json")
    value["summary"]["affected_components"] = []
    page = read("incidentio", value["summary"])

    assert page.health is Health.UNKNOWN
    value["summary"]["ongoing_incidents"] = []
    assert read("incidentio", value).health is Health.OK


def test_a_component_that_is_affected_but_not_listed_is_shown_by_its_id() -> None:
    value = payload("incidentio/native.json")
    value["summary"]["affected_components"].append({"component_id": "01Z", "status": "partial_outage"})
    page = read("incidentio", value)

    assert [(component.name, component.health) for component in page.components] == [("Chat", Health.DOWN), ("Batch", Health.UNKNOWN), ("01Z", Health.DEGRADED)]


@pytest.mark.parametrize(
    "data", ['self.__next_f.push([1,"{\\"summary\\":{}"])', "self.__next_f.push(oops)", 'self.__next_f.push([1,"', "self.__next_f.push([1,2])"]
)
def test_a_web_page_whose_data_is_broken_is_unreadable(data: str) -> None:
    assert isinstance(parser_for("incidentio-page")(Body(f"<html>{data}</html>".encode(), "acme")), Unreadable)


def test_xai_lists_its_updates_in_either_order() -> None:
    text = sample("xai/feed.xml").data.decode()
    head, newest, oldest = text.split(" <div>")
    oldest, end = oldest.split("\n]]>")
    turned = " <div>".join([head, oldest + "\n", newest]) + "]]>" + end

    assert turned != text
    assert read("xai-rss", turned) == read("xai-rss", text)


def test_an_item_of_xai_without_dated_updates_stands_where_its_status_does() -> None:
    text = sample("xai/feed.xml").data.decode().replace(" 2026 11:45", " soon").replace(" 2026 11:10", " soon")
    (incident,) = read("xai-rss", text).incidents

    assert (incident.updates, incident.stage, incident.started_at is None) == ((), Stage.IDENTIFIED, False)


def test_xai_leaves_out_what_has_no_severity_and_refuses_a_feed_of_such() -> None:
    text = sample("xai/feed.xml").data.decode()
    without = text.replace("Severity: unavailable", "")

    assert isinstance(parser_for("xai-rss")(Body(without.encode(), "acme")), Unreadable)
    both = text.replace("</channel>", "<item><title>odd</title><guid>o</guid></item></channel>")
    assert [incident.id for incident in read("xai-rss", both).incidents] == ["INC1"]


def test_volcengine_items_a_day_apart_are_two_troubles() -> None:
    item = "<item><title>\u5f02\u5e38(\u5df2\u6062\u590d)</title><link>https://s.test/</link><description>x</description><pubDate>{}</pubDate></item>"
    text = "<rss version='2.0'><channel><title>t</title>" + item.format("Mon, 04 May 2026 10:00:00 +0800") + item.format("Sat, 02 May 2026 10:00:00 +0800")
    page = read("volcengine-rss", text + "<item><title>undated</title></item></channel></rss>")

    assert [incident.stage for incident in page.incidents] == [Stage.RESOLVED, Stage.RESOLVED]
    assert len({incident.id for incident in page.incidents}) == 2
    assert page.problems == ("an item has no title or no date and was left out",)


def test_a_trouble_of_volcengine_without_a_state_is_ongoing() -> None:
    item = "<item><title>\u5f02\u5e38</title><link>https://s.test/</link><description>x</description><pubDate>Mon, 04 May 2026 10:00:00 +0800</pubDate></item>"
    (incident,) = read("volcengine-rss", f"<rss version='2.0'><channel><title>t</title>{item}</channel></rss>").incidents

    assert (incident.stage, incident.resolved_at) == (Stage.INVESTIGATING, None)

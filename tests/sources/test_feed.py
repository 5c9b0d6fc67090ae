"""Histories as RSS and Atom, and feeds of unknown habits."""

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest

from statuswatch.core.incident import Kind, Page, Stage, Unreadable, UnreadableReason
from statuswatch.sources.body import Body
from statuswatch.sources.feed import loose, parse_generic, parse_history, read_feed
from support.payloads import expected, sample


def atom(content: str, published: str = "2026-05-04T10:00:00Z", extra: str = "") -> Body:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>tag:x,2005:Incident/1</id><title>T</title>'
        f'<link href="https://s.test/incidents/abc"/><published>{published}</published>{extra}<content type="html">{escape(content)}</content></entry></feed>'
    )
    return Body(text.encode(), "acme")


def history(content: str, published: str = "2026-05-04T10:00:00Z") -> Page:
    read = parse_history(atom(content, published))
    assert isinstance(read, Page), read
    return read


def post(when: str, stage: str, text: str) -> str:
    return f"<p><small>{when}</small><br> <strong>{stage}</strong> - {text} </p>"


def times(page: Page) -> list[str]:
    return [update.at.strftime("%Y-%m-%d %H:%M") for incident in page.incidents + page.maintenances for update in incident.updates]


def test_years_go_back_over_the_turn_of_the_year() -> None:
    read = history(post("Jan 1, 00:30 UTC", "Resolved", "ok") + post("Dec 31, 23:00 UTC", "Investigating", "hm"), "2026-01-01T00:30:10Z")

    assert times(read) == ["2025-12-31 23:00", "2026-01-01 00:30"]


def test_a_leap_day_belongs_to_the_last_leap_year() -> None:
    assert times(history(post("Feb 29, 10:00 UTC", "Resolved", "ok"), "2026-03-01T00:00:00Z")) == ["2024-02-29 10:00"]


def test_posts_in_the_page_s_own_zone_are_read_as_utc() -> None:
    read = history(post("May 4, 03:00 PDT", "Resolved", "ok") + post("May 4, 02:00 -0700", "Investigating", "hm"))

    assert times(read) == ["2026-05-04 09:00", "2026-05-04 10:00"]


def test_a_post_whose_time_cannot_be_read_is_left_out_and_noted() -> None:
    content = post("May 4, 10:00 UTC", "Monitoring", "ok") + post("Foo 4, 09:00 UTC", "Update", "?") + post("May 4, 09:00 IST", "Update", "?")
    read = history(content + post("May 32, 09:00 UTC", "Investigating", "?"))

    assert times(read) == ["2026-05-04 10:00"]
    assert read.problems == ("a post of entry 'T' has a time that cannot be read",)


def test_an_entry_whose_time_is_missing_cannot_date_its_posts() -> None:
    read = parse_history(atom(post("May 4, 10:00 UTC", "Resolved", "ok"), "once"))

    assert isinstance(read, Unreadable)
    assert read.reason is UnreadableReason.WRONG_SHAPE


def test_posts_of_one_minute_keep_their_order_and_bodies_may_hold_dashes_and_dates() -> None:
    content = post("May 4, 10:00 UTC", "Resolved", "done - May 3, 09:00 UTC was the start") + post("May 4, 10:00 UTC", "Investigating", "A - B")
    (incident,) = history(content).incidents

    assert [(update.stage, update.body) for update in incident.updates] == [
        (Stage.INVESTIGATING, "A - B"),
        (Stage.RESOLVED, "done - May 3, 09:00 UTC was the start"),
    ]


def test_an_unknown_stage_word_is_unknown_and_the_incident_stays_open() -> None:
    read = history(post("May 4, 10:00 UTC", "Pondering", "?"))

    assert (read.incidents[0].stage, read.incidents[0].over, read.incidents[0].raw_stage) == (Stage.UNKNOWN, False, "Pondering")
    assert read.problems == ("stage 'Pondering' is not known",)


@pytest.mark.parametrize(
    ("plan", "start", "end"),
    [
        ("May 10, 22:00 - May 11, 02:00 UTC", datetime(2026, 5, 10, 22, tzinfo=UTC), datetime(2026, 5, 11, 2, tzinfo=UTC)),
        ("Jan 2, 06:00 - 08:00 PST", datetime(2027, 1, 2, 14, tzinfo=UTC), datetime(2027, 1, 2, 16, tzinfo=UTC)),
        ("Feb 31, 06:00 - 08:00 UTC", None, None),
        ("May 10, 06:00 - 08:00 IST", None, None),
    ],
)
def test_a_planned_window_is_the_next_one_after_its_announcement(plan: str, start: datetime | None, end: datetime | None) -> None:
    read = history(f"<p><strong>THIS IS A SCHEDULED EVENT {plan}</strong></p>" + post("May 4, 10:00 UTC", "Scheduled", "work"))

    (planned,) = read.maintenances
    assert (planned.kind, planned.started_at, planned.scheduled_until) == (Kind.MAINTENANCE, start, end)


def test_a_planned_event_without_a_window_is_a_maintenance_still() -> None:
    read = history("<p><strong>THIS IS A SCHEDULED EVENT</strong></p>" + post("May 4, 10:00 UTC", "Update", "work"))

    assert [planned.kind for planned in read.maintenances] == [Kind.MAINTENANCE]


def test_an_entry_that_shows_no_post_is_left_out_where_others_do() -> None:
    body = sample("feed/history.xml")
    broken = body.data.replace(b"&lt;strong&gt;Scheduled&lt;/strong&gt; - ", b"")
    read = parse_history(replace(body, data=broken))

    assert isinstance(read, Page)
    assert [incident.id for incident in read.incidents] == ["abc123"]
    assert read.problems == ("entry 'Planned work' shows no post of an incident and was left out",)


def test_a_history_without_entries_claims_nothing() -> None:
    read = parse_history(Body(b'<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:x,2005:/history</id></feed>', "acme"))

    assert isinstance(read, Page)
    assert (read.incidents, read.lists_open, read.health.value) == ((), False, "unknown")


def test_a_history_as_rss_reads_like_the_same_as_atom() -> None:
    content = escape(post("May 4, 10:00 UTC", "Resolved", "ok") + post("May 4, 09:00 UTC", "Investigating", "hm"))
    rss = (
        f"<rss version='2.0'><channel><title>t</title><item><title>T</title><description>{content}</description>"
        "<pubDate>Mon, 04 May 2026 10:00:00 +0000</pubDate><link>https://s.test/incidents/abc</link><guid>https://s.test/incidents/abc</guid></item></channel></rss>"
    )
    read = parse_history(Body(rss.encode(), "acme"))

    assert isinstance(read, Page)
    assert read.incidents == history(post("May 4, 10:00 UTC", "Resolved", "ok") + post("May 4, 09:00 UTC", "Investigating", "hm")).incidents


def test_a_malformed_feed_is_read_as_far_as_it_makes_sense_and_is_not_whole() -> None:
    body = sample("feed/history.xml")
    read = parse_history(replace(body, data=body.data.replace(b"&amp; after", b"&nbsp; after")))

    assert isinstance(read, Page)
    assert [incident.id for incident in read.incidents] == [incident.id for incident in expected("feed/history.xml").incidents]
    assert read.problems[0] == "the XML is not well-formed; it was read as far as it made sense"
    feed = read_feed(replace(body, data=body.data.replace(b"&amp; after", b"&nbsp; after")))
    assert not isinstance(feed, Unreadable)
    assert not feed.whole


def test_declarations_are_refused_in_malformed_feeds_too() -> None:
    for data in (b'<rss><channel>&x;</channel></rss><!DOCTYPE a [<!ENTITY x "y">]>', b'<rss>&nbsp;<! ENTITY x "y"></rss>'):
        read = read_feed(Body(data, "acme"))
        assert isinstance(read, Unreadable)
        assert read.reason is UnreadableReason.FORBIDDEN


def test_a_malformed_feed_is_not_given_to_the_slow_reader_when_it_is_large() -> None:
    for data in (b"<rss><channel>&nbsp;" + b"x" * (1 << 20), b"<rss><channel>&nbsp;" + b"<a" * 140_000):
        read = read_feed(Body(data, "acme"))
        assert isinstance(read, Unreadable)
        assert read.reason is UnreadableReason.NOT_XML


def test_malformed_xml_that_is_no_feed_at_all_is_unreadable() -> None:
    read = read_feed(Body(b"<1>&nbsp;</1>", "acme"))

    assert isinstance(read, Unreadable)
    assert read.reason is UnreadableReason.NOT_XML


def test_the_slow_reader_opens_neither_files_nor_addresses(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret.xml"
    with open(secret, "w", encoding="utf-8") as file:  # noqa: PTH123 - the name is what matters
        file.write("<rss version='2.0'><channel><title>secret</title></channel></rss>")

    assert loose(secret) is None
    assert loose(f"file://{secret}") is None
    assert loose("http://127.0.0.1:9/") is None


@pytest.mark.parametrize(
    ("item", "stage"),
    [
        ("<title>[Resolved] x</title>", Stage.RESOLVED),
        ("<title>Investigating: x</title>", Stage.INVESTIGATING),
        ("<title>x</title><category>Monitoring</category>", Stage.MONITORING),
        ("<title>x</title><description>&lt;b&gt;Status: In Progress&lt;/b&gt;&lt;br&gt;y</description>", Stage.IN_PROGRESS),
        ("<title>x</title><description>it will be resolved soon</description>", Stage.UNKNOWN),
        ("<title>API: all resolved</title>", Stage.UNKNOWN),
    ],
)
def test_a_generic_entry_has_the_stage_that_it_plainly_names(item: str, stage: Stage) -> None:
    date = "<pubDate>Mon, 04 May 2026 10:00:00 GMT</pubDate>"
    read = parse_generic(Body(f"<rss version='2.0'><channel><item><guid>1</guid>{item}{date}</item></channel></rss>".encode(), "acme"))

    assert isinstance(read, Page)
    assert [incident.stage for incident in read.incidents + read.maintenances] == [stage]


def test_a_made_up_id_stays_the_same_while_title_and_date_do() -> None:
    def ids(link: str, title: str) -> list[str]:
        item = f"<item><title>{title}</title><link>{link}</link><pubDate>Mon, 04 May 2026 10:00:00 GMT</pubDate></item>"
        read = parse_generic(Body(f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), "acme"))
        assert isinstance(read, Page)
        return [incident.id for incident in read.incidents]

    assert ids("https://a.test/x", "one") == ids("https://a.test/y", "one")
    assert ids("https://a.test/x", "one") != ids("https://a.test/x", "two")


def test_what_makes_the_tolerant_reader_itself_raise_is_unreadable() -> None:
    read = parse_generic(Body(b'<rss version="2.0"><channel><item<category></item>s</category></channel></rss>', "acme"))

    assert isinstance(read, Unreadable)
    assert read.reason is UnreadableReason.NOT_XML

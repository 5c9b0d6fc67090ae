"""The quick reader of RSS and Atom, and its agreement with the tolerant one."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from statuswatch.core.incident import Page, UnreadableReason
from statuswatch.sources.body import Body
from statuswatch.sources.entries import ENTRY_LIMIT, NEWEST, Feed, Refusal, strict
from statuswatch.sources.feed import loose
from statuswatch.sources.formats import parser_for
from support.payloads import CASES, sample

XML_CASES = [name for _, name in CASES if name.endswith(".xml")]


def feed(text: str) -> Feed:
    read = strict(text)
    assert isinstance(read, Feed), read
    return read


def refusal(text: str) -> UnreadableReason:
    read = strict(text)
    assert isinstance(read, Refusal)
    return read.reason


@pytest.mark.parametrize("name", XML_CASES)
def test_the_quick_reader_and_feedparser_read_the_same(name: str) -> None:
    text = sample(name).data.decode()
    quick, slow = feed(text), loose(text)

    assert slow is not None
    assert (quick.title, quick.ident, quick.generator, quick.updated) == (slow.title, slow.ident, slow.generator, slow.updated)
    assert [(entry.ident, entry.link, entry.title, entry.text, entry.published, entry.updated, entry.categories) for entry in quick.entries] == [
        (entry.ident, entry.link, entry.title, entry.text, entry.published, entry.updated, entry.categories) for entry in slow.entries
    ]


def test_xhtml_content_keeps_its_structure_and_its_entities() -> None:
    read = feed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        "<p>a &lt; b</p><p>c<br/>d</p></div></content></entry></feed>"
    )

    assert read.entries[0].text == "a < b\n\nc\nd"


def test_only_direct_children_of_an_entry_count() -> None:
    read = feed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><author>Me</author><entry><title>T</title><source><title>Other</title><id>other</id></source>'
        '<id>mine</id><link rel="self" href="https://a.test/"/><link href="https://a.test/i/1"/><category term="red"/><updated>2026-05-04T10:00:00Z</updated>'
        '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2026-05-04T09:00:00Z</dc:date><x:id xmlns:x="urn:x">theirs</x:id></entry></feed>'
    )

    (entry,) = read.entries
    assert (entry.title, entry.ident, entry.link, entry.slug, entry.categories) == ("T", "mine", "https://a.test/i/1", "1", ("red",))
    assert entry.published == datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def test_an_item_inside_an_item_is_no_second_item() -> None:
    read = feed('<rss version="2.0"><channel><item><title>a</title><item><title>b</title></item></item><x><channel/></x></channel></rss>')

    assert [entry.title for entry in read.entries] == ["a"]


def test_an_entry_without_a_link_is_known_by_its_own_id() -> None:
    read = feed('<rss version="2.0"><channel><item><guid>g1</guid><link>javascript:1</link></item></channel></rss>')

    assert (read.entries[0].link, read.entries[0].slug) == (None, "g1")


def test_more_entries_than_are_read_leave_a_feed_that_is_not_whole() -> None:
    read = feed('<rss version="2.0"><channel>' + "<item><guid>1</guid></item>" * (ENTRY_LIMIT + 1) + "</channel></rss>")

    assert len(read.entries) == ENTRY_LIMIT
    assert not read.whole
    assert read.problems == (f"the feed has {ENTRY_LIMIT + 1} entries; {ENTRY_LIMIT} were read",)


def test_what_is_refused_says_why() -> None:
    assert refusal("<rss><channel>") is UnreadableReason.TRUNCATED
    assert refusal("<rss><channel><![CDATA[x") is UnreadableReason.TRUNCATED
    assert refusal("<rss><channel></rss>") is UnreadableReason.NOT_XML
    assert refusal("<rss>&nbsp;</rss>") is UnreadableReason.NOT_XML
    assert refusal("<rss/>") is UnreadableReason.WRONG_SHAPE
    assert refusal("<opml/>") is UnreadableReason.WRONG_SHAPE
    assert refusal("<!DOCTYPE rss><rss><channel/></rss>") is UnreadableReason.FORBIDDEN
    assert refusal("<rss>" + "<a>" * 200) is UnreadableReason.FORBIDDEN


def _history(times: list[str]) -> str:
    entries = "".join(f"<entry><id>{number}</id><title>t</title><updated>{at}</updated></entry>" for number, at in enumerate(times))
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title>{entries}'


def test_a_feed_with_the_newest_first_is_read_up_to_fifty_entries_and_no_further() -> None:
    falling = [f"2026-{12 - number // 28:02}-{28 - number % 28:02}T00:00:00Z" for number in range(120)]
    read = strict(_history(falling) + "</feed")  # what stands behind is not even well-formed

    assert isinstance(read, Feed)
    assert [entry.ident for entry in read.entries] == [str(number) for number in range(NEWEST)]
    assert (read.problems, read.whole) == (("only the newest 50 entries of the feed were read",), False)


@pytest.mark.parametrize("at", [lambda number: f"2026-{1 + number // 28:02}-{1 + number % 28:02}T00:00:00Z", lambda _: "once"])
def test_a_feed_in_another_order_or_without_times_is_read_whole(at: Callable[[int], str]) -> None:
    read = strict(_history([at(number) for number in range(120)]) + "</feed>")

    assert isinstance(read, Feed)
    assert len(read.entries) == 120
    assert (read.problems, read.whole) == ((), True)


def test_a_feed_of_exactly_fifty_entries_is_whole() -> None:
    falling = [f"2026-{12 - number // 28:02}-{28 - number % 28:02}T00:00:00Z" for number in range(NEWEST)]
    read = strict(_history(falling) + "</feed>")

    assert isinstance(read, Feed)
    assert (len(read.entries), read.problems, read.whole) == (NEWEST, (), True)


def test_entries_of_one_trouble_are_read_to_the_end() -> None:
    items = "".join(
        f"<item><title>Service disruption: Errors</title><guid>https://s.test/#api-x_1{number:09}</guid>"
        f"<pubDate>Mon, {28 - number // 24:02} Sep 2026 {23 - number % 24:02}:00:00 GMT</pubDate></item>"
        for number in range(120)
    )
    read = parser_for("aws-rss")(Body(f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode(), "acme"))

    assert isinstance(read, Page)
    assert [len(incident.updates) for incident in read.incidents] == [120]

"""Which format a body is in, by its anchors."""

import pytest

from statuswatch.core.incident import Page, Unreadable, UnreadableReason
from statuswatch.sources.body import Body
from statuswatch.sources.detect import Candidate, candidates, detect, parse_detected, reread
from support.hostile import WHOLESALE
from support.payloads import expected, sample


def names(text: str) -> tuple[str, ...]:
    return detect(Body(text.encode(), "acme"))


@pytest.mark.parametrize("what", [what for what in WHOLESALE if what != "RSS of something else"])
def test_what_is_no_feed_is_in_no_format_and_says_why(what: str) -> None:
    body = Body(WHOLESALE[what], "acme")

    assert detect(body) == ()
    assert isinstance(parse_detected(body), Unreadable)


def test_any_other_feed_is_a_generic_one() -> None:
    assert detect(Body(WHOLESALE["RSS of something else"], "acme")) == ("generic-feed",)


def test_what_several_products_send_when_all_is_well_names_them_all() -> None:
    assert names("[]") == ("aws-events", "google-cloud")
    assert names('{"incidents": []}') == ("checkly", "incidentio-incidents")
    read = parse_detected(Body(b"[]", "acme"))
    assert isinstance(read, Page)
    assert read.problems == ("the body does not tell its format; it may also be google-cloud",)


def test_a_moved_page_is_told_by_its_new_form() -> None:
    assert names('{"page": {"name": "Acme", "url": "https://a.test", "status": "UP"}}') == ("instatus-summary",)
    assert detect(sample("statuspage/compat.json")) == ("statuspage-summary",)


def test_a_web_page_is_read_only_where_it_carries_its_data() -> None:
    assert names("<html><script>self.__next_f.push([1])</script></html>") == ()
    assert names("<html>ongoing_incidents</html>") == ()


def test_a_feed_that_only_seems_to_be_one_falls_back_to_the_generic_reader() -> None:
    item = "<item><title>x</title><guid>1</guid><link>https://a.test/incidents/abc</link><pubDate>Mon, 04 May 2026 10:00:00 GMT</pubDate></item>"
    body = Body(f"<rss version='2.0'><channel><title>t</title>{item}</channel></rss>".encode(), "acme")

    assert detect(body) == ("statuspage-history", "generic-feed")
    read = parse_detected(body)
    assert isinstance(read, Page)
    assert (read.format, read.problems) == ("generic-feed", ())


def test_readable_json_of_no_known_format_is_a_wrong_shape() -> None:
    read = parse_detected(Body(b'{"weather": "fine"}', "acme"))

    assert isinstance(read, Unreadable)
    assert read.reason is UnreadableReason.WRONG_SHAPE


def test_each_candidate_says_what_in_the_body_speaks_for_it() -> None:
    (summary,) = candidates(sample("statuspage/summary.json"))

    assert summary == Candidate("statuspage-summary", "page, status, components and incidents")
    assert candidates(sample("xai/feed.xml"))[0].reason == "items that start with a status and a severity"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("statuspage-summary", "instatus/summary.json"),
        ("checkly", "incidentio/page.html"),
        ("instatus-summary", "statuspage/compat.json"),
        ("xai-rss", "datadog/page.json"),
    ],
)
def test_a_page_that_moved_to_another_product_is_read_in_its_new_form_and_says_so(was: str, now: str) -> None:
    read = reread(sample(now), was)

    assert isinstance(read, Page)
    assert (read.format, read.incidents, read.health) == (expected(now).format, expected(now).incidents, expected(now).health)
    assert read.problems[-1] == f"this page was known as {was} and now is {read.format}; its provider's file is out of date"


@pytest.mark.parametrize(
    ("data", "came"),
    [
        (b"[]", "JSON"),
        (b'{"incidents": []}', "JSON"),
        (b'{"status": 500', "broken JSON"),
        (WHOLESALE["a captcha page"], "a web page"),
        (WHOLESALE["RSS of something else"], "RSS or Atom"),
        (WHOLESALE["another XML"], "XML that is no feed"),
        (b"All Systems Operational", "plain text"),
        (b"", "an answer"),
    ],
)
def test_a_body_that_is_plainly_no_one_other_format_is_unreadable_with_what_came(data: bytes, came: str) -> None:
    read = reread(Body(data, "acme"), "statuspage-summary")

    assert isinstance(read, Unreadable)
    assert read.size == len(data)
    assert read.detail.startswith(f"{came} of {len(data)} bytes came instead of statuspage-summary: ")


@pytest.mark.parametrize("what", WHOLESALE)
def test_nothing_hostile_is_taken_for_a_page_that_moved(what: str) -> None:
    assert isinstance(reread(Body(WHOLESALE[what], "acme"), "betterstack"), Unreadable)

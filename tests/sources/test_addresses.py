"""Where a page's feed usually lies."""

import pytest

from statuswatch.sources.addresses import USUAL, named_in, usual
from statuswatch.sources.body import Body


def test_the_usual_addresses_lie_below_the_host_whatever_path_was_given() -> None:
    found = usual("https://status.acme.test/history?page=2")

    assert found[:3] == (
        "https://status.acme.test/api/v2/summary.json",
        "https://status.acme.test/proxy/status.acme.test",
        "https://status.acme.test/index.json",
    )
    assert len(found) == len(set(found)) == len(USUAL)


def test_an_address_that_was_given_is_not_listed_again_and_a_port_is_kept() -> None:
    found = usual("http://127.0.0.1:8080/index.json")

    assert "http://127.0.0.1:8080/index.json" not in found
    assert all(url.startswith("http://127.0.0.1:8080/") for url in found)


@pytest.mark.parametrize("url", ["", "status.acme.test", "https://", "http://[::1", "mailto:a@b"])
def test_what_has_no_host_has_no_usual_addresses(url: str) -> None:
    assert usual(url) == ()


def page(text: str) -> Body:
    return Body(text.encode(), "acme", "https://status.acme.test/en/")


def test_a_web_page_names_its_feeds_relative_to_itself() -> None:
    links = (
        '<link rel="alternate" type="application/atom+xml" href="/history.atom"><LINK type=application/rss+xml href=feed.rss?a=1&amp;b=2>'
        '<link rel="stylesheet" href="/x.css"><link type="application/rss+xml" title="none">'
    )

    assert named_in(page(f"<html>{links}{links}</html>")) == ("https://status.acme.test/history.atom", "https://status.acme.test/en/feed.rss?a=1&b=2")


def test_a_page_of_status_io_carries_the_id_of_its_data() -> None:
    assert named_in(page("<script>var statuspageId = '5b36dc6502d06804c08349f7';</script>")) == ("https://api.status.io/1.0/status/5b36dc6502d06804c08349f7",)


def test_links_that_no_person_may_open_and_endless_lists_are_left_out() -> None:
    odd = "".join(
        f'<link type="application/rss+xml" href="{href}">' for href in ("javascript:alert(1)", "file:///etc/passwd", "http://[::1", "//evil.test\u202e/")
    )
    many = "".join(f'<link type="application/rss+xml" href="/{number}">' for number in range(50))

    assert named_in(page(odd)) == ()
    assert len(named_in(page(many))) == 8
    assert named_in(page("")) == ()

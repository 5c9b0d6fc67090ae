"""The buttons of a notice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.core.offers import HUSH_SECONDS, Offer, offers

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROUTE = "acme/api:big-1"
NOTICE = Notice("n1", "t1", NoticeKind.OPENED, AT, NoticeReason.INCIDENT_POSTED, (ROUTE,), "title", "body", "acme", "acme:i1", "https://status.example/i1")


def test_trouble_with_a_page_offers_to_open_to_wait_to_mute_and_to_snooze():
    assert offers(NOTICE) == (
        Offer("Open incident", "open", "n1"),
        Offer("Tell me when back", "wait", ROUTE),
        Offer("Mute 1 h", "mute", "acme:i1", HUSH_SECONDS),
        Offer("Snooze 1 h", "snooze", "acme:i1", HUSH_SECONDS),
    )


def test_without_an_incident_it_is_about_the_provider_and_its_page():
    found = offers(replace(NOTICE, incident=None, routes=()))

    assert [(offer.title, offer.target) for offer in found][:3] == [("Status page", "n1"), ("Tell me when back", "acme"), ("Mute 1 h", "acme")]


@pytest.mark.parametrize("kind", [NoticeKind.RESOLVED, NoticeKind.AMENDED])
def test_what_is_over_or_only_corrected_can_be_opened_and_nothing_else(kind):
    assert [offer.command for offer in offers(replace(NOTICE, kind=kind))] == ["open"]


@pytest.mark.parametrize("url", [None, "", "http://status.example/i1", "javascript:alert(1)", "file:///etc/passwd"])
def test_an_address_that_is_not_https_is_not_offered(url):
    assert "open" not in [offer.command for offer in offers(replace(NOTICE, url=url))]

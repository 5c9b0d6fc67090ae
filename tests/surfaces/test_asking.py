"""What may be asked of a picture: the page of a thing, and why it is as it is."""

from dataclasses import replace

import pytest

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.surfaces.asking import NO_CALLS, Question, call_lines, hint, named_by, page_of, reply, subject, unknown
from statuswatch.surfaces.client import CANNOT_TELL, USAGE
from statuswatch.surfaces.present import Look
from statuswatch.surfaces.present_text import plain
from support import snapshots

KEY = "anthropic:9g6qpr72ttbr"
URL = "https://status.example/incidents/9g6qpr72ttbr"
NOTICE = Notice("n1", "t1", NoticeKind.OPENED, snapshots.NOW, NoticeReason.OWN_FAILURES, (snapshots.OPUS,), "t", "b", "anthropic", None, "https://a.example/x")


def told(**fields):
    return {"n1": replace(NOTICE, **fields)}


@pytest.mark.parametrize("target", [KEY, snapshots.OPUS, "opus", "anthropic", "*"])
def test_an_incident_a_route_a_provider_and_the_worst_lead_to_the_incidents_page(target):
    link = page_of(snapshots.trouble(), target)

    assert link is not None
    assert (link.url, link.host) == (URL, "status.example")


def test_a_notice_leads_to_its_own_page_whether_the_picture_knows_it_or_it_was_just_told():
    picture = snapshots.trouble()

    assert page_of(picture, "n1") is None
    assert page_of(picture, "n1", told()).url == "https://a.example/x"
    assert page_of(replace(picture, notices=(NOTICE,)), "n1").url == "https://a.example/x"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://a.example/",
        "javascript:alert(1)",
        "https://user:secret@a.example/",
        "https://",
        "https://a.example/\n",
        "https://ä.example/",
        "HTTPS:/x",
    ],
)
def test_no_address_is_given_that_is_not_plain_https_to_a_named_host(url):
    assert page_of(snapshots.trouble(), "n1", told(url=url)) is None
    bad = tuple(replace(item, url=url) for item in snapshots.trouble().incidents)
    answer = reply(Question("open", KEY), replace(snapshots.trouble(), incidents=bad), snapshots.NOW)
    assert answer == {"ok": False, "error": f"no page that can be opened safely is known for {KEY!r}"}


def test_nothing_in_trouble_and_nobody_known_leads_nowhere():
    assert page_of(snapshots.calm(), "*") is None
    assert page_of(snapshots.trouble(), "nobody") is None


def test_why_gives_the_object_and_lines_no_wider_than_asked():
    answer = reply(Question("why", snapshots.OPUS, 40), snapshots.trouble(), snapshots.NOW)

    assert answer["ok"]
    assert answer["why"]["route"] == snapshots.OPUS
    assert max(map(len, answer["lines"])) <= 40


def test_why_of_nothing_in_particular_is_about_the_worst_trouble():
    assert reply(Question("why"), snapshots.trouble(), snapshots.NOW)["why"]["route"] == snapshots.OPUS
    assert reply(Question("why"), snapshots.calm(), snapshots.NOW)["why"]["route"] is None


def test_a_call_on_a_route_that_nobody_watches_is_told_of_alone():
    picture = replace(snapshots.trouble(), calls=(snapshots.failed_call(route="acme/api:other", request_id="req_1"),))
    about = subject(picture, "req_1", snapshots.NOW, Look(80))

    assert about.view is None
    assert "is not watched" in " ".join(reply(Question("why", "req_1"), picture, snapshots.NOW)["lines"])


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [("claude", USAGE, "several names"), ("9", USAGE, "no call 9"), ("@@", USAGE, "no call and no route"), ("acme/api:x", CANNOT_TELL, "not watched")],
)
def test_what_means_nothing_is_answered_with_what_would(text, status, says):
    found = unknown(text, snapshots.trouble())

    assert found[0] == status
    assert says in found[1]


@pytest.mark.parametrize(
    ("slip", "name"),
    [
        ("antropic", "anthropic"),
        ("Claud Opus 4.5", "Claude Opus 4.5"),
        ("anthropic/code:claude-haiku-4-4", snapshots.HAIKU),
        ("opsu", "opus"),
        ("x", ""),
        ("", ""),
    ],
)
def test_a_slip_is_answered_with_the_watched_name_that_it_comes_near_to(slip, name):
    picture = snapshots.trouble()

    assert hint(picture, slip) == (f"did you mean {name}? " if name else "")
    assert not name or named_by(picture, name)
    assert not slip or hint(picture, slip) in unknown(slip, picture)[1]


def test_every_name_that_is_offered_can_be_asked_for_in_the_spelling_that_is_watched():
    picture = snapshots.snapshot(routes=(snapshots.route_view("anthropic/code:claude-opus-4-5", title="Claude Opus 4.5"),))

    assert hint(picture, "claude-opus-4.6") == "did you mean claude-opus-4-5? "
    assert named_by(picture, "claude-opus-4-5")


def test_where_no_call_was_seen_that_is_said():
    empty = replace(snapshots.trouble(), calls=())

    assert {unknown(text, empty) for text in ("last", "1")} == {(CANNOT_TELL, NO_CALLS)}


@pytest.mark.parametrize(("stall_ms", "told"), [(31_400.0, ", its answer paused for 31s"), (1_900.0, ""), (None, "")])
def test_a_long_pause_in_the_midst_of_an_answer_is_said_of_a_call(stall_ms, told):
    (line,) = call_lines(snapshots.trouble(), snapshots.call_view(1, stall_ms=stall_ms), snapshots.NOW, Look(200))

    assert plain(line).endswith(f"1m ago{told}")

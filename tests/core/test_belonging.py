"""Which trouble a verdict belongs to: a table of what is open and what comes, beside the timelines in tests/scenarios."""

from dataclasses import replace
from datetime import timedelta

import pytest

from statuswatch.core.belonging import Belonging, is_past
from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.ids import parse_route
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.notice import NoticeKind, NoticeReason, Trouble
from statuswatch.core.verdict import Reason, Verdict
from support.facts import HAIKU, OPUS, at

_NOW = at("12:00")
_RESOLD = "openrouter/api:claude-opus-4.5"
_ELSEWHERE = "openai/api:claude-opus-4.5"
_KNOWN = Knowledge(
    {name: ProviderFacts(name, name.title(), serves=serves) for name, serves in (("anthropic", ()), ("openrouter", ("anthropic",)), ("openai", ()))}
)
_OPEN = Trouble("t1", "anthropic", at("11:50"), (OPUS,), told=(NoticeKind.OPENED,), seen_at=at("11:59"))
_POSTED = replace(_OPEN, incidents=("anthropic:i1",))


def _verdict(route: str = OPUS, incident: str | None = None, health: Health = Health.DEGRADED) -> Verdict:
    return Verdict(parse_route(route), health, Fault.PROVIDER, Confidence.HIGH, Reason.OWN_FAILURES_CAPACITY, incident=incident)


@pytest.mark.parametrize(
    ("what", "trouble", "verdict", "reason", "belongs"),
    [
        ("the same incident, of another provider's route", _POSTED, _verdict(_ELSEWHERE, "anthropic:i1"), NoticeReason.INCIDENT_POSTED, True),
        ("another incident of the provider", _POSTED, _verdict(HAIKU, "anthropic:i2"), NoticeReason.INCIDENT_POSTED, False),
        ("a second post while the calls told of still fail", _POSTED, _verdict(OPUS, "anthropic:i2"), NoticeReason.OWN_FAILURES, True),
        ("a post for what own calls opened", _OPEN, _verdict(OPUS, "anthropic:i1"), NoticeReason.INCIDENT_POSTED, True),
        ("another route of the provider without a post", _OPEN, _verdict(HAIKU), NoticeReason.OWN_FAILURES, True),
        ("a route that was told back fails again", replace(_OPEN, closed_at=_NOW, pending=(), back=(OPUS,)), _verdict(), NoticeReason.OWN_FAILURES, True),
        ("another route after the end", replace(_OPEN, closed_at=_NOW, pending=(), back=(OPUS,)), _verdict(HAIKU), NoticeReason.OWN_FAILURES, False),
        ("the model at one that serves its maker's", _POSTED, _verdict(_RESOLD), NoticeReason.OWN_FAILURES, True),
        ("that model where nobody serves it for the other", _POSTED, _verdict(_ELSEWHERE), NoticeReason.OWN_FAILURES, False),
        ("a post of the reseller's own", _POSTED, _verdict(_RESOLD, "openrouter:i9"), NoticeReason.INCIDENT_POSTED, False),
        ("another model of the reseller", _POSTED, _verdict("openrouter/api:claude-haiku-4.5"), NoticeReason.OWN_FAILURES, False),
        ("all models of the reseller", _POSTED, _verdict("openrouter/api:*"), NoticeReason.OWN_FAILURES, False),
        ("a trouble that nothing spoke of for hours", replace(_OPEN, seen_at=at("09:00")), _verdict(), NoticeReason.OWN_FAILURES, False),
    ],
)
def test_a_verdict_belongs_where_it_is_the_same_trouble(what: str, trouble: Trouble, verdict: Verdict, reason: NoticeReason, belongs: bool) -> None:
    failing = {OPUS: _verdict()}
    found = Belonging(failing, _KNOWN, _NOW).trouble_of(verdict, reason, [trouble])

    assert (what, found) == (what, 0 if belongs else None)


def test_a_reseller_joins_only_what_fails_now() -> None:
    fine = {OPUS: _verdict(health=Health.OK)}

    assert Belonging(fine, _KNOWN, _NOW).trouble_of(_verdict(_RESOLD), NoticeReason.OWN_FAILURES, [_POSTED]) is None
    assert Belonging({}, _KNOWN, _NOW).trouble_of(_verdict(_RESOLD), NoticeReason.OWN_FAILURES, [_POSTED]) is None


def test_the_same_incident_counts_before_the_same_route() -> None:
    troubles = [_OPEN, replace(_POSTED, id="t2")]

    assert Belonging({OPUS: _verdict()}, _KNOWN, _NOW).trouble_of(_verdict(OPUS, "anthropic:i1"), NoticeReason.OWN_FAILURES, troubles) == 1


@pytest.mark.parametrize(("silent", "past"), [(timedelta(hours=2), False), (timedelta(hours=2, seconds=1), True)])
def test_two_hours_of_silence_make_a_trouble_past(silent: timedelta, past: bool) -> None:
    assert is_past(replace(_OPEN, seen_at=_NOW - silent), _NOW) is past
    assert is_past(replace(_OPEN, seen_at=None, opened_at=_NOW - silent), _NOW) is past

"""The words of notices: who fails for what, in one line; then the evidence; never more than is known."""

from dataclasses import replace

import pytest

from statuswatch.core.announcing import Announcer
from statuswatch.core.health import Confidence, Fault, Health, Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Policy, Trouble
from statuswatch.core.verdict import Advice, AdviceKind, Evidence, EvidenceKind, Reason, Verdict
from support.facts import GPT, HAIKU, OPUS, at
from support.timeline import KNOWLEDGE

_NOW = at("10:30")
_SONNET = "anthropic/api:claude-sonnet-4.5"
_FAILED = Evidence(EvidenceKind.CALLS_FAILED, at("10:29"), 3, 4, "529 overloaded_error")
_QUIET = Evidence(EvidenceKind.PAGE_QUIET, at("10:29"))
_POSTED = Evidence(EvidenceKind.INCIDENT, quote="Elevated errors", incident="anthropic:i1", url="https://status.example/i1")
_BELOW = replace(_POSTED, quote="Network outage", incident="cloudflare:c1", url=None)


def _verdict(route: str = OPUS, *evidence: Evidence, health: Health = Health.DEGRADED, **more: object) -> Verdict:
    known = {"fault": Fault.PROVIDER, "confidence": Confidence.HIGH, "reason": Reason.OWN_FAILURES_CAPACITY, **more}
    return Verdict(parse_route(route), health, evidence=evidence, **known)  # type: ignore[arg-type]


def _notice(*verdicts: Verdict, kind: NoticeKind = NoticeKind.OPENED, reason: NoticeReason = NoticeReason.OWN_FAILURES, **trouble: object) -> Notice:
    shown = {verdict.route.canonical: verdict for verdict in verdicts}
    about = replace(Trouble("t7", verdicts[0].route.provider, at("10:00"), tuple(shown)), **trouble)  # type: ignore[arg-type]
    routes = tuple(shown) if kind is NoticeKind.RESOLVED else ()
    return Announcer(KNOWLEDGE, Policy(simulated=True), _NOW).notice(about, 3, kind, reason, verdicts[0], shown, routes)


@pytest.mark.parametrize(
    ("verdicts", "title"),
    [
        ([_verdict()], "Anthropic is failing for Claude Opus 4.5"),
        ([_verdict(health=Health.DOWN)], "Anthropic is down for Claude Opus 4.5"),
        ([_verdict(), _verdict(_SONNET)], "Anthropic is failing for Claude Opus 4.5 and Claude Sonnet 4.5"),
        ([_verdict(), _verdict("anthropic/code:claude-opus-4.5")], "Anthropic is failing for Claude Opus 4.5"),
        ([_verdict(), _verdict(GPT)], "Anthropic and OpenAI are failing for Claude Opus 4.5 and GPT-5.5"),
        ([_verdict("github:*")], "GitHub is failing"),
        (
            [_verdict(health=Health.SUSPECT, reason=Reason.INCIDENT_POSSIBLE, incident="anthropic:i1"), _verdict(HAIKU)],
            "Anthropic reports trouble that may concern Claude Opus 4.5 and Claude Haiku 4.5",
        ),
        (
            [_verdict(health=Health.SUSPECT, reason=Reason.INCIDENT_POSSIBLE, incident="cloudflare:c1")],
            "Cloudflare reports trouble that may concern Claude Opus 4.5",
        ),
        ([_verdict(health=Health.RECOVERING, reason=Reason.INCIDENT_MONITORING)], "Anthropic says it is coming back for Claude Opus 4.5"),
    ],
)
def test_the_title_says_who_fails_for_what(verdicts: list[Verdict], title: str) -> None:
    assert _notice(*verdicts).title == title


def test_of_very_many_models_only_a_few_are_named() -> None:
    routes = [f"anthropic/api:claude-{name}-4" for name in ("opus", "sonnet", "haiku", "fable", "tale")]
    possible = [_verdict(route, health=Health.SUSPECT, reason=Reason.INCIDENT_POSSIBLE) for route in routes]

    assert _notice(*possible).title.endswith("may concern Claude Opus 4, Claude Sonnet 4 and 3 more")
    assert _notice(*(_verdict(route) for route in routes)).title == "Anthropic is failing for Claude Opus 4, Claude Sonnet 4 and 3 more"


@pytest.mark.parametrize(
    ("evidence", "body"),
    [
        ((_FAILED, _QUIET), "Not you: 3 of your last 4 calls failed with 529 overloaded_error. Page says nothing yet (it usually takes 19 minutes)."),
        (
            (_FAILED, Evidence(EvidenceKind.PAGE_OTHERS, at("10:29"))),
            "Not you: 3 of your last 4 calls failed with 529 overloaded_error. Page reports trouble with other models or parts only.",
        ),
        ((_FAILED, _POSTED), 'Not you: 3 of your last 4 calls failed with 529 overloaded_error. Page: "Elevated errors".'),
        ((_FAILED, _BELOW), 'Not you: 3 of your last 4 calls failed with 529 overloaded_error. Cloudflare\'s page: "Network outage".'),
        (
            (_FAILED, Evidence(EvidenceKind.FEED_STATE, subject="unreadable")),
            "Not you: 3 of your last 4 calls failed with 529 overloaded_error. Their page cannot be read.",
        ),
        ((_FAILED,), "Not you: 3 of your last 4 calls failed with 529 overloaded_error."),
        ((Evidence(EvidenceKind.CALLS_OK, at("10:20"), 3, 3), _POSTED), 'Your own calls worked so far. Page: "Elevated errors".'),
        ((_POSTED,), 'Page: "Elevated errors".'),
    ],
)
def test_the_body_gives_the_evidence_and_no_more_than_is_known(evidence: tuple[Evidence, ...], body: str) -> None:
    assert _notice(_verdict(OPUS, *evidence)).body == body


def test_what_works_instead_is_named_once() -> None:
    bad = _verdict(OPUS, _FAILED, advice=(Advice(AdviceKind.SWITCH, HAIKU), Advice(AdviceKind.SWITCH, GPT), Advice(AdviceKind.WAIT, OPUS)))

    assert _notice(bad).body.endswith("Claude Haiku 4.5 works.")


def test_a_relapse_says_that_it_is_one_and_names_its_route_alone() -> None:
    again = _notice(_verdict(), _verdict(_SONNET), kind=NoticeKind.REOPENED, reason=NoticeReason.REOPENED)

    assert (again.title, again.routes) == ("Again: Anthropic is failing for Claude Opus 4.5", (OPUS,))


@pytest.mark.parametrize(
    ("evidence", "body"),
    [
        ((replace(_POSTED, quote="Database upgrade", until=at("12:00")),), 'Page: "Database upgrade". It is planned to end in 1h30m.'),
        ((replace(_POSTED, quote="Database upgrade", until=at("10:20")),), 'Page: "Database upgrade".'),
        ((replace(_POSTED, quote="Database upgrade"),), 'Page: "Database upgrade".'),
        ((), ""),
    ],
)
def test_planned_work_is_told_with_its_name_and_how_long_it_is_to_last(evidence: tuple[Evidence, ...], body: str) -> None:
    work = _verdict(OPUS, *evidence, health=Health.MAINTENANCE, reason=Reason.MAINTENANCE_NOW)
    told = _notice(work, kind=NoticeKind.MAINTENANCE, reason=NoticeReason.PLANNED)

    assert (told.title, told.body) == ("Anthropic has begun planned maintenance for Claude Opus 4.5", body)


@pytest.mark.parametrize(
    ("reason", "trouble", "title", "body"),
    [
        (NoticeReason.OWN_SUCCESS, {}, "Claude Opus 4.5 is back", "Your call just worked. It lasted 30m."),
        (NoticeReason.OWN_SUCCESS, {"seen_at": at("10:29")}, "Claude Opus 4.5 is back", "Your call just worked. It lasted 30m."),
        (NoticeReason.OWN_SUCCESS, {"seen_at": at("10:05")}, "Claude Opus 4.5 is back", "Your call just worked. It lasted at most 30m."),
        (NoticeReason.PAGE_RESOLVED, {}, "Claude Opus 4.5 is back, says Anthropic", "You made no call since, so nothing verifies it. It lasted 30m."),
        (
            NoticeReason.PAGE_RESOLVED,
            {"incidents": ("anthropic:i1", "cloudflare:c1")},
            "Claude Opus 4.5 is back, say Anthropic and Cloudflare",
            "You made no call since, so nothing verifies it. It lasted 30m.",
        ),
        (NoticeReason.NARROWED, {"incidents": ("anthropic:i1",)}, "Claude Opus 4.5 is not affected after all", "Anthropic now names others only."),
    ],
)
def test_the_end_says_what_it_stands_on(reason: NoticeReason, trouble: dict[str, object], title: str, body: str) -> None:
    told = _notice(_verdict(health=Health.OK), kind=NoticeKind.RESOLVED, reason=reason, **trouble)

    assert (told.title, told.body) == (title, body)


def test_two_that_are_back_are_and_one_model_on_two_surfaces_is() -> None:
    def back(*verdicts: Verdict) -> str:
        return _notice(*verdicts, kind=NoticeKind.RESOLVED, reason=NoticeReason.OWN_SUCCESS).title

    assert back(_verdict(), _verdict(_SONNET)) == "Claude Opus 4.5 and Claude Sonnet 4.5 are back"
    assert back(_verdict(), _verdict("anthropic/code:claude-opus-4.5")) == "Claude Opus 4.5 is back"


def test_a_notice_has_an_id_of_its_own_and_the_address_of_what_it_is_about() -> None:
    told = _notice(_verdict(OPUS, _POSTED, incident="anthropic:i1", relevance=Relevance.AFFECTED))

    assert (told.id, told.trouble) == ("t7-3-opened@20260302T100000", "t7@20260302T100000")
    assert (told.url, told.incident, told.simulated, told.at) == ("https://status.example/i1", "anthropic:i1", True, _NOW)


def test_without_an_address_of_the_incident_the_page_is_the_address_and_none_where_none_is_known() -> None:
    assert _notice(_verdict(OPUS, _BELOW)).url == "https://status.example/anthropic"
    assert _notice(_verdict("nobody:thing-1")).url is None
    assert _notice(_verdict(OPUS), incidents=("anthropic:i3",)).incident == "anthropic:i3"


def test_the_digest_moves_with_the_substance_alone() -> None:
    announcer = Announcer(KNOWLEDGE, Policy(), _NOW)
    trouble = Trouble("t1", "anthropic", at("10:00"), (OPUS, GPT))

    def digest(**more: object) -> str:
        return announcer.digest(trouble, {OPUS: _verdict(OPUS, **more)})  # type: ignore[arg-type]

    assert digest() == digest(confidence=Confidence.LOW, as_of=_NOW)
    assert digest() != digest(incident="anthropic:i1")
    assert digest(incident="anthropic:i1") != digest(incident="anthropic:i1", relevance=Relevance.POSSIBLE)

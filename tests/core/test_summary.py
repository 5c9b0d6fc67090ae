"""One line for everything: the worst leads, the exit status follows, the label is from an allow-listed alphabet."""

import re
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.health import Confidence, Fault, Health, Side
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.judge import Judgement
from statuswatch.core.snapshot import Level
from statuswatch.core.summary import is_acknowledged, label, level_of, summarise
from statuswatch.core.verdict import Advice, AdviceKind, Evidence, EvidenceKind, Reason, Verdict
from support.facts import GPT, HAIKU, OPUS, at
from support.timeline import KNOWLEDGE

_NOW = at("14:48")


def verdict(route: str = OPUS, health: str = "ok", fault: str = "unknown", reason: Reason = Reason.CALLS_SUCCEED, **more: object) -> Verdict:
    return Verdict(parse_route(route), Health(health), Fault(fault), Confidence.HIGH, reason, **more)  # type: ignore[arg-type]


_BAD = verdict(health="degraded", fault="provider", reason=Reason.OWN_FAILURES_CAPACITY, since=at("14:25"), advice=(Advice(AdviceKind.WAIT, OPUS),))
_DOWN = verdict(GPT, "down", "provider", Reason.INCIDENT_AFFECTS, since=at("14:40"), incident="openai:i9")
_MINE = verdict(health="down", fault="auth", reason=Reason.OWN_FAILURES_YOURS, since=at("14:40"))
_BLIND = verdict(HAIKU, "unknown", reason=Reason.FEED_UNREADABLE)


@pytest.mark.parametrize(
    ("verdicts", "level", "status", "words"),
    [
        ([], Level.UNKNOWN, 4, "Nothing is watched yet"),
        ([verdict()], Level.OK, 0, "What you use is fine."),
        ([verdict(reason=Reason.PAGE_QUIET)], Level.OK, 0, "No trouble known with what you use"),
        ([verdict(), verdict(HAIKU)], Level.OK, 0, "Both things you use are fine."),
        ([verdict(), verdict(HAIKU), verdict(GPT)], Level.OK, 0, "All 3 things you use are fine."),
        ([verdict(), verdict(HAIKU, reason=Reason.PAGE_QUIET)], Level.OK, 0, "your own calls show it for 1"),
        ([verdict(), _BAD], Level.FAILING, 1, "It's them. Anthropic is failing"),
        ([_BAD, _DOWN], Level.DOWN, 1, "It's them. OpenAI is down"),
        ([_BLIND, _MINE], Level.YOURS, 3, "It's on your side"),
        ([_BLIND], Level.UNKNOWN, 4, "Cannot tell about Claude Haiku 4.5"),
        ([_BLIND, verdict(GPT, "unknown", reason=Reason.NOTHING_KNOWN)], Level.UNKNOWN, 4, "Nothing is known yet"),
        ([_BLIND, verdict()], Level.UNKNOWN, 4, "Cannot tell about Claude Haiku 4.5"),
        ([verdict(health="suspect", fault="provider", reason=Reason.INCIDENT_POSSIBLE)], Level.UNSURE, 4, "Not sure yet"),
        ([verdict(health="recovering", fault="provider", reason=Reason.BACK_BUT_OPEN)], Level.RECOVERING, 1, "works again"),
    ],
)
def test_the_worst_leads(verdicts: list[Verdict], level: Level, status: int, words: str) -> None:
    got = summarise(Judgement(tuple(verdicts)), KNOWLEDGE, {}, _NOW)

    assert (got.level, got.exit_status) == (level, status)
    assert words in got.headline


def test_the_summary_brings_the_way_out() -> None:
    assert summarise(Judgement((_BAD,)), KNOWLEDGE, {}, _NOW).details == (f"wait: statuswatch wait {OPUS}",)
    assert summarise(Judgement((_BAD,)), KNOWLEDGE, {}, _NOW).label == "opus failing 23m"


def test_what_was_acknowledged_does_not_lead() -> None:
    then = at("14:45")

    assert summarise(Judgement((_BAD, _DOWN)), KNOWLEDGE, {"openai:i9": then}, _NOW).level is Level.FAILING

    both = summarise(Judgement((_BAD, _DOWN)), KNOWLEDGE, {OPUS: then, "openai:i9": then}, _NOW)
    assert (both.level, both.label, both.exit_status) == (Level.OK, "", 1)
    assert both.headline.startswith("Nothing else is wrong. As you know: It's them. OpenAI is down")


def test_trouble_that_began_after_the_acknowledgement_leads_again() -> None:
    assert summarise(Judgement((_BAD, _DOWN)), KNOWLEDGE, {"openai:i9": at("14:30")}, _NOW).level is Level.DOWN


@pytest.mark.parametrize(
    ("name", "leads"),
    [("*", Level.OK), ("anthropic", Level.DOWN), ("openai", Level.FAILING), (str(_BAD.route), Level.DOWN), ("google-gemini", Level.DOWN)],
)
def test_all_troubles_of_a_provider_or_all_there_are_can_be_acknowledged_at_once(name: str, leads: Level) -> None:
    got = summarise(Judgement((_BAD, _DOWN)), KNOWLEDGE, {name: at("14:45")}, _NOW)

    assert got.level is leads
    assert [is_acknowledged(item, {name: at("14:45")}) for item in (_BAD, _DOWN)] == [
        leads is not Level.FAILING and name != "google-gemini",
        name in {"*", "openai"},
    ]


def test_what_begins_at_a_provider_after_its_troubles_were_acknowledged_leads() -> None:
    for name in ("*", "openai"):
        assert summarise(Judgement((_DOWN,)), KNOWLEDGE, {name: at("14:30")}, _NOW).level is Level.DOWN


def test_what_is_not_known_is_not_acknowledged_with_all_else() -> None:
    got = summarise(Judgement((_DOWN, _BLIND, verdict())), KNOWLEDGE, {"*": at("14:45")}, _NOW)

    assert (got.level, got.exit_status) == (Level.UNKNOWN, 4)
    assert not is_acknowledged(_BLIND, {"*": at("14:45"), HAIKU: at("14:45")})


def test_acknowledged_trouble_is_never_called_fine() -> None:
    got = summarise(Judgement((verdict(HAIKU), _DOWN)), KNOWLEDGE, {"openai:i9": at("14:45")}, _NOW)

    assert (got.level, got.label, got.exit_status) == (Level.OK, "", 1)
    assert got.headline.startswith("Nothing else is wrong. As you know: It's them. OpenAI is down")


def test_planned_work_is_said_where_nothing_is_wrong() -> None:
    working = verdict(HAIKU, "maintenance", "provider", Reason.MAINTENANCE_NOW, since=at("14:40"))
    got = summarise(Judgement((verdict(), working)), KNOWLEDGE, {}, _NOW)

    assert (got.level, got.exit_status) == (Level.OK, 0)
    assert "planned maintenance for Claude Haiku 4.5" in got.headline


def test_offline_is_said_before_anything_else() -> None:
    got = summarise(Judgement((_BAD,), offline_since=at("14:02")), KNOWLEDGE, {}, _NOW)

    assert (got.level, got.side, got.exit_status, got.label) == (Level.YOURS, Side.YOURS, 3, "offline 46m")
    assert got.headline == "No status page can be reached since 14:02 (46m): most likely your network. Sure: medium. Nothing below is newer than that."


def test_offline_says_what_to_do() -> None:
    told = verdict(health="unknown", fault="network", reason=Reason.OWN_NETWORK, advice=(Advice(AdviceKind.CHECK_NETWORK),))

    assert summarise(Judgement((_BAD, told), at("14:02")), KNOWLEDGE, {}, _NOW).details == ("check your network, VPN or proxy",)
    assert summarise(Judgement((replace(told, advice=()),), at("14:02")), KNOWLEDGE, {}, _NOW).details == ()


def test_offline_says_how_many_pages_are_out_of_reach_and_how_sure_that_makes_it() -> None:
    silent = (Evidence(EvidenceKind.FEEDS_SILENT, at("14:02"), 5, 5),)
    told = replace(verdict(health="unknown", fault="network", reason=Reason.OWN_NETWORK, evidence=silent), confidence=Confidence.MEDIUM)
    proven = replace(told, confidence=Confidence.HIGH)

    assert summarise(Judgement((told,), at("14:02")), KNOWLEDGE, {}, _NOW).headline.startswith("None of 5 status pages can be reached since 14:02")
    assert "Sure: medium." in summarise(Judgement((told,), at("14:02")), KNOWLEDGE, {}, _NOW).headline
    assert "Sure: high." in summarise(Judgement((told, proven), at("14:02")), KNOWLEDGE, {}, _NOW).headline


@pytest.mark.parametrize(
    ("cut", "words"),
    [("", "most likely your network"), ("names", "your DNS"), ("intercepted", "no certificate is accepted"), ("portal", "a login page answers")],
)
def test_offline_says_what_is_cut_off(cut: str, words: str) -> None:
    silent = (Evidence(EvidenceKind.FEEDS_SILENT, at("14:02"), 5, 5, cut),)
    told = verdict(health="unknown", fault="network", reason=Reason.OWN_NETWORK, evidence=silent)

    assert words in summarise(Judgement((told,), at("14:02")), KNOWLEDGE, {}, _NOW).headline


def test_clock_times_are_those_of_the_person() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    offline = summarise(Judgement((_BAD,), offline_since=at("14:02")), KNOWLEDGE, {}, _NOW, east)
    failing = summarise(Judgement((_BAD,)), KNOWLEDGE, {}, _NOW, east)

    assert "since 19:32 (46m)" in offline.headline
    assert "since 19:55 (23m)" in failing.headline


@pytest.mark.parametrize("health", Health)
def test_every_health_has_a_level(health: Health) -> None:
    assert level_of(verdict(health=health)) in Level


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (_MINE, "opus your auth 8m"),
        (verdict("github:*", "down", "provider", Reason.INCIDENT_AFFECTS, since=at("14:40")), "github down 8m"),
        (verdict(health="suspect", fault="provider", reason=Reason.INCIDENT_POSSIBLE), "opus not sure"),
    ],
)
def test_the_label_says_which_what_and_how_long(item: Verdict, text: str) -> None:
    assert label(item, level_of(item), _NOW) == text


@given(st.text(max_size=80), st.sampled_from(Level))
def test_the_label_keeps_to_its_alphabet_whatever_a_model_is_called(model: str, level: Level) -> None:
    item = Verdict(Route("p", None, model), Health.DOWN, Fault.PROVIDER, Confidence.LOW, Reason.INCIDENT_AFFECTS, at("14:00"))

    assert re.fullmatch(r"[A-Za-z0-9 .:+_-]{0,40}", label(item, level, _NOW))

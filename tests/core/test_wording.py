"""The sentences: first the answer, plain words, what is not known is said."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from statuswatch.core.health import Confidence, Fault, FeedState, Health, Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.incident import Stage
from statuswatch.core.verdict import Advice, AdviceKind, Evidence, EvidenceKind, Reason, Verdict
from statuswatch.core.wording import (
    advice_line,
    age_of,
    age_words,
    client_name,
    clock_words,
    confidence_word,
    evidence_line,
    feed_word,
    headline,
    health_word,
    model_title,
    page_word,
    route_title,
    short_model,
    stage_word,
    surface_name,
)
from support.facts import HAIKU, OPUS, at
from support.timeline import KNOWLEDGE

_NOW = at("14:48")
_VERDICT = Verdict(parse_route(OPUS), Health.DEGRADED, Fault.PROVIDER, Confidence.HIGH, Reason.OWN_FAILURES_CAPACITY, at("14:25"), at("14:47"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0s"), (21.9, "21s"), (59, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (5400, "1h30m"), (39600, "11h"), (172799, "47h"), (172800, "2d")],
)
def test_an_age_is_short(seconds: float, words: str) -> None:
    assert age_words(seconds) == words


def test_the_age_of_nothing_is_never() -> None:
    assert age_of(None, _NOW) == "never"
    assert age_of(at("14:36"), _NOW) == "12m"


@pytest.mark.parametrize(
    ("model", "title", "short"),
    [
        ("claude-opus-4.5", "Claude Opus 4.5", "opus"),
        ("claude-opus", "Claude Opus", "opus"),
        ("gpt-5.5", "GPT-5.5", "gpt-5.5"),
        ("gpt-4o-mini", "GPT-4o mini", "gpt-4o-mini"),
        ("gpt-5.1-codex", "GPT-5.1 Codex", "gpt-5.1-codex"),
        ("gpt-4-0314", "gpt-4-0314", "gpt-4-0314"),
        ("glm-air", "glm-air", "air"),
        ("gemini-2.5-pro", "Gemini 2.5 Pro", "gemini-2.5-pro"),
        ("grok-4", "Grok 4", "grok-4"),
        ("llama-3.3-70b-instruct", "Llama 3.3 70B Instruct", "llama-3.3-70b-instruct"),
        ("davinci-002", "davinci-002", "davinci-002"),
        ("qwen3-coder", "qwen3-coder", "qwen3-coder"),
        ("o3", "o3", "o3"),
        ("*", "any model", "*"),
    ],
)
def test_a_model_has_a_title_and_a_short_name(model: str, title: str, short: str) -> None:
    assert (model_title(model), short_model(model)) == (title, short)


def test_a_route_without_a_model_is_called_by_its_provider() -> None:
    assert route_title(parse_route("github:*"), KNOWLEDGE) == "GitHub"
    assert surface_name(parse_route("anthropic/code:*")) == "code"
    assert surface_name(parse_route("anthropic:*")) == "any"
    assert surface_name(parse_route("google-cloud/cloud:gemini-2.5-pro@us-central1")) == "cloud us-central1"
    assert (client_name("claude-code"), client_name("mine")) == ("Claude Code", "mine")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "It's them. Anthropic is failing for Claude Opus 4.5 since 14:25 (23m). Sure: high."),
        ({"confidence": Confidence.MEDIUM}, "It looks like them. Anthropic is failing for Claude Opus 4.5 since 14:25 (23m). Sure: medium."),
        ({"health": Health.DOWN}, "It's them. Anthropic is down for Claude Opus 4.5 since 14:25 (23m). Sure: high."),
        ({"route": parse_route("anthropic:*")}, "It's them. Anthropic is failing since 14:25 (23m). Sure: high."),
        ({"fault": Fault.AUTH}, "It's on your side. Anthropic does not accept your key or login since 14:25 (23m). Sure: high."),
        ({"fault": Fault.QUOTA, "since": None}, "It's on your side. Your rate limit at Anthropic. Sure: high."),
        ({"fault": Fault.MODEL, "since": None}, "It's on your side. Anthropic does not know or no longer serves Claude Opus 4.5. Sure: high."),
        (
            {"health": Health.RECOVERING, "reason": Reason.BACK_BUT_OPEN},
            "Claude Opus 4.5 works again for you since 14:25 (23m); Anthropic still has the incident open.",
        ),
        ({"health": Health.RECOVERING, "reason": Reason.INCIDENT_MONITORING}, "Anthropic says Claude Opus 4.5 is coming back"),
        ({"health": Health.SUSPECT, "reason": Reason.INCIDENT_POSSIBLE}, "Not sure yet. Anthropic reports trouble that may concern Claude Opus 4.5"),
        ({"health": Health.SUSPECT, "reason": Reason.CALLS_SUCCEED}, "but your last call worked."),
        ({"health": Health.OK, "fault": Fault.UNKNOWN, "reason": Reason.CALLS_SUCCEED}, "Claude Opus 4.5 works: your last call succeeded 1m ago."),
        ({"health": Health.OK, "fault": Fault.UNKNOWN, "reason": Reason.PAGE_QUIET}, "no trouble known"),
        ({"health": Health.OK, "fault": Fault.UNKNOWN, "reason": Reason.RESOLVED_UNVERIFIED}, "you made no call since."),
        ({"health": Health.MAINTENANCE, "reason": Reason.MAINTENANCE_NOW}, "planned maintenance"),
        ({"health": Health.UNKNOWN, "fault": Fault.UNKNOWN, "reason": Reason.FEED_UNREADABLE}, "Cannot tell about Claude Opus 4.5"),
        ({"health": Health.UNKNOWN, "fault": Fault.UNKNOWN, "reason": Reason.NOTHING_KNOWN}, "Nothing known about Claude Opus 4.5 yet."),
        ({"health": Health.SUSPECT, "fault": Fault.UNKNOWN, "reason": Reason.OWN_FAILURES_UNDECIDED}, "Not sure yet about Claude Opus 4.5 at Anthropic"),
    ],
)
def test_the_headline_answers_first(changes: dict[str, object], words: str) -> None:
    assert words in headline(replace(_VERDICT, **changes), KNOWLEDGE, _NOW)  # type: ignore[arg-type]


def test_clock_times_are_in_the_persons_zone() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert clock_words(at("14:25"), tokyo) == "23:25"
    assert clock_words(None) == "?"
    assert "since 23:25" in headline(_VERDICT, KNOWLEDGE, _NOW, tokyo)


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (
            Evidence(EvidenceKind.CALLS_FAILED, at("14:47"), 7, 9, "529 overloaded_error", clients=("claude-code",), projects=2, attempts=7),
            "7 of your last 9 calls failed with 529 overloaded_error (Claude Code, 2 projects)",
        ),
        (Evidence(EvidenceKind.CALLS_FAILED, at("14:47"), 1, 1, "", clients=("codex",), projects=1, attempts=3), "your last call failed, 3 attempts (Codex)"),
        (Evidence(EvidenceKind.CALLS_FAILED, at("14:47"), 1, 4), "1 of your last 4 calls failed"),
        (Evidence(EvidenceKind.CALLS_OK, at("14:47"), 3, 4), "3 of your last 4 calls worked, the newest 1m ago"),
        (Evidence(EvidenceKind.SIBLING_OK, at("14:47"), 12, 12, HAIKU), "Claude Haiku 4.5 works meanwhile (12 of 12): not your key, not your network"),
        (
            Evidence(EvidenceKind.INCIDENT, at("14:31"), subject="affected", quote="Errors", posted_at=at("14:31")),
            'their page posted 14:31: "Errors" (affected)',
        ),
        (Evidence(EvidenceKind.INCIDENT, at("14:31"), subject="possible", quote="Errors"), 'their page reports: "Errors" (possible)'),
        (Evidence(EvidenceKind.PAGE_QUIET, at("14:47")), "their page says nothing yet (it usually takes 19 minutes); read 1m ago"),
        (
            Evidence(EvidenceKind.INCIDENT, at("14:31"), subject="affected", quote="Errors", posted_at=at("14:31"), quoted_at=at("14:46")),
            'their page posted 14:31, at 14:46: "Errors" (affected)',
        ),
        (
            Evidence(EvidenceKind.INCIDENT, at("14:31"), subject="affected", quote="Errors", posted_at=at("14:31:02"), quoted_at=at("14:31:40")),
            'their page posted 14:31: "Errors" (affected)',
        ),
        (
            Evidence(EvidenceKind.INCIDENT, at("14:31"), subject="affected", quote="Upgrade", posted_at=at("14:31"), until=at("16:00")),
            'their page posted 14:31, until 16:00: "Upgrade" (affected)',
        ),
        (
            Evidence(EvidenceKind.INCIDENT, at("14:31"), subject="possible", quote="Errors", quoted_at=at("14:46")),
            'their page reports, at 14:46: "Errors" (possible)',
        ),
        (Evidence(EvidenceKind.PAGE_CLEAR, at("14:47:40")), "their page names no trouble with it; read 20s ago"),
        (
            Evidence(EvidenceKind.PAGE_OLD, at("14:47"), 40, 15, quote="Errors"),
            'their page still lists "Errors", untouched for 40 days: after 15 it is taken to be forgotten',
        ),
        (Evidence(EvidenceKind.PAGE_OTHERS, at("14:47")), "their page reports trouble with other models or parts only; read 1m ago"),
        (Evidence(EvidenceKind.FEED_STATE, at("14:00"), subject="unreadable"), "their page is unreadable since 14:00"),
        (Evidence(EvidenceKind.FEEDS_ANSWER, None, 7, 8), "7 of 8 other feeds answer: not your network"),
        (Evidence(EvidenceKind.FEEDS_SILENT, None, 8, 8), "none of 8 status feeds can be reached"),
        (Evidence(EvidenceKind.FEEDS_SILENT, None, 8, 8, "names"), "none of 8 status feeds can be reached: no name can be resolved, so most likely your DNS"),
        (Evidence(EvidenceKind.SIBLING_FAILED, at("14:47"), 2, 3, HAIKU), "Claude Haiku 4.5 fails meanwhile too (2 of 3)"),
        (Evidence(EvidenceKind.LOGINS_REFUSED, at("14:47"), 2, 2), "2 logins that worked were refused within minutes"),
        (Evidence(EvidenceKind.CLOCK_OFF, count=300, subject="behind"), "this machine's clock is 5m behind, measured at the pages"),
    ],
)
def test_each_kind_of_evidence_has_its_line(evidence: Evidence, words: str) -> None:
    assert evidence_line(evidence, KNOWLEDGE, _NOW) == words


@pytest.mark.parametrize("kind", AdviceKind)
def test_each_kind_of_advice_has_its_line(kind: AdviceKind) -> None:
    assert advice_line(Advice(kind, HAIKU, 21.0), KNOWLEDGE)
    assert (
        advice_line(Advice(AdviceKind.LOCAL, "qwen3 (Ollama at 127.0.0.1:11434)"), KNOWLEDGE)
        == "use the model on this machine: qwen3 (Ollama at 127.0.0.1:11434)"
    )


def test_advice_names_what_works_and_how_long_to_wait() -> None:
    assert advice_line(Advice(AdviceKind.SWITCH, HAIKU), KNOWLEDGE) == "switch to Claude Haiku 4.5, which works for you now"
    assert advice_line(Advice(AdviceKind.RETRY, OPUS, 30.4), KNOWLEDGE) == "try again in about 30 s"
    assert advice_line(Advice(AdviceKind.RETRY, OPUS), KNOWLEDGE) == "try again now"
    assert advice_line(Advice(AdviceKind.NONE), KNOWLEDGE) == "nothing else is known to work for you now"


@pytest.mark.parametrize(
    ("relevance", "impact", "state", "word"),
    [
        (Relevance.AFFECTED, "major", FeedState.FRESH, "major"),
        (Relevance.AFFECTED, None, FeedState.FRESH, "affected"),
        (Relevance.POSSIBLE, "major", FeedState.FRESH, "possible"),
        (None, None, FeedState.FRESH, "quiet"),
        (Relevance.AFFECTED, "major", FeedState.UNREADABLE, "unreadable"),
        (None, None, None, "not read yet"),
    ],
)
def test_what_the_page_says_is_one_word_and_never_fine_where_it_cannot_be_read(relevance: object, impact: str | None, state: object, word: str) -> None:
    assert page_word(replace(_VERDICT, relevance=relevance), impact, state) == word  # type: ignore[arg-type]


def test_words_for_health_stage_feed_and_confidence() -> None:
    assert [health_word(health) for health in Health] == ["ok", "not sure", "failing", "down", "coming back", "maintenance", "unknown"]
    assert health_word(Health.DOWN, Reason.OWN_FAILURES_YOURS) == "your side"
    assert stage_word(Stage.IN_PROGRESS, "in_progress") == "in progress"
    assert stage_word(Stage.UNKNOWN, "pondering") == "unknown stage 'pondering'"
    assert stage_word(Stage.UNKNOWN, "") == "unknown stage"
    assert {feed_word(state) for state in FeedState} == {"fresh", "not read lately", "refuses to be read", "unreadable", "out of reach"}
    assert [confidence_word(item) for item in Confidence] == ["not sure", "fairly sure", "sure"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.CAPTIVE_PORTAL, "It's on your side. Your network: a login page (captive portal) answers in place of Anthropic."),
        (Reason.INTERCEPTED, "It's on your side. Your calls to Anthropic are stopped on the way"),
    ],
)
def test_what_stands_in_the_way_is_said_as_such(reason: Reason, words: str) -> None:
    item = replace(_VERDICT, health=Health.DOWN, fault=Fault.NETWORK, reason=reason, since=None)

    assert headline(item, KNOWLEDGE, _NOW).startswith(words)

"""The verdict table, row by row, and the properties that no row may break."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.incident import ComponentChange, Kind
from statuswatch.core.judge import judge
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment
from statuswatch.core.network import network
from statuswatch.core.observation import ClockCompared, ClockJumped, Diagnosis, LocalServer, LocalServersSeen, Observation, PageUnchanged
from statuswatch.core.verdict import AdviceKind, EvidenceKind, Reach, Reason, Verdict
from statuswatch.core.world import World
from support.facts import (
    AUTH,
    GPT,
    HAIKU,
    NETWORK,
    OPUS,
    OVERLOADED,
    QUOTA,
    SERVER,
    UNCLEAR,
    WORDS,
    at,
    call,
    failed_read,
    incident,
    moment,
    read,
    watching,
    world,
)
from support.timeline import KNOWLEDGE

_NAMED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."), impact="minor")
_MANY = incident(("10:00", "investigating", "We are looking."), title="Elevated errors across many models", impact="critical")
_CALM = incident(("10:00", "investigating", "Errors on Claude Opus 4.5."), ("10:05", "monitoring", "A fix is in place for Claude Opus 4.5."))
_OVER = incident(("10:00", "investigating", "Errors on Claude Opus 4.5."), ("10:20", "resolved", "Fixed."))
_LONG = incident(("08:40", "investigating", "We see errors on Claude Opus 4.5."))
_KEYS = incident(("10:00", "investigating", "API keys are refused for Claude Opus 4.5."))
_WORK = incident(("10:00", "in_progress", "Planned work on the API."), title="Planned maintenance of the API", kind=Kind.MAINTENANCE, impact="maintenance")


def _burst(clock: str, diagnosis: object = OVERLOADED, tries: int = 3) -> list[Observation]:
    return [call(f"{clock}:{n:02d}", OPUS, diagnosis, final=n == tries - 1, turn=clock) for n in range(tries)]  # type: ignore[arg-type]


_PORTAL = Diagnosis(Fault.NETWORK, Confidence.MEDIUM, "captive_portal", 200)
_FILTER = Diagnosis(Fault.NETWORK, Confidence.LOW, "own_filter", 403)
_TLS = Diagnosis(Fault.NETWORK, Confidence.MEDIUM, "tls_verification", None, "CERT_UNTRUSTED", explicit=True)
_TIMEOUT = Diagnosis(Fault.UNKNOWN, Confidence.LOW, "timeout", None, "ETIMEDOUT")
_GONE = Diagnosis(Fault.MODEL, Confidence.MEDIUM, "model_unknown", 404, "not_found_error")
_GATEWAY = Diagnosis(Fault.GATEWAY, Confidence.HIGH, "own_gateway_down", None, "ECONNREFUSED", explicit=True)


def _spread(diagnosis: Diagnosis) -> list[Observation]:
    """Requests that fail more often than not, a minute apart."""
    return [call(f"10:0{n}:30", OPUS, None if n == 3 else diagnosis, key=f"s{n}") for n in range(1, 8)]


def _two_clients(diagnosis: Diagnosis) -> list[Observation]:
    return [call(f"10:0{n}", OPUS, diagnosis, client="sdk" if n % 2 else "claude-code") for n in range(5, 9)]


def _logins(*said: tuple[str, str, object, str | None]) -> list[Observation]:
    """Calls of (clock, client, diagnosis or None, credential)."""
    made = [call(clock, OPUS, diagnosis, client=client, key=f"{clock}{client}") for clock, client, diagnosis, _ in said]  # type: ignore[arg-type]
    return [replace(seen, call=replace(seen.call, credential=credential)) for seen, (*_, credential) in zip(made, said, strict=True)]


def verdict(clock: str, *facts: Observation, route: str = OPUS) -> Verdict:
    return judge(world(*facts), watching(route, HAIKU), KNOWLEDGE, moment(clock)).verdicts[0]


@pytest.mark.parametrize(
    ("facts", "row"),
    [
        ([], ("unknown", "unknown", "low", "nothing_known")),
        ([read("10:09")], ("ok", "unknown", "low", "page_quiet")),
        ([read("09:40")], ("unknown", "unknown", "low", "feed_unreadable")),
        ([failed_read("10:09", "unreadable")], ("unknown", "unknown", "low", "feed_unreadable")),
        ([call("10:05")], ("ok", "unknown", "high", "calls_succeed")),
        ([call("10:05", OPUS, OVERLOADED)], ("degraded", "provider", "medium", "own_failures_capacity")),
        (_burst("10:05"), ("degraded", "provider", "high", "own_failures_capacity")),
        ([*_burst("10:01"), *_burst("10:02"), *_burst("10:03")], ("down", "provider", "high", "own_failures_capacity")),
        ([call("10:00"), *_burst("10:01"), *_burst("10:02"), *_burst("10:03")], ("degraded", "provider", "high", "own_failures_capacity")),
        ([call("10:05", OPUS, SERVER)], ("suspect", "provider", "low", "own_failures_server")),
        (_burst("10:05", SERVER), ("degraded", "provider", "medium", "own_failures_server")),
        ([read("10:06", _NAMED), *_burst("10:07", SERVER)], ("degraded", "provider", "high", "own_failures_server")),
        (_burst("10:05", WORDS), ("suspect", "provider", "low", "own_failures_server")),
        ([call("10:05", OPUS, AUTH)], ("down", "auth", "high", "own_failures_yours")),
        ([read("10:01", _NAMED), call("10:05", OPUS, AUTH)], ("down", "auth", "high", "own_failures_yours")),
        ([read("10:01", _KEYS), call("10:05", OPUS, AUTH)], ("degraded", "provider", "medium", "incident_affects")),
        ([read("10:01", _KEYS), call("10:05", OPUS, QUOTA)], ("degraded", "quota", "high", "own_failures_yours")),
        ([*_burst("10:05", UNCLEAR, 2), call("10:06", OPUS, OVERLOADED)], ("degraded", "provider", "medium", "own_failures_capacity")),
        ([call("10:05", OPUS, QUOTA)], ("degraded", "quota", "high", "own_failures_yours")),
        ([call("10:05", OPUS, UNCLEAR)], ("suspect", "unknown", "low", "own_failures_undecided")),
        ([call("10:05", OPUS, NETWORK)], ("suspect", "unknown", "low", "own_failures_undecided")),
        ([read("10:06", _NAMED), call("10:07", OPUS, UNCLEAR)], ("degraded", "provider", "medium", "incident_affects")),
        ([read("10:06", _NAMED), *_burst("10:07", UNCLEAR)], ("degraded", "provider", "high", "incident_affects")),
        ([read("10:06", _NAMED)], ("degraded", "provider", "medium", "incident_affects")),
        ([read("10:06", replace(_NAMED, impact=_MANY.impact))], ("down", "provider", "medium", "incident_affects")),
        ([read("10:06", _NAMED), call("10:08")], ("suspect", "provider", "low", "calls_succeed")),
        ([read("10:06", _CALM)], ("recovering", "provider", "medium", "incident_monitoring")),
        ([read("10:01", _NAMED), call("10:02", OPUS, OVERLOADED), call("10:08")], ("recovering", "provider", "medium", "back_but_open")),
        ([read("09:01", _LONG), call("08:45", OPUS, OVERLOADED), call("08:50")], ("suspect", "provider", "low", "calls_succeed")),
        ([read("10:01", _MANY)], ("suspect", "provider", "low", "incident_possible")),
        ([read("10:01", _MANY), call("10:08")], ("ok", "unknown", "medium", "calls_succeed")),
        ([call("09:58"), read("10:01", _MANY)], ("suspect", "provider", "low", "incident_possible")),
        ([read("10:05", _WORK)], ("maintenance", "provider", "medium", "maintenance_now")),
        ([call("10:05", OPUS, AUTH), call("10:08")], ("ok", "unknown", "high", "calls_succeed")),
        ([*_spread(SERVER), call("10:08")], ("degraded", "provider", "medium", "own_failures_rate")),
        ([*_spread(OVERLOADED), call("10:08")], ("degraded", "provider", "high", "own_failures_rate")),
        ([read("10:01", _NAMED), *_spread(SERVER), call("10:08")], ("degraded", "provider", "high", "own_failures_rate")),
        (_two_clients(SERVER), ("down", "provider", "high", "own_failures_server")),
        ([call("10:05", OPUS, _PORTAL)], ("down", "network", "medium", "captive_portal")),
        ([call("10:05", OPUS, _FILTER)], ("down", "network", "low", "intercepted")),
        ([call("10:05", OPUS, _TLS)], ("down", "network", "medium", "intercepted")),
        ([call("10:05", OPUS, _TIMEOUT)], ("suspect", "unknown", "low", "own_failures_undecided")),
        ([call("10:05", OPUS, _TIMEOUT), read("10:06", provider="openai")], ("suspect", "provider", "low", "own_failures_unreachable")),
        ([call("10:05", OPUS, _TIMEOUT), read("10:06", _NAMED)], ("degraded", "provider", "medium", "incident_affects")),
        ([read("10:01", _NAMED), call("10:05", OPUS, _TIMEOUT)], ("suspect", "unknown", "low", "own_failures_undecided")),
        ([read("10:01", _NAMED), call("10:02"), call("10:05", OPUS, _GONE)], ("degraded", "provider", "medium", "incident_affects")),
        ([read("10:01", _NAMED), call("10:05", OPUS, _GONE)], ("down", "model", "medium", "own_failures_yours")),
        ([failed_read("10:04"), failed_read("10:04", provider="openai"), call("10:05", OPUS, _GATEWAY)], ("down", "gateway", "high", "own_failures_yours")),
    ],
)
def test_the_row_that_fits_decides(facts: list[Observation], row: tuple[str, ...]) -> None:
    got = verdict("10:10", *facts)

    assert (got.health, got.fault, got.confidence, got.reason) == row


def test_a_success_minutes_before_the_post_speaks_until_the_next_call_is_due() -> None:
    assert verdict("10:02", call("09:58"), read("10:01", _MANY)).health is Health.OK
    assert verdict("10:06", call("09:58"), read("10:01", _MANY)).health is Health.SUSPECT


def test_since_is_the_first_failure_of_the_streak_or_the_earlier_start_that_the_page_states() -> None:
    assert verdict("10:10", call("10:01"), *_burst("10:02"), *_burst("10:05")).since == at("10:02")
    assert verdict("10:10", read("10:06", _NAMED), *_burst("10:07")).since == at("10:00")


def test_own_failures_are_joined_to_the_incident_that_the_page_shows() -> None:
    got = verdict("10:10", *_burst("10:01"), read("10:06", _NAMED))

    assert (got.incident, got.relevance) == ("anthropic:i1", "affected")


def test_a_page_that_worsens_what_calls_show_makes_it_down() -> None:
    down = ComponentChange("Claude API", Health.OK, Health.DOWN)
    worse = replace(_NAMED, updates=(replace(_NAMED.updates[0], components=(down,)),))

    assert verdict("10:10", read("10:06", worse), *_burst("10:07")).health is Health.DOWN


def test_resolved_after_the_last_failure_is_over_until_a_call_says_otherwise() -> None:
    facts = [read("10:01", _NAMED), *_burst("10:02"), read("10:21", _OVER)]

    assert verdict("10:25", *facts).reason is Reason.RESOLVED_UNVERIFIED
    assert verdict("10:25", *facts).health is Health.OK
    assert verdict("10:25", *facts, *_burst("10:24")).health is Health.DEGRADED


def test_failures_that_nothing_confirmed_fade_to_unknown_never_to_fine() -> None:
    facts = [read("10:00"), *_burst("10:02"), read("10:59")]

    assert verdict("10:31", *facts[:-1]).health is Health.DEGRADED
    assert verdict("11:00", *facts).health is Health.UNKNOWN


def test_a_verdict_says_what_it_stands_on() -> None:
    got = verdict("10:10", call("10:00"), read("10:06", provider="openai"), *_burst("10:05"), call("10:06", HAIKU), read("10:07"))
    kinds = {item.kind: item for item in got.evidence}

    assert (kinds[EvidenceKind.CALLS_FAILED].count, kinds[EvidenceKind.CALLS_FAILED].total, kinds[EvidenceKind.CALLS_FAILED].attempts) == (1, 2, 3)
    assert kinds[EvidenceKind.CALLS_FAILED].subject == "529 overloaded_error"
    assert (kinds[EvidenceKind.SIBLING_OK].subject, kinds[EvidenceKind.SIBLING_OK].count) == (HAIKU, 1)
    assert kinds[EvidenceKind.PAGE_QUIET].at == at("10:07")
    assert kinds[EvidenceKind.FEEDS_ANSWER].count == 1
    assert [item.kind for item in got.advice] == [AdviceKind.SWITCH, AdviceKind.WAIT]
    assert got.advice[0].target == HAIKU


_OTHERS = incident(("10:00", "investigating", "We see errors on Claude Haiku 4.5."), title="Errors on Claude Haiku 4.5")


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ([read("10:07"), *_burst("10:05")], EvidenceKind.PAGE_QUIET),
        ([read("10:07"), call("10:05")], EvidenceKind.PAGE_CLEAR),
        ([read("10:07"), call("10:05", OPUS, AUTH)], EvidenceKind.PAGE_CLEAR),
        ([read("10:07", _OTHERS), call("10:05")], EvidenceKind.PAGE_OTHERS),
        ([read("10:07", _OTHERS), *_burst("10:05")], EvidenceKind.PAGE_OTHERS),
        ([read("10:07", _WORK)], None),
    ],
)
def test_a_page_is_called_late_only_where_own_calls_fail_and_it_lists_nothing(facts: list[Observation], kind: EvidenceKind | None) -> None:
    page = {EvidenceKind.PAGE_QUIET, EvidenceKind.PAGE_CLEAR, EvidenceKind.PAGE_OTHERS}

    assert [item.kind for item in verdict("10:10", *facts).evidence if item.kind in page] == ([kind] if kind else [])


def test_an_open_incident_that_nobody_touches_for_weeks_is_no_trouble_and_is_named_with_the_rule() -> None:
    old = incident(("10:00", "investigating", "We see errors on all models."), title="Errors on all models")
    later = at("10:00") + timedelta(days=16)
    (got,) = judge(world(read("10:05", old), PageUnchanged(later, "anthropic", "anthropic")), watching(OPUS), KNOWLEDGE, Moment(later, 0.0)).verdicts
    (line,) = [item for item in got.evidence if item.kind is EvidenceKind.PAGE_OLD]

    assert got.health is not Health.DOWN
    assert (line.quote, line.count, line.total) == ("Errors on all models", 16, 15)
    assert not {EvidenceKind.PAGE_CLEAR, EvidenceKind.INCIDENT} & {item.kind for item in got.evidence}


def test_a_quotation_carries_the_time_of_the_update_it_stands_in() -> None:
    later = incident(("10:00", "investigating", "We are looking."), ("10:15", "identified", "The outage concerns Opus 4.5 only."), title="Errors")
    quoted = [item for item in verdict("10:20", read("10:16", later)).evidence if item.kind is EvidenceKind.INCIDENT]
    titled = [item for item in verdict("10:20", read("10:16", _MANY)).evidence if item.kind is EvidenceKind.INCIDENT]

    assert [item.quoted_at for item in quoted] == [at("10:15")]
    assert [item.quoted_at for item in titled] == [None]


def test_the_best_sibling_is_the_one_that_worked_most() -> None:
    sonnet = "anthropic/api:claude-sonnet-4.5"
    facts = [
        *_burst("10:05"),
        call("10:06", sonnet),
        call("10:06", HAIKU),
        call("10:07", HAIKU),
        call("10:04", "anthropic/api:claude-fable-5"),
        call("10:08", GPT),
    ]
    siblings = [item for item in verdict("10:10", *facts).evidence if item.kind is EvidenceKind.SIBLING_OK]

    assert [(item.subject, item.count) for item in siblings] == [(HAIKU, 2)]


def test_a_sibling_that_is_called_another_way_or_worked_less_often_says_less() -> None:
    facts = [*_burst("10:05"), call("10:06", HAIKU), call("10:07", HAIKU), call("10:08", "anthropic/code:claude-haiku-4.5")]
    fewer = [call("10:08", "anthropic/api:claude-sonnet-4.5")]
    siblings = [item for item in verdict("10:10", *facts, *fewer).evidence if item.kind is EvidenceKind.SIBLING_OK]

    assert [(item.subject, item.count) for item in siblings] == [(HAIKU, 2)]


def test_a_quiet_page_and_a_feed_that_fails_are_told_apart() -> None:
    got = verdict("10:10", failed_read("10:05", "blocked"), *_burst("10:06"))

    assert [item.subject for item in got.evidence if item.kind is EvidenceKind.FEED_STATE] == ["blocked"]
    assert not [item for item in got.evidence if item.kind is EvidenceKind.PAGE_QUIET]


def test_offline_needs_every_feed_of_two_providers_and_no_answer_since() -> None:
    both = world(failed_read("10:00"), failed_read("10:01", provider="openai"))
    found = network(both, at("10:02"))
    assert found is not None
    assert (found.since, found.cut, found.silent) == (at("10:01"), "offline", 2)
    assert network(world(failed_read("10:00")), at("10:02")) is None
    assert network(world(failed_read("10:00"), failed_read("10:01", "blocked", "openai")), at("10:02")) is None
    assert network(world(failed_read("10:00"), read("10:01", provider="openai")), at("10:02")) is None
    answered = world(failed_read("10:00"), failed_read("10:01", provider="openai"), call("10:02"))
    assert network(answered, at("10:03")) is None


def test_offline_blames_no_provider() -> None:
    facts = [failed_read("10:00"), failed_read("10:01", provider="openai"), *_burst("10:02", NETWORK)]
    got = verdict("10:05", *facts)

    assert (got.health, got.fault, got.confidence, got.reason) == ("unknown", "network", "high", "own_network")
    assert [item.kind for item in got.evidence] == [EvidenceKind.CALLS_FAILED, EvidenceKind.FEEDS_SILENT]
    assert [item.kind for item in got.advice] == [AdviceKind.CHECK_NETWORK]
    assert verdict("10:05", *facts[:2]).confidence is Confidence.MEDIUM


def test_a_provider_that_the_catalogue_does_not_know_is_judged_by_its_calls() -> None:
    got = judge(world(call("10:05")), watching("mystery:thing-1"), Knowledge(), moment("10:10"))

    assert got.verdicts[0].reason is Reason.NOTHING_KNOWN


def test_the_next_look_is_when_failures_fade() -> None:
    assert judge(world(*_burst("10:05")), watching(OPUS), KNOWLEDGE, moment("10:10")).look_again_at == at("10:35:02")
    assert judge(World(), watching(OPUS), KNOWLEDGE, moment("10:10")).look_again_at is None


_FACTS = st.sampled_from(
    [
        read("10:00"),
        read("10:01", _NAMED),
        read("10:02", _MANY),
        read("10:03", _CALM),
        read("10:21", _OVER),
        failed_read("10:04", "unreadable"),
        failed_read("10:05"),
        PageUnchanged(at("10:06"), "anthropic", "anthropic"),
        call("10:07"),
        call("10:08", OPUS, OVERLOADED),
        call("10:09", OPUS, SERVER),
        call("10:10", OPUS, AUTH),
        call("10:11", OPUS, UNCLEAR),
        call("10:12", HAIKU),
    ]
)


@given(st.lists(_FACTS, max_size=10), st.integers(0, 6 * 60))
def test_silence_never_improves_health(facts: list[Observation], minutes: int) -> None:
    facts = sorted(facts, key=lambda fact: fact.at)
    state = world(*facts)
    start = facts[-1].at if facts else at("10:00")
    before = judge(state, watching(OPUS), KNOWLEDGE, Moment(start, 0.0)).verdicts[0].health
    after = judge(state, watching(OPUS), KNOWLEDGE, Moment(start + timedelta(minutes=minutes), 0.0)).verdicts[0].health

    assert after is not Health.OK or before is Health.OK


@given(st.lists(_FACTS, max_size=10), st.integers(0, 30))
def test_nothing_is_sure_on_wording_or_on_one_transient_failure(facts: list[Observation], minutes: int) -> None:
    facts = [fact for fact in facts if getattr(getattr(fact, "call", None), "diagnosis", None) is not AUTH]
    facts = sorted({id(fact): fact for fact in facts}.values(), key=lambda fact: fact.at)
    now = Moment((facts[-1].at if facts else at("10:00")) + timedelta(minutes=minutes), 0.0)
    failures = [fact for fact in facts if getattr(getattr(fact, "call", None), "diagnosis", None) is not None]
    got = judge(world(*facts), watching(OPUS), KNOWLEDGE, now).verdicts[0]

    if got.side == "theirs" and len(failures) <= 1 and got.incident is None:
        assert got.confidence is not Confidence.HIGH


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ([("09:00", "a", None, "k1"), ("09:01", "b", None, "k2"), ("10:05", "a", AUTH, "k1"), ("10:06", "b", AUTH, "k2")], ("provider", "medium")),
        ([("09:00", "a", None, None), ("09:01", "b", None, None), ("10:05", "a", AUTH, None), ("10:06", "b", AUTH, None)], ("provider", "low")),
        ([("09:00", "a", None, "k1"), ("09:01", "b", None, "k1"), ("10:05", "a", AUTH, "k1"), ("10:06", "b", AUTH, "k1")], ("auth", "high")),
        ([("09:00", "a", None, None), ("09:01", "b", None, None), ("10:06", "b", AUTH, None)], ("auth", "high")),
        ([("09:00", "a", None, None), ("09:01", "b", None, None), ("09:40", "a", AUTH, None), ("10:06", "b", AUTH, None)], ("auth", "high")),
        ([("10:05", "a", AUTH, "k1"), ("10:06", "b", AUTH, "k2")], ("auth", "high")),
    ],
)
def test_logins_that_are_refused_together_are_not_read_as_one_persons_mistake(said: list[tuple[str, str, object, str | None]], row: tuple[str, str]) -> None:
    got = verdict("10:08", *_logins(*said))

    assert (got.fault, got.confidence) == row
    assert (got.reason is Reason.KEYS_REFUSED_TOGETHER) is (row[0] == "provider")
    assert (EvidenceKind.LOGINS_REFUSED in {item.kind for item in got.evidence}) is (row[0] == "provider")


def test_what_fails_without_an_answer_as_the_machine_wakes_says_nothing() -> None:
    facts = [call("09:00"), ClockJumped(at("10:05"), 3000.0), call("10:05:05", OPUS, NETWORK), call("10:05:10", OPUS, _TIMEOUT)]

    assert not verdict("10:06", *facts).trouble
    assert verdict("10:06", *facts, call("10:05:40", OPUS, NETWORK)).trouble
    assert verdict("10:06", *facts, call("10:05:12", OPUS, OVERLOADED)).trouble


@pytest.mark.parametrize(
    ("sibling", "reach", "kind"),
    [
        ([call("10:07", HAIKU)], Reach.ROUTE, EvidenceKind.SIBLING_OK),
        ([call("10:07", HAIKU, SERVER)], Reach.PROVIDER, EvidenceKind.SIBLING_FAILED),
        ([call("10:07", HAIKU, AUTH)], None, None),
        ([call("10:01", HAIKU)], None, None),
        ([call("10:07", GPT)], None, None),
        ([], None, None),
    ],
)
def test_other_models_of_the_same_provider_tell_how_far_it_goes(sibling: list[Observation], reach: Reach | None, kind: EvidenceKind | None) -> None:
    got = verdict("10:10", *_burst("10:05"), *sibling)

    assert got.reach is reach
    assert {item.kind for item in got.evidence} & {EvidenceKind.SIBLING_OK, EvidenceKind.SIBLING_FAILED} == ({kind} if kind else set())
    assert verdict("10:10", failed_read("10:00"), failed_read("10:01", provider="openai")).reach is Reach.EVERYTHING


def test_a_rate_of_failures_fades_to_unknown_and_is_over_when_the_page_says_so() -> None:
    facts = [*_spread(SERVER), call("10:08")]

    assert verdict("10:45", *facts, read("10:44")).health is Health.UNKNOWN
    assert (
        verdict(
            "10:12",
            *facts,
            read("10:09", _NAMED),
            read("10:11", replace(_OVER, updates=(*_OVER.updates[:1], replace(_OVER.updates[1], at=at("10:11"), posted_at=at("10:11"))))),
        ).reason
        is Reason.CALLS_SUCCEED
    )
    got = verdict("10:09", *facts)
    assert (got.since, got.as_of) == (at("10:01:30"), at("10:08"))
    assert [(item.count, item.total) for item in got.evidence if item.kind is EvidenceKind.CALLS_FAILED] == [(6, 8)]


def test_a_clock_that_is_minutes_off_is_said_beside_trouble() -> None:
    told = [item for item in verdict("10:10", ClockCompared(at("10:00"), -300.0), *_burst("10:05")).evidence if item.kind is EvidenceKind.CLOCK_OFF]

    assert [(item.count, item.subject) for item in told] == [(300, "behind")]
    assert not [item for item in verdict("10:10", ClockCompared(at("10:00"), -300.0), call("10:05")).evidence if item.kind is EvidenceKind.CLOCK_OFF]


def test_a_model_on_this_machine_is_named_beside_trouble() -> None:
    seen = LocalServersSeen(at("10:06"), (LocalServer("Ollama", "127.0.0.1:11434", ("qwen3:8b",)),))

    assert [item.target for item in verdict("10:10", *_burst("10:05"), seen).advice if item.kind is AdviceKind.LOCAL] == [
        "qwen3:8b (Ollama at 127.0.0.1:11434)"
    ]


def test_a_failure_that_says_nothing_at_all_blames_nobody() -> None:
    silent = call("10:05", OPUS, UNCLEAR)
    got = verdict("10:10", replace(silent, call=replace(silent.call, diagnosis=None)))

    assert (got.health, got.fault, got.confidence) == (Health.SUSPECT, Fault.UNKNOWN, Confidence.LOW)

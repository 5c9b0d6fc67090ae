"""Advice: only what works for this person now, never what is caught in the same trouble."""

from dataclasses import replace

import pytest

from statuswatch.core.advising import advise
from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.ids import parse_route
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.observation import LocalServer
from statuswatch.core.verdict import AdviceKind, Reason, Verdict
from support.facts import GPT, HAIKU, OPUS, OVERLOADED, QUOTA, at

_KNOWN = Knowledge(
    {
        "anthropic": ProviderFacts("anthropic", "Anthropic", runs_on=("cloud-a",)),
        "openai": ProviderFacts("openai", "OpenAI", runs_on=("cloud-a",)),
    }
)


def _verdict(route: str, health: Health = Health.OK, fault: Fault = Fault.UNKNOWN, reason: Reason = Reason.CALLS_SUCCEED, **more: object) -> Verdict:
    return Verdict(parse_route(route), health, fault, Confidence.HIGH, reason, **more)  # type: ignore[arg-type]


_BAD = _verdict(OPUS, Health.DEGRADED, Fault.PROVIDER, Reason.OWN_FAILURES_CAPACITY)


_OLLAMA = (LocalServer("Silent", "127.0.0.1:1"), LocalServer("Ollama", "127.0.0.1:11434", ("qwen3", "llama3")))
_LOCAL = ("local", "qwen3 (Ollama at 127.0.0.1:11434)")


def _kinds(verdict: Verdict, *others: Verdict, local: tuple[LocalServer, ...] = ()) -> list[tuple[str, str]]:
    return [(item.kind.value, item.target) for item in advise(verdict, None, (verdict, *others), _KNOWN, local)]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.QUOTA, "slow_down"),
        (Fault.BILLING, "top_up"),
        (Fault.AUTH, "check_key"),
        (Fault.REQUEST, "fix_request"),
        (Fault.MODEL, "check_model"),
        (Fault.NETWORK, "check_network"),
        (Fault.GATEWAY, "check_gateway"),
    ],
)
def test_each_fault_of_yours_has_its_remedy(fault: Fault, kind: str) -> None:
    assert _kinds(replace(_BAD, fault=fault)) == [(kind, OPUS)]


def test_the_wait_that_the_answer_named_is_passed_on() -> None:
    assert advise(replace(_BAD, fault=Fault.QUOTA), QUOTA, (), _KNOWN)[0].seconds == 21.0
    kinds = [item.kind for item in advise(_BAD, replace(OVERLOADED, retry_after_s=5.0), (_BAD,), _KNOWN)]
    assert kinds == [AdviceKind.RETRY, AdviceKind.WAIT]


@pytest.mark.parametrize(("health", "said"), [(Health.DEGRADED, True), (Health.DOWN, True), (Health.SUSPECT, False), (Health.MAINTENANCE, False)])
def test_where_nothing_else_works_that_is_said_once_something_fails(health: Health, said: bool) -> None:
    assert _kinds(replace(_BAD, health=health)) == [*([("none", "")] if said else []), ("wait", OPUS)]
    assert ("none", "") not in _kinds(replace(_BAD, health=health), _verdict(HAIKU))
    assert ("none", "") not in _kinds(replace(_BAD, health=health), local=_OLLAMA)


def test_what_works_is_named_same_provider_first_and_at_most_two() -> None:
    others = [_verdict(GPT), _verdict(HAIKU), _verdict("openai/api:o3")]

    assert _kinds(_BAD, *others) == [("switch", HAIKU), ("switch", GPT), ("wait", OPUS)]


@pytest.mark.parametrize(
    "other",
    [
        _verdict(HAIKU, reason=Reason.PAGE_QUIET),
        _verdict(HAIKU, Health.SUSPECT),
        _verdict(HAIKU, incident="anthropic:i1"),
        _verdict(OPUS),
    ],
)
def test_what_is_not_proven_or_in_the_same_trouble_is_not_named(other: Verdict) -> None:
    assert _kinds(replace(_BAD, incident="anthropic:i1"), other) == [("none", ""), ("wait", OPUS)]


def test_what_the_page_may_mean_too_is_named_once_an_own_call_has_succeeded_since_the_trouble_began() -> None:
    bad = replace(_BAD, incident="anthropic:i1", since=at("13:30"), as_of=at("14:00"))

    assert _kinds(bad, _verdict(HAIKU, incident="anthropic:i1", as_of=at("13:20"))) == [("none", ""), ("wait", OPUS)]
    assert _kinds(bad, _verdict(HAIKU, incident="anthropic:i1", as_of=at("13:30"))) == [("switch", HAIKU), ("wait", OPUS)]
    assert _kinds(replace(bad, since=None), _verdict(HAIKU, incident="anthropic:i1", as_of=at("13:50"))) == [("none", ""), ("wait", OPUS)]
    assert _kinds(bad, _verdict(HAIKU, Health.SUSPECT, incident="anthropic:i1", as_of=at("13:50"))) == [("none", ""), ("wait", OPUS)]


def test_what_runs_on_the_platform_in_trouble_is_not_named() -> None:
    assert _kinds(replace(_BAD, incident="cloud-a:i1"), _verdict(GPT)) == [("none", ""), ("wait", OPUS)]
    assert _kinds(replace(_BAD, incident="cloud-b:i1"), _verdict(GPT)) == [("switch", GPT), ("wait", OPUS)]
    assert _kinds(replace(_BAD, incident="cloud-a:i1"), _verdict("mystery:thing")) == [("switch", "mystery:thing"), ("wait", OPUS)]


def test_what_is_coming_back_is_to_be_tried() -> None:
    assert _kinds(_verdict(OPUS, Health.RECOVERING, Fault.PROVIDER, Reason.BACK_BUT_OPEN)) == [("retry", OPUS)]


def test_what_worked_hours_before_the_trouble_is_not_named() -> None:
    bad = replace(_BAD, as_of=at("14:00"))

    assert ("switch", HAIKU) in _kinds(bad, _verdict(HAIKU, as_of=at("13:10")))
    assert ("switch", HAIKU) not in _kinds(bad, _verdict(HAIKU, as_of=at("12:50")))


def test_a_sibling_has_to_have_worked_since_the_trouble_began_and_a_stranger_need_not() -> None:
    bad = replace(_BAD, since=at("13:30"), as_of=at("14:00"))

    assert _kinds(bad, _verdict(HAIKU, as_of=at("13:20"))) == [("none", ""), ("wait", OPUS)]
    assert _kinds(bad, _verdict(HAIKU, as_of=at("13:40"))) == [("switch", HAIKU), ("wait", OPUS)]
    assert _kinds(bad, _verdict(GPT, as_of=at("13:20"))) == [("none", ""), ("wait", OPUS)], "they stand on one platform"
    assert _kinds(bad, _verdict("mystery:thing", as_of=at("13:20"))) == [("switch", "mystery:thing"), ("wait", OPUS)]


@pytest.mark.parametrize(
    ("fault", "reason", "kinds"),
    [
        (Fault.QUOTA, Reason.OWN_FAILURES_YOURS, [("slow_down", OPUS), ("switch", GPT), _LOCAL]),
        (Fault.BILLING, Reason.OWN_FAILURES_YOURS, [("top_up", OPUS), ("switch", GPT), _LOCAL]),
        (Fault.NETWORK, Reason.OWN_NETWORK, [("check_network", OPUS), _LOCAL]),
        (Fault.NETWORK, Reason.CAPTIVE_PORTAL, [("join_network", OPUS), _LOCAL]),
        (Fault.AUTH, Reason.OWN_FAILURES_YOURS, [("check_key", OPUS)]),
        (Fault.PROVIDER, Reason.OWN_FAILURES_SERVER, [("switch", HAIKU), ("switch", GPT), _LOCAL, ("wait", OPUS)]),
    ],
)
def test_what_could_be_used_instead_fits_the_trouble(fault: Fault, reason: Reason, kinds: list[tuple[str, str]]) -> None:
    assert _kinds(replace(_BAD, fault=fault, reason=reason), _verdict(GPT), _verdict(HAIKU), local=_OLLAMA) == kinds


def test_a_server_without_a_model_is_no_advice() -> None:
    assert _kinds(_BAD, local=_OLLAMA[:1]) == [("none", ""), ("wait", OPUS)]

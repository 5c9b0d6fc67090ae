"""What to do now: never something caught in the same trouble, never something that this person has not been seen to use.

A model server on this machine is the one exception: nobody needs to have used it, for it is theirs and it answers.
"""

from datetime import timedelta

from statuswatch.core.health import Fault, Health, Side
from statuswatch.core.ids import parse_route
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.observation import Diagnosis, LocalServer
from statuswatch.core.verdict import Advice, AdviceKind, Reason, Verdict

_LATELY = timedelta(hours=1)
_YOURS = {
    Fault.QUOTA: AdviceKind.SLOW_DOWN,
    Fault.BILLING: AdviceKind.TOP_UP,
    Fault.AUTH: AdviceKind.CHECK_KEY,
    Fault.REQUEST: AdviceKind.FIX_REQUEST,
    Fault.MODEL: AdviceKind.CHECK_MODEL,
    Fault.NETWORK: AdviceKind.CHECK_NETWORK,
    Fault.GATEWAY: AdviceKind.CHECK_GATEWAY,
}
_FAILING = frozenset({Health.DEGRADED, Health.DOWN})
_ELSEWHERE = frozenset({Fault.QUOTA, Fault.BILLING})
"""What is used up at one provider and not at another."""


def advise(
    verdict: Verdict, diagnosis: Diagnosis | None, verdicts: tuple[Verdict, ...], knowledge: Knowledge, local: tuple[LocalServer, ...] = ()
) -> tuple[Advice, ...]:
    """The advice for `verdict`, best first; that there is nothing to turn to is said, not left out.

    `verdicts` are those of all watched routes at the same instant, `local` what runs on this machine.
    """
    retry = diagnosis.retry_after_s if diagnosis else None
    if verdict.side is Side.YOURS:
        return (Advice(_own_cure(verdict), verdict.route.canonical, retry), *_instead_of_mine(verdict, verdicts, knowledge, local))
    if verdict.health is Health.RECOVERING:
        return (Advice(AdviceKind.RETRY, verdict.route.canonical, retry),)
    advice = [Advice(AdviceKind.SWITCH, route) for route in _working(verdict, verdicts, knowledge)[:2]]
    advice += _local(local)
    if retry is not None:
        advice.append(Advice(AdviceKind.RETRY, verdict.route.canonical, retry))
    if not advice and verdict.health in _FAILING:
        advice.append(Advice(AdviceKind.NONE))
    advice.append(Advice(AdviceKind.WAIT, verdict.route.canonical))
    return tuple(advice)


def _own_cure(verdict: Verdict) -> AdviceKind:
    return AdviceKind.JOIN_NETWORK if verdict.reason is Reason.CAPTIVE_PORTAL else _YOURS[verdict.fault]


def _instead_of_mine(verdict: Verdict, verdicts: tuple[Verdict, ...], knowledge: Knowledge, local: tuple[LocalServer, ...]) -> tuple[Advice, ...]:
    """What works meanwhile although the trouble is on this person's side: another provider beside a used-up limit, and what needs no network at all."""
    if verdict.fault in _ELSEWHERE:
        elsewhere = [route for route in _working(verdict, verdicts, knowledge) if parse_route(route).provider != verdict.route.provider]
        return (*(Advice(AdviceKind.SWITCH, route) for route in elsewhere[:1]), *_local(local))
    return _local(local) if verdict.fault is Fault.NETWORK else ()


def _local(servers: tuple[LocalServer, ...]) -> tuple[Advice, ...]:
    """A model on this machine: the first server that has one."""
    for server in servers:
        if server.models:
            return (Advice(AdviceKind.LOCAL, f"{server.models[0]} ({server.name} at {server.place})"),)
    return ()


def _working(verdict: Verdict, verdicts: tuple[Verdict, ...], knowledge: Knowledge) -> list[str]:
    """Routes whose newest own call succeeded, that the same trouble is not known to hold, and that share no platform with the one in trouble."""
    found = []
    for other in verdicts:
        if other.health is not Health.OK or other.reason is not Reason.CALLS_SUCCEED or _caught_too(verdict, other):
            continue
        if other.route != verdict.route and _works_now(verdict, other, knowledge) and not _shares_platform(verdict, other, knowledge):
            found.append(other)
    found.sort(key=lambda other: (other.route.provider != verdict.route.provider, other.route.canonical))
    return [other.route.canonical for other in found]


def _caught_too(verdict: Verdict, other: Verdict) -> bool:
    """Whether the same incident may hold the other too: an own success since the trouble began is better evidence than that the page could mean it."""
    if verdict.incident is None or other.incident != verdict.incident:
        return False
    return verdict.since is None or other.as_of is None or other.as_of < verdict.since


def _works_now(verdict: Verdict, other: Verdict, knowledge: Knowledge) -> bool:
    """Whether the other's success speaks of now: at most an hour older than the trouble's newest fact, and since it began where both stand on one ground."""
    if other.as_of is None or verdict.as_of is None:
        return True
    if verdict.since is not None and other.as_of < verdict.since and _same_ground(verdict.route.provider, other.route.provider, knowledge):
        return False
    return verdict.as_of - other.as_of <= _LATELY


def _same_ground(one: str, other: str, knowledge: Knowledge) -> bool:
    """Whether two providers are one, pass on each other's models, or run on the same platform."""
    if one == other:
        return True
    ground = []
    for name in (one, other):
        facts = knowledge.providers.get(name)
        ground.append({name, *(facts.runs_on if facts else ()), *(facts.serves if facts else ())})
    return not ground[0].isdisjoint(ground[1])


def _shares_platform(verdict: Verdict, other: Verdict, knowledge: Knowledge) -> bool:
    if verdict.incident is None or other.route.provider == verdict.route.provider:
        return False
    below = verdict.incident.split(":", 1)[0]
    facts = knowledge.providers.get(other.route.provider)
    return facts is not None and below in facts.runs_on

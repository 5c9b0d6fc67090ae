"""What to do now: never something caught in the same trouble, never something that this person has not been seen to use."""

from datetime import timedelta

from statuswatch.core.health import Fault, Health, Side
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.observation import Diagnosis
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


def advise(verdict: Verdict, diagnosis: Diagnosis | None, verdicts: tuple[Verdict, ...], knowledge: Knowledge) -> tuple[Advice, ...]:
    """The advice for `verdict`, best first; `verdicts` are those of all watched routes at the same instant."""
    retry = diagnosis.retry_after_s if diagnosis else None
    if verdict.side is Side.YOURS:
        return (Advice(_YOURS[verdict.fault], verdict.route.canonical, retry),)
    if verdict.health is Health.RECOVERING:
        return (Advice(AdviceKind.RETRY, verdict.route.canonical, retry),)
    advice = [Advice(AdviceKind.SWITCH, route) for route in _working(verdict, verdicts, knowledge)[:2]]
    if retry is not None:
        advice.append(Advice(AdviceKind.RETRY, verdict.route.canonical, retry))
    advice.append(Advice(AdviceKind.WAIT, verdict.route.canonical))
    return tuple(advice)


def _working(verdict: Verdict, verdicts: tuple[Verdict, ...], knowledge: Knowledge) -> list[str]:
    """Routes whose newest own call succeeded, that no live incident touches, and that share no platform with the one in trouble."""
    found = []
    for other in verdicts:
        if other.health is not Health.OK or other.reason is not Reason.CALLS_SUCCEED or other.incident == (verdict.incident or "-"):
            continue
        if other.route != verdict.route and _worked_lately(verdict, other) and not _shares_platform(verdict, other, knowledge):
            found.append(other)
    found.sort(key=lambda other: (other.route.provider != verdict.route.provider, other.route.canonical))
    return [other.route.canonical for other in found]


def _worked_lately(verdict: Verdict, other: Verdict) -> bool:
    """Whether the other's success is no older than the trouble's newest fact by more than an hour: what worked this morning need not work now."""
    return verdict.as_of is None or other.as_of is None or verdict.as_of - other.as_of <= _LATELY


def _shares_platform(verdict: Verdict, other: Verdict, knowledge: Knowledge) -> bool:
    if verdict.incident is None or other.route.provider == verdict.route.provider:
        return False
    below = verdict.incident.split(":", 1)[0]
    facts = knowledge.providers.get(other.route.provider)
    return facts is not None and below in facts.runs_on

"""Whether a verdict is worth a notice by itself, before mutes and memory are asked; each refusal with its reason."""

from datetime import datetime, timedelta

from statuswatch.core.finding import RelevanceReason
from statuswatch.core.health import Confidence, Relevance, Side
from statuswatch.core.notice import NoticeReason, SuppressReason
from statuswatch.core.owncalls import own_calls
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.world import World

OLD_NEWS = timedelta(hours=24)
_BROAD = frozenset({RelevanceReason.ALL_MODELS, RelevanceReason.MANY_MODELS, RelevanceReason.NOTHING_SAID})

Worth = tuple[NoticeReason | None, SuppressReason | None]
"""Why it is told, or why not; neither where there is nothing to tell."""


def worth_telling(verdict: Verdict, world: World, now: datetime) -> Worth:
    """Why `verdict` is worth a notice, or why not."""
    if verdict.side is Side.YOURS:
        return None, SuppressReason.YOUR_SIDE
    if verdict.reason in {Reason.OWN_FAILURES_CAPACITY, Reason.OWN_FAILURES_SERVER, Reason.OWN_FAILURES_RATE, Reason.KEYS_REFUSED_TOGETHER}:
        return _own_failures(verdict, world, now)
    if verdict.reason is Reason.OWN_FAILURES_UNDECIDED:
        return None, SuppressReason.NOT_SURE_YET
    if verdict.incident is None or not verdict.trouble:
        if verdict.relevance is Relevance.POSSIBLE and verdict.reason is Reason.CALLS_SUCCEED:
            return None, SuppressReason.OWN_CALLS_SUCCEED
        return None, None
    return _incident(verdict, world, now)


def _own_failures(verdict: Verdict, world: World, now: datetime) -> Worth:
    """Own failures are told once they are no chance any more (`core.earlywarning`), or the page says so too."""
    known = verdict.relevance is Relevance.AFFECTED or verdict.reason is Reason.KEYS_REFUSED_TOGETHER
    if verdict.confidence is Confidence.LOW or not (known or own_calls(world, verdict.route, now).warned is not None):
        return None, SuppressReason.NOT_SURE_YET
    return NoticeReason.OWN_FAILURES, None


def _incident(verdict: Verdict, world: World, now: datetime) -> Worth:
    tracked = world.incidents[verdict.incident or ""]
    incident = tracked.incident
    if verdict.reason is Reason.BACK_BUT_OPEN:
        return None, None
    if verdict.reason is Reason.CALLS_SUCCEED:
        return None, SuppressReason.OWN_CALLS_SUCCEED
    posted = max((update.posted_at or update.at for update in incident.updates), default=incident.posted_at or tracked.first_seen)
    if now - posted > OLD_NEWS:
        return None, SuppressReason.STALE
    if verdict.relevance is Relevance.POSSIBLE and verdict.relevance_reason not in _BROAD:
        return None, SuppressReason.NOT_SURE_YET
    return NoticeReason.INCIDENT_POSTED, None

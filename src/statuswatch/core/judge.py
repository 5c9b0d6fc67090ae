"""The verdict for each route: one table of rows, the first that fits decides, and its name is the verdict's reason.

What the rows rest on: own calls come before pages, because a page is late (a median of 19 minutes on a large provider); a quiet page is no
evidence and changes no verdict; nothing reaches high confidence on one transient failure or on wording; silence never improves health.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from statuswatch.core.advising import advise
from statuswatch.core.case import Case, gather
from statuswatch.core.concern import Concern, docket, episode_start, speaks_of_keys, stated_health
from statuswatch.core.health import LADDER, SIDES, Confidence, Fault, Health, Side, raised
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment
from statuswatch.core.network import Network, answers, network, unanswered
from statuswatch.core.observation import Cut, Diagnosis
from statuswatch.core.owncalls import ENOUGH, FORGET_AFTER, WINDOW
from statuswatch.core.proofs import evidence, reach
from statuswatch.core.verdict import Reason, Verdict
from statuswatch.core.watchlist import Watchlist
from statuswatch.core.world import World

_PORTAL, _CERTIFICATE = "captive_portal", "tls_verification"  # reasons of the signatures, the words of docs/reference/signatures.md
_JUST_BEFORE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts of one instant, in the watchlist's order. `offline_since`: since when nothing outside answers (None: something does)."""

    verdicts: tuple[Verdict, ...]
    offline_since: datetime | None = None
    look_again_at: datetime | None = None


def judge(world: World, watchlist: Watchlist, knowledge: Knowledge, now: Moment) -> Judgement:
    """One verdict for each watched route at `now`, with the evidence it stands on and what to do."""
    way_out = network(world, now.at)
    listed = docket(world, now.at)
    answered_at = max(answers(world), default=None)
    cases = [gather(world, listed, route, knowledge, now.at, way_out, answered_at) for route in watchlist.routes]
    verdicts = tuple(_verdict(case) for case in cases)
    told = tuple(_furnished(verdict, case, verdicts, world, knowledge) for verdict, case in zip(verdicts, cases, strict=True))
    failed = (case.calls.last_failed or (case.warned.last_failed if case.warned else None) for case in cases)
    decays = [at + FORGET_AFTER for at in failed if at]
    since = way_out.since if way_out and any(verdict.offline for verdict in verdicts) else None
    return Judgement(told, since, min((at for at in decays if at > now.at), default=None))


def _verdict(case: Case) -> Verdict:
    for row in _ROWS:
        verdict = row(case)
        if verdict is not None:
            return verdict
    return _nothing_known(case)


def _offline(case: Case) -> Verdict | None:
    """Nothing outside answers, or somebody else does: this machine's network."""
    way_out = case.network
    if way_out is None or (case.leading is not None and case.leading.fault is Fault.GATEWAY):
        return None  # what listens on this machine, or does not, needs no network
    confidence = Confidence.HIGH if case.leading is not None and case.leading.fault is Fault.NETWORK else way_out.confidence
    newest = max((at for at in (case.calls.last_ok, *(feed.last_ok for feed in case.feeds)) if at), default=None)
    return Verdict(case.route, Health.UNKNOWN, Fault.NETWORK, confidence, _cut_reason(way_out, case.leading), way_out.since, newest)


def _cut_reason(way_out: Network, leading: Diagnosis | None) -> Reason:
    portal = way_out.cut is Cut.PORTAL or (leading is not None and leading.reason == _PORTAL)
    return Reason.CAPTIVE_PORTAL if portal else Reason.OWN_NETWORK


def _resolved_unverified(case: Case) -> Verdict | None:
    """Own calls failed, none was made since, and the page has closed the incident: over, unless a call says otherwise."""
    if case.ended is None or case.affected is not None or case.calls.last_failed is None:
        return None
    ended_at = case.ended.tracked.ended_at
    return _about(case, case.ended, Health.OK, Fault.UNKNOWN, Confidence.MEDIUM, Reason.RESOLVED_UNVERIFIED, ended_at, ended_at)


def _own_failures(case: Case) -> Verdict | None:
    """The newest own calls failed, lately: whose fault by what they said."""
    last = case.calls.last_failed
    if last is None or (case.now - last > FORGET_AFTER and not _explains(case.top, last)):
        return None
    diagnosis = case.leading
    if diagnosis is None:
        return _failures_undecided(case)
    if diagnosis.fault is Fault.NETWORK and (diagnosis.status is not None or diagnosis.reason == _CERTIFICATE):
        reason = Reason.CAPTIVE_PORTAL if diagnosis.reason == _PORTAL else Reason.INTERCEPTED
        return _mine(case, Health.DOWN, Fault.NETWORK, diagnosis.confidence, reason)
    if unanswered(case.spell[-1]) and diagnosis.status is None:
        return _without_answer(case)
    if diagnosis.side is Side.UNDECIDED:
        return _failures_undecided(case)
    return _failures_yours(case, diagnosis) if diagnosis.side is Side.YOURS else _failures_theirs(case, diagnosis)


def _failures_yours(case: Case, diagnosis: Diagnosis) -> Verdict:
    """The answer names this person's side; what happens to several at once, or is on the page, is not theirs alone."""
    affected = case.affected
    if affected is not None and diagnosis.fault is Fault.AUTH and speaks_of_keys(affected.incident):
        return _mine(case, stated_health(affected), Fault.PROVIDER, Confidence.MEDIUM, Reason.INCIDENT_AFFECTS)
    if affected is not None and diagnosis.fault is Fault.MODEL and case.calls.last_ok is not None:
        return _mine(case, stated_health(affected), Fault.PROVIDER, Confidence.MEDIUM, Reason.INCIDENT_AFFECTS)
    if case.refusal is not None:
        # Two clients may share one login, so that alone is only a lead.
        health, confidence = (Health.DEGRADED, Confidence.MEDIUM) if case.refusal.proven else (Health.SUSPECT, Confidence.LOW)
        return _mine(case, health, Fault.PROVIDER, confidence, Reason.KEYS_REFUSED_TOGETHER)
    health = Health.DEGRADED if diagnosis.fault is Fault.QUOTA else Health.DOWN
    return _mine(case, health, diagnosis.fault, diagnosis.confidence, Reason.OWN_FAILURES_YOURS)


def _failures_theirs(case: Case, diagnosis: Diagnosis) -> Verdict:
    confidence = _their_confidence(case, diagnosis)
    reason = Reason.OWN_FAILURES_CAPACITY if diagnosis.explicit else Reason.OWN_FAILURES_SERVER
    return _mine(case, _their_health(case, confidence), diagnosis.fault, confidence, reason)


def _without_answer(case: Case) -> Verdict:
    """No response came. Only what answers elsewhere tells the way from its end, and even then a wall on the way may stop this one alone."""
    if not case.others_answer:
        return _mine(case, Health.SUSPECT, Fault.UNKNOWN, Confidence.LOW, Reason.OWN_FAILURES_UNDECIDED)
    if case.affected is not None:
        return _failures_undecided(case)
    return _mine(case, Health.SUSPECT, Fault.PROVIDER, Confidence.LOW, Reason.OWN_FAILURES_UNREACHABLE)


def _explains(concern: Concern | None, failed: datetime) -> bool:
    """Whether the failure belongs to the incident: not to one that began more than an hour later (pages post late, three in four within 39 minutes)."""
    return concern is not None and episode_start(concern.tracked) - failed <= WINDOW


def _their_confidence(case: Case, diagnosis: Diagnosis) -> Confidence:
    repeated = case.calls.proven(diagnosis.side) or case.warned is not None
    confidence: Confidence = min(diagnosis.confidence, Confidence.MEDIUM, key=LADDER.index)
    if diagnosis.confidence is Confidence.LOW and not diagnosis.status and not diagnosis.code:
        return Confidence.LOW  # wording alone stays low however often it is repeated
    if repeated:
        several = len({call.client for call in case.spell if call.diagnosis and call.diagnosis.side is diagnosis.side}) > 1
        confidence = Confidence.HIGH if diagnosis.explicit else raised(confidence, 1 + several)
    if case.affected is not None:
        confidence = raised(confidence)
    return confidence


def _their_health(case: Case, confidence: Confidence) -> Health:
    if confidence is Confidence.LOW:
        return Health.SUSPECT
    calls = case.calls
    newest = calls.streak[-1].at
    worked_lately = calls.last_ok is not None and newest - calls.last_ok < timedelta(minutes=10)
    if case.affected is not None and stated_health(case.affected) is Health.DOWN:
        return Health.DOWN
    return Health.DOWN if calls.turns >= ENOUGH and not worked_lately else Health.DEGRADED


def _failures_undecided(case: Case) -> Verdict:
    if case.affected is not None:
        repeated = case.calls.proven(Side.UNDECIDED) and case.leading is not None and case.leading.status is not None
        confidence = Confidence.HIGH if repeated else Confidence.MEDIUM
        return _mine(case, stated_health(case.affected), Fault.PROVIDER, confidence, Reason.INCIDENT_AFFECTS)
    return _mine(case, Health.SUSPECT, Fault.UNKNOWN, Confidence.LOW, Reason.OWN_FAILURES_UNDECIDED)


def _failing_often(case: Case) -> Verdict | None:
    """The newest call worked, and yet so many have failed that it is no chance: part of what is asked fails."""
    warned = case.warned
    if warned is None or case.calls.streak or case.leading is None or case.now - warned.last_failed > FORGET_AFTER:
        return None
    confidence = Confidence.HIGH if case.leading.explicit or case.affected is not None else Confidence.MEDIUM
    verdict = _mine(case, Health.DEGRADED, case.leading.fault, confidence, Reason.OWN_FAILURES_RATE)
    return replace(verdict, as_of=case.calls.last_ok)


def _back_but_open(case: Case) -> Verdict | None:
    """Own calls work again while the page still has the incident open."""
    if case.affected is None or case.warned is not None or not case.calls.ok_after_failure or case.calls.last_ok is None:
        return None
    if case.now - case.calls.last_ok > WINDOW:
        return None
    return _about(case, case.affected, Health.RECOVERING, Fault.PROVIDER, Confidence.MEDIUM, Reason.BACK_BUT_OPEN, case.calls.last_ok, case.calls.last_ok)


def _incident_affects(case: Case) -> Verdict | None:
    """The page says so and no own call speaks against it."""
    top = case.affected
    if top is None:
        return None
    health = stated_health(top)
    reason = Reason.INCIDENT_MONITORING if health is Health.RECOVERING else Reason.INCIDENT_AFFECTS
    started = episode_start(top.tracked)
    if _worked_meanwhile(case, started):
        return _about(case, top, Health.SUSPECT, Fault.PROVIDER, Confidence.LOW, Reason.CALLS_SUCCEED, started, case.calls.last_ok)
    return _about(case, top, health, Fault.PROVIDER, Confidence.MEDIUM, reason, started, top.tracked.last_seen)


def _incident_possible(case: Case) -> Verdict | None:
    """The page leaves open whether this route is meant; an own success since then says no."""
    top = case.top
    if top is None:
        return None
    started = episode_start(top.tracked)
    if _worked_meanwhile(case, started):
        return _about(case, top, Health.OK, Fault.UNKNOWN, Confidence.MEDIUM, Reason.CALLS_SUCCEED, None, case.calls.last_ok)
    return _about(case, top, Health.SUSPECT, Fault.PROVIDER, Confidence.LOW, Reason.INCIDENT_POSSIBLE, started, top.tracked.last_seen)


def _worked_meanwhile(case: Case, started: datetime) -> bool:
    """Whether an own call has worked since, or just before: pages post late, so a success in the minutes before speaks too until the next call is due."""
    last = case.calls.last_ok
    if last is None or case.warned is not None:
        return False
    return last > started or (started - last < _JUST_BEFORE and case.now - started < _JUST_BEFORE)


def _maintenance(case: Case) -> Verdict | None:
    """Planned work that concerns this route is under way."""
    if not case.maintenance:
        return None
    top = case.maintenance[0]
    started = top.incident.started_at or top.tracked.first_seen
    return _about(case, top, Health.MAINTENANCE, Fault.PROVIDER, Confidence.MEDIUM, Reason.MAINTENANCE_NOW, started, top.tracked.last_seen)


def _calls_succeed(case: Case) -> Verdict | None:
    """The newest own call worked within the hour."""
    last = case.calls.last_ok
    if last is None or case.calls.streak or case.warned is not None or case.now - last > WINDOW:
        return None
    return Verdict(case.route, Health.OK, Fault.UNKNOWN, Confidence.HIGH, Reason.CALLS_SUCCEED, None, last)


def _page_quiet(case: Case) -> Verdict | None:
    """No own call speaks, and a page that was read just now reports nothing: fine as far as anyone says, at low confidence.

    A page may show a part as failing before it posts an incident, or without ever posting one: then nothing is fine.
    """
    if not case.fresh or case.calls.streak or case.warned is not None:
        return None
    as_of = max(feed.last_ok for feed in case.fresh if feed.last_ok)
    if case.parts:
        return Verdict(case.route, Health.SUSPECT, Fault.PROVIDER, Confidence.LOW, Reason.COMPONENT_STATED, None, as_of)
    return Verdict(case.route, Health.OK, Fault.UNKNOWN, Confidence.LOW, Reason.PAGE_QUIET, None, as_of)


def _nothing_known(case: Case) -> Verdict:
    newest = max((at for at in (case.calls.last_ok, case.calls.last_failed, *(feed.last_ok for feed in case.feeds)) if at), default=None)
    reason = Reason.FEED_UNREADABLE if any(feed.state for feed in case.feeds) and not case.fresh else Reason.NOTHING_KNOWN
    since = min((feed.since for feed in case.feeds if feed.since), default=None) if reason is Reason.FEED_UNREADABLE else None
    return Verdict(case.route, Health.UNKNOWN, Fault.UNKNOWN, Confidence.LOW, reason, since, newest)


_ROWS = (
    _offline,
    _resolved_unverified,
    _own_failures,
    _failing_often,
    _back_but_open,
    _incident_affects,
    _incident_possible,
    _maintenance,
    _calls_succeed,
    _page_quiet,
)


def _mine(case: Case, health: Health, fault: Fault, confidence: Confidence, reason: Reason) -> Verdict:
    """A verdict that own failures opened; the page's incident is joined to it where there is one."""
    since = case.spell[0].at
    if case.warned is not None and SIDES[fault] is Side.THEIRS:
        since = min(since, case.warned.since)
    top = case.top
    if fault is Fault.PROVIDER and case.affected is not None:
        started = episode_start(case.affected.tracked)
        since = min(since, started) if since - started < WINDOW else since
    verdict = Verdict(case.route, health, fault, confidence, reason, since, case.calls.last_failed)
    return _with_incident(verdict, top) if top and verdict.side is not Side.YOURS else verdict


def _about(
    case: Case, concern: Concern, health: Health, fault: Fault, confidence: Confidence, reason: Reason, since: datetime | None, as_of: datetime | None
) -> Verdict:
    return _with_incident(Verdict(case.route, health, fault, confidence, reason, since, as_of), concern)


def _with_incident(verdict: Verdict, concern: Concern) -> Verdict:
    finding = concern.finding
    return replace(verdict, incident=concern.incident.key, relevance=finding.relevance, relevance_reason=finding.reason)


def _furnished(verdict: Verdict, case: Case, verdicts: tuple[Verdict, ...], world: World, knowledge: Knowledge) -> Verdict:
    """The verdict with its evidence and advice, which need to know of the other routes."""
    advice = advise(verdict, case.leading, verdicts, knowledge, world.local) if verdict.trouble or verdict.fault is not Fault.UNKNOWN else ()
    return replace(verdict, evidence=evidence(case, verdict, world), advice=advice, reach=reach(case, verdict, world))

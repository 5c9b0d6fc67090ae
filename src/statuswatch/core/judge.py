"""The verdict for each route: one table of rows, the first that fits decides, and its name is the verdict's reason.

What the rows rest on: own calls come before pages, because a page is late (a median of 19 minutes on a large provider); a quiet page is no
evidence and changes no verdict; nothing reaches high confidence on one transient failure or on wording; silence never improves health.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from statuswatch.core.advising import advise
from statuswatch.core.concern import Concern, Docket, concerns, docket, ended_since, episode_start, speaks_of_keys, stated_health
from statuswatch.core.health import LADDER, Confidence, Fault, FeedState, Health, Relevance, Side, raised
from statuswatch.core.ids import Route, parse_route
from statuswatch.core.incident import Kind
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.moment import Moment
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.core.owncalls import ENOUGH, FORGET_AFTER, WINDOW, OwnCalls, leading, own_calls, requests
from statuswatch.core.verdict import Evidence, EvidenceKind, Reason, Verdict
from statuswatch.core.watchlist import Watchlist
from statuswatch.core.world import FeedStatus, World

_TRUSTED_HOSTS = 2
_JUST_BEFORE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts of one instant, in the watchlist's order. `offline_since`: since when every feed is out of reach (None: it is not)."""

    verdicts: tuple[Verdict, ...]
    offline_since: datetime | None = None
    look_again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """What the rows look at, gathered once a route."""

    route: Route
    now: datetime
    calls: OwnCalls
    leading: Diagnosis | None
    concerns: tuple[Concern, ...]
    maintenance: tuple[Concern, ...]
    ended: Concern | None
    feeds: tuple[FeedStatus, ...]
    listed: bool
    offline_since: datetime | None
    network_bad: bool

    @property
    def top(self) -> Concern | None:
        return self.concerns[0] if self.concerns else None

    @property
    def affected(self) -> Concern | None:
        return self.top if self.top and self.top.finding.relevance is Relevance.AFFECTED else None

    @property
    def spell(self) -> tuple[Call, ...]:
        """The failures that the leading diagnosis stands for."""
        return self.calls.spell(self.leading.side) if self.leading else self.calls.streak

    @property
    def fresh(self) -> tuple[FeedStatus, ...]:
        return tuple(feed for feed in self.feeds if feed.state_at(self.now) is FeedState.FRESH)


def judge(world: World, watchlist: Watchlist, knowledge: Knowledge, now: Moment) -> Judgement:
    """One verdict for each watched route at `now`, with the evidence it stands on and what to do."""
    offline = offline_since(world, now.at)
    listed = docket(world, now.at)
    cases = [_case(world, listed, route, knowledge, now.at, offline) for route in watchlist.routes]
    verdicts = tuple(_verdict(case) for case in cases)
    told = tuple(_furnished(verdict, case, verdicts, world, knowledge) for verdict, case in zip(verdicts, cases, strict=True))
    decays = [case.calls.last_failed + FORGET_AFTER for case in cases if case.calls.last_failed]
    return Judgement(told, offline, min((at for at in decays if at > now.at), default=None))


def offline_since(world: World, now: datetime) -> datetime | None:
    """Since when nothing outside answers: every feed read failed without any response, at two providers at least, and no own call has worked since."""
    tried = [feed for feed in world.feeds.values() if feed.last_tried is not None]
    failing = [feed for feed in tried if feed.state is FeedState.UNREACHABLE and feed.transport]
    if len({feed.provider for feed in failing}) < _TRUSTED_HOSTS or len(failing) < len(tried):
        return None
    since = max(feed.since or now for feed in failing)
    answered = (call.at for calls in world.calls.values() for call in calls if call.outcome is Outcome.OK or (call.diagnosis and call.diagnosis.status))
    return None if any(at > since for at in answered) else since


def _case(world: World, listed: Docket, route: Route, knowledge: Knowledge, now: datetime, offline: datetime | None) -> _Case:
    calls = own_calls(world, route, now)
    facts = knowledge.providers.get(route.provider)
    names = {route.provider, *(facts.feeds_of if facts else ())}
    return _Case(
        route=route,
        now=now,
        calls=calls,
        leading=leading(calls.streak),
        concerns=concerns(listed, route, knowledge),
        maintenance=concerns(listed, route, knowledge, Kind.MAINTENANCE),
        ended=ended_since(listed, route, knowledge, calls.last_failed) if calls.last_failed else None,
        feeds=tuple(feed for feed in world.feeds.values() if feed.provider in names),
        listed=any(item.incident.provider in names and item.incident.kind is Kind.INCIDENT for item in listed.live),
        offline_since=offline,
        network_bad=offline is not None,
    )


def _verdict(case: _Case) -> Verdict:
    for row in _ROWS:
        verdict = row(case)
        if verdict is not None:
            return verdict
    return _nothing_known(case)


def _offline(case: _Case) -> Verdict | None:
    """Every feed and every call fails without a response: this machine's network."""
    if case.offline_since is None:
        return None
    transport = case.leading is not None and case.leading.fault is Fault.NETWORK
    confidence = Confidence.HIGH if transport else Confidence.MEDIUM
    newest = max((at for at in (case.calls.last_ok, *(feed.last_ok for feed in case.feeds)) if at), default=None)
    return Verdict(case.route, Health.UNKNOWN, Fault.NETWORK, confidence, Reason.OWN_NETWORK, case.offline_since, newest)


def _resolved_unverified(case: _Case) -> Verdict | None:
    """Own calls failed, none was made since, and the page has closed the incident: over, unless a call says otherwise."""
    if case.ended is None or case.affected is not None:
        return None
    ended_at = case.ended.tracked.ended_at
    return _about(case, case.ended, Health.OK, Fault.UNKNOWN, Confidence.MEDIUM, Reason.RESOLVED_UNVERIFIED, ended_at, ended_at)


def _own_failures(case: _Case) -> Verdict | None:
    """The newest own calls failed, lately: whose fault by what they said."""
    last = case.calls.last_failed
    if last is None or (case.now - last > FORGET_AFTER and not _explains(case.top, last)):
        return None
    diagnosis = case.leading
    if diagnosis is None or diagnosis.side is Side.UNDECIDED or diagnosis.fault is Fault.NETWORK:
        return _failures_undecided(case)
    if diagnosis.fault is Fault.AUTH and case.affected is not None and speaks_of_keys(case.affected.incident):
        return _mine(case, stated_health(case.affected), Fault.PROVIDER, Confidence.MEDIUM, Reason.INCIDENT_AFFECTS)
    if diagnosis.side is Side.YOURS:
        health = Health.DEGRADED if diagnosis.fault is Fault.QUOTA else Health.DOWN
        return _mine(case, health, diagnosis.fault, diagnosis.confidence, Reason.OWN_FAILURES_YOURS)
    confidence = _their_confidence(case, diagnosis)
    reason = Reason.OWN_FAILURES_CAPACITY if diagnosis.explicit else Reason.OWN_FAILURES_SERVER
    return _mine(case, _their_health(case, confidence), diagnosis.fault, confidence, reason)


def _explains(concern: Concern | None, failed: datetime) -> bool:
    """Whether the failure belongs to the incident: not to one that began more than an hour later (pages post late, three in four within 39 minutes)."""
    return concern is not None and episode_start(concern.tracked) - failed <= WINDOW


def _their_confidence(case: _Case, diagnosis: Diagnosis) -> Confidence:
    calls = case.calls
    repeated = calls.proven(diagnosis.side)
    confidence: Confidence = min(diagnosis.confidence, Confidence.MEDIUM, key=LADDER.index)
    if diagnosis.confidence is Confidence.LOW and not diagnosis.status and not diagnosis.code:
        return Confidence.LOW  # wording alone stays low however often it is repeated
    if repeated:
        confidence = Confidence.HIGH if diagnosis.explicit else raised(confidence)
    if case.affected is not None:
        confidence = raised(confidence)
    return confidence


def _their_health(case: _Case, confidence: Confidence) -> Health:
    if confidence is Confidence.LOW:
        return Health.SUSPECT
    calls = case.calls
    newest = calls.streak[-1].at
    worked_lately = calls.last_ok is not None and newest - calls.last_ok < timedelta(minutes=10)
    if case.affected is not None and stated_health(case.affected) is Health.DOWN:
        return Health.DOWN
    return Health.DOWN if calls.turns >= ENOUGH and not worked_lately else Health.DEGRADED


def _failures_undecided(case: _Case) -> Verdict:
    if case.affected is not None:
        repeated = case.calls.proven(Side.UNDECIDED) and case.leading is not None and case.leading.status is not None
        confidence = Confidence.HIGH if repeated else Confidence.MEDIUM
        return _mine(case, stated_health(case.affected), Fault.PROVIDER, confidence, Reason.INCIDENT_AFFECTS)
    return _mine(case, Health.SUSPECT, Fault.UNKNOWN, Confidence.LOW, Reason.OWN_FAILURES_UNDECIDED)


def _back_but_open(case: _Case) -> Verdict | None:
    """Own calls work again while the page still has the incident open."""
    if case.affected is None or not case.calls.ok_after_failure or case.calls.last_ok is None:
        return None
    if case.now - case.calls.last_ok > WINDOW:
        return None
    return _about(case, case.affected, Health.RECOVERING, Fault.PROVIDER, Confidence.MEDIUM, Reason.BACK_BUT_OPEN, case.calls.last_ok, case.calls.last_ok)


def _incident_affects(case: _Case) -> Verdict | None:
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


def _incident_possible(case: _Case) -> Verdict | None:
    """The page leaves open whether this route is meant; an own success since then says no."""
    top = case.top
    if top is None:
        return None
    started = episode_start(top.tracked)
    if _worked_meanwhile(case, started):
        return _about(case, top, Health.OK, Fault.UNKNOWN, Confidence.MEDIUM, Reason.CALLS_SUCCEED, None, case.calls.last_ok)
    return _about(case, top, Health.SUSPECT, Fault.PROVIDER, Confidence.LOW, Reason.INCIDENT_POSSIBLE, started, top.tracked.last_seen)


def _worked_meanwhile(case: _Case, started: datetime) -> bool:
    """Whether an own call has worked since, or just before: pages post late, so a success in the minutes before speaks too until the next call is due."""
    last = case.calls.last_ok
    if last is None:
        return False
    return last > started or (started - last < _JUST_BEFORE and case.now - started < _JUST_BEFORE)


def _maintenance(case: _Case) -> Verdict | None:
    """Planned work that concerns this route is under way."""
    if not case.maintenance:
        return None
    top = case.maintenance[0]
    started = top.incident.started_at or top.tracked.first_seen
    return _about(case, top, Health.MAINTENANCE, Fault.PROVIDER, Confidence.MEDIUM, Reason.MAINTENANCE_NOW, started, top.tracked.last_seen)


def _calls_succeed(case: _Case) -> Verdict | None:
    """The newest own call worked within the hour."""
    last = case.calls.last_ok
    if last is None or case.calls.streak or case.now - last > WINDOW:
        return None
    return Verdict(case.route, Health.OK, Fault.UNKNOWN, Confidence.HIGH, Reason.CALLS_SUCCEED, None, last)


def _page_quiet(case: _Case) -> Verdict | None:
    """No own call speaks, and a page that was read just now reports nothing: fine as far as anyone says, at low confidence."""
    if not case.fresh or case.calls.streak:
        return None
    as_of = max(feed.last_ok for feed in case.fresh if feed.last_ok)
    return Verdict(case.route, Health.OK, Fault.UNKNOWN, Confidence.LOW, Reason.PAGE_QUIET, None, as_of)


def _nothing_known(case: _Case) -> Verdict:
    newest = max((at for at in (case.calls.last_ok, case.calls.last_failed, *(feed.last_ok for feed in case.feeds)) if at), default=None)
    reason = Reason.FEED_UNREADABLE if any(feed.state for feed in case.feeds) and not case.fresh else Reason.NOTHING_KNOWN
    since = min((feed.since for feed in case.feeds if feed.since), default=None) if reason is Reason.FEED_UNREADABLE else None
    return Verdict(case.route, Health.UNKNOWN, Fault.UNKNOWN, Confidence.LOW, reason, since, newest)


_ROWS = (
    _offline,
    _resolved_unverified,
    _own_failures,
    _back_but_open,
    _incident_affects,
    _incident_possible,
    _maintenance,
    _calls_succeed,
    _page_quiet,
)


def _mine(case: _Case, health: Health, fault: Fault, confidence: Confidence, reason: Reason) -> Verdict:
    """A verdict that own failures opened; the page's incident is joined to it where there is one."""
    since = case.spell[0].at
    top = case.top
    if fault is Fault.PROVIDER and case.affected is not None:
        started = episode_start(case.affected.tracked)
        since = min(since, started) if since - started < WINDOW else since
    verdict = Verdict(case.route, health, fault, confidence, reason, since, case.calls.last_failed)
    return _with_incident(verdict, top) if top and verdict.side is not Side.YOURS else verdict


def _about(
    case: _Case, concern: Concern, health: Health, fault: Fault, confidence: Confidence, reason: Reason, since: datetime | None, as_of: datetime | None
) -> Verdict:
    return _with_incident(Verdict(case.route, health, fault, confidence, reason, since, as_of), concern)


def _with_incident(verdict: Verdict, concern: Concern) -> Verdict:
    finding = concern.finding
    return replace(verdict, incident=concern.incident.key, relevance=finding.relevance, relevance_reason=finding.reason)


def _furnished(verdict: Verdict, case: _Case, verdicts: tuple[Verdict, ...], world: World, knowledge: Knowledge) -> Verdict:
    """The verdict with its evidence and advice, which need to know of the other routes."""
    evidence = tuple(_evidence(case, verdict, world))
    advice = advise(verdict, case.leading, verdicts, knowledge) if verdict.trouble or verdict.fault is not Fault.UNKNOWN else ()
    return replace(verdict, evidence=evidence, advice=advice)


def _evidence(case: _Case, verdict: Verdict, world: World) -> list[Evidence]:
    found = list(_call_evidence(case))
    sibling = _sibling_success(case, world) if case.calls.streak and verdict.side is not Side.YOURS else None
    if sibling:
        found.append(sibling)
    for concern in case.concerns or ((case.ended,) if case.ended else ()):
        incident = concern.incident
        found.append(
            Evidence(
                EvidenceKind.INCIDENT,
                concern.tracked.first_seen,
                subject=concern.finding.relevance,
                quote=concern.finding.sentence or incident.title,
                incident=incident.key,
                posted_at=incident.posted_at or incident.started_at,
                url=incident.url,
                quoted_at=_quoted_at(concern),
            )
        )
    found.extend(_feed_evidence(case, verdict, world))
    return found


def _quoted_at(concern: Concern) -> datetime | None:
    position, updates = concern.finding.position, concern.incident.updates
    return updates[position].at if position is not None and concern.finding.sentence else None


def _call_evidence(case: _Case) -> list[Evidence]:
    recent, streak = case.calls.recent, case.spell
    if streak:
        clients = tuple(sorted({call.client for call in streak}))
        projects = len({call.project for call in streak if call.project})
        diagnosis = case.leading
        code = " ".join(str(part) for part in (diagnosis.status, diagnosis.code) if part) if diagnosis else ""
        count = requests(streak)
        total = max(requests(recent), count)
        return [Evidence(EvidenceKind.CALLS_FAILED, streak[-1].at, count, total, code, clients=clients, projects=projects, attempts=len(streak))]
    worked = [call for call in recent if call.outcome is Outcome.OK]
    if worked:
        return [Evidence(EvidenceKind.CALLS_OK, worked[-1].at, requests(worked), requests(recent), clients=tuple(sorted({call.client for call in worked})))]
    return []


def _sibling_success(case: _Case, world: World) -> Evidence | None:
    """Another model that is called the same way at the same provider and works meanwhile: neither the key nor the network."""
    best: Evidence | None = None
    for key, calls in world.calls.items():
        newest = calls[-1]
        if newest.provider != case.route.provider or newest.outcome is not Outcome.OK or newest.at < case.calls.streak[0].at:
            continue
        if case.route.surface not in {None, parse_route(key).surface} or any(call is newest for call in case.calls.recent):
            continue
        lately = [call for call in calls if call.at >= case.calls.streak[0].at]
        worked = sum(call.outcome is Outcome.OK for call in lately)
        if best is None or worked > best.count:
            best = Evidence(EvidenceKind.SIBLING_OK, newest.at, worked, len(lately), key)
    return best


def _page_kind(case: _Case, verdict: Verdict) -> EvidenceKind:
    """What a page says that names nothing of this route: that it is late is worth a word only where own calls fail and it lists no incident at all."""
    if case.listed:
        return EvidenceKind.PAGE_OTHERS
    return EvidenceKind.PAGE_QUIET if case.calls.streak and verdict.side is not Side.YOURS else EvidenceKind.PAGE_CLEAR


def _feed_evidence(case: _Case, verdict: Verdict, world: World) -> list[Evidence]:
    found = []
    if case.network_bad:
        return [Evidence(EvidenceKind.FEEDS_SILENT, case.offline_since, len(world.feeds), len(world.feeds))]
    if not case.concerns and not case.maintenance and not case.ended and case.fresh:
        found.append(Evidence(_page_kind(case, verdict), max(feed.last_ok for feed in case.fresh if feed.last_ok)))
    for feed in case.feeds:
        state = feed.state_at(case.now)
        if state is not None and state is not FeedState.FRESH:
            found.append(Evidence(EvidenceKind.FEED_STATE, feed.since, subject=state, quote=feed.detail))
    if case.calls.streak and verdict.side is not Side.YOURS:
        others = [feed for feed in world.feeds.values() if feed not in case.feeds]
        answering = [feed for feed in others if feed.state_at(case.now) is FeedState.FRESH]
        if answering:
            found.append(Evidence(EvidenceKind.FEEDS_ANSWER, None, len(answering), len(others)))
    return found

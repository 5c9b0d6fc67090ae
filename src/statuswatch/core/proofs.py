"""The evidence that a verdict stands on, as values: what a person reads below `because`."""

from datetime import datetime

from statuswatch.core.case import Case
from statuswatch.core.concern import Concern
from statuswatch.core.health import FeedState, Side
from statuswatch.core.ids import parse_route
from statuswatch.core.network import clock_ahead
from statuswatch.core.observation import Call, Outcome
from statuswatch.core.owncalls import requests
from statuswatch.core.verdict import Evidence, EvidenceKind, Reach, Reason, Verdict
from statuswatch.core.world import ZOMBIE_AFTER, World, call_route, covers


def evidence(case: Case, verdict: Verdict, world: World) -> tuple[Evidence, ...]:
    """All lines of evidence for `verdict`, own calls first."""
    found = [*_calls(case), *_siblings(case, verdict, world)]
    planned = verdict.reason is Reason.MAINTENANCE_NOW
    for concern in case.maintenance if planned else case.concerns or ((case.ended,) if case.ended else ()):
        incident = concern.incident
        found.append(
            Evidence(
                EvidenceKind.INCIDENT,
                concern.tracked.first_seen,
                subject=concern.finding.relevance,
                quote=incident.title if planned else concern.finding.sentence or incident.title,
                incident=incident.key,
                posted_at=incident.posted_at or incident.started_at,
                url=incident.url,
                quoted_at=None if planned else _quoted_at(concern),
                until=incident.scheduled_until if planned else None,
            )
        )
    if verdict.reason is Reason.KEYS_REFUSED_TOGETHER and case.refusal is not None:
        found.append(Evidence(EvidenceKind.LOGINS_REFUSED, case.refusal.since, case.refusal.logins, case.refusal.logins))
    found.extend(_feeds(case, verdict, world))
    ahead = clock_ahead(world)
    if ahead is not None and (verdict.trouble or verdict.side is Side.YOURS):
        found.append(Evidence(EvidenceKind.CLOCK_OFF, count=round(abs(ahead)), subject="ahead" if ahead > 0 else "behind"))
    return tuple(found)


def reach(case: Case, verdict: Verdict, world: World) -> Reach | None:
    """How far the trouble goes, as far as other calls of the same person tell; None where nothing tells."""
    if verdict.offline:
        return Reach.EVERYTHING
    if verdict.side is not Side.THEIRS or not case.spell:
        return None
    kinds = {item.kind for item in _siblings(case, verdict, world)}
    if EvidenceKind.SIBLING_OK in kinds:
        return Reach.ROUTE
    return Reach.PROVIDER if EvidenceKind.SIBLING_FAILED in kinds else None


def _quoted_at(concern: Concern) -> datetime | None:
    position, updates = concern.finding.position, concern.incident.updates
    return updates[position].at if position is not None and concern.finding.sentence else None


def _calls(case: Case) -> list[Evidence]:
    recent, failing = case.calls.recent, case.spell
    if failing:
        clients = tuple(sorted({call.client for call in failing}))
        projects = len({call.project for call in failing if call.project})
        diagnosis = case.leading
        code = " ".join(str(part) for part in (diagnosis.status, diagnosis.code) if part) if diagnosis else ""
        count = requests(failing)
        total = max(requests(recent), count) if case.calls.streak or case.warned is None else max(case.warned.total, count)
        return [Evidence(EvidenceKind.CALLS_FAILED, failing[-1].at, count, total, code, clients=clients, projects=projects, attempts=len(failing))]
    worked = [call for call in recent if call.outcome is Outcome.OK]
    if worked:
        return [Evidence(EvidenceKind.CALLS_OK, worked[-1].at, requests(worked), requests(recent), clients=tuple(sorted({call.client for call in worked})))]
    return []


def _siblings(case: Case, verdict: Verdict, world: World) -> list[Evidence]:
    """Another model that is called the same way at the same provider: one that works meanwhile clears key and network, one that fails widens the trouble."""
    if not case.spell or verdict.side is Side.YOURS:
        return []
    best: dict[EvidenceKind, Evidence] = {}
    for key, calls in world.calls.items():
        since = case.spell[0].at
        if not _is_sibling(case, calls[-1], key) or calls[-1].at < since:
            continue
        lately = [call for call in calls if call.at >= since]
        worked = calls[-1].outcome is Outcome.OK
        if not worked and not _blames_them(calls[-1]):
            continue
        kind = EvidenceKind.SIBLING_OK if worked else EvidenceKind.SIBLING_FAILED
        count = sum((call.outcome is Outcome.OK) is worked for call in lately)
        if kind not in best or count > best[kind].count:
            best[kind] = Evidence(kind, calls[-1].at, count, len(lately), key)
    return [best[kind] for kind in (EvidenceKind.SIBLING_OK, EvidenceKind.SIBLING_FAILED) if kind in best]


def _is_sibling(case: Case, newest: Call, key: str) -> bool:
    if newest.provider != case.route.provider or case.route.surface not in {None, parse_route(key).surface}:
        return False
    return not covers(case.route, call_route(newest))


def _blames_them(call: Call) -> bool:
    return call.diagnosis is not None and call.diagnosis.side is Side.THEIRS


def _page_kind(case: Case, verdict: Verdict) -> EvidenceKind:
    """What a page says that names nothing of this route: that it is late is worth a word only where own calls fail and it lists no incident at all."""
    if case.listed:
        return EvidenceKind.PAGE_OTHERS
    return EvidenceKind.PAGE_QUIET if case.spell and verdict.side is not Side.YOURS else EvidenceKind.PAGE_CLEAR


def _page(case: Case, verdict: Verdict, read_at: datetime) -> Evidence:
    """What a page that names no trouble of this route shows all the same."""
    if case.parts:
        return Evidence(EvidenceKind.PAGE_PART, read_at, quote=case.parts[0])
    if case.forgotten is None:
        return Evidence(_page_kind(case, verdict), read_at)
    incident = case.forgotten.incident
    untouched = case.now - (incident.last_at or case.forgotten.tracked.first_seen)
    return Evidence(EvidenceKind.PAGE_OLD, read_at, untouched.days, ZOMBIE_AFTER.days, quote=incident.title, incident=incident.key, url=incident.url)


def _feeds(case: Case, verdict: Verdict, world: World) -> list[Evidence]:
    if case.network is not None and verdict.offline:
        return [Evidence(EvidenceKind.FEEDS_SILENT, case.network.since, case.network.silent, len(world.feeds), case.network.cut)]
    found = []
    if not case.concerns and not case.maintenance and not case.ended and case.fresh:
        read_at = max(feed.last_ok for feed in case.fresh if feed.last_ok)
        found.append(_page(case, verdict, read_at))
    for feed in case.feeds:
        state = feed.state_at(case.now)
        if state is not None and state is not FeedState.FRESH:
            found.append(Evidence(EvidenceKind.FEED_STATE, feed.since, subject=state, quote=feed.detail))
    if case.spell and verdict.side is not Side.YOURS:
        others = [feed for feed in world.feeds.values() if feed not in case.feeds]
        answering = [feed for feed in others if feed.last_ok and feed.last_ok >= case.spell[0].at and feed.state_at(case.now) is FeedState.FRESH]
        if answering:
            found.append(Evidence(EvidenceKind.FEEDS_ANSWER, None, len(answering), len(others)))
    return found

"""The one snapshot that every surface reads, composed from the world, the verdicts and what was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from statuswatch.core.concern import finding_of
from statuswatch.core.health import FeedState, Health, Relevance
from statuswatch.core.hushing import hushed
from statuswatch.core.incident import Incident
from statuswatch.core.judge import Judgement
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.lifecycle import Phase
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, Policy, Suppressed
from statuswatch.core.observation import Call, Headroom, Outcome
from statuswatch.core.owncalls import own_calls, requests
from statuswatch.core.schedule import Due
from statuswatch.core.snapshot import (
    CALLS_SHOWN,
    CallView,
    CallWindow,
    EngineView,
    FeedView,
    IncidentView,
    PollView,
    RelevanceView,
    RouteView,
    Snapshot,
    SourceView,
    UpdateView,
)
from statuswatch.core.summary import is_acknowledged, summarise
from statuswatch.core.verdict import Verdict
from statuswatch.core.watchlist import Watch, Watchlist
from statuswatch.core.wording import page_word, route_title, stage_word, surface_name
from statuswatch.core.world import FeedStatus, Tracked, World, call_route

SHOW_ENDED = timedelta(hours=24)
HEADROOM_HOLDS = timedelta(minutes=10)
"""How long what an answer said of a limit is believed, where it did not say when that begins anew."""
LATENCIES_SHOWN = 24
UPDATES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Shell:
    """What only the shell knows: who publishes, the feeds' addresses and next reads, the agreed sources, and what went wrong.

    `zone` is the person's, for sentences; all times are UTC.
    """

    engine: EngineView
    urls: Mapping[str, str]
    due: Mapping[str, Due]
    sources: tuple[SourceView, ...] = ()
    problems: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    polling: Mapping[str, PollView] = field(default_factory=dict)
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Outlook:
    """What there is to show: the state of everything at one instant. `policy`: what the settings keep back then."""

    world: World
    watchlist: Watchlist
    judgement: Judgement
    knowledge: Knowledge
    notices: tuple[Notice, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    policy: Policy = field(default_factory=Policy)


def compose(outlook: Outlook, shell: Shell, now: Moment) -> Snapshot:
    """The snapshot of `outlook` at `now`."""
    pairs = tuple(zip(outlook.watchlist.watches, outlook.judgement.verdicts, strict=True))
    feeds = tuple(_feed(status, shell, now.at) for status in outlook.world.feeds.values())
    return Snapshot(
        at=now.at,
        engine=shell.engine,
        summary=summarise(outlook.judgement, outlook.knowledge, outlook.world.acknowledged, now.at, shell.zone),
        routes=tuple(_route(watch, verdict, outlook, now.at) for watch, verdict in pairs),
        incidents=_incidents(outlook, now.at),
        calls=_calls(outlook.world),
        feeds=feeds,
        notices=outlook.notices,
        suppressed=outlook.suppressed,
        sources=shell.sources,
        problems=shell.problems,
        delivery=shell.delivery,
        hushed=hushed(outlook.policy, outlook.world, outlook.knowledge, now.at),
    )


def _route(watch: Watch, verdict: Verdict, outlook: Outlook, now: datetime) -> RouteView:
    route, knowledge = watch.route, outlook.knowledge
    state = _provider_state(outlook.world, verdict.route.provider, knowledge, now)
    tracked = outlook.world.incidents.get(verdict.incident or "")
    impact = tracked.incident.impact.value if tracked else None
    return RouteView(
        route=str(route) if route.text else route.canonical,
        provider=route.provider,
        provider_name=knowledge.name_of(route.provider),
        title=route_title(route, knowledge),
        surface_name=surface_name(route),
        verdict=verdict,
        calls=_window(outlook.world, verdict, now),
        feed_state=state,
        page_word=page_word(verdict, impact, state),
        source=watch.source,
        note=watch.note,
        acknowledged=is_acknowledged(verdict, outlook.world.acknowledged),
        headroom=_headroom(outlook.world, verdict, now),
    )


def _headroom(world: World, verdict: Verdict, now: datetime) -> Headroom | None:
    """What is left of the limits, by the newest call that says so, unless they have begun anew since."""
    said = next((call for call in reversed(own_calls(world, verdict.route, now).recent) if call.headroom is not None), None)
    room = said.headroom if said else None
    if said is None or room is None or (now > room.resets_at if room.resets_at else now - said.at > HEADROOM_HOLDS):
        return None
    return room


def _provider_state(world: World, provider: str, knowledge: Knowledge, now: datetime) -> FeedState | None:
    """The best state among the provider's feeds: one readable feed is enough to know what the page says."""
    facts = knowledge.providers.get(provider)
    names = {provider, *(facts.feeds_of if facts else ())}
    states = [feed.state_at(now) for feed in world.feeds.values() if feed.provider in names]
    known = [state for state in states if state is not None]
    return min(known, key=list(FeedState).index, default=None)


def _window(world: World, verdict: Verdict, now: datetime) -> CallWindow:
    recent = own_calls(world, verdict.route, now).recent
    worked = requests(call for call in recent if call.outcome is Outcome.OK)
    latencies = tuple((call.latency_ms or 0.0) if call.outcome is Outcome.OK else None for call in recent[-LATENCIES_SHOWN:])
    return CallWindow(worked, requests(recent) - worked, latencies, recent[-1].at if recent else None)


def _incidents(outlook: Outlook, now: datetime) -> tuple[IncidentView, ...]:
    shown = []
    for tracked in outlook.world.incidents.values():
        ended_lately = tracked.phase is Phase.ENDED and tracked.ended_at is not None and now - tracked.ended_at < SHOW_ENDED
        if tracked.live(now) or ended_lately:
            shown.append(_incident(tracked, outlook))
    shown.sort(key=lambda view: (not view.concerns, view.resolved_at is not None, -(view.posted_at or view.started_at or now).timestamp()))
    return tuple(shown)


def _incident(tracked: Tracked, outlook: Outlook) -> IncidentView:
    incident = tracked.incident
    relevance = []
    for route in outlook.watchlist.routes:
        finding = finding_of(incident, route, outlook.knowledge)
        if finding.relevance is not Relevance.UNAFFECTED or route.provider == incident.provider:
            relevance.append(RelevanceView(str(route), finding.relevance, finding.reason, finding.sentence, finding.position))
    return IncidentView(
        key=incident.key,
        provider=incident.provider,
        provider_name=outlook.knowledge.name_of(incident.provider),
        title=incident.title,
        impact=incident.impact.value,
        stage=stage_word(incident.stage, incident.raw_stage),
        started_at=incident.started_at,
        posted_at=incident.posted_at or _first_post(incident),
        resolved_at=(incident.resolved_at or tracked.ended_at) if tracked.phase is Phase.ENDED else None,
        url=incident.url,
        concerns=any(item.relevance != Relevance.UNAFFECTED for item in relevance),
        relevance=tuple(relevance),
        updates=tuple(UpdateView(update.at, update.stage, update.body) for update in incident.updates[-UPDATES_SHOWN:]),
        components=tuple(component.name for component in incident.components),
    )


def _first_post(incident: Incident) -> datetime | None:
    return incident.updates[0].at if incident.updates else incident.started_at


def _calls(world: World) -> tuple[CallView, ...]:
    calls = sorted((call for group in world.calls.values() for call in group), key=lambda call: (call.at, call.key), reverse=True)
    return tuple(_call(call) for call in calls[:CALLS_SHOWN])


def _call(call: Call) -> CallView:
    diagnosis = call.diagnosis
    return CallView(
        at=call.at,
        outcome=call.outcome,
        client=call.client,
        provider=call.provider,
        model=call.model,
        route=call_route(call).canonical,
        status=diagnosis.status if diagnosis else None,
        code=diagnosis.code if diagnosis else None,
        fault=diagnosis.fault if diagnosis else None,
        confidence=diagnosis.confidence if diagnosis else None,
        final=call.final,
        project=call.project,
        request_id=call.request_id,
        latency_ms=call.latency_ms,
        reason=diagnosis.reason if diagnosis else "",
        stall_ms=call.stall_ms,
    )


def _feed(status: FeedStatus, shell: Shell, now: datetime) -> FeedView:
    due = shell.due.get(status.feed)
    state = status.state_at(now)
    return FeedView(
        name=status.feed,
        provider=status.provider,
        url=shell.urls.get(status.feed, ""),
        state=state,
        page_health=status.page_health if state is FeedState.FRESH else Health.UNKNOWN,
        as_of=status.as_of,
        last_ok=status.last_ok,
        since=status.since,
        detail=status.detail,
        next_at=due.at if due else None,
        next_reason=due.reason if due else "",
        polling=shell.polling.get(status.feed),
    )

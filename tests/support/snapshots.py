"""Builders of Snapshot values for tests: small ones to compose, and whole pictures of the states that a person meets.

Every time is counted from `NOW`, so a test says what it means in minutes: `minutes_ago(23)`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from statuswatch.core.health import Confidence, Fault, FeedState, Health, Relevance, Side
from statuswatch.core.ids import parse_route
from statuswatch.core.moment import Moment
from statuswatch.core.relevance import RelevanceReason
from statuswatch.core.snapshot import (
    CallView,
    CallWindow,
    EngineView,
    FeedView,
    IncidentView,
    Level,
    RelevanceView,
    RouteView,
    Snapshot,
    SourceView,
    Summary,
    UpdateView,
)
from statuswatch.core.verdict import Advice, AdviceKind, Evidence, EvidenceKind, Reason, Verdict

NOW = datetime(2025, 12, 14, 21, 48, 0, tzinfo=UTC)
MOMENT = Moment(NOW, 1000.0)

OPUS = "anthropic/code:claude-opus-4.5"
HAIKU = "anthropic/code:claude-haiku-4.5"
GPT = "openai/api:gpt-5.5"
GEMINI = "google-gemini/api:gemini-3-pro"
GITHUB = "github/code:*"

HOSTILE_TITLES = (
    "R&D [/oops] [red]us-east-1[/]",
    "\x1b]0;TITLE-HACK\x07\x1b[31m\x1b[2Jred",
    "\x9b31mC1 \u202egnp.exe\u202c \u200bzero\u2060width\ufeff",
    "two\nlines\r\nand\ttab",
    "$(touch pwned) `touch pwned` %F{green}%n@%m%f ${x}",
)


def minutes_ago(minutes: float) -> datetime:
    """The time `minutes` before NOW."""
    return NOW - timedelta(minutes=minutes)


def verdict(route: str = OPUS, health: Health = Health.OK, **fields: Any) -> Verdict:
    """A verdict: all is well on `route`, except where `fields` say otherwise."""
    given: dict[str, Any] = {"fault": Fault.UNKNOWN, "confidence": Confidence.HIGH, "reason": Reason.CALLS_SUCCEED, "as_of": minutes_ago(0.5)} | fields
    return Verdict(parse_route(route), health, **given)


def route_view(route: str = OPUS, health: Health = Health.OK, **fields: Any) -> RouteView:
    """A route as the snapshot shows it. `verdict` is built from `health` unless given."""
    parsed = parse_route(route)
    given: dict[str, Any] = {
        "provider": parsed.provider,
        "provider_name": parsed.provider.title(),
        "title": parsed.model,
        "surface_name": "API",
        "verdict": verdict(route, health),
        "calls": CallWindow(),
        "feed_state": FeedState.FRESH,
        "page_word": "ok",
        "source": "seen",
    } | fields
    return RouteView(route=route, **given)


def failing_verdict() -> Verdict:
    """Opus 4.5 fails for 23 minutes; 7 of 9 calls got 529; the page posted 6 minutes after the first of them; Haiku 4.5 works."""
    evidence = (
        Evidence(EvidenceKind.CALLS_FAILED, at=minutes_ago(23), count=7, total=9, subject="529 overloaded_error", clients=("claude-code",), projects=2),
        Evidence(EvidenceKind.SIBLING_OK, at=minutes_ago(1), count=12, total=12, subject=HAIKU),
        Evidence(
            EvidenceKind.INCIDENT,
            at=minutes_ago(2),
            posted_at=minutes_ago(17),
            subject="affected",
            quote="Several models answer with errors",
            incident="anthropic:9g6qpr72ttbr",
            url="https://status.example/incidents/9g6qpr72ttbr",
        ),
        Evidence(EvidenceKind.FEEDS_ANSWER, at=minutes_ago(1), count=8, total=8),
    )
    advice = (Advice(AdviceKind.SWITCH, HAIKU), Advice(AdviceKind.RETRY, OPUS, 30.0), Advice(AdviceKind.WAIT, OPUS))
    return verdict(
        OPUS,
        Health.DEGRADED,
        fault=Fault.PROVIDER,
        confidence=Confidence.HIGH,
        reason=Reason.OWN_FAILURES_CAPACITY,
        since=minutes_ago(23),
        evidence=evidence,
        advice=advice,
        incident="anthropic:9g6qpr72ttbr",
        relevance=Relevance.AFFECTED,
        relevance_reason=RelevanceReason.MODEL_NAMED,
    )


def incident_view(**fields: Any) -> IncidentView:
    """The open incident that names Opus 4.5 in its second update."""
    given: dict[str, Any] = {
        "key": "anthropic:9g6qpr72ttbr",
        "provider": "anthropic",
        "provider_name": "Anthropic",
        "title": "Several models answer with errors",
        "impact": "critical",
        "stage": "investigating",
        "started_at": minutes_ago(17),
        "posted_at": minutes_ago(17),
        "resolved_at": None,
        "url": "https://status.example/incidents/9g6qpr72ttbr",
        "concerns": True,
        "relevance": (
            RelevanceView(OPUS, "affected", "model_named", "Sonnet 4.0, Sonnet 4.5 and Opus 4.5 requests see raised error rates.", 1),
            RelevanceView(HAIKU, "unaffected", "other_models", "Sonnet 4.0, Sonnet 4.5 and Opus 4.5 requests see raised error rates.", 1),
        ),
        "updates": (
            UpdateView(minutes_ago(17), "investigating", "We are looking into raised error rates on several models."),
            UpdateView(minutes_ago(2), "investigating", "Sonnet 4.0, Sonnet 4.5 and Opus 4.5 requests see raised error rates. Other models are fine."),
        ),
        "components": ("Claude API", "Claude Code"),
    } | fields
    return IncidentView(**given)


def not_yours_views() -> tuple[IncidentView, ...]:
    """Three incidents that concern nobody on this watchlist, each for another reason."""
    rows = (
        ("openai:aa1", "openai", "OpenAI", "Sora is slow for some", "not_inference"),
        ("anthropic:bb2", "anthropic", "Anthropic", "Claude Sonnet 4 returns empty replies", "other_models"),
        ("google-gemini:cc3", "google-gemini", "Gemini", "Vertex raises latency in asia-northeast1", "other_region"),
    )
    routes = {"openai": GPT, "anthropic": OPUS, "google-gemini": GEMINI}
    return tuple(
        incident_view(
            key=key,
            provider=provider,
            provider_name=name,
            title=title,
            impact="minor",
            concerns=False,
            url=None,
            relevance=(RelevanceView(routes[provider], "unaffected", reason, title, None),),
            updates=(UpdateView(minutes_ago(40), "investigating", title + "."),),
        )
        for key, provider, name, title, reason in rows
    )


def call_view(minutes: float = 0, outcome: str = "ok", **fields: Any) -> CallView:
    """One own call, by default a success of Haiku 4.5 in Claude Code."""
    given: dict[str, Any] = {
        "client": "Claude Code",
        "provider": "anthropic",
        "model": "claude-haiku-4.5",
        "route": HAIKU,
        "status": 200,
        "project": "~/shop",
        "latency_ms": 900.0,
    } | fields
    return CallView(at=minutes_ago(minutes), outcome=outcome, **given)


def failed_call(minutes: float = 0, **fields: Any) -> CallView:
    """One own call to Opus 4.5 that got 529."""
    given: dict[str, Any] = {
        "model": "claude-opus-4.5",
        "route": OPUS,
        "status": 529,
        "code": "overloaded_error",
        "fault": "provider",
        "confidence": "high",
        "request_id": "req_011CW1example",
        "latency_ms": None,
        "reason": "their capacity code",
    } | fields
    return call_view(minutes, "failed", **given)


def feed_view(name: str = "anthropic", state: FeedState | None = FeedState.FRESH, **fields: Any) -> FeedView:
    """A feed that was read 40 seconds ago."""
    given: dict[str, Any] = {
        "provider": name,
        "url": f"https://status.example/{name}/summary.json",
        "page_health": Health.OK,
        "as_of": minutes_ago(1),
        "last_ok": minutes_ago(0.7),
        "next_at": NOW + timedelta(seconds=20),
        "next_reason": "watched",
    } | fields
    return FeedView(name=name, state=state, **given)


def engine_view(**fields: Any) -> EngineView:
    """An engine that published at NOW and whose picture holds for 150 seconds."""
    given: dict[str, Any] = {
        "version": "0.1.0",
        "started_at": minutes_ago(300),
        "expires_at": NOW + timedelta(seconds=150),
        "pid": 4242,
        "listeners": 1,
    } | fields
    return EngineView(**given)


def summary(level: Level = Level.OK, **fields: Any) -> Summary:
    """The one-line answer."""
    given: dict[str, Any] = {"side": None, "headline": "All 2 things you use are fine.", "label": "", "exit_status": 0} | fields
    return Summary(level=level, **given)


def snapshot(**fields: Any) -> Snapshot:
    """A snapshot taken at NOW: nothing watched, nothing wrong, unless `fields` say otherwise."""
    given: dict[str, Any] = {"at": NOW, "engine": engine_view(), "summary": summary()} | fields
    return Snapshot(**given)


def _haiku(**fields: Any) -> RouteView:
    window = CallWindow(ok=12, failed=0, latencies_ms=tuple(900.0 + 40 * n for n in range(12)), last_at=minutes_ago(0.3))
    given: dict[str, Any] = {
        "provider_name": "Anthropic",
        "title": "Claude Haiku 4.5",
        "surface_name": "Claude Code",
        "calls": window,
        "page_word": "not named",
    } | fields
    return route_view(HAIKU, **given)


def _gpt(**fields: Any) -> RouteView:
    window = CallWindow(ok=31, failed=0, latencies_ms=tuple(700.0 + 15 * (n % 5) for n in range(31)), last_at=minutes_ago(4))
    given: dict[str, Any] = {"provider_name": "OpenAI", "title": "gpt-5.5", "surface_name": "API", "calls": window, "page_word": "ok"} | fields
    return route_view(GPT, **given)


def calm() -> Snapshot:
    """All well: two routes, both proved by own calls."""
    feeds = (feed_view("anthropic"), feed_view("openai"))
    return snapshot(routes=(_haiku(page_word="quiet"), _gpt()), feeds=feeds, calls=(call_view(0.3), call_view(2)), incidents=not_yours_views()[:1])


def trouble() -> Snapshot:
    """It's them: Opus 4.5 fails in Claude Code; Haiku and gpt-5.5 work; Gemini's page cannot be read; GitHub is fine."""
    opus = route_view(
        OPUS,
        provider_name="Anthropic",
        title="Claude Opus 4.5",
        surface_name="Claude Code",
        verdict=failing_verdict(),
        calls=CallWindow(ok=2, failed=7, latencies_ms=(1100.0, 1300.0, None, None, None, None, None, None, None), last_at=minutes_ago(0.2)),
        page_word="critical",
    )
    unreadable = verdict(GEMINI, Health.UNKNOWN, confidence=Confidence.LOW, reason=Reason.FEED_UNREADABLE, since=minutes_ago(120), as_of=minutes_ago(120))
    gemini = route_view(
        GEMINI,
        provider_name="Google Gemini",
        title="gemini-3-pro",
        verdict=unreadable,
        feed_state=FeedState.UNREADABLE,
        page_word="unreadable",
        note="key in the environment",
    )
    quiet = verdict(GITHUB, Health.OK, confidence=Confidence.LOW, reason=Reason.PAGE_QUIET)
    github = route_view(GITHUB, provider_name="GitHub", title="GitHub", surface_name="git, Copilot", verdict=quiet, page_word="ok")
    feeds = (
        feed_view("anthropic", page_health=Health.DOWN),
        feed_view("openai"),
        feed_view(
            "google-gemini", FeedState.UNREADABLE, page_health=Health.UNKNOWN, since=minutes_ago(120), last_ok=minutes_ago(124), detail="HTML instead of JSON"
        ),
        feed_view("github"),
    )
    head = "Anthropic is failing for Claude Opus 4.5."
    return snapshot(
        summary=summary(Level.FAILING, side=Side.THEIRS, headline=head, label="opus failing 23m", exit_status=1),
        routes=(opus, _haiku(), _gpt(), gemini, github),
        incidents=(incident_view(), *not_yours_views()),
        calls=(failed_call(0.1), call_view(0.3), failed_call(1), failed_call(2), call_view(3), failed_call(9, final=False)),
        feeds=feeds,
    )


def not_sure() -> Snapshot:
    """One failed call without detail, a quiet page: nobody can tell yet."""
    seen = Evidence(EvidenceKind.CALLS_FAILED, at=minutes_ago(1), count=1, total=1, subject="500", clients=("my-script",), projects=1)
    quiet = Evidence(EvidenceKind.PAGE_QUIET, at=minutes_ago(0.7), subject="OpenAI")
    one = verdict(
        GPT,
        Health.SUSPECT,
        confidence=Confidence.LOW,
        reason=Reason.OWN_FAILURES_UNDECIDED,
        since=minutes_ago(1),
        evidence=(seen, quiet),
        advice=(Advice(AdviceKind.RETRY, GPT),),
    )
    window = CallWindow(ok=0, failed=1, latencies_ms=(None,), last_at=minutes_ago(1))
    route = _gpt(verdict=one, calls=window)
    words = summary(Level.UNSURE, side=Side.UNDECIDED, headline="Not sure yet: 1 call to OpenAI failed.", label="gpt not sure", exit_status=4)
    return snapshot(
        summary=words,
        routes=(route,),
        feeds=(feed_view("openai"),),
        calls=(failed_call(1, route=GPT, provider="openai", model="gpt-5.5", status=500, code=None),),
    )


def yours() -> Snapshot:
    """It's you: the credit balance is used up."""
    seen = Evidence(EvidenceKind.CALLS_FAILED, at=minutes_ago(4), count=3, total=3, subject="400 credit balance", clients=("claude-code",), projects=1)
    one = verdict(
        OPUS,
        Health.DEGRADED,
        fault=Fault.BILLING,
        reason=Reason.OWN_FAILURES_YOURS,
        since=minutes_ago(4),
        evidence=(seen,),
        advice=(Advice(AdviceKind.TOP_UP, OPUS),),
    )
    window = CallWindow(ok=0, failed=3, latencies_ms=(None, None, None), last_at=minutes_ago(1))
    route = route_view(OPUS, provider_name="Anthropic", title="Claude Opus 4.5", surface_name="Claude Code", verdict=one, calls=window)
    words = summary(Level.YOURS, side=Side.YOURS, headline="Your credit balance is used up.", label="credit used up", exit_status=3)
    return snapshot(summary=words, routes=(route,), feeds=(feed_view("anthropic"),))


def recovering() -> Snapshot:
    """Opus 4.5 answers again while the incident is still open."""
    seen = Evidence(EvidenceKind.CALLS_OK, at=minutes_ago(1), count=2, total=2)
    one = replace(failing_verdict(), health=Health.RECOVERING, reason=Reason.BACK_BUT_OPEN, since=minutes_ago(1), evidence=(seen,), advice=())
    window = CallWindow(ok=4, failed=7, latencies_ms=(None,) * 7 + (2100.0, 1800.0, 1500.0, 1400.0), last_at=minutes_ago(0.2))
    route = route_view(OPUS, provider_name="Anthropic", title="Claude Opus 4.5", surface_name="Claude Code", verdict=one, calls=window, page_word="monitoring")
    words = summary(Level.RECOVERING, side=Side.THEIRS, headline="Claude Opus 4.5 is coming back.", label="opus back 1m", exit_status=1)
    return snapshot(
        summary=words, routes=(route, _haiku()), incidents=(incident_view(stage="monitoring"),), feeds=(feed_view("anthropic", page_health=Health.RECOVERING),)
    )


def offline() -> Snapshot:
    """This machine has no network: no feed can be reached, and nothing is claimed."""
    since = minutes_ago(46)
    silent = (Evidence(EvidenceKind.FEEDS_SILENT, at=since, count=2, total=2),)
    given: dict[str, Any] = {"fault": Fault.NETWORK, "reason": Reason.OWN_NETWORK, "since": since, "as_of": minutes_ago(47), "evidence": silent}
    todo = (Advice(AdviceKind.CHECK_NETWORK),)
    gone = [verdict(route, Health.UNKNOWN, confidence=Confidence.MEDIUM, advice=todo, **given) for route in (HAIKU, GPT)]
    routes = (
        _haiku(verdict=gone[0], feed_state=FeedState.UNREACHABLE, page_word="unreachable", calls=CallWindow()),
        _gpt(verdict=gone[1], feed_state=FeedState.UNREACHABLE, page_word="unreachable", calls=CallWindow()),
    )
    feeds = tuple(
        feed_view(name, FeedState.UNREACHABLE, page_health=Health.UNKNOWN, since=since, last_ok=minutes_ago(47), detail="name resolution failed")
        for name in ("anthropic", "openai")
    )
    words = summary(
        Level.UNKNOWN,
        side=Side.YOURS,
        headline="You are offline since 21:02.",
        details=("Nothing below is newer than that.",),
        label="offline 46m",
        exit_status=3,
    )
    return snapshot(summary=words, routes=routes, feeds=feeds)


def empty() -> Snapshot:
    """Nothing is on the watchlist and nothing was found."""
    return snapshot(summary=summary(Level.UNKNOWN, headline="Nothing to watch yet.", exit_status=4))


def first_run() -> Snapshot:
    """Routes were found on this machine, and the person has not been asked yet."""
    sources = (
        SourceView("claude-code", "Claude Code's own transcripts: status and error lines only", "~/.claude/projects", enabled=False, asked=False),
        SourceView("codex", "Codex CLI's session records: status and error lines only", "~/.codex/sessions", enabled=False, asked=False),
    )
    unread = verdict(HAIKU, Health.UNKNOWN, confidence=Confidence.LOW, reason=Reason.NOTHING_KNOWN, as_of=None)
    routes = (
        _haiku(title="Claude", verdict=unread, feed_state=None, page_word="not read yet", calls=CallWindow(), source="found", note="~/.claude was found"),
        _gpt(
            verdict=replace(unread, route=parse_route(GPT)),
            feed_state=None,
            page_word="not read yet",
            calls=CallWindow(),
            source="found",
            note="OPENAI_API_KEY is set",
        ),
    )
    words = summary(Level.UNKNOWN, headline="Nothing is known yet.", exit_status=4)
    return snapshot(
        summary=words,
        routes=routes,
        sources=sources,
        feeds=(feed_view("anthropic", None, last_ok=None, as_of=None), feed_view("openai", None, last_ok=None, as_of=None)),
    )


def many(count: int = 200) -> Snapshot:
    """`count` routes, every seventh of them failing."""
    routes = []
    for n in range(count):
        text = f"provider-{n % 9}/api:model-{n}.0"
        health = Health.DOWN if n % 7 == 3 else Health.OK
        one = verdict(text, health, fault=Fault.PROVIDER, since=minutes_ago(n)) if health is Health.DOWN else verdict(text)
        routes.append(route_view(text, title=f"model-{n}", verdict=one, provider_name=f"Provider {n % 9}"))
    return snapshot(summary=summary(Level.DOWN, side=Side.THEIRS, headline="Many are down.", exit_status=1), routes=tuple(routes))


def hostile() -> Snapshot:
    """Every text that a feed controls tries to be something else than text."""
    incidents = tuple(
        incident_view(
            key=f"anthropic:x{n}",
            title=title,
            url=f"javascript:alert({n})",
            relevance=(RelevanceView(OPUS, "affected", "model_named", title, 0),),
            updates=(UpdateView(minutes_ago(5), "investigating", title),),
            components=(title,),
        )
        for n, title in enumerate(HOSTILE_TITLES)
    )
    base = trouble()
    quote = Evidence(
        EvidenceKind.INCIDENT,
        at=minutes_ago(5),
        posted_at=minutes_ago(5),
        quote=HOSTILE_TITLES[1],
        incident="anthropic:x1",
        url="https://status.example/x\x1b[2J",
    )
    bad = replace(base.routes[0].verdict, evidence=(quote,), incident="anthropic:x1")
    route = replace(base.routes[0], verdict=bad, page_word=HOSTILE_TITLES[0], title=HOSTILE_TITLES[2])
    calls = tuple(failed_call(n, code=title, project=title, request_id=title, reason=title, model=title) for n, title in enumerate(HOSTILE_TITLES))
    return replace(base, routes=(route, *base.routes[1:]), incidents=incidents, calls=calls)

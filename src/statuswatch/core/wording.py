"""Every sentence a person reads, from values. The answer first, then the evidence, then what to do; plain words; what is not known is said.

What a feed said is returned raw in quotation marks: the surface that shows it escapes it.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from statuswatch.core.health import LADDER, Confidence, Fault, FeedState, Health, Relevance, Side
from statuswatch.core.ids import Route, Surface, parse_route
from statuswatch.core.incident import Stage
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.verdict import Advice, AdviceKind, Evidence, EvidenceKind, Reason, Verdict

USUAL_LAG = "it usually takes 19 minutes"

_SURFACES = {Surface.API: "API", Surface.CODE: "code", Surface.CHAT: "chat", Surface.CONSOLE: "console", Surface.CLOUD: "cloud"}
_CLIENTS = {"claude-code": "Claude Code", "codex": "Codex", "gemini-cli": "Gemini CLI", "opencode": "opencode", "copilot-cli": "Copilot CLI"}
_HEALTH = {
    Health.OK: "ok",
    Health.SUSPECT: "not sure",
    Health.DEGRADED: "failing",
    Health.DOWN: "down",
    Health.RECOVERING: "coming back",
    Health.MAINTENANCE: "maintenance",
    Health.UNKNOWN: "unknown",
}
_FEED_STATES = {
    FeedState.FRESH: "fresh",
    FeedState.STALE: "not read lately",
    FeedState.BLOCKED: "refuses to be read",
    FeedState.UNREADABLE: "unreadable",
    FeedState.UNREACHABLE: "out of reach",
}
_YOURS = {
    Fault.QUOTA: "Your rate limit at {provider}",
    Fault.BILLING: "Your credit or spending limit at {provider} is used up",
    Fault.AUTH: "{provider} does not accept your key or login",
    Fault.REQUEST: "{provider} refuses the request itself",
    Fault.MODEL: "{provider} does not know or no longer serves {model}",
    Fault.NETWORK: "Your network: nothing outside answers",
    Fault.GATEWAY: "Your own gateway or proxy in front of {provider} fails",
}
_CAPITALS = re.compile(r"[a-z]+(?:-[a-z]+)+(?:-\d[\d.]*)?(?:-[a-z0-9]+)?")


def age_words(seconds: float) -> str:
    """An age for a person: `21s`, `12m`, `3h`, `2d`."""
    seconds = max(0.0, seconds)
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{int(seconds)}s"
    minutes = int(seconds // 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes}m"
    hours = minutes // 60
    if hours < 48:  # noqa: PLR2004 - two days
        return f"{hours}h" if hours >= 10 or not minutes % 60 else f"{hours}h{minutes % 60:02d}m"  # noqa: PLR2004 - short beyond ten hours
    return f"{hours // 24}d"


def age_of(then: datetime | None, now: datetime) -> str:
    """The age of `then` at `now`; `never` where there is none."""
    return age_words((now - then).total_seconds()) if then else "never"


def model_title(model: str) -> str:
    """A model's name for a person: `claude-opus-4.5` reads Claude Opus 4.5; names with one word stay ids (`gpt-5.5`)."""
    if model == "*":
        return "any model"
    if not _CAPITALS.fullmatch(model):
        return model
    return " ".join(part if part[:1].isdigit() else part.capitalize() for part in model.split("-"))


def short_model(model: str) -> str:
    """The fewest letters that still say which model: the family's last word (`opus`), else the id."""
    family = Route("-", None, model).name.family
    return family.rsplit("-", 1)[-1] if "-" in family else model


def route_title(route: Route, knowledge: Knowledge) -> str:
    """What a person calls the route: the model, or the provider where the model does not matter."""
    return knowledge.name_of(route.provider) if route.model == "*" else model_title(route.model)


def surface_name(route: Route) -> str:
    """The surface in words, with the region where there is one."""
    name = _SURFACES[route.surface] if route.surface else "any"
    return f"{name} {route.region}" if route.region else name


def client_name(client: str) -> str:
    """A client's own spelling of its name."""
    return _CLIENTS.get(client, client)


def health_word(health: Health, reason: Reason | None = None) -> str:
    """The health as a person reads it."""
    if reason is Reason.OWN_FAILURES_YOURS:
        return "your side"
    return _HEALTH[health]


def feed_word(state: FeedState | None) -> str:
    """A feed's state in words; None: not read yet."""
    return _FEED_STATES[state] if state else "not read yet"


def headline(verdict: Verdict, knowledge: Knowledge, now: datetime, zone: tzinfo = UTC) -> str:
    """The one sentence that answers "is it them or me?" for a route; clock times in `zone`."""
    provider, model = knowledge.name_of(verdict.route.provider), route_title(verdict.route, knowledge)
    since = f" since {clock_words(verdict.since, zone)} ({age_of(verdict.since, now)})" if verdict.since else ""
    sure = f" Sure: {verdict.confidence}."
    if verdict.side is Side.YOURS:
        what = _YOURS[verdict.fault].format(provider=provider, model=model)
        return f"It's on your side. {what}{since}.{sure}"
    if verdict.side is Side.THEIRS and verdict.health in {Health.DEGRADED, Health.DOWN}:
        return f"It's them. {failing_sentence(verdict, knowledge)}{since}.{sure}"
    if verdict.health is Health.RECOVERING:
        if verdict.reason is Reason.BACK_BUT_OPEN:
            return f"{model} works again for you{since}; {provider} still has the incident open."
        return f"{provider} says {model} is coming back{since}; not verified by a call of yours."
    return _quiet_headline(verdict, provider, model, since, now)


def offline_sentence(verdicts: Iterable[Verdict], since: datetime, now: datetime, zone: tzinfo = UTC) -> str:
    """That no page can be reached, what that most likely means, and how sure: from the `verdicts` of one instant."""
    mine = [verdict for verdict in verdicts if verdict.reason is Reason.OWN_NETWORK]
    total = max((item.total for verdict in mine for item in verdict.evidence if item.kind is EvidenceKind.FEEDS_SILENT), default=0)
    sure = max((verdict.confidence for verdict in mine), key=LADDER.index, default=Confidence.MEDIUM)
    pages = f"None of {total} status pages" if total > 1 else "No status page"
    return f"{pages} can be reached since {clock_words(since, zone)} ({age_of(since, now)}): most likely your network. Sure: {sure}."


def _quiet_headline(verdict: Verdict, provider: str, model: str, since: str, now: datetime) -> str:
    match verdict.reason:
        case Reason.INCIDENT_POSSIBLE:
            return f"Not sure yet. {provider} reports trouble that may concern {model}{since}. No call of yours says so."
        case Reason.CALLS_SUCCEED if verdict.trouble:
            return f"{provider} reports trouble with {model}{since}, but your last call worked."
        case Reason.CALLS_SUCCEED:
            return f"{model} works: your last call succeeded {age_of(verdict.as_of, now)} ago."
        case Reason.PAGE_QUIET:
            return f"{model}: no trouble known. {provider}'s page reports none, and you made no call lately."
        case Reason.RESOLVED_UNVERIFIED:
            return f"{provider} says {model} is back{since}; you made no call since."
        case Reason.MAINTENANCE_NOW:
            return f"{provider} has planned maintenance for {model}{since}."
        case Reason.FEED_UNREADABLE:
            return f"Cannot tell about {model}: {provider}'s page cannot be read{since}."
        case Reason.NOTHING_KNOWN:
            return f"Nothing known about {model} yet."
        case _:
            return f"Not sure yet about {model} at {provider}{since}. Watching."


def failing_sentence(verdict: Verdict, knowledge: Knowledge) -> str:
    """Who fails for what, without a time: the title of a notice."""
    provider = knowledge.name_of(verdict.route.provider)
    if verdict.route.model == "*":
        return f"{provider} is {_HEALTH[verdict.health]}"
    verb = "is down" if verdict.health is Health.DOWN else "is failing"
    return f"{provider} {verb} for {model_title(verdict.route.model)}"


def page_word(verdict: Verdict, impact: str | None, state: FeedState | None) -> str:
    """What the provider's page says about a route, in one or two words."""
    if state is not FeedState.FRESH:
        return feed_word(state)
    if verdict.relevance is Relevance.AFFECTED:
        return impact or "affected"
    if verdict.relevance is Relevance.POSSIBLE:
        return "possible"
    return "quiet"


def evidence_line(evidence: Evidence, knowledge: Knowledge, now: datetime, zone: tzinfo = UTC) -> str:
    """One line of the `because` part. A quotation in it is theirs, raw."""
    match evidence.kind:
        case EvidenceKind.CALLS_FAILED:
            return _failed_line(evidence)
        case EvidenceKind.CALLS_OK:
            return f"{evidence.count} of your last {evidence.total} calls worked, the newest {age_of(evidence.at, now)} ago"
        case EvidenceKind.SIBLING_OK:
            model = route_title(parse_route(evidence.subject), knowledge)
            return f"{model} works meanwhile ({evidence.count} of {evidence.total}): not your key, not your network"
        case EvidenceKind.INCIDENT:
            return f'their page {_posted(evidence, zone)}: "{evidence.quote}" ({evidence.subject})'
        case EvidenceKind.PAGE_QUIET:
            return f"their page says nothing yet ({USUAL_LAG}); read {age_of(evidence.at, now)} ago"
        case EvidenceKind.PAGE_CLEAR:
            return f"their page names no trouble with it; read {age_of(evidence.at, now)} ago"
        case EvidenceKind.PAGE_OTHERS:
            return f"their page reports trouble with other models or parts only; read {age_of(evidence.at, now)} ago"
        case EvidenceKind.FEED_STATE:
            return f"their page is {feed_word(FeedState(evidence.subject))} since {clock_words(evidence.at, zone)}"
        case EvidenceKind.FEEDS_ANSWER:
            return f"{evidence.count} of {evidence.total} other feeds answer: not your network"
    return f"none of {evidence.total} status feeds can be reached"


def _posted(evidence: Evidence, zone: tzinfo) -> str:
    """When the incident was posted, and when the words that are quoted were, where that is another minute."""
    posted = f"posted {clock_words(evidence.posted_at, zone)}" if evidence.posted_at else ""
    quoted = f"at {clock_words(evidence.quoted_at, zone)}" if evidence.quoted_at else ""
    if posted.removeprefix("posted ") == quoted.removeprefix("at "):
        quoted = ""
    return ", ".join(part for part in (posted or "reports", quoted) if part)


def failed_words(evidence: Evidence) -> str:
    """How many of the person's calls failed, and with what."""
    what = f" with {evidence.subject}" if evidence.subject else ""
    tries = f", {evidence.attempts} attempts" if evidence.attempts > evidence.count else ""
    if evidence.total == 1:
        return f"your last call failed{what}{tries}"
    return f"{evidence.count} of your last {evidence.total} calls failed{what}{tries}"


def _failed_line(evidence: Evidence) -> str:
    clients = ", ".join(client_name(client) for client in evidence.clients)
    where = f" ({clients}{f', {evidence.projects} projects' if evidence.projects > 1 else ''})" if clients else ""
    return failed_words(evidence) + where


def advice_line(advice: Advice, knowledge: Knowledge) -> str:
    """One thing to do, as an order."""
    route = parse_route(advice.target) if advice.target else None
    wait = f" in about {int(advice.seconds)} s" if advice.seconds else ""
    words = {
        AdviceKind.SWITCH: f"switch to {route_title(route, knowledge)}, which works for you now" if route else "",
        AdviceKind.RETRY: f"try again{wait or ' now'}",
        AdviceKind.WAIT: f"wait: statuswatch wait {advice.target}",
        AdviceKind.TOP_UP: "add credit or raise the spending limit in their console",
        AdviceKind.CHECK_KEY: "check the key or log in again",
        AdviceKind.SLOW_DOWN: f"slow down; try again{wait or ' when the limit resets'}",
        AdviceKind.FIX_REQUEST: "change the request; sending it again will fail again",
        AdviceKind.CHECK_MODEL: "check the model's name; it may be retired",
        AdviceKind.CHECK_NETWORK: "check your network, VPN or proxy",
        AdviceKind.CHECK_GATEWAY: "check that your own gateway or proxy runs",
        AdviceKind.NONE: "nothing you can do but wait",
    }
    return words[advice.kind]


def stage_word(stage: Stage, raw: str) -> str:
    """An incident's stage as its page words it, or that the word is not known."""
    return stage.value.replace("_", " ") if stage is not Stage.UNKNOWN else (f"unknown stage {raw!r}" if raw else "unknown stage")


def confidence_word(confidence: Confidence) -> str:
    """How sure, as a word that stands alone."""
    return {Confidence.LOW: "not sure", Confidence.MEDIUM: "fairly sure", Confidence.HIGH: "sure"}[confidence]


def clock_words(at: datetime | None, zone: tzinfo = UTC) -> str:
    """Hours and minutes in `zone`."""
    return at.astimezone(zone).strftime("%H:%M") if at else "?"

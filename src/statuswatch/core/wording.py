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
from statuswatch.core.observation import Cut
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
_IN_THE_WAY = {
    Reason.CAPTIVE_PORTAL: "Your network: a login page (captive portal) answers in place of {provider}",
    Reason.INTERCEPTED: "Your calls to {provider} are stopped on the way: a filter, a proxy, a certificate or clock of this machine",
}
_SILENT = {
    Cut.OFFLINE: "most likely your network",
    Cut.NAMES: "no name can be resolved, so most likely your DNS",
    Cut.INTERCEPTED: "no certificate is accepted, so something on the way opens the connections, or this machine's clock is wrong",
    Cut.PORTAL: "a login page answers in place of them (captive portal)",
}
# How makers write names of that shape: Claude Opus 4.5, Gemini 2.5 Pro, Llama 3.3 70B; and a family without a vowel is an acronym: GPT-5.5, GPT-4o mini.
_CAPITALS = re.compile(r"[a-z]+(?:-[a-z]+)+(?:-\d[\d.]*)?(?:-[a-z0-9]+)?|[a-z]+-\d{1,2}(?:\.\d+)*(?:-\d+b)?(?:-[a-z]+)*")
_ACRONYM = re.compile(r"([b-df-hj-np-tv-xz]{2,})-(.+)")
_VERSIONED = re.compile(r"(\d{1,2}(?:\.\d+)*[a-z]?)((?:-[a-z]+)*)")
_SIZES = frozenset({"mini", "nano", "pro"})


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
    """A model's name for a person: `claude-opus-4.5` reads Claude Opus 4.5, `gpt-4o-mini` GPT-4o mini; what has another shape stays an id (`o3`)."""
    if model == "*":
        return "any model"
    acronym = _ACRONYM.fullmatch(model)
    if acronym:
        return _acronym_title(model, acronym[1], acronym[2])
    if not _CAPITALS.fullmatch(model):
        return model
    return " ".join(part.upper() if part[:1].isdigit() and part.endswith("b") else part.capitalize() for part in model.split("-"))


def _acronym_title(model: str, family: str, rest: str) -> str:
    """A family of consonants and its version are one word; the words of its sizes stay small."""
    shaped = _VERSIONED.fullmatch(rest)
    if not shaped:
        return model
    return " ".join([f"{family.upper()}-{shaped[1]}", *(word if word in _SIZES else word.capitalize() for word in shaped[2].split("-")[1:])])


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
        what = _IN_THE_WAY.get(verdict.reason, _YOURS[verdict.fault]).format(provider=provider, model=model)
        return f"It's on your side. {what}{since}.{sure}"
    if verdict.side is Side.THEIRS and verdict.health in {Health.DEGRADED, Health.DOWN}:
        return f"{theirs_words(verdict.confidence)}. {failing_sentence(verdict, knowledge)}{since}.{sure}"
    if verdict.health is Health.RECOVERING:
        if verdict.reason is Reason.BACK_BUT_OPEN:
            return f"{model} works again for you{since}; {provider} still has the incident open."
        return f"{provider} says {model} is coming back{since}; not verified by a call of yours."
    return _quiet_headline(verdict, provider, model, since, now)


def theirs_words(confidence: Confidence) -> str:
    """That the fault is the provider's, no surer than it is."""
    return "It's them" if confidence is Confidence.HIGH else "It looks like them"


def offline_sentence(verdicts: Iterable[Verdict], since: datetime, now: datetime, zone: tzinfo = UTC) -> str:
    """That no page can be reached, what that most likely means, and how sure: from the `verdicts` of one instant."""
    mine = [verdict for verdict in verdicts if verdict.offline]
    silent = [item for verdict in mine for item in verdict.evidence if item.kind is EvidenceKind.FEEDS_SILENT]
    total = max((item.total for item in silent), default=0)
    what = _silent_words(silent[0].subject) if silent else _SILENT[Cut.OFFLINE]
    sure = max((verdict.confidence for verdict in mine), key=LADDER.index, default=Confidence.MEDIUM)
    pages = f"None of {total} status pages" if total > 1 else "No status page"
    return f"{pages} can be reached since {clock_words(since, zone)} ({age_of(since, now)}): {what}. Sure: {sure}."


def _silent_words(cut: str) -> str:
    return _SILENT[Cut(cut)] if cut else _SILENT[Cut.OFFLINE]


_QUIET = {
    Reason.INCIDENT_POSSIBLE: "Not sure yet. {provider} reports trouble that may concern {model}{since}. No call of yours says so.",
    Reason.COMPONENT_STATED: "Not sure yet. {provider}'s page shows a part that {model} stands on as failing, and has posted no incident.",
    Reason.PAGE_QUIET: "{model}: no trouble known. {provider}'s page reports none, and you made no call lately.",
    Reason.RESOLVED_UNVERIFIED: "{provider} says {model} is back{since}; you made no call since.",
    Reason.MAINTENANCE_NOW: "{provider} has planned maintenance for {model}{since}.",
    Reason.OWN_FAILURES_UNREACHABLE: "Not sure yet. Only {provider} gives no answer{since}, others do: theirs, or the way to them.",
    Reason.KEYS_REFUSED_TOGETHER: "Not sure yet. {provider} refuses several logins of yours at once{since}: theirs, or one login that they share.",
    Reason.FEED_UNREADABLE: "Cannot tell about {model}: {provider}'s page cannot be read{since}.",
    Reason.NOTHING_KNOWN: "Nothing known about {model} yet.",
}


def _quiet_headline(verdict: Verdict, provider: str, model: str, since: str, now: datetime) -> str:
    if verdict.reason is Reason.CALLS_SUCCEED:
        if verdict.trouble:
            return f"{provider} reports trouble with {model}{since}, but your last call worked."
        return f"{model} works: your last call succeeded {age_of(verdict.as_of, now)} ago."
    words = _QUIET.get(verdict.reason, "Not sure yet about {model} at {provider}{since}. Watching.")
    return words.format(provider=provider, model=model, since=since)


def failing_sentence(verdict: Verdict, knowledge: Knowledge, names: str = "") -> str:
    """Who fails for what, without a time: the title of a notice. `names`: the models in words, where it is not the verdict's alone."""
    provider = knowledge.name_of(verdict.route.provider)
    if verdict.route.model == "*":
        return f"{provider} is {_HEALTH[verdict.health]}"
    verb = "is down" if verdict.health is Health.DOWN else "is failing"
    return f"{provider} {verb} for {names or model_title(verdict.route.model)}"


def page_word(verdict: Verdict, impact: str | None, state: FeedState | None) -> str:
    """What the provider's page says about a route, in one or two words."""
    if state is not FeedState.FRESH:
        return feed_word(state)
    if verdict.relevance is Relevance.AFFECTED:
        return impact or "affected"
    if verdict.relevance is Relevance.POSSIBLE:
        return "possible"
    return "component" if verdict.reason is Reason.COMPONENT_STATED else "quiet"


def evidence_line(evidence: Evidence, knowledge: Knowledge, now: datetime, zone: tzinfo = UTC) -> str:
    """One line of the `because` part. A quotation in it is theirs, raw."""
    kind = evidence.kind
    if kind is EvidenceKind.CALLS_FAILED:
        return _failed_line(evidence)
    if kind is EvidenceKind.INCIDENT:
        return f'their page {_posted(evidence, zone)}: "{evidence.quote}" ({evidence.subject})'
    if kind is EvidenceKind.FEED_STATE:
        return f"their page is {feed_word(FeedState(evidence.subject))} since {clock_words(evidence.at, zone)}"
    if kind is EvidenceKind.FEEDS_SILENT:
        return f"none of {evidence.total} status feeds can be reached" + (f": {_silent_words(evidence.subject)}" if evidence.subject else "")
    siblings = kind in {EvidenceKind.SIBLING_OK, EvidenceKind.SIBLING_FAILED}
    model = route_title(parse_route(evidence.subject), knowledge) if siblings else ""
    long = age_words(evidence.count) if kind is EvidenceKind.CLOCK_OFF else ""
    return _EVIDENCE[kind].format(item=evidence, age=age_of(evidence.at, now), model=model, long=long)


_EVIDENCE = {
    EvidenceKind.CALLS_OK: "{item.count} of your last {item.total} calls worked, the newest {age} ago",
    EvidenceKind.SIBLING_OK: "{model} works meanwhile ({item.count} of {item.total}): not your key, not your network",
    EvidenceKind.SIBLING_FAILED: "{model} fails meanwhile too ({item.count} of {item.total})",
    EvidenceKind.LOGINS_REFUSED: "{item.count} logins that worked were refused within minutes",
    EvidenceKind.PAGE_QUIET: f"their page says nothing yet ({USUAL_LAG}); read {{age}} ago",
    EvidenceKind.PAGE_CLEAR: "their page names no trouble with it; read {age} ago",
    EvidenceKind.PAGE_PART: 'their page shows "{item.quote}" as failing, without an incident; read {age} ago',
    EvidenceKind.PAGE_OLD: 'their page still lists "{item.quote}", untouched for {item.count} days: after {item.total} it is taken to be forgotten',
    EvidenceKind.PAGE_OTHERS: "their page reports trouble with other models or parts only; read {age} ago",
    EvidenceKind.FEEDS_ANSWER: "{item.count} of {item.total} other feeds answer: not your network",
    EvidenceKind.CLOCK_OFF: "this machine's clock is {long} {item.subject}, measured at the pages",
}


def _posted(evidence: Evidence, zone: tzinfo) -> str:
    """When the incident was posted, when the words that are quoted were, where that is another minute, and until when work is planned."""
    posted = f"posted {clock_words(evidence.posted_at, zone)}" if evidence.posted_at else ""
    quoted = f"at {clock_words(evidence.quoted_at, zone)}" if evidence.quoted_at else ""
    if posted.removeprefix("posted ") == quoted.removeprefix("at "):
        quoted = ""
    until = f"until {clock_words(evidence.until, zone)}" if evidence.until else ""
    return ", ".join(part for part in (posted or "reports", quoted, until) if part)


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
    route = parse_route(advice.target) if advice.target and advice.kind is not AdviceKind.LOCAL else None
    wait = f" in about {int(advice.seconds)} s" if advice.seconds else ""
    words = {
        AdviceKind.SWITCH: f"switch to {route_title(route, knowledge)}, which works for you now" if route else "",
        AdviceKind.LOCAL: f"use the model on this machine: {advice.target}",
        AdviceKind.RETRY: f"try again{wait or ' now'}",
        AdviceKind.WAIT: f"wait: statuswatch wait {advice.target}",
        AdviceKind.TOP_UP: "add credit or raise the spending limit in their console",
        AdviceKind.CHECK_KEY: "check the key or log in again",
        AdviceKind.SLOW_DOWN: f"slow down; try again{wait or ' when the limit resets'}",
        AdviceKind.FIX_REQUEST: "change the request; sending it again will fail again",
        AdviceKind.CHECK_MODEL: "check the model's name; it may be retired",
        AdviceKind.CHECK_NETWORK: "check your network, VPN or proxy",
        AdviceKind.JOIN_NETWORK: "log in to the network: open any web page in a browser",
        AdviceKind.CHECK_GATEWAY: "check that your own gateway or proxy runs",
        AdviceKind.NONE: "nothing else is known to work for you now",
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

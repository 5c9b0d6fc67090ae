"""The answer: the three-line verdict of the whole picture, and the full reasoning for one route."""

from dataclasses import dataclass
from datetime import datetime

from statuswatch.core.health import FeedState, Health, Side
from statuswatch.core.notice import NoticeKind, NoticeReason
from statuswatch.core.snapshot import RouteView
from statuswatch.core.verdict import AdviceKind, Evidence, EvidenceKind, Reason, Verdict
from statuswatch.core.wording import theirs_words
from statuswatch.surfaces.present_text import EMPTY, Line, Span, Tone, clean, join, safe_link, say, width_of, wrap
from statuswatch.surfaces.present_words import (
    EXAMPLE_ROUTES,
    REREAD,
    USUAL_LAG,
    Scene,
    add_words,
    advice_words,
    age_words,
    client_name,
    evidence_words,
    headline,
    offline_words,
    unknown_words,
)

TONES: dict[Health, Tone] = {
    Health.OK: Tone.OK,
    Health.SUSPECT: Tone.UNSURE,
    Health.DEGRADED: Tone.FAILING,
    Health.DOWN: Tone.DOWN,
    Health.RECOVERING: Tone.BACK,
    Health.MAINTENANCE: Tone.MAINTENANCE,
    Health.UNKNOWN: Tone.UNKNOWN,
}
BRIEF = 60  # below so many cells, the verdict block leaves its evidence out
WEIGHT = (Health.DOWN, Health.DEGRADED, Health.SUSPECT, Health.RECOVERING, Health.MAINTENANCE)
_NOT_YOU = {EvidenceKind.FEEDS_ANSWER, EvidenceKind.SIBLING_OK}


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict block: its health decides the frame's colour; `lines` are wrapped to the width, the first one says it all."""

    health: Health
    lines: tuple[Line, ...]


def worst(look: Scene) -> RouteView | None:
    """The route that the headline speaks of: the worst in trouble, the longest first, those that the person knows of last; None when none is in trouble."""
    troubled = [view for view in look.snapshot.routes if view.verdict.health in WEIGHT]
    order = {health: index for index, health in enumerate(WEIGHT)}
    return min(troubled, key=lambda view: (view.acknowledged, order[view.verdict.health], view.verdict.since or look.now, view.route), default=None)


def answer(look: Scene, inner: int) -> Answer:
    """The verdict block for a width of `inner` cells."""
    main = worst(look)
    if main is not None:
        health, lines = main.verdict.health, _trouble(main, look, inner)
        if inner < BRIEF and len(lines) > 2:  # noqa: PLR2004 - the answer and what to do; what lies between is a key away
            lines = [lines[0], lines[-1]]
    else:
        health, lines = _no_trouble(look)
    symbol = look.look.glyphs.health[health]
    first = (Span(f"{symbol} ", TONES[health]), *lines[0])
    wrapped = [*wrap(first, inner, 2)]
    for line in lines[1:]:
        wrapped += wrap((Span("  "), *line), inner, 2)
    return Answer(health, tuple(wrapped))


def _trouble(main: RouteView, look: Scene, inner: int) -> list[Line]:
    same = [view for view in look.snapshot.routes if view is not main and _one_trouble(view.verdict, main.verdict)]
    lead = "Nothing else is wrong. As you know: " if main.acknowledged else ""
    first = join([say(lead + headline(main, look), Tone.STRONG), say(_also(same, look))], " ")
    works = join([_works(view) for view in works_now(main, look)], ", ")
    todo = join(
        [say(advice_words(item, look)) for item in main.verdict.advice if item.kind not in {AdviceKind.SWITCH, AdviceKind.WAIT}], f" {look.look.glyphs.dot} "
    )
    if todo and not works:
        todo = (Span(todo[0].text[:1].upper() + todo[0].text[1:]), *todo[1:])
    last = join([(Span("Works now: ", Tone.DIM), *works) if works else EMPTY, todo], f" {look.look.glyphs.dot} ")
    return [first, *(line for line in (_facts(main, look, inner - 2), last) if line)]


def _also(same: list[RouteView], look: Scene) -> str:
    names = [look.name_of(view.route) for view in same[:2]]
    more = f" and {len(same) - 2} more" if len(same) > 2 else ""  # noqa: PLR2004 - two names are enough to see the kind
    return f"The same for {', '.join(names)}{more}." if names else ""


def _one_trouble(one: Verdict, other: Verdict) -> bool:
    return one.trouble and one.health is other.health and one.fault is other.fault and one.route.provider == other.route.provider


def _facts(main: RouteView, look: Scene, room: int) -> Line:
    calls = main.calls
    page: Line = (Span("Page: ", Tone.DIM), Span(_page(main, look)))
    if not calls.failed and not calls.ok:
        return join([say("You made no calls in the last hour.", Tone.DIM), page], " ")
    failed = next((item for item in main.verdict.evidence if item.kind is EvidenceKind.CALLS_FAILED), None)
    said = f"{calls.failed} of {calls.failed + calls.ok} failed" if calls.failed else f"all {calls.ok} worked"
    if failed is not None and failed.subject:
        said += f", {clean(failed.subject, 50)}"
    where = _where(failed) if failed is not None else ""
    full = join([(Span("Your calls: ", Tone.DIM), Span(f"{said}{where}.")), page], " ")
    return full if width_of(full) <= room or not where else join([(Span("Your calls: ", Tone.DIM), Span(f"{said}.")), page], " ")


def _where(failed: Evidence) -> str:
    parts = [client_name(name) for name in failed.clients[:2]]
    if failed.projects > 1:
        parts.append(f"{failed.projects} projects")
    return f" ({', '.join(parts)})" if parts else ""


def _page(main: RouteView, look: Scene) -> str:
    verdict = main.verdict
    posted = next((item.posted_at for item in verdict.evidence if item.kind is EvidenceKind.INCIDENT and item.posted_at), None)
    if posted is not None:
        return f"posted {look.clock(posted)}."
    if main.feed_state is FeedState.FRESH and any(item.kind is EvidenceKind.PAGE_OTHERS for item in verdict.evidence):
        return "trouble with other models or parts only."
    if main.feed_state is FeedState.FRESH and any(item.kind is EvidenceKind.PAGE_QUIET for item in verdict.evidence):
        return f"nothing yet ({USUAL_LAG})."
    return f"{clean(main.page_word, 30) or 'not read yet'}."


def works_now(main: RouteView, look: Scene) -> list[RouteView]:
    """The routes that the advice names as working, best first."""
    targets = [item.target for item in main.verdict.advice if item.kind is AdviceKind.SWITCH]
    views = {name: view for view in look.snapshot.routes for name in (view.route, view.verdict.route.canonical)}
    return [views[target] for target in targets if target in views]


def _works(view: RouteView) -> Line:
    calls = view.calls
    return say(f"{clean(view.title, 40)} ({calls.ok} of {calls.ok + calls.failed} ok)" if calls.ok else clean(view.title, 40))


def _no_trouble(look: Scene) -> tuple[Health, list[Line]]:
    routes = look.snapshot.routes
    if not routes:
        lines = [
            say("Nothing to watch yet: no model or tool of yours was found.", Tone.STRONG),
            (Span(add_words(look.look), Tone.DIM), Span(EXAMPLE_ROUTES)),
            say(REREAD, Tone.DIM),
            say("Or make a call with a tool that you allowed to be read. `statuswatch sources` shows what can be read.", Tone.DIM),
        ]
        return Health.UNKNOWN, lines
    offline = next((view for view in routes if view.verdict.offline), None)
    if offline is not None:
        return Health.UNKNOWN, [
            say(offline_words(offline.verdict.since or look.snapshot.at, look), Tone.STRONG),
            say(_offline_advice(offline, look), Tone.DIM),
        ]
    unknown = [view for view in routes if view.verdict.health is Health.UNKNOWN]
    if len(unknown) == len(routes):
        return Health.UNKNOWN, [
            say("Nothing is known yet.", Tone.STRONG),
            say(f"{look.name_of(unknown[0].route)}: {unknown_words(unknown[0], look)}.", Tone.DIM),
        ]
    return Health.OK, [_fine(look, unknown)]


def _offline_advice(view: RouteView, look: Scene) -> str:
    todo = next(filter(None, (advice_words(item, look) for item in view.verdict.advice)), "")
    return "Nothing below is newer than that." + (f" What to do: {todo}." if todo else "")


def _fine(look: Scene, unknown: list[RouteView]) -> Line:
    routes = look.snapshot.routes
    fine = len(routes) - len(unknown)
    quiet = sum(view.verdict.reason is Reason.PAGE_QUIET for view in routes)
    told = f"{fine} of {len(routes)} things you use are fine." if unknown else look.snapshot.summary.headline
    parts = [say(told, Tone.STRONG)]
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        parts.append(say(f"Unknown: {look.name_of(unknown[0].route)} ({unknown_words(unknown[0], look)}){more}.", Tone.DIM))
    if quiet and unknown:
        parts.append(say(f"{quiet} by {'its' if quiet == 1 else 'their'} page alone.", Tone.DIM))
    last = _last_trouble(look)
    return join([*parts, say(last, Tone.DIM)], " ")


def _last_trouble(look: Scene) -> str:
    """The person's own newest trouble that was told as over, from first notice to last; where there is none, the newest incident that concerned them."""
    own = [item for item in look.snapshot.notices if item.kind is NoticeKind.RESOLVED and item.reason is not NoticeReason.NARROWED]
    over = max(own, key=lambda item: item.at, default=None)
    opened = [item.at for item in look.snapshot.notices if over and item.trouble == over.trouble and item.kind is NoticeKind.OPENED]
    if over is not None and opened:
        return _was(min(opened), over.at, look.knowledge.name_of(over.provider), look)
    return _last_incident(look)


def _was(start: datetime, end: datetime, whose: str, look: Scene) -> str:
    return f"Last trouble: {look.clock(start)}, {age_words((end - start).total_seconds())} ({clean(whose, 30)})."


def _last_incident(look: Scene) -> str:
    over = [item for item in look.snapshot.incidents if item.concerns and item.resolved_at is not None]
    newest = max(over, key=lambda item: item.resolved_at or look.now, default=None)
    if newest is None or newest.resolved_at is None:
        return ""
    start = newest.started_at or newest.posted_at
    if start is None:
        return f"Last trouble: {look.clock(newest.resolved_at)} ({clean(newest.provider_name, 30)})."
    return _was(start, newest.resolved_at, newest.provider_name, look)


def reasoning(view: RouteView, look: Scene) -> tuple[Line, ...]:
    """The whole reasoning for one route: the answer, what it stands on, what rules you out, what to do, and where to read more."""
    verdict, width = view.verdict, look.look.width
    if verdict.health in WEIGHT:
        first = _why_headline(view, look)
    elif verdict.health is Health.UNKNOWN:
        first = f"Unknown: {', '.join(_names(view, look))}: {unknown_words(view, look)}."
    else:
        model, *provider = reversed(_names(view, look))
        first = f"{model} is fine{f' ({provider[0]})' if provider else ''}. Confidence {verdict.confidence}."
    lines = [*wrap(say(first, Tone.STRONG), width, 2)]
    told = [(item, evidence_words(item, look)) for item in verdict.evidence]
    lines += _section("because", [words for item, words in told if words and item.kind not in _NOT_YOU] or [_no_evidence(view, look)], width)
    lines += _section("not you" if verdict.side is not Side.YOURS else "besides", [words for item, words in told if words and item.kind in _NOT_YOU], width)
    advice = [advice_words(item, look) for item in verdict.advice]
    lines += _section("do now", [f" {look.look.glyphs.dot} or ".join(item for item in advice if item)], width)
    link = next((found for item in verdict.evidence if (found := safe_link(item.url))), None)
    lines += _section("link", [link.url if link else ""], width)
    return tuple(lines)


def _why_headline(view: RouteView, look: Scene) -> str:
    verdict = view.verdict
    if verdict.side is not Side.THEIRS or verdict.health in {Health.RECOVERING, Health.MAINTENANCE}:
        return headline(view, look)
    told = ", ".join(filter(None, (*_names(view, look), look.since(verdict.since))))
    return f"{theirs_words(verdict.confidence)}: {told}. Confidence {verdict.confidence}."


def _names(view: RouteView, look: Scene) -> list[str]:
    """The provider's name and the model's; a provider that is watched as a whole has one name, not two."""
    return list(dict.fromkeys((clean(view.provider_name, 40), look.name_of(view.route))))


def _no_evidence(view: RouteView, look: Scene) -> str:
    if view.verdict.reason is Reason.PAGE_QUIET:
        return "their page reports no trouble; a page alone proves little"
    if view.calls.ok and not view.calls.failed:
        return f"your last {view.calls.ok} calls worked"
    return unknown_words(view, look) if view.verdict.health is Health.UNKNOWN else ""


def _section(label: str, texts: list[str], width: int) -> list[Line]:
    lines: list[Line] = []
    for text in filter(None, texts):
        head = Span(f"  {label if not lines else '':<8} ", Tone.DIM)
        lines += wrap((head, Span(text)), width, 11)
    return lines

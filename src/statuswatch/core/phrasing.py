"""The grammar of status prose: which words deny, end, limit or widen an impact. Phrases stand between spaces; an open end takes any ending."""

from enum import StrEnum

from statuswatch.core.conditions import phrase
from statuswatch.core.sentences import Clause


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase(part) for part in text.split(","))


class Polarity(StrEnum):
    """What a clause says about what it names.

    `impact`: trouble. `recovered`: trouble that has ended or is ending. `fine`: it works ("operating normally"). `excluded`: it never was part of it.
    `aside`: named for another reason (advice, a correction).
    """

    IMPACT = "impact"
    RECOVERED = "recovered"
    FINE = "fine"
    EXCLUDED = "excluded"
    ASIDE = "aside"


class Breadth(StrEnum):
    """How many models a clause speaks of without naming them. `generic` is a plain plural ("errors on requests to models")."""

    NONE = "none"
    SOME = "some"
    MANY = "many"
    GENERIC = "generic"
    ALL = "all"


_VERBS = (" affect", " impact", " experienc", " touch", " involved ", " concerned ", " was hit ", " were hit ", " is hit ", " are hit ")
_SHOWS = (" show", " see", " return", " fail", " report", " ha")  # what a model does that is hit: "no model besides this one shows errors"
_NOBODY = ("no", "none", "neither", "nor", "nothing")
_DENIED = _phrases(
    "unaffected*, not affect*, not impact*, not been affected*, not been impacted*, not be affected*, not be impacted*, not part of, unimpacted*, "
    "not involv*, uninvolved, not concern*, not includ*, not touch*, not hit, never affect*, never impact*, never involv*, never part of, out of scope"
)
_APART = _phrases("unrelated to, not related to, nothing to do with, separate from, independent of, distinct from")  # two troubles are kept apart
_ELSEWHERE = _phrases("to unaffected, to unimpacted")  # where the load went: says of nothing named that it was spared
_DENIED_SHORT = ("n't affect", "n't impact", "n't been affected", "n't been impacted")
_NO_IMPACT = _phrases("no impact*, without impact*, without affecting, without impacting, does not change")
_MISTAKE = _phrases("by mistake, mistakenly, posted in error, listed in error, erroneously, incorrectly listed, incorrectly named, typo, should have said")
_FINE = _phrases(
    "as expected, operating normally, serving requests, working normally, functioning normally, operating nominally, fully operational, are "
    "operational, is operational, remain operational, remains operational, still available, remain available, remains available, remained "
    "available, remained operational, remained healthy, stayed healthy, were available, not seeing issues, are available, still work*, continue "
    "to work, continues to work, are healthy, are fine, is fine, is healthy"
)
# How something works that works; and a verb of working as the last word.
_WELL = _phrases(
    "normally, as usual, as intended, as it should, as they should, without issue*, without error*, without problem*, without interruption*, run fine, "
    "runs fine, can be used, may be used, is recommended, are recommended"
)
_WORKS = (" work ", " works ", " working ", " is up ", " are up ", " been fine ", " been fine throughout ")
_FAILS = (" not ", "n't ", " cannot ", " unable ", " never ", " no longer ", " fail", " stop", " only ", " sometimes ", " partly ")
_RECOVERED = _phrases(
    "recover*, to normal, restor*, back up, back online, is back, are back, resolved, mitigated, normaliz*, normalis*, subsid*, baseline, no "
    "longer, fixed, decrease of, decrease in, decreasing, coming down, dropping, healthy again, now healthy, fix has been, fix was"
)
_NOT_YET = _phrases(
    "still seeing, still see, still high, still experienc*, still elevated, remaining errors, remaining issue*, remaining impact, continue to "
    "see, continuing to see, not yet, n't yet, not fully, has regressed, recurr*, again, still degraded, still"
)
_TROUBLE = _phrases(
    "errors, error rate*, error, issue*, affecting, affected, affects, impacting, impacted, impacts, impact, outage*, degrad*, disrupt*, fail*, "
    "unavailab*, down, latenc*, slow*, elevated, unable, timeout*, timing out, high demand, capacity, throttl*, rate limit*, not available, "
    "incident*, interrupt*, intermittent*, stuck, stall*, 529s, 500s, 5xx, experienc*, problem*, trouble*, regression*, bug, inaccessible, "
    "quality, delays, delayed, concerns, cannot, can't, could not, couldn't, "
    "not working, not loading, not responding, not rendering, not able to, broken, missing, hanging, crash*, denied, blocked, "
    "malformed, truncated, reduced, overload*, reject*, refus*, time out, times out, timed out, disconnect*, drops, hangs, freez*, empty repl*, "
    "empty respon*, wrong, incorrect, cut off, cuts off, cut short, backlog*, queu*, withdrawn, suspended, unreachable, unresponsive, offline, "
    "congest*, not load, not start, not open, not respond, not work, not answer, not connect, not complete, not return, weaker, worse, "
    "401s, 403s, 404s, 429s, 502s, 503s, 504s, raised"
)
_ADVICE = _phrases(
    "routed to, rerouted to, re-routed to, redirected to, moved to, directed to, routing to, falling back to, fall back to, fallback to, switch "
    "to, switching to, failover to, fail over to, advised to use, suggest using, recommend using, recommend switching to, use of, please use, try "
    "using, instead use, defaulting to, points to, as an alternative, shifted to, diverted to, sent to, moved over to, downgraded to"
)
_INSTEAD = _phrases("served by, handled by, answered by, processed by, replaced by, replaced with")  # advice only where another name stands before
_EXCEPT = _phrases(
    "except for, except, other than, else than, with the exception of, apart from, aside from, excluding, besides, excepting, models but, all but, "
    "none but, nothing but, everything but"
)
_CONTRAST = (" , not ", " and not ")
_LIMITED = _phrases(
    "limited to, isolated to, confined to, restricted to, only affect*, only impact*, affects only, affect only, affecting only, impacting only, "
    "impacts only, remaining impact, remaining errors, remaining issue*, still seeing, still see, scoped to, narrowed, now only, only for, only "
    "on, only seeing, is only, currently only, specific to, related to, localized to, localised to, contained to, bound to, traced to, lies in, "
    "lies with, comes down to, only the"
)
_OPEN = _phrases(
    "also, additional*, primarily, mainly, mostly, especially, specially, particularly, notably, including, includes, such as, e.g, for example, "
    "increase of, increase in, uptick, spike, worse*, among others, and others, predominantly, most notably, in particular, for instance, as "
    "well, too, following models"
)
_CLOSED_OPEN = " following models "
_UPSTREAM = _phrases(
    "upstream, model provider*, service provider*, infrastructure provider*, cloud provider*, third-party provider*, third party provider*, "
    "provider's side, our provider*, partner, vendor, underlying provider*"
)
_BARRED = _phrases(
    "blocked from, locked out, lose access*, losing access*, lost access*, denied access, prevented from using, unable to use, unable to access, "
    "cannot use, cannot access"
)
_FINITE = frozenset(
    {"is", "are", "was", "were", "has", "have", "fail", "fails", "work", "works", "show", "shows", "see", "sees", "remain", "remains", "return", "returns"}
)
_NO_ONE = _phrases("nobody, no one, no customer*, no user*, not")
_REQUESTS = _phrases("model requests, api requests, requests to models, inference, model inference, completions, model calls, api calls, model responses")
_ALL = _phrases("all, every, entire, any, each, whole")
_MANY = _phrases("many, multiple, several, various, most, numerous, number of, majority of, range of, two, three, four, five")
_SOME = _phrases("some, certain, specific, select, older, newer, subset of, few, couple of, handful of, one of, a model, one model")
_PLURAL = frozenset({"models", "model", "engines", "engine", "llms"})
_OFFERED = frozenset({"products", "services"})
_PARTS = _OFFERED | {"features", "functions", "functionalities", "capabilities", "components", "parts", "tools"}
_COUNTED = frozenset({"two", "three", "four", "five", "couple", "few", "handful", "one"})  # so few of them are a list that was not written, no sweep
_NEAR = 5
_SHORTEST = 3
_MOST_COMMAS = 6
_BACKWARDS = frozenset(
    {"which", "that", "who", "where", "when", "if", "as", "because", "since", "so", "it", "they", "this", "these", "including", "not", "only"}
)


def _denied(clause: Clause) -> bool:
    """Whether the clause says of what it names that it is not part of the trouble."""
    return (clause.has(_DENIED) and not clause.has(_ELSEWHERE)) or any(short in clause.joined for short in _DENIED_SHORT)


def divided(clause: Clause) -> tuple[Clause, ...]:
    """The clause, or its two sides of a comma where each is a sentence of its own and they say opposite things: "Opus fails, Haiku is unaffected"."""
    if clause.words.count(",") > _MOST_COMMAS:
        return (clause,)  # a list, or somebody's mischief
    for at, word in enumerate(clause.words[:-_SHORTEST]):
        if word == "," and at >= _SHORTEST:
            left, right = clause.part(0, at), clause.part(at + 1, len(clause.words))
            if _sentence(left) and _sentence(right):
                parts = (left, *divided(right))
                said = {polarity(part) for part in parts}
                if len(said) > 1 and Polarity.IMPACT in said:
                    return parts
    return (clause,)


def _sentence(clause: Clause) -> bool:
    """Whether it has a subject of its own: a verb that is not its first word, and no pronoun that points back."""
    first = clause.words[1] if clause.words[0] in ("and", "or") else clause.words[0]
    return first not in _FINITE and first not in _BACKWARDS and any(word in _FINITE for word in clause.words)


def polarity(clause: Clause) -> Polarity:
    """What the clause says about what it names."""
    joined = clause.joined
    if clause.has(_MISTAKE):
        return Polarity.ASIDE
    if clause.has(_APART):
        return Polarity.FINE
    if " no impact outside " in joined:
        return Polarity.IMPACT
    if _denied(clause) or _nothing_affected(clause) or clause.has(_NO_IMPACT):
        return Polarity.EXCLUDED
    if clause.has(_NOT_YET) and clause.has(_TROUBLE):
        return Polarity.IMPACT
    if clause.has(_RECOVERED):
        return Polarity.RECOVERED
    if clause.has(_FINE) and " not " not in joined:
        return Polarity.FINE
    return Polarity.FINE if _works(clause) else Polarity.IMPACT


def _works(clause: Clause) -> bool:
    """Whether the clause says how something works: "runs as it should", "the others work"; not "does not work"."""
    ends = clause.joined.endswith(_WORKS) and clause.raw[-1].islower()  # a product may be called Work
    return (ends or clause.has(_WELL)) and not clause.has(_FAILS)


def _nothing_affected(clause: Clause) -> bool:
    """Whether a `no` or `none` stands before the verb: "no other models were affected", "no model besides this one shows errors"."""
    if " no longer " in clause.joined:
        return False
    verbs = (*_VERBS, *_SHOWS) if clause.has(_EXCEPT) else _VERBS
    for word in _NOBODY:
        if word in clause.words:
            rest = clause.joined[clause.joined.index(f" {word} ") :]
            if any(verb in rest for verb in verbs):
                return True
    return clause.words[0] == "not" and clause.words[1:2] not in (("all",), ("every",))


def trouble(clause: Clause) -> bool:
    """Whether the clause speaks of trouble at all, be it over or not."""
    return clause.has(_TROUBLE)


def limited(clause: Clause) -> bool:
    """Whether the clause says that nothing else is hit than what it names."""
    return (clause.has(_LIMITED) or clause.joined.endswith(" only ") or clause.words[0] == "only") and not _hedged(clause)


def _hedged(clause: Clause) -> bool:
    return clause.has((" primarily ", " mainly ", " mostly ", " especially ", " predominantly ", " not limited to ", " including but "))


def opened(clause: Clause) -> bool:
    """Whether the clause names examples or additions, so that others may be hit too."""
    return clause.has(_OPEN) and _CLOSED_OPEN not in clause.joined


def upstream(clause: Clause) -> bool:
    """Whether the clause puts the cause at a provider behind the one that posts."""
    return clause.has(_UPSTREAM)


def shut_out(clause: Clause) -> bool:
    """Whether people cannot use what the clause names, for whatever reason: "remained blocked from paid usage"."""
    return clause.has(_BARRED) and not clause.has(_NO_ONE)


def spares_requests(clause: Clause) -> bool:
    """Whether the clause says that plain requests as such never were part of it: "model requests are not affected"; not "other requests ..."."""
    start = clause.joined.removeprefix(" the").removeprefix(" all").removeprefix(" plain")
    return _denied(clause) and start.startswith(_REQUESTS)


def advice_at(clause: Clause) -> int | None:
    """The word index from which names are advice ("requests are routed to ..."), if any."""
    return clause.index(_ADVICE)


def instead_at(clause: Clause) -> int | None:
    """The word index from which names stand in for one before them ("requests for A are served by B"), if any."""
    return clause.index(_INSTEAD)


def contrasts(clause: Clause, start: int) -> bool:
    """Whether what begins at the word `start` is set against the rest: "on Opus, not Haiku"."""
    return f" {' '.join(clause.words[max(0, start - 2) : start])} ".endswith(_CONTRAST)


def exception_at(clause: Clause) -> int | None:
    """The word index from which names are excepted ("other than ..."), if any."""
    return clause.index(_EXCEPT)


def sweeping(clause: Clause) -> bool:
    """Whether the clause speaks of many or all products at once without naming them: "multiple cloud products"; not "two services"."""
    return any(kind in (Breadth.MANY, Breadth.ALL) and not _COUNTED & set(ahead) for kind, ahead in _quantified(clause, _OFFERED))


def partly(clause: Clause) -> bool:
    """Whether the clause speaks of some parts of a thing and leaves open which: "some of its services", "several features"; not "all services"."""
    return any(kind in (Breadth.MANY, Breadth.SOME) for kind, _ in _quantified(clause, _PARTS))


def _quantified(clause: Clause, nouns: frozenset[str]) -> list[tuple[Breadth, tuple[str, ...]]]:
    """How many of each of `nouns` the clause speaks of, with the words before it; a quantity before a comma belongs to something else."""
    found = []
    for index, word in enumerate(clause.words):
        if word in nouns:
            ahead = clause.words[max(0, index - _NEAR) : index]
            near = ahead[ahead.index(",") + 1 :] if "," in ahead else ahead
            found.append((_quantity(f" {' '.join(near)} "), near))
    return found


def breadth(clause: Clause, stems: frozenset[str], named: frozenset[int]) -> tuple[Breadth, bool]:
    """How many models the clause speaks of, and whether it means the others (than those named).

    `stems`: the names by which the page means its own models; `named`: the indices of words that belong to a model's name ("all Opus models" is no breadth).
    """
    widest, others = Breadth.NONE, False
    for index, word in enumerate(clause.words):
        if word not in _PLURAL or index - 1 in named:
            continue
        before = clause.words[max(0, index - _NEAR) : index]
        if (
            clause.words[index + 1 : index + 2]
            and clause.words[index + 1].startswith(("provider", "list", "picker", "selector"))
            and _quantity(f" {' '.join(before)} ") is Breadth.NONE
        ):
            continue
        ahead = f" {' '.join(before)} "
        if " other " in ahead or " rest of " in ahead or (" remaining " in ahead and word == "models"):
            others = True
            continue
        kind = _quantity(ahead)
        if (
            kind is Breadth.NONE
            and word in ("models", "engines", "llms")
            and before
            and (before[-1] in stems or before[-1] in ("across", "to", "on", "for", "our", "the", "of", "affecting"))
        ):
            kind = Breadth.GENERIC
        if _ORDER.index(kind) > _ORDER.index(widest):
            widest = kind
    return widest, others


_ORDER = (Breadth.NONE, Breadth.GENERIC, Breadth.ALL, Breadth.SOME, Breadth.MANY)


def _quantity(ahead: str) -> Breadth:
    """The quantity that stands nearest before the word."""
    if " not all " in ahead or " not every " in ahead:
        return Breadth.SOME
    found = [
        (ahead.rfind(word), kind) for words, kind in ((_MANY, Breadth.MANY), (_SOME, Breadth.SOME), (_ALL, Breadth.ALL)) for word in words if word in ahead
    ]
    return max(found, key=lambda each: each[0])[1] if found else Breadth.NONE

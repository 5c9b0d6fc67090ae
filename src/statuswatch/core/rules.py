"""Rules of relevance as values: what a topic's words mean for plain model requests, and what a person wants to hear more or less of."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from statuswatch.core.conditions import Condition, said
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Route, Surface
from statuswatch.core.incident import Incident


class Result(StrEnum):
    """What a rule does where its condition holds.

    Built in: `topic` says that a clause speaks of something beside plain model requests; `request` that it speaks of them;
    `model` that an endpoint's name means a family; `surface` that words mean a surface.
    A person's: `mute` (never tell), `raise` and `lower` (one step), `only-when` (nothing else of what the rule covers).
    """

    TOPIC = "topic"
    REQUEST = "request"
    MODEL = "model"
    SURFACE = "surface"
    MUTE = "mute"
    RAISE = "raise"
    LOWER = "lower"
    ONLY_WHEN = "only-when"


PERSONAL = frozenset({Result.MUTE, Result.RAISE, Result.LOWER, Result.ONLY_WHEN})


class Topic(StrEnum):
    """What an incident is about, for a person."""

    OUTAGE = "outage"
    LATENCY = "latency"
    QUALITY = "quality"
    LOGIN = "login"
    BILLING = "billing"
    FEATURE = "feature"
    DATA = "data"
    MAINTENANCE = "maintenance"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `origin` is `file:line` for messages; `matches` and `spares` are example texts that it must and must not apply to.

    `surfaces`: of a topic, those on which it may be felt as an outage; of a surface rule, what its words mean.
    """

    id: str
    result: Result
    when: Condition
    reason: str = ""
    topic: Topic = Topic.OTHER
    model: str = ""
    surfaces: frozenset[Surface] = frozenset()
    origin: str = ""
    matches: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()

    def speaks(self, text: str) -> str | None:
        """The phrase by which the rule applies to one clause (words between single spaces), or None."""
        found = said(self.when.says, text)
        return found if found and said(self.when.lacks, text) is None else None


class RuleIndex:
    """Rules by the words that their phrases begin with, so that a clause is tried on the few that can speak of it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._whole: dict[str, set[int]] = {}
        self._open: dict[str, set[int]] = {}
        for index, rule in enumerate(self.rules):
            for each in rule.when.says:
                first, _, rest = each.strip().partition(" ")
                # A phrase of one open word is found by its first letters, any other by its first word.
                table, key = (self._whole, first) if rest or each.endswith(" ") else (self._open, first[:_LETTERS])
                table.setdefault(key, set()).add(index)

    def speaking(self, words: Iterable[str]) -> list[Rule]:
        """The rules, in their order, that may speak of a clause with these words. A superset of those that do."""
        found: set[int] = set()
        for word in words:
            found |= self._whole.get(word, _NOBODY)
            for length in range(1, _LETTERS + 1):
                found |= self._open.get(word[:length], _NOBODY)
        return [self.rules[index] for index in sorted(found)]


_LETTERS = 4
_NOBODY: frozenset[int] = frozenset()
_STEPS = (Relevance.UNAFFECTED, Relevance.POSSIBLE, Relevance.AFFECTED)


def personal(rules: tuple[Rule, ...], incident: Incident, route: Route, relevance: Relevance) -> tuple[Relevance, Rule | None]:
    """`relevance` after a person's rules, and the rule that moved it. The first that moves it decides; `only-when` is asked last."""
    for rule in rules:
        if rule.result in PERSONAL and rule.result is not Result.ONLY_WHEN and rule.when.fits(incident, route):
            moved = _moved(rule.result, relevance)
            if moved is not relevance:
                return moved, rule
    wanted = [rule for rule in rules if rule.result is Result.ONLY_WHEN and rule.when.fits_route(route)]
    if relevance is not Relevance.UNAFFECTED and wanted and not any(rule.when.fits(incident, route) for rule in wanted):
        return Relevance.UNAFFECTED, wanted[0]
    return relevance, None


def _moved(result: Result, relevance: Relevance) -> Relevance:
    if result is Result.MUTE:
        return Relevance.UNAFFECTED
    step = _STEPS.index(relevance) + (1 if result is Result.RAISE else -1)
    return _STEPS[max(0, min(len(_STEPS) - 1, step))]

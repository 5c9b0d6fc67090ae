"""Reads rule files: those that ship with the program and a person's own. Every problem with file and line; a wrong rule is left out, the rest is used."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from statuswatch.catalog.located import Document, Problem, read_bytes
from statuswatch.catalog.schema import Table
from statuswatch.core.conditions import Condition, phrase, spoken
from statuswatch.core.ids import Surface
from statuswatch.core.incident import Impact, Stage
from statuswatch.core.rules import PERSONAL, Result, Rule, Topic

BUILT_IN = "builtin/rules"
_SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, the built-in ones first. `problems` never stop the rest from being used."""

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...] = ()


def load_rules(user_dir: str | os.PathLike[str] | None) -> Rulebook:
    """The shipped rules and those of `user_dir` (`*.toml`). A rule of a person with the id of a built-in one takes its place.

    Never raises for what a file holds.
    """
    problems: list[Problem] = []
    rules: dict[str, Rule] = {}
    for path, data in (*_built_in(), *_of_user(user_dir, problems)):
        document = read_bytes(path, data)
        if isinstance(document, Problem):
            problems.append(document)
            continue
        for rule in read_rules(document, problems):
            known = rules.get(rule.id)
            if known is not None and known.origin.rsplit(":", 1)[0] == path:
                problems.append(
                    Problem(
                        path, int(rule.origin.rsplit(":", 1)[1]), "rule.id", f"{rule.id!r} is in this file already, at line {known.origin.rsplit(':', 1)[1]}"
                    )
                )
                continue
            rules[rule.id] = rule
    return Rulebook(tuple(rules.values()), tuple(problems))


def _built_in() -> Iterable[tuple[str, bytes]]:
    folder = files("statuswatch.catalog") / "rules"
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml"):
            yield f"{BUILT_IN}/{item.name}", item.read_bytes()


def _of_user(user_dir: str | os.PathLike[str] | None, problems: list[Problem]) -> Iterable[tuple[str, bytes]]:
    if user_dir is None:
        return
    try:
        paths = sorted(path for path in Path(user_dir).iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(Problem(os.fspath(user_dir), 1, "", f"cannot be read: {error.strerror}"))
        return
    for path in paths:
        try:
            yield str(path), path.read_bytes()
        except OSError as error:
            problems.append(Problem(str(path), 1, "", f"cannot be read: {error.strerror}"))


def read_rules(document: Document, problems: list[Problem]) -> list[Rule]:
    """The rules of one file; what is wrong is added to `problems`."""
    table = Table(document, document.data, (), problems)
    found = [rule for rule in map(_rule, table.tables("rule")) if rule]
    table.close()
    return found


def _rule(table: Table) -> Rule | None:
    before = len(table.problems)
    identity, result = table.text("id", required=True), table.choice("result", Result, Result.TOPIC)
    if "result" not in table.data:
        table.problems.append(table.document.problem(table.where, "missing key 'result'"))
    reason = table.text("reason", required=True) or ""
    when = Condition(
        says=tuple(map(phrase, table.texts("says"))),
        title=tuple(map(phrase, table.texts("title"))),
        lacks=tuple(map(phrase, table.texts("lacks"))),
        providers=table.texts("providers"),
        components=table.texts("components"),
        impacts=table.choices("impacts", Impact),
        stages=table.choices("stages", Stage),
        routes_to=table.texts("routes_to"),
        surfaces=table.choices("when_surfaces", Surface),
        models=table.texts("models"),
    )
    rule = Rule(
        id=identity or "",
        result=result,
        when=when,
        reason=reason,
        topic=table.choice("topic", Topic, Topic.OTHER),
        model=table.text("model") or "",
        surfaces=frozenset(table.choices("surfaces", Surface)),
        origin=f"{table.document.path}:{table.document.line_of(table.where)}",
        matches=table.texts("matches"),
        spares=table.texts("spares"),
    )
    table.close()
    _judge(table, rule)
    return rule if len(table.problems) == before else None


def _judge(table: Table, rule: Rule) -> None:
    """What the parts of a rule must be to each other."""
    if rule.reason and len(rule.reason.strip()) < _SHORTEST_REASON:
        table.say("reason", "expected a few words that a person reads when the rule decides")
    if rule.result in PERSONAL:
        if rule.when == Condition():
            table.problems.append(table.document.problem(table.where, "a rule without any condition would decide about everything; give at least one"))
        return
    for key, missing in (("says", not rule.when.says), ("matches", not rule.matches), ("spares", not rule.spares)):
        if missing:
            table.problems.append(table.document.problem(table.where, f"missing key {key!r}"))
    if rule.result is Result.MODEL and not rule.model:
        table.problems.append(table.document.problem(table.where, "missing key 'model': the family that the words mean"))
    if rule.result is Result.SURFACE and not rule.surfaces:
        table.problems.append(table.document.problem(table.where, "missing key 'surfaces': what the words mean"))


def failures(rule: Rule) -> tuple[str, ...]:
    """Which of the rule's own examples it gets wrong, one sentence each."""
    wrong = [f"must match and does not: {example!r}" for example in rule.matches if not _applies(rule, example)]
    return (*wrong, *(f"must not match and does: {example!r}" for example in rule.spares if _applies(rule, example)))


def _applies(rule: Rule, example: str) -> bool:
    text = spoken(example)
    return rule.when.fits_text(text, text)

"""`statuswatch rules test|lint|explain`: the rules of relevance, the built-in ones and your own."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from statuswatch.catalog.knowing import know
from statuswatch.catalog.rulebook import BUILT_IN, Rulebook, failures, load_rules
from statuswatch.config.paths import config_dir
from statuswatch.core.errors import RouteError
from statuswatch.core.ids import parse_route
from statuswatch.core.incident import Incident
from statuswatch.core.rules import PERSONAL, Rule
from statuswatch.core.scope import Claim, read_scope
from statuswatch.core.weighing import weigh
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.plain import plain

FINE, USAGE = 0, 2


def run(argv: list[str]) -> int:
    """0 where all is well, 2 on usage or where a rule is wrong: a rule file is input."""
    options = read("rules", argv, defaults={"rule": "", "using": ""})
    if isinstance(options, int):
        return options
    folder = Path(options.dir) if options.dir else Path(config_dir()) / "rules"
    if options.verb == "explain":
        return _explain(options.text, options.using, folder)
    book = load_rules(folder)
    return _lint(book) if options.verb == "lint" else _test(book, options.rule)


def _lint(book: Rulebook) -> int:
    for problem in book.problems:
        print(plain(str(problem)))
    own = sum(1 for rule in book.rules if not rule.origin.startswith(BUILT_IN))
    print(f"{len(book.rules)} rules, {own} of them yours; {len(book.problems)} {'problem' if len(book.problems) == 1 else 'problems'}")
    return USAGE if book.problems else FINE


def _test(book: Rulebook, wanted: str) -> int:
    rules = [rule for rule in book.rules if wanted in ("", rule.id)]
    if not rules:
        sys.stderr.write(f"statuswatch rules: no rule {plain(wanted)!r}\n")
        return USAGE
    wrong = [(rule, sentence) for rule in rules for sentence in failures(rule)]
    for rule, sentence in wrong:
        print(f"{plain(rule.origin)}: {plain(rule.id)}: {plain(sentence)}")
    examples = sum(len(rule.matches) + len(rule.spares) for rule in rules)
    print(f"{len(rules)} rules, {examples} examples, {len(wrong)} wrong")
    return USAGE if wrong or book.problems else FINE


def _explain(text: str, route: str, folder: Path) -> int:
    known = know(folder.parent).knowledge
    try:
        used = parse_route(route) if route else None
    except RouteError as error:
        sys.stderr.write(f"statuswatch rules: {plain(str(error))}\n")
        return USAGE
    incident = Incident(used.provider if used else "", "example", text)
    scope = read_scope(incident, known)
    for claim in scope.said[0].claims:
        print("\n".join(_claim_lines(claim)))
    if used is not None:
        finding = weigh(incident, scope, used, known)
        by = f", by rule {finding.rule}" if finding.rule else ""
        print(f"{plain(str(used))}: {finding.relevance.value} ({finding.reason.value}{plain(by)})")
    for rule in known.rules:
        if rule.result in PERSONAL:
            print(f"yours: {_told(rule)}")
    return FINE


def _claim_lines(claim: Claim) -> Iterator[str]:
    yield f"“{plain(claim.sentence)}”"
    facts = {
        "says": claim.polarity.value,
        "models": ", ".join(name.name.canonical for name in claim.names),
        "except": ", ".join(name.name.canonical for name in claim.inverted),
        "how many": "" if claim.breadth.value == "none" else claim.breadth.value,
        "surfaces": ", ".join(sorted(claim.surfaces)),
        "topic": f"{claim.topic.id}: {claim.topic.reason} ({claim.topic.origin})" if claim.topic else "",
        "plain requests": "yes" if claim.request else "",
        "regions": ", ".join(sorted(claim.regions)),
    }
    for label, value in facts.items():
        if value:
            yield f"  {label:<15} {plain(value)}"


def _told(rule: Rule) -> str:
    return plain(json.dumps({"id": rule.id, "result": rule.result.value, "reason": rule.reason, "at": rule.origin}))

"""Rule files: every shipped example holds, every slip is told with its line, a person's rules stand beside the built-in ones."""

from pathlib import Path

import pytest

from statuswatch.catalog.located import read_toml
from statuswatch.catalog.rulebook import BUILT_IN, Rulebook, failures, load_rules, read_rules
from statuswatch.core.ids import Surface
from statuswatch.core.incident import Impact, Stage
from statuswatch.core.rules import Result, Rule, Topic

GOOD = """
[[rule]]
id = "quiet"
result = "mute"
reason = "known and harmless"
says = ["batch*"]
title = ["jobs"]
lacks = ["api"]
providers = ["anthropic"]
components = ["Claude API"]
impacts = ["minor"]
stages = ["investigating"]
routes_to = ["anthropic"]
when_surfaces = ["api"]
models = ["opus"]
"""


def book(tmp_path: Path, text: str) -> Rulebook:
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return load_rules(folder)


def own(rulebook: Rulebook) -> list[Rule]:
    return [rule for rule in rulebook.rules if not rule.origin.startswith(BUILT_IN)]


@pytest.mark.parametrize("rule", load_rules(None).rules, ids=lambda rule: rule.id)
def test_a_shipped_rule_fits_its_own_examples(rule: Rule) -> None:
    assert rule.matches
    assert rule.spares
    assert failures(rule) == ()


def test_the_shipped_rules_have_no_problems() -> None:
    assert load_rules(None).problems == ()


def test_a_persons_rule_is_read_with_all_its_parts(tmp_path: Path) -> None:
    (rule,) = own(book(tmp_path, GOOD))

    assert (rule.id, rule.result, rule.reason) == ("quiet", Result.MUTE, "known and harmless")
    assert rule.when.says == (" batch",)
    assert rule.when.title == (" jobs ",)
    assert rule.when.impacts == (Impact.MINOR,)
    assert rule.when.stages == (Stage.INVESTIGATING,)
    assert rule.when.surfaces == (Surface.API,)
    assert rule.origin.endswith("mine.toml:2")


def test_a_rule_with_a_shipped_id_takes_its_place(tmp_path: Path) -> None:
    text = (
        '[[rule]]\nid = "login"\nresult = "topic"\ntopic = "login"\nreason = "my words"\nsays = ["badge"]\nmatches = ["badge broken"]\nspares = ["all good"]\n'
    )
    rulebook = book(tmp_path, text)
    (login,) = (rule for rule in rulebook.rules if rule.id == "login")

    assert (login.when.says, login.topic) == ((" badge ",), Topic.LOGIN)
    assert rulebook.problems == ()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("not toml", 1, "not TOML"),
        ("[[rule]]\nresult = 'mute'\nreason = 'known'\nsays = ['x']", 1, "missing key 'id'"),
        ("[[rule]]\nid = 'a'\nreason = 'known'\nsays = ['x']", 1, "missing key 'result'"),
        ("[[rule]]\nid = 'a'\nresult = 'shout'\nreason = 'known'\nsays = ['x']", 3, "expected one of"),
        ("[[rule]]\nid = 'a'\nresult = 'mute'\nsays = ['x']", 1, "missing key 'reason'"),
        ("[[rule]]\nid = 'a'\nresult = 'mute'\nreason = 'x'\nsays = ['x']", 4, "a few words"),
        ("[[rule]]\nid = 'a'\nresult = 'mute'\nreason = 'known'", 1, "without any condition"),
        ("[[rule]]\nid = 'a'\nresult = 'mute'\nreason = 'known'\nsays = ['x']\nsayz = ['y']", 6, "did you mean 'says'"),
        ("[[rule]]\nid = 'a'\nresult = 'topic'\nreason = 'known'", 1, "missing key 'matches'"),
        ("[[rule]]\nid = 'a'\nresult = 'model'\nreason = 'known'\nsays=['x']\nmatches=['x']\nspares=['y']", 1, "missing key 'model'"),
        ("[[rule]]\nid = 'a'\nresult = 'surface'\nreason = 'known'\nsays=['x']\nmatches=['x']\nspares=['y']", 1, "missing key 'surfaces'"),
        (
            "[[rule]]\nid = 'a'\nresult = 'mute'\nreason = 'known'\nsays=['x']\n\n[[rule]]\nid = 'a'\nresult = 'mute'\nreason = 'known'\nsays=['x']",
            7,
            "in this file already",
        ),
    ],
)
def test_every_slip_is_told_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    problems = book(tmp_path, text).problems

    assert any(problem.line == line and says in problem.message for problem in problems), [str(problem) for problem in problems]
    assert all(problem.path.endswith("mine.toml") for problem in problems)


def test_a_wrong_rule_is_left_out_and_the_rest_is_used(tmp_path: Path) -> None:
    rulebook = book(tmp_path, "[[rule]]\nid = 'bad'\nresult = 'mute'\nreason = 'known'\n" + GOOD)

    assert [rule.id for rule in own(rulebook)] == ["quiet"]


def test_folders_that_are_missing_or_not_readable_are_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "gone.toml").symlink_to(tmp_path / "nowhere")

    assert load_rules(tmp_path / "missing").problems == ()
    assert "cannot be read" in load_rules(tmp_path / "file").problems[0].message
    assert "cannot be read" in load_rules(tmp_path / "rules").problems[0].message


def test_examples_that_a_rule_gets_wrong_are_told() -> None:
    document = read_toml(
        "x.toml", '[[rule]]\nid = "a"\nresult = "topic"\nreason = "known"\nsays = ["login"]\nmatches = ["API errors"]\nspares = ["login errors"]\n'
    )
    (rule,) = read_rules(document, [])  # type: ignore[arg-type]  # it is TOML

    assert failures(rule) == ("must match and does not: 'API errors'", "must not match and does: 'login errors'")

"""How words are read, the same for every verb: help, what is missing, what a slip comes nearest to. And that the table tells of every verb as it is."""

import argparse
import subprocess
import sys
from collections.abc import Iterator

import pytest

from statuswatch import cli
from statuswatch.surfaces.cli import asked
from statuswatch.surfaces.cli.asked import help_text, helped, read
from statuswatch.surfaces.cli.grammar import Argument, Count, Kind, Option, Verb, each, usage
from statuswatch.surfaces.cli.verbs import TABLE

_SPEAKERS = {"lsp", "mcp"}
"""Verbs for programs: their help is their own."""
_PATHS = [path for path, _ in each(TABLE)]


def test_the_table_holds_exactly_the_verbs_of_the_program() -> None:
    assert set(TABLE) - _SPEAKERS == set(cli.VERBS) - _SPEAKERS, (
        "a verb that is added to cli.VERBS is described in surfaces/cli/verbs.py too, for help, completions and manual"
    )


@pytest.mark.parametrize("verb", [verb for verb in cli.VERBS if verb not in _SPEAKERS])
def test_the_help_of_every_verb_shows_usage_what_it_takes_exit_statuses_and_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([verb, "--help"]) == 0
    told = capsys.readouterr().out

    assert told.startswith(f"usage: statuswatch {verb}")
    assert "exit status" in told
    assert "example" in told
    for option in TABLE[verb].options:
        assert option.name in told
    for below in TABLE[verb].verbs:
        assert below.name in told
    assert told.endswith("\n")


@pytest.mark.parametrize("path", _PATHS, ids=" ".join)
def test_every_example_names_its_verb_and_options_that_are_there(path: tuple[str, ...]) -> None:
    verb = asked._found(path)
    for example in verb.examples:
        assert example == "statuswatch" or f"statuswatch {path[0]}" in example
        words = example.partition(f"statuswatch {path[0]}")[2].partition("|")[0].partition(" -- ")[0].split()  # behind it are another command's
        options = {option.name for option in (*verb.options, *(option for below in verb.verbs for option in below.options))}
        assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("width", [40, 80, 250])
@pytest.mark.parametrize("path", _PATHS, ids=" ".join)
def test_help_keeps_to_the_width_and_breaks_no_word(path: tuple[str, ...], width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    verb = asked._found(path)
    told = help_text(path, verb)
    examples = {f"  {example}" for example in verb.examples}

    assert [line for line in told.splitlines() if len(line) > width and line not in examples] == []
    whole = {word.rstrip(":") for line in told.splitlines() if line not in examples for word in line.split()}
    given = {word.rstrip(":") for text in (verb.about, *(option.help for option in verb.options)) for word in text.split() if len(word) < 16}
    assert given <= whole


_WRONG = [
    (["calls", "--faild"], "unknown option '--faild'; did you mean --failed?"),
    (["calls", "--quux"], "it knows --help, --failed, --route, --since, --json"),
    (["calls", "opus"], "'opus' is one word too many; usage: statuswatch calls"),
    (["providers", "chek"], "did you mean check?"),
    (["providers"], "which? one of list, lint, show, check, add"),
    (["completions", "zhs"], "did you mean zsh?"),
    (["wait"], "the following arguments are required: ROUTE"),
    (["wait", "opus", "--timeout", "soon"], "expected seconds"),
    (["wait", "opus", "--timeout", "1", "--notify"], "not allowed with argument"),
    (["why", "a", "b\x1b[2J"], "is one word too many"),
    (["simulate", "--speed", "fast"], "expected a number above 0"),
    (["history", "--days", "0"], "expected a number of days from 1 to 366"),
    (["calls", "--since", "yesterday"], "expected an age such as 30m"),
]


@pytest.mark.parametrize(("argv", "told"), _WRONG, ids=lambda value: " ".join(value).encode("unicode_escape").decode() if isinstance(value, list) else "")
def test_a_slip_is_told_in_one_line_on_stderr_and_ends_with_2(argv: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(argv) == 2
    out, err = capsys.readouterr()

    assert out == ""
    assert told in err
    assert err.startswith(f"statuswatch {argv[0]}")
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_words_become_values_and_what_was_not_given_has_its_default() -> None:
    given = read("wait", ["opus", "--timeout", "7"], {"timeout": int})
    assert isinstance(given, argparse.Namespace)
    assert (given.route, given.timeout, given.notify, given.json) == ("opus", 7, False, False)

    given = read("feed", ["show", "x"], defaults={"provider": "unknown"})
    assert isinstance(given, argparse.Namespace)
    assert (given.verb, given.source, given.provider, given.format) == ("show", "x", "unknown", None)

    given = read("providers add", ["x", "--family", "a", "--family", "b"])
    assert isinstance(given, argparse.Namespace)
    assert (given.url, given.family, given.api_host) == ("x", ["a", "b"], [])


@pytest.mark.parametrize("argv", [["--json", "list"], ["list", "--json"], ["--json", "list", "--json"]])
def test_an_option_of_both_counts_before_and_behind_the_verb_below(argv: list[str]) -> None:
    given = read("providers", argv)
    assert isinstance(given, argparse.Namespace)
    assert given.json


def test_no_option_can_be_cut_short() -> None:
    assert read("calls", ["--fail"]) == 2


def test_help_of_a_verb_below_is_its_own_with_the_statuses_from_above(capsys: pytest.CaptureFixture[str]) -> None:
    assert read("providers", ["check", "-h"]) == 0
    told = capsys.readouterr().out

    assert told.startswith("usage: statuswatch providers check [--json] [ID ...]\n")
    assert "a page is not as its file says" in told
    assert "statuswatch providers check anthropic openai" in told
    assert "statuswatch providers add" not in told
    assert helped("providers", "check") == told


def _verbs() -> Iterator[tuple[Verb, str]]:
    yield Verb("x", "", (Option("--a", ""), Option("--b", "", "N", required=True))), "statuswatch x [--a] --b N"
    yield Verb("x", "", (Option("--a", "", "T", rival="r"), Option("--c", ""), Option("--b", "", rival="r"))), "statuswatch x [--a T | --b] [--c]"
    yield Verb("x", "", (Option("--a", "", "R", many=True),)), "statuswatch x [--a R] ..."
    yield Verb("x", "", arguments=(Argument("a", "A", "", count=Count.ANY),)), "statuswatch x [A ...]"
    yield Verb("x", "", arguments=(Argument("a", "A", "", Kind.FILE, Count.SOME),)), "statuswatch x A ..."
    yield Verb("x", "", verbs=(Verb("y", ""), Verb("z", "")), required=False), "statuswatch x [y|z] ..."


@pytest.mark.parametrize(("verb", "told"), _verbs(), ids=[told for _, told in _verbs()])
def test_the_usage_line(verb: Verb, told: str) -> None:
    assert usage(("x",), verb) == told


def test_a_terminal_whose_width_is_not_told_has_a_hundred_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert 80 < max(map(len, help_text(("calls",), TABLE["calls"]).splitlines())) <= 100


def test_nobody_waits_for_a_pager_or_a_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "statuswatch", "calls", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        stdin=subprocess.DEVNULL,
        env={"PAGER": "false", "MANPAGER": "false", "COLUMNS": "60"},
    )

    assert done.stdout.startswith("usage: statuswatch calls")
    assert done.stderr == ""

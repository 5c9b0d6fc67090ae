"""The manual page: whole, plain to groff, the same for the same table."""

import re
import shutil
import subprocess

import pytest

from statuswatch.surfaces.cli import manual
from statuswatch.surfaces.cli.grammar import Option, Verb, each
from statuswatch.surfaces.cli.verbs import TABLE
from support.recordings import missing


def formatted(page: str) -> str:
    """What a reader sees on a wide terminal; groff's warnings are failures."""
    groff = shutil.which("groff")
    if groff is None:
        missing("groff", "groff is not installed")
    argv = [str(groff), "-ww", "-man", "-Tutf8", "-P-cbou", "-rLL=200n"]
    done = subprocess.run(argv, input=page, capture_output=True, text=True, timeout=60, check=True, encoding="utf-8")
    assert done.stderr == ""
    return done.stdout


def test_the_page_is_the_same_each_time_and_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    assert manual.run([]) == 0
    page = capsys.readouterr().out
    assert page == manual.page(TABLE)
    assert page.isascii()
    assert page.startswith(".TH STATUSWATCH 1")


@pytest.mark.surface("groff")
def test_groff_has_nothing_to_complain_of_and_every_verb_and_option_is_told() -> None:
    told = formatted(manual.page(TABLE))
    for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "VERBS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"):
        assert re.search(rf"^{heading}$", told, re.MULTILINE)
    for path, verb in each(TABLE):
        assert f"statuswatch {' '.join(path)}" in told
        for option in verb.options:
            assert option.name in told
        for example in verb.examples:
            assert example in told  # to be copied: neither dashes nor quotes are made pretty


@pytest.mark.surface("groff")
@pytest.mark.parametrize("text", [".so /etc/passwd", "'br", "a\\b", "it's", "`x`", '"x"', "--x", "~/x ^y"])
def test_no_text_is_taken_for_a_request(text: str) -> None:
    verb = Verb("x", text, (Option("--o", text),), examples=(f"statuswatch x {text}",))
    told = formatted(manual.page({"x": verb}))
    assert told.count(text) >= 3

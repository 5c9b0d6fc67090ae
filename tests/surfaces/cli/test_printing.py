"""How wide and in which colours: the conventions that other programs keep."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from statuswatch.config import paths
from statuswatch.surfaces.asking import Question, reply
from statuswatch.surfaces.cli import printing, readyfile, status, why
from statuswatch.surfaces.present_text import cells, clean
from support import snapshots
from support.published import publish

_TERMINAL = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("terminal", "said", "coloured"),
    [
        (True, {}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"CLICOLOR": "0"}, False),
        (True, {"CLICOLOR": "1"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
        (True, {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True),
        (True, {"NO_COLOR": "1", "CLICOLOR_FORCE": "1", "FORCE_COLOR": "1"}, False),
        (False, {}, False),
        (False, {"CLICOLOR": "1"}, False),
        (False, {"CLICOLOR_FORCE": "1"}, True),
        (False, {"CLICOLOR_FORCE": "0"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (False, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_terminals_unless_somebody_says_otherwise(
    terminal: bool, said: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readyfile, "on_terminal", lambda: terminal)
    for name, value in {**_TERMINAL, **said}.items():
        monkeypatch.setenv(name, value)

    assert readyfile.coloured() is coloured


@pytest.mark.parametrize(
    ("settings", "terminal", "said", "coloured", "ascii_only"),
    [
        ('colour = "always"', False, {}, True, False),
        ('colour = "always"', False, {"NO_COLOR": "1"}, False, False),
        ('colour = "never"', True, {}, False, False),
        ('colour = "never"', True, {"FORCE_COLOR": "1"}, True, False),
        ('colour = "auto"', True, {}, True, False),
        ("ascii = true", True, {}, True, True),
        ('colour = "sometimes"', True, {}, True, False),
        ("", True, {}, True, False),
    ],
)
def test_the_settings_say_whether_there_are_colours_and_other_signs(
    settings: str, terminal: bool, said: dict[str, str], coloured: bool, ascii_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(paths.config_file())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"[display]\n{settings}\n")
    monkeypatch.setattr(readyfile, "on_terminal", lambda: terminal)
    for name, value in {**_TERMINAL, **said}.items():
        monkeypatch.setenv(name, value)

    assert readyfile.coloured() is coloured
    assert (readyfile.printable("✓ fine") == "+ fine") is ascii_only
    assert printing.look_here().ascii is ascii_only


@pytest.mark.parametrize(("columns", "width"), [("40", 40), ("250", 250), ("1000", 250), ("3", 20), ("0", 100), ("wide", 100), ("", 100), (None, 100)])
def test_columns_decide_how_wide_a_page_is(columns: str | None, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)

    assert printing.page_width() == width


@pytest.mark.parametrize("text", ["plain", "通义千问", "日本語 and Latin", "ｆｕｌｌ ｗｉｄｔｈ", "한국어", "e\u0301te\u0301", "🚀", "✓ ▲ ● ◌ ↑ ▁▂▃", "ไทย"])  # noqa: RUF001 - full-width letters
def test_cells_are_counted_as_terminals_do(text: str) -> None:
    assert cells(clean(text)) == cell_len(clean(text))


def test_the_first_screen_names_the_file_in_which_routes_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    publish(snapshots.empty())
    answers = ["".join(reply(Question("why"), snapshots.empty(), snapshots.NOW)["lines"])]
    for verb in (status, why):
        assert verb.run([]) == 4
        answers.append(capsys.readouterr().out)
    assert [f"Addoneto{paths.config_file()},below[watch]" in "".join(told.split()) for told in answers] == [True] * 3


def test_where_no_file_can_lie_the_look_still_has_a_name_for_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", "not/absolute")
    assert printing.look_here().settings == "config.toml"

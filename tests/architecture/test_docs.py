"""The pages tell the truth about what is there: generated ones are fresh, links lead somewhere, commands and targets exist."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from statuswatch.cli import VERBS
from statuswatch.core.verdict import Reason
from statuswatch.simulate.reading import outages

_ROOT = Path(__file__).resolve().parents[2]
_README = _ROOT / "README.md"
_PAGES = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md"), *(_ROOT / "extensions").glob("*.md")])
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_CODE = re.compile(r"```(?:sh|text)\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_VERB = re.compile(r"(?<![\w/.$-])(?:\.venv/bin/)?statuswatch ([a-z][a-z-]*)(?![\w./=-])")
_TARGET = re.compile(r"^make (?:PYTHON=\S+ )?([a-z]+)\b", re.MULTILINE)


def _name(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", _ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _code(path: Path) -> str:
    """What a page shows as typed or printed: fenced blocks of shell and output, and inline code."""
    return "\n".join(block or inline for block, inline in _CODE.findall(path.read_text(encoding="utf-8")))


def _anchors(path: Path) -> Iterator[str]:
    for title in re.findall(r"^#+ (.+)$", _FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def test_every_generated_page_is_fresh() -> None:
    done = subprocess.run([sys.executable, _ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_page_is_named_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate = _generator()
    made = {"reference/new.md": "fresh\n", "same.md": "as it was\n"}
    (tmp_path / "same.md").write_text("as it was\n", encoding="utf-8")

    assert generate.main(["--check"], tmp_path, lambda: made) == 1
    assert capsys.readouterr().err == "docs/reference/new.md is out of date; `make docs` writes it\n"
    assert not (tmp_path / "reference").exists()
    assert generate.main([], tmp_path, lambda: made) == 0
    assert generate.main(["--check"], tmp_path, lambda: made) == 0


def test_a_page_does_not_depend_on_the_machine_that_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    generate = _generator()
    before = generate.commands()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("HOME", "/somewhere/else")
    monkeypatch.setenv("STATUSWATCH_HOME", "/somewhere/else/again")

    assert generate.commands() == before
    assert "~/.config/statuswatch/providers" in before


@pytest.mark.parametrize("page", _PAGES, ids=_name)
def test_every_relative_link_leads_to_a_file_and_a_heading_in_it(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in set(_anchors(target))):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("page", _PAGES, ids=_name)
def test_every_verb_that_a_page_names_exists(page: Path) -> None:
    assert {verb for verb in _VERB.findall(_code(page)) if verb not in VERBS} == set()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_of_the_command_line_is_there(verb: str) -> None:
    module = importlib.import_module(VERBS[verb][0])

    assert callable(module.run)


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, ahead = set(), [_README]
    while ahead:
        page = ahead.pop()
        seen.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(page.read_text(encoding="utf-8")) if not re.match(r"[a-z]+:|#", link))
        ahead += [path for link in links if (path := (page.parent / link).resolve()).suffix == ".md" and path.exists() and path not in seen]

    lost = [_name(page) for page in _PAGES if page not in seen]
    assert lost == []


def test_the_readme_names_two_commands_and_the_makefile_has_them() -> None:
    readme = _README.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert {"run", "test"} <= set(_TARGET.findall(_code(_README)))
    assert {"run", "test"} <= targets
    for page in _PAGES:
        assert set(_TARGET.findall(_code(page))) <= targets, _name(page)
    assert readme.count("\n") <= 150


def test_every_simulation_that_a_page_names_can_be_played() -> None:
    for page in _PAGES:
        assert set(re.findall(r"statuswatch simulate ([a-z]+-[\d-]+)", _code(page))) <= set(outages()), _name(page)


def test_the_page_on_verdicts_explains_every_reason_and_no_other() -> None:
    text = (_ROOT / "docs" / "explanation" / "verdicts.md").read_text(encoding="utf-8")
    table = text.split("| # |", 1)[1].split("\n\n", 1)[0]

    assert set(re.findall(r"`([a-z_]+)`", table)) == {str(reason) for reason in Reason}


def test_the_exit_statuses_in_the_readme_are_those_of_the_reference() -> None:
    readme = _README.read_text(encoding="utf-8")

    assert "0 fine or back, 1 trouble on their side, 3 trouble on your side, 4 cannot tell. 2 is wrong usage" in readme
    assert VERBS["status"][1].endswith("exit 0 fine, 1 theirs, 3 yours, 4 cannot tell")


def test_nobody_is_told_to_install_the_project_from_a_registry_that_does_not_have_it():
    """There the name would be somebody else's."""
    told = re.compile(r"pip install (?:-U |--upgrade )?['\"]?statuswatch\b")
    files = [*_PAGES, *(_ROOT / "src").rglob("*.py"), *(_ROOT / "extensions/claude-code").rglob("*.json")]
    assert [_name(file) for file in files if told.search(file.read_text(encoding="utf-8"))] == []

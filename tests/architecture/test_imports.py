"""What a verb loads. Start-up is guarded by lists of modules, not by a stopwatch."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

_HEAVY = {
    "argparse",
    "json",
    "asyncio",
    "pydantic",
    "httpx",
    "textual",
    "rich",
    "feedparser",
    "desktop_notifier",
    "dbus_fast",
    "sqlite3",
    "dataclasses",
    "pathlib",
    "re",
}
_LOADED = (
    "import sys; before = set(sys.modules); from statuswatch.cli import main; code = main({argv!r}); "
    "sys.stderr.write('\\n'.join(sorted(set(sys.modules) - before)))"
)


def _modules(*argv: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _path_set() + _LOADED.format(argv=list(argv))], capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return {line for line in done.stderr.splitlines() if line.strip()}


def _path_set() -> str:
    import statuswatch

    return f"import sys; sys.path.insert(0, {str(statuswatch.__path__[0]).removesuffix('statuswatch')!r}); "


@pytest.mark.parametrize("argv", [("prompt",), ("--help",), ("--version",)])
def test_a_fast_verb_loads_nothing_heavy(argv: tuple[str, ...]) -> None:
    assert _modules(*argv) & _HEAVY == set()


# Each of them is a file to find and to read before the first prompt: a new one needs a reason.
_OF_A_PROMPT = {
    "statuswatch",
    "statuswatch.cli",
    "statuswatch.config",
    "statuswatch.config.paths",
    "statuswatch.surfaces",
    "statuswatch.surfaces.cli",
    "statuswatch.surfaces.cli.prompt",
    "statuswatch.surfaces.cli.readyfile",
}


def test_a_prompt_loads_so_many_of_our_modules_and_no_more() -> None:
    assert {name for name in _modules("prompt") if name.startswith("statuswatch")} == _OF_A_PROMPT


def test_help_loads_the_list_of_verbs_and_nothing_else_of_ours() -> None:
    assert {name for name in _modules("--help") if name.startswith("statuswatch")} == {"statuswatch", "statuswatch.cli"}


def test_the_console_script_is_the_one_that_loads_nothing_but_ours() -> None:
    script = Path(__file__).resolve().parents[2] / "tools" / "statuswatch"
    build = tomllib.loads((script.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))

    assert [line for line in script.read_text(encoding="utf-8").splitlines() if line.strip()] == ["#!python", "from statuswatch.cli import entry", "entry()"]
    assert script.stat().st_mode & 0o111
    assert build["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-scripts"] == {"tools/statuswatch": "statuswatch"}
    assert "scripts" not in build["project"]


@pytest.mark.parametrize(("argv", "status"), [(("prompt",), 0), (("--version",), 0), (("status",), 4), (("nonsense",), 2), (("prompt", "what"), 2)])
def test_the_console_script_ends_as_the_verb_does_with_all_that_it_said(argv: tuple[str, ...], status: int) -> None:
    script = Path(__file__).resolve().parents[2] / "tools" / "statuswatch"
    done = subprocess.run([sys.executable, script, *argv], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) == (argv[0] in {"--version", "status"})


def test_status_prints_the_ready_text_without_loading_anything_heavy() -> None:
    assert _modules("status") & (_HEAVY - {"re"}) == set()


def test_core_loads_no_framework() -> None:
    code = (
        "import importlib, pkgutil, sys, statuswatch.core as c\n"
        "for m in pkgutil.iter_modules(c.__path__): importlib.import_module('statuswatch.core.' + m.name)\n"
        "sys.stderr.write('\\n'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    loaded = set(done.stderr.splitlines())
    assert "statuswatch.core.judge" in loaded
    assert loaded & {"asyncio", "sqlite3", "pydantic", "httpx", "textual", "feedparser", "logging", "socket"} == set()

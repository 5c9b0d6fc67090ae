"""What a verb loads. Start-up is guarded by lists of modules, not by a stopwatch."""

import subprocess
import sys

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

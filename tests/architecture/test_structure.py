"""The shape of the house: who may import what from outside, how long things may grow, and which words may not occur where."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SOURCE = _ROOT / "src" / "statuswatch"
_FILES = sorted(_SOURCE.rglob("*.py"))

# A library of the world outside, and the only places that may import it.
_ONLY_IN = {
    "httpx": ("engine/fetch.py", "notify/webhook.py", "simulate/caller.py", "client.py"),
    "httpx2": ("client.py",),
    "feedparser": ("sources/entries.py", "sources/feed.py"),
    "textual": ("surfaces/tui/",),
    "textual_serve": ("surfaces/tui/serving.py",),
    "aiohttp": ("surfaces/tui/serving.py",),
    "rich": ("surfaces/tui/",),
    "desktop_notifier": ("notify/desktop/",),
    "dbus_fast": ("notify/desktop/", "engine/netcheck.py"),
    "watchfiles": ("engine/tail.py", "engine/tail/", "engine/follow.py"),
    "http_sf": ("sources/headers.py", "sources/structured.py"),
    "h11": ("engine/otlp.py", "surfaces/bridge/web.py"),
    "opentelemetry": ("sources/otlp.py",),
    "google": ("sources/otlp.py",),
    "sqlite3": ("engine/store.py", "engine/schema.py", "engine/history.py", "engine/deliveries.py"),  # the last two only read
    "pygls": ("surfaces/lsp/",),
    "lsprotocol": ("surfaces/lsp/",),
    "mcp": ("surfaces/mcp/",),
    "genai_prices": (),
}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _inside(path: Path) -> str:
    return path.relative_to(_SOURCE).as_posix()


@pytest.mark.parametrize("library", sorted(_ONLY_IN))
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    strays = [
        _inside(path) for path in _FILES if library in {name.split(".")[0] for name in _imports(path)} and not _inside(path).startswith(_ONLY_IN[library])
    ]

    assert strays == [], f"{library} belongs to {_ONLY_IN[library]}"


def test_every_dependency_is_declared_with_its_reason() -> None:
    text = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("dependencies = [", 1)[1].split("\n]", 1)[0].strip().splitlines()
    for line, above in zip(block[1::2], block[::2], strict=True):
        assert above.strip().startswith("#"), f"{line.strip()} has no reason above it"
        assert line.strip().startswith('"')
    assert len(tomllib.loads(text)["project"]["dependencies"]) == len(block) // 2


def test_nothing_in_core_or_in_code_branches_on_a_providers_name() -> None:
    names = sorted(path.stem for path in (_SOURCE / "catalog" / "providers").glob("*.toml"))
    assert len(names) > 10
    pattern = re.compile(rf"""(?:==|!=|\bin\b)\s*[({{\[]?\s*["'](?:{"|".join(map(re.escape, names))})["']""")
    for path in _FILES:
        if not _inside(path).startswith("catalog/"):
            assert not pattern.search(path.read_text(encoding="utf-8")), f"{_inside(path)} compares with a provider's name; put the difference into its file"


def test_core_holds_no_providers_name_at_all() -> None:
    names = {path.stem for path in (_SOURCE / "catalog" / "providers").glob("*.toml")} - {"meta", "modal", "together", "stability", "slack", "cursor"}
    for path in (_SOURCE / "core").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docs:
                found = {name for name in names if re.search(rf"\b{re.escape(name)}\b", node.value.lower())}
                assert not found or "expected provider" in node.value, f"{path.name}:{node.lineno} names {found}"


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "managers", "services", "misc"])
def test_no_module_is_a_drawer_for_odds_and_ends(name: str) -> None:
    assert [_inside(path) for path in _FILES if name in path.parts or path.stem in {name, f"_{name}", name.rstrip("s")}] == []


def test_files_classes_and_functions_stay_small() -> None:
    long = []
    functions = []
    for path in _FILES:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 500:
            long.append(f"{_inside(path)} has {text.count(chr(10))} lines")
        limit = 80 if _inside(path).startswith("surfaces/") else 60
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                functions.append(size)
                if size > limit:
                    long.append(f"{_inside(path)}:{node.lineno} {node.name} has {size} lines")
            elif isinstance(node, ast.ClassDef) and (node.end_lineno or node.lineno) - node.lineno + 1 > 250:
                long.append(f"{_inside(path)}:{node.lineno} class {node.name}")

    assert long == []
    assert sorted(functions)[int(len(functions) * 0.9)] <= 35


def test_no_code_knows_that_it_is_being_tested() -> None:
    for path in _FILES:
        assert not re.search(r"\bpytest\b|_called_from_test|MOCK_", path.read_text(encoding="utf-8")), _inside(path)


def test_every_core_module_has_a_test_file_of_its_own() -> None:
    tests = {path.stem for path in (_ROOT / "tests" / "core").glob("test_*.py")}
    missing = [path.stem for path in (_SOURCE / "core").glob("*.py") if path.stem != "__init__" and f"test_{path.stem}" not in tests]

    assert missing == []


def test_nothing_names_a_path_or_a_package_host_of_the_machine_it_was_made_on() -> None:
    suspicious = re.compile(r"/(?:work|root|opt)/|--index-url|extra-index|\"resolved\": \"http")
    kinds = {".py", ".toml", ".md", ".lock", ".json", ".ts", ".lua", ".zsh", ".fish", ".bash"}
    for folder in ("src", "tests", "docs", "bench", "extensions", "requirements"):
        paths = [path for path in (_ROOT / folder).rglob("*") if path.suffix in kinds and path.is_file()]
        for path in paths:
            if path != Path(__file__) and "node_modules" not in path.parts:
                assert not suspicious.search(path.read_text(encoding="utf-8", errors="replace")), path

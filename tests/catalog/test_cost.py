"""Who pays for the catalogue: verbs that need it, and nobody else."""

import subprocess
import sys

import pytest


def modules(*argv: str) -> set[str]:
    code = f"import sys; from statuswatch.cli import main; main({list(argv)!r}); sys.stderr.write('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return set(done.stderr.splitlines())


@pytest.mark.parametrize("argv", [("prompt",), ("status",), ("--help",), ("--version",)])
def test_a_verb_for_the_prompt_reads_no_provider_file(argv: tuple[str, ...]) -> None:
    assert {name for name in modules(*argv) if name.startswith("statuswatch.catalog") or name == "tomllib"} == set()


def test_listing_and_checking_the_files_loads_no_way_to_fetch_and_no_settings() -> None:
    assert modules("providers", "lint") & {"asyncio", "httpx", "pydantic", "feedparser"} == set()

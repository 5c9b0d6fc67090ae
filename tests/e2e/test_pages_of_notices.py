"""The tables of the pages about notices are what the scripts print: they are written anew with `--write` after anything that decides has changed."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.recordings import recordings

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.timeout(600), pytest.mark.recordings]


@pytest.mark.parametrize(
    ("script", "page"),
    [("year_of_notices.py", "a-year-of-notices.md"), ("notices_told.py", "notices.md")],
)
def test_a_page_holds_what_its_script_prints(script: str, page: str) -> None:
    data = recordings("incidents/labels.jsonl").parents[1]
    command = [sys.executable, f"bench/{script}", str(data), "--check", f"docs/explanation/{page}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=580, check=False)

    assert done.returncode == 0, f"{done.stderr}write it anew: python bench/{script} --write docs/explanation/{page}"

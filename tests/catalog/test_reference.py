"""The generated pages are fresh, and `--check` tells when they are not."""

import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.catalog.loader import load
from statuswatch.catalog.model import Catalogue
from statuswatch.catalog.reference import cell, main_for, page
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"


@pytest.mark.parametrize("module", ["statuswatch.catalog.reference", "statuswatch.config.reference"])
def test_the_page_in_the_docs_is_fresh(module: str) -> None:
    ran = subprocess.run([sys.executable, "-m", module, "--check", str(FOLDER)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_stale_or_missing_page_is_told_and_then_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {"a.md": "new\n", "b.md": "same\n"}
    (tmp_path / "b.md").write_text("same\n", encoding="utf-8")
    assert main_for(pages, ["--check", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'a.md'} is out of date; run this again without --check\n"
    assert not (tmp_path / "a.md").exists()
    assert main_for(pages, [str(tmp_path)]) == 0
    assert main_for(pages, ["--check", str(tmp_path)]) == 0


def test_the_page_names_every_provider_and_says_where_there_is_no_feed() -> None:
    catalogue = load(None, ())
    text = page(catalogue)
    assert [provider for provider in catalogue.knowledge.providers if f"- id: `{provider}`" not in text] == []
    assert "github (shared)" in text
    assert "No feed: shows as unknown." in text


def test_a_provider_without_a_page_has_no_line_for_one() -> None:
    bare = Catalogue(Knowledge({"house": ProviderFacts("house", "House", components=(ComponentFacts(None, ("A",)),))}))
    assert "- page:" not in page(bare)
    assert "| A |  |  |  | yes |" in page(bare)


def test_a_bar_does_not_end_a_cell() -> None:
    assert cell("a|b\nc") == "a\\|b c"

"""The model catalogue: what an id resolves to, and why."""

from pathlib import Path

import pytest

from statuswatch.catalog.models import models, resolve, shipped


def test_the_shipped_table_knows_models_of_many_makers() -> None:
    table = shipped()

    assert len(table) > 500
    assert "anthropic" in table["claude-opus-4.5"].served_by
    assert "claude-opus-4-5" in table["claude-opus-4.5"].spellings


@pytest.mark.parametrize(
    ("text", "canonical", "known", "says"),
    [
        ("claude-opus-4.5", "claude-opus-4.5", True, "the canonical name"),
        ("us.anthropic.claude-opus-4-5-v1:0", "claude-opus-4.5", True, "another spelling"),
        ("claude-opus-4-5[1m]", "claude-opus-4.5-1m", True, "a mode or a snapshot"),
        ("opus", "claude-opus", False, "a family of"),
        ("gemini-2.5", "gemini-2.5", False, "a line of"),
        ("quasar-9", "quasar-9", False, "in no catalogue"),
    ],
)
def test_an_id_resolves_with_a_reason(text: str, canonical: str, known: bool, says: str) -> None:
    resolved = resolve(text, shipped())

    assert resolved.name.canonical == canonical
    assert (resolved.model is not None) is known
    assert says in resolved.why


def test_a_model_without_a_version_and_without_kin_is_itself(tmp_path: Path) -> None:
    own = tmp_path / "models.tsv"
    own.write_text("solitaire\tacme\t\n")

    assert resolve("solitaire", {name: facts for name, facts in models(own).items() if name == "solitaire"}).members == ("solitaire",)
    assert resolve("solitaire", models(own)).why.startswith("a family of 1 ")


def test_a_persons_table_is_laid_over_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "models.tsv"
    own.write_text("# mine\n\nquasar-9\tacme,shop\tq9,quasar9\nclaude-opus-4.5\n", encoding="utf-8")
    table = models(own)

    assert table["quasar-9"].served_by == ("acme", "shop")
    assert table["quasar-9"].spellings == ("q9", "quasar9")
    assert table["claude-opus-4.5"].served_by == ()


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_table_that_cannot_be_read_adds_nothing(tmp_path: Path, content: bytes | None) -> None:
    own = tmp_path / "models.tsv"
    if content is not None:
        own.write_bytes(content)

    assert models(own) == shipped()
    assert models() == shipped()

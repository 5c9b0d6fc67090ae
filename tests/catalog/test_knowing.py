"""The three catalogues in one value."""

from pathlib import Path

from statuswatch.catalog.knowing import know


def test_providers_models_and_rules_come_together() -> None:
    known = know()

    assert known.problems == ()
    assert "anthropic" in known.knowledge.providers
    assert "claude-opus-4.5" in known.knowledge.models
    assert any(rule.id == "login" for rule in known.knowledge.rules)
    assert known.catalogue.knowledge is known.knowledge


def test_a_persons_folder_is_laid_over_all_three(tmp_path: Path) -> None:
    for folder, name, text in (
        ("providers", "acme.toml", 'id = "acme"\nname = "Acme"\n'),
        ("rules", "mine.toml", '[[rule]]\nid = "quiet"\nresult = "mute"\nreason = "known"\nsays = ["batch"]\n'),
        (".", "models.tsv", "quasar-9\tacme\t\n"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    known = know(tmp_path).knowledge

    assert known.providers["acme"].name == "Acme"
    assert "quasar-9" in known.models
    assert any(rule.id == "quiet" for rule in known.rules)

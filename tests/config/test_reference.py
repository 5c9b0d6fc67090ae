"""The page of the settings shows every key with its default as it would be written."""

from dataclasses import fields

from statuswatch.config.model import Config, ProviderOverride
from statuswatch.config.reference import page


def test_every_key_of_every_section_is_on_the_page() -> None:
    text = page()
    config = Config()
    for name in (part.name for part in fields(Config)):
        section = ProviderOverride if name == "providers" else type(getattr(config, name))
        assert f"## `[{name}{'.ID' if name == 'providers' else ''}]`" in text
        assert [key.name for key in fields(section) if f"| `{key.name}` |" not in text] == []


def test_defaults_and_bounds_are_written_as_in_the_file() -> None:
    text = page()
    assert "| `interval_s` | `60` | Seconds between two fetches of a feed while somebody looks. From 15 to 3600. |" in text
    assert "| `desktop` | `true` |" in text
    assert '| `colour` | `"auto"` | When command output is coloured. One of `auto`, `always`, `never`. |' in text
    assert "| `urls` | (must be given) |" in text

"""Settings: defaults, and every complaint with file, line and key."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from statuswatch.catalog.loader import load
from statuswatch.config.errors import ConfigError
from statuswatch.config.load import load_config, with_overrides
from statuswatch.config.model import Config
from statuswatch.core.ids import parse_route

GOOD = """
[watch]
routes = ["anthropic/code:claude-opus-4-5", "openai/api:*"]

[poll]
interval_s = 120
fast_interval_s = 30.5

[notices]
desktop = false
mute = ["cursor"]

[providers.anthropic]
urls = ["http://127.0.0.1:8123/summary.json"]

[display]
ascii = true
theme = "nord"
colour = "never"
"""


def complaints(tmp_path: Path, text: str, known: set[str] | None = None) -> list[str]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path, known)
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


def test_no_file_is_the_defaults(tmp_path: Path) -> None:
    config = load_config(tmp_path / "config.toml")
    assert config == Config()
    assert (config.watch.routes, config.poll.interval_s, config.notices.desktop, config.display.theme) == ((), 60.0, True, "auto")


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("# nothing yet\n", encoding="utf-8")
    assert load_config(tmp_path / "config.toml") == Config()


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(GOOD, encoding="utf-8")
    config = load_config(tmp_path / "config.toml", {"anthropic", "openai"})
    assert config.watch.parsed == (parse_route("anthropic/code:claude-opus-4.5"), parse_route("openai/api:*"))
    assert (config.poll.interval_s, config.poll.fast_interval_s, config.poll.slow_interval_s) == (120.0, 30.5, 300.0)
    assert (config.notices.desktop, config.notices.mute) == (False, ("cursor",))
    assert (config.display.ascii, config.display.theme, config.display.colour) == (True, "nord", "never")
    assert config.providers["anthropic"].urls == ("http://127.0.0.1:8123/summary.json",)


def test_every_complaint_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """[watch]
routes = [
  "anthropic/code:claude-opus-4-5",
  "claude",
  3,
]
rotes = []

[pol]
x = 1

[poll]
interval_s = "often"
fast_interval_s = 1
slow_interval_s = 1e9

[notices]
desktop = 1
mute = "all"

[providers.antropic]
urls = ["http://example.org/x"]
url = "x"

[providers.openai]

[display]
theme = "No Such"
colour = "red"
ascii = "no"
"""
    assert complaints(tmp_path, text, {"anthropic", "openai"}) == [
        "config.toml:4: watch.routes[1]: not a route: 'claude'; expected provider[/surface]:model[@region], for example anthropic/code:claude-opus-4.5",
        "config.toml:5: watch.routes[2]: expected a string, got an integer",
        "config.toml:7: watch.rotes: unknown key; did you mean 'routes'?",
        "config.toml:9: pol: unknown key; did you mean 'poll'?",
        "config.toml:13: poll.interval_s: expected a number, got a string",
        "config.toml:14: poll.fast_interval_s: expected at least 10, got 1",
        "config.toml:15: poll.slow_interval_s: expected at most 86400, got 1e+09",
        "config.toml:18: notices.desktop: expected true or false, got an integer",
        "config.toml:19: notices.mute: expected a list, got a string",
        "config.toml:21: providers.antropic: no such provider; did you mean 'anthropic'?",
        "config.toml:22: providers.antropic.urls[0]: expected an https address, got 'http://example.org/x'",
        "config.toml:23: providers.antropic.url: unknown key; did you mean 'urls'?",
        "config.toml:25: providers.openai: missing key 'urls'",
        "config.toml:28: display.theme: expected lower-case letters, digits and hyphens (at most 40), got 'No Such'",
        "config.toml:29: display.colour: expected 'auto', 'always' or 'never', got 'red'",
        "config.toml:30: display.ascii: expected true or false, got a string",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("poll = 3\n", "config.toml:1: poll: expected a table, got an integer"),
        ("\n[poll]\ninterval_s = 400\n", "config.toml:2: poll: expected fast_interval_s <= interval_s <= slow_interval_s"),
        ("[poll]\ninterval_s = nan\n", "config.toml:2: poll.interval_s: expected a finite number, got a float"),
        ("providers = 1\n", "config.toml:1: providers: expected a table, got an integer"),
        (
            "[providers.zzzzz]\nurls = ['https://a.example']\n",
            "config.toml:1: providers.zzzzz: no such provider; `statuswatch providers list` shows those that are known",
        ),
        ("[providers.openai]\nurls = []\n", "config.toml:2: providers.openai.urls: expected at least one address"),
        ("[notices]\nmute = ['']\n", "config.toml:2: notices.mute[0]: expected a string that is not empty, got a string"),
        ("[notices]\nmute = ['" + "x" * 201 + "']\n", "config.toml:2: notices.mute[0]: expected a shorter string, got a string"),
        ("[poll]\ninterval_s = 1" + "0" * 400 + "\n", "config.toml:2: poll.interval_s: expected at most 3600, got a number of many digits"),
        ("[poll]\ninterval_s = true\n", "config.toml:2: poll.interval_s: expected a number, got a boolean"),
        ("[otlp]\nport = 1.5\n", "config.toml:2: otlp.port: expected a whole number, got a float"),
        ("[otlp]\nport = 80\n", "config.toml:2: otlp.port: expected at least 1024, got 80"),
        ("[notices]\nwebhook = 'ftp://x'\n", "config.toml:2: notices.webhook: expected an https address, got 'ftp://x'"),
        ("[notices]\ndesktop = 2026-01-01\n", "config.toml:2: notices.desktop: expected true or false, got a date or time"),
        ("[poll\n", "config.toml:1: not TOML: Expected ']' at the end of a table declaration"),
    ],
)
def test_one_complaint(tmp_path: Path, text: str, complaint: str) -> None:
    assert complaints(tmp_path, text, {"openai"}) == [complaint]


def test_a_file_that_cannot_be_read_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_config(tmp_path)


def test_settings_cannot_be_changed_after_reading() -> None:
    with pytest.raises(FrozenInstanceError):
        Config().poll.interval_s = 1.0  # type: ignore[misc]


def test_an_override_moves_every_address_of_the_main_feed_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(GOOD, encoding="utf-8")
    catalogue = load(None, {"statuspage-summary"})
    changed = with_overrides(catalogue, load_config(tmp_path / "config.toml"))
    moved = [(old.name, new.urls) for old, new in zip(catalogue.feeds, changed.feeds, strict=True) if old != new]
    assert moved == [("anthropic", ("http://127.0.0.1:8123/summary.json",))]


def test_a_route_of_a_provider_that_nobody_knows_is_refused_with_its_line_and_the_nearest_known_one(tmp_path: Path) -> None:
    text = '[watch]\nroutes = [\n  "anthropic/code:claude-opus-4.5",\n  "antropic/code:claude-opus-4.5",\n  "mine:*",\n  "zzz:*",\n]\n'
    assert complaints(tmp_path, text, {"anthropic", "mine"}) == [
        "config.toml:4: watch.routes[1]: no such provider: 'antropic'; did you mean 'anthropic'?",
        "config.toml:6: watch.routes[3]: no such provider: 'zzz'; `statuswatch providers list` shows those that are known",
    ]

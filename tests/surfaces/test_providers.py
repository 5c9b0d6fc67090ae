"""`statuswatch providers`: the shipped files and a person's own, listed, shown and checked."""

import json
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.surfaces.cli import providers


@pytest.fixture
def own():
    folder = Path(paths.providers_dir())
    folder.mkdir(parents=True)
    return folder


def test_the_list_names_every_provider_with_its_feeds(capsys, own):
    (own / "acme.toml").write_text('id = "acme"\nname = "Acme \\u001b[31mCloud"\n')

    assert providers.run(["list"]) == 0
    out = capsys.readouterr().out
    assert "anthropic" in out
    assert "\x1b" not in out
    assert providers.run(["list", "--json"]) == 0
    found = {row["id"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["anthropic"]["feeds"][0]["readable"]
    assert found["acme"]["feeds"] == []


def test_one_provider_is_shown_with_its_pages_and_components(capsys):
    assert providers.run(["show", "anthropic"]) == 0
    assert "Claude Code" in capsys.readouterr().out
    assert providers.run(["--json", "show", "anthropic"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["id"] == "anthropic"
    assert shown["feeds"]
    assert any("code" in component["surfaces"] for component in shown["components"])


def test_a_provider_that_is_not_there_is_usage_with_the_nearest_name(capsys):
    assert providers.run(["show", "antropic"]) == 2
    assert "did you mean anthropic" in capsys.readouterr().err
    assert providers.run(["show", "qqqqqqqq"]) == 2
    assert "providers list" in capsys.readouterr().err
    assert providers.run([]) == 2


def test_the_shipped_files_are_in_order(capsys):
    assert providers.run(["lint"]) == 0
    assert "in order" in capsys.readouterr().out


def test_lint_names_file_line_and_key(capsys, own):
    (own / "acme.toml").write_text('id = "acme"\nname = "Acme"\nfamilys = ["big"]\n')

    assert providers.run(["lint"]) == 2
    assert f"{own}/acme.toml:3: familys:" in capsys.readouterr().out
    assert providers.run(["lint", "--json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert (said["line"], said["key"]) == (3, "familys")


def test_a_broken_file_is_told_and_the_rest_is_still_listed(capsys, own):
    (own / "acme.toml").write_text("id = ")

    assert providers.run(["list"]) == 0
    captured = capsys.readouterr()
    assert "acme.toml:1" in captured.err
    assert "anthropic" in captured.out


def test_what_nobody_could_check_is_marked_as_such(capsys, own):
    (own / "acme.toml").write_text(
        'id = "acme"\nname = "Acme"\napi_hosts = ["api.acme.example"]\nunverified = ["api_hosts"]\n'
        '[[feed]]\nformat = "slack"\nurl = "https://status.acme.example"\n[[component]]\nnames = ["API"]\nverified = true\n'
    )

    assert providers.run(["list"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("acme "))
    assert "slack?" in line
    assert line.endswith("2 of 3")
    assert providers.run(["list", "--json"]) == 0
    row = next(row for row in map(json.loads, capsys.readouterr().out.splitlines()) if row["id"] == "acme")
    assert (row["facts"], row["unverified"]) == (3, 2)
    assert providers.run(["show", "acme"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown if line.endswith("(unverified)")] == ["answers", "feed"]
    assert providers.run(["show", "acme", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["unverified"], told["components"][0]["verified"], told["feeds"][0]["verified"]) == (["api_hosts"], True, False)


def test_without_a_way_to_fetch_nothing_is_checked(capsys):
    assert providers.run(["check"]) == 2
    assert "cannot be asked here" in capsys.readouterr().err

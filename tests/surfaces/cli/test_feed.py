"""`statuswatch feed show`."""

import json
from pathlib import Path
from typing import Any

import pytest

from statuswatch.core.health import FeedState
from statuswatch.sources.addresses import USUAL
from statuswatch.sources.formats import FORMATS
from statuswatch.surfaces.cli.feed import run
from statuswatch.surfaces.cli.looking import RefusedError
from support.hostile import CAPTCHA
from support.payloads import CASES, expected, sample

KEYS = {
    "format",
    "provider",
    "as_of",
    "feed_state",
    "page_health",
    "raw_health",
    "lists_open",
    "components",
    "incidents",
    "maintenances",
    "problems",
    "url",
    "reason",
}


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    def save(data: bytes) -> str:
        path = tmp_path / "body"
        path.write_bytes(data)
        return str(path)

    return save


def answer(capsys: pytest.CaptureFixture[str], *argv: str, fetch: Any = None) -> dict[str, Any]:
    assert run(["show", "--json", *argv], fetch) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.isascii()
    (line,) = out.splitlines()
    read: dict[str, Any] = json.loads(line)
    assert set(read) == KEYS
    return read


@pytest.mark.parametrize(("form", "name"), CASES)
def test_a_file_of_any_format_is_shown_as_one_object(form: str, name: str, saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    read = answer(capsys, "--provider", "acme", "--format", form, saved(sample(name).data))
    page = expected(name)

    assert (read["format"], read["provider"], read["feed_state"], read["page_health"]) == (form, "acme", "fresh", page.health.value)
    assert [component["health"] for component in read["components"]] == [component.health.value for component in page.components]
    assert [incident["id"] for incident in read["incidents"]] == [incident.id for incident in page.incidents]
    assert [incident["stage"] for incident in read["maintenances"]] == [incident.stage.value for incident in page.maintenances]


def test_the_format_is_detected_where_none_is_named(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    read = answer(capsys, saved(sample("slack/current.json").data))

    assert (read["format"], read["provider"]) == ("slack", "unknown")
    assert read["incidents"][0]["updates"][0]["at"] == "2026-05-04T09:00:53Z"


def test_an_unreadable_body_is_an_answer(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for argv, form in (((), None), (("--format", "checkly"), "checkly")):
        read = answer(capsys, *argv, saved(CAPTCHA))
        assert (read["format"], read["feed_state"], read["page_health"], read["incidents"]) == (form, "unreadable", "unknown", [])
        assert read["problems"][0].startswith("html: ")


def test_a_missing_file_a_folder_and_an_unknown_format_are_bad_input(tmp_path: Path, saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["show", str(tmp_path / "none.json")], ["show", str(tmp_path)], ["show", "--format", "carrier-pigeon", saved(b"{}")], ["show"], [], ["frob"]):
        assert run(argv) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err
    run(["show", "--format", "carrier-pigeon", "x"])
    err = capsys.readouterr().err
    assert [name for name in FORMATS if name not in err] == []


def test_an_address_needs_the_part_of_the_program_that_fetches(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "https://status.acme.test/api/v2/summary.json"]) == 2
    assert "give a file" in capsys.readouterr().err


def test_an_address_is_fetched_by_what_the_program_passes_in(capsys: pytest.CaptureFixture[str]) -> None:
    asked = []

    def fetch(url: str) -> tuple[bytes, str]:
        asked.append(url)
        return sample("google/incidents.json").data, "application/json"

    read = answer(capsys, "https://status.acme.test/incidents.json", fetch=fetch)
    assert asked == ["https://status.acme.test/incidents.json"]
    assert read["incidents"][0]["url"] == "https://status.acme.test/incidents/G1"


def test_an_address_that_does_not_answer_is_unreachable(capsys: pytest.CaptureFixture[str]) -> None:
    def fetch(url: str) -> tuple[bytes, str]:
        raise TimeoutError(f"no answer from {url} in 10 s\x1b[2J")

    read = answer(capsys, "https://status.acme.test/x", fetch=fetch)
    assert read["feed_state"] == "unreachable"
    assert read["problems"] == ["https://status.acme.test/x: no answer from https://status.acme.test/x in 10 s[2J"]
    named = answer(capsys, "--format", "slack", "https://status.acme.test/x", fetch=fetch)
    assert (named["feed_state"], named["format"]) == ("unreachable", "slack")
    assert named["problems"] == ["nothing came from there: no answer from https://status.acme.test/x in 10 s[2J"]


def test_a_page_is_looked_for_at_the_usual_addresses_below_its_host(capsys: pytest.CaptureFixture[str]) -> None:
    served = {"https://status.acme.test/": CAPTCHA.replace(b"Human", b"Acme"), "https://status.acme.test/index.json": sample("betterstack/index.json").data}

    def fetch(url: str) -> tuple[bytes, str]:
        if url not in served:
            raise FileNotFoundError("answered 404, expected 200 with a feed")
        return served[url], ""

    read = answer(capsys, "https://status.acme.test/", fetch=fetch)
    assert (read["format"], read["url"], read["reason"]) == ("betterstack", "https://status.acme.test/index.json", "data of the type status_page")
    assert run(["show", "https://status.acme.test/"], fetch) == 0
    assert capsys.readouterr().out.splitlines()[1:3] == ["at https://status.acme.test/index.json", "told by: data of the type status_page"]


def test_a_page_without_any_feed_says_what_came_from_each_address(capsys: pytest.CaptureFixture[str]) -> None:
    read = answer(capsys, "https://status.acme.test/", fetch=lambda _: (CAPTCHA, "text/html"))

    assert (read["feed_state"], read["format"], len(read["problems"])) == ("unreadable", None, len(USUAL) + 1)
    assert read["problems"][0] == f"https://status.acme.test/: a web page of {len(CAPTCHA)} bytes, in no form that is known"


def test_an_address_in_a_named_format_is_read_in_that_one_alone(capsys: pytest.CaptureFixture[str]) -> None:
    read = answer(capsys, "--format", "slack", "https://status.acme.test/x", fetch=lambda _: (sample("betterstack/index.json").data, ""))

    assert (read["feed_state"], read["url"]) == ("unreadable", "https://status.acme.test/x")


def test_the_picture_for_people_has_everything_on_lines_of_its_own(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--provider", "acme", saved(sample("statuspage/summary.json").data)]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[1] == "told by: page, status, components and incidents"
    assert [lines[0], lines[2]] == ["statuspage-summary, acme: fresh, page degraded (major)", "as of 2026-05-04T10:15:00.500Z"]
    assert "! component status 'wobbly' is not known" in lines
    assert "  down        API  [Models]" in lines
    assert "  i1  monitoring, critical, 2026-05-04T09:50:00Z to now" in lines
    assert "    2026-05-04T10:04:00Z  investigating: Still looking." in lines
    assert "maintenances (1)" in lines
    assert [line for line in lines if line.startswith("  ok")] == ["  ok          Docs"]


def test_the_picture_of_an_unreadable_body_says_why(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", saved(b'{"message":"Forbidden"}')]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "no known format, unknown: unreadable, page unknown",
        "! wrong_shape: the body is readable, but it is in no format that is known",
    ]


def test_what_a_feed_says_cannot_reach_the_terminal(saved: Any, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b]0;owned\x07\u202e\x9b2J\r\n"
    value = json.loads(sample("statuspage/summary.json").data)
    value["status"]["indicator"] = value["components"][1]["name"] = value["components"][1]["status"] = evil
    for key in ("id", "name", "status", "impact"):
        value["incidents"][0][key] = evil
    value["incidents"][0]["incident_updates"][0]["body"] = value["incidents"][0]["components"][0]["name"] = evil
    path = saved(json.dumps(value).encode())

    assert run(["show", "--provider", evil, path]) == 0
    assert all(line.isprintable() for line in capsys.readouterr().out.split("\n"))
    assert run(["show", "--json", "--provider", evil, path]) == 0
    assert capsys.readouterr().out.rstrip("\n").isprintable()


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--help"]) == 0
    assert "URL|FILE" in capsys.readouterr().out


def test_an_address_that_refuses_is_blocked_and_no_missing_page(capsys: pytest.CaptureFixture[str]) -> None:
    def fetch(_url: str) -> tuple[bytes, str]:
        raise RefusedError("answered 403, refuses this reader", FeedState.BLOCKED)

    assert answer(capsys, "https://status.acme.test/x", fetch=fetch)["feed_state"] == "blocked"
    assert answer(capsys, "--format", "slack", "https://status.acme.test/x", fetch=fetch)["feed_state"] == "blocked"

"""`statuswatch providers check`: every answer of a page means something for its file, and a name that is nobody's is told."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from statuswatch.app import providers
from statuswatch.catalog.model import Catalogue, FeedSpec
from statuswatch.config import paths
from statuswatch.core.health import FeedState
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts
from statuswatch.surfaces.cli import checking
from statuswatch.surfaces.cli.checking import Answered, Came, Missed
from support.hostile import CAPTCHA
from support.server import Answer, status_server

API = ComponentFacts("c1", ("API",), frozenset({Surface.API}))
OLD = ComponentFacts("c9", ("Old thing",))
SITE = ComponentFacts(None, ("Web site", "Site"))
URL = "https://status.acme.example/api/v2/summary.json"


def summary(*components: tuple[str, str], incidents: int = 0) -> bytes:
    page = {"id": "p", "name": "Acme", "url": "https://status.acme.example", "updated_at": "2026-01-01T00:00:00Z"}
    opened = [
        {
            "id": f"i{number}",
            "name": "Errors",
            "status": "investigating",
            "impact": "minor",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "incident_updates": [],
        }
        for number in range(incidents)
    ]
    rows = [{"id": ident, "name": name, "status": "operational"} for ident, name in components]
    return json.dumps({"page": page, "status": {"indicator": "none", "description": ""}, "components": rows, "incidents": opened}).encode()


def catalogue(*feeds: FeedSpec, without: tuple[str, ...] = ()) -> Catalogue:
    facts = {name: ProviderFacts(name, name.title(), components=(API, OLD, SITE)) for name in (*(feed.provider for feed in feeds), *without)}
    return Catalogue(Knowledge(facts), feeds)


def spec(name: str = "acme", form: str = "statuspage-summary", url: str = URL) -> FeedSpec:
    return FeedSpec(name, name.partition("/")[0], form, (url,), (name.partition("/")[0],), readable=form != "telex")


def asked(answers: Mapping[str, Came | Missed], order: list[str] | None = None) -> checking.Ask:
    def ask(feeds: object, answered: Answered) -> None:
        for feed in feeds:  # type: ignore[attr-defined]
            if order is not None:
                order.append(feed.name)
            answered(feed, answers[feed.name])

    return ask


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    out = capsys.readouterr().out
    assert out.isascii()
    return [json.loads(line) for line in out.splitlines()]


def test_a_page_that_is_as_its_file_says_is_fine_and_its_components_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    body = summary(("c1", "API v2"), ("c3", "Batch \x1b[31mjobs"), ("c4", "Site"), incidents=2)
    known = catalogue(spec(), without=("bare",))

    assert checking.run(known, (), asked({"acme": Came(body, "application/json", URL)}), as_json=True) == 0
    (row,) = rows(capsys)
    assert (row["fine"], row["state"], row["declared"], row["format"]) == (True, "fresh", "statuspage-summary", "statuspage-summary")
    assert (row["components"], row["incidents"]) == (3, ["i0", "i1"])
    assert row["not_on_page"] == [{"id": "c9", "names": ["Old thing"]}]
    assert [item["id"] for item in row["not_in_file"]] == ["c3"]  # type: ignore[attr-defined]

    assert checking.run(known, (), asked({"acme": Came(body, "application/json", URL)}), as_json=False) == 0
    told = capsys.readouterr().out
    assert "ok          acme" in told
    assert "3 components, 2 open incidents" in told
    assert "in the file, not on the page: Old thing (c9)" in told
    assert "on the page, not in the file: Batch jobs (c3)" in told
    assert "\x1b" not in told
    assert "1 pages, 1 as their files say" in told
    assert "no page of their own that can be read: bare" in told


def test_a_component_that_is_named_like_a_model_is_known_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    facts = ProviderFacts("acme", "Acme", families=("llama",), components=(API,))
    known = Catalogue(Knowledge({"acme": facts}), (spec(),))
    body = summary(("c1", "API"), ("m1", "Llama 3.3 70B Instruct"), ("x", "Billing"))

    assert checking.run(known, (), asked({"acme": Came(body, "", URL)}), as_json=True) == 0
    (row,) = rows(capsys)
    assert (row["not_in_file"], row["models"]) == ([{"id": "x", "name": "Billing"}], 1)


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (Missed(FeedState.BLOCKED, "answered 403, refuses this reader"), "blocked", "answered 403"),
        (Missed(FeedState.UNREACHABLE, "its name could not be resolved"), "unreachable", "could not be resolved"),
        (Came(CAPTCHA, "text/html", URL), "unreadable", "html"),
        (Came(b"", "", URL), "unreadable", "empty"),
    ],
)
def test_a_page_that_cannot_be_read_says_why_and_ends_with_one(answer: Came | Missed, state: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert checking.run(catalogue(spec()), ("acme",), asked({"acme": answer}), as_json=True) == 1
    (row,) = rows(capsys)
    assert (row["fine"], row["state"], row["format"], row["components"]) == (False, state, None, None)
    assert words in str(row["detail"]).lower()
    assert checking.run(catalogue(spec()), ("acme",), asked({"acme": answer}), as_json=False) == 1
    assert capsys.readouterr().out.startswith(f"{state} ")


def test_a_page_that_moved_to_another_form_is_named_with_both(capsys: pytest.CaptureFixture[str]) -> None:
    known = catalogue(spec(form="slack"))
    assert checking.run(known, (), asked({"acme": Came(summary(("c1", "API")), "", URL)}), as_json=False) == 1
    assert "moved" in (told := capsys.readouterr().out)
    assert "statuspage-summary, but the file says slack" in told


def test_a_form_that_nobody_reads_is_told_and_not_asked(capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []
    known = catalogue(spec(form="telex"), spec("bell"))
    assert checking.run(known, (), asked({"bell": Came(summary(), "", URL)}, order), as_json=True) == 1
    assert order == ["bell"]
    assert [(row["provider"], row["fine"], row["not_on_page"]) for row in rows(capsys)] == [("acme", False, []), ("bell", True, [])]


def test_only_the_named_are_asked_and_a_strangers_name_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []
    known = catalogue(spec(), spec("bell"))
    assert checking.run(known, ("bell",), asked({"bell": Came(summary(), "", URL)}, order), as_json=True) == 0
    assert order == ["bell"]
    capsys.readouterr()
    assert checking.run(known, ("bel", "qqqqq"), asked({}, order), as_json=True) == 2
    assert order == ["bell"]
    told = capsys.readouterr().err
    assert "did you mean bell?" in told
    assert "providers list" in told


async def test_the_verb_asks_real_pages_once_and_takes_the_second_address_where_the_first_fails(capsys: pytest.CaptureFixture[str]) -> None:
    async with status_server() as server:
        good = server.serve("/good", Answer(body=summary(("c1", "API")), headers={"Content-Type": "application/json"}))
        gone = server.serve("/gone", Answer(503))
        refused = server.serve("/refused", Answer(403))
        paths.ensure_private(paths.config_dir())
        paths.ensure_private(paths.providers_dir())
        for name, urls in (("house", (gone, good)), ("wall", (refused,))):
            text = f'id = "{name}"\nname = "{name}"\n[[feed]]\nformat = "statuspage-summary"\nurl = "{urls[0]}"\n'
            Path(paths.providers_dir(), f"{name}.toml").write_text(text + (f'alternates = ["{urls[1]}"]\n' if urls[1:] else ""))

        status = await asyncio.to_thread(providers.run, ["check", "--json", "house", "wall"])

        found = {row["provider"]: row for row in rows(capsys)}
        assert status == 1
        assert (found["house"]["fine"], found["house"]["url"], found["house"]["components"]) == (True, good, 1)
        assert (found["wall"]["state"], found["wall"]["fine"]) == ("blocked", False)
        assert sorted(seen.path for seen in server.seen) == ["/gone", "/good", "/refused"]


async def test_an_address_of_the_settings_is_asked_instead_of_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    async with status_server() as server:
        mirror = server.serve("/mirror", Answer(body=summary(("k8w3r06qmzrp", "Claude API (api.anthropic.com)"))))
        paths.ensure_private(paths.config_dir())
        paths.ensure_private(paths.providers_dir())
        Path(paths.providers_dir(), "anthropic.toml").write_text(f'id = "anthropic"\n[[feed]]\nformat = "statuspage-summary"\nurl = "{server.url("/file")}"\n')
        Path(paths.config_file()).write_text(f'[providers.anthropic]\nurls = ["{mirror}"]\n')

        assert await asyncio.to_thread(providers.run, ["check", "anthropic"]) == 0
        assert [seen.path for seen in server.seen] == ["/mirror"]
        assert "ok" in capsys.readouterr().out


def test_a_verb_that_lives_elsewhere_is_run_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(providers, "FURTHER", {"nearest": "statuswatch.catalog.located:nearest_words"})
    monkeypatch.setattr("statuswatch.catalog.located.nearest_words", len, raising=False)
    assert providers.run(["--json", "nearest", "a", "b"]) == 3
    assert providers.run(["--help"]) == 0
    assert "  add " in capsys.readouterr().out

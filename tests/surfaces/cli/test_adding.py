"""`statuswatch providers add`: real pages on this machine, real files in a home of their own."""

import json
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from statuswatch.app.adding import run
from statuswatch.catalog.lint import lint
from statuswatch.sources.formats import FORMATS
from statuswatch.surfaces.cli import adding
from support.hostile import CAPTCHA
from support.payloads import sample

Served = dict[str, tuple[int, str, bytes]]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STATUSWATCH_HOME", str(tmp_path))
    return tmp_path / "config" / "providers"


@pytest.fixture
def site() -> Iterator[tuple[str, Served]]:
    """A site: what it serves by path, status 404 elsewhere."""
    served: Served = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = served.get(self.path, (404, "text/plain", b"no"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def page(name: str) -> tuple[int, str, bytes]:
    return 200, "application/xml" if name.endswith(".xml") else "application/json", sample(name).data


PRODUCTS = [
    ("/api/v2/summary.json", "statuspage/summary.json", "statuspage-summary"),
    ("/api/v2/summary.json", "statuspage/compat.json", "statuspage-summary"),
    ("/proxy/127.0.0.1", "incidentio/native.json", "incidentio"),
    ("/index.json", "betterstack/index.json", "betterstack"),
    ("/summary.json", "instatus/summary.json", "instatus-summary"),
    ("/api/v1/status.json", "rootly/status.json", "rootly-status"),
    ("/incidents.json", "google/incidents.json", "google-cloud"),
    ("/api/v1/components", "cachet/components.json", "cachet-components"),
    ("/api/components", "cachet/components3.json", "cachet-components"),
    ("/api/status-page/heartbeat/default", "uptimekuma/heartbeat.json", "uptimekuma-heartbeat"),
    ("/history.atom", "feed/history.xml", "statuspage-history"),
    ("/feed.atom", "feed/incidentio.xml", "statuspage-history"),
    ("/feed.xml", "xai/feed.xml", "xai-rss"),
    ("/feed.rss", "feed/generic.xml", "generic-feed"),
    ("/", "slack/current.json", "slack"),
    ("/", "incidentio/page.html", "incidentio-page"),
]


@pytest.mark.parametrize(("path", "name", "form"), PRODUCTS)
def test_a_page_is_found_by_its_host_and_becomes_a_file_that_lint_has_nothing_to_say_of(
    path: str, name: str, form: str, site: tuple[str, Served], own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, served = site
    served.setdefault("/", (200, "text/html", b"<!doctype html><html><title>Acme</title></html>"))
    served[path] = page(name)

    assert run([f"{address}/", "--id", "acme", "--name", "Acme", "--api-host", "api.acme.test", "--family", "rockets", "--yes"]) == 0
    out = capsys.readouterr().out
    assert f"found {address}{path}" in out
    assert f"format {form}, told by: " in out
    written = tomllib.loads((own / "acme.toml").read_text(encoding="utf-8"))
    assert (written["id"], written["name"], written["api_hosts"], written["families"]) == ("acme", "Acme", ["api.acme.test"], ["rockets"])
    assert [(feed["format"], feed["url"]) for feed in written["feed"]] == [(form, f"{address}{path}")]
    assert lint(own, FORMATS) == ()


def test_a_feed_that_only_the_page_names_is_found_too(site: tuple[str, Served], own: Path) -> None:
    address, served = site
    served["/"] = (200, "text/html", b'<html><head><link rel=alternate type="application/rss+xml" href="/deep/down.rss"></head></html>')
    served["/deep/down.rss"] = page("volcengine/region.xml")

    assert run([address + "/", "--id", "acme", "--yes"]) == 0
    assert f'url = "{address}/deep/down.rss"' in (own / "acme.toml").read_text(encoding="utf-8")


def test_json_proposes_and_writes_only_with_yes(site: tuple[str, Served], own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address, served = site
    served["/api/v2/summary.json"] = page("statuspage/summary.json")

    assert run([address, "--id", "acme", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["found"], told["written"], told["format"], told["open"]) == (True, False, "statuspage-summary", ["i1", "i2"])
    assert told["path"] == str(own / "acme.toml")
    assert not own.exists()
    assert run([address, "--id", "acme", "--json", "--yes"]) == 0
    assert json.loads(capsys.readouterr().out)["written"]
    assert (own / "acme.toml").read_text(encoding="utf-8") == told["file"]


def test_a_file_that_is_there_is_left_as_it_is(site: tuple[str, Served], own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address, served = site
    served["/api/v2/summary.json"] = page("statuspage/summary.json")
    own.mkdir(parents=True)
    (own / "acme.toml").write_text("# mine\n", encoding="utf-8")

    assert run([address, "--id", "acme", "--yes"]) == 2
    assert "is there already and was left as it is" in capsys.readouterr().err
    assert (own / "acme.toml").read_text(encoding="utf-8") == "# mine\n"
    assert [path.name for path in own.iterdir()] == ["acme.toml"]


def test_a_file_that_came_while_the_person_was_asked_is_left_as_it_is(own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(question: str) -> str:
        assert question.startswith("Write this file?")
        own.mkdir(parents=True)
        (own / "acme.toml").write_text("# theirs\n", encoding="utf-8")
        return "y"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert adding.run(["https://status.acme.test/x", "--id", "acme"], lambda _: (sample("slack/current.json").data, ""), answer) == 2
    assert (own / "acme.toml").read_text(encoding="utf-8") == "# theirs\n"
    assert [path.name for path in own.iterdir()] == ["acme.toml"]
    assert "left as it is" in capsys.readouterr().err


@pytest.mark.parametrize(("said", "written"), [("y", True), ("YES", True), ("", False), ("n", False), ("perhaps", False)])
def test_a_person_is_asked_and_obeyed(said: str, written: bool, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)

    assert adding.run(["status.acme.test"], lambda _: (sample("slack/current.json").data, ""), lambda _: said) == 0
    assert (own / "acme.toml").exists() is written


def test_nobody_to_ask_is_no_yes(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert adding.run(["status.acme.test"], lambda _: (sample("slack/current.json").data, ""), lambda _: "y") == 2
    assert "--yes writes the file" in capsys.readouterr().err
    assert not own.exists()


def test_a_page_without_a_feed_says_what_came_and_writes_nothing(site: tuple[str, Served], own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address, served = site
    served["/"] = (200, "text/html", CAPTCHA.replace(b"Human verification", b"Acme"))
    served["/index.json"] = (200, "application/json", b"[]")

    assert run([address + "/", "--id", "acme", "--yes"]) == 2
    err = capsys.readouterr().err
    assert "no feed was found; nothing was written" in err
    assert f"{address}/index.json: JSON of 2 bytes, in no form that is known" in err
    assert "answered 404" in err
    assert run([address + "/", "--id", "acme", "--yes", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["found"], told["written"], len(told["tried"]) > 10) == (False, False, True)
    assert not own.exists()


def test_where_nobody_answers_one_question_is_enough(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as gone:
        port = gone.server_port
    assert run([f"http://127.0.0.1:{port}/", "--id", "acme", "--json"]) == 2
    assert len(json.loads(capsys.readouterr().out)["tried"]) == 1
    assert not own.exists()


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["ftp://status.acme.test"],
        ["http://status.acme.test"],
        ["https://user:secret@status.acme.test"],
        ["https://"],
        ["https://status.acme.test", "--id", "Not An Id"],
        ["https://status.acme.test", "--frob"],
        ["https://status.openai.com"],
        ["https://status.acme.test", "--api-host", "no host"],
    ],
)
def test_bad_input_is_status_2_and_nothing_is_written(argv: list[str], own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert adding.run([*argv, "--yes"], lambda _: (sample("slack/current.json").data, "")) == 2
    out_and_err = capsys.readouterr()
    assert out_and_err.err
    assert "secret" not in out_and_err.err.replace(argv[0] if argv else "-", "")
    assert not own.exists()


def test_an_id_of_a_shipped_provider_must_be_meant(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert adding.run(["https://status.openai.com", "--yes"], lambda _: (sample("slack/current.json").data, "")) == 2
    assert "openai is known already" in capsys.readouterr().err
    assert adding.run(["https://status.openai.com", "--id", "openai", "--yes"], lambda _: (sample("slack/current.json").data, "")) == 0
    assert (own / "openai.toml").exists()


def test_a_host_that_another_of_your_files_claims_is_refused(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.mkdir(parents=True)
    (own / "aa.toml").write_text('id = "aa"\nname = "A"\napi_hosts = ["api.acme.test"]\n', encoding="utf-8")

    argv = ["https://status.acme.test", "--id", "bb", "--api-host", "api.acme.test", "--yes"]
    assert adding.run(argv, lambda _: (sample("slack/current.json").data, "")) == 2
    assert "belongs to aa already" in capsys.readouterr().err
    assert not (own / "bb.toml").exists()


def test_a_feeds_text_can_add_no_key_and_reach_no_terminal(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = '"]\n[[feed]]\nurl = "https://evil.test"\x1b]0;x\x07\u202e\U0001f600\ud800'
    value = json.loads(sample("statuspage/summary.json").data)
    for component in value["components"]:
        component["name"] = component["id"] = evil
    value["incidents"][0]["name"] = evil
    data = json.dumps(value).encode()

    assert adding.run(["https://status.acme.test", "--yes"], lambda _: (data, "")) == 0
    assert all(line.isprintable() and line.isascii() for line in capsys.readouterr().out.split("\n") if not line.startswith("  open:"))
    written = tomllib.loads((own / "acme.toml").read_text(encoding="utf-8"))
    assert [feed["url"] for feed in written["feed"]] == ["https://status.acme.test"]
    taken = (own / "acme.toml").read_text(encoding="utf-8").replace("\n# ", "\n")
    assert tomllib.loads(taken.split("every incident of the page counts.\n#\n")[1].replace("\n#\n", "\n"))["component"][0]["names"][0].startswith(
        '"]\n[[feed]]'
    )


@pytest.mark.parametrize(
    ("host", "ident"),
    [
        ("status.acme.com", "acme"),
        ("acme.statuspage.io", "acme"),
        ("acme.instatus.com", "acme"),
        ("acme.statuspage.datadoghq.com", "acme"),
        ("acmestatus.com", "acme"),
        ("www.acme-status.com", "acme"),
        ("status.acme.co.uk", "acme"),
        ("status.acme.ai", "acme"),
        ("status.com", "status"),
        ("127.0.0.1", "127-0-0-1"),
        ("localhost", "localhost"),
    ],
)
def test_an_id_is_made_of_the_owners_part_of_a_host(host: str, ident: str) -> None:
    assert adding.usual_id(host) == ident


@pytest.mark.parametrize(
    ("url", "name", "ident"),
    [
        ("http://127.0.0.1:8765", "House", "house"),
        ("http://[::1]:8765", "Our House & Garden", "our-house-garden"),
        ("http://localhost:1", "House", "house"),
        ("http://127.0.0.1:8765", "", "old"),
        ("http://127.0.0.1:8765", "\u5bb6", "old"),
        ("http://127.0.0.1:8765", "9" * 60, "old"),
        ("http://127.0.0.1:8765", "OpenAI", "old"),
        ("http://127.0.0.1:8765", "Mine", "old"),
        ("https://status.acme.test", "House", "old"),
    ],
)
def test_a_host_without_a_name_gets_its_id_from_the_page(url: str, name: str, ident: str, own: Path) -> None:
    own.mkdir(parents=True)
    (own / "mine.toml").touch()
    assert adding.named_id("old", url, name) == ident


def test_what_was_written_is_called_by_its_id_and_how_it_is_watched_is_said(site: tuple[str, Served], own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address, served = site
    served["/api/v2/summary.json"] = (200, "application/json", sample("statuspage/summary.json").data.replace(b'"Acme"', b'"House"'))

    assert run([address, "--yes"]) == 0
    out = capsys.readouterr().out
    assert tomllib.loads((own / "house.toml").read_text(encoding="utf-8"))["id"] == "house"
    assert "It is called house here; --id gives it another id." in out
    assert '[watch]\nroutes = ["house:*"]\n' in out


@pytest.mark.usefixtures("own")
def test_an_address_that_fails_is_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    def fetch(url: str) -> tuple[bytes, str]:
        raise ConnectionError(f"{url}: its name could not be resolved")

    assert adding.run(["https://foo.test", "--id", "foo", "--yes"], fetch) == 2
    assert "  https://foo.test: its name could not be resolved\n" in capsys.readouterr().err


def test_the_pages_own_name_is_taken_where_none_is_given(site: tuple[str, Served], own: Path) -> None:
    address, served = site
    served["/api/v2/summary.json"] = (200, "application/json", sample("statuspage/summary.json").data.replace(b'"Acme"', b'"Rocket & Sons Status"'))

    assert run([address, "--yes"]) == 0
    (written,) = own.iterdir()
    assert tomllib.loads(written.read_text(encoding="utf-8"))["name"] == "Rocket & Sons"

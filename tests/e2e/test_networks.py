"""Networks that are not the provider's fault, and one provider that cannot be reached, with the real engine in a network of its own."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.netns import PAGES, PORTAL, Lone, lone_engine, usable
from support.recordings import missing

pytestmark = [pytest.mark.timeout(400), pytest.mark.surface("netns"), pytest.mark.xdist_group("networks")]

ROUTES = ["anthropic/code:claude-opus-4.5", "openai/api:gpt-5.5"]
_NOWHERE = ("ip route add default dev lo",)  # a way out that leads nowhere: what is sent is lost


@pytest.fixture
def person() -> Iterator[Lone]:
    """A home with a path short enough for sockets."""
    usable()
    home = Path(tempfile.mkdtemp(prefix="swn-", dir="/tmp"))
    yield Lone(home)
    shutil.rmtree(home, ignore_errors=True)


def _offline(person: Lone, reason: str) -> bool:
    verdicts = [person.verdict(provider) for provider in ("anthropic", "openai")]
    return all(verdict.get("reason") == reason for verdict in verdicts)


def _certificate(folder: Path) -> Path:
    """A certificate with its key that nobody has signed."""
    if shutil.which("openssl") is None:
        missing("openssl", "no certificate can be made for the portal")
    pem, key = folder / "portal.pem", folder / "portal.key"
    subject = ("-subj", "/CN=login.portal.example", "-days", "2", "-keyout", str(key), "-out", str(pem))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject], check=True, capture_output=True, timeout=60)
    pem.write_text(pem.read_text() + key.read_text())
    return pem


def _blames(person: Lone) -> set[str]:
    return {view["verdict"]["fault"] for view in person.snapshot()["routes"]}


async def test_without_a_route_it_is_your_network_and_nobody_else_is_blamed(person: Lone) -> None:
    person.prepare(ROUTES)
    async with lone_engine(person):
        await person.until(lambda: _offline(person, "own_network"))
        assert _blames(person) == {"network"}
        assert {person.verdict("anthropic")["health"], person.verdict("openai")["health"]} == {"unknown"}
        person.no_answer("ENOTFOUND")
        await person.until(lambda: person.verdict("anthropic")["confidence"] == "high" and bool(person.snapshot()["calls"]))
        assert _blames(person) == {"network"}
        assert person.snapshot()["summary"]["side"] == "yours"
        assert person.snapshot()["notices"] == []


async def test_one_provider_alone_is_enough_where_the_machine_itself_has_no_way_out(person: Lone) -> None:
    person.prepare(ROUTES[:1])
    async with lone_engine(person):
        person.no_answer("ENOTFOUND")
        await person.until(lambda: person.verdict("anthropic").get("reason") == "own_network")
        assert _blames(person) == {"network"}


async def test_dead_name_resolution_is_told_as_such(person: Lone) -> None:
    person.prepare(ROUTES)
    async with lone_engine(person, *_NOWHERE, resolver="nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"):
        await person.until(lambda: _offline(person, "own_network"))
        person.no_answer("EAI_AGAIN")
        await person.until(lambda: person.verdict("anthropic")["confidence"] == "high")
        assert "DNS" in person.snapshot()["summary"]["headline"]
        assert _blames(person) == {"network"}


async def test_a_captive_portal_that_answers_everything_with_a_login_page(person: Lone) -> None:
    person.prepare(ROUTES, {"anthropic": "http://127.0.0.1:8081/api/v2/summary.json", "openai": "http://127.0.0.1:8082/api/v2/summary.json"})
    async with lone_engine(person, *_NOWHERE, server=PORTAL):
        await person.until(lambda: _offline(person, "captive_portal"))
        assert _blames(person) == {"network"}
        assert "login page" in person.snapshot()["summary"]["headline"]
        assert [item["kind"] for item in person.verdict("openai")["advice"]] == ["join_network"]


async def test_a_captive_portal_that_opens_every_connection_with_its_own_certificate(person: Lone) -> None:
    pem = _certificate(person.home)
    hosts = "127.0.0.1 localhost status.claude.com status.anthropic.com status.openai.com www.cloudflarestatus.com\n"
    person.prepare(ROUTES)
    async with lone_engine(person, *_NOWHERE, hosts=hosts, resolver="nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", server=PORTAL, argument=str(pem)):
        await person.until(lambda: _offline(person, "own_network"))
        assert _blames(person) == {"network"}
        assert "certificate" in person.snapshot()["summary"]["headline"]


async def test_one_provider_that_cannot_be_reached_while_another_answers(person: Lone) -> None:
    person.prepare(ROUTES, {"anthropic": "https://192.0.2.1/api/v2/summary.json", "openai": "http://127.0.0.1:8082/api/v2/summary.json"})
    async with lone_engine(person, *_NOWHERE, server=PAGES):
        await person.until(lambda: person.verdict("openai").get("reason") == "page_quiet")
        for number in range(3):
            person.no_answer("ETIMEDOUT", number)
        await person.until(lambda: person.verdict("anthropic").get("reason") == "own_failures_unreachable")
        verdict = person.verdict("anthropic")
        assert (verdict["fault"], verdict["confidence"], verdict["health"]) == ("provider", "low", "suspect")
        assert "feeds_answer" in {item["kind"] for item in verdict["evidence"]}
        assert person.verdict("openai")["fault"] == "unknown"
        assert person.snapshot()["notices"] == []

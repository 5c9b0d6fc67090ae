"""The ways beside the desktop: a program of the person's own, a signed webhook, and Apprise; against real processes and real HTTP."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.notify.command import CommandNotifier, facts_of
from statuswatch.notify.push import PushNotifier
from statuswatch.notify.secret import PUSH_URLS as URLS
from statuswatch.notify.secret import WEBHOOK_SECRET as SECRET
from statuswatch.notify.secret import secret
from statuswatch.notify.webhook import WebhookNotifier, payload, sign
from support.server import Answer, StatusServer, status_server

_EVIL = "$(touch owned) `touch owned`; \x1b]0;owned\x07 | \u202e && \n<b>bold</b>"
OPENED = Notice(
    "t7-0-opened",
    "t7",
    NoticeKind.OPENED,
    datetime(2025, 12, 14, 21, 27, tzinfo=UTC),
    NoticeReason.INCIDENT_POSTED,
    ("anthropic/code:claude-opus-4.5", "anthropic/api:claude-opus-4.5"),
    "Anthropic is failing for Claude Opus 4.5",
    f'Page: "{_EVIL}".',
    "anthropic",
    "anthropic:i1",
    "https://status.example/i1",
    Fault.PROVIDER,
    Confidence.MEDIUM,
)
AMENDED = replace(OPENED, kind=NoticeKind.AMENDED)


def _program(folder: Path, code: str) -> tuple[str, ...]:
    script = folder / "told.py"
    script.write_text(code, encoding="utf-8")
    return sys.executable, str(script)


async def test_the_program_gets_the_notice_in_its_environment_and_no_shell_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET, "hidden")
    monkeypatch.setenv(URLS, "json://hidden")
    wrote = tmp_path / "seen.json"
    argv = _program(tmp_path, f"import json, os; json.dump({{k: v for k, v in os.environ.items() if k.startswith('STATUSWATCH_')}}, open({str(wrote)!r}, 'w'))")
    way = CommandNotifier(argv)
    delivery = await way.deliver(OPENED, None)

    assert (way.name, delivery.ok, delivery.detail) == ("command", True, "ran")
    seen = json.loads(wrote.read_text(encoding="utf-8"))
    assert {name: seen[name] for name in facts_of(OPENED)} == dict(facts_of(OPENED))
    assert (seen["STATUSWATCH_KIND"], seen["STATUSWATCH_ROUTES"]) == ("opened", " ".join(OPENED.routes))
    assert "hidden" not in json.dumps(seen)
    assert all(value.isprintable() for value in facts_of(OPENED).values())
    assert not list(tmp_path.glob("owned")) + list(Path.cwd().glob("owned"))


async def test_the_program_runs_for_its_kinds_and_never_for_a_correction(tmp_path: Path) -> None:
    argv = _program(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    way = CommandNotifier(argv, frozenset({NoticeKind.RESOLVED}))
    assert [(await way.deliver(notice, None)).ok for notice in (OPENED, AMENDED)] == [True, True]
    assert not (tmp_path / "ran").exists()

    await way.deliver(replace(OPENED, kind=NoticeKind.RESOLVED), None)
    assert (tmp_path / "ran").exists()


async def test_a_program_that_fails_is_told_and_not_run_again(tmp_path: Path) -> None:
    delivery = await CommandNotifier(_program(tmp_path, "raise SystemExit(3)")).deliver(OPENED, None)
    assert (delivery.ok, "status 3" in delivery.detail) == (True, True)


async def test_a_program_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    begins = f"import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); open({str(mark)!r}, 'w')"
    code = begins + ".write(str(child.pid)); time.sleep(600)"
    delivering = asyncio.create_task(CommandNotifier(_program(tmp_path, code), run_s=8.0).deliver(OPENED, None))
    delivery = await delivering

    assert "was ended after 8 s" in delivery.detail
    child = int(mark.read_text())
    async with asyncio.timeout(30):
        while _lives(child):  # noqa: ASYNC110 - the end of somebody else's process sets no event
            await asyncio.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


async def test_a_program_that_is_not_there_is_a_failed_delivery_with_its_name(tmp_path: Path) -> None:
    way = CommandNotifier((str(tmp_path / "nothing"),))
    delivery = await way.deliver(OPENED, None)

    assert (delivery.ok, "nothing" in delivery.detail, "No such file" in delivery.detail) == (False, True, True)
    assert (await way.available())[0] is False
    assert (await CommandNotifier((sys.executable,)).available())[0] is True


@pytest.fixture
async def server():
    async with status_server() as running:
        yield running


@pytest.mark.parametrize(
    ("key", "raw"), [("a plain key", b"a plain key"), ("whsec_" + base64.b64encode(b"raw").decode(), b"raw"), ("whsec_not base64!", b"whsec_not base64!")]
)
async def test_the_webhook_gets_signed_json_that_a_receiver_can_verify(server: StatusServer, monkeypatch: pytest.MonkeyPatch, key: str, raw: bytes) -> None:
    monkeypatch.setenv(SECRET, key)
    way = WebhookNotifier(server.serve("/hook", Answer(204)))
    assert (await way.deliver(OPENED, None)).ok
    await way.close()

    (seen,) = server.seen
    signed = f"{seen.headers['webhook-id']}.{seen.headers['webhook-timestamp']}.".encode() + seen.body
    assert seen.headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()
    said = json.loads(seen.body)
    assert (said["type"], said["data"]["id"], said["data"]["fault"]) == ("notice.opened", OPENED.id, "provider")
    assert said["data"]["body"].isprintable()
    assert key not in seen.body.decode()


def test_the_signature_is_that_of_a_known_example() -> None:
    # https://www.standardwebhooks.com: HMAC-SHA256 over `id.timestamp.body`; computed with openssl.
    assert sign("key", "m1", 1765747620, b"{}") == "v1," + base64.b64encode(hmac.digest(b"key", b"m1.1765747620.{}", "sha256")).decode()
    assert payload(OPENED)["timestamp"] == "2025-12-14T21:27:00Z"


@pytest.mark.parametrize("answer", [Answer(500), Answer(301, {"Location": "http://127.0.0.1:1/"}), Answer(404), Answer(cut=True, length=5)])
async def test_a_webhook_that_is_not_taken_is_tried_again_by_whoever_asked(server: StatusServer, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    monkeypatch.setenv(SECRET, "k")
    way = WebhookNotifier(server.serve("/hook", answer))
    delivery = await way.deliver(OPENED, None)
    await way.close()

    assert delivery.ok is (answer.status == 200)  # a cut body after a 200 is taken: the status is all that is read
    assert len(server.seen) == 1


async def test_nothing_is_sent_unsigned_or_to_nobody(monkeypatch: pytest.MonkeyPatch, server: StatusServer) -> None:
    way = WebhookNotifier(server.serve("/hook", Answer(204)))
    delivery = await way.deliver(OPENED, None)
    assert (delivery.ok, server.seen, (await way.available())[0]) == (False, [], False)
    assert "keyring set statuswatch STATUSWATCH_WEBHOOK_SECRET" in delivery.detail

    monkeypatch.setenv(SECRET, "k")
    refused = await WebhookNotifier("http://127.0.0.1:1/").deliver(OPENED, None)
    assert (refused.ok, "did not answer" in refused.detail) == (False, True)


async def test_apprise_gets_the_notice_and_a_correction_is_not_sent(server: StatusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.handlers["/told"] = lambda _seen: Answer(200)
    monkeypatch.setenv(URLS, f"json://127.0.0.1:{server.port}/told json://127.0.0.1:{server.port}/told?x=1")
    way = PushNotifier()
    assert (await way.available()) == (True, "sends to 2 addresses")
    delivery = await way.deliver(OPENED, None)
    await way.deliver(AMENDED, None)
    await way.close()

    assert (delivery.ok, delivery.detail, len(server.seen)) == (True, "sent to 2", 2)
    said = json.loads(server.seen[0].body)
    assert (said["title"], said["type"]) == (OPENED.title, "warning")
    assert OPENED.url is not None
    assert OPENED.url in said["message"]
    assert "\x1b" not in said["message"]


async def test_an_address_that_fails_or_is_none_is_told_by_its_number_and_never_by_its_key(server: StatusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URLS, f"json://user:hidden-key@127.0.0.1:{server.port}/told")
    failed = await PushNotifier().deliver(OPENED, None)
    monkeypatch.setenv(URLS, "json://127.0.0.1:1 hidden-key://nowhere")
    wrong = await PushNotifier().deliver(OPENED, None)
    monkeypatch.delenv(URLS)
    none = await PushNotifier().deliver(OPENED, None)

    assert [item.ok for item in (failed, wrong, none)] == [False, False, False]
    assert "hidden-key" not in failed.detail + wrong.detail + none.detail
    assert "address number 2" in wrong.detail


async def test_a_keyring_is_asked_where_the_environment_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Held(KeyringBackend):
        priority = 1.0

        def set_password(self, *_: str) -> None:
            raise AssertionError("nothing is written")

        def get_password(self, service: str, username: str) -> str | None:
            if username == "LOCKED":
                raise RuntimeError("locked")
            return "from the keyring" if (service, username) == ("statuswatch", SECRET) else None

    before = keyring.get_keyring()
    keyring.set_keyring(Held())
    try:
        assert await secret(SECRET) == "from the keyring"
        assert [await secret("NOTHING"), await secret("LOCKED")] == [None, None]
        monkeypatch.setenv(SECRET, "from the environment")
        assert await secret(SECRET) == "from the environment"
    finally:
        keyring.set_keyring(before)


async def test_without_the_keyring_package_the_environment_alone_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert await secret(SECRET) is None
    monkeypatch.setenv(SECRET, "from the environment")
    assert await secret(SECRET) == "from the environment"


def test_nothing_of_the_person_s_own_environment_is_lost_to_the_program() -> None:
    assert "PATH" in os.environ
    assert set(facts_of(OPENED)) & set(os.environ) == set()

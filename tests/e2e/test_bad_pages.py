"""Pages that are no feed: each reads as unknown, with its reason, on every surface; nothing is claimed and the program goes on."""

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.outage import Terminals, environment, output
from support.server import Answer, status_server

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("bad pages")]
_PAGES = {
    "anthropic": (Answer(body=b"<!DOCTYPE html><html><body>Please log in</body></html>", headers={"Content-Type": "text/html"}), "unreadable", "web page"),
    "openai": (Answer(body=b"", headers={"Content-Type": "application/json"}), "unreadable", "empty"),
    "github": (Answer(status=405, body=b"{}", headers={"x-amzn-waf-action": "captcha"}), "blocked", "405"),
    "mistral": (
        Answer(body=b'{"page": {"id": "x", "name": "y"}, "components": [', headers={"Content-Type": "application/json"}),
        "unreadable",
        "stops in the middle",
    ),
}


@pytest.fixture
def home() -> Iterator[Path]:
    """A path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="swb", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def test_a_page_that_is_no_feed_is_unknown_with_its_reason_everywhere(home: Path) -> None:
    (home / "config" / "providers").mkdir(parents=True, mode=0o700)
    async with status_server() as server:
        for provider, (answer, _, _) in _PAGES.items():
            url = server.serve(f"/{provider}.json", answer)
            (home / "config" / "providers" / f"{provider}.toml").write_text(
                f'id = "{provider}"\n[[feed]]\nformat = "statuspage-summary"\nurl = "{url}"\nsource = "test"\nverified = true\n'
            )
        routes = json.dumps([f"{provider}/api:*" for provider in _PAGES])
        (home / "config" / "config.toml").write_text(f"[watch]\nroutes = {routes}\n")
        env = environment(home)
        engine = await asyncio.create_subprocess_exec(sys.executable, "-m", "statuswatch", "engine", "run", env=env, stderr=asyncio.subprocess.DEVNULL)
        terminals = Terminals(home, home)
        try:
            snapshot = await _all_read(home)
            await terminals.start(())
            dashboard = await _drawn(terminals)
            status, words = await output(sys.executable, "-m", "statuswatch", "status", env=env)
            _, why = await output(sys.executable, "-m", "statuswatch", "why", "anthropic", env=env)
            _, prompt = await output(sys.executable, "-m", "statuswatch", "prompt", env=env)
        finally:
            await terminals.stop()
            engine.send_signal(signal.SIGTERM)
            await engine.wait()

    feeds = {feed["provider"]: feed for feed in snapshot["feeds"]}
    for provider, (_, state, reason) in _PAGES.items():
        assert feeds[provider]["state"] == state, feeds[provider]
        assert reason in feeds[provider]["detail"], feeds[provider]
        assert feeds[provider]["page_health"] == "unknown"
    assert {view["verdict"]["health"] for view in snapshot["routes"]} == {"unknown"}
    assert {view["verdict"]["reason"] for view in snapshot["routes"]} == {"feed_unreadable"}
    assert (status, snapshot["summary"]["exit_status"], prompt) == (4, 4, "")
    for text in (words, dashboard):
        assert text.count("unreadable") >= 3, text
        assert "refuse" in text or "blocked" in text, text
        assert "fine" not in text, text
    assert "unreadable" in why, why


async def _drawn(terminals: Terminals) -> str:
    """The dashboard once it shows the pages."""
    for _ in range(600):
        shown = await terminals.dashboard()
        if shown.count("unreadable") >= 3 and ("refuse" in shown or "blocked" in shown):
            break
        await asyncio.sleep(0.1)
    return shown


async def _all_read(home: Path) -> dict[str, object]:
    for _ in range(600):
        try:
            snapshot = json.loads((home / "run" / "snapshot.json").read_text())
        except FileNotFoundError:
            snapshot = {"feeds": []}
        if len([feed for feed in snapshot["feeds"] if feed["state"]]) == len(_PAGES):
            return dict(snapshot)
        await asyncio.sleep(0.1)
    raise AssertionError(f"the engine has not read all pages: {snapshot['feeds']}")


async def test_a_slip_in_the_settings_names_file_line_key_and_the_nearest_known_key(home: Path) -> None:
    (home / "config").mkdir(parents=True, mode=0o700)
    (home / "config" / "config.toml").write_text('[watch]\nroutes = ["anthropic/api:*"]\n\n[poll]\nintervall_s = 60\n')
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "statuswatch", "engine", "run", env=environment(home), stderr=asyncio.subprocess.PIPE)
    _, said = await asyncio.wait_for(process.communicate(), 100)

    assert process.returncode == 2
    assert b"config.toml:5" in said
    assert b"intervall_s" in said
    assert b"interval_s" in said
    assert b"Traceback" not in said

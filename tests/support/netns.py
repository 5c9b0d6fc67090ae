"""A network of its own for one process: namespaces of the kernel, made with unshare and iproute2, in which nothing but what a test sets up answers."""

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.outage import environment
from support.recordings import missing

_UNSHARE = ("unshare", "-nm") if os.geteuid() == 0 else ("unshare", "-rnm")
PORTAL = """
import http.server, ssl, sys, threading
PAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><form>Log in to use this network</form></body></html>"
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)
    def log_message(self, *_): pass
def serve(port, cert=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer)
    if cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
serve(8081); serve(8082)
if len(sys.argv) > 1: serve(443, sys.argv[1])
threading.Event().wait()
"""
PAGES = """
import http.server, json, threading
BODY = json.dumps({"page": {"id": "p", "name": "P", "url": "https://status.example"}, "status": {"indicator": "none", "description": "All Systems Operational"},
    "components": [{"id": "c", "name": "API", "status": "operational"}], "incidents": [], "scheduled_maintenances": []}).encode()
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8082), Answer).serve_forever()
"""


def usable() -> None:
    """Skip (or fail where it is required) where no such network can be made."""
    for program in ("unshare", "ip", "mount"):
        if shutil.which(program) is None:
            missing("netns", f"{program} is not installed (util-linux, iproute2)")
    tried = subprocess.run([*_UNSHARE, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False, timeout=30)
    if tried.returncode:
        missing("netns", f"no namespace can be made here: {tried.stderr.strip()[:200]}")


@dataclass
class Lone:
    """An engine that runs in such a network, with the home and the records of one person."""

    home: Path

    def prepare(self, routes: list[str], urls: dict[str, str] | None = None) -> None:
        """Settings: what is watched, other addresses for feeds, and consent to read one client's records."""
        config = self.home / "config"
        config.mkdir(mode=0o700, parents=True)
        lines = ["[watch]", f"routes = {json.dumps(routes)}", "[poll]", "interval_s = 15.0", "fast_interval_s = 10.0", "slow_interval_s = 60.0"]
        for provider, url in (urls or {}).items():
            lines += [f"[providers.{provider}]", f"urls = [{json.dumps(url)}]"]
        (config / "config.toml").write_text("\n".join(lines), encoding="utf-8")
        (config / "sources.toml").write_text("[sources]\nclaude-code = true\n", encoding="utf-8")
        self.record.parent.mkdir(parents=True)
        self.note({"type": "attachment", "attachment": {"type": "model", "identity": {"modelId": "claude-opus-4-5"}}})

    @property
    def record(self) -> Path:
        return self.home / "me" / ".claude" / "projects" / "p" / "5e551011-0000-4000-8000-000000000001.jsonl"

    def note(self, *lines: dict[str, Any]) -> None:
        """Write lines as the client would."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        with self.record.open("a", encoding="utf-8") as file:
            for line in lines:
                whole = {"sessionId": "5e551011-0000-4000-8000-000000000001", "version": "2.1.330", "cwd": "/home/ada/engine", "timestamp": now, **line}
                file.write(json.dumps(whole) + "\n")

    def no_answer(self, code: str, number: int = 1) -> None:
        """A call that got no response, as the client writes it."""
        error = {"message": "Connection error.", "connection": {"code": code, "message": code, "isSSLError": False}, "isNetworkDown": True}
        self.note({"type": "system", "subtype": "api_error", "level": "error", "uuid": f"e{number}", "error": error, "retryAttempt": 1, "maxRetries": 10})

    def snapshot(self) -> dict[str, Any]:
        try:
            return json.loads((self.home / "run" / "snapshot.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
        except (OSError, ValueError):
            return {}

    def verdict(self, provider: str) -> dict[str, Any]:
        return next((view["verdict"] for view in self.snapshot().get("routes", []) if view["provider"] == provider), {})

    async def until(self, holds: Callable[[], bool], within: float = 120.0) -> None:
        """Wait until `holds`, or fail with what the engine says."""
        for _ in range(int(within / 0.2)):
            if holds():
                return
            await asyncio.sleep(0.2)
        told = [
            (view["route"], {key: view["verdict"][key] for key in ("health", "fault", "confidence", "reason", "evidence")})
            for view in self.snapshot()["routes"]
        ]
        feeds = [(feed["name"], feed["state"], feed["detail"]) for feed in self.snapshot()["feeds"]]
        raise AssertionError(f"not within {within} s: {told}\n{feeds}\n{self.snapshot()['summary']}\n{self.snapshot()['problems']}")


@contextlib.asynccontextmanager
async def lone_engine(person: Lone, *setup: str, hosts: str = "", resolver: str = "", server: str = "", argument: str = "") -> AsyncIterator[Lone]:
    """`statuswatch engine run` in a network of its own. `setup`: shell lines run inside first; `server`: a Python program that runs beside it."""
    lines = ["set -e", "ip link set lo up", *setup]
    for text, target in ((hosts, "/etc/hosts"), (resolver, "/etc/resolv.conf")):
        if text:
            file = person.home / target.rpartition("/")[2]
            file.write_text(text, encoding="ascii")
            lines.append(f"mount --bind {shlex.quote(str(file))} {target}")
    if server:
        lines.append(f"{shlex.quote(sys.executable)} -c {shlex.quote(server)} {shlex.quote(argument) if argument else ''} &")
    lines.append(f"exec {shlex.quote(sys.executable)} -m statuswatch engine run")
    env = environment(person.home, HOME=str(person.home / "me"))
    log = (person.home / "log.txt").open("wb")
    process = await asyncio.create_subprocess_exec(*_UNSHARE, "sh", "-c", "\n".join(lines), env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        yield person
        assert process.returncode is None, (person.home / "log.txt").read_text(errors="replace")[-2000:]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        log.close()

"""Claude Code as it is, with the tools of `statuswatch mcp`, against a model that asks for them: what it was given, and what it got.

`python agent.py '{}'`, started by `support.realclients.in_nowhere` in namespaces of its own (see cell.py); prints one JSON object. The model is played here:
it asks for `why`, then for `wait`, while the engine's picture tells of trouble; once it waits, what it waits for is back.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cell import Names, raise_loopback, route_nowhere

from statuswatch.simulate.streams import event
from support import snapshots
from support.published import Engine
from support.realclients import CLIENTS, Ground, environment, settle_in

PREFIX = "mcp__statuswatch__"
STEPS = (("why", {"subject": "opus"}), ("wait", {"subject": snapshots.OPUS, "timeout_s": 120}))
LEAVE_S = 400.0


class Model:
    """The model's answers: as many tools as there are steps, then a text. `tools` and `results` are what Claude Code sent of them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.tools: dict[str, Any] = {}
        self.results: list[Any] = []
        self.asked: list[str] = []

    def answer(self, request: dict[str, Any]) -> tuple[bytes, ...]:
        """The events of one answer."""
        ours = {tool["name"]: tool for tool in request.get("tools", ()) if tool.get("name", "").startswith(PREFIX)}
        if not ours:
            return _text(request, "No tools, so nothing to do.")
        self.tools = ours
        self.results = [
            part
            for message in request["messages"]
            if isinstance(message["content"], list)
            for part in message["content"]
            if part.get("type") == "tool_result" and str(part.get("tool_use_id", "")).startswith("toolu_statuswatch")
        ]
        step = len(self.results)
        if step >= len(STEPS):
            return _text(request, "It was them, and it is back.")
        name, given = STEPS[step]
        if name == "wait":
            threading.Timer(2.0, lambda: self.engine.show(_well())).start()
        return _tool(request, step, name, given)


def _well() -> Any:
    return snapshots.snapshot(routes=(snapshots.route_view(snapshots.OPUS, title="Claude Opus 4.5"),))


def _begun(request: dict[str, Any]) -> dict[str, Any]:
    usage = {"input_tokens": 12, "output_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": request.get("model"), "content": [], "stop_reason": None, "usage": usage}


def _events(request: dict[str, Any], block: dict[str, Any], delta: dict[str, Any], stop: str) -> tuple[bytes, ...]:
    rows = (
        {"type": "message_start", "message": _begun(request)},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    )
    return tuple(event(json.dumps(row), row["type"]) for row in rows)


def _text(request: dict[str, Any], text: str) -> tuple[bytes, ...]:
    return _events(request, {"type": "text", "text": ""}, {"type": "text_delta", "text": text}, "end_turn")


def _tool(request: dict[str, Any], step: int, name: str, given: dict[str, Any]) -> tuple[bytes, ...]:
    block = {"type": "tool_use", "id": f"toolu_statuswatch{step}", "name": PREFIX + name, "input": {}}
    return _events(request, block, {"type": "input_json_delta", "partial_json": json.dumps(given)}, "tool_use")


def handler(model: Model) -> type[BaseHTTPRequestHandler]:
    """What serves the Messages API."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            model.asked.append(self.path)
            if "/messages" not in self.path or "count_tokens" in self.path:
                self._send("application/json", b'{"input_tokens":12}')
            else:
                self._send("text/event-stream", b"".join(model.answer(json.loads(body))))

        def do_GET(self) -> None:
            model.asked.append(self.path)
            self._send("application/json", b"{}")

        def _send(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: object) -> None:
            """Nothing is printed but the result."""

    return Handler


def main() -> None:
    """Play it."""
    raise_loopback()
    route_nowhere()
    with tempfile.TemporaryDirectory(prefix="swa") as place:
        folder = Path(place)
        names = Names(folder)
        names.start()
        with Engine() as engine:
            engine.show(snapshots.trouble())
            model = Model(engine)
            with ThreadingHTTPServer(("127.0.0.1", 0), handler(model)) as server:
                threading.Thread(target=server.serve_forever, daemon=True).start()
                done = _played(f"http://127.0.0.1:{server.server_address[1]}", folder)
                server.shutdown()
        result = {"tools": model.tools, "results": model.results, "asked": model.asked, "names": sorted(set(names.asked)), "commands": len(engine.commands)}
        sys.stdout.write(json.dumps({**result, "exit": done.returncode, "said": done.stdout[-2000:], "noise": done.stderr[-2000:]}) + "\n")
        subprocess.run(["umount", "/etc/resolv.conf"], check=False, capture_output=True)


def _played(url: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    client = CLIENTS["claude-code"]
    ground = Ground(url, folder / "home")
    settle_in(client, ground)
    env = {**environment(client, ground), "ENABLE_TOOL_SEARCH": "false"}  # all tools at once; else the model would have to look for them first

    mine = {name: os.environ[name] for name in ("STATUSWATCH_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "PYTHONPATH") if name in os.environ}
    server = {"command": sys.executable, "args": ["-m", "statuswatch", "mcp"], "env": mine}
    settings = folder / "mcp.json"
    settings.write_text(json.dumps({"mcpServers": {"statuswatch": server}}))
    allowed = ",".join(PREFIX + name for name, _ in STEPS)
    program = shutil.which("claude", path=env["PATH"]) or "claude"
    argv = (program, "-p", "The call failed. Is it them or me?", "--model", client.model, "--mcp-config", str(settings), "--strict-mcp-config")
    return subprocess.run(
        (*argv, "--allowedTools", allowed),
        env=env,
        cwd=ground.home / "project",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LEAVE_S,
        check=False,
    )


if __name__ == "__main__":
    main()

"""The coding clients themselves, as a person has them installed: what each needs in a home of its own to call a provider on this machine and nobody else.

They are installed once, below $STATUSWATCH_CLIENTS (else .venv/clients), with exact versions from e2e/clients; two of them are not free software, so they are
run here as they come from their registry and are never part of this project.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statuswatch.sources.clients import CLIENTS as KNOWN
from statuswatch.sources.clients import folders_of

KEY = "sk-fake-0123456789-abcdefghij-0123456789"
PROMPT = "Say hello."
_CELL_S = 2400.0
_WARM_S = 300.0
_APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--map-root-user")
_ROOT = Path(__file__).resolve().parents[2]
# Read when the module is: tests run in a cleaned environment.
_PLACE = Path(os.environ.get("STATUSWATCH_CLIENTS") or _ROOT / ".venv" / "clients")
_PYTHONPATH = os.environ.get("PYTHONPATH", "")


def place() -> Path:
    """Where the clients are installed."""
    return _PLACE


def ready() -> str:
    """Why the clients cannot be run here, empty where they can."""
    if not (place() / "ready").exists():
        return f"they are not installed below {place()}: make clients"
    return "" if shutil.which("unshare") else "unshare (util-linux), which makes the network that leads nowhere, is not installed"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a client is to live: the provider's origin, its home, and the address to which calls may be exported (empty: nowhere)."""

    url: str
    home: Path
    otlp: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """One client. `api` is what it speaks, `model` what it is told to use; `settings` are its files below the home, made with the provider's address.

    `environ` are its own variables beyond HOME and PATH: the address, a false key, and every switch it documents for saying nothing to anyone else.
    `patience_s` is how long after its first failed call a person waits for it, where it goes on trying. `exports`: its record says too little of failures,
    so the person has let it export its calls as well. `asks`: names that it asks for although every switch that it documents is off (nobody answers here).
    """

    name: str
    provider: str
    api: str
    model: str
    argv: tuple[str, ...]
    settings: Callable[["Ground"], Mapping[str, str]]
    environ: Callable[["Ground"], Mapping[str, str]]
    patience_s: float
    exports: bool = False
    asks: frozenset[str] = frozenset()


def _claude_settings(ground: Ground) -> Mapping[str, str]:
    known = {
        "hasCompletedOnboarding": True,
        "customApiKeyResponses": {"approved": [KEY[-20:]], "rejected": []},
        "projects": {str(ground.home / "project"): {"hasTrustDialogAccepted": True}},
    }
    return {".claude.json": json.dumps(known)}


def _claude_environ(ground: Ground) -> Mapping[str, str]:
    return {
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": ground.url,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "CLAUDE_CODE_MAX_RETRIES": "2",
    }


def _codex_settings(ground: Ground) -> Mapping[str, str]:
    lines = (
        'model = "gpt-5.1-codex"',
        f'openai_base_url = "{ground.url}/v1"',
        "check_for_update_on_startup = false",
        "[analytics]\nenabled = false",
        "[feedback]\nenabled = false",
        "[features]\nplugins = false\nremote_plugin = false\napps = false\nskill_search = false",
        f'[otel]\nmetrics_exporter = "none"\nexporter = {{ otlp-http = {{ endpoint = "{ground.otlp}/v1/logs", protocol = "json" }} }}' if ground.otlp else "",
    )
    return {".codex/config.toml": "\n".join(lines) + "\n"}


def _codex_environ(_ground: Ground) -> Mapping[str, str]:
    return {"CODEX_API_KEY": KEY}


def _opencode_settings(ground: Ground) -> Mapping[str, str]:
    options = {"baseURL": f"{ground.url}/v1", "apiKey": KEY}
    settings = {
        "model": "anthropic/claude-opus-4-5",
        "small_model": "anthropic/claude-haiku-4-5",
        "provider": {"anthropic": {"options": options}},
        "autoupdate": False,
        "share": "disabled",
    }
    return {".config/opencode/opencode.json": json.dumps(settings)}


def _opencode_environ(_ground: Ground) -> Mapping[str, str]:
    return dict.fromkeys(
        ("OPENCODE_DISABLE_AUTOUPDATE", "OPENCODE_DISABLE_MODELS_FETCH", "OPENCODE_DISABLE_LSP_DOWNLOAD", "OPENCODE_DISABLE_DEFAULT_PLUGINS"), "1"
    )


def _gemini_settings(ground: Ground) -> Mapping[str, str]:
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "privacy": {"usageStatisticsEnabled": False},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False, "maxAttempts": 2},
        "telemetry": {"enabled": True, "target": "local", "otlpProtocol": "http", "otlpEndpoint": ground.otlp, "logPrompts": False},
    }
    return {".gemini/settings.json": json.dumps(settings)}


def _gemini_environ(ground: Ground) -> Mapping[str, str]:
    return {"GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": ground.url}


def _copilot_environ(ground: Ground) -> Mapping[str, str]:
    return {
        "COPILOT_PROVIDER_BASE_URL": ground.url,
        "COPILOT_PROVIDER_TYPE": "anthropic",
        "COPILOT_PROVIDER_API_KEY": KEY,
        "COPILOT_MODEL": "claude-sonnet-4.5",
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
        # It unpacks itself into a cache at its first start; one place for all homes spares that.
        "XDG_CACHE_HOME": str(place() / "cache"),
    }


CLIENTS = {
    client.name: client
    for client in (
        Client(
            "claude-code",
            "anthropic",
            "messages",
            "claude-opus-4-5",
            ("claude", "-p", PROMPT, "--model", "claude-opus-4-5"),
            _claude_settings,
            _claude_environ,
            20.0,
        ),
        Client(
            "codex",
            "openai",
            "responses",
            "gpt-5.1-codex",
            ("codex", "exec", "--skip-git-repo-check", "--sandbox", "read-only", PROMPT),
            _codex_settings,
            _codex_environ,
            45.0,
            exports=True,
            asks=frozenset({"api.chatgpt.com"}),  # with any exporter set, at its start
        ),
        Client(
            "opencode",
            "anthropic",
            "messages",
            "claude-opus-4-5",
            ("opencode", "run", "--pure", PROMPT),
            _opencode_settings,
            _opencode_environ,
            12.0,
            asks=frozenset({"registry.npmjs.org"}),
        ),
        Client(
            "gemini-cli",
            "google-gemini",
            "generate-content",
            "gemini-2.5-pro",
            ("gemini", "--skip-trust", "-m", "gemini-2.5-pro", "-p", PROMPT),
            _gemini_settings,
            _gemini_environ,
            25.0,
            exports=True,
        ),
        Client(
            "copilot-cli",
            "anthropic",
            "messages",
            "claude-sonnet-4.5",
            ("copilot", "-p", PROMPT, "--allow-all-tools", "--disable-client-telemetry"),
            lambda _ground: {},
            _copilot_environ,
            30.0,
        ),
    )
}


def environment(client: Client, ground: Ground) -> dict[str, str]:
    """Everything the client is started with: nothing of this machine's environment but where programs are."""
    base = place()
    kept = {"PATH": f"{base / 'bin'}:{base / 'node_modules' / '.bin'}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb", "NO_COLOR": "1"}
    # What Node compiled once is kept for all homes, as it would be for one.
    return {**kept, "HOME": str(ground.home), "NODE_COMPILE_CACHE": str(base / "cache" / "node"), **client.environ(ground)}


def settle_in(client: Client, ground: Ground) -> None:
    """Write the client's own files, and make the folders of its records, as its first start by a person would leave them."""
    records = KNOWN[client.name]
    for folder in ("project", *(f"{records.roots[0]}/{below}" for below in folders_of(records))):
        (ground.home / folder).mkdir(parents=True, exist_ok=True)
    for relative, text in client.settings(ground).items():
        file = ground.home / relative
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def warmed(client: Client, home: Path) -> None:
    """Start the client once for nothing, in a network that leads nowhere: what it unpacks and compiles at its first start is not done by four at a time."""
    ground = Ground("http://127.0.0.1:9", home)
    settle_in(client, ground)
    argv = (*_APART, client.argv[0], "--version")
    subprocess.run(argv, env=environment(client, ground), cwd=home, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WARM_S, check=False)


async def played(
    client: str, failure: str, *, prompts: int = 1, times: int | None = None, slots: Sequence[str] = (), want: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """Play one cell in a network that leads nowhere (see e2e/clients/cell.py), and what came of it. Fails where such a network cannot be made."""
    cell = Path(__file__).resolve().parents[1] / "e2e" / "clients" / "cell.py"
    wanted = {"client": client, "failure": failure, "prompts": prompts, "times": times, "slots": list(slots), "leash": True, "want": want}
    modules = os.pathsep.join(name for name in (_PYTHONPATH, str(_ROOT / "tests")) if name)
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "STATUSWATCH_CLIENTS": str(_PLACE), "PYTHONPATH": modules}
    argv = (*_APART, sys.executable, str(cell), json.dumps(wanted))
    # The cell ends when the other end of its input is closed: by us, or by the end of us.
    leash, hand = os.pipe()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, env=env, stdin=leash, stdout=pipe, stderr=pipe, limit=1 << 24)
    os.close(leash)
    try:
        out, err = await asyncio.wait_for(process.communicate(), _CELL_S)
    finally:
        os.close(hand)
        await process.wait()
    assert process.returncode == 0, err.decode("utf-8", "replace")[-3000:]
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    return result

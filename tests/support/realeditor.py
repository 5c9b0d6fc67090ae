"""VS Code itself, as its web build from the package registry, with windows in a browser without a screen: what a person would see, and click.

It is installed once, below $STATUSWATCH_VSCODE (else .venv/vscode), with exact versions from e2e/vscode; it is only run, never part of this project.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import sys
import zipfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from support.recordings import missing

_ROOT = Path(__file__).resolve().parents[2]
_PLACE = Path(os.environ.get("STATUSWATCH_VSCODE") or _ROOT / ".venv" / "vscode")  # read when the module is: tests run in a cleaned environment
_DRIVER = _ROOT / "tests" / "e2e" / "vscode" / "windows.mjs"
PACKAGE = _ROOT / "extensions" / "vscode" / "statuswatch.vsix"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 60.0
_START_S = 120.0
SETTINGS = {
    "workbench.startupEditor": "none",
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "chat.disableAIFeatures": True,
    "workbench.enableExperiments": False,
    "workbench.tips.enabled": False,
    "window.commandCenter": False,
    "workbench.layoutControl.enabled": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "window.autoDetectColorScheme": False,
    "git.enabled": False,
    "workbench.hover.delay": 200,
    "remote.autoForwardPorts": False,
}


def node() -> Path:
    return _ROOT / ".venv" / "node" / "bin" / "node"


def needed() -> str:
    """The browser's program; skips or fails where the editor cannot be run here."""
    if not (_PLACE / "ready").exists() or not PACKAGE.exists():
        missing("vscode", f"the editor is not installed below {_PLACE}, or the extension is not packaged: make vscode editor")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        missing("vscode", f"no browser of these is installed: {', '.join(BROWSERS)}")
    assert browser
    return browser


class Editor:
    """One running VS Code with the packaged extension installed from its file. `home` holds its own settings and extensions.

    `installed`: the program is where `uv` and `pipx` put it, below the person's home; nothing else leads to it.
    """

    def __init__(self, home: Path, env: Mapping[str, str], *, installed: bool = True) -> None:
        self._home = home
        self._installed = installed
        self._env = {**env, "HOME": str(home / "user"), "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "share")}
        self.url = ""
        self.process: asyncio.subprocess.Process | None = None
        self._settings = dict[str, Any](SETTINGS)

    def _argv(self, *words: str) -> list[str]:
        entry = _PLACE / "node_modules" / "code-server" / "out" / "node" / "entry.js"
        return [str(node()), str(entry), "--user-data-dir", str(self._home / "data"), "--extensions-dir", str(self._home / "extensions"), *words]

    def settings(self, **changed: Any) -> None:
        """Change what a person has set; names have `__` for a dot. Settings of the machine are written as well: the extension runs where the records are."""
        self._settings.update({name.replace("__", "."): value for name, value in changed.items()})
        for scope in ("User", "Machine"):
            file = self._home / "data" / scope / "settings.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(self._settings), encoding="utf-8")

    async def start(self) -> None:
        """Install the extension from its file, start, and wait until windows can be opened."""
        for folder in ("user/.local/bin", "workspace"):
            (self._home / folder).mkdir(parents=True)
        if self._installed:
            (self._home / "user" / ".local" / "bin" / "statuswatch").symlink_to(Path(sys.executable).with_name("statuswatch"))
        self.settings()
        installed = await self._run("--install-extension", str(PACKAGE))
        assert "was successfully installed" in installed, installed
        words = ("--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust")
        log = self._home / "editor.log"
        with log.open("wb") as sink:
            argv = self._argv(*words, "--disable-getting-started-override", str(self._home / "workspace"))
            self.process = await asyncio.create_subprocess_exec(*argv, env=self._env, cwd=self._home, stdout=sink, stderr=sink, start_new_session=True)
        for _ in range(int(_START_S / 0.1)):
            found = re.search(r"HTTP server listening on (http://127\.0\.0\.1:\d+)/", log.read_text("utf-8", "replace"))
            if found:
                self.url = f"{found[1]}/?folder={self._home / 'workspace'}"
                return
            assert self.process.returncode is None, log.read_text("utf-8", "replace")[-3000:]
            await asyncio.sleep(0.1)
        raise AssertionError(f"the editor did not start: {log.read_text('utf-8', 'replace')[-3000:]}")

    async def _run(self, *words: str) -> str:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*self._argv(*words), env=self._env, cwd=self._home, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
        out, _ = await asyncio.wait_for(process.communicate(), _START_S)
        return out.decode("utf-8", "replace")

    async def stop(self) -> None:
        if self.process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), 10)


class Driver:
    """The browser, and what it answers. See e2e/vscode/windows.mjs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._asked = dict[str, asyncio.Future[Any]]()
        self._number = itertools.count()
        self.ready = asyncio.get_running_loop().create_future()

    async def read(self) -> None:
        assert self._process.stdout
        self._asked["ready"] = self.ready
        async for line in self._process.stdout:
            answer = json.loads(line)
            future = self._asked.pop(answer["id"])
            if future.cancelled():
                continue
            if "error" in answer:
                future.set_exception(AssertionError(answer["error"]))
            else:
                future.set_result(answer["value"])
        for future in self._asked.values():
            future.set_exception(AssertionError("the browser has ended"))

    async def ask(self, window: str, deed: str, **more: Any) -> Any:
        assert self._process.stdin
        name = str(next(self._number))
        future = self._asked[name] = asyncio.get_running_loop().create_future()
        asked = {"id": name, "window": window, "do": deed, "within_ms": int(PATIENCE_S * 1000), **more}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        return await asyncio.wait_for(future, PATIENCE_S + 30)


class Window:
    """One window of the editor: a browser of its own, which has the eyes of its person."""

    def __init__(self, driver: Driver, name: str) -> None:
        self._driver = driver
        self.name = name

    async def ask(self, deed: str, **more: Any) -> Any:
        return await self._driver.ask(self.name, deed, **more)

    async def open(self, url: str, **size: int) -> None:
        """Show the editor and wait until it can be used."""
        await self.ask("open", url=url, **size)
        await self.ask("wait", css=".monaco-workbench .statusbar-item")

    async def texts(self, css: str) -> list[str]:
        """The texts of all that match, each on one line."""
        return [" ".join(text.split()) for text in await self.ask("texts", css=css)]

    async def until(self, css: str, wanted: str, *, gone: bool = False) -> str:
        """The first text that the pattern is found in; `gone`: wait until there is none."""
        seen: list[str] = []
        for _ in range(int(PATIENCE_S / 0.1)):
            seen = await self.texts(css)
            found = next((text for text in seen if re.search(wanted, text)), None)
            if (found is None) is gone:
                return found or ""
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.name}: {'still' if gone else 'never'} {wanted!r} in {css}: {seen}")

    async def status(self, wanted: str) -> str:
        """What the status bar's item shows, once the pattern is found in it."""
        return await self.until(STATUS, wanted)

    async def spoken(self) -> str:
        return str(await self.ask("attribute", css=f"{STATUS} a", name="aria-label"))

    async def until_spoken(self, wanted: str) -> str:
        """What a screen reader says of the item, once the pattern is found in it."""
        said = ""
        for _ in range(int(PATIENCE_S / 0.1)):
            said = await self.spoken()
            if re.search(wanted, said):
                return said
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.name}: never said {wanted!r}: {said!r}")

    async def linked(self) -> list[str]:
        """The addresses that this window has opened, once there is one."""
        for _ in range(int(PATIENCE_S / 0.1)):
            opened = [str(url) for url in await self.ask("opened") if url != "about:blank"]
            if opened:
                return opened
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.name}: no page was opened")

    async def told(self, wanted: str = "") -> list[str]:
        """All messages that this window has ever shown; with a pattern: once one of them has it."""
        for _ in range(int(PATIENCE_S / 0.1)):
            said = [str(text) for text in await self.ask("told")]
            if not wanted or any(re.search(wanted, text) for text in said):
                return said
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.name}: {wanted!r} was never told: {said}")

    async def press(self, message: str, button: str) -> None:
        """Press a button of the message."""
        toast = f'.notification-toast:has-text("{message}")'
        await self.ask("click", css=f"{toast} .monaco-button", text=button)

    async def command(self, title: str) -> None:
        """Run a command as a person does: by the palette."""
        await self.ask("press", keys="F1")
        await self.ask("wait", css=".quick-input-widget input")
        await self.ask("type", text=title)
        await self.ask("wait", css=".quick-input-list .monaco-list-row", text=title)
        await self.ask("press", keys="Enter")

    async def panel(self, wanted: str) -> str:
        """The text of the panel, once the pattern is found in it."""
        texts: list[str] = []
        for _ in range(int(PATIENCE_S / 0.1)):
            texts = [str(text) for text in await self.ask("frames") if text]
            found = next((text for text in texts if re.search(wanted, text)), None)
            if found is not None:
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(f"{self.name}: never {wanted!r} in a panel: {texts}")


STATUS = '.statusbar-item[id="statuswatch.statuswatch.statuswatch.status"]'
TREE = ".pane-body .monaco-list-row"


@contextlib.asynccontextmanager
async def browsing(browser: str) -> AsyncIterator[Driver]:
    """A browser to open windows in."""
    pipe = asyncio.subprocess.PIPE
    argv = (str(node()), str(_DRIVER), browser, str(_PLACE))
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    process = await asyncio.create_subprocess_exec(*argv, env=env, stdin=pipe, stdout=pipe, limit=1 << 24, start_new_session=True)
    driver = Driver(process)
    reading = asyncio.create_task(driver.read())
    try:
        await asyncio.wait_for(driver.ready, _START_S)
        yield driver
    finally:
        assert process.stdin
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await asyncio.gather(reading, return_exceptions=True)


@contextlib.asynccontextmanager
async def editing(home: Path, env: Mapping[str, str], *, installed: bool = True, **settings: Any) -> AsyncIterator[Editor]:
    """A running editor; skips or fails where there is none here."""
    needed()
    editor = Editor(home, env, installed=installed)
    if settings:
        editor.settings(**settings)
    try:
        await editor.start()
        yield editor
    finally:
        await editor.stop()


def packaged() -> dict[str, bytes]:
    """The files of the built extension."""
    with zipfile.ZipFile(PACKAGE) as archive:
        return {name: archive.read(name) for name in archive.namelist()}

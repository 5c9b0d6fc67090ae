"""The packaged extension in a real VS Code, whose windows a test reads and clicks in: through the replayed outage, without an engine, with hostile feeds."""

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from statuswatch.config import paths
from statuswatch.core.ids import parse_route
from statuswatch.core.moment import format_time
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.engine.clock import ScaledClock, read_monotonic
from statuswatch.simulate.play import Event, Play
from statuswatch.simulate.reading import load
from support import snapshots
from support.outage import HAIKU, OPUS, environment, output
from support.published import Engine
from support.realeditor import STATUS, TREE, Driver, Editor, Window, browsing, editing, needed, packaged

pytestmark = [pytest.mark.surface("vscode"), pytest.mark.timeout(420), pytest.mark.xdist_group("vscode")]

# 106 minutes of an outage in as many seconds: 78 of them are trouble, and a person needs 15 of those for what is clicked and looked at.
SPEED = 60.0
OWN_FRAME = "/fake.html?id="  # where the editor puts what an extension writes into its panel
LONG_S = 3600.0
CALM = timedelta(minutes=15)
SHOTS = os.environ.get("STATUSWATCH_SHOTS", "")
NOTHING_KNOWN = "^\u2013 statuswatch$"
UNKNOWN = "^\u2013$"
TROUBLE = "(▲ opus failing|● opus down)"
VIEW = '.activitybar .action-item a[aria-label^="statuswatch"]'
HOVER = ".workbench-hover-container"
INCIDENT = "anthropic:9g6qpr72ttbr"
ADDRESS = "https://status.example/incidents/9g6qpr72ttbr"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A path short enough for sockets, where the program that the editor starts looks as well."""
    with tempfile.TemporaryDirectory(prefix="swc", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("STATUSWATCH_HOME", str(Path(folder) / "home"))
        yield Path(folder)


@asynccontextmanager
async def at_work(home: Path, *, installed: bool = True, **settings: Any) -> AsyncIterator[tuple[Driver, Editor]]:
    """A browser and an editor, beside each other."""
    browser = needed()
    async with browsing(browser) as driver, editing(home / "editor", environment(home / "home"), installed=installed, **settings) as editor:
        try:
            yield driver, editor
        except BaseException:
            for log in (home / "engine.log", *(home / "editor" / "data" / "logs").rglob("*statuswatch*.log")):
                print(log.name, log.read_text("utf-8", "replace")[-3000:] if log.exists() else "is missing")  # noqa: T201 - pytest shows it beside the failure
            raise


async def window(driver: Driver, editor: Editor, name: str = "one") -> Window:
    opened = Window(driver, name)
    await opened.open(editor.url)
    return opened


async def picture(seen: Window, name: str, *, away: bool = True) -> None:
    """Keep what the window looks like, for a person to judge. `away`: with the mouse where it points at nothing."""
    if SHOTS:
        if away:
            await seen.ask("away")
        await asyncio.sleep(1)  # until what fades in has done so
        await seen.ask("shot", path=str(Path(SHOTS) / f"{name}.png"))


async def hover(seen: Window, wanted: str) -> str:
    """The text of the status item's hover, once the pattern is found in it. It closes where what it says changes, so it is asked for again and again."""
    shown: list[str] = []
    for attempt in range(300):
        if attempt % 10 == 0:
            await seen.ask("away")
            await seen.until(HOVER, ".", gone=True)
            await seen.ask("hover", css=STATUS)
        shown = await seen.texts(HOVER)
        found = next((text for text in shown if re.search(wanted, text)), None)
        if found:
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(f"never {wanted!r} in the hover: {shown}")


def still(picture: snapshots.Snapshot) -> snapshots.Snapshot:
    """A picture whose ages do not depend on the day of the test."""
    return replace(picture, engine=replace(picture.engine, simulated="test"))


def notice(
    name: str, kind: NoticeKind = NoticeKind.OPENED, title: str = "Anthropic is failing for Claude Opus 4.5", body: str = "7 of 9 calls got 529."
) -> Notice:
    about = (NoticeReason.OWN_FAILURES, (snapshots.OPUS,), title, body, "anthropic")
    return Notice(name, f"trouble-{name}", kind, snapshots.minutes_ago(0), *about, INCIDENT, ADDRESS)


class Outage:
    """The replayed outage, and the engine that watches it: a process that a test kills."""

    def __init__(self, home: Path) -> None:
        self._script = load("claude-2025-12-14")
        self._start = self._script.start - CALM
        self._clock = ScaledClock(self._start, SPEED)
        self._zero = read_monotonic()
        self._home = home
        self._env: dict[str, str] = {}
        self._engine: asyncio.subprocess.Process | None = None
        self.posts: list[Event] = []

    @asynccontextmanager
    async def playing(self) -> AsyncIterator["Outage"]:
        async with Play(self._script, self._clock, self._home, self._happened, [parse_route(OPUS), parse_route(HAIKU)]) as play:
            said = json.dumps({"name": self._script.name, "start": format_time(self._start), "speed": SPEED, "zero": self._zero})
            self._env = {**environment(self._home), **play.environment, "STATUSWATCH_SIMULATION": said}
            await self.start()
            try:
                yield self
            finally:
                await self.end(signal.SIGTERM)

    def _happened(self, event: Event) -> None:
        if event.event == "page":
            self.posts.append(event)

    async def start(self) -> None:
        with (self._home.parent / "engine.log").open("ab") as log:
            self._engine = await asyncio.create_subprocess_exec(sys.executable, "-m", "statuswatch", "engine", "run", env=self._env, stderr=log)

    async def end(self, number: signal.Signals) -> None:
        assert self._engine
        if self._engine.returncode is None:
            self._engine.send_signal(number)
        await asyncio.wait_for(self._engine.wait(), 60)


async def test_a_person_in_two_windows_goes_through_the_outage(home: Path) -> None:
    async with at_work(home, statuswatch__startEngine="never") as (driver, editor):
        one = await window(driver, editor, "one")
        two = await window(driver, editor, "two")
        await one.status(NOTHING_KNOWN)
        await one.until_spoken("No engine is running")
        async with Outage(home / "home").playing() as outage:
            for each in (one, two):
                await each.status("^✓$")
            await picture(one, "calm")
            for each in (one, two):
                await each.status(f"^{TROUBLE} ")
                await each.until_spoken("^statuswatch: (failing|down)")
            teller, other = await _who_told(one, two)
            await _asks_to_be_told(teller, home / "home")
            assert await other.told() == []
            await _looked_into(teller)
            await _killed(outage, one, two)
            await _themes(teller, editor)
            await _over(teller, other)
        for each in (one, two):
            await each.status(r"^✓ \(old\)$")
        assert not await _reached(teller), "the details page loads nothing"


async def _who_told(one: Window, two: Window) -> tuple[Window, Window]:
    """The window that shows the message, and the other, which shows none."""
    for _ in range(600):
        told = [each for each in (one, two) if await each.told()]
        if told:
            break
        await asyncio.sleep(0.1)
    assert len(told) == 1, [await each.told() for each in (one, two)]
    teller, other = told[0], two if told[0] is one else one
    [text] = await teller.told()
    assert re.fullmatch(r"Simulation: Anthropic is failing for Claude Opus 4\.5\. .*529.*", text), text
    await picture(teller, "message")
    return teller, other


async def _asks_to_be_told(teller: Window, home: Path) -> None:
    """Everything is muted first, so that nothing but having asked can bring the message that it is back."""
    status, _ = await output(sys.executable, "-m", "statuswatch", "mute", "all", "--for", "1d", env=environment(home))
    assert status == 0
    await teller.press("Anthropic is failing", "Tell me when back")
    await teller.until(".statusbar-item", "Tell me when back: done")


async def _looked_into(seen: Window) -> None:
    """Hover, tree and details, once the page has named the model."""
    await seen.ask("click", css=VIEW)
    await seen.until(TREE, '".*models"')
    text = await hover(seen, r"their page posted")
    assert "because" in text
    assert "529" in text
    assert "Claude Haiku 4.5 works" in text
    assert re.search(r"status\.claude\.com", text), text
    rows = " | ".join(await seen.texts(TREE))
    assert re.search(r"Claude Opus 4\.5 ?failing · \d+m · \d+/\d+ failed", rows), rows
    assert re.search(r"Claude Haiku 4\.5 ?\d+/\d+ ok", rows), rows
    assert "Incidents that concern you (1)" in rows, rows
    await seen.ask("click", css=TREE, text="Your last calls")
    await seen.until(TREE, r"^529 · claude-opus-4.5 ?\d+[sm] · overloaded_error")
    await seen.ask("click", css=STATUS)
    page = await seen.panel(r"(?s)It's them.*because.*not you.*do now")
    assert "Claude Haiku 4.5" in page
    await picture(seen, "details")


async def _killed(outage: Outage, *windows: Window) -> None:
    """The engine dies without a word and is started again: the picture is shown as an old one meanwhile, and live after it."""
    await outage.end(signal.SIGKILL)
    for each in windows:
        await each.status(rf"^{TROUBLE} .*\(old\)$")
        await each.until_spoken("No engine is running")
    await picture(windows[0], "killed")
    await outage.start()
    for each in windows:
        await each.status(rf"^{TROUBLE} [^(]*$")


async def _themes(seen: Window, editor: Editor) -> None:
    """The sign and the word are the same in each; the colours are the theme's own, and readable."""
    colours = set()
    for theme, kind in THEMES.items():
        editor.settings(workbench__colorTheme=theme)
        await seen.until(f'.monaco-workbench[class*="{kind}"] .statusbar-item', "opus (failing|down)")
        colours.add(await seen.ask("colour", css=".monaco-workbench"))
        await picture(seen, theme.removeprefix("Default ").replace(" ", "-").lower())
    assert len(colours) >= 2


# Names of themes to the class of the window that each brings. The last is the one to go on with.
THEMES = {"Default Dark Modern": "vs-dark", "Default High Contrast": "hc-black", "Default High Contrast Light": "hc-light", "Default Light Modern": "vs "}


async def _over(teller: Window, other: Window) -> None:
    """It is back: told once, by one of the two, though all is muted, because the person asked."""
    for each in (teller, other):
        await each.status("^(↑|✓)")
    for _ in range(600):
        told = [text for each in (teller, other) for text in await each.told() if "is back" in text]
        if told:
            break
        await asyncio.sleep(0.1)
    for each in (teller, other):
        await each.status("^✓$")
    told = [text for each in (teller, other) for text in await each.told()]
    assert len(told) == 2, told
    assert sum("is back" in text for text in told) == 1, told
    await picture(teller, "back")


async def _reached(seen: Window) -> list[str]:
    """Addresses that a frame of the extension's own page has asked for, beyond the editor's own."""
    assert any(OWN_FRAME in url for url in await seen.ask("addresses"))
    return [asked["url"] for asked in await seen.ask("requests") if OWN_FRAME in asked["by"]]


# What feeds may write: links that run commands, icons, HTML, an escape from each quoting, text that runs backwards.
TRICKS = (
    "Opus [page](command:workbench.action.closeWindow) $(trash) <b>x</b><img src=x onerror=alert(1)> ![i](https://status.example/i.png) `` ` `` \u202egnp.exe"
)


async def test_texts_of_feeds_are_texts_and_each_button_does_its_thing(home: Path) -> None:
    paths.ensure_private(paths.runtime_dir())
    with Engine() as engine:
        engine.show(still(snapshots.trouble()), LONG_S)
        async with at_work(home) as (driver, editor):
            seen = await window(driver, editor)
            await seen.status("^▲ opus failing 23m$")
            await seen.ask("click", css=VIEW)
            await seen.until(TREE, "Claude Opus 4.5")
            await hover(seen, "because")
            await picture(seen, "hover", away=False)
            await seen.ask("away")
            await seen.until(HOVER, ".", gone=True)  # it would lie over the messages
            await _buttons(seen, engine)
            await _commands(seen, engine)
            await _tricked(seen, engine)
            await _linked(seen, engine)
            await _all_at_once(seen, engine)


async def _buttons(seen: Window, engine: Engine) -> None:
    """One message after the other, and what came of it at the engine or in the browser."""
    for name, button, wanted in (
        ("n1", "Tell me when back", ("wait", snapshots.OPUS)),
        ("n2", "Mute 1 h", ("mute", INCIDENT)),
        ("n3", "Details", None),
    ):
        engine.tell(notice(name, body=f"{name}: 7 of 9 calls got 529."))
        await seen.told(f"{name}:")
        await seen.press(f"{name}:", button)
        await seen.ask("wait", css=".notification-toast", text=f"{name}:", gone=True)
        if wanted:
            await _until_told(engine, *wanted)
    assert "because" in await seen.panel("It's them")


async def _until_told(engine: Engine, name: str, target: str) -> None:
    for _ in range(600):
        if any((command.kind.value, command.target) == (name, target) for command in engine.commands):
            return
        await asyncio.sleep(0.1)
    raise AssertionError((name, target, engine.commands))


async def _commands(seen: Window, engine: Engine) -> None:
    """Two of the commands of the palette, one of which asks back."""
    await seen.command("statuswatch: Read the Status Pages Now")
    await _until_told(engine, "refresh", "*")
    await seen.command("statuswatch: Mute...")
    await seen.ask("click", css=".quick-input-list .monaco-list-row", text="Claude Opus 4.5")
    await seen.ask("click", css=".quick-input-list .monaco-list-row", text="8 hours")
    await _until_told(engine, "mute", snapshots.OPUS)


async def _tricked(seen: Window, engine: Engine) -> None:
    """Hostile texts in every place: nothing of them is a link, an icon or an element."""
    base = snapshots.trouble()
    incident = replace(base.incidents[0], title=TRICKS, updates=tuple(replace(update, body=TRICKS) for update in base.incidents[0].updates))
    route = replace(base.routes[0], title=TRICKS, page_word=TRICKS)
    summary = replace(base.summary, headline=TRICKS, label="$(trash) %F{red} opus")
    engine.show(still(replace(base, summary=summary, incidents=(incident, *base.incidents[1:]), routes=(route, *base.routes[1:]))), LONG_S)
    engine.tell(notice("n9", title=f"n9 {TRICKS}", body=TRICKS))

    await seen.told("n9 Opus")
    message = await seen.ask("html", css=".notification-toast .notification-list-item-message")
    shown = await hover(seen, "onerror")
    places = [message, await seen.ask("html", css=HOVER), await seen.ask("html", css=".pane-body .monaco-list-rows"), await seen.ask("html", css=STATUS)]
    for place in places:
        assert "<b>" not in place
        assert "<img" not in place
        assert "codicon-trash" not in place
        assert "command:" not in " ".join(re.findall(r'(?:href|data-href)="([^"]*)', place))
        assert "\u202e" not in place
    assert re.findall(r'data-href="([^"]*)"', places[1]) == [ADDRESS], "a link is the incident's own, and leads nowhere else"
    assert "[page](command:workbench.action.closeWindow)" in shown.replace("\u200b", ""), shown
    page = await seen.panel("onerror")
    assert "<img src=x onerror=alert(1)>" in page
    assert await seen.ask("insides", css="img, b:not(li > b), script[src], iframe[src^=http]") == []
    await picture(seen, "hostile")


async def _linked(seen: Window, engine: Engine) -> None:
    """The incident's page is opened by the editor, which asks whether its person trusts the address. Last, because that takes the focus away."""
    await seen.ask("away")
    await seen.until(HOVER, ".", gone=True)  # it would lie over the message
    engine.tell(notice("n10", body="n10: 7 of 9 calls got 529."))
    await seen.told("n10:")
    await seen.press("n10:", "Open incident")
    await seen.ask("click", css=".monaco-dialog-box .monaco-button", text="Open")
    assert await seen.linked() == [ADDRESS]


async def _all_at_once(seen: Window, engine: Engine) -> None:
    """The editor puts the fourth message of 0.8 seconds behind its bell, unseen. In a window that stood still for seconds ours may come together too: again."""
    missed: list[str] = []
    for turn in range(3):
        names = [f"n{turn + 2}{number}" for number in range(5)]
        for name in names:
            engine.tell(notice(name, body=f"{name}: 7 of 9 calls got 529."))
        for _ in range(300):
            said = " ".join(await seen.told())
            missed = [name for name in names if f"{name}:" not in said]
            if not missed:
                return
            await asyncio.sleep(0.1)
    raise AssertionError(f"never shown: {missed}")


async def test_without_an_engine_it_asks_starts_one_and_keeps_what_was_said(home: Path) -> None:
    nowhere = home / "editor" / "not-there"
    async with at_work(home, statuswatch__command=str(nowhere)) as (driver, editor):
        seen = await window(driver, editor)
        await seen.status(NOTHING_KNOWN)
        await seen.until_spoken("was not found")
        await seen.ask("click", css=STATUS)
        await seen.told("The statuswatch program was not found")
        await picture(seen, "missing")

        nowhere.symlink_to(Path(sys.executable).with_name("statuswatch"))
        await seen.press("was not found", "Try Again")
        await seen.told("no engine is running")
        await picture(seen, "asks")
        try:
            await seen.press("no engine is running", "Always")
            await seen.status(UNKNOWN)
            assert (await output(sys.executable, "-m", "statuswatch", "engine", "status", env=environment(home / "home")))[0] == 0
        finally:
            await output(sys.executable, "-m", "statuswatch", "engine", "stop", env=environment(home / "home"))
        await seen.until_spoken("No engine is running")
        written = json.loads((home / "editor" / "data" / "Machine" / "settings.json").read_text())
        assert written["statuswatch.startEngine"] == "always"


def test_the_package_holds_what_runs_and_nothing_else() -> None:
    needed()
    files = packaged()
    kept = sorted(name.removeprefix("extension/") for name in files if name.startswith("extension/"))
    assert sorted(name.lower() for name in kept) == [
        "changelog.md",
        "dist/extension.cjs",
        "license.txt",
        "media/icon.png",
        "media/view.svg",
        "package.json",
        "readme.md",
    ]
    manifest = json.loads(files["extension/package.json"])
    assert manifest["extensionKind"] == ["workspace", "ui"]
    assert "dependencies" not in manifest
    assert "enabledApiProposals" not in manifest
    code = files["extension/dist/extension.cjs"].decode()
    assert not re.findall(r'require\("(?!(?:node:)?(?:child_process|crypto|fs|os|path)"|vscode")[^"]*"\)', code), "it needs nothing that reaches a network"
    assert not re.search(r"\b(?:eval|Function)\(|fetch\(|XMLHttpRequest|WebSocket", code)

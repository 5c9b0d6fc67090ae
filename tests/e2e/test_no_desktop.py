"""Where no desktop shows notices: the real engine tells in tmux, and where there is none, the dashboard's own terminal calls."""

import re
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from statuswatch.core.snapshot import NOWHERE
from support.outage import OPUS, Played, environment, output, playing
from support.terminals import Terminal, tmux

pytestmark = [pytest.mark.surface("tmux"), pytest.mark.timeout(300)]

SPEED = ("--speed", "60", "--using", OPUS)
NO_BUS = {"XDG_RUNTIME_DIR": "/nonexistent"}
KITTY = re.compile(rb"\x1b\]99;([^\x1b;]*);([^\x1b]*)\x1b\\")


@pytest.fixture
def home() -> Iterator[Path]:
    """A path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="swn") as folder:
        yield Path(folder)


async def dashboard_of(played: Played, **environ: str) -> Terminal:
    """The dashboard on a terminal of its own, once there is an engine for it to find."""
    socket = played.home / "run" / "bridge.sock"
    await played.until(lambda: socket.exists() and bool(played.events))
    return await Terminal.start([sys.executable, "-m", "statuswatch"], environment(played.home, **environ))


async def test_the_engine_tells_in_tmux_and_doctor_says_so(home: Path) -> None:
    async with tmux() as server:
        client = await server.attach(version="kitty(0.26.5)")
        environ = {**NO_BUS, "TMUX_TMPDIR": server.environ["TMUX_TMPDIR"]}
        async with playing(home, *SPEED, **environ) as played:
            dashboard = await dashboard_of(played, **environ, TERM="xterm-kitty", KITTY_WINDOW_ID="1")
            await played.until(lambda: bool(played.notices()))
            await client.until(lambda said: len(KITTY.findall(said)) == 2)
            await dashboard.until(lambda said: b"Claude Opus 4.5" in said)
            _, told = await output(sys.executable, "-m", "statuswatch", "doctor", env=environment(home, **environ))
            picture = played.snapshot()
            await dashboard.stop()
            played.process.terminate()
        title, body = (b64decode(payload).decode() for _, payload in KITTY.findall(client.said))
        assert title == "[simulated] " + picture["notices"][0]["title"]
        assert body
        assert "statuswatch: [simulated] Anthropic" in await server.run("show-messages")
        assert picture["delivery"] == []
        assert KITTY.findall(dashboard.said) == [], "told once, by the engine"
        words = " ".join(told.split())
        assert "ok desktop: no pop-ups, so notices go to the terminal: no session bus" in words
        assert f"ok terminal: tmux shows notices at {client.tty} (osc 99)" in words


@pytest.mark.parametrize(
    ("own", "pattern"),
    [
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, KITTY),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, re.compile(rb"\x1b\]9;statuswatch: \[simulated\] ([^\x1b;]*)\x1b\\")),
        ({"TERM": "screen", "TMUX": "/x,1,0", "KITTY_WINDOW_ID": "1"}, re.compile(rb"\x1bPtmux;\x1b\x1b\]99;([^\x1b;]*);([^\x1b]*)\x1b\x1b\\")),
    ],
    ids=["kitty", "iterm", "kitty behind tmux"],
)
async def test_the_dashboards_terminal_calls_where_nothing_else_can(home: Path, own: dict[str, str], pattern: re.Pattern[bytes]) -> None:
    async with playing(home, *SPEED, **NO_BUS) as played:
        dashboard = await dashboard_of(played, **NO_BUS, **own)
        try:
            await dashboard.until(lambda said: pattern.search(said) is not None)
            assert played.snapshot()["delivery"] == [f"screen: {NOWHERE}"], "why is for doctor to say"
        finally:
            await dashboard.stop()
            played.process.terminate()


async def test_an_unknown_terminal_is_given_nothing_but_the_dashboard(home: Path) -> None:
    async with playing(home, *SPEED, **NO_BUS) as played:
        dashboard = await dashboard_of(played, **NO_BUS, TERM="vt220")
        try:
            await played.until(lambda: bool(played.snapshot()["delivery"]) if played.notices() else False)
            await dashboard.until(lambda said: b"Claude Opus 4.5" in said)
            dashboard.type("?")  # something to draw, after the picture that said so
            await dashboard.until(lambda said: b"Keys and symbols" in said)
        finally:
            await dashboard.stop()
            played.process.terminate()
    rest = re.sub(rb"\x1b\][0-9]+;[^\x07\x1b]*\x07", b"", dashboard.said)  # the shape of the pointer, which the dashboard sets anyway
    assert b"\a" not in rest, rest[max(0, rest.index(b"\a") - 80) :][:120]
    assert not re.search(rb"\x1b\](?:9|99|777);", dashboard.said)

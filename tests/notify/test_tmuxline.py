"""tmux's own status line, in a real tmux that `statuswatch setup tmux` set up: drawn anew at once, marked when old, and nothing in it is carried out."""

import os
import time
from pathlib import Path

import pytest

from statuswatch.notify import tmuxline
from statuswatch.surfaces.setup.target import Ground
from statuswatch.surfaces.setup.targets import TARGETS
from support.injections import PAYLOADS
from support.terminals import Tmux, tmux

pytestmark = pytest.mark.surface("tmux")

LATER = 4_000_000_000


async def set_up(server: Tmux, *, times: int = 1) -> None:
    """tmux with our block in its configuration, read as often as that."""
    conf = Path(server.environ["HOME"]) / ".tmux.conf"
    conf.write_text(TARGETS["tmux"].put("set -g status-right 'mine'\n", Ground({}, conf.parent, Path("/code"))))
    for _ in range(times):
        await server.run("source-file", str(conf))


async def right(server: Tmux) -> str:
    """What stands on the right of the status line, as tmux makes it out: styles are written as they are."""
    # The time of day is filled in first, as tmux does for its status line.
    option = await server.run("show", "-gv", "status-right")
    return (await server.run("display-message", "-p", option.rstrip("\n").replace("%s", str(int(time.time()))))).rstrip("\n")


async def test_a_text_shows_in_its_colour_and_goes_again() -> None:
    async with tmux() as server:
        await set_up(server)
        assert (await right(server)).strip() == "mine"

        assert await tmuxline.show(server.environ, "▲ opus failing 23m", "yellow", LATER) == 1
        assert await right(server) == "mine #[fg=yellow]▲ opus failing 23m#[default] "

        assert await tmuxline.show(server.environ, "", "", 0) == 1
        assert (await right(server)).strip() == "mine"


async def test_a_text_whose_time_has_passed_is_a_mark_and_after_half_a_day_nothing() -> None:
    now = int(time.time())
    async with tmux() as server:
        await set_up(server)

        await tmuxline.show(server.environ, "▲ opus failing 23m", "yellow", now - 10)
        assert await right(server) == "mine ? "

        await tmuxline.show(server.environ, "▲ opus failing 23m", "yellow", now - 50_000)
        assert (await right(server)).strip() == "mine"


async def test_a_terminal_is_drawn_anew_at_once() -> None:
    async with tmux() as server:
        await set_up(server)
        await server.run("set", "-g", "status-interval", "0")
        terminal = await server.attach()
        await terminal.until(lambda said: b"mine" in said)
        assert "opus" not in terminal.said.decode(errors="replace")

        await tmuxline.show(server.environ, "▲ opus failing 23m", "yellow", LATER)

        await terminal.until(lambda said: "opus failing 23m" in said.decode(errors="replace"))


async def test_a_configuration_that_is_read_twice_shows_it_once() -> None:
    async with tmux() as server:
        conf = Path(server.environ["HOME"]) / ".tmux.conf"
        conf.write_text(TARGETS["tmux"].put("", Ground({}, conf.parent, Path("/code"))))
        await server.run("source-file", str(conf))
        await server.run("source-file", str(conf))

        assert (await server.run("show", "-gv", "status-right")).count("@statuswatch,") == 1


async def test_a_tmux_that_is_not_set_up_is_told_nothing() -> None:
    async with tmux() as server:
        assert await tmuxline.show(server.environ, "▲ opus failing 23m", "yellow", LATER) == 0
        assert "statuswatch" not in await server.run("show", "-g")


_TMUX = (
    "#(touch pwned)",
    "#{@x}",
    "#[fg=red]",
    "#S",
    "%H:%M",
    "#{E:@statuswatch}",
    "a;set -g @x y",
    "\\;kill-server",
    "'; kill-server",
    "-gu",
    "#,}",
    "$(touch pwned)",
)


async def test_two_hundred_hostile_texts_start_nothing_and_style_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{before}{text}{after}" for text in (*_TMUX, *PAYLOADS) for before, after in (("", ""), ("▲ ", ""), ("a", "b"), ("#", "}"))]
    texts += [text * 30 for text in _TMUX]
    assert len(texts) >= 200
    monkeypatch.chdir(tmp_path)
    async with tmux() as server:
        await set_up(server)
        for text in texts:
            await tmuxline.show(server.environ, text, text, LATER)
            shown = await right(server)
            kept = shown.removeprefix("mine ").replace("#[fg=yellow]", "").replace("#[default] ", "")
            assert not set(kept) & set("#%{}$`\\\x1b\n;'\""), (text, shown)
            assert len(kept) <= 42
        assert not list(tmp_path.rglob("pwned"))
        assert not list(Path(server.environ["HOME"]).rglob("pwned"))
        assert os.path.exists(server.socket)  # noqa: PTH110 - a socket

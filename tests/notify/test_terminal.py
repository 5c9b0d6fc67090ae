"""Notices in real tmux servers, on pseudo terminals that answer as kitty, iTerm2, xterm or nobody would."""

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.notify import terminal as module
from statuswatch.notify.terminal import TerminalNotifier, clients, message_of
from support.terminals import Tmux, tmux

pytestmark = [pytest.mark.surface("tmux"), pytest.mark.timeout(300)]

OPENED = Notice(
    id="n7",
    trouble="t7",
    kind=NoticeKind.OPENED,
    at=datetime(2025, 12, 14, 21, 27, tzinfo=UTC),
    reason=NoticeReason.OWN_FAILURES,
    routes=("anthropic/code:claude-opus-4.5",),
    title="Anthropic is failing for Claude Opus 4.5",
    body="Not you: 3 of 4 calls got 529.",
    provider="anthropic",
)
LINE = "statuswatch: Anthropic is failing for Claude Opus 4.5. Not you: 3 of 4 calls got 529."


@pytest.fixture
async def server() -> AsyncIterator[Tmux]:
    async with tmux() as running:
        yield running


async def test_every_client_gets_the_message_and_its_terminal_what_it_understands(server: Tmux) -> None:
    kitty = await server.attach(version="kitty(0.26.5)")
    iterm = await server.attach(version="iTerm2 3.4.23")
    foot = await server.attach(version="foot(1.13.1)")
    xterm = await server.attach(version="XTerm(379)")
    unknown = await server.attach("vt220")
    before = {one.tty: len(one.said) for one in server.terminals}
    delivery = await TerminalNotifier(server.environ).deliver(OPENED, "old")
    assert delivery.ok, delivery.detail
    assert delivery.handle == "old"
    assert [delivery.detail.count(word) for word in ("osc 99", "osc 9)", "osc 777", "bell", "/dev/")] == [1, 1, 1, 1, 5]

    assert b"\x1b]99;i=statuswatch-t7:" in await kitty.until(lambda said: said.count(b"\x1b]99;") == 2)
    assert f"\x1b]9;{LINE}\x1b\\".encode() in await iterm.until(lambda said: b"\x1b]9;" in said)
    assert b"\x1b]777;notify;statuswatch: Anthropic" in await foot.until(lambda said: b"\x1b]777;" in said)
    await xterm.until(lambda said: b"\a" in said[before[xterm.tty] :])
    for one in server.terminals:
        await one.until(lambda said, one=one: LINE.encode() in said[before[one.tty] :])
    new = unknown.said[before[unknown.tty] :]
    assert b"\a" not in new
    assert b"\x1b]" not in new, "nobody knows what that terminal would make of it"
    log = await server.run("show-messages")
    assert log.count(f"message: {LINE}") == 5


async def test_the_message_is_seen_on_a_real_screen(server: Tmux) -> None:
    """A client of the server, run inside another tmux whose screen can be read."""
    inner = f"env -u TMUX TMUX_TMPDIR={server.environ['TMUX_TMPDIR']} tmux attach -t main"
    async with tmux("outer", inner) as outer:
        for _ in range(1000):
            if await clients(server.environ):
                break
            await asyncio.sleep(0.05)
        assert (await TerminalNotifier(server.environ).deliver(OPENED, None)).ok
        for _ in range(3000):
            screen = await outer.run("capture-pane", "-p", "-t", "main")
            if LINE[:110] in screen:
                break
            await asyncio.sleep(0.02)
        assert [line for line in screen.splitlines() if line.strip()][-1].startswith(LINE[:110])


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name leaves room in a title, which is cut: pytest's own may be long."""
    with tempfile.TemporaryDirectory(prefix="sw") as name:
        yield Path(name)


async def test_nothing_of_a_hostile_text_is_carried_out_or_drawn(server: Tmux, short: Path) -> None:
    client = await server.attach(version="iTerm2 3.4.23")
    start = len(client.said)
    owned = short / "owned"
    hostile = f"#(touch {owned}) #{{pid}} %H%M ##(touch {owned}) #[fg=red]r ###[bg=blue]b \x1b]52;c;YQ==\x07\x9d0;t\x9c\u202e" + "A" * 100_000
    for notice in (
        replace(OPENED, title=hostile),
        replace(OPENED, body=hostile),
        replace(OPENED, title="", body=""),
        replace(OPENED, title="-x #(", body="$(id) `id` '\" \\"),
    ):
        delivery = await TerminalNotifier(server.environ).deliver(notice, None)
        assert delivery.ok, delivery.detail
    await client.until(lambda said: said.count(b"\x1b]9;statuswatch: ") == 4)
    new = client.said[start:]
    assert new.count(b"\x1b]") == 4, "only our own four sequences"
    assert b"\x9d" not in new
    assert b"\x1b[31m" not in new
    log = await server.run("show-messages")
    assert f"message: statuswatch: #(touch {owned}) #{{pid}} %H%M" in log
    await server.run("display-message", "-p", "settled")
    assert not owned.exists()


async def test_quiet_news_come_without_a_bell(server: Tmux) -> None:
    xterm = await server.attach(version="XTerm(379)")
    start = len(xterm.said)
    delivery = await TerminalNotifier(server.environ).deliver(replace(OPENED, quiet=True), None)
    assert delivery.detail == f"shown in tmux at {xterm.tty}"
    await xterm.until(lambda said: LINE.encode() in said[start:])
    assert b"\a" not in xterm.said[start:]


async def test_a_correction_shows_nothing(server: Tmux) -> None:
    await server.attach()
    delivery = await TerminalNotifier(server.environ).deliver(replace(OPENED, kind=NoticeKind.AMENDED), "old")
    assert (delivery.ok, delivery.handle) == (True, "old")
    assert "statuswatch:" not in await server.run("show-messages")


async def test_a_server_that_nobody_looks_at_is_no_place(server: Tmux) -> None:
    delivery = await TerminalNotifier(server.environ).deliver(OPENED, "old")
    assert (delivery.ok, delivery.handle) == (False, None)
    assert "no tmux client" in delivery.detail
    assert await TerminalNotifier(server.environ).available() == (False, delivery.detail)


async def test_a_program_that_steers_tmux_is_no_terminal(server: Tmux) -> None:
    pipe = asyncio.subprocess.PIPE
    control = await asyncio.create_subprocess_exec(
        "tmux", "-C", "-L", server.name, "attach", "-t", "main", env=server.environ, stdin=pipe, stdout=pipe, stderr=pipe
    )
    for _ in range(600):
        if (await server.run("list-clients")).strip():
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("the control client did not come")
    assert await clients(server.environ) == ()
    control.kill()
    await control.communicate()


async def test_a_server_that_hangs_holds_up_nobody(server: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TMUX_SECONDS", 5.0)
    other = Tmux(server.environ, "other")
    await other.run("new-session", "-d", "-s", "main", "sleep 100000")
    try:
        here, there = await server.attach(), await other.attach()
        pid = int(await other.run("display-message", "-p", "#{pid}"))
        os.kill(pid, signal.SIGSTOP)
        try:
            delivery = await asyncio.wait_for(TerminalNotifier(server.environ).deliver(OPENED, None), 40)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert delivery.ok, delivery.detail
        assert here.tty in delivery.detail
        assert there.tty not in delivery.detail
        await here.until(lambda said: LINE.encode() in said)
    finally:
        await other.run("kill-server")
        for terminal in other.terminals:
            await terminal.stop()


async def test_sockets_that_are_left_behind_start_nothing_and_cost_no_process(server: Tmux, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = server.socket.parent
    for number in range(300):
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(folder / f"stale{number}"))
    (folder / "a file").write_text("")
    os.utime(server.socket)
    asked: list[Path] = []
    real = module._tmux

    async def counted(path: Path, *words: object) -> str | None:
        asked.append(path)
        return await real(path, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_tmux", counted)
    assert await clients(server.environ) == ()
    assert asked == [server.socket]


async def test_a_folder_or_socket_of_somebody_else_is_not_spoken_to(server: Tmux, tmp_path: Path) -> None:
    await server.attach()
    folder = server.socket.parent
    folder.chmod(0o707)
    assert await clients(server.environ) == ()
    folder.chmod(0o700)
    assert len(await clients(server.environ)) == 1
    linked = tmp_path / folder.name
    linked.symlink_to(folder)
    assert await clients(server.environ | {"TMUX_TMPDIR": str(tmp_path)}) == ()
    assert len(await clients({**server.environ, "TMUX_TMPDIR": "/nonexistent", "TMUX": f"{server.socket},1,0"})) == 1
    assert await clients({**server.environ, "TMUX_TMPDIR": "/nonexistent", "TMUX": "/etc/passwd,1,0"}) == ()


async def test_without_tmux_there_is_no_place_and_no_error(server: Tmux, tmp_path: Path) -> None:
    await server.attach()
    delivery = await TerminalNotifier(server.environ | {"PATH": str(tmp_path)}).deliver(OPENED, None)
    assert not delivery.ok


async def test_where_nothing_can_be_written_down_there_is_no_place_and_no_error(server: Tmux, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await server.attach()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert await clients(server.environ) == ()
    delivery = await TerminalNotifier(server.environ).deliver(OPENED, None)
    assert not delivery.ok


@pytest.mark.parametrize("tty", ["/dev/null", "/nonexistent", "/etc/hostname"])
def test_only_a_terminal_of_ones_own_is_written_to(tty: str) -> None:
    assert module._write(tty, b"\a") is False


def test_a_terminal_that_takes_nothing_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WRITE_SECONDS", 0.05)
    own, other = os.openpty()
    tty = os.ttyname(other)
    assert module._write(tty, b"x" * (1 << 20)) is False
    os.close(own)
    os.close(other)


def test_the_line_is_short_and_every_sign_that_tmux_acts_on_is_doubled() -> None:
    line = message_of(replace(OPENED, title="100 % of #1 #(id)", body="B" * 1000))
    assert line.startswith("statuswatch: 100 %% of ##1 ##(id). BBB")
    assert len(line.replace("##", "#").replace("%%", "%")) == 200

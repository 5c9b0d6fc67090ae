"""`statuswatch run` as a person types it: a real engine, a real terminal, programs with the vendors' SDKs; and what happens where something is missing."""

import asyncio
import json
import os
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.runkit import STATUSWATCH, Person, everything, rows, same_but_for_what_is_added
from support.scriptedapi import ScriptedApi

pytestmark = [pytest.mark.timeout(600)]
SAYS = "import json, os, sys; print(json.dumps([sys.argv[1:], sys.stdin.read(), os.getpid(), dict(os.environ)])); print('aside', file=sys.stderr); sys.exit(7)"
CALLS = Path(__file__).with_name("sdks") / "calls.py"


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    async with ScriptedApi() as server:
        yield server


@pytest.fixture
async def person(tmp_path: Path, api: ScriptedApi) -> AsyncIterator[Person]:
    made = Person(tmp_path / "person").settle({"anthropic": api.url, "openai": api.url})
    try:
        yield made
    finally:
        await made.leave()


async def test_the_command_gets_its_words_its_input_and_its_status_and_nothing_but_addresses_is_added(person: Person) -> None:
    before = everything(person.home)
    status, out, err = await person.runs(sys.executable, "-c", SAYS, "a b", "--", "-x", given=b"what was typed", MINE="1")
    words, typed, _, environ = json.loads(out)

    assert (status, words, typed) == (7, ["a b", "--", "-x"], "what was typed")
    assert err.endswith("aside\n")
    assert "the engine was started in the background" in err
    mine = person.environ(MINE="1")
    added = {name: value for name, value in environ.items() if mine.get(name) != value and name != "LC_CTYPE"}
    assert set(added) == {"ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"}
    assert added["ANTHROPIC_BASE_URL"].endswith("/anthropic;annotate")
    assert added["OPENAI_BASE_URL"].endswith("/openai;annotate/v1")
    assert everything(person.home) == before

    status, out, err = await person.runs(sys.executable, "-c", SAYS)
    assert (status, err) == (7, "aside\n")


async def test_the_sdks_get_through_it_what_they_get_straight_and_their_errors_say_what_is_known(person: Person, api: ScriptedApi) -> None:
    straight = await person.does(sys.executable, str(CALLS), ANTHROPIC_BASE_URL=api.url, OPENAI_BASE_URL=f"{api.url}/v1")
    sent, _ = api.seen(), api.forget()
    through = await person.runs(sys.executable, str(CALLS))

    assert (straight[0], through[0]) == (0, 0), straight[2] + through[2]
    assert api.seen() == sent
    same_but_for_what_is_added(rows(straight[1]), rows(through[1]))


async def test_an_address_of_your_own_is_passed_on_to_and_one_that_cannot_be_is_kept(person: Person, api: ScriptedApi) -> None:
    code = "import os, urllib.request as u; print(u.urlopen(u.Request(os.environ['ANTHROPIC_BASE_URL'] + '/v1/messages', b'{}')).status)"
    async with ScriptedApi() as own:
        status, out, err = await person.runs(sys.executable, "-c", code, ANTHROPIC_BASE_URL=f"{own.url}/mine/")
        assert (status, out) == (0, "200\n"), err
        assert [head.split(b"\r\n")[0] for head in own.heads] == [b"POST /mine/v1/messages HTTP/1.1"]
        assert api.heads == []

    for odd in ("http://10.1.2.3/llm", "https://ada:secret@llm.example/v1", "ftp://llm.example", "https://llm.example/?key=1"):
        status, out, err = await person.runs(sys.executable, "-c", SAYS, ANTHROPIC_BASE_URL=odd)
        environ = json.loads(out)[3]
        assert status == 7
        assert environ["ANTHROPIC_BASE_URL"] == odd
        assert ";annotate" in environ["OPENAI_BASE_URL"]
        assert "cannot be passed on to" in err


async def test_started_from_within_another_it_changes_nothing_more(person: Person) -> None:
    _, out, err = await person.runs(*STATUSWATCH, "run", "--", sys.executable, "-c", SAYS)

    assert json.loads(out)[3]["ANTHROPIC_BASE_URL"].count(";annotate") == 1
    assert err.count("statuswatch run:") == 1


async def test_behind_a_proxy_the_client_reaches_this_machine_without_it_and_another_way_out_than_the_engines_is_not_taken(person: Person) -> None:
    proxy = "http://proxy.example:3128"
    _, out, err = await person.runs(sys.executable, "-c", SAYS, HTTPS_PROXY=proxy, NO_PROXY="intern.example")
    assert json.loads(out)[3]["NO_PROXY"] == "intern.example,127.0.0.1"

    _, out, err = await person.runs(sys.executable, "-c", SAYS)
    assert "ANTHROPIC_BASE_URL" not in json.loads(out)[3]
    assert err.count("HTTPS_PROXY here is not what the engine was started with") == 1
    assert "runs without the gateway" in err


async def test_without_an_engine_that_can_start_the_command_runs_as_it_would_and_a_line_says_why(person: Person) -> None:
    (person.own / "config" / "config.toml").write_text("[gateway]\nprot = 1\n")
    status, out, err = await person.runs(sys.executable, "-c", SAYS, ANTHROPIC_BASE_URL="https://llm.example")

    assert status == 7
    assert json.loads(out)[3]["ANTHROPIC_BASE_URL"] == "https://llm.example"
    assert err.count("statuswatch run:") == 1
    assert "the engine did not start" in err
    assert "runs without the gateway" in err


@pytest.mark.parametrize(("name", "status"), [("no-such-command-here", 127), ("./not-a-program", 126)])
async def test_a_command_that_cannot_be_started_ends_as_in_a_shell(person: Person, name: str, status: int) -> None:
    (person.home / "not-a-program").write_text("x")
    assert (await person.runs(name))[0] == status
    assert not (person.own / "run").exists(), "no engine was started for it"


async def test_the_command_is_a_job_of_its_shell_like_any_other(person: Person, tmp_path: Path) -> None:
    """Ctrl-C, Ctrl-Z with fg and a change of the window's size reach it, because the process that was started is the command itself."""
    log = tmp_path / "log"
    client = tmp_path / "client.py"
    client.write_text(
        "import os, signal, time\n"
        f"log = open({str(log)!r}, 'a', buffering=1)\n"
        "for name in ('SIGINT', 'SIGWINCH', 'SIGCONT'):\n"
        "    signal.signal(getattr(signal, name), lambda number, _: print(signal.Signals(number).name, file=log))\n"
        "print('up', os.getpid() == os.getpgrp() == os.tcgetpgrp(0), [os.isatty(n) for n in (0, 1, 2)], file=log)\n"
        "while True: time.sleep(0.05)\n"
    )
    shell, terminal = os.forkpty()
    if shell == 0:
        os.chdir(person.home)
        os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"], {**person.environ(), "TERM": "dumb", "HISTFILE": ""})
    shown = bytearray()
    draining = asyncio.create_task(asyncio.to_thread(_drain, terminal, shown))
    try:
        os.write(terminal, shlex.join([*STATUSWATCH, "run", "--", sys.executable, str(client)]).encode() + b"\n")
        await _until(lambda: log.exists() and "up" in log.read_text())
        assert log.read_text().splitlines()[0] == "up True [True, True, True]"
        os.write(terminal, b"\x03")
        await _until(lambda: "SIGINT" in log.read_text())
        _resize(terminal)
        await _until(lambda: "SIGWINCH" in log.read_text())
        os.write(terminal, b"\x1a")
        await _until(lambda: b"Stopped" in shown)
        os.write(terminal, b"fg\n")
        await _until(lambda: "SIGCONT" in log.read_text())
        os.write(terminal, b"\x1c")  # Ctrl-backslash ends it
        await _until(lambda: b"Quit" in shown)
    finally:
        os.kill(shell, signal.SIGKILL)
        await asyncio.to_thread(os.waitpid, shell, 0)
        await draining
        os.close(terminal)


def _drain(terminal: int, shown: bytearray) -> None:
    try:
        while data := os.read(terminal, 4096):
            shown += data
    except OSError:  # the other end has gone
        pass


def _resize(terminal: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))


async def _until(true: Any) -> None:
    async with asyncio.timeout(120):
        while not true():  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.02)


async def test_signals_that_python_ignores_are_as_usual_for_the_command(person: Person) -> None:
    code = "grep -E '^SigIgn' /proc/self/status"
    plain = await person.does("sh", "-c", code)

    assert plain[1].startswith("SigIgn")
    assert (await person.runs("sh", "-c", code))[1] == plain[1]


async def test_an_engine_killed_in_mid_stream_is_a_dropped_connection_and_the_next_run_works(person: Person, api: ScriptedApi) -> None:
    """What the client raises is compared with a server that drops the stream by itself."""
    code = (
        "import anthropic, sys\n"
        "client = anthropic.Anthropic(api_key='sk-none', max_retries=0)\n"
        "try:\n"
        "    ask = client.messages.create(model='claude-opus-4-5-' + sys.argv[1], max_tokens=1, messages=[{'role': 'user', 'content': 'x'}], stream=True)\n"
        "    print(len([event for event in ask]))\n"
        "except Exception as error: print(type(error).__module__, type(error).__name__)\n"
    )
    _, dropped, _ = await person.does(sys.executable, "-c", code, "dropped", ANTHROPIC_BASE_URL=api.url)
    api.begun.clear()
    running = asyncio.create_task(person.runs(sys.executable, "-c", code, "held"))
    async with asyncio.timeout(120):
        await api.begun.wait()
    os.kill(await person.engine(), signal.SIGKILL)
    status, out, _ = await running

    assert (status, out) == (0, dropped)
    assert out.strip().endswith("Error")
    api.hold.set()
    status, out, err = await person.runs(sys.executable, "-c", code, "plain")
    assert status == 0
    assert int(out) > 40
    assert "the engine was started" in err

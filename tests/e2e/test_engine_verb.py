"""`statuswatch engine` and `statuswatch simulate` as processes: their homes, their last words, and how a signal ends them."""

import asyncio
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from statuswatch.app.engine import ensure_running
from statuswatch.core.errors import StatuswatchError
from statuswatch.engine.single import hold, simulation_marker
from support.outage import environment
from support.processes import interruptible

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a path short enough for sockets, and with a space in its name."""
    folder = Path(tempfile.mkdtemp(prefix="swv ", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def said(home: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "statuswatch", *argv], env=environment(home), capture_output=True, text=True, timeout=200, check=False)


def test_no_engine_is_started_in_the_home_of_a_simulation(home: Path) -> None:
    held = hold(simulation_marker(home))
    assert held
    done = said(home, "engine", "start")
    held.release()

    assert (done.returncode, done.stdout) == (4, f"a simulation runs or is ending in {home}, so no engine was started there\n")
    assert not (home / "state" / "engine.lock").exists()


def test_a_start_that_fails_is_told_with_its_own_last_words_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", str(home))
    (home / "config").mkdir(mode=0o700)
    (home / "state").mkdir(mode=0o700)
    wrong = ", ".join(f'"wrong{number}"' for number in range(20))
    (home / "config" / "config.toml").write_text(f"[poll]\nintervall_s = 60\n[watch]\nroutes = [{wrong}]\n")
    (home / "state" / "engine.log").write_text("words of yesterday\n")

    with pytest.raises(StatuswatchError) as caught:
        ensure_running()

    assert "intervall_s" in str(caught.value)
    assert [number for number in range(20) if f"routes[{number}]: not a route" not in str(caught.value)] == []
    assert "yesterday" not in str(caught.value)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
async def test_a_signal_ends_the_engine_with_the_status_that_shells_expect(home: Path, number: signal.Signals, status: int) -> None:
    argv = [sys.executable, "-m", "statuswatch", "engine", "run"]
    engine = await asyncio.create_subprocess_exec(*argv, env=environment(home, HOME=str(home)), stderr=asyncio.subprocess.PIPE)
    assert engine.stderr
    first = (await asyncio.wait_for(engine.stderr.readline(), 100)).decode()
    engine.send_signal(number)
    rest = (await asyncio.wait_for(engine.stderr.read(), 100)).decode()

    assert "watching 0 routes (none yet)" in first
    assert str(home / "run" / "bridge.sock") in first
    assert f"the engine has ended ({number.name})" in rest
    assert await engine.wait() == status


async def test_an_interrupted_simulation_ends_with_130_and_leaves_its_folder_empty(home: Path) -> None:
    argv = [sys.executable, "-m", "statuswatch", "simulate", "claude-2025-12-14", "--home", str(home), "--no-desktop"]
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    playing = await asyncio.create_subprocess_exec(*argv, env=environment(home), **pipes, preexec_fn=interruptible)
    assert playing.stdout
    assert playing.stderr
    hint = (await asyncio.wait_for(playing.stderr.readline(), 100)).decode()
    await asyncio.wait_for(playing.stdout.readline(), 100)
    assert simulation_marker(home).exists()
    playing.send_signal(signal.SIGINT)
    await asyncio.wait_for(playing.communicate(), 100)

    assert f"STATUSWATCH_HOME={shlex.quote(str(home))} statuswatch" in hint
    assert playing.returncode == 130
    assert list(home.iterdir()) == []


def test_a_simulation_refuses_a_home_that_is_used_and_removes_nothing_there(home: Path) -> None:
    (home / "state").mkdir()
    (home / "state" / "store.db").write_text("mine")
    done = said(home, "simulate", "claude-2025-12-14", "--home", str(home))

    assert (done.returncode, done.stdout) == (2, "")
    assert "is not empty" in done.stderr
    assert (home / "state" / "store.db").read_text() == "mine"


@pytest.mark.parametrize("place", ["/proc/x", __file__])
def test_a_home_that_cannot_be_one_is_told_in_one_sentence(home: Path, place: str) -> None:
    done = said(home, "simulate", "claude-2025-12-14", "--home", place)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"statuswatch: --home {place}: ")


def test_a_wrong_time_is_answered_with_the_form_of_a_right_one(home: Path) -> None:
    done = said(home, "simulate", "claude-2025-12-14", "--quiet-after", "25:99")
    assert (done.returncode, "hh:mm" in done.stderr) == (2, True)


def test_options_without_a_name_are_a_slip_and_nothing_at_all_asks_for_the_names(home: Path) -> None:
    assert said(home, "simulate", "--speed", "5").returncode == 2
    assert said(home, "simulate").stdout == "claude-2025-12-14\n"


def test_people_read_no_verdict_twice_in_a_row_and_at_the_end_what_came_of_it(home: Path) -> None:
    done = said(home, "simulate", "claude-2025-12-14", "--speed", "300", "--no-desktop")
    told: dict[str, str] = {}
    for line in done.stdout.splitlines():
        if "  verdict  " in line:
            text = line.split("  verdict  ")[1]
            title = text.partition(":")[0]
            assert told.get(title) != text
            told[title] = text

    assert told
    assert done.stdout.splitlines()[-1].startswith("It told 2 notices, the first ")


@pytest.mark.parametrize("verb", ["--help", "providers list", "simulate claude-2025-12-14 --speed 1000 --no-desktop"])
def test_a_reader_that_went_away_is_no_failure_and_no_word_is_lost_on_it(home: Path, verb: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        argv = [sys.executable, "-m", "statuswatch", *verb.split()]
        done = subprocess.run(argv, env=environment(home), stdout=write, stderr=subprocess.PIPE, timeout=100, check=False)
    finally:
        os.close(write)

    assert (done.returncode, done.stderr) == (0, b"")


async def test_settings_that_change_under_a_running_engine_are_told_until_it_begins_anew_with_them(home: Path) -> None:
    (home / "config").mkdir(mode=0o700)
    settings = home / "config" / "config.toml"
    settings.write_text('[watch]\nroutes = ["anthropic/api:claude-opus-4.5"]\n')
    try:
        assert said(home, "engine", "start").returncode == 0
        before = said(home, "status", "--json").stdout
        settings.write_text('[watch]\nroutes = ["openai/api:gpt-5"]\n')
        assert said(home, "mute", "openai").returncode == 0  # whatever the engine does next: it looks at each step
        told = said(home, "status").stdout
        assert (said(home, "engine", "stop").returncode, said(home, "engine", "start").returncode) == (0, 0)
        after = said(home, "status").stdout
    finally:
        said(home, "engine", "stop")

    sentence = " ".join(told.split())
    assert "config.toml was changed" not in before
    assert "config.toml was changed after the engine had read it. To read it again: statuswatch engine stop, then statuswatch engine start" in sentence
    assert ("was changed" in after, "GPT-5" in after) == (False, True)

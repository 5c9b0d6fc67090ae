"""`statuswatch prompt`, for prompts that can only run a program."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.surfaces import glyphs
from statuswatch.surfaces.cli import prompt
from support import snapshots
from support.published import outlets, publish

LATER = 4_000_000_000


@pytest.fixture
def place():
    outlets().prompt.parent.mkdir(parents=True, exist_ok=True)
    return outlets().prompt


def said(capsys):
    assert prompt.run([]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("picture", "shown"),
    [
        (snapshots.calm, ""),
        (snapshots.empty, ""),
        (snapshots.trouble, "▲ opus failing 23m\n"),
        (snapshots.not_sure, "◌ gpt not sure\n"),
        (snapshots.yours, "▲ credit used up\n"),
        (snapshots.recovering, "↑ opus back 1m\n"),
    ],
)
def test_it_prints_the_published_label_and_nothing_when_all_is_well(picture, shown, capsys):
    publish(picture())

    assert said(capsys) == shown


def test_a_dead_engine_leaves_a_mark_after_trouble_and_none_after_calm(capsys):
    publish(snapshots.trouble(), seconds=-1)
    assert said(capsys) == "?\n"
    publish(snapshots.trouble(), seconds=-50_000)
    assert said(capsys) == ""
    publish(snapshots.calm(), seconds=-1)
    assert said(capsys) == ""


def test_width_and_the_unknown_can_be_chosen(place, capsys, monkeypatch):
    place.write_text(f"1\t{LATER}\tunknown\t\n")
    assert said(capsys) == ""
    monkeypatch.setenv("STATUSWATCH_UNKNOWN", "1")
    assert said(capsys) == "– unknown\n"  # noqa: RUF001 - the sign
    monkeypatch.setenv("STATUSWATCH_WIDTH", "6")
    assert said(capsys) == "– unkn\n"  # noqa: RUF001 - the sign


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"1\t4000000000\tfailing\topus",
        b"2\t4000000000\tfailing\topus\n",
        b"1\t4000000000\tfailing\n",
        b"1\t-1\tfailing\topus\n",
        b"1\t4e9\tfailing\topus\n",
        b"1\t4000000000\tfailing\t$(id)\n",
        b"1\t4000000000\tfailing\ta\x1b[31m\n",
        "1\t4000000000\tfailing\té\n".encode(),
        b"1\t4000000000\tFAIL ING\topus\n",
        b"1\t" + "٣".encode() * 9 + b"\tfailing\topus\n",
        b"x" * 10_000_000,
        bytes(range(256)),
    ],
)
def test_a_file_that_is_none_of_ours_shows_nothing(place, content, capsys):
    place.write_bytes(content)

    assert said(capsys) == ""


def test_no_file_a_pipe_a_folder_and_no_place_show_nothing(place, capsys, monkeypatch):
    assert said(capsys) == ""
    os.mkfifo(place)
    assert said(capsys) == ""
    place.unlink()
    place.mkdir()
    assert said(capsys) == ""
    monkeypatch.setenv("STATUSWATCH_HOME", "not/absolute")
    assert said(capsys) == ""


def test_its_signs_are_those_of_the_other_surfaces():
    for level, health in glyphs.LEVEL_HEALTH.items():
        if level != "ok":
            assert prompt._MARKS.get(level, prompt._UNSURE) == glyphs.UNICODE.health[health]
            for shell in ("zsh", "bash", "fish"):
                assert glyphs.UNICODE.health[health] in prompt.shell_code(shell)


def test_where_nothing_can_be_written_nothing_is_said_and_the_prompt_goes_on(place):
    place.write_text(f"1\t{LATER}\tfailing\topus failing 23m\n")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "statuswatch", "prompt"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_knock_is_passed_on_to_the_shell_that_started_it_until_that_is_gone(place):
    place.write_text("")
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(paths.doorbell_file())
        engine.listen()
        engine.settimeout(60)
        # A shell that counts what it is told, and ends with the third.
        code = (
            "import os, signal, subprocess, sys\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n"
            "child = subprocess.Popen([sys.executable, '-m', 'statuswatch', 'prompt', 'watch', str(os.getpid())])\n"
            "print(child.pid, flush=True)\n"
            "for _ in range(3): signal.sigwait({signal.SIGUSR1}); print('told', flush=True)\n"
            "os._exit(0)\n"
        )
        shell = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        child = int(shell.stdout.readline())
        connection, _ = engine.accept()
        for _ in range(3):
            connection.send(b"1\n")
            assert shell.stdout.readline() == "told\n"
        assert shell.wait(60) == 0
        connection.settimeout(60)
        with contextlib.suppress(OSError):  # it may have seen already that the shell is gone
            connection.send(b"1\n")
        try:
            left = connection.recv(1) == b""
        except ConnectionResetError:
            left = True

        assert left
        connection.close()
        shell.stdout.close()
    assert child > 0


def test_nobody_but_the_shell_that_started_it_is_ever_signalled(capsys):
    assert prompt.run(["watch", str(os.getpid())]) == 0
    assert prompt.run(["watch", "1"]) in {0, 2} or os.getppid() == 1
    assert prompt.run(["watch", "x"]) == 2
    assert "statuswatch prompt watch" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["init"], ["init", "tcsh"], ["init", "zsh", "now"], ["--color"]])
def test_other_words_are_usage(argv, capsys):
    assert prompt.run(argv) == 2
    assert capsys.readouterr().err.startswith("statuswatch prompt")


def test_help_names_the_one_line_for_each_shell(capsys):
    assert prompt.run(["--help"]) == 0
    out = capsys.readouterr().out
    assert 'eval "$(statuswatch prompt init zsh)"' in out
    assert "statuswatch prompt init fish | source" in out

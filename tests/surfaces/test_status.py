"""`statuswatch status`: the ready text, its age, and an exit status that never claims more than is known."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.core.wording import age_words
from statuswatch.surfaces import glyphs
from statuswatch.surfaces.cli import readyfile, status
from statuswatch.surfaces.client import wall_clock
from support import snapshots
from support.published import outlets, publish


@pytest.mark.parametrize(
    ("picture", "expected"),
    [(snapshots.calm, 0), (snapshots.trouble, 1), (snapshots.recovering, 1), (snapshots.yours, 3), (snapshots.not_sure, 4), (snapshots.empty, 4)],
)
def test_the_exit_status_is_the_pictures_own(picture, expected, capsys):
    publish(picture())

    assert status.run([]) == expected
    assert capsys.readouterr().out == outlets().status.read_text().partition("\n")[2]


def test_an_old_picture_says_so_first_and_is_no_answer(capsys):
    publish(snapshots.calm(), seconds=-20)
    os.utime(outlets().status, (readyfile.now() - 3 * 3600 - 300, readyfile.now() - 3 * 3600 - 300))

    assert status.run([]) == 4
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("This picture is 3h05m old and no engine renews it")


def test_an_age_in_seconds_goes_on_while_the_ready_text_stands(capsys):
    young = snapshots.trouble()
    since = wall_clock() - timedelta(seconds=12)
    views = tuple(replace(view, verdict=replace(view.verdict, since=since)) if view.verdict.since else view for view in young.routes)
    publish(replace(young, at=since, routes=views))

    assert status.run([]) == 1
    assert "(0s)" in capsys.readouterr().out, "a text of this moment is shown as it lies there"
    os.utime(outlets().status, (readyfile.now() - 30, readyfile.now() - 30))
    assert status.run([]) == 1
    assert "(0s)" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"2\t4000000000\t0\nok\n", b"1\tsoon\t0\nok\n", b"1\t4000000000\t7\nok\n", b"1\t4000000000\n\xff"])
def test_without_a_picture_it_cannot_tell_and_says_what_to_do(content, capsys):
    publish(snapshots.calm())
    outlets().status.unlink()
    if content is not None:
        outlets().status.write_bytes(content)

    assert status.run([]) == 4
    assert "Cannot tell" in capsys.readouterr().out


@pytest.mark.parametrize("width", [40, 60, 80])
def test_where_columns_are_told_the_text_fits_them_also_in_a_pipe(width, monkeypatch, capsys):
    publish(snapshots.trouble())
    monkeypatch.setenv("COLUMNS", str(width))

    assert status.run([]) == 1
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= width
    assert "Claude Opus 4.5" in told


def test_a_pipe_in_its_place_does_not_block_it(capsys):
    outlets().status.parent.mkdir(parents=True)
    os.mkfifo(outlets().status)

    assert status.run([]) == 4
    assert "Cannot tell" in capsys.readouterr().out


def test_whatever_is_in_the_file_does_not_drive_the_terminal(capsys):
    outlets().status.parent.mkdir(parents=True)
    outlets().status.write_bytes("1\t4000000000\t0\n✓ fine\x1b]0;HACK\x07\x1b[2J\x9b31m\r\n".encode())

    assert status.run([]) == 0
    assert not set(capsys.readouterr().out) & set("\x1b\x07\x9b\r")


def test_json_is_the_published_picture_on_one_line(capsys):
    publish(snapshots.trouble())

    assert status.run(["--json"]) == 1
    out = capsys.readouterr().out
    assert out == outlets().snapshot.read_text()
    assert out.count("\n") == 1
    assert json.loads(out)["summary"]["label"] == "opus failing 23m"


def test_json_of_an_old_picture_is_the_picture_and_cannot_tell(capsys):
    publish(snapshots.calm(), seconds=-1)

    assert status.run(["--json"]) == 4
    assert json.loads(capsys.readouterr().out)["summary"]["level"] == "ok"


def test_json_after_an_engine_ended_on_purpose_cannot_tell():
    publish(snapshots.calm())
    outlets().status.write_text("1\t1000\t0\nold\n")

    assert status.run(["--json"]) == 4


@pytest.mark.parametrize("content", [None, "", "{", '{"v":1}', "[]"])
def test_json_without_a_picture_is_still_one_object(content, capsys):
    if content is not None:
        publish(snapshots.calm())
        outlets().snapshot.write_text(content)

    assert status.run(["--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert said["v"] == 1
    assert said["engine"] is None
    assert said["summary"]["level"] == "unknown"
    assert said["summary"]["exit_status"] == 4


def test_a_word_it_does_not_know_is_usage(capsys):
    assert status.run(["--jsn"]) == 2
    assert "--jsn" in capsys.readouterr().err
    assert status.run(["--help"]) == 0


def on_terminal(columns, **environ):
    """What `statuswatch status` prints on a terminal of that width, and its exit status."""
    main, other = pty.openpty()
    size = f"stty cols {columns} <&0; exec {sys.executable} -m statuswatch status"
    process = subprocess.Popen(["sh", "-c", size], stdin=other, stdout=other, stderr=other, env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **environ})
    os.close(other)
    data = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        data += piece
    os.close(main)
    return data.decode().replace("\r\n", "\n"), process.wait(60)


def test_on_a_terminal_the_symbols_have_their_colours_unless_they_are_not_wanted():
    publish(snapshots.trouble())
    coloured, code = on_terminal(120)

    assert code == 1
    assert "\x1b[33m▲\x1b[0m" in coloured
    assert "\x1b" not in on_terminal(120, NO_COLOR="1")[0]


def test_a_narrow_terminal_gets_lines_that_fit_it():
    publish(snapshots.trouble())
    text, code = on_terminal(60, NO_COLOR="1")

    assert code == 1
    assert "Claude Opus 4.5" in text
    assert max(map(len, text.splitlines())) <= 60


def test_a_terminal_without_our_symbols_gets_plain_ones():
    publish(snapshots.trouble())

    assert on_terminal(120, TERM="linux", NO_COLOR="1")[0].startswith("! It's them.")


@pytest.mark.parametrize("seconds", [0, 5, 59, 60, 61, 3599, 3600, 7500, 36_000, 40_000, 172_799, 172_800, 1e7])
def test_ages_read_as_on_the_other_surfaces(seconds):
    assert status.age(seconds) == age_words(seconds)


def test_plain_signs_are_those_of_the_other_surfaces():
    for health, sign in glyphs.UNICODE.health.items():
        assert readyfile.ASCII_MARKS[sign] == glyphs.ASCII.health[health]
        assert sign in status._COLOURS
    for name in ("dot", "mark", "dash", "failed"):
        assert readyfile.ASCII_MARKS[getattr(glyphs.UNICODE, name)] == getattr(glyphs.ASCII, name)
    for sign, bare in zip(glyphs.UNICODE.bars, glyphs.ASCII.bars, strict=True):
        assert readyfile.ASCII_MARKS[sign] == bare


def test_mistakes_in_the_settings_are_told_where_no_engine_runs_and_only_there(capsys):
    settings = Path(paths.config_file())
    settings.parent.mkdir(parents=True)
    routes = ", ".join(f'"bad{number}\\u001b[2J"' for number in range(12))
    settings.write_text(f"[watch]\nroutes = [{routes}]\n[notice]\nx = 1\n", encoding="utf-8")

    assert status.run([]) == 4
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "The settings have mistakes, and no engine starts with them:"
    assert [line.split(": ")[1] for line in told[1:]] == [*(f"watch.routes[{number}]" for number in range(12)), "notice"]
    assert "\x1b" not in "".join(told)

    publish(snapshots.calm())
    assert status.run([]) == 0
    assert capsys.readouterr().err == ""

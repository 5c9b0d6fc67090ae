"""Completions: made from the table, tried in the real shells, and inert whatever lies in the picture."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from statuswatch.app import completions as app
from statuswatch.catalog.loader import load
from statuswatch.config import paths
from statuswatch.simulate.reading import outages
from statuswatch.sources.clients import CLIENTS
from statuswatch.sources.formats import FORMATS
from statuswatch.surfaces.cli.completing import values
from statuswatch.surfaces.cli.completions import SHELLS, script
from statuswatch.surfaces.cli.grammar import ASKED, Kind, each
from statuswatch.surfaces.cli.verbs import TABLE
from support import snapshots
from support.published import publish
from support.recordings import missing
from support.terminals import tmux

Complete = Callable[[str], list[str]]
"""What a shell offers for a line that is typed so far."""

_HOSTILE = ("$(touch pwned)", "`touch pwned`", "a b", "a\nb", "a;touch pwned", "a'b", 'a"b', "\x1b]0;x\x07", "-rf", "x" * 200, "ä")


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    assert app.run(list(argv)) == 0
    return capsys.readouterr().out.splitlines()


def test_values_come_from_the_picture_and_from_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    publish(snapshots.trouble())
    assert told(capsys, "values", "route") == [view.route for view in snapshots.trouble().routes]
    assert told(capsys, "values", "incident")[0] == "anthropic:9g6qpr72ttbr"
    assert set(told(capsys, "values", "provider")) >= set(load(None, ()).knowledge.providers)
    assert told(capsys, "values", "target")[0] == "all"
    assert told(capsys, "values", "call")[:2] == ["last", "1"]
    assert told(capsys, "values", "outage") == list(outages())
    assert told(capsys, "values", "client") == list(CLIENTS)
    assert told(capsys, "values", "format") == list(FORMATS)


def test_a_provider_of_ones_own_is_offered_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path(paths.providers_dir()).mkdir(parents=True)
    Path(paths.providers_dir(), "acme.toml").write_text("")
    assert "acme" in told(capsys, "values", "provider")


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"routes":7,"calls":{"a":1},"incidents":[7,{"key":7},{}]}', b"\xff" * 100, b"[" * 100_000])
def test_without_a_picture_that_can_be_read_there_are_no_values(content: bytes | None, capsys: pytest.CaptureFixture[str]) -> None:
    if content is not None:
        paths.ensure_private(paths.runtime_dir())
        Path(paths.snapshot_file()).write_bytes(content)
    assert told(capsys, "values", "route") == []
    assert told(capsys, "values", "target") == ["all"]


@pytest.mark.parametrize("text", _HOSTILE, ids=range(len(_HOSTILE)))
def test_what_a_shell_could_mistake_is_not_offered(text: str) -> None:
    picture = {"routes": [{"route": text, "provider": text}], "incidents": [{"key": text, "provider": text}], "sources": [{"name": text}], "calls": [{}]}
    for kind in Kind:
        assert text not in values(kind, picture)


def test_a_slip_is_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([]) == 2
    assert "usage: statuswatch completions" in capsys.readouterr().err
    assert app.run(["values", "tides"]) == 2
    assert app.run(["zhs"]) == 2


@pytest.mark.parametrize("shell", SHELLS)
def test_every_verb_and_option_is_in_every_script(shell: str) -> None:
    made = script(shell, TABLE)
    for path, verb in each(TABLE):
        assert path[-1] in made
        for option in verb.options:
            assert (f"-l {option.name.removeprefix('--')}" if shell == "fish" else option.name) in made
    assert script(shell, TABLE) == made


def test_the_kinds_that_can_be_asked_for_are_those_of_the_table() -> None:
    assert {kind.value for kind in ASKED} == app.KINDS


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_each_kind_of_value_that_is_asked_for_can_be_asked_for(kind: Kind, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(told(capsys, "values", kind.value), list)


def test_values_cost_neither_the_program_s_types_nor_a_parser_of_words() -> None:
    code = "import sys; from statuswatch.app.completions import run; run(['values', 'route']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    heavy = {
        "argparse",
        "dataclasses",
        "inspect",
        "asyncio",
        "sqlite3",
        "pydantic",
        "httpx",
        "textual",
        "statuswatch.core.snapshot",
        "statuswatch.surfaces.client",
    }
    assert heavy & set(done.stderr.split()) == set()


# In the real shells.


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`statuswatch` on the path, and a picture with trouble."""
    publish(replace(snapshots.trouble()))
    folder = tmp_path / "bin"
    folder.mkdir()
    entry = folder / "statuswatch"
    entry.write_text(f'#!/bin/sh\nexec {sys.executable} -m statuswatch "$@"\n')
    entry.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers.jsonl").write_text("")
    return folder


def _installed(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        missing("shells", f"{name} is not installed")
    return str(found)


def _made(shell: str, folder: Path) -> Path:
    file = folder / f"completions.{shell}"
    file.write_text(script(shell, TABLE))
    return file


_BASH = """
source "$1"
line=$2
# as readline cuts a line into words: at white space, and at colons, which are words of their own
COMP_WORDS=($(sed 's/:/ : /g' <<<"$line"))
[[ $line == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line}
_statuswatch 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


def _bash(folder: Path) -> Complete:
    bash, file = _installed("bash"), _made("bash", folder)

    def complete(line: str) -> list[str]:
        done = subprocess.run([bash, "--norc", "-c", _BASH, "-", file, line], capture_output=True, text=True, timeout=60, check=True)
        return [word for word in done.stdout.splitlines() if word]

    return complete


def _fish(folder: Path) -> Complete:
    fish, file = _installed("fish"), _made("fish", folder)

    def complete(line: str) -> list[str]:
        code = f"source {file}; complete -C {json.dumps(line)}"
        done = subprocess.run([fish, "--no-config", "-c", code], capture_output=True, text=True, timeout=60, check=True)
        assert done.stderr == ""
        return [word.partition("\t")[0] for word in done.stdout.splitlines()]

    return complete


@pytest.fixture(params=[_bash, _fish], ids=["bash", "fish"])
def complete(request: pytest.FixtureRequest, program: Path) -> Complete:
    return request.param(program)  # type: ignore[no-any-return]  # one of the two above


@pytest.mark.surface("shells")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("statuswatch wa", {"watch", "wait"}),
        ("statuswatch calls --fa", {"--failed"}),
        ("statuswatch providers ", {"list", "lint", "show", "check", "add"}),
        ("statuswatch prompt init ", {"zsh", "bash", "fish", "nushell", "powershell", "sh"}),
        ("statuswatch completions z", {"zsh"}),
        ("statuswatch simulate ", set(outages())),
        ("statuswatch providers show anthro", {"anthropic"}),
        ("statuswatch status ", set()),
        ("statuswatch calls --since ", set()),
    ],
)
def test_a_shell_offers_verbs_options_and_values(line: str, offered: set[str], complete: Complete) -> None:
    assert set(complete(line)) == offered


@pytest.mark.surface("shells")
def test_a_shell_offers_all_verbs_and_what_is_watched(complete: Complete) -> None:
    routes = {view.route for view in snapshots.trouble().routes}
    assert set(TABLE) <= set(complete("statuswatch "))
    assert set(complete("statuswatch why --")) >= {"--json", "--help"}
    assert {word.replace("\\*", "*") for word in complete("statuswatch wait ")} == routes
    assert {"last", "1"} <= set(complete("statuswatch why "))
    assert {"all", "anthropic:9g6qpr72ttbr"} <= set(complete("statuswatch mute "))


@pytest.mark.surface("shells")
def test_a_file_is_completed_where_a_file_is_wanted(program: Path) -> None:
    assert "answers.jsonl" in _fish(program)("statuswatch classify answ")
    assert _bash(program)("statuswatch classify answ") == []  # readline's own completion of names takes over where there is no reply


@pytest.mark.surface("shells")
@pytest.mark.parametrize(("line", "end"), [("statuswatch wait anthropic/code:claude-o", "claude-opus-4.5"), ("statuswatch wait openai/api:", "gpt-5.5")])
def test_bash_goes_on_behind_a_colon(line: str, end: str, program: Path) -> None:
    assert _bash(program)(line) == [end]


@pytest.mark.surface("shells")
def test_zsh_takes_the_script_also_where_nothing_has_set_completions_up(program: Path, tmp_path: Path) -> None:
    zsh, file = _installed("zsh"), _made("zsh", program)
    asked = f"unset -f compdef compinit 2>/dev/null; source {file}; print -r -- ${{_comps[statuswatch]}}"
    done = subprocess.run([zsh, "-f", "-c", asked], capture_output=True, text=True, timeout=100, check=False, env={**os.environ, "ZDOTDIR": str(tmp_path)})
    assert (done.stdout, done.stderr) == ("_statuswatch\n", "")


@pytest.mark.surface("shells")
async def test_zsh_completes_in_a_terminal(program: Path, tmp_path: Path) -> None:
    zsh, file = _installed("zsh"), _made("zsh", program)
    (tmp_path / ".zshrc").write_text(f"PS1='%% '\nautoload -Uz compinit; compinit -u -D\nsource {file}\nzstyle ':completion:*' menu no\nsetopt no_beep\n")
    kept = " ".join(f"{name}={os.environ[name]}" for name in ("PATH", "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "LC_ALL"))
    async with tmux("completions", f"env -i {kept} TERM=screen ZDOTDIR={tmp_path} {zsh} -i") as server:
        await server.run("resize-window", "-t", "main", "-x", "150", "-y", "60")

        async def screen() -> str:
            return await server.run("capture-pane", "-p", "-t", "main")

        async def typed(line: str, *wanted: str) -> str:
            """What is on the screen once the line is completed."""
            await server.run("send-keys", "-t", "main", "C-u")
            await server.run("clear-history", "-t", "main")
            await server.run("send-keys", "-t", "main", "C-l")
            await server.run("send-keys", "-t", "main", "-l", line)
            await server.run("send-keys", "-t", "main", "Tab")
            seen = ""
            for _ in range(600):
                seen = await screen()
                if all(word in seen for word in wanted):
                    return seen
                await _sleep()
            raise AssertionError(f"{line!r}: {wanted} not in\n{seen}")

        for _ in range(600):
            if "%" in await screen():
                break
            await _sleep()
        await typed("statuswatch wa", "watch  -- One line for each change", "wait   -- Returns when")
        await typed("statuswatch calls --", "--failed", "--route", "only those that failed")
        await typed("statuswatch wait anthropic/code:claude-o", "statuswatch wait anthropic/code:claude-opus-4.5")
        await typed("statuswatch providers show anthro", "statuswatch providers show anthropic")
        await typed("statuswatch prompt init z", "statuswatch prompt init zsh")
        await typed("statuswatch classify answ", "statuswatch classify answers.jsonl")


async def _sleep() -> None:
    import asyncio

    await asyncio.sleep(0.1)

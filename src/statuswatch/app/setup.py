"""`statuswatch setup`: the verb with the targets that only this layer can make: the engine at login, and coding clients that always start through the gateway.

No address is written into anybody's settings: it would be that of nobody where no engine runs. A function of the shell starts each client by `statuswatch run`,
which asks for the address at that moment, and goes without where there is none; where statuswatch itself cannot be run, the function starts the client alone.
"""

import shlex
from pathlib import Path

from statuswatch.app.login import LOGIN
from statuswatch.gateway.clients import clients
from statuswatch.surfaces.cli.setup import run as settle
from statuswatch.surfaces.setup import block
from statuswatch.surfaces.setup.target import Ground, SetupError, Target
from statuswatch.surfaces.setup.targets import TARGETS

_NAME = "gateway"


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    return settle(argv, {**TARGETS, _NAME: GATEWAY, LOGIN.name: LOGIN})


def _shell(ground: Ground) -> str:
    """The name of the person's shell."""
    return Path(ground.environ.get("SHELL", "")).name


def _file(ground: Ground) -> Path:
    match _shell(ground):
        case "zsh":
            return ground.folder("ZDOTDIR", "") / ".zshrc"
        case "fish":
            return ground.folder("XDG_CONFIG_HOME", ".config") / "fish" / "config.fish"
    return ground.home / ".bashrc"


def _put(text: str, ground: Ground) -> str:
    shell = _shell(ground)
    if shell not in {"zsh", "bash", "fish"}:
        raise SetupError(f"your shell ($SHELL) is {shell or 'not known'}; this is made for zsh, bash and fish")
    return block.put(text, _NAME, _fish() if shell == "fish" else _posix())


def _take(text: str, before: str | None) -> str:
    del before
    return block.take(text, _NAME)


def _posix() -> tuple[str, ...]:
    """For zsh and bash. `function` keeps an alias of the same name from being put in its place here; as before, the alias is what is run then."""
    lines = ["statuswatch_gateway() {", "  if statuswatch --version >/dev/null 2>&1; then", '    statuswatch run -- "$@"']
    lines += ["  else", '    command "$@"', "  fi", "}"]
    for name in _programs():
        word = shlex.quote(name)
        lines.append(f'command -v {word} >/dev/null 2>&1 && function {word} {{ statuswatch_gateway {word} "$@"; }}')
    return (*lines, "true")


def _fish() -> tuple[str, ...]:
    lines = ["function statuswatch_gateway", "    if statuswatch --version >/dev/null 2>&1", "        statuswatch run -- $argv"]
    lines += ["    else", "        command $argv", "    end", "end"]
    for name in _programs():
        lines += [f"if command -q {name}", f"    function {name} --wraps {name}", f"        statuswatch_gateway {name} $argv", "    end", "end"]
    return tuple(lines)


def _programs() -> tuple[str, ...]:
    return tuple(name for client in clients() for name in client.programs)


GATEWAY = Target(
    _NAME,
    "coding clients through the gateway, in zsh, bash or fish",
    "sh",
    _file,
    _put,
    _take,
    "Open a new shell: claude, codex and the others then start by `statuswatch run`.",
    note="Where no engine can be had they start as before, and a line says so. `command claude` starts one without the gateway.",
)

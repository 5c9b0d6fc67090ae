"""The prompts and status lines that statuswatch can be put into, as a table; how to add one is told in the package's own docstring."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from statuswatch.surfaces.setup import block, claudecode
from statuswatch.surfaces.setup.target import Ground, SetupError, Target

Lines = Callable[[Ground], tuple[str, ...]]

_SHELL_THEN = "Open a new shell to see it; nothing shows while all is well."
_POWERSHELL = "PowerShell could not be run where this was made"
_FREE = "not tried: it could not be had where this was made"


def _sourced(shell: str) -> Lines:
    """For zsh and bash: our own file where it is there, which starts nothing; else what the program prints; nothing where neither is."""

    def lines(ground: Ground) -> tuple[str, ...]:
        code = shlex.quote(str(ground.code / f"statuswatch.{shell}"))
        return (
            f"if [ -r {code} ]; then",
            f"  . {code}",
            "elif command -v statuswatch >/dev/null 2>&1; then",
            f'  eval "$(statuswatch prompt init {shell})"',
            "fi",
        )

    return lines


def _fish(ground: Ground) -> tuple[str, ...]:
    code = _single(str(ground.code / "statuswatch.fish"))
    return (
        f"if test -r {code}",
        f"    source {code}",
        "else if command -q statuswatch",
        "    statuswatch prompt init fish | source",
        "end",
    )


def _starship(ground: Ground) -> tuple[str, ...]:
    script = shlex.quote(str(ground.code / "statuswatch.sh"))
    return (
        "[custom.statuswatch]",
        f"command = {_toml(f'sh {script}')}",
        f"when = {_toml(f'test -r {script}')}",
        'shell = ["sh"]',
        'style = "yellow"',
        'format = "([$output]($style) )"',
        'description = "whether the models you use are failing"',
    )


def _tmux(ground: Ground) -> tuple[str, ...]:
    del ground
    # The engine sets the three options while there is trouble. tmux compares the time itself, so an engine that has died shows as one: no process is started.
    segment = (
        "#{?@statuswatch,#{?#{e|<|:%s,#{@statuswatch_until}},#[fg=#{@statuswatch_colour}]#{@statuswatch}#[default] ,"
        "#{?#{e|<|:%s,#{e|+|:#{@statuswatch_until},43200}},? ,}},}"
    )
    return (
        "set -g @statuswatch_wanted 1",
        "set -g status-right-length 100",
        f"if -F '#{{m:*@statuswatch*,#{{status-right}}}}' '' \"set -ag status-right ' {segment}'\"",
    )


def _nushell(ground: Ground) -> tuple[str, ...]:
    code = _double(str(ground.code / "statuswatch.nu"))
    return (
        f"const statuswatch_code = if ({code} | path exists) {{ {code} }} else {{ null }}",
        "source $statuswatch_code",
    )


def _powershell(ground: Ground) -> tuple[str, ...]:
    code = _doubled(str(ground.code / "statuswatch.ps1"))
    return (f"if (Test-Path -LiteralPath {code}) {{ . {code} }}",)


def _powerlevel10k(ground: Ground) -> tuple[str, ...]:
    return (
        "STATUSWATCH_PLACE=manual",
        *_sourced("zsh")(ground),
        "# The segment's text goes through psvar, so nothing in it is expanded.",
        "function prompt_statuswatch() {",
        '  [[ -n ${(j::)psvar[31,37]} ]] && p10k segment -t "$STATUSWATCH_SEGMENT"',
        "}",
        "typeset -ga POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS",
        "(( ${POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS[(I)statuswatch]} )) || POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS+=(statuswatch)",
    )


def _own_table(text: str) -> None:
    """TOML takes a table once."""
    if re.search(r"^[ \t]*\[[ \t]*custom[ \t]*\.[ \t]*[\"']?statuswatch[\"']?[ \t]*\]", text, re.MULTILINE):
        raise SetupError("it has a table [custom.statuswatch] of your own already, and a second one would break it; take that one out first")


def _with_block(name: str, lines: Lines, comment: str = "#", check: Callable[[str], None] | None = None) -> Callable[[str, Ground], str]:
    def put(text: str, ground: Ground) -> str:
        if check is not None:
            check(block.take(text, name, comment))
        return block.put(text, name, lines(ground), comment)

    return put


def _without_block(name: str, comment: str = "#") -> Callable[[str, str | None], str]:
    return lambda text, _before: block.take(text, name, comment)


def _blocked(
    name: str,
    title: str,
    program: str,
    file: Callable[[Ground], Path],
    lines: Lines,
    then: str,
    *,
    note: str = "",
    untested: str = "",
    check: Callable[[str], None] | None = None,
) -> Target:
    put = _with_block(name, lines, check=check)
    return Target(name, title, program, file, put, _without_block(name), then, note=note, untested=untested)


def _tmux_file(ground: Ground) -> Path:
    """The file that tmux reads: the one in the home folder where it is there, as tmux(1) has it."""
    usual, other = ground.home / ".tmux.conf", ground.folder("XDG_CONFIG_HOME", ".config") / "tmux" / "tmux.conf"
    return other if other.exists() and not usual.exists() else usual


def _starship_file(ground: Ground) -> Path:
    named = ground.environ.get("STARSHIP_CONFIG", "")
    return Path(named) if named.startswith("/") else ground.folder("XDG_CONFIG_HOME", ".config") / "starship.toml"


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        _blocked("zsh", "zsh prompt", "zsh", lambda ground: ground.folder("ZDOTDIR", "") / ".zshrc", _sourced("zsh"), _SHELL_THEN),
        _blocked("bash", "bash prompt", "bash", lambda ground: ground.home / ".bashrc", _sourced("bash"), _SHELL_THEN),
        _blocked("fish", "fish prompt", "fish", lambda ground: ground.folder("XDG_CONFIG_HOME", ".config") / "fish" / "config.fish", _fish, _SHELL_THEN),
        _blocked(
            "starship",
            "starship prompt, in any shell",
            "starship",
            _starship_file,
            _starship,
            "It shows with the next prompt; nothing while all is well.",
            note="A `format` of your own must hold $custom, ${custom.statuswatch} or $all.",
            check=_own_table,
        ),
        _blocked(
            "tmux",
            "tmux status line",
            "tmux",
            _tmux_file,
            _tmux,
            "For a tmux that runs already: tmux source-file ~/.tmux.conf",
            note="A theme or plugin that sets status-right later takes it out again: put the block behind it.",
        ),
        Target(
            "claude-code",
            "Claude Code status line",
            "claude",
            lambda ground: ground.folder("CLAUDE_CONFIG_DIR", ".claude") / "settings.json",
            claudecode.put,
            claudecode.take,
            "It shows in the next session; nothing while all is well.",
            empty=claudecode.EMPTY,
            note="A status line that you have runs first, as before; ours comes on a line below it.",
        ),
        _blocked(
            "nushell", "nushell prompt", "nu", lambda ground: ground.folder("XDG_CONFIG_HOME", ".config") / "nushell" / "config.nu", _nushell, _SHELL_THEN
        ),
        _blocked(
            "powershell",
            "PowerShell prompt",
            "pwsh",
            lambda ground: ground.folder("XDG_CONFIG_HOME", ".config") / "powershell" / "profile.ps1",
            _powershell,
            _SHELL_THEN,
            untested=_POWERSHELL,
        ),
        _blocked(
            "powerlevel10k",
            "powerlevel10k, in zsh",
            "zsh",
            lambda ground: ground.folder("ZDOTDIR", "") / ".zshrc",
            _powerlevel10k,
            _SHELL_THEN,
            note="Instead of the target zsh, not beside it.",
            untested=_FREE,
        ),
    )
}


def _single(text: str) -> str:
    """A word in fish: between single quotes only these two are special."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _double(text: str) -> str:
    """A word in nushell, between double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _doubled(text: str) -> str:
    """A word in PowerShell: between single quotes a quote is doubled."""
    return "'" + text.replace("'", "''") + "'"


def _toml(text: str) -> str:
    """A basic string of TOML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

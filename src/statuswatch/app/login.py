"""`statuswatch setup login`: the engine as a service of this person's session: a user unit of systemd, or on a Mac an agent of launchd.

The file is put where the system looks for it and nothing is switched on: that is the person's own command, told when it is done. Formats: systemd.service(5),
systemd.syntax(7), launchd.plist(5).
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from statuswatch.surfaces.setup import block
from statuswatch.surfaces.setup.target import Ground, SetupError, Target

_NAME = "login"
_UNIT = "statuswatch.service"
_AGENT = "statuswatch.engine"
_PLACES = ("STATUSWATCH_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
"""What decides where our files lie. A service does not get what only a shell sets."""
_MARK = "<!-- written by: statuswatch setup login -->"


def make(platform: str = sys.platform, program: str = sys.executable) -> Target:
    """The target for that platform; `program` is the Python that has statuswatch."""
    argv = (program, "-m", "statuswatch", "engine", "run")
    return _launchd(argv) if platform == "darwin" else _systemd(argv)


def _systemd(argv: tuple[str, ...]) -> Target:
    def put(text: str, ground: Ground) -> str:
        return block.put(text, _NAME, _unit(argv, ground.environ))

    return Target(
        _NAME,
        "the engine at login, by systemd",
        "systemctl",
        lambda ground: ground.folder("XDG_CONFIG_HOME", ".config") / "systemd" / "user" / _UNIT,
        put,
        lambda text, _before: block.take(text, _NAME),
        f"It is not switched on yet: systemctl --user daemon-reload && systemctl --user enable --now {_UNIT}",
        note=f"Its log: journalctl --user -u {_UNIT}",
        undone=f"If you had switched it on: systemctl --user disable --now {_UNIT}",
    )


def _launchd(argv: tuple[str, ...]) -> Target:
    return Target(
        _NAME,
        "the engine at login, by launchd",
        "launchctl",
        lambda ground: ground.home / "Library" / "LaunchAgents" / f"{_AGENT}.plist",
        _only_ours(lambda ground: _plist(argv, ground.environ)),
        lambda text, _before: "" if _MARK in text else text,
        f"It is not switched on before the next login, or: launchctl bootstrap gui/$UID ~/Library/LaunchAgents/{_AGENT}.plist",
        untested="no Mac was at hand",
        undone=f"If it runs: launchctl bootout gui/$UID/{_AGENT}",
    )


def _unit(argv: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of a unit. The empty ExecStart= takes the place of one that stands above."""
    return (
        "[Unit]",
        "Description=statuswatch: whose fault is a failing model API",
        "[Service]",
        "ExecStart=",
        f"ExecStart={_command(argv)}",
        *(f"Environment={_quoted(f'{name}={value}')}" for name, value in _places(environ)),
        "Restart=on-failure",
        "RestartSec=30",
        "[Install]",
        "WantedBy=default.target",
    )


def _plist(argv: tuple[str, ...], environ: Mapping[str, str]) -> str:
    words = "".join(f"    <string>{escape(word)}</string>\n" for word in argv)
    places = "".join(f"    <key>{name}</key>\n    <string>{escape(value)}</string>\n" for name, value in _places(environ))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
        f'{_MARK}\n<plist version="1.0">\n<dict>\n'
        f"  <key>Label</key>\n  <string>{_AGENT}</string>\n"
        f"  <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n"
        f"  <key>EnvironmentVariables</key>\n  <dict>\n{places}  </dict>\n"
        "  <key>RunAtLoad</key>\n  <true/>\n"
        "  <key>KeepAlive</key>\n  <dict>\n    <key>SuccessfulExit</key>\n    <false/>\n  </dict>\n"
        "  <key>ProcessType</key>\n  <string>Background</string>\n"
        "</dict>\n</plist>\n"
    )


def _only_ours(made: Callable[[Ground], str]) -> Callable[[str, Ground], str]:
    """A whole file: XML has no place for a part of somebody else's."""

    def put(text: str, ground: Ground) -> str:
        if text and _MARK not in text:
            raise SetupError("it is there already and not ours; move it away, or add to it by hand what `statuswatch engine run` needs")
        return made(ground)

    return put


def _places(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, environ[name]) for name in _PLACES if Path(environ.get(name, "")).is_absolute() and environ[name].isprintable()]


def _command(argv: tuple[str, ...]) -> str:
    """A command line of systemd, in which the first word is taken as it is and `$` in the others begins a variable. Raises SetupError."""
    if not argv[0].isprintable() or set(argv[0]) & set("$\"'\\"):
        raise SetupError(f"the path {argv[0]!r} cannot be written into a unit")
    return " ".join((_quoted(argv[0]), *(word.replace("$", "$$") for word in argv[1:])))


def _quoted(text: str) -> str:
    """A word in double quotes, with what systemd would put in for `%` taken as it stands."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


LOGIN = make()

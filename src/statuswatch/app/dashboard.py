"""`statuswatch` without a verb: starts the engine where none runs, says so, and shows the dashboard."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from statuswatch.app.engine import RUNS_ALREADY, ensure_running
from statuswatch.app.history import recall
from statuswatch.config import paths
from statuswatch.config.consent import load_consent, save_consent
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.notice import Notice
from statuswatch.core.snapshot import Snapshot
from statuswatch.notify.osc import own_terminal, spoken

if TYPE_CHECKING:
    from statuswatch.config.model import Display

FINE, USAGE = 0, 2
_ON_SCREEN = ("screen: ", "desktop: ", "terminal: ")

Alert = Callable[[Notice, Snapshot], str]


def run(argv: list[str]) -> int:
    """Show the dashboard; returns the exit status."""
    if argv:
        from statuswatch.surfaces.cli.asked import read

        given = read("dashboard", argv, {"port": _port})
        if isinstance(given, int):
            return given
        if given.serve:
            return _serve(given.port or 0)
    from statuswatch.surfaces.tui.run import Kept
    from statuswatch.surfaces.tui.run import run as show
    from statuswatch.surfaces.tui.source import SocketSource

    notes = []
    try:
        said = ensure_running()
        if said != RUNS_ALREADY:
            notes.append(said)
    except (StatuswatchError, OSError) as error:
        notes.append(str(error))
    source = SocketSource(Path(paths.socket_file()), Path(paths.snapshot_file()))
    looked = Path(paths.state_dir()) / "looked.json"
    wanted = _wanted_look()
    return show(source, consent=agree, notes=tuple(notes), alert=calling(os.environ), past=Kept(recall, looked, wanted.ascii, wanted.theme))


def _serve(port: int) -> int:
    """The dashboard in a browser, through the extra `serve`."""
    try:
        from statuswatch.surfaces.tui.serving import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"textual_serve", "aiohttp", "aiohttp_jinja2", "jinja2"}:
            raise
        sys.stderr.write("statuswatch dashboard --serve needs the extra serve; in the folder of statuswatch: .venv/bin/pip install -e '.[serve]'\n")
        return USAGE
    return serve(port)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):  # noqa: PLR2004 - ports have sixteen bits
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text[:20]!r}")
    return int(text)


def calling(environ: Mapping[str, str]) -> Alert | None:
    """How the dashboard's own terminal calls for the person when the engine could show a notice on no screen; None where it is not known to be able to."""
    speech, tmux = own_terminal(environ)
    if speech is None:
        return None

    def alert(notice: Notice, snapshot: Snapshot) -> str:
        unseen = any(sentence.startswith(_ON_SCREEN) for sentence in snapshot.delivery)
        return spoken(notice, speech, tmux=tmux) if unseen and _asked_for() else ""

    return alert


def _wanted_look() -> "Display":
    """What the settings say of how it looks; the usual look where they have a mistake, which the engine tells of."""
    from statuswatch.config.load import load_config
    from statuswatch.config.model import Display

    try:
        return load_config(paths.config_file()).display
    except StatuswatchError:
        return Display()


def _asked_for() -> bool:
    """Whether the settings want notices in terminals."""
    from statuswatch.config.load import load_config

    try:
        return load_config(paths.config_file()).notices.terminal
    except StatuswatchError:  # told by the engine
        return False


def agree(allowed: bool) -> None:
    """Store the answer of the first run for every source that is here, and have the engine begin anew with it."""
    from statuswatch.app.engine import run as engine
    from statuswatch.engine.discover import sources

    answers = {source.name: allowed for source in sources(os.environ, Path.home()) if source.exists}
    paths.ensure_private(paths.config_dir())
    save_consent(paths.sources_file(), {**load_consent(paths.sources_file()), **answers})
    engine(["stop"])
    ensure_running()

"""What `statuswatch doctor` finds: each check is a function from what lies on this machine to findings. Nothing is started, made or mended here."""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from statuswatch import __version__
from statuswatch.config import paths
from statuswatch.config.consent import load_consent
from statuswatch.config.load import load_config
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.health import FeedState
from statuswatch.core.snapshot import NOWHERE, FeedView, Snapshot
from statuswatch.sources.clients import CLIENTS
from statuswatch.surfaces.cli.readyfile import read_ready, whole_number
from statuswatch.surfaces.client import EngineGoneError, Link
from statuswatch.surfaces.present_text import clean
from statuswatch.surfaces.present_words import age_words, feed_word

CLOCK_OFF_S = 30.0
"""A clock that is off by more makes ages and "since" wrong enough to mislead."""

NAMELESS = "its name could not be resolved"
"""How the engine ends what it says of a page whose name no server knows or could be asked for."""

_OTHERS = 0o077
_PROMPT_LIMIT = 4096
_START = "statuswatch engine start"
_RESTART = "statuswatch engine stop, then statuswatch engine start"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what is so, whether that is fine, and what to do where it is not (or what one may do). All text is inert.

    `known` is false where nothing can be said: that is no problem, and not in order either.
    """

    section: str
    fine: bool
    text: str
    remedy: str = ""
    known: bool = True

    @property
    def state(self) -> str:
        """`ok`, `problem` or `unknown`."""
        return "problem" if not self.fine else "ok" if self.known else "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the checks look at: the last picture, whether it may pass for the present, and what an engine said when it was greeted (None: none did)."""

    snapshot: Snapshot | None
    fresh: bool
    hello: Mapping[str, object] | None
    now: datetime

    @property
    def shown_at(self) -> datetime:
        """The time that ages of what the picture shows are counted to: the picture's own in a simulation."""
        return self.snapshot.at if self.snapshot and self.snapshot.engine.simulated is not None else self.now


def greet() -> Mapping[str, object] | None:
    """The greeting of a running engine; None where none answers in time. Raises PlaceError where there is no place for its socket."""
    try:
        link = Link.open()
    except EngineGoneError:
        return None
    link.close()
    return link.hello


def places() -> Iterator[Finding]:
    """The folders and the settings: there, this user's, closed to others, and readable."""
    for what, where in (("settings", paths.config_dir), ("store and log", paths.state_dir), ("socket and picture", paths.runtime_dir)):
        try:
            folder = where()
        except OSError as error:  # our own refusal, whose text says what to do
            yield Finding("places", False, f"{what}: there is no usable place", clean(str(error), 300))
            continue
        yield _place(what, folder, private=where is not paths.config_dir)
    try:
        load_config(paths.config_file(), None)
    except StatuswatchError as error:
        yield Finding("places", False, "the settings have a mistake", clean(str(error), 400))


def _place(what: str, folder: str, *, private: bool) -> Finding:
    try:
        found = Path(folder).stat()
    except FileNotFoundError:
        hindered = _hindered(Path(folder))
        if hindered:
            return Finding("places", False, f"{what}: {folder} cannot be made: {hindered}", "set STATUSWATCH_HOME to a folder of your own")
        return Finding("places", True, f"{what}: {folder} (made when it is needed)")
    except OSError as error:
        return Finding("places", False, f"{what}: {folder} cannot be read: {error.strerror}", "look at the folder above it")
    if not stat.S_ISDIR(found.st_mode):
        return Finding("places", False, f"{what}: {folder} is not a folder", "move it away")
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        return Finding("places", False, f"{what}: {folder} belongs to another user", "remove it, or set STATUSWATCH_HOME to a folder of your own")
    if private and found.st_mode & _OTHERS:
        return Finding("places", False, f"{what}: {folder} is open to other users", f"chmod 700 {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("places", False, f"{what}: {folder} cannot be written", f"chmod 700 {folder}")
    return Finding("places", True, f"{what}: {folder}")


def _hindered(folder: Path) -> str:
    """Why a folder that is not there could not be made; empty where it could be. Nothing is made for it."""
    above = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not above.is_dir():
        return f"{above} is not a folder"
    if not os.access(above, os.W_OK | os.X_OK):
        return f"{above} cannot be written"
    kernels = [Path(place) for place in ("/proc", "/sys") if Path(place).is_mount()]
    if any(place.stat().st_dev == above.stat().st_dev for place in kernels):  # its owner may write there, and nothing can be made
        return f"{above} is the system's own and keeps no files"
    return ""


def engine(seen: Seen) -> Iterator[Finding]:
    """Whether one runs and answers, of which version it is, and what it has trouble with."""
    if seen.hello is None:
        yield Finding("engine", False, "none answers, so nothing is read and nobody is told", _START)
        return
    version = clean(str(seen.hello.get("version", "")), 40)
    if version == __version__:
        yield Finding("engine", True, f"answers, version {version}")
    else:
        yield Finding("engine", False, f"answers, but it is version {version or 'unknown'} and this is {__version__}", _RESTART)
    if seen.snapshot is None or not seen.fresh:
        yield Finding("engine", False, "it answers, but its picture is out of date", f"look into {paths.log_file()}, then {_RESTART}")
        return
    for problem in seen.snapshot.problems:
        yield Finding("engine", False, clean(problem, 300), f"its log: {paths.log_file()}")


def taps(seen: Seen, environ: Mapping[str, str], home: Path) -> Iterator[Finding]:
    """What may be read of the person's own calls, and whether anything came."""
    try:
        answers = load_consent(paths.sources_file())
    except StatuswatchError as error:
        yield Finding("own calls", False, "the file of your answers has a mistake, so nothing is read", clean(str(error), 300))
        return
    there = [
        client for client in CLIENTS.values() if any(place.is_dir() for place in client_places(client.root_env, client.root_below, client.roots, environ, home))
    ]
    read = [client.name for client in there if answers.get(client.name)]
    unasked = [client.name for client in there if client.name not in answers]
    if read:
        yield Finding("own calls", True, f"read: {', '.join(read)}")
    else:
        played = seen.snapshot is not None and seen.snapshot.engine.simulated is not None
        told = "no record of a client on this machine is read; the calls are those of the simulation" if played else "no record of a client is read; pages only"
        yield Finding("own calls", True, told, "statuswatch sources on NAME" if there and not played else "")
    if unasked:
        yield Finding("own calls", True, f"on this machine and not asked about: {', '.join(unasked)}", f"statuswatch sources on {unasked[0]}")
    if seen.snapshot is None:
        return
    for source in seen.snapshot.sources:
        if source.enabled and source.note:
            yield Finding("own calls", False, f"{clean(source.name, 40)}: {clean(source.note, 240)}", "statuswatch sources")
    if seen.snapshot.calls:
        last = seen.snapshot.calls[0]
        yield Finding("own calls", True, f"the last one came {_ago(last.at, seen.shown_at)}, from {clean(last.client, 40)}")


def client_places(root_env: str | None, below: str, roots: tuple[str, ...], environ: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Where a client keeps its records: where its own variable says, else the usual places."""
    moved = environ.get(root_env or "", "")
    return (Path(moved, below),) if os.path.isabs(moved) else tuple(home / root for root in roots)  # noqa: PTH117 - Path("") is no path


def feeds(seen: Seen) -> Iterator[Finding]:
    """Whether each page can be believed."""
    if seen.snapshot is None or not seen.fresh:
        yield Finding("feeds", False, "nothing is known of them: no engine keeps a picture", _START)
        return
    views = seen.snapshot.feeds
    fresh = [view for view in views if view.state is FeedState.FRESH]
    if not views:
        yield Finding("feeds", False, "none is read: nothing you use is known", "statuswatch sources, or [watch] routes in config.toml")
    if fresh:
        oldest = min(view.last_ok or seen.shown_at for view in fresh)
        yield Finding("feeds", True, f"{len(fresh)} of {len(views)} fresh, each read within the last {age_words((seen.shown_at - oldest).total_seconds())}")
    unnamed = [view for view in views if nameless(view)]
    one_cause = len(unnamed) > 1
    if one_cause:
        names = ", ".join(clean(view.name, 60) for view in unnamed)
        told = f"{len(unnamed)} pages: their names cannot be resolved (DNS): {names}"
        yield Finding("feeds", False, told, "check the network, VPN, DNS and proxy; statuswatch doctor --polling says when they are tried again")
    for view in views:
        if not (one_cause and nameless(view)):
            yield from _feed(view)


def nameless(view: FeedView) -> bool:
    """Whether the page cannot be reached because its name cannot be resolved: a cause of this machine's, and one for all that have it."""
    return view.state is FeedState.UNREACHABLE and view.detail.endswith(NAMELESS)


def _feed(view: FeedView) -> Iterator[Finding]:
    name = clean(view.name, 60)
    if view.state is None:
        yield Finding("feeds", True, f"{name}: not read yet", known=False)
    elif view.state is not FeedState.FRESH:
        yield Finding("feeds", False, f"{name}: {feed_word(view.state)}: {clean(view.detail, 240)}", "statuswatch doctor --polling says when it is tried again")
    elif view.polling is not None and view.polling.moved:
        told = f"{name}: its page moved; it is read as {clean(view.polling.format, 40)}"
        yield Finding("feeds", True, told, f"statuswatch providers add {clean(view.url, 200)} writes that down")


def notices(seen: Seen, ways: tuple[tuple[str, bool, str], ...]) -> Iterator[Finding]:
    """Whether a person can be told. `ways`: name, whether it works, a sentence."""
    for name, works, sentence in ways:
        text, _, remedy = sentence.partition("; ")
        yield Finding("notices", works, f"{name}: {clean(text, 240)}", clean(remedy, 200))
    for trouble in seen.snapshot.delivery if seen.snapshot else ():
        if trouble.endswith(NOWHERE):  # the ways above have said so already
            continue
        yield Finding("notices", False, clean(trouble, 300))


def prompt(seen: Seen) -> Iterator[Finding]:
    """The line that shells read: there, of our form, and not expired."""
    try:
        found = read_ready(paths.prompt_file(), _PROMPT_LIMIT)
    except OSError:
        return  # the places say why
    if found is None:
        yield Finding("shell prompt", seen.hello is None, "there is no line to show", _START if seen.hello is None else _RESTART)
        return
    fields = found[0].split("\n", 1)[0].split("\t")
    expires = whole_number(fields[1]) if len(fields) == 4 and fields[0] == "1" else None  # noqa: PLR2004 - form, expiry, level, label
    age = age_words(max(0.0, seen.now.timestamp() - found[1]))
    if expires is None:
        yield Finding("shell prompt", False, "its line is not of the form that is expected", _RESTART)
    elif expires <= seen.now.timestamp():
        yield Finding(
            "shell prompt", seen.hello is None, f"its line is {age} old and has expired, so shells show nothing", _START if seen.hello is None else _RESTART
        )
    else:
        yield Finding("shell prompt", True, f"its line is {age} old, the level is {clean(fields[2], 20)}", "statuswatch prompt init zsh|bash|fish shows it")


def clock(seen: Seen) -> Iterator[Finding]:
    """This machine's clock beside those of the pages."""
    offset = seen.snapshot.engine.clock_offset_s if seen.snapshot and seen.fresh else None
    if seen.snapshot and seen.snapshot.engine.simulated is not None:
        yield Finding("clock", True, "a simulation has a clock of its own; that of this machine is not looked at", known=False)
    elif offset is None:
        yield Finding("clock", True, "not compared yet: three pages that say the time are needed, each read twice", known=False)
    elif abs(offset) > CLOCK_OFF_S:
        way = "ahead of" if offset > 0 else "behind"
        yield Finding("clock", False, f"{age_words(abs(offset))} {way} the clocks of the pages", "set it (timedatectl set-ntp true); ages are wrong until then")
    else:
        yield Finding("clock", True, f"within {max(1, round(abs(offset)))} s of the clocks of the pages")


def _ago(at: datetime, now: datetime) -> str:
    return f"{age_words(max(0.0, (now - at).total_seconds()))} ago"

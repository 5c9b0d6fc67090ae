"""Makes a ready engine from configuration, catalogue, store and clock."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from statuswatch.app import gatewaying
from statuswatch.app.around import Around, around
from statuswatch.app.changed import SettingFiles
from statuswatch.app.gatewaying import Door, environ_of
from statuswatch.app.statusline import StatusLine
from statuswatch.app.tapping import OTLP, Ground, Tapped, tap
from statuswatch.app.telling import options, wanted
from statuswatch.catalog.knowing import know
from statuswatch.catalog.model import Catalogue
from statuswatch.catalog.sharing import pages_for
from statuswatch.config import paths
from statuswatch.config.consent import load_consent
from statuswatch.config.load import load_config, with_overrides
from statuswatch.config.model import Config
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.history import History
from statuswatch.core.hushing import names_something
from statuswatch.core.incident import Page, Unreadable
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.notice import NoticeKind, Policy
from statuswatch.core.observation import Command, CommandKind
from statuswatch.core.quiethours import quiet_until
from statuswatch.core.schedule import DueReason, Pace
from statuswatch.core.snapshot import Snapshot, SourceView
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.engine.claims import Claims, Screen
from statuswatch.engine.clock import Clock
from statuswatch.engine.discover import Source, discover, roots_of, usual_places
from statuswatch.engine.doorbell import Doorbell
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.history import read_history
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.outbox import Way
from statuswatch.engine.poller import Poller
from statuswatch.engine.publish import Outlets, Publisher
from statuswatch.engine.reading import Share
from statuswatch.engine.roots import Watched
from statuswatch.engine.runner import Engine, Parts
from statuswatch.engine.schema import StoreError
from statuswatch.engine.serve import Ask, Means, Server
from statuswatch.engine.store import Store, Stored
from statuswatch.engine.taps import marks
from statuswatch.notify.base import Action
from statuswatch.notify.registry import create
from statuswatch.sources.body import Body
from statuswatch.sources.clients import CLIENTS
from statuswatch.sources.formats import FORMATS, parser_for
from statuswatch.surfaces.asking import Question, reply
from statuswatch.surfaces.present import Look, status_text

_MUTE = timedelta(hours=1)
_FOREVER = timedelta(days=36500)
_PLAIN_WIDTH = 100
_ON_SCREEN = frozenset({"screen", "desktop", "terminal"})


@dataclass(frozen=True, slots=True)
class Start:
    """What differs between one start of the engine and another. `environ` and `home`: where clients are looked for."""

    clock: Clock
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    home: Path = field(default_factory=Path.home)
    simulated: str | None = None
    desktop: bool = True
    pace: Pace | None = None
    after_step: Callable[[], None] | None = None
    holds: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """All that files say: read once, before anything is opened. Raises ConfigError with every problem of the settings."""

    config: Config
    catalogue: Catalogue
    consent: Mapping[str, bool]
    files: SettingFiles


def read_setting() -> Setting:
    """The settings, the catalogue with the person's own files, and the consent; raises ConfigError where a file of theirs is wrong."""
    files = SettingFiles(Path(paths.config_dir()))  # first: what changes while the rest is read counts as changed
    known = know(paths.config_dir(), FORMATS)
    # A file of theirs that has a mistake is told of as such; its provider is no unknown one for that.
    own = (file.stem for file in Path(paths.providers_dir()).glob("*.toml"))
    config = load_config(paths.config_file(), {*known.knowledge.providers, *own})
    catalogue = replace(with_overrides(known.catalogue, config), problems=known.problems)
    return Setting(config, catalogue, load_consent(paths.sources_file()), files)


def agreed(consent: Mapping[str, bool]) -> frozenset[str]:
    """The names of the clients whose records may be read."""
    return frozenset(name for name, answer in consent.items() if answer)


def watchlist_of(setting: Setting, start: Start) -> tuple[Watchlist, tuple[SourceView, ...]]:
    """What is configured, then what is found on this machine; and what could be read here, for the screen that asks."""
    found = discover(start.environ, start.home, agreed(setting.consent))
    watches = Watchlist(tuple(Watch(route, WatchSource.CONFIGURED, "config.toml") for route in setting.config.watch.parsed))
    for watch in found.watches if start.simulated is None else ():
        watches = watches.with_watch(watch)
    return watches, tuple(_source_view(source, setting.consent) for source in found.sources if source.exists)


def _source_view(source: Source, consent: Mapping[str, bool]) -> SourceView:
    return SourceView(source.name, f"{source.title}: {source.what}", str(source.path), consent.get(source.name, False), source.name in consent)


@dataclass(frozen=True, slots=True)
class Made:
    """An engine that is ready to run, and what else must be at hand: where observations go in, what is known, and what to close at the end."""

    engine: Engine
    inbox: Inbox
    knowledge: Knowledge
    fetcher: Fetcher
    poller: Poller

    async def run(self) -> None:
        """Run until it is stopped."""
        try:
            await self.engine.run()
        finally:
            await self.fetcher.close()


def make_engine(setting: Setting, start: Start) -> Made:
    """Everything wired. Call it inside the loop that runs it, while holding the lock. Raises StoreError, PlaceError."""
    clock, config, knowledge = start.clock, setting.config, setting.catalogue.knowledge
    watchlist, sources = watchlist_of(setting, start)
    store = Store.open(Path(paths.store_file()), clock.now().at)
    stored = store.load(clock.now().at)
    inbox, fetcher = Inbox(), Fetcher()
    pace = start.pace or Pace(config.poll.fast_interval_s, config.poll.interval_s, config.poll.slow_interval_s)
    poller = Poller(setting.catalogue.feeds, fetcher, clock, inbox, parser_for, pace, stored.memory, _sharing(knowledge), _reread, _remembering(store))
    tapped = _tapped(setting, start, inbox, poller, stored)
    server = Server(
        Path(paths.socket_file()), inbox.submit, clock.now, tapped.observe, lambda routes: _recall(routes, clock, actions), _asker(clock), _meaning(knowledge)
    )
    outlets = Outlets(Path(paths.snapshot_file()), Path(paths.status_file()), Path(paths.prompt_file()))
    publisher = Publisher(outlets, render, server, Doorbell(Path(paths.doorbell_file())))
    actions = _Actions(inbox, clock)
    ways, untellable = _ways(start, config, actions, server.claims)
    beside = _around(start, config, inbox, actions)
    door = Door(gatewaying.Ground(config.gateway, tapped, inbox, clock, knowledge, lambda: actions.engine.snapshot if actions.engine else None, environ_of()))
    line = StatusLine(os.environ, lambda: actions.engine.snapshot if actions.engine else None)
    parts = Parts(
        clock,
        knowledge,
        watchlist,
        _policy(config, clock.now().at, simulated=start.simulated is not None),
        store,
        stored,
        inbox,
        poller,
        publisher,
        server,
        ways,
        {**tapped.taps, **beside.taps, "the gateway": door.run, **({"tmux's status line": line.run} if start.simulated is None else {})},
        (*sources, *tapped.sources),
        (*(str(problem) for problem in setting.catalogue.problems), *untellable),
        start.simulated,
        _all(beside.stepped, line.stepped, start.after_step),
        start.holds,
        tapped.notes,
        setting.files.changes if start.simulated is None else tuple,
        lambda at: quiet_until(config.notices.quiet, at.astimezone()),
    )
    engine = actions.engine = Engine(parts)
    return Made(engine, inbox, knowledge, fetcher, poller)


async def _recall(routes: tuple[str, ...], clock: Clock, actions: "_Actions") -> History:
    """The past of `routes`, of what is watched where there are none. Read beside the loop, which must keep answering."""
    seen = actions.engine.snapshot if actions.engine else None
    wanted = routes or tuple(view.route for view in (seen.routes if seen else ()))
    return await asyncio.to_thread(read_history, Path(paths.store_file()), wanted, clock.now().at)


def _around(start: Start, config: Config, inbox: Inbox, actions: "_Actions") -> Around:
    """What is looked at on this machine, where that is the person's own: a simulation brings its own world along."""
    if start.simulated is not None:
        return Around({}, lambda: None)
    return around(inbox, start.clock, lambda: actions.engine.snapshot if actions.engine else None, local=config.advice.local_models)


def _all(*chores: Callable[[], None] | None) -> Callable[[], None]:
    """One chore that does all that are there."""

    def do() -> None:
        for chore in chores:
            if chore is not None:
                chore()

    return do


def _policy(config: Config, now: datetime, *, simulated: bool) -> Policy:
    """What the settings keep back."""
    muted = tuple((target, now + _FOREVER) for target in config.notices.mute)
    return Policy(muted, simulated, frozenset(NoticeKind(kind) for kind in config.notices.mute_kinds))


def _reread(body: Body, expected: str) -> Page | Unreadable:
    """What a body is that its feed's own parser refused. Brings every parser along, so it is imported when a page has moved."""
    from statuswatch.sources.detect import reread

    return reread(body, expected)


def _remembering(store: Store) -> Callable[[Mapping[str, str]], None]:
    """Notes are stored where that can be done. Where it cannot, the engine goes on from memory, and its next step says so."""

    def remember(memory: Mapping[str, str]) -> None:
        with contextlib.suppress(StoreError):
            store.remember(memory)

    return remember


def _sharing(knowledge: Knowledge) -> Share:
    """A page with the incidents that it holds for the other providers its feed covers."""

    def share(page: Page, covers: Sequence[str]) -> Page:
        pages = pages_for(page, covers, knowledge)
        incidents = tuple(incident for each in pages for incident in each.incidents)
        return replace(page, incidents=incidents, maintenances=tuple(item for each in pages for item in each.maintenances))

    return share


def _tapped(setting: Setting, start: Start, inbox: Inbox, poller: Poller, stored: Stored) -> Tapped:
    """What is read and heard on this machine: what the person agreed to, and what programs of theirs tell."""
    names = agreed(setting.consent)
    clients = [client for client in CLIENTS.values() if client.name in names]
    usual = usual_places(start.environ, start.home, names)
    watched = tuple(Watched(client.name, root, usual.get(client.name)) for client in clients for root in roots_of(client, start.environ, start.home))
    port = setting.config.otlp.port if OTLP in names else None
    # A client that tries again without an answer is reason to look, before anything is known to have failed.
    return tap(Ground(inbox, start.clock, setting.catalogue.knowledge, watched, marks(stored.memory), lambda _batch: poller.hurry(DueReason.CALL_FAILED), port))


def render(snapshot: Snapshot) -> str:
    """The ready text of `statuswatch status`."""
    return status_text(snapshot, snapshot.at, look=Look(_PLAIN_WIDTH, settings=paths.config_file()))


def _asker(clock: Clock) -> Ask:
    """What answers programs at the socket that ask about the picture."""
    return lambda command, target, width, picture, told: reply(Question(command, target, width), picture, clock.real(), told)


def _meaning(knowledge: Knowledge) -> Means:
    """Whether a target names anything that could be kept back."""
    return lambda target, picture: names_something(target, picture, knowledge)


def _ways(start: Start, config: Config, actions: "_Actions", claims: Claims) -> tuple[dict[str, Way], tuple[str, ...]]:
    """The ways of telling that are on, and why one that is asked for cannot be. Those that end on this screen give way to a window that shows a notice."""
    ways: dict[str, Way] = {}
    problems = []
    for name in wanted(config, desktop=start.desktop, simulated=start.simulated is not None):
        try:
            way = create(name, actions.pressed, options(config))
        except StatuswatchError as error:
            problems.append(str(error))
        else:
            ways[name] = Screen(way, claims) if name in _ON_SCREEN else way
            problems += [lack] if (lack := getattr(way, "missing", "")) else []
    return ways, tuple(problems)


class _Actions:
    """What a person presses on a notice becomes a command, or opens a page."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        self._inbox = inbox
        self._clock = clock
        self.engine: Engine | None = None

    def pressed(self, notice_id: str, action: Action) -> None:
        """Carry out `action` on the notice of that id; one that is no longer known is nothing to act on."""
        snapshot = self.engine.snapshot if self.engine else None
        notice = next((item for item in snapshot.notices if item.id == notice_id), None) if snapshot else None
        if notice is None:
            return
        now = self._clock.now().at
        match action:
            case Action.OPEN:
                if notice.url:
                    open_page(notice.url)
            case Action.MUTE | Action.SNOOZE:
                kind = CommandKind.MUTE if action is Action.MUTE else CommandKind.SNOOZE
                self._inbox.offer(Arrival(Command(now, kind, notice.incident or notice.provider, now + _MUTE)))
            case Action.WAIT:
                self._inbox.offer(Arrival(Command(now, CommandKind.WAIT, notice.routes[0] if notice.routes else notice.provider)))


def open_page(url: str) -> None:
    """Open a web page in the person's browser, detached. Anything but http(s) is refused: the address comes from a feed."""
    if not url.startswith(("https://", "http://")):
        return
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        subprocess.Popen([opener, url], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - no shell; the address is one word
    except OSError as error:
        raise StatuswatchError(f"no browser could be opened for {url}: {error.strerror}") from error

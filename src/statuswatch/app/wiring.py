"""Makes a ready engine from configuration, catalogue, store and clock."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from statuswatch.catalog.loader import load as load_catalogue
from statuswatch.catalog.model import Catalogue
from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.config import paths
from statuswatch.config.consent import load_consent
from statuswatch.config.load import load_config, with_overrides
from statuswatch.config.model import Config
from statuswatch.core.codec import encode
from statuswatch.core.errors import StatuswatchError
from statuswatch.core.notice import Policy
from statuswatch.core.observation import CallSeen, Command, CommandKind
from statuswatch.core.schedule import DueReason, Pace
from statuswatch.core.snapshot import Snapshot, SourceView
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from statuswatch.engine.clock import Clock
from statuswatch.engine.discover import Source, discover, roots_of
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Arrival, Inbox
from statuswatch.engine.poller import Poller
from statuswatch.engine.publish import Outlets, Publisher
from statuswatch.engine.recordfile import Mark
from statuswatch.engine.runner import Engine, Parts
from statuswatch.engine.serve import Server
from statuswatch.engine.store import Store
from statuswatch.engine.tail import Batch, Tail, Watched
from statuswatch.notify.base import Action, Notifier
from statuswatch.notify.registry import create
from statuswatch.sources.clients import CLIENTS
from statuswatch.sources.clients.diagnose import SignatureDiagnose
from statuswatch.sources.formats import FORMATS, parser_for
from statuswatch.surfaces.present import Look, status_text

_TAIL = "tail:"
_MUTE = timedelta(hours=1)
_FOREVER = timedelta(days=36500)
_PLAIN_WIDTH = 100


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


@dataclass(frozen=True, slots=True)
class Setting:
    """All that files say: read once, before anything is opened. Raises ConfigError with every problem of the settings."""

    config: Config
    catalogue: Catalogue
    consent: Mapping[str, bool]


def read_setting() -> Setting:
    """The settings, the catalogue with the person's own files, and the consent; raises ConfigError where a file of theirs is wrong."""
    catalogue = load_catalogue(paths.providers_dir(), FORMATS)
    config = load_config(paths.config_file(), catalogue.knowledge.providers)
    return Setting(config, with_overrides(catalogue, config), load_consent(paths.sources_file()))


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


def make_engine(setting: Setting, start: Start) -> Engine:
    """An engine that is ready to run. Call it inside the loop that runs it, while holding the lock. Raises StoreError, PlaceError."""
    clock, config = start.clock, setting.config
    watchlist, sources = watchlist_of(setting, start)
    store = Store.open(Path(paths.store_file()), clock.now().at)
    stored = store.load(clock.now().at)
    inbox = Inbox()
    pace = start.pace or Pace(config.poll.fast_interval_s, config.poll.interval_s, config.poll.slow_interval_s)
    poller = Poller(setting.catalogue.feeds, Fetcher(), clock, inbox, parser_for, pace=pace, memory=stored.memory)
    server = Server(Path(paths.socket_file()), inbox.submit, clock.now)
    outlets = Outlets(Path(paths.snapshot_file()), Path(paths.status_file()), Path(paths.prompt_file()))
    publisher = Publisher(outlets, render, server)
    actions = _Actions(inbox, clock)
    ways = _ways(start, config, actions)
    tap = _Records(setting, start, inbox, poller, stored.memory)
    taps = {"records of clients": tap.run} if tap.watched else {}
    policy = Policy(tuple((target, clock.now().at + _FOREVER) for target in config.notices.mute), simulated=start.simulated is not None)
    problems = tuple(str(problem) for problem in setting.catalogue.problems)
    engine = Engine(
        Parts(
            clock,
            setting.catalogue.knowledge,
            watchlist,
            policy,
            store,
            stored,
            inbox,
            poller,
            publisher,
            server,
            ways,
            taps,
            sources,
            problems,
            start.simulated,
            start.after_step,
        )
    )
    actions.engine = engine
    return engine


def render(snapshot: Snapshot) -> str:
    """The ready text of `statuswatch status`."""
    return status_text(snapshot, snapshot.at, look=Look(_PLAIN_WIDTH))


def _ways(start: Start, config: Config, actions: "_Actions") -> dict[str, Notifier]:
    if not (start.desktop and config.notices.desktop):
        return {}
    return {"desktop": create("desktop", actions.pressed)}


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
            case Action.MUTE:
                target = notice.incident or notice.provider
                self._inbox.offer(Arrival(Command(now, CommandKind.MUTE, target, now + _MUTE)))
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


class _Records:
    """The tap that follows the records of agreed clients. Each batch goes in with the mark up to which its file is accounted for."""

    def __init__(self, setting: Setting, start: Start, inbox: Inbox, poller: Poller, memory: Mapping[str, str]) -> None:
        self._clock, self._inbox, self._poller = start.clock, inbox, poller
        names = agreed(setting.consent)
        clients = [client for client in CLIENTS.values() if client.name in names]
        self.watched = tuple(Watched(client.name, root) for client in clients for root in roots_of(client, start.environ, start.home))
        marks = {key.removeprefix(_TAIL): Mark(**json.loads(value)) for key, value in memory.items() if key.startswith(_TAIL) and value}
        diagnose = SignatureDiagnose(builtin_signatures(), setting.catalogue.knowledge)
        self._make = partial(Tail, self.watched, diagnose, marks, lambda: self._clock.now().at)

    async def run(self) -> None:
        """Follow until cancelled."""
        tail = self._make()
        try:
            async for batch in tail.batches():
                await self._hand_in(batch)
        finally:
            tail.stop()

    async def _hand_in(self, batch: Batch) -> None:
        """The mark goes with the last call of the batch: what is stored is what is accounted for."""
        mark = {_TAIL + batch.path: json.dumps(encode(batch.mark)) if batch.mark else ""}
        if batch.unanswered > 1:
            self._poller.hurry(DueReason.CALL_FAILED)
        for call in batch.calls[:-1]:
            await self._inbox.put(Arrival(CallSeen(call.at, call)))
        last = batch.calls[-1] if batch.calls else None
        await self._inbox.put(Arrival(CallSeen(last.at, last) if last else None, mark))

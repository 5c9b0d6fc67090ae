"""`statuswatch watch`: one line for each change as it comes, for logs and for those who listen. No cursor movement, no redrawing, nothing to page."""

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from statuswatch.core.health import FeedState, Health
from statuswatch.core.moment import format_time
from statuswatch.core.snapshot import IncidentView, RouteView, Snapshot
from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.printing import look_here, put_json
from statuswatch.surfaces.cli.readyfile import printable
from statuswatch.surfaces.client import CANNOT_TELL, FINE, EngineGoneError, Link, monotonic, snapshot_in, wall_clock
from statuswatch.surfaces.present import scene
from statuswatch.surfaces.present_text import clean
from statuswatch.surfaces.present_words import Scene, feed_word, headline, health_word, unknown_words

_FIRST_SECONDS = 2.0
_AGAIN_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
_GONE_AFTER = 5.0
_SILENT = 150.0
_LONGEST_LINE = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """One change: when it was seen, about what, its name, what it was and is, and a sentence for a person."""

    at: datetime
    what: str
    name: str
    was: str | None
    now: str | None
    sentence: str


def run(argv: list[str]) -> int:
    """Run the verb until it is interrupted; with `--once` returns 0, or 4 where no engine answers."""
    given = read("watch", argv)
    if isinstance(given, int):
        return given
    if not given.once:
        _Following(as_json=given.json).run()
    try:
        _say(changes(None, _now(), wall_clock()), as_json=given.json)
    except EngineGoneError as error:
        sys.stderr.write(f"Cannot tell: {error}\n")
        return CANNOT_TELL
    return FINE


def _now() -> Snapshot:
    """The engine's picture. Raises EngineGoneError."""
    link = Link.open(_FIRST_SECONDS)
    try:
        for message in link.messages(monotonic() + _FIRST_SECONDS):
            picture = snapshot_in(message)
            if picture is not None:
                return picture
    finally:
        link.close()
    raise EngineGoneError("the engine shows no picture")


class _Following:
    """Follows the engine across its restarts. One that is back within seconds was no news; one that stays away is told of once."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._seen: Snapshot | None = None
        self._lost_at = -math.inf
        self._told_gone = False
        self._tries = 0

    def run(self) -> NoReturn:
        """Write a line for each change, for ever."""
        while True:
            try:
                link = Link.open(_FIRST_SECONDS)
            except EngineGoneError as error:
                self._missing(str(error))
                continue
            try:
                self._follow(link)
            except EngineGoneError:
                self._lost_at = monotonic()
            finally:
                link.close()

    def _missing(self, why: str) -> None:
        if not self._told_gone and monotonic() - self._lost_at >= _GONE_AFTER:
            self._told_gone = True
            was = None if self._seen is None else "live"
            _say([Told(wall_clock(), "engine", "engine", was, "gone", f"Cannot tell: {why}. Waiting for one.")], as_json=self._as_json)
        time.sleep(_AGAIN_SECONDS[min(self._tries, len(_AGAIN_SECONDS) - 1)])
        self._tries += 1

    def _follow(self, link: Link) -> NoReturn:
        """Tell the changes of one connection. Raises EngineGoneError when it ends, or when the engine falls silent: it beats once a minute."""
        heard = monotonic()
        while True:
            for message in link.messages(heard + _SILENT):
                heard = monotonic()
                picture = snapshot_in(message)
                if picture is not None:
                    self._show(picture)
            if monotonic() - heard >= _SILENT:
                raise EngineGoneError("the engine says nothing")

    def _show(self, picture: Snapshot) -> None:
        told = [Told(wall_clock(), "engine", "engine", "gone", "live", "The engine is back.")] if self._told_gone else []
        self._told_gone, self._tries = False, 0
        _say([*told, *changes(self._seen, picture, wall_clock())], as_json=self._as_json)
        self._seen = picture


def _say(told: list[Told], *, as_json: bool) -> None:
    for item in told:
        if as_json:
            put_json({"at": format_time(item.at), "what": item.what, "name": item.name, "was": item.was, "now": item.now, "text": item.sentence})
        else:
            sys.stdout.write(printable(f"{item.at.astimezone():%Y-%m-%d %H:%M:%S}  {item.sentence}") + "\n")
    sys.stdout.flush()


def changes(old: Snapshot | None, new: Snapshot, now: datetime) -> list[Told]:
    """What a reader of `old` has to hear of `new`, in the order of its weight: routes, incidents that concern them, pages. Without `old`: how things are."""
    look = scene(new, now, replace(look_here(), width=_LONGEST_LINE))
    return [*_routes(old, look), *_incidents(old, look), *(_feeds(old, look) if old else ())]


def _routes(old: Snapshot | None, look: Scene) -> Iterator[Told]:
    before = {view.route: view for view in old.routes} if old else {}
    now = {view.route: view for view in look.snapshot.routes}
    if old is None and not now:
        yield Told(look.now, "summary", "summary", None, look.snapshot.summary.level, clean(look.snapshot.summary.headline, 300))
    for name, view in now.items():
        was = before.get(name)
        if was is None or was.verdict.health is not view.verdict.health or was.verdict.side is not view.verdict.side:
            yield Told(look.now, "route", name, was.verdict.health if was else None, view.verdict.health, _route(view, was, look))
    for name, gone in before.items():
        if name not in now:
            yield Told(look.now, "route", name, gone.verdict.health, None, f"{clean(gone.title, 60)} is no longer watched.")


def _route(view: RouteView, was: RouteView | None, look: Scene) -> str:
    title = f"{clean(view.title, 60)} ({clean(view.surface_name, 30)})"
    word = health_word(view.verdict.health, view.verdict)
    turned = f"{word}, was {health_word(was.verdict.health, was.verdict)}" if was else word
    if view.verdict.health is Health.UNKNOWN:
        return f"{title}: {turned}: {unknown_words(view, look)}."
    return f"{title}: {turned}. {headline(view, look)}" if view.verdict.trouble or was else f"{title}: {turned}."


def _incidents(old: Snapshot | None, look: Scene) -> Iterator[Told]:
    before = {item.key: item for item in old.incidents} if old else {}
    for item in look.snapshot.incidents:
        was = before.get(item.key)
        if not item.concerns and not (was and was.concerns):
            continue
        posts = len(item.updates) - (len(was.updates) if was else 0)
        if was is None or was.stage != item.stage or was.concerns is not item.concerns or posts > 0:
            yield Told(look.now, "incident", item.key, was.stage if was else None, item.stage, _incident(item, was, look))


def _incident(item: IncidentView, was: IncidentView | None, look: Scene) -> str:
    told = f'{clean(item.provider_name, 40)}: "{clean(item.title, 200)}" is {clean(item.stage, 20)}'
    if not item.concerns:
        return f"{told}; it does not concern you any more."
    newest = max(item.updates, key=lambda update: update.at, default=None)
    post = f' "{clean(newest.body, 300)}"' if newest and newest.body and was is not None else ""
    return f"{told}, {look.age(item.started_at or item.posted_at) or 'just'} old.{post}"


def _feeds(old: Snapshot | None, look: Scene) -> Iterator[Told]:
    before = {feed.name: feed.state for feed in old.feeds} if old else {}
    for feed in look.snapshot.feeds:
        was = before.get(feed.name)
        if feed.name in before and was is not feed.state and FeedState.FRESH in {was, feed.state}:
            reason = f": {clean(feed.detail, 200)}" if feed.detail and feed.state is not FeedState.FRESH else ""
            yield Told(look.now, "feed", feed.name, was, feed.state, f"Page of {clean(feed.name, 60)}: {feed_word(feed.state)}, was {feed_word(was)}{reason}.")

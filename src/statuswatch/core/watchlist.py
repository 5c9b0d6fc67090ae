"""The routes this person uses, each with where that is known from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from statuswatch.core.ids import Route


class WatchSource(StrEnum):
    """How a route came onto the watchlist, strongest first."""

    CONFIGURED = "configured"
    SEEN = "seen"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Watch:
    """One route on the watchlist. `note` says where it was found, in words for a person."""

    route: Route
    source: WatchSource
    note: str = ""
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watchlist:
    """The set of routes, in the order they are shown."""

    watches: tuple[Watch, ...] = ()

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes alone."""
        return tuple(watch.route for watch in self.watches)

    def with_watch(self, watch: Watch) -> "Watchlist":
        """This watchlist with `watch` added, or its time of last use brought up to date where the route is there already."""
        for index, known in enumerate(self.watches):
            if known.route == watch.route:
                if watch.last_used is None or (known.last_used is not None and known.last_used >= watch.last_used):
                    return self
                fresher = Watch(known.route, known.source, known.note, watch.last_used)
                return Watchlist((*self.watches[:index], fresher, *self.watches[index + 1 :]))
        return Watchlist((*self.watches, watch))

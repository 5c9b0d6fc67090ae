from dataclasses import replace

from statuswatch.core.ids import parse_route
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from support.facts import HAIKU, OPUS, at, watching


def test_a_route_is_listed_once_and_keeps_where_it_was_first_known_from() -> None:
    seen = Watch(parse_route(OPUS), WatchSource.SEEN, "seen", at("10:00"))
    listed = watching(OPUS, HAIKU).with_watch(seen)

    assert [str(route) for route in listed.routes] == [OPUS, HAIKU]
    assert (listed.watches[0].source, listed.watches[0].last_used) == (WatchSource.CONFIGURED, at("10:00"))
    assert listed.with_watch(replace(seen, last_used=at("09:00"))) is listed
    assert listed.with_watch(replace(seen, last_used=None)) is listed
    assert [watch.last_used for watch in listed.with_watch(replace(seen, route=parse_route(HAIKU))).watches] == [at("10:00"), at("10:00")]


def test_a_new_route_comes_last() -> None:
    assert [str(route) for route in Watchlist().with_watch(Watch(parse_route(OPUS), WatchSource.FOUND)).routes] == [OPUS]

"""Every recorded case of a new incident within half an hour of another's end at the same provider: the second is heard as if it were alone."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from statuswatch.catalog.knowing import know
from statuswatch.core.ids import parse_route
from statuswatch.core.incident import Incident, Kind
from statuswatch.core.notice import NoticeKind
from statuswatch.surfaces.cli.backtest import Playback
from statuswatch.surfaces.cli.histories import as_posted
from statuswatch.surfaces.cli.incidents import incident_from
from support.recordings import recordings
from support.replays import history

pytestmark = pytest.mark.recordings
_SOON = timedelta(minutes=30)
_ROUTES = (
    "anthropic/code:claude-opus",
    "anthropic/api:claude-sonnet",
    "anthropic/api:claude-haiku",
    "openai/api:gpt-4o",
    "github-copilot/code:gpt-5",
    "mistral/api:mistral-large",
)
_NEWS = frozenset({NoticeKind.OPENED, NoticeKind.REOPENED, NoticeKind.GREW, NoticeKind.WORSENED})


def _pairs() -> Iterator[tuple[Incident, Incident]]:
    """Of every provider, each incident that was over and the next ones that were posted within half an hour."""
    known = history(recordings("feeds/anthropic/incidents-raw-until-2026-02.jsonl"), "anthropic")
    with recordings("incidents/incidents.jsonl").open(encoding="utf-8") as file:
        known += [each for each in map(incident_from, map(json.loads, file)) if isinstance(each, Incident) and each.provider != "anthropic"]
    usual = sorted((each for each in known if each.kind is Kind.INCIDENT and each.updates and each.resolved_at), key=lambda each: each.updates[0].at)
    for first in usual:
        for second in usual:
            ended, begun = first.resolved_at, second.updates[0].at
            if first.provider == second.provider and first is not second and ended is not None and ended <= begun <= ended + _SOON:
                yield first, second


def _heard(route: str, *incidents: Incident) -> set[str]:
    """The incidents that are told of as news, by key."""
    play = Playback((parse_route(route),), know(None).knowledge)
    return {notice.incident or "" for notice in play.notices(as_posted(list(incidents))) if notice.kind in _NEWS}


def test_a_second_incident_soon_after_the_end_of_another_is_heard(record_property) -> None:
    pairs, heard = list(_pairs()), 0
    assert len(pairs) >= 20
    for first, second in pairs:
        for route in (route for route in _ROUTES if route.startswith(first.provider)):
            if second.key in _heard(route, second):
                heard += 1
                assert second.key in _heard(route, first, second), (route, first.key, second.key)
    assert heard >= 10
    record_property("pairs", len(pairs))
    record_property("heard", heard)

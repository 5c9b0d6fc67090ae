"""Every timeline beside this file gives exactly the notices that it wants, and shows the healths that it names."""

from pathlib import Path

import pytest

from support.timeline import Timeline, load

_FILES = sorted(Path(__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("timeline", [load(path) for path in _FILES], ids=lambda timeline: timeline.name)
def test_a_timeline_gives_the_notices_it_wants_and_no_other(timeline: Timeline) -> None:
    played = timeline.play()

    told = [(notice.at, notice.kind.value, notice.routes[0]) for notice in played.notices]
    wanted = timeline.data.get("want", [])
    assert len(told) == len(wanted), "\n".join(f"{notice.at:%H:%M:%S} {notice.kind} {notice.routes} {notice.title}" for notice in played.notices)
    for (at, kind, route), want in zip(told, wanted, strict=True):
        first, last = (timeline.time(text) for text in want["between"])
        assert first <= at <= last, f"{kind} for {route} at {at:%H:%M:%S}, wanted between {first:%H:%M:%S} and {last:%H:%M:%S}"
        assert (kind, route) == (want["kind"], want.get("route", route))
    for see in timeline.data.get("see", []):
        verdict = next(v for v in played.at(timeline.time(see["at"])).verdicts if v.route.canonical == see["route"])
        assert (see["at"], verdict.health.value) == (see["at"], see["health"])
        assert verdict.fault.value == see.get("fault", verdict.fault.value)
        assert verdict.confidence.value == see.get("confidence", verdict.confidence.value)
        assert (verdict.relevance or "none") == see.get("relevance", verdict.relevance or "none")
    for reason in timeline.data.get("suppressed", []):
        assert reason in {item.reason.value for item in played.suppressed}


def test_there_are_timelines_to_play() -> None:
    assert len(_FILES) >= 10

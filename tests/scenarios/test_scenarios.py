"""Every timeline beside this file gives exactly the notices that it wants, and shows the healths that it names."""

from pathlib import Path

import pytest

from support.timeline import Timeline, load

pytestmark = pytest.mark.timeout(600)  # a day of calls takes 20 s of a core, and several times that under coverage on a busy machine

_FILES = sorted(Path(__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("timeline", [load(path) for path in _FILES], ids=lambda timeline: timeline.name)
def test_a_timeline_gives_the_notices_it_wants_and_no_other(timeline: Timeline) -> None:
    played = timeline.play()

    story = "\n".join(f"{at:%d %H:%M:%S} {notice.kind} {notice.routes} {notice.title} | {notice.body}" for at, notice in played.told)
    wanted = timeline.data.get("want", [])
    assert len(played.told) == len(wanted), story
    for (at, notice), want in zip(played.told, wanted, strict=True):
        first, last = (timeline.time(text) for text in want["between"])
        assert first <= at <= last, f"wanted between {first:%H:%M:%S} and {last:%H:%M:%S}\n{story}"
        assert (notice.kind, notice.routes[0]) == (want["kind"], want.get("route", notice.routes[0])), story
        assert set(notice.routes) == set(want.get("routes", notice.routes)), story
        assert notice.reason == want.get("reason", notice.reason), story
        assert want.get("says", "") in f"{notice.title} {notice.body}", story
    assert len({notice.id for notice in (*(notice for _, notice in played.told), *played.amended)}) == len(played.told) + len(played.amended)
    for see in timeline.data.get("see", []):
        verdict = next(v for v in played.at(timeline.time(see["at"])).verdicts if v.route.canonical == see["route"])
        assert (see["at"], verdict.health.value) == (see["at"], see.get("health", verdict.health.value))
        assert verdict.fault.value == see.get("fault", verdict.fault.value)
        assert verdict.confidence.value == see.get("confidence", verdict.confidence.value)
        assert (verdict.relevance or "none") == see.get("relevance", verdict.relevance or "none")
        if "since" in see:
            assert verdict.since == timeline.time(see["since"])
    for reason in timeline.data.get("suppressed", []):
        assert reason in {item.reason.value for item in played.suppressed}


def test_there_are_timelines_to_play() -> None:
    assert len(_FILES) >= 10

"""What little is left of a limit is told before it runs out, once, and no longer than it holds."""

from datetime import timedelta

from statuswatch.core.observation import Headroom
from statuswatch.surfaces.present import Look, status_text
from support.snapshots import NOW, route_view, snapshot


def text(*rooms: Headroom | None) -> str:
    views = tuple(route_view(f"anthropic/api:model-{number}", headroom=room) for number, room in enumerate(rooms))
    return status_text(snapshot(routes=views), NOW, look=Look(80))


def test_a_limit_that_is_nearly_used_up_is_told_with_its_end() -> None:
    room = Headroom("input-tokens", 0.04, NOW + timedelta(minutes=5))

    assert "Anthropic: 4% of your input tokens left, until " in text(room)
    assert text(room, room).count("of your input tokens left") == 1
    assert "Anthropic: 0% of your 5h left.\n" in text(Headroom("5h", 0.0))


def test_what_is_plenty_or_over_is_not_told() -> None:
    assert "left" not in text(Headroom("tokens", 0.5), None, Headroom("requests", 0.01, NOW - timedelta(seconds=1)))


def test_a_name_from_outside_is_harmless() -> None:
    assert "\x1b" not in text(Headroom("\x1b[31mred", 0.01))

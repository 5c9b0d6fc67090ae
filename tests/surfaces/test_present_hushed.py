"""What is kept back is said where people look: by name, with its end and how to undo it; hostile titles stay inert."""

from datetime import UTC

import pytest

from statuswatch.core.snapshot import NOWHERE, HushView
from statuswatch.surfaces.present import Look, hushed_lines, scene, status_text
from statuswatch.surfaces.present_text import plain, width_of
from support import snapshots

LATER = snapshots.minutes_ago(-60)
OPUS = HushView("mute", "route", snapshots.OPUS, "Claude Opus 4.5", LATER)
ALL = HushView("snooze", "everything", "*", "everything", LATER)
NIGHT = HushView("quiet_hours", "everything", "*", "everything", snapshots.minutes_ago(-600), "settings")


def said(*hushed: HushView, width: int = 200) -> list[str]:
    view = scene(snapshots.snapshot(hushed=hushed), snapshots.NOW, Look(width, zone=UTC))
    return [plain(line) for line in hushed_lines(view)]


@pytest.mark.parametrize(
    ("hushed", "words"),
    [
        (OPUS, "No notices about Claude Opus 4.5 until 22:48, muted by you; to undo: statuswatch unmute anthropic/code:claude-opus-4.5"),
        (ALL, "Notices about everything wait until 22:48, snoozed by you; to undo: statuswatch unmute all"),
        (NIGHT, "Your quiet hours last until Mon 07:48; what begins now is told then if it still lasts."),
        (HushView("mute", "provider", "openai", "OpenAI", None, "settings"), "No notices about OpenAI: config.toml says so."),
        (HushView("mute", "incident", "x:1", "Up\x1b[31m", LATER), 'No notices about "Up" until 22:48, muted by you; to undo: statuswatch unmute x:1'),
    ],
)
def test_each_is_said_with_its_end_and_how_to_undo_it(hushed: HushView, words: str) -> None:
    assert said(hushed) == [words]


def test_what_has_ended_since_the_picture_is_not_said() -> None:
    assert said(HushView("mute", "route", snapshots.OPUS, "Claude Opus 4.5", snapshots.NOW)) == []


def test_many_are_counted_and_the_settings_named_together() -> None:
    many = [HushView("mute", "provider", f"p{number}", f"P{number}", LATER) for number in range(6)]
    kept = [HushView("mute", "provider", f"q{number}", f"Q{number}", None, "settings") for number in range(6)]
    lines = said(*many, *kept)
    assert len(lines) == 6
    assert lines[4].startswith("2 more are kept back: statuswatch status --json lists them")
    assert lines[5] == "No notices about Q0, Q1, Q2, Q3 and 2 more: config.toml says so."


def test_no_line_is_wider_than_the_terminal() -> None:
    view = scene(snapshots.snapshot(hushed=(OPUS, ALL, NIGHT)), snapshots.NOW, Look(30, zone=UTC))
    assert max(width_of(line) for line in hushed_lines(view)) <= 30


def test_status_ends_with_it_and_says_nothing_where_nothing_is_kept_back() -> None:
    quiet = status_text(snapshots.snapshot(hushed=(OPUS,)), snapshots.NOW, look=Look(200, zone=UTC))
    assert quiet.endswith("\n\n" + said(OPUS)[0] + "\n")
    assert "No notices" not in status_text(snapshots.snapshot(), snapshots.NOW)


def test_that_nothing_here_can_show_a_notice_is_for_doctor_and_no_banner() -> None:
    told = f"screen: {NOWHERE}"
    page = status_text(snapshots.snapshot(delivery=(told, "webhook: refused with 403")), snapshots.NOW)
    assert "webhook: refused with 403" in page
    assert NOWHERE not in page

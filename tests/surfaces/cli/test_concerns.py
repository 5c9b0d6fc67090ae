"""`statuswatch incidents`: yours in full, the others with the reason, one of them whole."""

import json
from dataclasses import replace

import pytest

from statuswatch.core.snapshot import IncidentView, Snapshot, UpdateView
from statuswatch.surfaces.cli import concerns
from statuswatch.surfaces.cli.concerns import find
from support import snapshots
from support.published import publish


def shown(*items: IncidentView) -> Snapshot:
    """A picture with these incidents, whose clock stands still."""
    picture = snapshots.trouble()
    return publish(replace(picture, incidents=items or picture.incidents, engine=replace(picture.engine, simulated="test")))


def page(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert concerns.run(list(argv)) == 0
    return capsys.readouterr().out


def test_yours_are_shown_with_their_posts_and_the_others_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    shown(snapshots.incident_view(), *snapshots.not_yours_views())
    told = page(capsys)
    assert '"Several models answer with errors"' in told
    assert "concerns" in told
    assert "anthropic:9g6qpr72ttbr" in told
    assert "3 more at your providers do not concern you: statuswatch incidents --all says why." in told
    assert not any(item.title in told for item in snapshots.not_yours_views())


def test_with_all_the_others_are_a_line_each_with_the_reason(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    shown(snapshots.incident_view(), *snapshots.not_yours_views())
    told = page(capsys, "--all")
    assert "Not yours (3)" in told
    for item in snapshots.not_yours_views():
        assert any(item.title in line and " · " in line for line in told.splitlines())


def test_where_none_concerns_you_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    shown(*snapshots.not_yours_views()[:1])
    assert "No incident concerns you.\n\n1 more at your providers does not concern you" in page(capsys)
    empty = snapshots.empty()
    publish(replace(empty, engine=replace(empty.engine, simulated="test")))
    assert "No other is open at your providers." in page(capsys, "--all")


def test_one_is_shown_whole_with_every_post_newest_first(capsys: pytest.CaptureFixture[str]) -> None:
    posts = tuple(UpdateView(snapshots.minutes_ago(60 - number), "investigating", f"post number {number}") for number in range(12))
    shown(snapshots.incident_view(updates=posts), *snapshots.not_yours_views())
    told = page(capsys, "9g6qpr72ttbr")
    places = [told.index(f'"post number {number}"') for number in reversed(range(12))]
    assert places == sorted(places)
    for words in ("began", "concerns", "link", "https://status.example/incidents/9g6qpr72ttbr", "critical"):
        assert words in told


@pytest.mark.parametrize("text", ["anthropic:9g6qpr72ttbr", "9G6QPR72TTBR", "several models"])
def test_an_incident_is_found_by_key_id_or_a_part_of_its_title(text: str) -> None:
    found = find(shown(snapshots.incident_view(), *snapshots.not_yours_views()), text)
    assert isinstance(found, IncidentView)
    assert found.key == "anthropic:9g6qpr72ttbr"


def test_what_means_nothing_or_several_is_a_slip_that_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    twin = snapshots.incident_view(key="anthropic:other")
    shown(snapshots.incident_view(), twin)
    assert concerns.run(["quasar\x1b[2J"]) == 2
    err = capsys.readouterr().err
    assert "known: anthropic:9g6qpr72ttbr, anthropic:other" in err
    assert "\x1b" not in err
    assert concerns.run(["several models"]) == 2
    assert "is a part of several" in capsys.readouterr().err


def test_json_is_one_incident_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    shown(snapshots.incident_view(), *snapshots.not_yours_views())
    assert [json.loads(line)["concerns"] for line in page(capsys, "--json").splitlines()] == [True]
    assert [json.loads(line)["concerns"] for line in page(capsys, "--json", "--all").splitlines()] == [True, False, False, False]
    assert json.loads(page(capsys, "--json", "9g6qpr72ttbr"))["key"] == "anthropic:9g6qpr72ttbr"


def test_without_a_picture_it_cannot_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert concerns.run([]) == 4
    assert "statuswatch engine start" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["--all"], ["9g6qpr72ttbr"]], ids=["list", "all", "one"])
@pytest.mark.parametrize("title", [*snapshots.HOSTILE_TITLES, "通义千问 🚀 " * 20], ids=range(len(snapshots.HOSTILE_TITLES) + 1))
def test_whatever_a_page_says_is_inert_and_fits(title: str, argv: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    hostile = snapshots.incident_view(title=title, components=(title,), updates=(UpdateView(snapshots.NOW, title, title * 30),))
    shown(hostile, replace(snapshots.not_yours_views()[0], title=title))
    told = page(capsys, *argv)
    assert all(char == "\n" or char.isprintable() for char in told)
    assert max(len(line) for line in told.splitlines() if "https://" not in line) <= 60

"""Histories to play again: recorded polls and normalised incidents."""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statuswatch.core.errors import DataError
from statuswatch.core.incident import Incident, Kind, Stage
from statuswatch.core.observation import PageRead
from statuswatch.surfaces.cli.histories import Bad, as_posted, incidents, is_polls, polls, provider_of, time_in
from support.incidents import START, incident, listing

PAGE = {
    "page": {"id": "p", "name": "Acme"},
    "incidents": [{"id": "i1", "name": "Errors", "status": "investigating", "impact": "minor", "created_at": "2026-03-01T12:00:00Z", "incident_updates": []}],
}


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("2026-04-14T07-23-20Z.json", datetime(2026, 4, 14, 7, 23, 20, tzinfo=UTC)),
        ("poll_20260414T072320.json", datetime(2026, 4, 14, 7, 23, 20, tzinfo=UTC)),
        ("2026-04-14 07:23.json", datetime(2026, 4, 14, 7, 23, tzinfo=UTC)),
        ("2026-13-14T07-23-20Z.json", None),
        ("body.json", None),
    ],
)
def test_the_time_of_a_poll_is_in_its_name(name: str, at: datetime | None) -> None:
    assert time_in(name) == at


def recorded(folder: Path) -> None:
    folder.mkdir()
    (folder / "2026-03-01T12-00-00Z.json").write_text(json.dumps(PAGE))
    (folder / "2026-03-01T12-05-00Z.json").write_text("<html>")
    (folder / "latest.json").write_text(json.dumps(PAGE))
    (folder / ".hidden").write_text("x")


def test_a_folder_of_bodies_is_read_in_the_order_of_their_times(tmp_path: Path) -> None:
    recorded(tmp_path / "acme")
    good, unreadable, nameless = polls(tmp_path / "acme", "acme")

    assert isinstance(good, PageRead)
    assert (good.at.hour, good.provider, good.page.incidents[0].title) == (12, "acme", "Errors")
    assert isinstance(unreadable, Bad)
    assert unreadable.message.startswith("html")
    assert isinstance(nameless, Bad)
    assert "no time" in nameless.message


def test_a_recorded_page_shows_the_time_of_its_poll_however_old_its_last_change_is(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    old = {**PAGE, "page": {**PAGE["page"], "updated_at": "2025-01-01T00:00:00Z"}}  # type: ignore[dict-item]
    (tmp_path / "acme" / "2026-03-01T12-00-00Z.json").write_text(json.dumps(old))
    (read,) = polls(tmp_path / "acme", "acme")
    assert isinstance(read, PageRead)
    assert read.page.as_of == read.at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_what_lies_beside_the_bodies_of_an_archive_is_no_bad_poll(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    for name in ("MANIFEST.tsv", "README.md", "index.tsv", "LICENSE"):
        (tmp_path / "acme" / name).write_text("about the others")
    assert list(polls(tmp_path / "acme", "acme")) == []


def test_a_tar_of_bodies_is_read_the_same(tmp_path: Path) -> None:
    recorded(tmp_path / "acme")
    with tarfile.open(tmp_path / "polls.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "acme", arcname="acme")
        link = tarfile.TarInfo("acme/2026-03-01T13-00-00Z.json")
        link.type = tarfile.SYMTYPE
        tar.addfile(link, io.BytesIO())

    assert is_polls(tmp_path / "polls.tar.gz")
    assert len([step for step in polls(tmp_path / "polls.tar.gz", "acme") if isinstance(step, PageRead)]) == 1


def test_a_file_of_incidents_is_no_recording_of_polls(tmp_path: Path) -> None:
    file = tmp_path / "incidents.jsonl"
    file.write_text('{"id":"i","provider":"acme"}\n{\n')
    found, bad = incidents(file)

    assert not is_polls(file)
    assert is_polls(tmp_path)
    assert [whole.id for whole in found] == ["i"]
    assert bad[0].where.endswith("incidents.jsonl:2")


def stood(whole: Incident) -> list[tuple[datetime, Stage, int]]:
    return [(read.at, part.stage, len(part.updates)) for read in as_posted([whole]) for part in (*read.page.incidents, *read.page.maintenances)]


def test_an_incident_grows_post_by_post() -> None:
    whole = incident("Errors", "We look.", "Done.", over=True, components=("API",))

    assert [(stage, count) for _, stage, count in stood(whole)] == [(Stage.INVESTIGATING, 1), (Stage.RESOLVED, 2)]


def test_components_appear_with_the_post_that_lists_them() -> None:
    whole = incident("Errors", "We look.", "We look on.", components=("API", "App"))
    whole = Incident(**{**{name: getattr(whole, name) for name in whole.__slots__}, "updates": (listing(whole.updates[0], "API"), whole.updates[1])})

    assert [len(read.page.incidents[0].components) for read in as_posted([whole])] == [0, 2]


def test_an_incident_without_posts_begins_and_ends() -> None:
    whole = Incident("acme", "i", "Errors", started_at=START, resolved_at=START.replace(hour=13))

    assert [(at.hour, stage) for at, stage, _ in stood(whole)] == [(12, Stage.INVESTIGATING), (13, Stage.RESOLVED)]
    assert len(stood(Incident("acme", "i", "Errors", started_at=START))) == 1
    assert stood(Incident("acme", "i", "Errors")) == []


def test_a_maintenance_is_read_as_one() -> None:
    (read,) = as_posted([Incident("acme", "i", "Work", kind=Kind.MAINTENANCE, started_at=START)])

    assert (len(read.page.incidents), len(read.page.maintenances)) == (0, 1)


def test_whose_polls_they_are_is_given_or_told_by_the_folder(tmp_path: Path) -> None:
    assert provider_of(tmp_path / "acme" / "x.tar", "given") == "given"
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "x.tar").write_text("")
    assert provider_of(tmp_path / "acme" / "x.tar", "") == "acme"
    assert provider_of(tmp_path / "acme", "") == "acme"
    (tmp_path / "Odd Name").mkdir()
    with pytest.raises(DataError, match="--provider"):
        provider_of(tmp_path / "Odd Name", "")

"""Every recorded feed body, archives poll by poll, through `feed show --json`: what it prints is what a second, separate reading finds in the bytes.

Expected objects (ids, counts, stages, times; no texts) lie beside this file in `recorded.json`, so that neither reading can change unnoticed; of a long
list its first rows. For archives the object is that of the last poll, and the sum over all.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statuswatch.surfaces.cli.feed import run
from support.carefulreader import READERS, Digest, of_answer
from support.recordings import recordings

pytestmark = pytest.mark.recordings

_EXPECTED = Path(__file__).with_name("recorded.json")
_ROWS = 12
_NO_FEED = "headers/"
_NO_IDS = ("volcengine/",)


def bodies(name: str) -> Iterator[bytes]:
    path = recordings(f"feeds/{name}")
    if not name.endswith(".tar.xz"):
        yield path.read_bytes()
        return
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            file = archive.extractfile(member) if member.name.endswith(".json") else None
            if file is not None:
                yield file.read()


def shown(data: bytes, path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    path.write_bytes(data)
    assert run(["show", "--json", "--provider", "acme", str(path)]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert answer["feed_state"] == "fresh", answer["problems"]
    return answer


def kept(digest: Digest) -> Digest:
    """What is kept of a digest: of a long list its first rows."""
    return {key: value[:_ROWS] if isinstance(value, list) else value for key, value in digest.items()}


def summed(total: dict[str, int], digest: Digest) -> None:
    total["polls"] += 1
    for key in ("incidents", "maintenances"):
        total[key] += len(digest[key])
        total["updates"] += sum(row[2] for row in digest[key])


def test_every_feed_body_of_the_index_is_here() -> None:
    index = recordings("feeds/INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]
    folder = recordings("feeds/INDEX.tsv").parent
    listed = {path.relative_to(folder).as_posix() for line in index for path in folder.glob(line.split("\t")[0])}

    assert {name for name in listed if not name.startswith(_NO_FEED)} == set(READERS)
    assert set(json.loads(_EXPECTED.read_text(encoding="utf-8"))) == set(READERS)


@pytest.mark.parametrize("name", READERS)
def test_a_recorded_body_is_shown_as_a_careful_reader_sees_it(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = json.loads(_EXPECTED.read_text(encoding="utf-8"))[name]
    total = dict.fromkeys(("polls", "incidents", "maintenances", "updates"), 0)
    digest: Digest = {}
    for data in bodies(name):
        answer = shown(data, tmp_path / "body", capsys)
        digest = READERS[name](data)
        assert of_answer(answer, with_ids=not name.startswith(_NO_IDS)) == digest
        assert answer["format"] == expected["format"]
        summed(total, digest)

    assert (answer["page_health"], total) == (expected["page_health"], expected["total"])
    assert kept(digest) == {key: expected[key] for key in digest}

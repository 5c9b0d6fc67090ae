"""The lines of evidence that are worked out from more than one fact; each kind in a whole verdict is tried in test_judge."""

from dataclasses import replace

import pytest

from statuswatch.core.incident import Kind
from statuswatch.core.judge import judge
from statuswatch.core.observation import Observation
from statuswatch.core.verdict import Evidence, EvidenceKind
from support.facts import AUTH, GPT, HAIKU, NETWORK, OPUS, SERVER, at, call, failed_read, incident, moment, read, watching, world
from support.timeline import KNOWLEDGE


def _evidence(*facts: Observation, clock: str = "10:10") -> dict[EvidenceKind, Evidence]:
    return {item.kind: item for item in judge(world(*facts), watching(OPUS, HAIKU, GPT), KNOWLEDGE, moment(clock)).verdicts[0].evidence}


def test_pages_that_were_read_before_the_failures_are_no_proof_of_the_network() -> None:
    before = [read("10:04", provider="openai"), call("10:05", OPUS, SERVER)]

    assert EvidenceKind.FEEDS_ANSWER not in _evidence(*before)
    assert _evidence(*before, read("10:06", provider="openai"))[EvidenceKind.FEEDS_ANSWER].count == 1


def test_what_a_page_says_is_no_matter_of_your_own_fault() -> None:
    found = _evidence(read("10:06"), read("10:06", provider="openai"), call("10:05", OPUS, AUTH))

    assert EvidenceKind.PAGE_CLEAR in found
    assert EvidenceKind.FEEDS_ANSWER not in found


def test_where_nothing_answers_it_is_said_what_is_cut_off_and_nothing_else_of_pages() -> None:
    found = _evidence(failed_read("10:00"), failed_read("10:01", provider="openai"), call("10:02", OPUS, NETWORK))

    assert set(found) == {EvidenceKind.CALLS_FAILED, EvidenceKind.FEEDS_SILENT}
    assert (found[EvidenceKind.FEEDS_SILENT].subject, found[EvidenceKind.FEEDS_SILENT].at) == ("offline", at("10:01"))


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ([call("10:01"), call("10:02", OPUS, SERVER), call("10:03", OPUS, SERVER)], (2, 3)),
        ([call(f"10:0{n}", OPUS, None if n in {3, 7} else SERVER) for n in range(1, 8)], (5, 7)),
    ],
)
def test_failures_are_counted_in_requests_since_they_began(facts: list[Observation], counts: tuple[int, int]) -> None:
    found = _evidence(*facts)[EvidenceKind.CALLS_FAILED]

    assert (found.count, found.total) == counts


def test_planned_work_is_quoted_by_its_title_and_says_until_when() -> None:
    work = incident(("10:00", "in_progress", "We upgrade the database of the API."), title="Upgrade of the API", kind=Kind.MAINTENANCE, impact="maintenance")
    found = _evidence(read("10:05", replace(work, scheduled_until=at("12:00"))))[EvidenceKind.INCIDENT]

    assert (found.quote, found.quoted_at, found.until) == ("Upgrade of the API", None, at("12:00"))

"""Labelled answers of many vendors, gateways and edges: read as a careful reader reads them, and never against the wrong side."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from statuswatch.catalog.signatures import builtin_signatures
from statuswatch.core.health import SIDES, Confidence, Fault, Side
from statuswatch.core.observation import Diagnosis
from statuswatch.sources.apierror import diagnose
from statuswatch.sources.hosts import is_local
from statuswatch.sources.response import Response
from support.failures import NEW, answers, knowledge, response_of

ANSWERS = {answer["id"]: answer for answer in answers()}
ORDER = list(Confidence)


def read(response: Response) -> Diagnosis:
    return diagnose(response, builtin_signatures(), knowledge())


def fair(answer: dict[str, Any]) -> set[Fault]:
    return {Fault(answer["fault"]), *(Fault(name) for name in answer.get("accept", ()))}


def test_each_answer_has_a_name_of_its_own_and_known_keys() -> None:
    assert len(ANSWERS) == sum(1 for _ in answers())
    for answer in answers():
        assert set(answer) <= {"id", "status", "url", "headers", "body", "fault", "accept", "most", "kind"}
        assert "most" in answer or "status" not in answer


@pytest.mark.parametrize("name", ANSWERS)
def test_a_labelled_answer_is_read_as_a_careful_reader_reads_it(name: str) -> None:
    answer = ANSWERS[name]
    found = read(response_of(answer))
    assert found.fault in fair(answer), found.signals
    assert ORDER.index(found.confidence) <= ORDER.index(Confidence(answer.get("most", "low"))), found.signals
    assert found.reason in answer.get("kind", [found.reason]), found.signals


ELSEWHERE = [name for name, answer in ANSWERS.items() if "status" in answer and not is_local(urlsplit(answer.get("url", NEW)).hostname or "")]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_of_a_pasted_body_alone_less_is_known_but_nobody_else_is_blamed(name: str) -> None:
    """Without its address, status and headers an answer may become undecided; it may not turn against the other side, and it is never sure."""
    answer = ANSWERS[name]
    found = read(Response(None, {}, answer["body"], pasted=True))
    assert found.confidence is Confidence.LOW
    assert found.side is Side.UNDECIDED or found.side in {SIDES[fault] for fault in fair(answer)}, (found.fault, found.signals)


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_told_of_an_answer_names_codes_and_no_sentences(name: str) -> None:
    found = read(response_of(ANSWERS[name]))
    assert found.code is None or len(found.code) <= 64
    assert not any(" " in signal for signal in found.signals)

"""Each parser against bodies that were hurt at random: a moment as a rule, five seconds of processor time each where `fuzz` or `all` is required.

`bench/fuzz.py` does the same for as long as one likes.
"""

from collections import deque

import pytest

from statuswatch.sources.formats import FORMATS
from support.fuzzing import fuzz, look
from support.recordings import required

WHOLE_SECONDS = 5.0
A_MOMENT = 0.1


@pytest.mark.timeout(900)  # processor seconds take their time on a busy machine
@pytest.mark.parametrize("form", FORMATS)
def test_a_parser_survives_whatever_is_done_to_a_body(form: str) -> None:
    (last,) = deque(fuzz(form, WHOLE_SECONDS if required("fuzz") else A_MOMENT, seed=1), maxlen=1)

    assert not last.wrong, f"{last.wrong}\n{last.data[:2000]!r}"


def test_what_is_looked_for_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_name: str) -> object:
        raise ValueError("a parser that raises")

    monkeypatch.setattr("support.fuzzing.parser_for", broken)

    assert "a parser that raises" in look("slack", b"{}", detected=False)[0]

"""A feed's text made harmless for a terminal line."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from statuswatch.surfaces.plain import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Elevated errors", "Elevated errors"),
        ("a\n\r\n\tb\u2028c", "a b c"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07x", "]0;titlex"),
        ("\x9b31mc1", "31mc1"),
        ("safe \u202egnp.exe\u202c", "safe gnp.exe"),
        ("\u2066x\u2069\u200b\u200f\ufeff", "x"),
        ("\ud800bad", "bad"),
        ("\U000e0041tag", "tag"),
        ("  异常 é 👍  ", "异常 é 👍"),
    ],
)
def test_controls_and_marks_are_gone_and_text_stays(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
@example("0 \x1f\r0")
def test_any_text_becomes_one_printable_line_and_stays_so(text: str) -> None:
    shown = plain(text)

    assert not {unicodedata.category(letter) for letter in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.bidirectional(letter) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"} for letter in shown)
    assert plain(shown) == shown
    shown.encode()

import re
import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.notify.text import BODY_MAX, TITLE_MAX, body_of, plain, title_of


def _notice(title: str = "t", body: str = "b", *, simulated: bool = False) -> Notice:
    at = datetime(2025, 12, 14, 21, 31, tzinfo=UTC)
    return Notice("n1", "t1", NoticeKind.OPENED, at, NoticeReason.OWN_FAILURES, ("anthropic/code:*",), title, body, "anthropic", simulated=simulated)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("Errors on Opus 4.5", "Errors on Opus 4.5"),
        ("two\nlines\tand  gaps\r\n", "two lines and gaps"),
        ("\x1b]0;owned\x07red\x1b[31m", "]0;ownedred[31m"),
        ("\x9b31m C1 and \x00 NUL", "31m C1 and NUL"),
        ("evil \u202etxt.exe\u202c \u2066x\u2069 \u200b\u00ad\ufeffend", "evil txt.exe x end"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("line\u2028and\u2029paragraph", "line and paragraph"),
        ("see https://evil.example/login?x=1 now", "see evil.example now"),
        ("see HTTPS://user:pw@evil.example:8443/a", "see evil.example:8443"),
        ("www.evil.example/a and www.evil.example", "evil.example and evil.example"),
        ("go to evil.example/login.", "go to evil.example"),
        ("file:///etc/passwd", "etc"),
        ("an https:// alone", "an (link) alone"),
        ("javascript://x%0aalert(1)", "x%0aalert"),
        ("status.claude.com is theirs, and/or 4.5/day stay", "status.claude.com is theirs, and/or 4.5/day stay"),
        ("https://www.evil.example/x", "evil.example"),
        ("http://www.https://evil.example/x", "evil.example"),
    ],
)
def test_text_loses_what_could_act_and_keeps_what_is_read(given_text: str, shown: str) -> None:
    assert plain(given_text, 200) == shown


@given(st.text(max_size=600))
def test_any_text_becomes_one_short_line_without_invisible_characters_or_links(text: str) -> None:
    line = plain(text, TITLE_MAX)
    assert len(line) <= TITLE_MAX
    assert not [char for char in line if unicodedata.category(char).startswith("C")]


@given(st.from_regex(r"(?:https?://|www\.|ftp:/)[a-z.@:/]{0,40}", fullmatch=True), st.text(max_size=30), st.text(max_size=30))
def test_no_address_survives_among_any_other_text(address: str, before: str, after: str) -> None:
    line = plain(f"{before} {address} {after}", TITLE_MAX)
    assert not re.search(r"(?:https?|ftp)://|\bwww\d{0,3}\.[a-z]", line)


def test_a_hundred_kilobytes_cost_nothing_and_are_cut_with_a_sign() -> None:
    for flood in ("a.a" * 33_000, "\u202e" * 100_000, "x" * 100_000, "http://" * 15_000, "a-" * 50_000):
        started = time.process_time()
        line = plain(flood, BODY_MAX)
        assert time.process_time() - started < 1
        assert len(line) <= BODY_MAX
    assert plain("x" * 100_000, 100) == "x" * 99 + "…"


def test_the_body_is_escaped_only_where_the_service_reads_markup() -> None:
    notice = _notice(body="<b>bold</b> & <a href='https://evil.example'>official</a>")
    assert body_of(notice, markup=False).startswith("<b>bold</b> & <a href='evil.example")
    escaped = body_of(notice, markup=True)
    assert "<" not in escaped
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; " in escaped
    assert "https:" not in escaped


def test_a_simulated_notice_says_so_within_the_same_length() -> None:
    assert title_of(_notice("Anthropic is failing", simulated=True)) == "[simulated] Anthropic is failing"
    assert len(title_of(_notice("x" * 500, simulated=True))) == TITLE_MAX

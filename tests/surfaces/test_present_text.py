from urllib.parse import urlsplit

import pytest

from statuswatch.surfaces.present_text import (
    EMPTY,
    Column,
    Span,
    Tone,
    apart,
    cells,
    clean,
    cut,
    join,
    pad,
    plain,
    safe_link,
    say,
    table,
    terminal,
    width_of,
    wrap,
)
from support.snapshots import HOSTILE_TITLES


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("R&D [/oops]", "R&D [/oops]"),
        ("\x1b]0;TITLE\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1;2|data\x1b\\rest", "rest"),
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x9d0;t\x9cafter", "after"),
        ("never ended \x1b]0;title", "never ended 0;title"),
        ("lone \x1b", "lone"),
        ("a\nb\r\nc\td\x85e\u2028f", "a b c d e f"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("z\u200be\u200dr\u2060o\ufeff", "zero"),
        ("tag\U000e0041", "tag"),
        ("half \ud800 pair", "half pair"),
        ("e" + "\u0301" * 40, "e\u0301\u0301"),
        ("  many    spaces ", "many spaces"),
        ("日本語 ✓ é", "日本語 ✓ é"),
    ],
)
def test_foreign_text_is_made_inert_and_stays_readable(raw: str, safe: str) -> None:
    assert clean(raw) == safe


def test_no_hostile_title_keeps_a_character_that_a_terminal_acts_on() -> None:
    for title in HOSTILE_TITLES:
        assert clean(title).isprintable()


def test_cleaning_twice_changes_nothing() -> None:
    for title in HOSTILE_TITLES:
        assert clean(clean(title)) == clean(title)


def test_a_sequence_cannot_be_put_together_by_taking_another_one_out() -> None:
    assert "\x1b" not in clean("\x1b\x1b[0m[31mred")


def test_cleaning_cuts_very_long_text() -> None:
    assert len(clean("x" * 100_000, 80)) == 80


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0), ("▲ ok", 4)])
def test_width_is_counted_in_cells(text: str, width: int) -> None:
    assert cells(text) == width


def test_a_line_that_is_too_wide_is_cut_with_a_sign() -> None:
    line = (Span("abc", Tone.OK), Span("defgh"))
    assert plain(cut(line, 8)) == "abcdefgh"
    assert plain(cut(line, 5)) == "abcd…"
    assert plain(cut(line, 5, "...")) == "ab..."
    assert width_of(cut(say("日本語"), 4)) <= 4


def test_padding_goes_to_the_side_asked_for() -> None:
    assert plain(pad(say("ab"), 4)) == "ab  "
    assert plain(pad(say("ab"), 4, right=True)) == "  ab"
    assert plain(pad(say("abcde"), 4)) == "abcde"


def test_two_ends_of_a_line_stay_apart_and_the_right_one_goes_first_when_room_is_short() -> None:
    assert plain(apart(say("left"), say("right"), 20)) == "left           right"
    assert plain(apart(say("a long left end"), say("right"), 20)) == "a long left …  right"
    assert plain(apart(say("a long left end"), say("right"), 14)) == "a long left e…"


def test_joining_skips_what_is_empty() -> None:
    assert plain(join([say("a"), EMPTY, say("b")], ", ")) == "a, b"
    assert join([EMPTY, EMPTY], ", ") == EMPTY


@pytest.mark.parametrize("width", [10, 17, 40])
def test_wrapping_never_exceeds_the_width_and_loses_no_word(width: int) -> None:
    text = "three of your last calls failed with averyveryverylongword and 日本語 too"
    lines = wrap((Span(text[:20], Tone.STRONG), Span(text[20:])), width, 2)
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(plain(line).split()) for line in lines) == "".join(text.split())
    assert all(plain(line).startswith("  ") for line in lines[1:])


def test_a_word_that_fits_on_a_line_is_not_split_but_gets_the_room_of_the_indent() -> None:
    route = "anthropic/code:claude-opus-4.5"
    lines = [plain(line) for line in wrap(say(f"or wait: statuswatch wait {route} now"), 34, 11)]

    assert lines == ["or wait: statuswatch wait", f"    {route}", "           now"]
    assert [plain(line) for line in wrap(say(f"        {route}"), 34, 11)] == [f"    {route}"]


def test_nothing_to_wrap_is_one_empty_line() -> None:
    assert wrap(EMPTY, 10) == (EMPTY,)


COLUMNS = (Column("a", "first", 5, 10, 9), Column("b", "second", 6, 10, 1), Column("c", "third", 5, 10, 5))
ROWS = [{"a": say("aaaaaaaaaaaaaa"), "b": say("bbbb"), "c": say("cc")}, {"a": say("a"), "b": EMPTY, "c": say("c")}]


def test_columns_are_aligned_and_cut_at_their_ceiling() -> None:
    laid = table(COLUMNS, ROWS, 60)
    assert plain(laid.heading) == "first       second  third"
    assert [plain(row) for row in laid.rows] == ["aaaaaaaaa…  bbbb    cc", "a                   c"]


@pytest.mark.parametrize("width", [11, 15, 20, 25, 26, 27])
def test_a_table_always_fits_and_the_least_important_column_goes_first(width: int) -> None:
    laid = table(COLUMNS, ROWS, width)
    assert max(width_of(line) for line in (laid.heading, *laid.rows)) <= width
    assert ("b" in laid.shown) == (width >= 5 + 6 + 5 + 4)


def test_a_column_with_nothing_in_it_is_not_shown() -> None:
    assert table(COLUMNS, [{"a": say("x"), "c": say("y")}], 60).shown == ("a", "c")


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:secret@host/",
        "https://ho st/",
        "https://host/\x1b[2J",
        "https://host/\u202e",
        "https://höst/",
        "https://[broken/",
        "https://host:port/",
        "command:workbench.view.search",
    ],
)
def test_an_address_that_is_not_plain_web_is_never_opened(url: str | None) -> None:
    assert safe_link(url) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://status.example/x?y=1", "status.example"),
        ("HTTP://STATUS.example:8080/", "status.example:8080"),
        ("https://xn--hst-sna.example/", "xn--hst-sna.example"),
    ],
)
def test_a_web_address_is_shown_by_its_host(url: str, host: str) -> None:
    link = safe_link(url)
    assert link is not None
    assert (link.url, link.host) == (url, host)
    assert urlsplit(link.url).hostname == host.partition(":")[0]


def test_colour_is_only_there_when_asked_for() -> None:
    line = (Span("x", Tone.DOWN), Span("y"))
    assert terminal(line, colour=False) == "xy"
    assert terminal(line, colour=True) == "\x1b[1;31mx\x1b[0my"
